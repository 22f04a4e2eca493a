"""A credit line that may be drawn."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Growth, Interest, Money
from warchest.core.units import Amount, Rate
from warchest.debts.common import Maturing

EXAMPLE = """
Revolver: {kind: facility, limit: 30m, drawn: 5m, rate: floating + 1.5%, commitment_fee: 0.4%, maturity: 2029-01-02}
"""


class Facility(Maturing):
    """A committed credit line: a source of the war chest as far as it is not drawn, gone at its maturity.

    Source: interest effective on what is drawn; fee simple, ACT/365, on what is not.
    """

    kind: Literal["facility"] = "facility"
    """Always `facility`."""
    limit: Money
    """The most that may be drawn."""
    drawn: Money = Amount(0.0, None)
    """What is drawn today."""
    rate: Interest = Rate(0.0, True)
    """Interest a year on what is drawn, effective."""
    commitment_fee: Growth = 0.0
    """Fee a year on what is not drawn, simple."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row."""
        debt = layout.Debt(
            layout.FACILITY,
            context.currency(self.limit),
            self.drawn.value,
            rate=context.step_rate(self.rate),
            roll_rate=context.step_rate(self.rate, self.roll_spread),
            maturity=context.due(self.maturity),
            limit=self.limit.value,
            fee=self.commitment_fee / 365.0,
            **self.maturing(context, self.maturity),
        )
        return [Row(name, debt)]
