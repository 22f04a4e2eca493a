"""The tables of funding, funds, their investors and their deals: columns as in core/layout.py."""

from __future__ import annotations

from typing import NamedTuple


class Funding(NamedTuple):
    """(K,) what money can be had in each regime of the market; one row of good times where there are no regimes."""

    loans: int = 1  # flag: new loans on shares, unsecured ones
    facilities: int = 1  # flag: undrawn ones may be drawn
    exits: int = 1  # flag: bets may end, deals have rounds
    rolls: float = 1.0  # share of what would be refinanced
    spread: float = 0.0  # a step, on what is drawn or refinanced
    discount: float = 0.0  # on top, of what is private
    shares: int = 1  # flag: new own shares may be sold


class Flow(NamedTuple):
    """(F,) flows of deals, amounts in the currency of their cheques."""

    house: int
    bet_from: int  # deals [bet_from, bet_to), in the order in which they come
    bet_to: int
    last: float  # last step of an offer
    crowding: float
    depth: float
    exits_close: float  # fall of the benchmark from its peak; 0: never
    positions: float = 0.0  # of the policy `spread`: how many are taken
    cheque: float = 0.0  # and what each gets
    # state
    next: int = 0  # first deal not offered yet
    taken: int = 0
    pressure: float = 0.0  # the house's own money of a year
    level: float = 1.0  # price level that it makes


class Fund(NamedTuple):
    """(H,) what a house owes its investors and its manager, in its own currency; a house without investors has an empty row."""

    investor_from: int = 0  # investors [investor_from, investor_to)
    investor_to: int = 0
    manager: int = -1  # house that gets fee and carry; -1: outside
    every: int = 1  # steps between dates
    period: int = 0  # last step of the investment period
    fee: float = 0.0  # a step, share of commitments
    fee_after: float = 0.0  # the same of what is invested, once the period is over
    hurdle: float = 0.0  # a step
    carry: float = 0.0
    catch_up: float = 0.0
    clawback: int = 0  # flag
    american: int = 0  # flag: carry deal by deal
    grace: int = 0  # steps
    forfeit: float = 0.0
    asleep: int = 0  # flag: it holds what it holds, and no money can move
    # state
    fee_owed: float = 0.0
    capital: float = 0.0  # of the common investors
    hurdle_owed: float = 0.0
    profit: float = 0.0  # that common investors have had
    carried: float = 0.0  # that the manager has had
    set_aside: float = 0.0  # carry of deals that have ended, not paid yet
    recycling: float = 0.0  # that may still be kept
    kept: float = 0.0  # for cheques
    worth: float = 0.0  # the manager's carry to come, top currency
    hidden: float = 0.0  # truth less mark of it, top currency
    wealth: float = 0.0  # the common investors' true worth, top currency
    paid_in: float = 0.0  # by common investors, the fund's currency
    paid_out: float = 0.0  # to them
    fees: float = 0.0  # paid
    default: int = -1  # step; -1: never
    next_date: int = 0  # step
    moved: int = 1  # flag: something has changed since it was last looked at
    nav: float = 0.0  # when it was last looked at, top currency
    ltv: float = 0.0


class Investor(NamedTuple):
    """(I,) investors of funds, in the fund's currency."""

    house: int  # the fund
    owner: int  # house that it is; -1: outside
    preferred: int  # flag
    coupon: float  # a calendar day
    sale_discount: float
    # state
    commitment: float
    called: float
    capital: float  # called and not given back
    units: float  # share of what common investors get
    arrears: float = 0.0  # coupons owed
    owed: float = 0.0  # the owner's part of calls that is not paid
    since: int = -1  # step of the oldest call that is not paid
    part: float = 1.0  # share of the stake that is the owner's
    worth: float = 0.0  # of the owner's part, top currency
    hidden: float = 0.0  # truth less mark of it, top currency


class Bucket(NamedTuple):
    """(H, points) money that moved up to a point of the bands since the one before, in the house's own currency."""

    # state
    net: float = 0.0  # to common investors
    gross: float = 0.0  # from what is held
    level: float = 0.0  # of the benchmark
    flow: float = 0.0  # the money whose rate is looked for


class Returns(NamedTuple):
    """(paths of a chunk, H) what a fund leaves behind, in its own currency; rates are a year."""

    # state
    paid_in: float = 0.0
    paid_out: float = 0.0
    left: float = 0.0  # the common investors' true worth
    irr: float = 0.0  # NaN: none, or several
    gross_irr: float = 0.0
    ks: float = 0.0
    ln: float = 0.0
    direct_alpha: float = 0.0
    fees: float = 0.0
    carry: float = 0.0
    spent: float = 0.0  # on bets and deals
    brought: float = 0.0  # by them, with what is left of them at truth
    top: float = 0.0  # the same of the best 6 % of deals
    deals: float = 0.0
    losers: float = 0.0
    tens: float = 0.0  # deals that bring ten times their money
    default: float = 0.0  # step


RETURNS_COLUMNS = Returns._fields
