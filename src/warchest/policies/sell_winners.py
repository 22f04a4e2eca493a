"""The policy `sell_winners`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from warchest.core.spec import Number, Share, Span
from warchest.core.units import Duration
from warchest.policies.common import Betting

EXAMPLE = """
{kind: sell_winners, above: 2, part: 25%, every: 3mo}
"""


class SellWinners(Betting):
    """Sell a part of whatever has risen: the money waits in cash for bets, which are written as planned.

    A winner is a listed holding at `above` times its price today, and after a sale at as much again. Only free shares are sold.

    Source: the disposition to sell winners (Shefrin and Statman 1985); SoftBank's sales of Nvidia, Alibaba and T-Mobile.
    """

    kind: Literal["sell_winners"] = "sell_winners"
    """Always `sell_winners`."""
    above: Annotated[Number, Field(gt=1.0, le=1000.0)] = 2.0
    """Times the price at the start, or at its last sale, from which a holding is a winner."""
    part: Share = 0.25
    """Share of its free shares that is sold then, as far as the step's volume goes."""
    every: Span = Duration(3, "mo")
    """Time between decision dates; the first is today."""
