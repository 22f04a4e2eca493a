"""Covering what is overdue: facilities, new loans, sales, and what happens when nothing is left."""

import math

from warchest.core.kernel import rule
from warchest.core.layout import DEFAULTED, FORWARD, MARGIN, REPAID, SOLD, TINY, WRITTEN_OFF
from warchest.debts.prepaid_forward_rule import settlement
from warchest.engine.balance import bet_truth, value_debts
from warchest.engine.calls import ROUNDS, begin_close_out, close_out, cure
from warchest.engine.dues import overdue_amount, repay, settle
from warchest.engine.money import note, pay, total_cash
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
def cover(life, log, t, h, multiples, missed):
    """Raise money for what is overdue, in order, else default; WENT_ON, FORCED (shares were sold), ENDED or ENDED_HOLDING.

    `missed` (1,) counts defaults that did not end the house (`cross_default: false`).
    """
    forced = False
    settle(life, log, t, h)  # a close-out may have left money
    if life.houses[h].overdue:
        draw_facilities(life, log, t, h, overdue_amount(life, h))
        settle(life, log, t, h)
    for _ in range(2):  # collateral that a close-out frees serves once more
        for _ in range(ROUNDS):
            if life.houses[h].overdue:
                sold, lent = raise_on_shares(life, log, t, h, overdue_amount(life, h), life.clock[0].business)
                forced = forced or sold > 0.0
                if sold + lent <= 0.0:
                    break
                settle(life, log, t, h)
        if life.houses[h].overdue:
            for d in range(life.houses[h].debt_from, life.houses[h].loan_to):
                if life.debts[d].matured > 0.0 and not life.debts[d].closing:
                    begin_close_out(life, log, t, d)
            forced = close_out(life, log, t, h) or forced
            settle(life, log, t, h)
    if life.houses[h].overdue:
        for d in range(life.houses[h].debt_from, life.houses[h].loan_to):
            if life.debts[d].principal > 0.0 and life.debts[d].call >= 0:
                forced = cure(life, log, t, h, d) or forced
        forced = close_out(life, log, t, h) or forced
        settle(life, log, t, h)
    for _ in range(ROUNDS):
        if life.houses[h].overdue and sell_above_loans(life, log, t, h):
            forced = True
            settle(life, log, t, h)
    if life.houses[h].overdue:
        raised = sell_private(life, log, t, h, overdue_amount(life, h), multiples)
        forced = forced or raised > 0.0
        settle(life, log, t, h)
    if life.houses[h].overdue and not waits(life, h):
        if ends_house(life, h):
            held = liquidate(life, log, t, h, multiples)
            return ENDED_HOLDING if held or forced else ENDED
        missed[0] += 1
    return FORCED if forced else WENT_ON


@rule
def sell_above_loans(life, log, t, h):
    """Sell pledged shares for what is overdue: each lender is paid its loan / collateral of what is sold, the rest is the house's.

    Not of a loan that is called or being closed out; whether any share was sold.
    """
    debts = life.debts
    sold = False
    need = overdue_amount(life, h)
    for d in range(life.houses[h].debt_from, life.houses[h].loan_to):
        for k in range(debts[d].pledge_from, debts[d].pledge_to):
            i = life.pledges[k].line
            open_to_sale = debts[d].principal > 0.0 and debts[d].call < 0 and debts[d].closing == 0
            if need <= 0.0 or not open_to_sale or life.pledges[k].shares <= 0.0:
                continue
            value_debts(life, h)
            owed = debts[d].principal * life.currencies[debts[d].currency].fx / debts[d].secured
            gain = kept(life, i) - owed
            if gain <= 0.0:
                continue
            worth = unit_value(life, i)
            wanted = min(need / (gain * worth), life.pledges[k].shares)
            shares = min(wanted, sellable(life, i, life.clock[0].business))
            if shares <= 0.0:
                continue
            sold = True
            need -= shares * worth * gain
            life.pledges[k].shares -= shares
            here = life.assets[life.lines[i].asset].currency
            proceeds = sell(life, log, t, i, shares, life.clock[0].business, d)
            life.purses[h, here].cash += proceeds
            lenders = min(debts[d].principal, shares * worth * owed / life.currencies[debts[d].currency].fx)
            repay(life, log, t, d, lenders - pay(life, log, t, h, debts[d].currency, lenders))
    life.houses[h].stale = 1
    return sold


@rule
def waits(life, h):
    """Whether listed shares that could still be sold are held back only by the day's volume."""
    for i in range(life.houses[h].line_from, life.houses[h].line_to):
        if (
            is_listed(life, i)
            and life.lines[i].free > 0.0
            and sellable(life, i, life.clock[0].business) <= TINY * life.lines[i].free
        ):
            return True
    for d in range(life.houses[h].debt_from, life.houses[h].loan_to):
        if life.debts[d].closing and life.debts[d].principal > 0.0:
            return True
    return False


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
def fire_value(life, i, shares):
    """What shares of a line bring when everything must go, top currency."""
    assets = life.assets
    a = life.lines[i].asset
    worth = shares * life.assets[a].price * life.currencies[assets[a].currency].fx
    if shares <= 0.0:
        return 0.0
    if assets[a].mark_every > 0:
        return worth * (1.0 - assets[a].sale_discount)
    if assets[a].volume <= 0.0:
        return worth * (1.0 - assets[a].block_discount)
    days = shares / max(assets[a].participation * assets[a].volume, TINY)
    return worth * math.exp(
        -sale_cost(shares, assets[a].sigma, assets[a].volume, assets[a].outstanding, max(days, 1.0))
    )


@rule
def liquidate(life, log, t, h, multiples):
    """Default: everything is sold, lenders are paid by rank, what is left stays in cash; whether anything was held."""
    debts, houses = life.debts, life.houses
    note(log, life, t, DEFAULTED, h, -1, 0, overdue_amount(life, h), 0.0, 0.0)
    pot = total_cash(life, h)
    for c in range(life.purses.shape[1]):
        life.purses[h, c].cash = 0.0
    held = False
    for i in range(houses[h].line_from, houses[h].line_to):
        held = held or life.lines[i].shares > 0.0
    for d in range(houses[h].debt_from, houses[h].debt_to):
        life.debts[d].need = (life.debts[d].principal + life.debts[d].arrears) * life.currencies[debts[d].currency].fx
        if debts[d].kind == MARGIN or debts[d].kind == FORWARD:
            pot += enforce(life, log, t, d)
    for i in range(houses[h].line_from, houses[h].line_to):
        brings = fire_value(life, i, life.lines[i].free)
        if life.lines[i].free > 0.0:
            note(log, life, t, SOLD, i, -1, 0, brings, life.lines[i].free, life.assets[life.lines[i].asset].price)
        pot += brings
        life.lines[i].free = 0.0
        life.lines[i].shares = 0.0
    for b in range(houses[h].bet_from, houses[h].bet_to):
        held = held or life.bets[b].value > 0.0
        truth = bet_truth(life, b, t, multiples)
        pot += truth * (1.0 - life.bets[b].sale_discount) * life.currencies[life.bets[b].currency].fx
        life.bets[b].value = 0.0
        life.bets[b].owed = 0.0
    for rank in range(1, 10):
        claims = life.houses[h].owed if rank == 1 else 0.0
        for d in range(houses[h].debt_from, houses[h].debt_to):
            if debts[d].rank == rank:
                claims += life.debts[d].need
        paid = min(1.0, pot / claims) if claims > 0.0 else 0.0
        for d in range(houses[h].debt_from, houses[h].debt_to):
            if debts[d].rank == rank and life.debts[d].need > 0.0:
                note(log, life, t, REPAID, d, 1, 0, paid * life.debts[d].need, 0.0, 0.0)
                note(log, life, t, WRITTEN_OFF, d, 1, 0, (1.0 - paid) * life.debts[d].need, 0.0, 0.0)
        pot -= paid * claims
    for d in range(houses[h].debt_from, houses[h].debt_to):
        life.debts[d].principal = 0.0
        life.debts[d].arrears = 0.0
        life.debts[d].matured = 0.0
    life.houses[h].owed = 0.0
    life.purses[h, 0].cash = max(0.0, pot)
    life.houses[h].stale = 1
    return held


@rule
def enforce(life, log, t, d):
    """A secured lender takes its collateral: what is left over comes back; `need` keeps the claim that remains."""
    debts = life.debts
    value = 0.0
    taken = 0.0
    for k in range(debts[d].pledge_from, debts[d].pledge_to):
        i = life.pledges[k].line
        a = life.lines[i].asset
        value += fire_value(life, i, life.pledges[k].shares)
        if debts[d].kind == FORWARD:
            fx = life.currencies[life.assets[a].currency].fx
            taken += fx * settlement(
                life.pledges[k].shares, debts[d].floor, debts[d].cap, life.assets[a].price, debts[d].in_cash != 0
            )
        if life.pledges[k].shares > 0.0:
            note(
                log,
                life,
                t,
                SOLD,
                i,
                d,
                0,
                fire_value(life, i, life.pledges[k].shares),
                life.pledges[k].shares,
                life.assets[a].price,
            )
        life.lines[i].shares -= life.pledges[k].shares
        life.pledges[k].shares = 0.0
    if debts[d].kind == FORWARD:
        return max(0.0, value - taken)
    secured = min(value, life.debts[d].need)
    life.debts[d].need -= secured
    if not debts[d].recourse:
        life.debts[d].need = 0.0
    return value - secured
