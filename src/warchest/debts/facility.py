"""A credit line that may be drawn."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Growth, Interest, Money, Span
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
    repaid_every: Span | None = None
    """Time after which all that is drawn has to be repaid, again and again: a subscription line, repaid from calls on investors."""
    commitment_fee: Growth = 0.0
    """Fee a year on what is not drawn, simple."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row."""
        final = context.due(self.maturity)
        every = context.grid.span(self.repaid_every) if self.repaid_every else 0
        debt = layout.Debt(
            layout.FACILITY,
            context.currency(self.limit),
            self.drawn.value,
            rate=context.step_rate(self.rate),
            roll_rate=context.step_rate(self.rate, self.roll_spread),
            maturity=min(every, final) if every else final,
            repaid_every=every,
            final=final,
            limit=self.limit.value,
            fee=self.commitment_fee / 365.0,
            **self.maturing(context, self.maturity),
        )
        return [Row(name, debt)]
