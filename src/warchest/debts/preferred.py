"""Preferred shares and hybrids: money without an end date, whose coupon can wait."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Growth, Money, Truth
from warchest.debts.common import Maturing, Rank

EXAMPLE = """
Series A: {kind: preferred, principal: 10m, coupon: 8%, coupon_in: either}
"""


class Preferred(Maturing):
    """Preferred shares or a hybrid bond: ranks behind the bonds, has no end unless `maturity` says one, may let coupons wait.

    `coupon_in: cash` is owed like interest. `accrued` is never paid: it is added to the principal, compounding. `either` is paid
    in cash on every grid date on which nothing else is overdue, LTV is not above `ltv_max` and cash is enough; else it is added to
    the principal, bears the coupon itself, and the house's own shareholders get no dividend on that date.

    Source: Moody's, "Hybrid Equity Credit" (2024), on deferral that accumulates; SoftBank Group counts half of its hybrids as debt.
    """

    kind: Literal["preferred"] = "preferred"
    """Always `preferred`."""
    principal: Money
    """What its holders get before the house's own shareholders, and what bears the coupon."""
    coupon: Growth = 0.0
    """Coupon a year: simple, ACT/365, where it is paid; effective where it is always added to the principal."""
    coupon_in: Literal["cash", "accrued", "either"] = "either"
    """Whether the coupon is owed in `cash`, always added to the principal, or `either`: paid while it can be."""
    rank: Rank = 2
    """Order in which lenders are paid in a default: behind the bonds."""
    cross_default: Truth = False
    """Whether a payment missed here is a default of the whole house."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row."""
        columns = self.maturing(context, self.maturity)
        spread = self.coupon + self.roll_spread
        if self.coupon_in == "accrued":
            columns |= {
                "rate": context.step_rate(self.coupon),
                "roll_rate": context.step_rate(spread),
                "capitalised": 1,
            }
        else:
            columns |= {
                "coupon": self.coupon / 365.0,
                "roll_coupon": spread / 365.0,
                "capitalised": 2 if self.coupon_in == "either" else 0,
            }
        currency = context.currency(self.principal)
        maturity = context.due(self.maturity)
        return [Row(name, layout.Debt(layout.BOND, currency, self.principal.value, maturity=maturity, **columns))]
