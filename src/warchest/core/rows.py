"""What a part needs to know of its house to become rows of the tables."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from warchest.core.calendar import NEVER, Grid
from warchest.core.layout import Debt
from warchest.core.units import Amount, Duration, Rate


class Row(NamedTuple):
    """A debt row on its way to the table: its name, its columns, and the lines and shares pledged to it."""

    name: str
    debt: Debt
    pledges: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True)
class Context:
    """The house as seen by one of its parts: grid, currencies (the house's first), floating rate, shares of each holding."""

    grid: Grid
    currencies: tuple[str, ...]
    floating: float
    shares: Mapping[str, float]
    lines: Mapping[str, int]  # line of each holding: all holdings of one asset are one line
    home: int = 0  # number of the house's own currency

    def currency(self, amount: Amount) -> int:
        """Number of an amount's currency; the house's where none is written."""
        return self.currencies.index(amount.currency) if amount.currency else self.home

    def step_rate(self, rate: Rate | float, over: float = 0.0) -> float:
        """An effective rate a year as a rate of one step: (1 + r)^dt - 1."""
        level = rate.level + (self.floating if rate.floating else 0.0) if isinstance(rate, Rate) else rate
        return math.expm1(self.grid.dt * math.log1p(level + over))

    def due(self, date: dt.date | None) -> int:
        """The step on which something dated falls due: at the earliest the first, beyond the last never."""
        return NEVER if date is None else max(1, self.grid.on(date))

    def cure(self, duration: Duration) -> int:
        """A cure in steps, rounded up; none is none."""
        return 0 if duration.number == 0 else self.grid.span(duration)

    def tenor(self, runs: Duration | None, last: dt.date | None) -> int:
        """Steps of what is rolled: as stated, or from as_of to the debt's last maturity."""
        return self.due(last) if runs is None else max(1, self.grid.span(runs))

    def pledges(self, secured_on: Mapping[str, float | str]) -> tuple[tuple[int, float], ...]:
        """Lines and shares pledged; `all` is what is held on as_of."""
        pledged: dict[int, float] = {}
        for name, shares in secured_on.items():
            line = self.lines[name]
            pledged[line] = pledged.get(line, 0.0) + (self.shares[name] if shares == "all" else float(shares))
        return tuple(pledged.items())
