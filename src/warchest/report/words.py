"""How the report says numbers: percent on screens, one unit a table, no chance without its error."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from warchest.core.units import chance, percent, say

NUMBERS = (
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
)
MINUS = "\N{MINUS SIGN}"
NONE = "–"

ODDS = {
    "margin_call": "margin call",
    "forced_sale": "forced sale",
    "default": "default",
    "ruin": "ruin",
    "halved": "NAV halved",
}
"""The chances every table of rows shows, in this order."""

DEFINITIONS = {
    "NAV": "Equity value of the holdings less net debt.",
    "gross holdings": "What the holdings are marked at, net of what is still to be paid for them.",
    "deduction": "What comes off the value of its collateral when a debt is without recourse.",
    "equity value": "Unpledged value of a holding plus what its pledges are worth beyond the deduction, "
    "never below zero.",
    "holdings value": "Sum of the equity values of the holdings.",
    "net debt": "Counted debt (what the house itself answers for) less cash.",
    "LTV of the house": "Net debt / equity value of the holdings.",
    "gross LTV": "(Everything owed, at face, less cash) / gross holdings.",
    "LTV of a loan": "Loan / its collateral.",
    "war chest": "The largest cheque the house could write now: the smaller of what the LTV ceiling and "
    "the funding allow.",
    "margin call": "A margin loan's own LTV stands at or above its call level on a date of the grid.",
    "forced sale": "A sale the policy did not choose.",
    "breach": "LTV of the house above the ceiling for emergencies on a date of the grid.",
    "default": "A payment due was not made although everything that may be drawn, pledged or sold was.",
    "ruin": "Default, or NAV at or below the share of today's NAV that the house file calls ruin.",
    "NAV halved": "NAV at or below half of today's on a date of the grid.",
    "loss": "Final NAV below today's.",
    "time above the ceiling": "Share of the dates of the grid, the start not counted, on which LTV of the "
    "house is above the ceiling.",
    "growth": "Mean of ln(final NAV / today's NAV) a year, final NAV floored at 1 % of today's unless "
    "another floor is named.",
    "drawdown": "Fall of NAV below its highest level so far on the path, as a share of that level.",
    "mark and truth": "A private holding's mark is what lenders and reports see, its truth what it would "
    "fetch; final NAV, growth, ruin and loss use the truth.",
}
"""Each measure in one sentence."""


class Unit(NamedTuple):
    """One unit for a whole table or axis."""

    size: float
    name: str
    currency: str

    def __str__(self) -> str:
        return f"{self.name} {self.currency}".strip()

    def of(self, amount: float | None) -> str:
        """The amount in this unit, one decimal, a real minus sign."""
        if amount is None or not math.isfinite(amount):
            return NONE
        body = f"{abs(amount) / self.size:,.1f}"
        return f"{MINUS if amount < 0 and body.strip('0.,') else ''}{body}"


def unit(amounts: Iterable[float | None], currency: str, least: float = 100.0) -> Unit:
    """The largest unit in which the largest amount has at least `least`.

    >>> str(unit([18.35e12, 2e9], "JPY"))
    'bn JPY'
    """
    largest = max((abs(a) for a in amounts if a is not None and math.isfinite(a)), default=0.0)
    for size, name in ((1e12, "tn"), (1e9, "bn"), (1e6, "m"), (1e3, "k")):
        if largest >= least * size:
            return Unit(size, name, currency)
    return Unit(1.0, "", currency)


def share(x: float | None, digits: int = 1) -> str:
    """A fraction as percent, a dash where there is none."""
    return NONE if x is None else percent(x, digits)


def odds(prob: Mapping[str, float] | None, paths: int) -> str:
    """A probability with its standard error, a dash where there is none."""
    return NONE if not prob else chance(prob, paths)


def rough(prob: Mapping[str, float], paths: int) -> str:
    """A probability for a title: no more digits than its error allows; the error stands below.

    >>> rough({"p": 0.2312, "se": 0.004}, 10_000)
    '23 %'
    """
    p = prob["p"]
    if p <= 0:
        return f"fewer than 1 in {paths:,}"
    if p >= 1:
        return f"more than {paths - 1:,} in {paths:,}"
    return percent(p, 0 if p >= 0.0995 else 1 if p >= 0.01 else 2)


def per_share(amount: float, currency: str) -> str:
    """Money a share, with cents where it is small.

    >>> per_share(13118.7, "JPY")
    '13,119 JPY'
    """
    body = f"{abs(amount):,.{0 if abs(amount) >= 1000 else 2}f}"
    return f"{MINUS if amount < 0 and body.strip('0.,') else ''}{body} {currency}".strip()


def price(amount: float | None) -> str:
    """A price, with cents, in the currency the column names."""
    return NONE if amount is None else per_share(amount, "") if amount < 1000 else f"{amount:,.2f}"


def span(years: float) -> str:
    """A length of time in words.

    >>> span(5), span(1.5), span(0.25)
    ('five years', '1.5 years', 'three months')
    """
    months = round(12 * years)
    amount, word = (years, "year") if years >= 1 else (float(months), "month")
    text = NUMBERS[int(amount)] if amount == int(amount) and amount <= 12 else f"{amount:.10g}"
    return f"{text} {word}{'' if amount == 1 else 's'}"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"])
    'a, b and c'
    """
    *most, last = list(names) or [""]
    return f"{', '.join(most)} and {last}" if most else last


def prob(value: Any) -> Mapping[str, float] | None:
    """The probability, where it is one."""
    return value if isinstance(value, Mapping) and isinstance(value.get("p"), (int, float)) else None


__all__ = [
    "DEFINITIONS", "MINUS", "NONE", "ODDS", "Unit", "chance", "listed", "odds", "per_share", "percent",
    "price", "prob", "rough", "say", "share", "span", "unit",
]  # fmt: skip
