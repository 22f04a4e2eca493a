"""Default: everything is sold, lenders are paid by rank, and what is left stays."""

import math

from warchest.core.codes import BET_SOLD, CONVERTED, COSTS, DEFAULTED, DELIVERED, RELEASED, REPAID, SOLD, WRITTEN_OFF
from warchest.core.kernel import rule
from warchest.core.layout import TINY
from warchest.debts.prepaid_forward_rule import settlement
from warchest.engine.balance import bet_truth
from warchest.engine.funds import fail_calls, sell_stake
from warchest.engine.money import gross_flow, less, note
from warchest.engine.sales import discounted, sale_cost


@rule
def fire_price(life, i):
    """What a share of a line brings when all of the line must go, top currency."""
    line = life.lines[i]
    asset = life.assets[line.asset]
    price = asset.price * life.currencies[asset.currency].fx
    if asset.mark_every > 0:
        return price * (1.0 - asset.sale_discount) * discounted(life)
    if asset.volume <= 0.0:
        return price * (1.0 - asset.block_discount)
    days = max(1.0, line.shares / max(asset.participation * asset.volume, TINY))
    return price * math.exp(-sale_cost(line.shares, asset.sigma, asset.volume, asset.outstanding, days))


@rule
def liquidate(life, t, h):
    """Default: everything is sold, lenders are paid by rank, what is left stays in cash; whether anything was held."""
    debts, house = life.debts, life.houses[h]
    note(life, t, DEFAULTED, h, -1, 0, house.overdue, 0.0, 0.0)
    held = holds_anything(life, h)
    for d in range(house.loan_to, house.forward_to):
        settle_forward(life, t, d)
    convert_all(life, t, h)
    for d in range(house.debt_from, house.debt_to):
        debts[d].need = (debts[d].principal + debts[d].arrears) * life.currencies[debts[d].currency].fx
    pot = life.purses[h, 0].cash
    left = 0.0
    for d in range(house.debt_from, house.lent_to):
        left = enforce(life, t, d, left)
        if debts[d].behind < 0:  # loans of one chain stand one after the other
            pot += left
            left = 0.0
    for i in range(house.line_from, house.line_to):
        pot += sell_off(life, t, i, -1, life.lines[i].free)
    for i in range(house.line_from, house.line_to):
        life.lines[i].free = 0.0
        life.lines[i].shares = 0.0
    for b in range(house.bet_from, house.bet_to):
        bet = life.bets[b]
        brings = bet_truth(life, b, t) * (1.0 - bet.sale_discount) * discounted(life)
        brings *= life.currencies[bet.currency].fx
        note(life, t, BET_SOLD, b, -1, 0, brings, bet.value, 0.0)
        pot += brings
        gross_flow(life, t, h, brings)
        bet.brought += brings / life.currencies[bet.currency].fx
        bet.value = 0.0
        bet.owed = 0.0
    pot += leave_funds(life, t, h)
    for rank in range(1, 10):
        pot -= pay_rank(life, t, h, rank, pot)
    for d in range(house.debt_from, house.debt_to):
        debts[d].principal = 0.0
        debts[d].arrears = 0.0
        debts[d].matured = 0.0
    house.owed = 0.0
    life.purses[h, 0].cash = max(0.0, pot)
    house.stale = 1
    return held


@rule
def leave_funds(life, t, h):
    """A house in default gives up its stakes in funds, its unpaid calls and its rights as a manager; what they bring."""
    pot = 0.0
    fail_calls(life, t, h, True)
    for k in range(life.investors.shape[0]):
        if life.investors[k].owner == h and life.investors[k].part > 0.0:
            pot += sell_stake(life, t, k, 1.0)
    convert_all(life, t, h)
    for f in range(life.funds.shape[0]):
        if life.funds[f].manager == h:
            life.funds[f].manager = -1
    return pot


@rule
def holds_anything(life, h):
    """Whether a house has shares or bets."""
    for i in range(life.houses[h].line_from, life.houses[h].line_to):
        if life.lines[i].free > 0.0:
            return True
    for d in range(life.houses[h].debt_from, life.houses[h].forward_to):
        for k in range(life.debts[d].pledge_from, life.debts[d].pledge_to):
            if life.pledges[k].shares > 0.0:
                return True
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        if life.bets[b].value > 0.0:
            return True
    for k in range(life.investors.shape[0]):
        if life.investors[k].owner == h and life.investors[k].worth + life.investors[k].hidden > 0.0:
            return True
    return False


@rule
def settle_forward(life, t, d):
    """A forward ends at today's price: the other side keeps shares worth the settlement, the rest is free."""
    debt = life.debts[d]
    k = debt.pledge_from
    pledged = life.pledges[k].shares
    if pledged <= 0.0:
        return
    line = life.lines[life.pledges[k].line]
    price = life.assets[line.asset].price
    gone = pledged
    if price > debt.floor:
        gone = min(pledged, settlement(pledged, debt.floor, debt.cap, price, debt.in_cash != 0) / price)
    note(life, t, DELIVERED, d, life.pledges[k].line, debt.currency, gone * price, gone, price)
    left = less(pledged, gone)
    note(life, t, RELEASED, life.pledges[k].line, d, debt.currency, 0.0, left, price)
    life.pledges[k].shares = 0.0
    life.houses[debt.house].forwards -= 1
    line.shares = less(line.shares, gone)
    line.free += left


@rule
def convert_all(life, t, h):
    """All cash into the top currency."""
    for c in range(1, life.purses.shape[1]):
        amount = life.purses[h, c].cash
        if amount > 0.0:
            worth = amount * life.currencies[c].fx
            note(life, t, CONVERTED, c, 0, c, amount, worth, 0.0)
            life.purses[h, 0].cash += worth
            life.purses[h, c].cash = 0.0


@rule
def sell_off(life, t, i, d, shares):
    """Sell shares of a line when all of it must go, pledged to `d` or free (-1); what they bring, top currency."""
    if shares <= 0.0:
        return 0.0
    brings = shares * fire_price(life, i)
    note(life, t, SOLD, i, d, 0, brings, shares, life.assets[life.lines[i].asset].price)
    gross_flow(life, t, life.lines[i].house, brings)
    return brings


@rule
def enforce(life, t, d, left):
    """A secured lender sells its collateral, and has what the loan ahead left of it; what it leaves; `need` keeps its claim."""
    debt = life.debts[d]
    value = left
    for k in range(debt.pledge_from, debt.pledge_to):
        value += sell_off(life, t, life.pledges[k].line, d, life.pledges[k].shares)
        life.pledges[k].shares = 0.0
    secured = min(value, debt.need)
    hand_over(life, t, d, secured)
    debt.need -= secured
    if not debt.recourse:
        write_off(life, t, d, debt.need)
        debt.need = 0.0
    return value - secured


@rule
def pay_rank(life, t, h, rank, pot):
    """Claims of one rank are paid as far as the pot goes, in proportion; what they took."""
    house = life.houses[h]
    claims = house.owed if rank == 1 else 0.0
    for d in range(house.debt_from, house.debt_to):
        if life.debts[d].rank == rank:
            claims += life.debts[d].need
    if claims <= 0.0:
        return 0.0
    paid = min(1.0, pot / claims)
    if rank == 1:
        note(life, t, COSTS, h, 1, 0, paid * house.owed, 0.0, 0.0)
        note(life, t, WRITTEN_OFF, -1, 1, 0, (1.0 - paid) * house.owed, 0.0, 0.0)
    for d in range(house.debt_from, house.debt_to):
        if life.debts[d].rank == rank and life.debts[d].need > 0.0:
            hand_over(life, t, d, paid * life.debts[d].need)
            write_off(life, t, d, (1.0 - paid) * life.debts[d].need)
    return paid * claims


@rule
def hand_over(life, t, d, amount):
    """Log that a lender got `amount` (top currency) in a default."""
    c = life.debts[d].currency
    own = amount / life.currencies[c].fx
    if amount > 0.0:
        if c != 0:
            note(life, t, CONVERTED, 0, c, 0, amount, own, 0.0)
        note(life, t, REPAID, d, 1, c, own, 0.0, 0.0)


@rule
def write_off(life, t, d, amount):
    """Log that a lender bears `amount` (top currency) in a default."""
    if amount > 0.0:
        c = life.debts[d].currency
        note(life, t, WRITTEN_OFF, d, 1, c, amount / life.currencies[c].fx, 0.0, 0.0)
