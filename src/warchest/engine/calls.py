"""Margin calls: opened, lapsed, cured, closed out."""

from warchest.core.calendar import NEVER
from warchest.core.codes import CALLED, CLOSING, CONVERTED, CURED, LAPSED, PLEDGED, UNPAID_PRINCIPAL, WRITTEN_OFF
from warchest.core.kernel import inlined, rule
from warchest.core.layout import FORWARD, PAYABLE
from warchest.debts.margin_loan_rule import cure_need, is_called, is_reset
from warchest.engine.balance import value_debts, value_loan
from warchest.engine.dues import repay
from warchest.engine.money import less, note, pay, total_cash
from warchest.engine.ranks import holder, owed_ahead
from warchest.engine.sales import is_listed, kept, sell, sellable, unit_value

CURE_TOLERANCE = 1e-9
"""Share of the loan that a cure may leave over."""
LEVEL, OVERDUE, FROM_BEHIND = -1, 1, 2
"""Why a loan is closed out: where it stands, what is overdue of it, or a loan behind it on the same collateral."""
ROUNDS = 8
"""How often a sale is repeated in one stage, because impact eats part of what was counted on; each eats far less."""


@inlined
def look_at_loans(life, t, h):
    """Look at every secured loan of a house: how many new calls opened, and whether any has to be met or closed out now."""
    opened = 0
    pressing = False
    value_debts(life, h)
    for d in range(life.houses[h].debt_from, life.houses[h].lent_to):
        debt = life.debts[d]
        if debt.principal <= 0.0:
            continue
        if debt.closing:
            pressing = True
            continue
        fx = life.currencies[debt.currency].fx
        loan = debt.principal * fx + debt.senior
        if debt.call >= 0:
            if is_reset(loan, debt.secured, debt.reset_to):
                debt.call = -1
                note(life, t, LAPSED, d, -1, debt.currency, debt.principal, debt.senior / fx, debt.secured / fx)
            elif debt.call > 0:
                debt.call -= 1
        elif is_called(loan, debt.secured, debt.call_at):
            debt.call = debt.cure
            opened += 1
            if debt.first_call < 0:
                debt.first_call = t
            note(life, t, CALLED, d, -1, debt.currency, debt.principal, debt.senior / fx, debt.secured / fx)
        if is_called(loan, debt.secured, debt.close_out_at) or debt.secured <= 0.0:
            begin_close_out(life, t, d)
        pressing = pressing or debt.call == 0 or debt.closing != 0
    return opened, pressing


@rule
def begin_close_out(life, t, d):
    """The lender stops waiting: the loan falls due and its collateral will be sold, which repays the loans ahead of it first."""
    life.houses[life.debts[d].house].stale = 1
    why = OVERDUE if life.debts[d].matured > 0.0 else LEVEL
    while d >= 0:
        debt = life.debts[d]
        if debt.principal > 0.0 and not debt.closing:
            debt.closing = 1
            debt.call = -1
            debt.maturity = NEVER
            if debt.matured < debt.principal or not collateral_gone(life, d):  # else it was told before
                note(life, t, CLOSING, d, why, debt.currency, debt.principal, 0.0, 0.0)
        d = debt.ahead
        why = FROM_BEHIND


@rule
def cash_floor(life, h, t):
    """Cash the house does not bet: an amount, or all principal with recourse falling due in a window, top currency."""
    window = life.houses[h].floor_steps
    total = life.houses[h].floor
    if window > 0:
        debts = life.debts
        for d in range(life.houses[h].debt_from, life.houses[h].debt_to):
            kept = debts[d].recourse and debts[d].kind != PAYABLE and debts[d].kind != FORWARD
            if kept and (life.debts[d].matured > 0.0 or life.debts[d].maturity <= t + window):
                total += life.debts[d].principal * life.currencies[debts[d].currency].fx
    return total


@rule
def meet_calls(life, t, h):
    """Cures that are due, the smallest need first; whether any share had to be sold."""
    debts = life.debts
    sold = False
    for d in range(life.houses[h].debt_from, life.houses[h].lent_to):
        if life.debts[d].call == 0:
            loan = life.debts[d].principal * life.currencies[debts[d].currency].fx
            life.debts[d].need = cure_need(loan + debts[d].senior, debts[d].secured, debts[d].reset_to)
    while True:
        chosen = -1
        for d in range(life.houses[h].debt_from, life.houses[h].lent_to):
            if life.debts[d].call == 0 and (chosen < 0 or life.debts[d].need < life.debts[chosen].need):
                chosen = d
        if chosen < 0:
            return sold
        sold = cure(life, t, h, chosen) or sold


@rule
def need_now(life, d):
    """What is owed on a loan and on those ahead of it above its reset level, top currency; nothing once it is repaid."""
    value_loan(life, d)
    debt = life.debts[d]
    if debt.principal <= 0.0:
        return 0.0
    loan = debt.principal * life.currencies[debt.currency].fx
    return cure_need(loan + debt.senior, debt.secured, debt.reset_to)


@rule
def cash_now(life, d):
    """Cash that would cure a loan as it stands, at most what is owed on it, top currency."""
    return min(need_now(life, d), life.debts[d].principal * life.currencies[life.debts[d].currency].fx)


@rule
def cure(life, t, h, d):
    """Meet one call: cash, more collateral, sale; else the lender closes out. Whether any share was sold."""
    debts = life.debts
    c = debts[d].currency
    bearable = CURE_TOLERANCE * life.debts[d].principal * life.currencies[c].fx
    sold = False
    available = total_cash(life, h)
    if not debts[d].recourse:
        available = max(0.0, available - cash_floor(life, h, t))
    amount = min(cash_now(life, d), available) / life.currencies[c].fx
    repay(life, t, d, amount - pay(life, t, h, c, amount))
    if debts[d].recourse:
        for k in range(debts[d].pledge_from, debts[d].pledge_to):
            i = life.pledges[k].line
            need = need_now(life, d)
            if need > bearable and life.lines[i].free > 0.0:
                shares = min(life.lines[i].free, need / (debts[d].reset_to * unit_value(life, i)))
                life.lines[i].free = less(life.lines[i].free, shares)
                keeper = holder(life, d)
                life.pledges[row_of(life, keeper, d, k)].shares += shares
                note(life, t, PLEDGED, i, keeper, life.debts[keeper].currency, 0.0, shares, 0.0)
        for _ in range(ROUNDS):
            sold = sell_for_cure(life, t, h, d, bearable) or sold
    if life.debts[d].principal > 0.0:
        if need_now(life, d) > bearable:
            begin_close_out(life, t, d)
        else:
            life.debts[d].call = -1
            note(life, t, CURED, d, -1, c, life.debts[d].principal, 0.0, 0.0)
    life.houses[h].stale = 1
    return sold


@rule
def sell_for_cure(life, t, h, d, bearable):
    """One round of sales for a call: free listed holdings in selling order, then the loan's collateral."""
    sold = False
    debts = life.debts
    days = life.clock[0].business
    for j in range(life.houses[h].line_from, life.houses[h].line_to):
        i = life.lines[j].order
        need = need_now(life, d)
        if need > bearable and is_listed(life, i) and life.lines[i].free > 0.0:
            wanted = cash_now(life, d) / (kept(life, i) * unit_value(life, i))
            shares = min(life.lines[i].free, min(sellable(life, i, days), wanted))
            if shares > 0.0:
                sold = True
                give(life, t, h, d, d, sell(life, t, i, shares, days, -1), i)
    for k in range(debts[d].pledge_from, debts[d].pledge_to):
        need = need_now(life, d)
        gain = kept(life, life.pledges[k].line) - debts[d].reset_to
        if need > bearable and gain > 0.0:
            wanted = need / (gain * unit_value(life, life.pledges[k].line))
            sold = sell_pledged(life, t, h, d, k, wanted) or sold
    return sold


@rule
def row_of(life, keeper, d, k):
    """The pledge row of another loan on the same collateral that stands where row `k` stands among those of loan `d`."""
    return life.debts[keeper].pledge_from + k - life.debts[d].pledge_from


@rule
def give(life, t, h, d, last, proceeds, i):
    """Proceeds of shares of line `i` go to a lender as far as it is owed, then to those behind it up to `last`, the rest to cash."""
    life.purses[h, life.assets[life.lines[i].asset].currency].cash += proceeds
    while True:
        proceeds -= hand(life, t, h, d, proceeds, i)
        if d == last or proceeds <= 0.0:
            break
        d = life.debts[d].behind
    life.houses[h].stale = 1


@rule
def hand(life, t, h, d, proceeds, i):
    """One lender is repaid out of proceeds that lie in cash; what it took, in the currency of the shares."""
    here = life.assets[life.lines[i].asset].currency
    there = life.debts[d].currency
    if life.debts[d].principal <= 0.0:
        return 0.0
    worth = proceeds * life.currencies[here].fx / life.currencies[there].fx
    amount = min(life.debts[d].principal, worth)
    taken = min(proceeds, amount * life.currencies[there].fx / life.currencies[here].fx)
    life.purses[h, here].cash -= taken
    if here != there:
        note(life, t, CONVERTED, here, there, here, taken, amount, 0.0)
    repay(life, t, d, amount)
    return taken


@rule
def sell_pledged(life, t, h, d, k, wanted):
    """Sell up to `wanted` shares of one pledge, as far as the day's volume goes; whether any were.

    They repay the loan that holds them first, then those behind it up to `d`.
    """
    keeper = holder(life, d)
    k = row_of(life, keeper, d, k)
    i = life.pledges[k].line
    shares = min(life.pledges[k].shares, min(wanted, sellable(life, i, life.clock[0].business)))
    if shares <= 0.0:
        return False
    life.pledges[k].shares = less(life.pledges[k].shares, shares)
    give(life, t, h, keeper, d, sell(life, t, i, shares, life.clock[0].business, keeper), i)
    return True


@rule
def close_out(life, t, h):
    """Every loan that is being closed out: sell its collateral as far as the day goes; whether any share was sold."""
    debts = life.debts
    sold = False
    for d in range(life.houses[h].debt_from, life.houses[h].lent_to):
        if debts[d].principal > 0.0 and debts[d].matured > 0.0 and not debts[d].recourse and not debts[d].closing:
            begin_close_out(life, t, d)
    for d in range(life.houses[h].debt_from, life.houses[h].lent_to):
        if life.debts[d].principal <= 0.0 or not life.debts[d].closing:
            continue
        for k in range(debts[d].pledge_from, debts[d].pledge_to):
            for _ in range(ROUNDS):
                wanted = repaying_shares(life, d, k)
                if wanted <= 0.0 or not sell_pledged(life, t, h, d, k, wanted):
                    break
                sold = True
        if life.debts[d].principal > 0.0 and collateral_gone(life, d):
            life.debts[d].closing = 0
            if debts[d].recourse:
                late = life.debts[d].principal - life.debts[d].matured
                note(life, t, UNPAID_PRINCIPAL, d, 1, debts[d].currency, late, 0.0, 0.0)
                life.debts[d].matured = life.debts[d].principal
                life.houses[h].overdue += late * life.currencies[debts[d].currency].fx
            else:
                note(life, t, WRITTEN_OFF, d, -1, debts[d].currency, life.debts[d].principal, 0.0, 0.0)
                life.debts[d].principal = 0.0
                life.debts[d].matured = 0.0
        life.houses[h].stale = 1
    return sold


@rule
def repaying_shares(life, d, k):
    """Shares of one pledge whose sale would repay the loan and those ahead, before any impact; all of them if worth nothing."""
    debt = life.debts[d]
    i = life.pledges[k].line
    fx = life.currencies[debt.currency].fx
    worth = kept(life, i) * unit_value(life, i) / fx
    if debt.principal <= 0.0:
        return 0.0
    owed = debt.principal + (owed_ahead(life, d) / fx if debt.ahead >= 0 else 0.0)
    return owed / worth if worth > 0.0 else life.pledges[row_of(life, holder(life, d), d, k)].shares


@rule
def collateral_gone(life, d):
    """Whether nothing is pledged to a loan, or to those ahead of it, any more."""
    while d >= 0:
        for k in range(life.debts[d].pledge_from, life.debts[d].pledge_to):
            if life.pledges[k].shares > 0.0:
                return False
        d = life.debts[d].ahead
    return True
