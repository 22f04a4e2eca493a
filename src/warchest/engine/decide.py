"""Deciding: the policy writes cheques, and the money for them is raised in its order."""

import math

from warchest.core.codes import WRITTEN
from warchest.core.kernel import rule
from warchest.core.layout import ALL_IN, LIMIT_LTV, LIMIT_NONE, TINY
from warchest.engine.balance import balance, uncalled, undrawn
from warchest.engine.calls import cash_floor
from warchest.engine.deals import ask, bought, worth_of_one
from warchest.engine.dues import repay
from warchest.engine.funds import call_capital
from warchest.engine.money import gross_flow, note, pay, total_cash
from warchest.engine.sales import (
    buy,
    can_lend,
    draw,
    draw_facilities,
    is_listed,
    kept,
    may_borrow,
    raise_on_shares,
    sale_gain,
    sell,
    sellable,
    unit_value,
)
from warchest.policies.all_in_rule import ceiling


@rule
def funding(life, t, h):
    """All the money the house could raise now: cash, facilities, new loans, sales, unsecured, its investors; top currency."""
    houses = life.houses
    cash = to_invest(life, t, h)
    facilities, loans, sales = 0.0, 0.0, 0.0
    calls = uncalled(life, h) * life.currencies[houses[h].home].fx
    for d in range(houses[h].debt_from, houses[h].debt_to):
        fx = life.currencies[life.debts[d].currency].fx
        facilities += undrawn(life, d) * fx
        if life.debts[d].repaid_every > 0:  # calls are to repay it
            calls = max(0.0, calls - (life.debts[d].principal + undrawn(life, d)) * fx)
    for a in range(life.assets.shape[0]):
        life.assets[a].claimed = life.assets[a].sold
    for i in range(houses[h].line_from, houses[h].line_to):
        if is_listed(life, i) and life.lines[i].free > 0.0:
            a = life.lines[i].asset
            room = sellable(life, i, houses[h].sale_days) + life.assets[a].sold - life.assets[a].claimed
            shares = max(0.0, min(life.lines[i].free, room))
            if sale_gain(life, h, i) <= 0.0:
                shares = 0.0
            life.assets[a].claimed += shares  # two lines of one asset share its volume
            sales += shares * kept(life, i) * unit_value(life, i)
            if can_lend(life, i):
                loans += houses[h].advance * (life.lines[i].free - shares) * unit_value(life, i)
    row = houses[h].debt_to - 1
    room = max(0.0, houses[h].borrow_limit - life.debts[row].principal) if may_borrow(life) else 0.0
    return cash, facilities, loans, sales, room * life.currencies[life.debts[row].currency].fx, calls


@rule
def to_invest(life, t, h):
    """Cash for cheques, top currency: what is above the floor; of a fund, from its first date on, what is kept or may be recycled."""
    above = max(0.0, total_cash(life, h) - cash_floor(life, h, t))
    fund = life.funds[h]
    if fund.investor_to == fund.investor_from or t < fund.every:
        return above
    free = fund.kept + (fund.recycling if t <= fund.period else 0.0)
    return min(above, free * life.currencies[life.houses[h].home].fx)


@rule
def spend_kept(life, t, h, amount):
    """A fund uses cash (top currency) for cheques: what it kept first, then what it may recycle."""
    fund = life.funds[h]
    if t < fund.every:
        return
    used = amount / life.currencies[life.houses[h].home].fx
    first = min(used, fund.kept)
    fund.kept -= first
    fund.recycling = max(0.0, fund.recycling - (used - first))


@rule
def fund(life, t, h, need):
    """Raise `need` (top currency) for cheques: cash above the floor, facilities, investors, new loans and sales, unsecured.

    What can be spent comes back; whatever was raised lies in cash.
    """
    houses = life.houses
    have = min(need, to_invest(life, t, h))
    spend_kept(life, t, h, have)
    have += draw_facilities(life, t, h, need - have)
    if need - have > TINY * need:
        have += call_capital(life, t, h, need - have)
    if need - have > TINY * need:
        sold, lent = raise_on_shares(life, t, h, need - have, houses[h].sale_days)
        have += sold + lent
    if need - have > TINY * need and may_borrow(life):
        row = houses[h].debt_to - 1
        fx = life.currencies[life.debts[row].currency].fx
        room = (need - have) / fx
        if houses[h].limit != LIMIT_NONE:
            room = min(room, max(0.0, houses[h].borrow_limit - life.debts[row].principal))
        have += draw(life, t, h, row, room)
    return min(have, need)


@rule
def asked(life, t, h, b):
    """What a bet or a deal asks for today, top currency."""
    return life.bets[b].ask * life.currencies[life.bets[b].currency].fx


@rule
def rebalance(life, t, h):
    """Bring one listed holding back to its share of NAV: buy with cash above the floor and borrowed money, or sell and repay."""
    house = life.houses[h]
    if house.overdue > 0.0:
        return
    holdings_value, net_debt = balance(life, h)
    nav = holdings_value - net_debt
    i = house.kept_line
    price = unit_value(life, i)
    row = house.debt_to - 1
    fx = life.currencies[life.debts[row].currency].fx
    if price <= 0.0 or nav <= 0.0:
        return
    gap = house.kept_share * nav - life.lines[i].shares * price
    days = life.clock[0].business
    if gap > TINY * nav:
        shares = min(gap / price, sellable(life, i, days))
        above = max(0.0, total_cash(life, h) - cash_floor(life, h, t))
        if shares * price > above:
            room = max(0.0, house.borrow_limit - life.debts[row].principal) if may_borrow(life) else 0.0
            above += draw(life, t, h, row, min(room, (shares * price - above) / fx))
        if above > TINY * gap:
            buy(life, t, h, i, min(shares, above / price), days)
    elif gap < -TINY * nav:
        shares = min(life.lines[i].free, min(-gap / price, sellable(life, i, days)))
        if shares > 0.0:
            c = life.assets[life.lines[i].asset].currency
            life.purses[h, c].cash += sell(life, t, i, shares, days, -1)
        spare = max(0.0, total_cash(life, h) - cash_floor(life, h, t)) / fx
        amount = min(life.debts[row].principal, spare)
        repay(life, t, row, amount - pay(life, t, h, life.debts[row].currency, amount))
    house.stale = 1


@rule
def write_cheques(life, t, h):
    """The stated cheques of today, or the largest of `all_in`; (written, asked), top currency."""
    if ask(life, t, h) == 0:
        return 0.0, 0.0
    return write_asked(life, t, h, math.inf if life.houses[h].policy == ALL_IN else -1.0)


@rule
def write_asked(life, t, h, total_wanted):
    """Cheques for what asks today, so much in all (below zero: as asked; infinite: the largest); (written, asked), top currency."""
    houses, bets = life.houses, life.bets
    total = 0.0
    worth = 0.0
    for b in range(houses[h].bet_from, houses[h].bet_to):
        amount = asked(life, t, h, b)
        total += amount
        worth += amount * worth_of_one(life, b)
    if houses[h].overdue > 0.0:
        forget(life, h)
        return 0.0, total
    worth /= total
    cash, facilities, loans, sales, unsecured, calls = funding(life, t, h)
    most = cash + facilities + loans + sales + unsecured + calls
    if houses[h].limit == LIMIT_LTV:
        holdings_value, net_debt = balance(life, h)
        most = min(most, ceiling(houses[h].ltv_limit, holdings_value, net_debt - calls, worth))
    if total_wanted < 0.0:
        total_wanted = total
    if houses[h].limit == LIMIT_NONE and total_wanted < math.inf:
        most = total_wanted
    if most <= TINY * total:
        forget(life, h)
        return 0.0, total
    most = min(most, total_wanted)
    wanted = 0.0
    for b in range(houses[h].bet_from, houses[h].bet_to):
        wanted += share_of(life, t, h, b, most / total)
    have = fund(life, t, h, wanted) if wanted > 0.0 else 0.0
    for b in range(houses[h].bet_from, houses[h].bet_to):
        amount = share_of(life, t, h, b, most / total)
        if amount > 0.0:
            c = bets[b].currency
            cheque = amount * have / wanted / life.currencies[c].fx
            paid = cheque - pay(life, t, h, c, cheque)
            if bets[b].offer < 0:
                life.bets[b].cut = paid / bets[b].cheque
            gross_flow(life, t, h, -paid * life.currencies[c].fx)
            received = bought(life, t, b, paid)
            note(life, t, WRITTEN, b, -1, c, paid, received, 0.0)
    forget(life, h)
    life.houses[h].stale = 1
    return have, total


@rule
def forget(life, h):
    """Nothing is asked any more; a deal that got nothing has no rounds."""
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        life.bets[b].ask = 0.0


@rule
def share_of(life, t, h, b, part):
    """A bet's part of today's total, at most what the other side takes, top currency."""
    amount = asked(life, t, h, b)
    if amount <= 0.0:
        return 0.0
    return min(part * amount, life.bets[b].capacity * life.currencies[life.bets[b].currency].fx)
