"""What the house does with its own shares: new ones sold, old ones bought back."""

from warchest.core.codes import BOUGHT_BACK, ISSUED
from warchest.core.kernel import rule
from warchest.engine.balance import ROUNDING, balance, ltv_now
from warchest.engine.calls import cash_floor
from warchest.engine.money import note, pay, total_cash
from warchest.engine.own_share import price_at, price_now


@rule
def issue(life, t, h, shares, price):
    """Sell new shares at a price, for cash in the top currency."""
    if shares > 0.0 and price > 0.0:
        life.stocks[0].outstanding += shares
        life.purses[h, 0].cash += shares * price
        life.houses[h].stale = 1
        note(life, t, ISSUED, h, -1, 0, shares * price, shares, price)


@rule
def trade_own(life, t, h):
    """Sell new shares at a premium, or buy own ones at a discount: what the house said it would do, each step."""
    stock, house = life.stocks[0], life.houses[h]
    if house.overdue > 0.0:
        return
    if stock.issue > 0.0 and stock.premium >= stock.issue_above and life.regimes[life.clock[0].regime].shares:
        issue(life, t, h, stock.issue * stock.outstanding, price_now(life, h) * (1.0 - stock.issue_discount))
    elif stock.buy > 0.0 and stock.premium <= stock.buy_below:
        buy_back(life, t, h)


@rule
def buy_back(life, t, h):
    """Buy own shares from cash above the floor, while LTV is not above the normal one and stays so."""
    stock, house = life.stocks[0], life.houses[h]
    holdings_value, net_debt = balance(life, h)
    room = house.ltv_normal * holdings_value - net_debt
    if ltv_now(life, h, holdings_value, net_debt) > house.ltv_normal * (1.0 + ROUNDING):
        return
    price = price_at(life, holdings_value - net_debt)
    amount = min(stock.buy * stock.outstanding * price, min(room, total_cash(life, h) - cash_floor(life, h, t)))
    if amount > 0.0 and price > 0.0:
        paid = amount - pay(life, t, h, 0, amount)
        stock.outstanding -= paid / price
        house.stale = 1
        note(life, t, BOUGHT_BACK, h, -1, 0, paid, paid / price, price)


@rule
def issue_in_need(life, t, h):
    """New shares at a discount for what is overdue, where the house may and the time has come; whether any were sold."""
    stock, house = life.stocks[0], life.houses[h]
    if stock.rescue <= 0.0 or t < stock.next_rescue or not life.regimes[life.clock[0].regime].shares:
        return False
    price = price_now(life, h) * (1.0 - stock.rescue_discount)
    if price <= 0.0:
        return False
    issue(life, t, h, min(house.overdue / price, stock.rescue * stock.outstanding), price)
    stock.next_rescue = t + stock.rescue_every
    return True
