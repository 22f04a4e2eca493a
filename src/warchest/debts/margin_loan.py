"""A loan secured on shares, with calls."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Interest, Money, Share, Span, Truth
from warchest.core.units import Duration, Rate
from warchest.debts.common import Maturing, Pledge

EXAMPLE = """
Lombard loan:
  kind: margin_loan
  principal: 40m
  secured_on: {Acme: 700k}
  rate: 5%
  call_at: 70%
  reset_to: 60%
  close_out_at: 80%
  cure: 3d
  recourse: true
  maturity: 2029-01-02
"""


class MarginLoan(Maturing):
    """A loan on pledged shares: called at one loan-to-value, reset at a lower one, closed out at a higher one.

    Source: call price = loan / (shares x call_at): Regulation T arithmetic in Bodie, Kane, Marcus, "Investments".
    """

    kind: Literal["margin_loan"] = "margin_loan"
    """Always `margin_loan`."""
    principal: Money
    """What is owed today."""
    secured_on: dict[str, Pledge] = {}
    """Shares pledged, by holding: a number, or `all` of those held on as_of."""
    behind: str | None = None
    """Instead of `secured_on`: the margin loan on whose collateral it stands second; it is repaid out of that after it."""
    rate: Interest = Rate(0.0, True)
    """Interest a year, effective; fixed, or over the market's floating rate."""
    interest: Literal["paid", "capitalised"] = "paid"
    """Whether interest is paid at every grid date or added to the principal."""
    call_at: Share
    """The lender calls when loan / collateral is at or above this share; behind another, with what is owed ahead in the loan."""
    reset_to: Share
    """A call is cured when loan / collateral is back at this share."""
    close_out_at: Share
    """At or above this share the lender sells without waiting."""
    cure: Span = Duration(3, "d")
    """Time from the call to the day the cure is due, in business days."""
    recourse: Truth = True
    """Whether the house owes what the collateral does not bring."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row, and its pledges."""
        debt = layout.Debt(
            layout.MARGIN,
            context.currency(self.principal),
            self.principal.value,
            rate=context.step_rate(self.rate),
            roll_rate=context.step_rate(self.rate, self.roll_spread),
            capitalised=int(self.interest == "capitalised"),
            maturity=context.due(self.maturity),
            recourse=int(self.recourse),
            call_at=self.call_at,
            reset_to=self.reset_to,
            close_out_at=self.close_out_at,
            cure=context.cure(self.cure),
            **self.maturing(context, self.maturity),
        )
        return [Row(name, debt, context.pledges(self.secured_on))]
