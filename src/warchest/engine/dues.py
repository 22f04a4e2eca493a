"""Accruing and paying: what grows, what falls due, and in which order cash meets it."""

from warchest.core.calendar import NEVER
from warchest.core.codes import (
    CAPITALISED,
    CONVERTED,
    COSTS,
    DELIVERED,
    DIFFERENCE,
    DIVIDEND,
    EARNED,
    FEE,
    INSTALMENT,
    INTEREST,
    PASSED,
    PAYOUT,
    RELEASED,
    REPAID,
    ROLLED,
    TRANCHE_DUE,
    UNPAID_COSTS,
    UNPAID_INTEREST,
    UNPAID_PRINCIPAL,
    WRITTEN,
)
from warchest.core.kernel import inlined, rule
from warchest.core.layout import FACILITY, FORWARD, MARGIN, PAYABLE, TINY, TRANCHE
from warchest.debts.prepaid_forward_rule import cash_difference, delivered
from warchest.engine.balance import ROUNDING, balance, interest_rates, ltv_now, recount, undrawn
from warchest.engine.money import gross_flow, less, note, pay, pay_call, total_cash
from warchest.engine.own_share import beats_money, convert
from warchest.engine.ranks import next_owing


@inlined
def accrue(life, t, h):
    """Cash earns, dividends come in, capitalised loans grow; the costs of this step are returned, and the payout."""
    houses = life.houses
    for c in range(life.purses.shape[1]):
        if life.purses[h, c].cash > 0.0:
            earned = life.purses[h, c].cash * houses[h].earns
            life.purses[h, c].cash += earned
            note(life, t, EARNED, h, -1, c, earned, 0.0, 0.0)
    if houses[h].pays:
        for i in range(houses[h].line_from, houses[h].line_to):
            a = life.lines[i].asset
            c = life.assets[a].currency
            amount = life.lines[i].shares * life.assets[a].price * life.assets[a].dividend
            life.purses[h, c].cash += amount
            gross_flow(life, t, h, amount * life.currencies[c].fx)
            note(life, t, DIVIDEND, i, -1, c, amount, 0.0, 0.0)
    if houses[h].grows:
        capitalise(life, t, h)
    nav = max(0.0, life.houses[h].nav)
    payout = 0.0
    if life.houses[h].ltv <= houses[h].ltv_max * (1.0 + ROUNDING) and life.houses[h].overdue <= 0.0:
        payout = houses[h].payout_rate * nav + houses[h].payout
    return houses[h].cost_rate * nav + houses[h].cost, payout


@rule
def capitalise(life, t, h):
    """Interest that is not paid is added to the principal."""
    for d in range(life.houses[h].debt_from, life.houses[h].growing_to):
        if life.debts[d].capitalised == 1 and life.debts[d].principal > 0.0:
            grown = life.debts[d].principal * interest_rates(life, d)[0]
            life.debts[d].principal += grown
            note(life, t, CAPITALISED, d, -1, life.debts[d].currency, grown, 0.0, 0.0)


@inlined
def pay_due(life, t, h, costs, payout):
    """Pay what falls due from cash above zero; what is not met stays overdue."""
    if life.houses[h].stale:
        recount(life, h)
    days = life.steps[t].days
    house = life.houses[h]
    quiet = house.overdue <= 0.0 and t < house.next_due and not house.prefers and not life.steps[t].events & TRANCHE
    if quiet:
        need = home_need(life, h, days, costs + payout)
        if need <= life.purses[h, 0].cash and (need <= 0.0 or life.houses[h].home == 0):
            pay_quietly(life, t, h, costs, payout)
            return
    become_due(life, t, h, costs)
    if total_cash(life, h) > 0.0:
        settle(life, t, h)
    deferred = house.prefers and defer(life, t, h, days)
    if payout > 0.0 and house.overdue <= 0.0 and not deferred:
        missed = pay(life, t, h, 0, payout)
        note(life, t, PAYOUT, h, -1, 0, payout - missed, 0.0, 0.0)


@rule
def defer(life, t, h, days):
    """Coupons that need not be paid: in cash while nothing is overdue, LTV is not above `ltv_max` and cash is enough; else added."""
    house, deferred = life.houses[h], False
    for d in range(house.forward_to, house.growing_to):
        debt = life.debts[d]
        if debt.capitalised == 2 and debt.principal > 0.0:
            flat, daily = interest_rates(life, d)
            coupon = debt.principal * (flat + daily * days)
            calm = house.overdue <= 0.0 and house.ltv <= house.ltv_max * (1.0 + ROUNDING)
            if calm and coupon * life.currencies[debt.currency].fx <= total_cash(life, h):
                left = pay(life, t, h, debt.currency, coupon)
                note(life, t, INTEREST, d, -1, debt.currency, coupon - left, 0.0, 0.0)
            else:
                debt.principal += coupon
                deferred = True
                note(life, t, CAPITALISED, d, -1, debt.currency, coupon, 0.0, 0.0)
    return deferred


@rule
def step_interest(life, d, days):
    """Interest of this step on one debt, own currency; nothing on what grows instead."""
    debts = life.debts
    if debts[d].kind == PAYABLE or debts[d].kind == FORWARD or debts[d].capitalised:
        return 0.0
    flat, daily = interest_rates(life, d)
    return life.debts[d].principal * (flat + daily * days)


@inlined
def home_need(life, h, days, costs):
    """What interest and costs of a step take out of cash in the house's own currency, other currencies paying first for theirs."""
    need = costs
    for c in range(life.purses.shape[1]):
        due = life.purses[h, c].rate + life.purses[h, c].coupon * days
        if c > 0:
            due = max(0.0, due - life.purses[h, c].cash)
        need += due * life.currencies[c].fx
    return need


@inlined
def pay_quietly(life, t, h, costs, payout):
    """Interest and costs of a step on which cash meets everything; the log tells the same money debt by debt."""
    days = life.steps[t].days
    life.purses[h, 0].cash -= home_need(life, h, days, costs + payout)
    for c in range(1, life.purses.shape[1]):
        due = life.purses[h, c].rate + life.purses[h, c].coupon * days
        own = min(due, life.purses[h, c].cash)
        life.purses[h, c].cash -= own
        if due > own:
            note(life, t, CONVERTED, 0, c, 0, (due - own) * life.currencies[c].fx, due - own, 0.0)
    if life.log.shape[0] > 0:
        write_quiet(life, t, h, costs, payout)


@rule
def write_quiet(life, t, h, costs, payout):
    """The log of a step on which cash met everything: the same money, told debt by debt."""
    days = life.steps[t].days
    for d in range(life.houses[h].debt_from, life.houses[h].debt_to):
        c = life.debts[d].currency
        interest = step_interest(life, d, days)
        if interest > 0.0:
            note(life, t, INTEREST, d, -1, c, interest, 0.0, 0.0)
        fee = life.debts[d].fee * undrawn(life, d) * days
        if fee > 0.0:
            note(life, t, FEE, d, -1, c, fee, 0.0, 0.0)
    if costs > 0.0:
        note(life, t, COSTS, h, -1, 0, costs, 0.0, 0.0)
    if payout > 0.0:
        note(life, t, PAYOUT, h, -1, 0, payout, 0.0, 0.0)


@rule
def become_due(life, t, h, costs):
    """Interest, costs, maturities less what rolls, instalments, forwards and tranches of this step become due."""
    house = life.houses[h]
    days = life.steps[t].days
    ltv = 0.0
    if t >= house.next_due:
        house.stale = 1
        holdings_value, net_debt = balance(life, h)
        ltv = ltv_now(life, h, holdings_value, net_debt)
    overdue = 0.0
    for d in range(house.debt_from, house.debt_to):
        debt = life.debts[d]
        if debt.maturity <= t:
            mature(life, t, d, ltv, days)
        else:
            interest_due(life, t, d, days)
        if debt.arrears > 0.0 or debt.matured > 0.0:
            overdue += (debt.arrears + debt.matured) * life.currencies[debt.currency].fx
    if costs > 0.0:
        house.owed += costs
        note(life, t, UNPAID_COSTS, h, -1, 0, costs, 0.0, 0.0)
    if life.steps[t].events & TRANCHE:
        for b in range(house.bet_from, house.bet_to):
            bet = life.bets[b]
            if bet.first != b and bet.start == t and life.bets[bet.first].cut > 0.0:
                bet.owed += bet.cheque * life.bets[bet.first].cut
                note(life, t, TRANCHE_DUE, b, -1, bet.currency, bet.owed, 0.0, 0.0)
    for b in range(house.bet_from, house.bet_to):
        overdue += life.bets[b].owed * life.currencies[life.bets[b].currency].fx
    house.overdue = overdue + house.owed + called_amount(life, h)
    house.stale = 1


@rule
def called_amount(life, h):
    """Calls of funds that a house has not paid, top currency."""
    total = 0.0
    for k in range(life.investors.shape[0]):
        if life.investors[k].owner == h:
            total += life.investors[k].owed * life.currencies[life.houses[life.investors[k].house].home].fx
    return total


@rule
def interest_due(life, t, d, days):
    """Interest and fee of this step on one debt become due."""
    debt = life.debts[d]
    interest = step_interest(life, d, days) + debt.fee * undrawn(life, d) * days
    if interest * life.currencies[debt.currency].fx > life.houses[debt.house].dust:
        debt.arrears += interest
        note(life, t, UNPAID_INTEREST, d, -1, debt.currency, interest, 0.0, 0.0)


@rule
def mature(life, t, d, ltv, days):
    """One debt reaches its maturity: it rolls, is due, or delivers its shares."""
    debts = life.debts
    house, times = life.houses[debts[d].house], life.regimes[life.clock[0].regime]
    may_roll = ltv <= house.rolls_until * (1.0 + ROUNDING)
    interest_due(life, t, d, days)
    life.debts[d].maturity = NEVER
    if debts[d].kind == FORWARD:
        k = debts[d].pledge_from
        i = life.pledges[k].line
        price = life.assets[life.lines[i].asset].price
        pledged = life.pledges[k].shares
        in_cash = debts[d].in_cash != 0
        gone = delivered(pledged, debts[d].floor, debts[d].cap, price, in_cash)
        owed = cash_difference(pledged, debts[d].cap, price, in_cash)
        life.pledges[k].shares = 0.0
        life.houses[life.debts[d].house].forwards -= 1
        left = less(pledged, gone)
        life.lines[i].shares = less(life.lines[i].shares, gone)
        life.lines[i].free += left
        life.debts[d].principal += owed
        life.debts[d].matured += owed
        note(life, t, DELIVERED, d, i, debts[d].currency, gone * price, gone, price)
        if left > 0.0:
            note(life, t, RELEASED, i, d, debts[d].currency, 0.0, left, price)
        if owed > 0.0:
            note(life, t, DIFFERENCE, d, i, debts[d].currency, owed, 0.0, price)
        return
    kept = 0.0
    due = life.debts[d].principal - life.debts[d].matured
    put = debts[d].converts > 0.0 and t < debts[d].final
    if debts[d].converts > 0.0 and beats_money(life, d):
        if put:
            life.debts[d].maturity = debts[d].final
        else:
            convert(life, t, d)
        return
    if put or (debts[d].repaid_every > 0 and t < debts[d].final):
        if not put:
            life.debts[d].maturity = min(t + debts[d].repaid_every, debts[d].final)
        life.debts[d].matured += due
        note(life, t, UNPAID_PRINCIPAL, d, -1, debts[d].currency, due, 0.0, 0.0)
        return
    rolls = debts[d].rolls * times.rolls
    if may_roll and rolls > 0.0 and life.debts[d].closing == 0:
        kept = rolls * due
        life.debts[d].rolled = 1
        life.debts[d].extra = times.spread + house.widens * max(0.0, ltv - house.ltv_normal)
        life.debts[d].maturity = t + debts[d].tenor
        note(life, t, ROLLED, d, -1, debts[d].currency, kept, 0.0, life.debts[d].extra)
    if debts[d].kind == FACILITY:
        life.debts[d].limit *= rolls if kept > 0.0 or may_roll else 0.0
    if due > kept:
        life.debts[d].matured += due - kept
        note(life, t, UNPAID_PRINCIPAL, d, -1, debts[d].currency, due - kept, 0.0, 0.0)


@rule
def settle(life, t, h):
    """Pay what is overdue from cash: interest, secured debt's first, costs, principal, instalments last, tranches.

    The rows of debts stand in this order.
    """
    house = life.houses[h]
    if total_cash(life, h) <= 0.0:
        house.overdue = overdue_amount(life, h)  # a close-out may have repaid it
        return
    overdue = 0.0
    matured = False
    for d in range(house.debt_from, house.debt_to):
        debt = life.debts[d]
        matured = matured or debt.matured > 0.0
        if debt.arrears > 0.0:
            left = pay(life, t, h, debt.currency, debt.arrears)
            note(life, t, INTEREST, d, 1, debt.currency, debt.arrears - left, 0.0, 0.0)
            debt.arrears = left
            overdue += left * life.currencies[debt.currency].fx
    if house.owed > 0.0:
        left = pay(life, t, h, 0, house.owed)
        note(life, t, COSTS, h, 1, 0, house.owed - left, 0.0, 0.0)
        house.owed = left
        overdue += left
    if matured:
        for d in range(house.debt_from, house.debt_to):
            debt = life.debts[d]
            if debt.matured > 0.0:
                left = pay(life, t, h, debt.currency, debt.matured)
                repay(life, t, d, debt.matured - left)
                overdue += debt.matured * life.currencies[debt.currency].fx
    for b in range(house.bet_from, house.bet_to):
        bet = life.bets[b]
        if bet.owed > 0.0:
            left = pay(life, t, h, bet.currency, bet.owed)
            paid = bet.owed - left
            bet.value += paid * bet.worth
            bet.cost += paid
            bet.spent += paid
            gross_flow(life, t, h, -paid * life.currencies[bet.currency].fx)
            bet.owed = left
            overdue += left * life.currencies[bet.currency].fx
            note(life, t, WRITTEN, b, -1, bet.currency, paid, paid * bet.worth, 0.0)
    for k in range(life.investors.shape[0]):
        if life.investors[k].owner == h and life.investors[k].owed > 0.0:
            pay_call(life, t, k)
    house.stale = 1
    house.overdue = overdue + called_amount(life, h)


@rule
def repay(life, t, d, amount):
    """Money has gone to a lender: the principal falls, what was overdue of it first; repaid collateral is free again."""
    if amount <= 0.0:
        return
    debts = life.debts
    code = INSTALMENT if debts[d].kind == PAYABLE else REPAID
    note(life, t, code, d, -1, debts[d].currency, amount, 0.0, 0.0)
    if code == INSTALMENT:
        gross_flow(life, t, debts[d].house, -amount * life.currencies[debts[d].currency].fx)
    life.debts[d].matured = max(0.0, life.debts[d].matured - amount)
    left = life.debts[d].principal - amount
    dust = life.houses[debts[d].house].dust / life.currencies[debts[d].currency].fx
    if left <= max(TINY * amount, dust):
        left = 0.0
        life.debts[d].matured = 0.0
    life.debts[d].principal = left
    if left == 0.0 and debts[d].kind == MARGIN:
        release(life, t, d)


@rule
def release(life, t, d):
    """A secured loan is gone: its shares pass to the loan behind it, or are free; its call and close-out are over."""
    heir = next_owing(life, d)
    for k in range(life.debts[d].pledge_from, life.debts[d].pledge_to):
        if life.pledges[k].shares > 0.0:
            i = life.pledges[k].line
            if heir >= 0:
                own = life.debts[heir].pledge_from + k - life.debts[d].pledge_from
                note(life, t, PASSED, i, heir, life.debts[heir].currency, 0.0, life.pledges[k].shares, 0.0)
                life.pledges[own].shares += life.pledges[k].shares
            else:
                note(life, t, RELEASED, i, d, life.debts[d].currency, 0.0, life.pledges[k].shares, 0.0)
                life.lines[i].free += life.pledges[k].shares
            life.pledges[k].shares = 0.0
    life.debts[d].call = -1
    life.debts[d].closing = 0
    life.debts[d].maturity = NEVER


@rule
def overdue_amount(life, h):
    """All that is overdue, top currency."""
    total = life.houses[h].owed
    for d in range(life.houses[h].debt_from, life.houses[h].debt_to):
        debt = life.debts[d]
        if debt.arrears > 0.0 or debt.matured > 0.0:
            total += (debt.arrears + debt.matured) * life.currencies[debt.currency].fx
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        total += life.bets[b].owed * life.currencies[life.bets[b].currency].fx
    return total + called_amount(life, h)
