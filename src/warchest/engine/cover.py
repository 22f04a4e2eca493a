"""Covering what is overdue: facilities, new loans, sales, and what happens when nothing is left."""

from warchest.core.codes import DEFAULTED
from warchest.core.kernel import rule
from warchest.core.layout import TINY
from warchest.engine.balance import value_debts, value_loan
from warchest.engine.calls import ROUNDS, begin_close_out, close_out, cure
from warchest.engine.default import liquidate
from warchest.engine.dues import called_amount, overdue_amount, repay, settle
from warchest.engine.funds import call_capital, fail_calls, sell_stakes, unpaid
from warchest.engine.money import less, note, pay
from warchest.engine.own_share import has_own_share
from warchest.engine.own_trades import issue_in_need
from warchest.engine.ranks import at_rest_behind, owed_behind
from warchest.engine.sales import (
    draw_facilities,
    is_listed,
    kept,
    raise_on_shares,
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
    call_for_overdue(life, t, h)
    forced = raise_on_free(life, t, h, pressing)
    if house.overdue > 0.0 and has_own_share(life, h) and issue_in_need(life, t, h):
        settle(life, t, h)
    if house.overdue <= 0.0:
        return FORCED if forced else WENT_ON
    forced = raise_on_pledged(life, t, h) or forced
    if house.overdue > 0.0:
        raised = sell_private(life, t, h, house.overdue)
        forced = forced or raised > 0.0
        settle(life, t, h)
    if house.overdue > 0.0:
        forced = sell_stakes(life, t, h, house.overdue) > 0.0 or forced
        settle(life, t, h)
    if house.overdue > 0.0:
        fail_calls(life, t, h, False)
        house.overdue = overdue_amount(life, h)
    if house.overdue > called_amount(life, h) and not waits(life, h):
        if ends_house(life, h):
            held = liquidate(life, t, h)
            return ENDED_HOLDING if held or forced else ENDED
        if house.missed == 0:
            note(life, t, DEFAULTED, h, 1, 0, house.overdue, 0.0, 0.0)
        house.missed += 1
    return FORCED if forced else WENT_ON


@rule
def call_for_overdue(life, t, h):
    """A fund calls what is overdue from its investors, less what is called and still to come."""
    if life.funds[h].investor_to > life.funds[h].investor_from:
        coming = unpaid(life, h) * life.currencies[life.houses[h].home].fx
        if call_capital(life, t, h, life.houses[h].overdue - coming) > 0.0:
            settle(life, t, h)


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
        if house.overdue > 0.0 and sell_above_loans(life, t, h, house.overdue, 0.0):
            forced = True
            settle(life, t, h)
    return forced


@rule
def sell_above_loans(life, t, h, need, proceeds):
    """Sell pledged shares, in selling order, of one line in the order of debts; whether any share was sold.

    Until the house has `need` more, and until they have brought `proceeds` in all (both top currency).

    Lenders are paid their loans / collateral of what is sold, by rank, the rest is the house's. Where a loan on the shares is called
    or being closed out they are left alone.
    """
    house = life.houses[h]
    sold, least = False, TINY * max(need, proceeds)
    for j in range(house.line_from, house.line_to):
        i = life.lines[j].order
        if max(need, proceeds) <= least:
            break
        if life.lines[i].free >= life.lines[i].shares or not is_listed(life, i):
            continue
        for d in range(house.debt_from, house.lent_to):
            debt = life.debts[d]
            if debt.principal <= 0.0 or debt.call >= 0 or debt.closing or not at_rest_behind(life, d):
                continue
            for k in range(debt.pledge_from, debt.pledge_to):
                if max(need, proceeds) > least and life.pledges[k].line == i and life.pledges[k].shares > 0.0:
                    own, all_ = sell_above_loan(life, t, h, d, k, need, proceeds)
                    need -= own
                    proceeds -= all_
                    sold = sold or own > 0.0
    house.stale = 1
    return sold


@rule
def sell_above_loan(life, t, h, d, k, need, proceeds):
    """Sell shares of one pledge for `need` after its lenders' part, and for `proceeds`; what the house has of them, and all."""
    debt = life.debts[d]
    value_loan(life, d)
    i = life.pledges[k].line
    fx = life.currencies[debt.currency].fx
    owed = (debt.principal * fx + owed_behind(life, d)) / debt.secured
    gain = kept(life, i) - owed
    worth = unit_value(life, i)
    if gain <= TINY or worth <= 0.0:  # a loan cured to its reset level may stand on it
        return 0.0, 0.0
    wanted = min(max(need / (gain * worth), proceeds / (kept(life, i) * worth)), life.pledges[k].shares)
    shares = min(wanted, sellable(life, i, life.clock[0].business))
    if shares <= 0.0:
        return 0.0, 0.0
    life.pledges[k].shares = less(life.pledges[k].shares, shares)
    paid = sell(life, t, i, shares, life.clock[0].business, d)
    life.purses[h, life.assets[life.lines[i].asset].currency].cash += paid
    lenders = shares * worth * owed
    while d >= 0:
        debt = life.debts[d]
        behind, fx = debt.behind, life.currencies[debt.currency].fx
        part = min(debt.principal, lenders / fx)
        if part > 0.0:
            repay(life, t, d, part - pay(life, t, h, debt.currency, part))
        lenders -= part * fx
        d = behind
    return shares * worth * gain, shares * worth * kept(life, i)


@rule
def waits(life, h):
    """Whether listed shares that could still be sold, free or above their loans, are held back only by the day's volume."""
    if life.houses[h].funded and unpaid(life, h) > 0.0:
        return True
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
                owed = debt.principal * life.currencies[debt.currency].fx + owed_behind(life, d)
                above = kept(life, i) * debt.secured - owed
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
