"""The house's own share: its price, and what a convertible becomes."""

import math

from warchest.core.codes import INTO_SHARES
from warchest.core.kernel import rule
from warchest.engine.balance import balance
from warchest.engine.money import note


@rule
def has_own_share(life, h):
    """Whether a house is the top one and its own shares are counted."""
    return life.stocks.shape[0] > 0 and h == life.houses.shape[0] - 1


@rule
def open_premium(life, nav):
    """The premium of today, by today's price and NAV at marks; where NAV is not above zero, where it settles."""
    stock = life.stocks[0]
    known = not math.isnan(stock.settles)
    stock.premium = stock.settles if known else 0.0
    if stock.today > 0.0 and nav > 0.0:
        stock.premium = math.log(stock.today * stock.outstanding / nav)
    stock.middle = stock.settles if known else stock.premium


@rule
def move_premium(life, t, world):
    """The log of price / NAV a share is drawn back to where it settles, and moves."""
    stock = life.stocks[0]
    if stock.asset >= 0:
        stock.premium = stock.middle + stock.keeps * (stock.premium - stock.middle)
        stock.premium += math.log(world[stock.asset, t - 1])
    elif stock.keeps < 1.0:
        stock.premium = stock.middle + stock.keeps * (stock.premium - stock.middle)


@rule
def price_at(life, nav):
    """Price of an own share, top currency, at a NAV at marks; nothing where none is left."""
    stock = life.stocks[0]
    return max(0.0, nav) / stock.outstanding * math.exp(stock.premium)


@rule
def price_now(life, h):
    """Price of an own share of the top house as it stands, top currency."""
    holdings_value, net_debt = balance(life, h)
    return price_at(life, holdings_value - net_debt)


@rule
def beats_money(life, d):
    """Whether a convertible's shares are worth more than its principal."""
    debt = life.debts[d]
    price = price_now(life, debt.house) if has_own_share(life, debt.house) else 0.0
    return debt.converts * price > life.currencies[debt.currency].fx


@rule
def convert(life, t, d):
    """A convertible becomes own shares."""
    debt = life.debts[d]
    owed = debt.principal - debt.matured
    shares = debt.converts * owed
    note(life, t, INTO_SHARES, d, -1, debt.currency, owed, shares, price_now(life, debt.house))
    life.stocks[0].outstanding += shares
    debt.principal = debt.matured
    life.houses[debt.house].stale = 1
