"""Cash: what comes in, what goes out, and the log of both."""

from warchest.core.codes import CAPITAL_PAID, CONVERTED
from warchest.core.kernel import inlined, rule
from warchest.core.layout import TINY


@inlined
def note(life, t, code, row, other, currency, amount, shares, price):
    """Write one movement into the log, if anybody keeps one."""
    if life.log.shape[0] > 0:
        enter(life, t, code, row, other, currency, amount, shares, price)


@rule
def enter(life, t, code, row, other, currency, amount, shares, price):
    """The next entry of the log, unless nothing moved; entries beyond its end are only counted."""
    if amount == 0.0 and shares == 0.0 and price == 0.0:
        return
    k = life.clock[0].logged
    life.clock[0].logged = k + 1
    if k < life.log.shape[0]:
        entry = life.log[k]
        entry.step = t
        entry.code = code
        entry.row = row
        entry.other = other
        entry.currency = currency
        entry.amount = amount
        entry.shares = shares
        entry.price = price
        entry.house = life.clock[0].house


@rule
def gross_flow(life, t, h, amount):
    """Keep money (top currency) that came from what a house holds, or below zero went into it, where there are funds."""
    if life.buckets.shape[1] > 0:
        every = life.clock[0].bucket_every
        life.buckets[h, (t + every - 1) // every].gross += amount / life.currencies[life.houses[h].home].fx


@rule
def net_flow(life, t, h, amount):
    """Keep money (its own currency) that a fund gave its common investors, or below zero had from them."""
    fund = life.funds[h]
    if amount < 0.0:
        fund.paid_in -= amount
    else:
        fund.paid_out += amount
    if life.buckets.shape[1] > 0:
        every = life.clock[0].bucket_every
        life.buckets[h, (t + every - 1) // every].net += amount


@inlined
def less(held, gone):
    """What is left when part of a thing goes; rounding leaves none over."""
    left = held - gone
    return left if left > TINY * gone else 0.0


@inlined
def total_cash(life, h):
    """Cash of a house in the top house's currency."""
    total = 0.0
    for c in range(life.purses.shape[1]):
        total += life.purses[h, c].cash * life.currencies[c].fx
    return total


@rule
def pay(life, t, h, currency, amount):
    """Take `amount` out of cash: its own currency first, then the house's, then the largest; what was not met comes back."""
    if amount <= 0.0:
        return 0.0
    home = life.houses[h].home
    own = min(life.purses[h, currency].cash, amount)
    life.purses[h, currency].cash -= own
    left = amount - own
    least = max(TINY * amount, life.houses[h].dust / life.currencies[currency].fx)
    while left > least:
        source = -1
        if currency != home and life.purses[h, home].cash > 0.0:
            source = home
        else:
            largest = 0.0
            for c in range(life.purses.shape[1]):
                if c != currency and life.purses[h, c].cash * life.currencies[c].fx > largest:
                    largest = life.purses[h, c].cash * life.currencies[c].fx
                    source = c
        if source < 0:
            return left
        there = life.purses[h, source].cash * life.currencies[source].fx / life.currencies[currency].fx
        if there <= left:
            note(life, t, CONVERTED, source, currency, source, life.purses[h, source].cash, there, 0.0)
            life.purses[h, source].cash = 0.0
            left -= there
        else:
            taken = left * life.currencies[currency].fx / life.currencies[source].fx
            note(life, t, CONVERTED, source, currency, source, taken, left, 0.0)
            life.purses[h, source].cash = max(0.0, life.purses[h, source].cash - taken)
            left = 0.0
    return 0.0


@rule
def pay_call(life, t, k):
    """The owner of a stake pays what is called from its cash, as far as it goes; what it paid, the fund's currency."""
    investor = life.investors[k]
    owner, h = investor.owner, investor.house
    c = life.houses[h].home
    before = life.clock[0].house
    life.clock[0].house = owner
    left = investor.owed
    if total_cash(life, owner) > 0.0:
        left = pay(life, t, owner, c, investor.owed)
    paid = investor.owed - left
    note(life, t, CAPITAL_PAID, k, owner, c, paid, 0.0, 0.0)
    life.purses[h, c].cash += paid
    life.funds[h].moved = 1
    gross_flow(life, t, owner, -paid * life.currencies[c].fx)
    if not investor.preferred:
        net_flow(life, t, h, -paid)
    investor.owed = left
    life.houses[owner].stale = 1
    life.clock[0].house = before
    return paid
