"""The policy `fraction`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from warchest.core import units
from warchest.core.spec import Span, Text
from warchest.core.units import Duration
from warchest.policies.common import Betting, Limit

EXAMPLE = """
{kind: fraction, holding: Acme, share: 60%, every: 1mo}
"""
MOST = 10.0


def _share(value: object) -> float:
    found = units.rate(value)
    if not 0.0 <= found <= MOST:
        raise ValueError(
            f"'{value}' is not a share of NAV a house can hold; from 0% to {MOST:.0%}, above 100% on borrowed money"
        )
    return found


class Fraction(Betting):
    """A constant share of NAV: in one listed holding, bought and sold back to it on every decision date, or in each deal; no bets.

    Source: Merton (1969): a constant share is optimal for constant relative risk aversion; Thorp (2006) for growth.
    """

    kind: Literal["fraction"] = "fraction"
    """Always `fraction`."""
    holding: Text | None = None
    """The listed holding that is kept at the share; left out: each deal gets the share, of NAV and what can still be called."""
    share: Annotated[float, BeforeValidator(_share)]
    """Value of the holding / NAV on a decision date; above 100% the rest is borrowed unsecured, as far as `borrowing.limit` goes."""
    limit: Limit = "funding"
    """What bounds the cheques of deals: `funding` alone, an LTV ceiling of `limits`, or `none` (what is missing is borrowed)."""
    every: Span = Duration(1, "mo")
    """Time between decision dates; the first is today."""
