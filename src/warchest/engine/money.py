"""Cash: what comes in, what goes out, and the log of both."""

from warchest.core.kernel import inlined, rule
from warchest.core.layout import CONVERTED, TINY


@rule
def note(log, life, t, code, row, other, currency, amount, shares, price):
    """Write one movement into the log, if anybody keeps one (an empty log keeps nothing)."""
    k = life.clock[0].logged
    if k < log.shape[0]:
        log[k, 0] = t
        log[k, 1] = code
        log[k, 2] = row
        log[k, 3] = other
        log[k, 4] = currency
        log[k, 5] = amount
        log[k, 6] = shares
        log[k, 7] = price
        life.clock[0].logged = k + 1


@inlined
def total_cash(life, h):
    """Cash of a house in the top house's currency."""
    total = 0.0
    for c in range(life.purses.shape[1]):
        total += life.purses[h, c].cash * life.currencies[c].fx
    return total


@rule
def pay(life, log, t, h, currency, amount):
    """Take `amount` out of cash: its own currency first, then the house's, then the largest; what was not met comes back."""
    if amount <= 0.0:
        return 0.0
    own = min(life.purses[h, currency].cash, amount)
    life.purses[h, currency].cash -= own
    left = amount - own
    while left > TINY * amount:
        source = -1
        if currency != 0 and life.purses[h, 0].cash > 0.0:
            source = 0
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
            note(log, life, t, CONVERTED, source, currency, source, life.purses[h, source].cash, there, 0.0)
            life.purses[h, source].cash = 0.0
            left -= there
        else:
            taken = left * life.currencies[currency].fx / life.currencies[source].fx
            note(log, life, t, CONVERTED, source, currency, source, taken, left, 0.0)
            life.purses[h, source].cash -= taken
            left = 0.0
    return 0.0
