"""A house file as it is being drawn: small words, and what later parts have to know of earlier ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
CODES = {"USD": 1.0, "EUR": 1 / 1.1, "JPY": 150.0}
"""Units of each currency for one dollar, as `FX` of every drawn file says."""
FX = {"USDJPY": 150, "EURUSD": 1.1}
AS_OF = dt.date(2026, 1, 2)
GRIDS = {
    ("month", "3mo"): 91, ("month", "1y"): 365, ("month", "2y"): 730, ("week", "2mo"): 60, ("week", "7mo"): 215,
    ("day", "2w"): 14, ("day", "7w"): 49,
}  # fmt: skip
"""Step and horizon of a file, and its calendar days."""
VOLATILITIES = ("40%", "25%", "80%", "150%")
"""All above what the loadings and the jumps of a drawn market make together."""
LOADINGS: tuple[Data, ...] = ({}, {"world": 1}, {"world": 1.2}, {"world": 0.5, "tech": 0.8}, {"tech": -1})
FACTORS = {"world": {"volatility": "15%"}, "tech": {"volatility": "15%"}}


class Draft:
    """Draws one house; the simplest choice comes first, since that is what a failing example shrinks to."""

    def __init__(self, draw: Callable[[Any], Any], inside: Draft | None = None) -> None:
        self.draw = draw
        self.home = self.one(*CODES)
        self.depth = 0 if inside is None else inside.depth + 1
        if inside is None:
            self.step, self.horizon = self.one(*GRIDS)
            self.factors = {name: FACTORS[name] for name in self.one((), ("world",), ("world", "tech"))}
            self.benchmark = bool(self.factors) and self.chance()
            self.own_shares = self.chance()
        else:
            self.step, self.horizon, self.factors = inside.step, inside.horizon, inside.factors
            self.benchmark, self.own_shares = inside.benchmark, False
        self.days = GRIDS[self.step, self.horizon]
        self.holdings: Data = {}
        self.debts: Data = {}
        self.bets: Data = {}
        self.deals: Data = {}
        self.left: dict[str, float] = {}  # of listed lines: share not pledged yet
        self.price: dict[str, tuple[float, str]] = {}  # and the price of a share, in dollars
        self.worth: dict[str, float] = {}  # and what is held, in millions of dollars

    # ---------------------------------------------------------------- words
    def one(self, *choices: Any) -> Any:
        return choices[0] if len(choices) == 1 else self.draw(st.sampled_from(choices))

    def number(self, low: int, high: int) -> int:
        return int(self.draw(st.integers(low, max(low, high))))

    def chance(self) -> bool:
        return bool(self.draw(st.booleans()))

    def some(self, choices: list[Any], least: int, most: int) -> list[Any]:
        """A few of the choices, each once, in any order."""
        most = min(most, len(choices))
        count = self.number(min(least, most), most)
        return list(self.draw(st.permutations(choices)))[:count] if count else []

    def maybe(self, fields: Data, **more: Any) -> Data:
        """Some of the optional fields: each a choice of words, or what draws it."""
        for name, value in more.items():
            if self.chance():
                fields[name] = value() if callable(value) else self.one(*value) if isinstance(value, tuple) else value
        return fields

    def percent(self, low: int, high: int) -> str:
        return f"{self.number(low, high)}%"

    def currency(self) -> str:
        return str(self.one("USD", "EUR", "JPY"))

    def money(self, low: int, high: int, code: str | None = None) -> str:
        """An amount between two numbers of 10,000 dollars, in some currency."""
        code = code or self.currency()
        return f"{self.number(low, high) * 10_000 * CODES[code]:.6g} {code}"

    def date(self, first: int = 0) -> str:
        """A day from so many days after as_of to a little beyond the horizon."""
        return (AS_OF + dt.timedelta(days=self.number(first, self.days * 11 // 10))).isoformat()

    def span(self) -> str:
        return str(self.one("1mo", "1d", "2w", "5w", "3mo", "1y"))

    def rate(self) -> str:
        return str(self.one("5%", "0%", "floating", "floating + 2.5%", "60%"))

    def loadings(self) -> Data:
        """Betas to factors that the market has."""
        return dict(self.one(*(found for found in LOADINGS if set(found) <= set(self.factors))))

    def ties(self) -> Data:
        """Correlations with the factors, squares up to 1."""
        return {name: self.one(0.5, -0.7, 0.1) for name in self.factors if self.chance()}

    def total(self) -> float:
        """What all listed holdings are worth, in millions of dollars."""
        return sum(self.worth.values())
