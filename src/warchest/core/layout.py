"""The tables of the engine, each column declared once with its unit.

A table is an array of records, and a life is the tables of one house. Columns before `# state` are fixed before a path is
lived, the others are what the next step needs. Amounts are in the row's own currency unless it says top currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from warchest.core.calendar import NEVER

Array = Any
"""A NumPy array."""

BOND, FACILITY, PAYABLE, MARGIN, FORWARD = 0, 1, 2, 3, 4
LOGNORMAL, STUDENT_T, GIVEN = 0, 1, 2
HOLD, PLANNED, ALL_IN, FRACTION = 0, 1, 2, 3
LIMIT_LTV, LIMIT_FUNDING, LIMIT_NONE = 0, 1, 2
ENDS, DECIDES, TRANCHE = 1, 2, 4
TINY = 1e-12
"""Share of a payment that rounding may leave over; what is smaller counts as paid."""
DUST = 1e-14
"""Share of a house's assets at the start that counts as nothing: what rounding leaves of a payment in many parts."""


class Clock(NamedTuple):
    """(1,) the grid."""

    steps: int
    dt: float  # years a step
    business: float  # business days a step
    band_every: int  # steps between recorded points of the bands
    # state
    logged: int = 0  # entries in the log
    path: int = 0  # row of the path that is being lived


class Step(NamedTuple):
    """(T+1,) what is known of each step."""

    days: float  # calendar days of the step that ends here
    events: int  # flags: ENDS, DECIDES, TRANCHE


class Currency(NamedTuple):
    """(C,) currencies, the top house's first."""

    # state
    fx: float  # top currency for one unit


class Asset(NamedTuple):
    """(A,) what has a price."""

    currency: int
    dividend: float  # share of the price a step
    volume: float  # shares a business day; 0: no limit, no impact
    outstanding: float  # shares
    participation: float  # share of the volume
    block_discount: float  # share of the price
    sigma: float  # standard deviation of a business day's log return
    mark_every: int  # steps between marks; 0: listed, always at market
    sale_discount: float  # share of the truth, private only
    # state
    price: float  # truth
    mark: float
    next_mark: int  # step
    worth: float = 0.0  # the mark, top currency
    hidden: float = 0.0  # truth less mark, top currency
    sold: float = 0.0  # shares sold in this step
    claimed: float = 0.0  # the same, with those counted on while funding is added up


class Line(NamedTuple):
    """(L,) what a house holds of an asset, all holdings of it together."""

    house: int
    asset: int
    lending: int  # debt row of the new loan on this line; -1: none
    order: int  # line that is sold in this place of the selling order
    # state
    shares: float
    free: float  # not pledged


class Debt(NamedTuple):
    """(D,) debts; a ladder has one row a maturity."""

    kind: int
    currency: int
    principal: float  # state; a forward: its unpaid cash difference
    house: int = 0
    rate: float = 0.0  # interest a step, share of principal
    coupon: float = 0.0  # coupon a calendar day, share of principal
    roll_rate: float = 0.0  # the same once rolled
    roll_coupon: float = 0.0
    capitalised: int = 0  # flag
    tenor: int = 1  # steps of what is rolled
    rolls: float = 0.0  # share
    recourse: int = 1  # flag
    counted: float = 1.0  # share
    rank: int = 1
    cross_default: int = 1  # flag
    call_at: float = 1.0  # share of collateral
    reset_to: float = 1.0
    close_out_at: float = 1.0
    cure: int = 0  # steps
    fee: float = 0.0  # facility: a calendar day, share of what is not drawn
    floor: float = 0.0  # forward: price
    cap: float = 0.0
    in_cash: int = 0  # forward: flag
    pledge_from: int = 0  # pledges [from, to) of this debt
    pledge_to: int = 0
    # state
    maturity: int = NEVER  # step
    limit: float = 0.0  # facility: the line
    matured: float = 0.0  # overdue principal
    arrears: float = 0.0  # overdue interest
    rolled: int = 0  # flag
    call: int = -1  # steps until the cure is due; -1: no call
    closing: int = 0  # flag
    secured: float = 0.0  # collateral at the market, top currency
    deduction: float = 0.0  # what comes off its collateral's value, top currency
    need: float = 0.0  # what a due call needs, or a claim in default, top currency
    first_call: int = -1  # step; -1: never


class Pledge(NamedTuple):
    """(K,) shares of a line pledged to a debt."""

    debt: int
    line: int
    # state
    shares: float


class Bet(NamedTuple):
    """(B,) payments of bets; a bet in tranches has one row each."""

    draw: int  # column of the outcomes
    currency: int
    cheque: float
    start: int  # step
    end: int  # step
    worth: float  # value received for one unit paid
    first: int  # row of the bet's first payment
    capacity: float
    sale_discount: float
    house: int = 0
    # state
    multiple: float = 1.0  # how it ends on this path
    value: float = 0.0  # value received
    owed: float = 0.0  # overdue tranche
    cut: float = 0.0  # share of the first cheque that was written


class Owner(NamedTuple):
    """(H,) houses, children before parents: rules, and where each one's rows stand."""

    ltv_limit: float  # the policy's ceiling
    ltv_max: float
    floor: float  # amount, top currency
    floor_steps: int
    sale_days: float
    ruin_at: float
    cost_rate: float  # a step, share of NAV
    cost: float  # a step, amount
    payout_rate: float
    payout: float
    advance: float  # share lent on new pledges
    lending_steps: int  # maturity of new loans
    borrow_limit: float
    policy: int
    limit: int
    earns: float  # interest on cash a step
    pays: int  # flag: some holding pays dividends
    grows: int  # flag: some debt is capitalised
    dust: float  # what is left of a payment up to this counts as paid, top currency
    line_to: int  # lines [line_from, line_to), debts and bets likewise
    debt_to: int  # the last one is unsecured borrowing for bets
    bet_to: int
    loan_to: int  # debts [debt_from, loan_to) are secured loans,
    forward_to: int  # [loan_to, forward_to) forwards,
    growing_to: int  # [forward_to, growing_to) capitalised ones,
    payable_from: int  # [growing_to, payable_from) what is neither, [payable_from, debt_to - 1) instalments
    lent_to: int  # state: secured loans [debt_from, lent_to) may owe something
    forwards: int  # state: forwards that run
    line_from: int = 0
    debt_from: int = 0
    bet_from: int = 0
    kept_line: int = 0  # of the policy `fraction`: the line it keeps
    kept_share: float = 0.0  # at this share of NAV
    # state
    next_due: int = 0  # step of the next maturity
    stale: int = 1  # flag: the purses' sums must be counted again
    owed: float = 0.0  # overdue costs
    overdue: float = 0.0  # all that is overdue when last looked at, top currency
    deducted: float = 0.0  # deductions of all debts, top currency
    nav: float = 0.0  # at the last record
    ltv: float = 0.0
    ended: int = 0  # flag: in default
    missed: int = 0  # defaults that did not end the house


class Purse(NamedTuple):
    """(H, C) a house's money in one currency, and sums over its debts in it."""

    # state
    cash: float
    rate: float = 0.0  # interest a step
    coupon: float = 0.0  # interest a calendar day
    counted: float = 0.0  # counted debt that does not grow
    payable: float = 0.0  # instalments still to pay


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


class Life(NamedTuple):
    """Everything a path is lived with; the tables of step 0 are where each path starts."""

    clock: Array
    steps: Array
    currencies: Array
    assets: Array
    lines: Array
    debts: Array
    pledges: Array
    bets: Array
    houses: Array
    purses: Array
    paths: Array
    log: Array


TABLES = dict(
    zip(
        Life._fields,
        (Clock, Step, Currency, Asset, Line, Debt, Pledge, Bet, Owner, Purse, Path, Entry),
        strict=True,
    )
)
"""Which kind of row each table has."""


class Handle:
    """Tables of one life, and the address of the words that say where they lie: what compiled rules are given."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.words = np.array([w for t in life for w in (t.ctypes.data, t.shape[0], t.shape[-1])], dtype=np.int64)
        self.address = self.words.ctypes.data


def life_at(address: Any) -> Any:
    """The tables at an address of a handle; plain Python is given the tables themselves."""
    return address


def dtype_of(kind: type[Any]) -> np.dtype[Any]:
    """The record of one kind of row."""
    types = {"int": np.int64, "float": np.float64}
    return np.dtype([(name, types[t.__forward_arg__]) for name, t in kind.__annotations__.items()], align=True)


def table(kind: type[Any], rows: Sequence[Any]) -> Array:
    """An array of records from rows of one kind."""
    return np.array([tuple(row) for row in rows], dtype=dtype_of(kind)).view(np.recarray)


def copied(life: Life, paths: int = 0, entries: int = 0) -> Life:
    """Tables of one's own, with room for what paths leave behind and for a log."""
    own = Life(*(t.copy() for t in life))
    return own._replace(paths=table(Path, [Path()] * paths), log=table(Entry, [Entry()] * entries))


class Market(NamedTuple):
    """How prices move: P processes, the quoted pairs first, then the assets; F factors."""

    model: int
    drift: Array  # (P,) log drift a step, compensated so that E[price] follows growth
    betas: Array  # (F, P) log return a step for one standard deviation of a factor
    own: Array  # (P,) own standard deviation a step
    combine: Array  # (C, pairs) signs: the log move of a currency is a sum of pairs' moves
    tail: float  # degrees of freedom of one step
    cap: float  # largest mixing variable
    scale: float  # 1 / sqrt(E[W])
    ties: Array = np.zeros((0, 0))  # (bets, F) correlation of a bet's normal score with each factor's
    tied_from: Array = np.zeros(0, dtype=np.int64)  # (bets,) steps [from, to) over which the factors count
    tied_to: Array = np.zeros(0, dtype=np.int64)


class Powers(NamedTuple):
    """Room for the powers of two of a row: the same memory as whole numbers and as reals."""

    whole: Array
    real: Array


class Room(NamedTuple):
    """What working out the returns of one path needs."""

    shocks: Array  # (F + P, T) normals
    roots: Array  # (T,) size of each step
    pairs: Array  # (pairs, T) log moves of quoted pairs
    powers: Powers


def room(market: Market, steps: int) -> Room:
    """Room for one path of a market."""
    processes, pairs = len(market.own), market.combine.shape[1]
    whole = np.zeros(steps, dtype=np.int64)
    shocks = np.zeros((len(market.betas) + processes, steps))
    return Room(shocks, np.ones(steps), np.zeros((pairs, steps)), Powers(whole, whole.view(np.float64)))


def given() -> Market:
    """The market whose returns are on the table already."""
    none, flat = np.zeros(0), np.zeros((0, 0))
    return Market(GIVEN, none, flat, none, flat, 0.0, 0.0, 0.0)


LTV_SHOWN = 10.0
"""LTVs are recorded up to 1,000 %; a house in default, or without holdings, stands there."""

LOG_CODES = (
    "interest earned", "dividend received", "interest capitalised", "interest paid", "fee paid", "costs paid", "dividend paid",
    "principal repaid", "drawn", "instalment paid", "cheque written", "bet ended", "converted", "sold", "bet sold",
    "delivered", "cash difference owed", "pledged", "released", "written off", "rolled", "call opened", "call lapsed", "call cured",
    "close-out began", "interest overdue", "principal overdue", "costs overdue", "default", "marked", "tranche due", "tranche lapsed",
    "bought",
)  # fmt: skip
(
    EARNED, DIVIDEND, CAPITALISED, INTEREST, FEE, COSTS, PAYOUT,
    REPAID, DRAWN, INSTALMENT, WRITTEN, BET_ENDED, CONVERTED, SOLD, BET_SOLD,
    DELIVERED, DIFFERENCE, PLEDGED, RELEASED, WRITTEN_OFF, ROLLED, CALLED, LAPSED, CURED,
    CLOSING, UNPAID_INTEREST, UNPAID_PRINCIPAL, UNPAID_COSTS, DEFAULTED, MARKED, TRANCHE_DUE, TRANCHE_LAPSED, BOUGHT,
) = range(len(LOG_CODES))  # fmt: skip
