"""The tables of what a path leaves behind: its row, and the log of one; columns as in core/layout.py."""

from __future__ import annotations

from typing import NamedTuple


class Path(NamedTuple):
    """(paths of a chunk,) what a path leaves behind; amounts in top currency, `first_...` and dates are steps, NaN: never."""

    # state
    nav: float = 0.0  # truth, at the end
    nav_marked: float = 0.0
    nav_min: float = 0.0
    max_drawdown: float = 0.0  # share of the peak, negative
    ltv_peak: float = 0.0
    cash_min: float = 0.0
    time_above_max: float = 0.0  # share of steps
    calls: float = 0.0
    first_call: float = 0.0
    first_sale: float = 0.0
    first_breach: float = 0.0
    default: float = 0.0
    ruin: float = 0.0
    halved: float = 0.0
    cheque: float = 0.0
    cut: float = 0.0  # flag
    fund_default: float = 0.0  # first of any fund below
    defence: float = 0.0  # share of steps spent in defence, or with something else to remember
    shares: float = 0.0  # own ones outstanding, at the end; NaN: not said
    share_price: float = 0.0  # of an own one at the end
    share_drawdown: float = 0.0  # its largest fall from a peak, share of it, negative
    weight: float = 1.0


PATH_COLUMNS = Path._fields


class Entry(NamedTuple):
    """(entries,) the log of one path; an empty one keeps nothing."""

    # state
    step: int = 0
    code: int = 0  # of LOG_CODES
    row: int = 0  # of the table the code speaks of
    other: int = 0
    currency: int = 0
    amount: float = 0.0
    shares: float = 0.0
    price: float = 0.0
    house: int = 0
