"""Fields that several kinds of debt share, said once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from warchest.core import units
from warchest.core.rows import Context
from warchest.core.spec import Date, Growth, Share, Span, Spec, Truth


def _pledge(value: object) -> float | Literal["all"]:
    return "all" if value == "all" else units.count(value)


Pledge = Annotated[
    float | Literal["all"],
    BeforeValidator(_pledge),
    WithJsonSchema({"type": ["string", "number"], "examples": ["700k", "all"]}),
]
"""Shares pledged: a number, or `all` of those held on as_of."""


Rank = Annotated[int, Field(strict=True, ge=1, le=9)]


def collateral_of(debts: Mapping[str, Any], name: str) -> Mapping[str, float | Literal["all"]]:
    """What secures a debt: its own pledges, or those of the first loan of the chain in which it stands behind others.

    >>> from types import SimpleNamespace as Loan
    >>> debts = {"First": Loan(secured_on={"Acme": "all"}, behind=None), "Second": Loan(secured_on={}, behind="First")}
    >>> collateral_of(debts, "Second")
    {'Acme': 'all'}
    """
    while (ahead := getattr(debts.get(name), "behind", None)) is not None:
        name = ahead
    return getattr(debts.get(name), "secured_on", None) or {}


class Debt(Spec):
    """What every debt may say."""

    counted: Share = 1.0
    """Share of the face that counts in net debt (hybrids: 50%)."""
    rank: Rank = 1
    """Order in which lenders are paid in a default: 1 first; hybrids 2 or later."""
    cross_default: Truth = True
    """Whether a payment missed here is a default of the whole house."""

    def shared(self) -> dict[str, Any]:
        """The columns every debt has."""
        return {"counted": self.counted, "rank": self.rank, "cross_default": int(self.cross_default)}


class Maturing(Debt):
    """What every debt that falls due may say."""

    maturity: Date | None = None
    """Date on which the principal falls due; left out: after the horizon."""
    rolls: Share = 0.0
    """Share of what matures that is lent again on the same terms; refused while LTV is above ltv_max."""
    roll_spread: Growth = 0.0
    """Added to the rate of what has been rolled, a year."""
    rolls_for: Span | None = None
    """How long what is rolled runs; left out: until the debt's last maturity as seen from as_of."""

    def maturing(self, context: Context, last: dt.date | None) -> dict[str, Any]:
        """The columns every debt that falls due has; `last` is its last maturity."""
        return {**self.shared(), "tenor": context.tenor(self.rolls_for, last), "rolls": self.rolls}
