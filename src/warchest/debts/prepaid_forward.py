"""A prepaid forward or collar: money today for shares later."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Date, Money
from warchest.debts.common import Debt, Pledge

EXAMPLE = """
Forward on Acme: {kind: prepaid_forward, secured_on: {Acme: 100k}, floor: 80 USD, cap: 120 USD, maturity: 2028-01-02}
"""


class PrepaidForward(Debt):
    """Shares sold forward for money already received: settled in shares, never called.

    Source: Revenue Ruling 2003-7: 100 shares below 20, 2,000 / price between 20 and 25, 80 above.
    """

    kind: Literal["prepaid_forward"] = "prepaid_forward"
    """Always `prepaid_forward`."""
    secured_on: Annotated[
        dict[str, Pledge],
        WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number"]}, "maxProperties": 1}),
    ]
    """The one holding and the number of its shares that are sold forward."""
    floor: Money
    """Price below which all shares are delivered, in the shares' currency; face = shares x floor."""
    cap: Money
    """Price above which the number delivered stays at shares x floor / cap."""
    maturity: Date
    """Date of settlement."""
    above: Literal["shares", "cash_difference"] = "shares"
    """Above the cap: `shares` (floor / cap of them), or `cash_difference` (floor / price of them, and price - cap in cash)."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row, and its pledge; nothing is owed but the shares."""
        debt = layout.Debt(
            layout.FORWARD,
            context.currency(self.floor),
            0.0,
            maturity=context.due(self.maturity),
            recourse=0,
            floor=self.floor.value,
            cap=self.cap.value,
            in_cash=int(self.above == "cash_difference"),
            **self.shared(),
        )
        return [Row(name, debt, context.pledges(self.secured_on))]
