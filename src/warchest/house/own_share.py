"""The house's own share: how its price stands to NAV, and what the house does with it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from warchest.core.spec import Growth, Number, Share, Span, Spec, Volatility
from warchest.core.units import Duration

Premium = Annotated[Growth, Field(gt=-1.0)]


class Issues(Spec):
    """New shares sold while they cost more than NAV a share: the machine of a treasury company."""

    above: Premium = 0.0
    """Premium above which they are sold."""
    a_year: Share
    """New shares a year, share of those outstanding."""
    discount: Share = 0.03
    """What buyers take off the price, fees in."""


class BuyBacks(Spec):
    """Own shares bought while they cost less than NAV a share."""

    below: Premium = -0.3
    """Premium below which they are bought: -40% is a discount of 40 %."""
    a_year: Share
    """Shares bought a year, share of those outstanding; from cash above the floor, and only while LTV is not above ltv_normal."""


class RightsIssue(Spec):
    """New shares sold when money is due and neither cash, facilities, new loans nor free shares are there."""

    most: Share
    """Most new shares at one time, share of those outstanding."""
    discount: Share = 0.25
    """What buyers take off the price."""
    every: Span = Duration(1, "y")
    """Time that must pass before another."""


class OwnShare(Spec):
    """The price of the house's own share: NAV a share at marks, times 1 + a premium that moves (below zero: a discount).

    The log of price / NAV a share is drawn back to where it settles and moves with the factors and by itself.

    Source: Ornstein and Uhlenbeck (1930), in discrete time; discounts of holding companies that revert: Lee, Shleifer, Thaler (1991).
    """

    premium: Premium | None = None
    """Where the premium settles; left out: where share_price puts it today."""
    half_life: Span = Duration(1, "y")
    """Time in which half of the distance is made good."""
    volatility: Volatility = 0.0
    """Standard deviation a year of the moves of the log of price / NAV a share."""
    loadings: dict[str, Number] = {}
    """Betas of these moves to the market's factors: above zero the discount widens when the factor falls."""
    issues: Issues | None = None
    """New shares sold at a premium; left out: none."""
    buy_backs: BuyBacks | None = None
    """Own shares bought at a discount; left out: none."""
    rights_issue: RightsIssue | None = None
    """New shares sold in need; left out: none."""
