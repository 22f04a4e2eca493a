"""Policies that look at their house and act: attack and defence, selling winners, one of the user's own."""

import math

from warchest.core.codes import MODE
from warchest.core.kernel import rule
from warchest.core.layout import BAND, LIMIT_LTV, OWN, SELL_WINNERS, TINY
from warchest.engine.balance import balance, ltv_now
from warchest.engine.calls import cash_floor
from warchest.engine.cover import sell_above_loans
from warchest.engine.deals import ask, worth_of_one
from warchest.engine.decide import asked, forget, funding, write_asked
from warchest.engine.money import note, total_cash
from warchest.engine.sales import is_listed, kept, sell, sellable, unit_value
from warchest.policies.all_in_rule import ceiling
from warchest.policies.band_rule import mode_of, sales_of
from warchest.policies.own_rule import own_policy


@rule
def act(life, t, h):
    """Look, sell what the policy says, remember, and write cheques; (written, asked), top currency."""
    house, see, levels = life.houses[h], life.sights[h], life.levels[h]
    bets = ask(life, t, h)
    look(life, t, h)
    cheques, sales, proceeds, memory = see.asked, 0.0, 0.0, see.memory
    if house.policy == BAND:
        memory = mode_of(see.memory, see.ltv, levels.attack_below, levels.defend_above)
        if levels.all_in:
            cheques = math.inf
        if memory > 0.0:
            cheques = 0.0
            sales = see.cash_floor - see.cash
            proceeds = sales_of(see.holdings_value, see.net_debt, levels.back_to)
    elif house.policy == OWN:
        cheques, sales, memory = own_policy(see, levels.own)
        if not (math.isfinite(cheques) and math.isfinite(sales) and math.isfinite(memory)):
            if levels.astray < 0:
                levels.astray = t  # what comes back is refused
            cheques, sales, memory = 0.0, 0.0, see.memory
    if memory != see.memory:
        note(life, t, MODE, h, int(memory), 0, 0.0, 0.0, see.ltv)
        see.memory = memory
    if house.overdue <= 0.0:
        if house.policy == SELL_WINNERS:
            sell_winners(life, t, h)
        if max(sales, proceeds) > house.dust:
            sell_down(life, t, h, min(sales, see.holdings_value), min(proceeds, see.holdings_value))
    if bets > 0 and cheques > 0.0:
        return write_asked(life, t, h, cheques)
    forget(life, h)
    return 0.0, 0.0


@rule
def look(life, t, h):
    """Fill in what the policy sees."""
    house, see, clock = life.houses[h], life.sights[h], life.clock[0]
    holdings_value, net_debt = balance(life, h)
    total, worth = 0.0, 0.0
    for b in range(house.bet_from, house.bet_to):
        if life.bets[b].ask > 0.0:
            total += asked(life, t, h, b)
            worth += asked(life, t, h, b) * worth_of_one(life, b)
    cash, facilities, loans, sales, unsecured, calls = funding(life, t, h)
    see.step = t
    see.years = t * clock.dt
    see.regime = clock.regime
    see.loans = life.regimes[clock.regime].loans
    see.calls = 0
    for d in range(house.debt_from, house.lent_to):
        if life.debts[d].principal > 0.0 and (life.debts[d].call >= 0 or life.debts[d].closing):
            see.calls += 1
    see.nav = holdings_value - net_debt
    if see.first_nav == 0.0:
        see.first_nav = see.nav
    see.peak = max(see.peak, see.nav)
    see.holdings_value = holdings_value
    see.net_debt = net_debt
    see.ltv = min(ltv_now(life, h, holdings_value, net_debt), 1e300)
    see.ltv_normal = house.ltv_normal
    see.ltv_max = house.ltv_max
    see.cash = total_cash(life, h)
    see.cash_floor = cash_floor(life, h, t)
    see.overdue = house.overdue
    see.funding = cash + facilities + loans + sales + unsecured + calls
    see.asked = total
    limit = house.ltv_limit if house.limit == LIMIT_LTV else house.ltv_max
    see.ceiling = ceiling(limit, holdings_value, net_debt, worth / total if total > 0.0 else 1.0)


@rule
def sell_down(life, t, h, cash, proceeds):
    """Sell free listed shares in selling order, then pledged ones above their loans (amounts in top currency).

    Until there is so much more cash, and until sales have brought `proceeds`, the lenders' parts included.
    """
    amount, brought = max(cash, proceeds), 0.0
    days = life.clock[0].business
    for j in range(life.houses[h].line_from, life.houses[h].line_to):
        i = life.lines[j].order
        if amount - brought > TINY * amount and is_listed(life, i) and life.lines[i].free > 0.0:
            unit = kept(life, i) * unit_value(life, i)
            if unit > 0.0:
                shares = min(life.lines[i].free, min(sellable(life, i, days), (amount - brought) / unit))
                brought += sell_free(life, t, h, i, shares)
    if amount - brought > TINY * amount:
        sell_above_loans(life, t, h, cash - brought, proceeds - brought)


@rule
def sell_free(life, t, h, i, shares):
    """Sell free shares of a listed line into cash; what they brought, top currency."""
    if shares <= 0.0:
        return 0.0
    c = life.assets[life.lines[i].asset].currency
    proceeds = sell(life, t, i, shares, life.clock[0].business, -1)
    life.purses[h, c].cash += proceeds
    life.houses[h].stale = 1
    return proceeds * life.currencies[c].fx


@rule
def sell_winners(life, t, h):
    """Sell a part of the free shares of everything listed that has risen far enough since the start, or since its last sale."""
    levels = life.levels[h]
    for i in range(life.houses[h].line_from, life.houses[h].line_to):
        line = life.lines[i]
        price = life.assets[line.asset].price
        if line.reference <= 0.0:
            line.reference = price
        if is_listed(life, i) and line.free > 0.0 and price >= levels.above * line.reference:
            line.reference = price
            sell_free(life, t, h, i, min(levels.part * line.free, sellable(life, i, life.clock[0].business)))
