"""The policy `all_in`."""

from __future__ import annotations

from typing import Literal

from warchest.policies.common import Betting

EXAMPLE = """
{kind: all_in}
"""


class AllIn(Betting):
    """The largest cheques the limit allows, in proportion where there are several bets.

    Source: the ceiling x = (l H - D) / (1 - l m) from LTV = (D + x) / (H + m x) = l.
    """

    kind: Literal["all_in"] = "all_in"
    """Always `all_in`."""
