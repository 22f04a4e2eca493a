"""What is still to be paid for a holding."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, WithJsonSchema

from warchest.core import layout
from warchest.core.rows import Context, Row
from warchest.core.spec import Date, Money, Text
from warchest.debts.common import Debt

EXAMPLE = """
Acme, second half: {kind: payable, for: Acme, instalments: {2027-01-02: 5m, 2028-01-02: 5m}}
"""


class Payable(Debt):
    """Dated instalments for a holding already owned: they come off its gross value, not out of net debt.

    Source: SoftBank Group, "Net Asset Value per Share", treatment of the Arm shares bought from Vision Fund 1 (2023).
    """

    kind: Literal["payable"] = "payable"
    """Always `payable`."""
    holding: Annotated[Text, Field(alias="for")]
    """The holding that is being paid for (written `for:`)."""
    instalments: Annotated[
        dict[Date, Money], WithJsonSchema({"type": "object", "additionalProperties": {"type": ["string", "number"]}})
    ]
    """What is due on each date."""

    def rows(self, name: str, context: Context) -> list[Row]:
        """One row an instalment."""
        return [
            Row(
                name,
                layout.Debt(layout.PAYABLE, context.currency(a), a.value, maturity=context.due(date), **self.shared()),
            )
            for date, a in sorted(self.instalments.items())
        ]
