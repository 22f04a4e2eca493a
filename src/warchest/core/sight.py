"""What a policy sees of its house on a decision date, and what it remembers."""

from __future__ import annotations

from typing import NamedTuple


class Sight(NamedTuple):
    """(H,) amounts in the top house's currency, LTVs as shares."""

    # state
    step: int = 0  # since as_of
    years: float = 0.0  # since as_of
    regime: int = 0  # of the market today, in the order of the file
    loans: int = 1  # flag: new loans are to be had today
    calls: int = 0  # margin calls that are open
    nav: float = 0.0  # at marks
    first_nav: float = 0.0  # the first time the policy looked
    peak: float = 0.0  # the highest it has seen
    holdings_value: float = 0.0
    net_debt: float = 0.0
    ltv: float = 0.0
    ltv_normal: float = 0.0
    ltv_max: float = 0.0
    cash: float = 0.0
    cash_floor: float = 0.0
    overdue: float = 0.0
    funding: float = 0.0  # all that could be raised today
    ceiling: float = 0.0  # the largest cheque that leaves LTV at the policy's limit; negative: above it already
    asked: float = 0.0  # stated cheques of today's bets
    memory: float = 0.0  # what the policy said last time it should remember; 0 at first


class Levels(NamedTuple):
    """(H,) the levels of a house's policy, as shares of LTV; of the policy that sells winners, of their price."""

    attack_below: float = 0.0
    defend_above: float = 0.0
    back_to: float = 0.0
    all_in: int = 0  # flag: attack with the largest cheques
    above: float = 0.0  # a winner: price / price at the last sale, or at the start
    part: float = 0.0  # of its free shares that is sold then
    own: int = -1  # number of the user's own policy; -1: none
    # state
    astray: int = -1  # step on which that gave what is no amount; -1: never
