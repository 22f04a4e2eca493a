"""A fund: a house inside the house."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from warchest.core.spec import Growth, Money, Share, Span, Spec, Text, Truth
from warchest.core.units import Amount, Duration

EXAMPLE = """
Growth fund:
  kind: fund
  investor: Ourselves
  house:
    house: Growth Fund I
    investors:
      Ourselves: {commitment: 40m}
      Others: {commitment: 60m}
    fees: {management: 2%, period: 5y}
    waterfall: {hurdle: 8%, carry: 20%}
"""


class Fund(Spec):
    """A holding that is a house of its own, with investors, of whom this house is one.

    It lives in this house's world: market, exchange rates, dates and grid are this house's.

    Source: a stake is worth what the fund's waterfall would leave it of the fund's NAV (hypothetical liquidation at book value).
    """

    kind: Literal["fund"] = "fund"
    """Always `fund`."""
    investor: Text
    """Which of the fund's investors this house is."""
    file: Text | None = None
    """House file of the fund, beside this one, or the name of a case; or it is written here, as `house`."""
    house: dict[Text, Any] | None = None
    """The fund's own file, written here."""
    change: dict[Text, Any] = {}
    """Changes to the fund's file."""
    manager: Truth = False
    """Whether this house manages the fund, and so gets its fee and its carry."""
    sale_discount: Share = 0.3
    """What a hurried sale of the stake costs, share of its true value."""
    asset: None = Field(default=None, exclude=True)
    """Never given: a fund is no second line of anything."""

    @model_validator(mode="after")
    def _one_form(self) -> Fund:
        if self.file is None and self.house is None:
            raise ValueError("file is missing; the fund's file, or its lines under `house`")
        if self.file is not None and self.house is not None:
            raise ValueError("file stands beside house; the fund's file, or its lines under `house`, one of the two")
        return self


class Investor(Spec):
    """Who has committed money to a fund.

    Source: limited partnership agreements as described by Metrick and Yasuda (2010); coupons as those of Vision Fund 1.
    """

    kind: Literal["common", "preferred"] = "common"
    """`common` shares in the profit, `preferred` has a coupon and its capital back first."""
    commitment: Money
    """The most that can be called from it, what was called so far included."""
    paid: Money = Amount(0.0, None)
    """What was called before as_of."""
    returned: Money = Amount(0.0, None)
    """How much of what was paid has come back as capital."""
    coupon: Growth = 0.0
    """Of a preferred investor: interest a year on its capital, paid whatever the performance, from calls if need be."""


class Fees(Spec):
    """What a fund pays its manager, beside the carry.

    Source: Metrick and Yasuda (2010): a share of commitments, then of what is invested.
    """

    management: Growth = 0.0
    """A year, share of all commitments, during the investment period."""
    after: Growth | None = None
    """A year, share of what is invested, after it; left out: the same rate."""
    period: Span = Duration(5, "y")
    """The investment period, from as_of."""


class Waterfall(Spec):
    """How a fund's money is shared out.

    Source: whole-fund (European) and deal-by-deal (American) waterfalls, Metrick and Yasuda (2010).
    """

    style: Literal["european", "american"] = "european"
    """`european`: capital and hurdle of the whole fund come before carry. `american`: each bet and deal is shared out for itself."""
    hurdle: Growth = 0.0
    """Preferred return of the common investors a year, compounding."""
    catch_up: Share = 1.0
    """Share of the catch-up that goes to the manager."""
    carry: Annotated[Share, Field(lt=1)] = 0.0
    """The manager's share of profit."""
    clawback: Truth = True
    """Whether carry that proves too much has to be given back."""
    every: Span = Duration(3, "mo")
    """Time between the dates on which coupons and fee are paid and money is shared out."""
    recycling: Share = 0.0
    """Share of commitments that may be invested again during the investment period, instead of being shared out."""
    grace: Span = Duration(3, "mo")
    """Time after which a call that an investor inside the house has not paid has failed."""
    forfeit: Share = 0.5
    """Share of its stake that an investor loses when a call on it has failed."""
