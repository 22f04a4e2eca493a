"""What a fund was for those who paid for it: multiples, rates of return and market equivalents of one path."""

import math

from warchest.core.kernel import rule
from warchest.core.layout import TINY
from warchest.engine.balance import bet_truth, sheet
from warchest.engine.stakes import with_carry

LOWEST, HIGHEST = -0.999, 1000.0
"""Rates a year between which one is looked for."""
STEPS = 100
LOOKS = 64
"""Rates that are looked at where there may be several."""
TEN = 10.0
BEST = 0.06
"""Share of deals that are the best ones: 6 % of deals made 60 % of returns (Horsley Bridge)."""


@rule
def open_returns(life):
    """Nothing has moved yet; what stands on the first day counts as paid for on it."""
    for h in range(life.buckets.shape[0]):
        for k in range(life.buckets.shape[1]):
            life.buckets[h, k].net = 0.0
            life.buckets[h, k].gross = 0.0
            life.buckets[h, k].level = math.nan
        if life.buckets.shape[1] > 0 and life.clock[0].benchmark >= 0:
            life.buckets[h, 0].level = life.assets[life.clock[0].benchmark].price
        fund = life.funds[h]
        if life.buckets.shape[1] > 0 and fund.investor_to > fund.investor_from:
            fx = life.currencies[life.houses[h].home].fx
            held = max(0.0, fund.wealth / fx)
            fund.paid_in = held
            life.buckets[h, 0].net = -held
            gross, hidden, _, _ = sheet(life, h, 0)
            life.buckets[h, 0].gross = -(gross + hidden) / fx


@rule
def mark_benchmark(life, t):
    """The benchmark of this step, beside the money that moved up to it."""
    clock = life.clock[0]
    if clock.benchmark >= 0:
        price = life.assets[clock.benchmark].price
        clock.peak = max(clock.peak, price)
        if life.buckets.shape[1] > 0 and (t % clock.bucket_every == 0 or t == clock.steps):
            k = (t + clock.bucket_every - 1) // clock.bucket_every
            for h in range(life.buckets.shape[0]):
                life.buckets[h, k].level = price


@rule
def close_returns(life, p, t):
    """Fill row `p` of the returns of every fund at the end of a path."""
    for h in range(life.returns.shape[1]):
        fund = life.funds[h]
        if fund.investor_to > fund.investor_from:
            close_fund(life, p, t, h)


@rule
def close_fund(life, p, t, h):
    """Multiples, rates and deals of one fund; what is left counts at truth, on the last day."""
    fund = life.funds[h]
    row = life.returns[p, h]
    fx = life.currencies[life.houses[h].home].fx
    row.paid_in = fund.paid_in
    row.paid_out = fund.paid_out
    row.left = fund.wealth / fx
    row.fees = fund.fees
    row.carry = with_carry(life, h)
    row.default = fund.default if fund.default >= 0 else math.nan
    gross, hidden, _, _ = sheet(life, h, t)
    row.irr = irr(life, h, 0, row.left)
    row.gross_irr = irr(life, h, 1, (gross + hidden) / fx)
    row.ks = math.nan
    row.ln = math.nan
    row.direct_alpha = math.nan
    if life.clock[0].benchmark >= 0:
        equivalents(life, p, h)
    deals(life, p, t, h)


@rule
def equivalents(life, p, h):
    """Kaplan-Schoar, Long-Nickels and Direct Alpha against the benchmark (definitions: results/flows.py)."""
    row = life.returns[p, h]
    points = life.buckets.shape[1]
    last = life.buckets[h, points - 1].level
    paid, got = 0.0, 0.0
    for k in range(points):
        net = life.buckets[h, k].net
        grown = net * last / life.buckets[h, k].level
        if net < 0.0:
            paid -= grown
        else:
            got += grown
    if paid <= 0.0:
        return
    row.ks = (got + row.left) / paid
    row.ln = irr(life, h, 0, paid - got)
    row.direct_alpha = irr(life, h, 2, row.left)


@rule
def flow_at(life, h, k, which):
    """Money of one point: net (0), gross (1), or net in units of the benchmark at the end (2)."""
    bucket = life.buckets[h, k]
    if which == 1:
        return bucket.gross
    if which == 0 or bucket.net == 0.0:
        return bucket.net
    return bucket.net * life.buckets[h, life.buckets.shape[1] - 1].level / bucket.level


@rule
def irr(life, h, which, left):
    """The rate a year at which the money of a fund is worth nothing; -1 where nothing came back, NaN where there is none or several.

    Flows that change their sign once have one rate at most; for others the rates between -99.9 % and 100,000 % are counted.
    """
    points = life.buckets.shape[1]
    changes, before, came = 0, 0.0, 0.0
    for k in range(points):
        flow = flow_at(life, h, k, which) + (left if k == points - 1 else 0.0)
        life.buckets[h, k].flow = flow
        came = max(came, flow)
        if flow != 0.0:
            if before * flow < 0.0:
                changes += 1
            before = flow
    if changes == 0:
        return -1.0 if before < 0.0 and came <= 0.0 else math.nan
    year = life.clock[0].bucket_every * life.clock[0].dt
    low, high = (1.0 + HIGHEST) ** -year, (1.0 + LOWEST) ** -year
    if changes > 1:
        low, high = only_root(life, h, low, high)
    at_low = worth(life, h, low)
    if not at_low * worth(life, h, high) < 0.0:
        return math.nan
    v = 0.99 if low < 0.99 < high else 0.5 * (low + high)
    for _ in range(STEPS):
        value = worth(life, h, v)
        if value * at_low > 0.0:
            low = v
        else:
            high = v
        slope = (worth(life, h, v * (1.0 + 1e-7)) - value) / (v * 1e-7)
        following = v - value / slope if slope != 0.0 else low
        if not low < following < high:
            following = 0.5 * (low + high)
        if abs(following - v) <= TINY * v:
            break
        v = following
    return v ** (-1.0 / year) - 1.0


@rule
def only_root(life, h, low, high):
    """Where the only rate lies, as discounts of one point; nowhere (the same twice) if there is none or there are several."""
    ratio = (high / low) ** (1.0 / LOOKS)
    found_low, found_high, count = low, low, 0
    before, at = worth(life, h, low), low
    for _ in range(LOOKS):
        following = at * ratio
        value = worth(life, h, following)
        if before * value < 0.0:
            count += 1
            found_low, found_high = at, following
        before, at = value, following
    return (found_low, found_high) if count == 1 else (low, low)


@rule
def worth(life, h, v):
    """Present value of a fund's money when one unit at the next point is worth `v` now; the last point lies at the horizon."""
    points = life.buckets.shape[1]
    last = points - 1
    total = life.buckets[h, last].flow * v ** (life.clock[0].steps / life.clock[0].bucket_every)
    inner = 0.0
    for j in range(last):
        inner = inner * v + life.buckets[h, last - 1 - j].flow
    return total + inner


@rule
def deals(life, p, t, h):
    """Money spent on bets and deals and what they brought, what is left of them at truth; losers, ten-baggers, the best 6 %."""
    row = life.returns[p, h]
    house = life.houses[h]
    row.spent = 0.0
    row.brought = 0.0
    row.top = 0.0
    row.deals = 0.0
    row.losers = 0.0
    row.tens = 0.0
    home = life.currencies[house.home].fx
    for b in range(house.bet_from, house.bet_to):
        bet = life.bets[b]
        if bet.spent > 0.0:
            bet.brought += bet_truth(life, b, t) if bet.value > 0.0 else 0.0
            fx = life.currencies[bet.currency].fx / home
            row.spent += bet.spent * fx
            row.brought += bet.brought * fx
            row.deals += 1.0
            row.losers += bet.brought < bet.spent
            row.tens += bet.brought >= TEN * bet.spent * (1.0 - TINY)
    for _ in range(math.ceil(BEST * row.deals)):
        best = -1
        for b in range(house.bet_from, house.bet_to):
            bet = life.bets[b]
            if bet.spent > 0.0 and (best < 0 or bet.brought > life.bets[best].brought):
                best = b
        row.top += life.bets[best].brought * life.currencies[life.bets[best].currency].fx / home
        life.bets[best].spent = 0.0
