"""The policy `spread`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from warchest.core.spec import Positive, Share
from warchest.policies.common import Betting, Limit

EXAMPLE = """
{kind: spread, positions: 30}
"""


class Spread(Betting):
    """Many small bets: a stated number of deals, all of one size, taken evenly over the time in which deals come.

    Source: the 80/20 rule of venture: 6 % of deals made 60 % of returns (Horsley Bridge), so enough of them must be held.
    """

    kind: Literal["spread"] = "spread"
    """Always `spread`."""
    positions: Annotated[Positive, Field(le=100_000)]
    """How many deals are taken in all."""
    size: Share = 0.8
    """What is put into them, share of all commitments to a fund, or of another house's NAV today."""
    limit: Limit = "funding"
    """What bounds the cheques: `funding` alone, an LTV ceiling of `limits`, or `none` (what is missing is borrowed)."""
