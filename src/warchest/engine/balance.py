"""The balance sheet: gross value, holdings value, net debt; the same function serves the engine and `value`."""

from warchest.core.calendar import NEVER
from warchest.core.kernel import inlined, rule
from warchest.core.layout import FACILITY, FORWARD, PAYABLE
from warchest.debts.prepaid_forward_rule import settlement
from warchest.engine.ranks import value_ahead

ROUNDING = 1e-9
"""A house that bets to its ceiling stands on it: LTV counts as above only beyond this share of the ceiling."""


@rule
def recount(life, h):
    """Sum up what does not change from step to step: interest, counted debt, instalments, the next maturity."""
    debts = life.debts
    for c in range(life.purses.shape[1]):
        life.purses[h, c].rate = 0.0
        life.purses[h, c].coupon = 0.0
        life.purses[h, c].counted = 0.0
        life.purses[h, c].payable = 0.0
    soonest = NEVER
    for d in range(life.houses[h].debt_from, life.houses[h].debt_to):
        c = debts[d].currency
        soonest = min(soonest, life.debts[d].maturity)
        if debts[d].kind == PAYABLE:
            life.purses[h, c].payable += life.debts[d].principal - life.debts[d].matured
            life.purses[h, c].counted += life.debts[d].matured
            continue
        life.purses[h, c].counted += life.debts[d].arrears
        if debts[d].kind == FORWARD:
            life.purses[h, c].counted += life.debts[d].principal
            continue
        if debts[d].capitalised:
            continue
        flat, daily = interest_rates(life, d)
        life.purses[h, c].rate += flat * life.debts[d].principal
        life.purses[h, c].coupon += daily * life.debts[d].principal + debts[d].fee * undrawn(life, d)
        if debts[d].recourse:
            life.purses[h, c].counted += counted_part(life, d)
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        life.purses[h, life.bets[b].currency].counted += life.bets[b].owed
    for k in range(life.investors.shape[0]):
        if life.investors[k].owner == h:
            life.purses[h, life.houses[life.investors[k].house].home].counted += life.investors[k].owed
    life.houses[h].next_due = soonest
    life.houses[h].stale = 0


@inlined
def counted_part(life, d):
    """What enters net debt of a debt with recourse, own currency: what is overdue in full, of the rest its counted share."""
    debt = life.debts[d]
    return debt.matured + debt.counted * (debt.principal - debt.matured)


@inlined
def interest_rates(life, d):
    """Interest a step and coupon a calendar day, as shares of the principal."""
    debt = life.debts[d]
    if debt.rolled:
        return debt.roll_rate + debt.extra, debt.roll_coupon
    return debt.rate + debt.extra, debt.coupon


@rule
def undrawn(life, d):
    """What may still be drawn on a facility, its own currency."""
    if life.debts[d].kind != FACILITY or not life.regimes[life.clock[0].regime].facilities:
        return 0.0
    left = max(0.0, life.debts[d].limit - life.debts[d].principal)
    if (
        life.debts[d].repaid_every > 0
        and life.funds[life.debts[d].house].investor_to > life.funds[life.debts[d].house].investor_from
    ):
        h = life.debts[d].house
        callable_ = (
            uncalled(life, h) * life.currencies[life.houses[h].home].fx / life.currencies[life.debts[d].currency].fx
        )
        left = min(left, max(0.0, callable_ - life.debts[d].principal))
    return left


@rule
def value_debts(life, h):
    """Collateral at the market and deductions of secured loans and forwards (columns `secured`, `deduction`), top currency.

    They hold until a price, a pledge or a principal changes: every step looks once, and whoever changes one says `stale`.
    """
    house = life.houses[h]
    deducted = 0.0
    for d in range(house.debt_from, house.lent_to):
        value_loan(life, d)
        deducted += life.debts[d].deduction
    if house.forwards > 0:
        for d in range(house.loan_to, house.forward_to):
            value_forward(life, d)
            deducted += life.debts[d].deduction
    house.deducted = deducted


@inlined
def value_loan(life, d):
    """Collateral of one secured loan, and what it deducts from what the loans ahead leave of it: nothing with recourse."""
    debt = life.debts[d]
    secured = 0.0
    if debt.principal > 0.0:
        for k in range(debt.pledge_from, debt.pledge_to):
            secured += life.pledges[k].shares * life.assets[life.lines[life.pledges[k].line].asset].worth
        if debt.ahead >= 0:
            secured += value_ahead(life, d)
    debt.secured = secured
    debt.deduction = 0.0
    if not debt.recourse:
        debt.deduction = min(max(0.0, secured - debt.senior), debt.principal * life.currencies[debt.currency].fx)


@inlined
def value_forward(life, d):
    """The shares of one forward, and what its settlement at today's price would take."""
    debt = life.debts[d]
    pledge = life.pledges[debt.pledge_from]
    asset = life.assets[life.lines[pledge.line].asset]
    debt.secured = pledge.shares * asset.worth
    debt.deduction = 0.0
    if pledge.shares > 0.0:
        taken = settlement(pledge.shares, debt.floor, debt.cap, asset.mark, debt.in_cash != 0)
        debt.deduction = taken * life.currencies[asset.currency].fx


@rule
def face(life, d):
    """What is owed, top currency: principal; a forward's pledged shares x floor."""
    debts = life.debts
    owed = (debts[d].principal + debts[d].arrears) * life.currencies[debts[d].currency].fx
    if debts[d].kind == FORWARD:
        for k in range(debts[d].pledge_from, debts[d].pledge_to):
            owed += life.pledges[k].shares * debts[d].floor * life.currencies[debts[d].currency].fx
    return owed


@inlined
def bet_truth(life, b, t):
    """True value of a bet on its way from the value received to its outcome, own currency."""
    bets = life.bets
    way = (t - bets[b].start) / (bets[b].end - bets[b].start)
    return life.bets[b].value * (1.0 + (life.bets[b].multiple - 1.0) * min(1.0, max(0.0, way)))


@inlined
def sheet(life, h, t):
    """Gross value, truth less mark of what is not listed, net debt, cash; top currency.

    Gross value: holdings and bets at their marks less what is still to be paid for them.
    """
    house = life.houses[h]
    if house.stale:
        recount(life, h)
        value_debts(life, h)
    gross, hidden, net_debt, cash = 0.0, 0.0, house.owed, 0.0
    for i in range(house.line_from, house.line_to):
        line = life.lines[i]
        asset = life.assets[line.asset]
        gross += line.shares * asset.worth
        hidden += line.shares * asset.hidden
    for b in range(house.bet_from, house.bet_to):
        bet = life.bets[b]
        if bet.value > 0.0:
            fx = life.currencies[bet.currency].fx
            marked = bet.value * bet.mark
            gross += marked * fx
            hidden += (bet_truth(life, b, t) - marked) * fx
    for c in range(life.purses.shape[1]):
        purse = life.purses[h, c]
        fx = life.currencies[c].fx
        gross -= purse.payable * fx
        net_debt += purse.counted * fx
        cash += purse.cash * fx
    if house.grows:
        net_debt += growing_debt(life, h)
    if house.funded:
        stakes, unseen, owed = with_funds(life, h)
        gross += stakes
        hidden += unseen
        net_debt += owed
    return gross, hidden, net_debt - cash, cash


@rule
def with_funds(life, h):
    """A house's stakes in funds and its carry, truth less mark of them, and a fund's fee owed less calls to come; top currency."""
    worth, hidden = 0.0, 0.0
    for f in range(life.funds.shape[0]):
        if life.funds[f].manager == h:
            worth += life.funds[f].worth
            hidden += life.funds[f].hidden
    owed = life.funds[h].fee_owed
    for k in range(life.investors.shape[0]):
        if life.investors[k].owner == h:
            worth += life.investors[k].worth
            hidden += life.investors[k].hidden
        if life.investors[k].house == h:
            owed -= life.investors[k].owed
    return worth, hidden, owed * life.currencies[life.houses[h].home].fx


@rule
def balance(life, h):
    """Holdings value H and net debt D of a house at its marks, top currency."""
    gross, _, net_debt, _ = sheet(life, h, 0)
    return gross - life.houses[h].deducted, net_debt


@rule
def growing_debt(life, h):
    """Counted part of the capitalised debts with recourse, top currency."""
    net_debt = 0.0
    for d in range(life.houses[h].debt_from, life.houses[h].growing_to):
        if life.debts[d].capitalised and life.debts[d].recourse:
            net_debt += counted_part(life, d) * life.currencies[life.debts[d].currency].fx
    return net_debt


@inlined
def ltv_now(life, h, holdings_value, net_debt):
    """LTV of a house; of a fund, of what it owes beyond what it can still call from its investors."""
    if net_debt > 0.0 and life.funds[h].investor_to > life.funds[h].investor_from:
        net_debt = max(0.0, net_debt - uncalled(life, h) * life.currencies[life.houses[h].home].fx)
    return ltv_of(holdings_value, net_debt)


@rule
def uncalled(life, h):
    """What may still be called from a fund's investors, its own currency."""
    total = 0.0
    for k in range(life.funds[h].investor_from, life.funds[h].investor_to):
        total += life.investors[k].commitment - life.investors[k].called
    return total


@inlined
def ltv_of(holdings_value, net_debt):
    """Net debt / equity value of holdings; infinite when there is debt and nothing held against it."""
    if holdings_value > 0.0:
        return net_debt / holdings_value
    return 0.0 if net_debt <= 0.0 else float("inf")
