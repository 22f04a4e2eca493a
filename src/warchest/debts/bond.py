"""A bond, or a ladder of them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Date, Growth, Money
from warchest.debts.common import Maturing

EXAMPLE = """
Notes: {kind: bond, principal: 10m, coupon: 4%, maturity: 2028-06-30, rolls: 100%}
Ladder:
  kind: bond
  coupon: 2%
  maturities: {2027-01-02: 5m, 2028-01-02: 5m}
"""


class Bond(Maturing):
    """Money owed without security at a fixed coupon: one maturity, or a ladder of them.

    Source: simple coupons, ACT/365: principal x coupon x days / 365.
    """

    kind: Literal["bond"] = "bond"
    """Always `bond`."""
    principal: Money | None = None
    """What is owed; left out where `maturities` say it."""
    coupon: Growth = 0.0
    """Coupon a year, simple, ACT/365, paid at every grid date."""
    maturities: Annotated[
        dict[Date, Money] | None,
        WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number"]}}),
    ] = None
    """A ladder: what falls due on each date, instead of principal and maturity."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row a maturity."""
        ladder = sorted(self.maturities.items()) if self.maturities else [(self.maturity, self.principal)]
        shared = self.maturing(context, ladder[-1][0])
        shared |= {"coupon": self.coupon / 365.0, "roll_coupon": (self.coupon + self.roll_spread) / 365.0}
        return [
            Row(name, layout.Debt(layout.BOND, context.currency(a), a.value, maturity=context.due(date), **shared))
            for date, a in ladder
            if a is not None
        ]
