"""A loan without security."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Interest, Money
from warchest.core.units import Rate
from warchest.debts.common import Maturing

EXAMPLE = """
Bank loan: {kind: loan, principal: 10m, rate: floating + 2%, maturity: 2028-06-30}
"""


class Loan(Maturing):
    """Money owed to a bank without security.

    Source: effective rate: principal x ((1 + r)^dt - 1), paid or added to the principal.
    """

    kind: Literal["loan"] = "loan"
    """Always `loan`."""
    principal: Money
    """What is owed today."""
    rate: Interest = Rate(0.0, True)
    """Interest a year, effective; fixed, or over the market's floating rate."""
    interest: Literal["paid", "capitalised"] = "paid"
    """Whether interest is paid at every grid date or added to the principal."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row."""
        debt = layout.Debt(
            layout.BOND,
            context.currency(self.principal),
            self.principal.value,
            rate=context.step_rate(self.rate),
            roll_rate=context.step_rate(self.rate, self.roll_spread),
            capitalised=int(self.interest == "capitalised"),
            maturity=context.due(self.maturity),
            **self.maturing(context, self.maturity),
        )
        return [Row(name, debt)]
