"""A bond that may become the house's own shares."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.calendar import NEVER
from warchest.core.rows import Context, Row
from warchest.core.spec import Date, Growth, Money
from warchest.debts.common import Maturing

EXAMPLE = """
Convertible: {kind: convertible, principal: 10m, coupon: 0.5%, conversion_price: 150, maturity: 2030-01-02, put_date: 2028-01-02}
"""


class Convertible(Maturing):
    """A bond whose holders may take own shares of the house instead of their money.

    At maturity they convert where the shares are worth more than the principal; else it falls due, less what rolls. On the put
    date they ask for their money unless the shares are worth more, and nothing of that rolls. Nobody converts early: the option is
    worth more alive.

    Source: conversion at maturity as in Ingersoll (1977); put dates as in the indentures of Strategy's convertible notes.
    """

    kind: Literal["convertible"] = "convertible"
    """Always `convertible`."""
    principal: Money
    """What is owed."""
    coupon: Growth = 0.0
    """Coupon a year, simple, ACT/365, paid at every grid date."""
    conversion_price: Money
    """Principal for which one own share is given; both are in the house's currency."""
    maturity: Date
    """Date on which it is converted or falls due."""
    put_date: Date | None = None
    """Date on which its holders may ask for their money."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row; `own_share` of the house says what its shares are worth."""
        columns = self.maturing(context, self.maturity)
        final = context.due(self.maturity)
        put = NEVER if self.put_date is None else context.due(self.put_date)
        currency = context.currency(self.principal)
        row = layout.Debt(
            layout.BOND,
            currency,
            self.principal.value,
            coupon=self.coupon / 365.0,
            roll_coupon=(self.coupon + self.roll_spread) / 365.0,
            converts=1.0 / self.conversion_price.value,
            maturity=min(put, final),
            final=final,
            **columns,
        )
        return [Row(name, row)]
