"""The tables of the engine, each column declared once with its unit.

A table is an array of records, and a life is the tables of one house. Columns before `# state` are fixed before a path is
lived, the others are what the next step needs. Amounts are in the row's own currency unless it says top currency.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from warchest.core.calendar import NEVER
from warchest.core.fund_tables import Bucket, Flow, Fund, Funding, Investor, Returns
from warchest.core.path_tables import Entry, Path
from warchest.core.sight import Levels, Sight
from warchest.core.stock import Stock

Array = Any
"""A NumPy array."""

BOND, FACILITY, PAYABLE, MARGIN, FORWARD = 0, 1, 2, 3, 4
LOGNORMAL, STUDENT_T, GIVEN = 0, 1, 2
HOLD, PLANNED, ALL_IN, FRACTION, SPREAD, SHARE_OF_DEALS, BAND, SELL_WINNERS, OWN = range(9)
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
    bucket_every: int  # steps between points of a fund's money
    # state
    logged: int = 0  # entries in the log
    path: int = 0  # row of the path that is being lived
    house: int = 0  # that is being lived, for the log
    benchmark: int = -1  # asset; -1: none
    peak: float = 0.0  # its highest price so far
    regime: int = 0  # of today


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
    reference: float = 0.0  # price at the last sale as a winner; 0: none yet


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
    extra: float = 0.0  # state: interest a step on top, of what was drawn or refinanced in hard times
    capitalised: int = 0  # flag: interest is added to the principal; 2: where it cannot be paid
    converts: float = 0.0  # own shares for one unit of principal; 0: it is no convertible
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
    repaid_every: int = 0  # facility: steps after which all that is drawn is repaid; 0: only at its end
    final: int = NEVER  # and the step of its end; a convertible's, after its put date
    pledge_from: int = 0  # pledges [from, to) of this debt
    pledge_to: int = 0
    ahead: int = -1  # debt row of the loan directly ahead on the same collateral; -1: none
    behind: int = -1  # and directly behind
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
    senior: float = 0.0  # owed on the loans ahead, top currency
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
    flow: int = -1  # of a deal; -1: a bet of its own
    offer: int = -1  # column of the offers' times
    rounds: int = 0  # steps between rounds; 0: none
    overmarked: float = 0.0
    follow_on: float = 0.0  # share of the first cheque
    # state
    multiple: float = 1.0  # how it ends on this path
    value: float = 0.0  # value received
    mark: float = 1.0  # for one unit of it
    owed: float = 0.0  # overdue tranche
    ask: float = 0.0  # cheque that is asked today
    next_round: int = NEVER  # step
    leaves: int = NEVER  # step on which it becomes cash: its end, or later where exits are closed
    opened: float = 0.0  # first cheque as written
    cost: float = 0.0  # of what is left
    spent: float = 0.0  # in all
    brought: float = 0.0
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
    widens: float  # interest a step on what rolls, for one unit of LTV above ltv_normal
    ltv_normal: float
    rolls_until: float  # LTV
    advance: float  # share lent on new pledges
    lending_steps: int  # maturity of new loans
    borrow_limit: float
    policy: int
    limit: int
    earns: float  # interest on cash a step
    pays: int  # flag: some holding pays dividends
    grows: int  # flag: some debt is capitalised
    prefers: int  # flag: some coupon is paid only while it can be
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
    home: int = 0  # its own currency
    funded: int = 0  # flag: it has investors, or is one of a fund's
    kept_line: int = 0  # of the policy `fraction`: the line it keeps
    kept_share: float = 0.0  # at this share of NAV; of deals: each gets this share
    named_to: int = 0  # bets [bet_from, named_to) are no deals
    flow_from: int = 0  # flows [flow_from, flow_to)
    flow_to: int = 0
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
    asking: int = 0  # deals with a round that ask for more today


class Purse(NamedTuple):
    """(H, C) a house's money in one currency, and sums over its debts in it."""

    # state
    cash: float
    rate: float = 0.0  # interest a step
    coupon: float = 0.0  # interest a calendar day
    counted: float = 0.0  # counted debt that does not grow
    payable: float = 0.0  # instalments still to pay


class Life(NamedTuple):
    """Everything a path is lived with; the tables of step 0 are where each path starts."""

    clock: Array
    steps: Array
    regimes: Array
    currencies: Array
    assets: Array
    lines: Array
    debts: Array
    pledges: Array
    bets: Array
    flows: Array
    houses: Array
    sights: Array
    levels: Array
    purses: Array
    stocks: Array
    funds: Array
    investors: Array
    buckets: Array
    returns: Array
    paths: Array
    log: Array

    @property
    def top(self) -> int:
        """Row of the top house, which is lived last."""
        return len(self.houses) - 1


TABLES = dict(
    zip(
        Life._fields,
        (
            Clock,
            Step,
            Funding,
            Currency,
            Asset,
            Line,
            Debt,
            Pledge,
            Bet,
            Flow,
            Owner,
            Sight,
            Levels,
            Purse,
            Stock,
            Fund,
            Investor,
            Bucket,
            Returns,
            Path,
            Entry,
        ),
        strict=True,
    )
)
"""Which kind of row each table has."""
WIDE = frozenset({"purses", "buckets", "returns"})
"""Tables in two dimensions."""


class Handle:
    """Tables of one life, and the address of the words that say where they lie: what compiled rules are given."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.words = np.array([w for t in life for w in (t.ctypes.data, t.shape[0], t.shape[-1])], dtype=np.int64)
        self.address = self.words.ctypes.data


def life_at(address: Any) -> Any:
    """The tables at an address of a handle; plain Python is given the tables themselves."""
    return address


def without_returns(life: Life) -> Life:
    """The same tables, but nobody asks what funds were for their investors."""
    return life._replace(buckets=life.buckets[:, :0].copy(), returns=life.returns[:, :0].copy())


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
    houses = len(life.houses) if life.buckets.shape[1] else 0
    returns = table(Returns, [Returns()] * (paths * houses)).reshape(paths, houses)
    return own._replace(paths=table(Path, [Path()] * paths), returns=returns, log=table(Entry, [Entry()] * entries))


LTV_SHOWN = 10.0
"""LTVs are recorded up to 1,000 %; a house in default, or without holdings, stands there."""
