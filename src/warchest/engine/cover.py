"""Covering what is overdue: facilities, new loans, sales, and what happens when nothing is left."""

import math

from warchest.core.kernel import rule
from warchest.core.layout import (
    BET_SOLD,
    CONVERTED,
    COSTS,
    DEFAULTED,
    DELIVERED,
    RELEASED,
    REPAID,
    SOLD,
    TINY,
    WRITTEN_OFF,
)
from warchest.debts.prepaid_forward_rule import settlement
from warchest.engine.balance import bet_truth, value_debts, value_loan
from warchest.engine.calls import ROUNDS, begin_close_out, close_out, cure
from warchest.engine.dues import repay, settle
from warchest.engine.money import less, note, pay
from warchest.engine.sales import (
    draw_facilities,
    is_listed,
    kept,
    raise_on_shares,
    sale_cost,
    sell,
    sell_private,
    sellable,
    unit_value,
)

WENT_ON, FORCED, ENDED, ENDED_HOLDING = 0, 1, 2, 3


@rule
def cover(life, t, h, pressing):
    """Raise money for what is overdue, in order, else default; WENT_ON, FORCED (shares were sold), ENDED or ENDED_HOLDING.

    `pressing`: a call was met or a loan closed out before.
    A default that does not end the house (`cross_default: false`) is counted in its column `missed`.
    """
    house = life.houses[h]
    forced = raise_on_free(life, t, h, pressing)
    if house.overdue <= 0.0:
        return FORCED if forced else WENT_ON
    forced = raise_on_pledged(life, t, h) or forced
    if house.overdue > 0.0:
        raised = sell_private(life, t, h, house.overdue)
        forced = forced or raised > 0.0
        settle(life, t, h)
    if house.overdue > 0.0 and not waits(life, h):
        if ends_house(life, h):
            held = liquidate(life, t, h)
            return ENDED_HOLDING if held or forced else ENDED
        if house.missed == 0:
            note(life, t, DEFAULTED, h, 1, 0, house.overdue, 0.0, 0.0)
        house.missed += 1
    return FORCED if forced else WENT_ON


@rule
def raise_on_free(life, t, h, pressing):
    """Facilities, then new loans on and sales of free shares, then close-outs of loans overdue; whether any share was sold."""
    house = life.houses[h]
    forced = False
    if pressing:
        settle(life, t, h)  # a close-out may have left money
    if house.overdue > 0.0 and draw_facilities(life, t, h, house.overdue) > 0.0:
        settle(life, t, h)
    for _ in range(2):  # collateral that a close-out frees serves once more
        for _ in range(ROUNDS):
            if house.overdue <= 0.0:
                return forced
            sold, lent = raise_on_shares(life, t, h, house.overdue, life.clock[0].business)
            forced = forced or sold > 0.0
            if sold + lent <= 0.0:
                break
            settle(life, t, h)
        if house.overdue <= 0.0:
            return forced
        for d in range(house.debt_from, house.lent_to):
            if life.debts[d].matured > 0.0 and not life.debts[d].closing:
                begin_close_out(life, t, d)
        forced = close_out(life, t, h) or forced
        settle(life, t, h)
    return forced


@rule
def raise_on_pledged(life, t, h):
    """Running calls are met at once; then what that frees is raised on, and pledged shares above their loans are sold."""
    house = life.houses[h]
    forced = False
    for d in range(house.debt_from, house.lent_to):
        if life.debts[d].principal > 0.0 and life.debts[d].call >= 0:
            forced = cure(life, t, h, d) or forced
    forced = close_out(life, t, h) or forced
    settle(life, t, h)
    for _ in range(ROUNDS):  # what calls and repaid loans free serves too
        if house.overdue > 0.0:
            sold, lent = raise_on_shares(life, t, h, house.overdue, life.clock[0].business)
            forced = forced or sold > 0.0
            if sold + lent > 0.0:
                settle(life, t, h)
        if house.overdue > 0.0 and sell_above_loans(life, t, h):
            forced = True
            settle(life, t, h)
    return forced


@rule
def sell_above_loans(life, t, h):
    """Sell pledged shares for what is overdue, in selling order, of one line in the order of debts; whether any share was sold.

    Each lender is paid its loan / collateral of what is sold, the rest is the house's. Loans called or closed out are left alone.
    """
    house = life.houses[h]
    sold = False
    need = house.overdue
    for j in range(house.line_from, house.line_to):
        i = life.lines[j].order
        if need <= 0.0:
            break
        if life.lines[i].free >= life.lines[i].shares or not is_listed(life, i):
            continue
        for d in range(house.debt_from, house.lent_to):
            debt = life.debts[d]
            if debt.principal <= 0.0 or debt.call >= 0 or debt.closing:
                continue
            for k in range(debt.pledge_from, debt.pledge_to):
                if need > 0.0 and life.pledges[k].line == i and life.pledges[k].shares > 0.0:
                    brought = sell_above_loan(life, t, h, d, k, need)
                    need -= brought
                    sold = sold or brought > 0.0
    house.stale = 1
    return sold


@rule
def sell_above_loan(life, t, h, d, k, need):
    """Sell shares of one pledge for `need` after its lender's part; what is left of them for the house, top currency."""
    debt = life.debts[d]
    value_loan(life, d)
    i = life.pledges[k].line
    fx = life.currencies[debt.currency].fx
    owed = debt.principal * fx / debt.secured
    gain = kept(life, i) - owed
    worth = unit_value(life, i)
    if gain <= TINY or worth <= 0.0:  # a loan cured to its reset level may stand on it
        return 0.0
    wanted = min(need / (gain * worth), life.pledges[k].shares)
    shares = min(wanted, sellable(life, i, life.clock[0].business))
    if shares <= 0.0:
        return 0.0
    life.pledges[k].shares = less(life.pledges[k].shares, shares)
    proceeds = sell(life, t, i, shares, life.clock[0].business, d)
    life.purses[h, life.assets[life.lines[i].asset].currency].cash += proceeds
    lenders = min(debt.principal, shares * worth * owed / fx)
    repay(life, t, d, lenders - pay(life, t, h, debt.currency, lenders))
    return shares * worth * gain


@rule
def waits(life, h):
    """Whether listed shares that could still be sold, free or above their loans, are held back only by the day's volume."""
    for i in range(life.houses[h].line_from, life.houses[h].line_to):
        if held_back(life, i, life.lines[i].free):
            return True
    value_debts(life, h)
    for d in range(life.houses[h].debt_from, life.houses[h].lent_to):
        debt = life.debts[d]
        if debt.principal > 0.0:
            if debt.closing:
                return True
            for k in range(debt.pledge_from, debt.pledge_to):
                i = life.pledges[k].line
                above = kept(life, i) * debt.secured - debt.principal * life.currencies[debt.currency].fx
                if above > TINY * debt.secured and held_back(life, i, life.pledges[k].shares):
                    return True
    return False


@rule
def held_back(life, i, shares):
    """Whether shares of a line are still there only because the step's volume is used up."""
    return is_listed(life, i) and shares > 0.0 and sellable(life, i, life.clock[0].business) <= TINY * shares


@rule
def ends_house(life, h):
    """Whether anything overdue is a default of the whole house."""
    if life.houses[h].owed > 0.0:
        return True
    for d in range(life.houses[h].debt_from, life.houses[h].debt_to):
        if life.debts[d].cross_default and (life.debts[d].arrears > 0.0 or life.debts[d].matured > 0.0):
            return True
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        if life.bets[b].owed > 0.0:
            return True
    return False


@rule
def fire_price(life, i):
    """What a share of a line brings when all of the line must go, top currency."""
    line = life.lines[i]
    asset = life.assets[line.asset]
    price = asset.price * life.currencies[asset.currency].fx
    if asset.mark_every > 0:
        return price * (1.0 - asset.sale_discount)
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
    for d in range(house.debt_from, house.lent_to):
        pot += enforce(life, t, d)
    for i in range(house.line_from, house.line_to):
        pot += sell_off(life, t, i, -1, life.lines[i].free)
    for i in range(house.line_from, house.line_to):
        life.lines[i].free = 0.0
        life.lines[i].shares = 0.0
    for b in range(house.bet_from, house.bet_to):
        bet = life.bets[b]
        brings = bet_truth(life, b, t) * (1.0 - bet.sale_discount) * life.currencies[bet.currency].fx
        note(life, t, BET_SOLD, b, -1, 0, brings, bet.value, 0.0)
        pot += brings
        bet.value = 0.0
        bet.owed = 0.0
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
    return brings


@rule
def enforce(life, t, d):
    """A secured lender sells its collateral: what is left over comes back; `need` keeps the claim that remains."""
    debt = life.debts[d]
    value = 0.0
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
