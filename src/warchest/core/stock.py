"""The table of the house's own shares: columns as in core/layout.py."""

from __future__ import annotations

import math
from typing import NamedTuple


class Stock(NamedTuple):
    """(1,) the top house's own shares, or none; prices are in top currency."""

    asset: int = -1  # row whose returns move the premium; -1: it stands still
    today: float = 0.0  # price of today; 0: as the premium says
    settles: float = math.nan  # log of price / NAV a share, where it settles; NaN: where it is today
    keeps: float = 1.0  # share of the distance to it that a step leaves
    issue_above: float = math.inf  # log of price / NAV a share
    issue: float = 0.0  # new shares a step, share of those outstanding
    issue_discount: float = 0.0  # share of the price
    buy_below: float = -math.inf  # log of price / NAV a share
    buy: float = 0.0  # shares bought a step, share of those outstanding
    rescue: float = 0.0  # most new shares when money is missing, share of those outstanding
    rescue_discount: float = 0.0  # share of the price
    rescue_every: int = 1  # steps between two such issues
    # state
    outstanding: float = 0.0  # shares
    premium: float = 0.0  # log of price / NAV a share
    middle: float = 0.0  # where it settles
    next_rescue: int = 0  # step
    peak: float = 0.0  # highest price so far
