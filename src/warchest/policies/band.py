"""The policy `band`."""

from __future__ import annotations

from typing import Literal

from warchest.core.spec import Share, Span
from warchest.core.units import Duration
from warchest.policies.common import Betting

EXAMPLE = """
{kind: band, attack_below: 20%, defend_above: 30%, back_to: 22%, every: 1mo}
"""


class Band(Betting):
    """Attack while LTV is low, defend once it is high, and stay in defence until it is low again.

    In defence it makes no bets and sells, on every decision date and as far as the day's volume goes, what brings LTV back and
    cash to its floor: free listed shares in selling order, then pledged ones above their loans. The mode is remembered and recorded.

    Source: two thresholds with hysteresis (Constantinides 1986 for a region of inaction); SoftBank's normal and emergency LTV.
    """

    kind: Literal["band"] = "band"
    """Always `band`."""
    attack_below: Share | None = None
    """LTV below which defence ends; left out: limits.ltv_normal."""
    defend_above: Share | None = None
    """LTV above which defence begins; left out: limits.ltv_max."""
    back_to: Share | None = None
    """LTV that sales in defence aim at; left out: attack_below."""
    cheques: Literal["planned", "all_in"] = "planned"
    """Cheques in attack: the stated ones, or the largest the limit allows."""
    every: Span = Duration(1, "mo")
    """Time between decision dates; the first is today."""
