"""A fund and its investors: calls, coupons and fees, what is shared out, and what each stake is worth."""

from warchest.core.codes import CALL_FAILED, CAPITAL_CALLED, CAPITAL_PAID, CARRY, FEE_DUE, FEE_PAID, SHARED, STAKE_SOLD
from warchest.core.kernel import inlined, rule
from warchest.core.layout import TINY
from warchest.engine.balance import ROUNDING, ltv_now, sheet, uncalled, undrawn, with_funds
from warchest.engine.calls import cash_floor
from warchest.engine.money import gross_flow, net_flow, note, pay, pay_call, total_cash
from warchest.engine.sales import draw_facilities
from warchest.engine.stakes import all_units, revalue, senior, units_of
from warchest.holdings.waterfall_rule import tiers


@rule
def unpaid(life, h):
    """Calls of a fund that its owners have not paid yet, its own currency."""
    total = 0.0
    for k in range(life.funds[h].investor_from, life.funds[h].investor_to):
        total += life.investors[k].owed
    return total


@rule
def call_capital(life, t, h, need):
    """Call `need` (top currency) from a fund's investors, in proportion to what is uncalled; what they paid at once comes back."""
    c = life.houses[h].home
    fx = life.currencies[c].fx
    left = uncalled(life, h)
    amount = min(need / fx, left)
    if amount <= 0.0 or amount * fx <= life.houses[h].dust:
        return 0.0
    for level in range(life.houses.shape[0] - 1, 0, -1):
        climb(life, t, h, amount * fx, level)
    return ask_investors(life, t, h, amount, left)


@rule
def climb(life, t, h, need, level):
    """The house so many levels above a fund gets ready for a call of `need` (top currency): facilities, then its own investors.

    Levels between pass on what they lack themselves.
    """
    fund = h
    for n in range(level):
        owner, theirs = -1, 0.0
        left = uncalled(life, fund)
        for k in range(life.funds[fund].investor_from, life.funds[fund].investor_to):
            investor = life.investors[k]
            if investor.owner >= 0 and investor.part > 0.0 and left > 0.0:
                owner = investor.owner
                own = investor.part * (investor.commitment - investor.called) / left
                theirs = investor.owed * life.currencies[life.houses[fund].home].fx + need * min(1.0, own)
        if owner < 0 or life.houses[owner].ended:
            return
        need = theirs - total_cash(life, owner)
        if need <= life.houses[owner].dust:
            return
        if n == level - 1:
            before = life.clock[0].house
            life.clock[0].house = owner
            need -= draw_facilities(life, t, owner, need)
            available = uncalled(life, owner)
            fx = life.currencies[life.houses[owner].home].fx
            if need > life.houses[owner].dust and available > 0.0:
                ask_investors(life, t, owner, min(need / fx, available), available)
            life.clock[0].house = before
            return
        for d in range(life.houses[owner].debt_from, life.houses[owner].debt_to):
            need -= undrawn(life, d) * life.currencies[life.debts[d].currency].fx
        if need <= life.houses[owner].dust or life.funds[owner].investor_to == life.funds[owner].investor_from:
            return
        fund = owner


@rule
def ask_investors(life, t, h, amount, left):
    """Each investor is asked for its part of a call (the fund's currency; `left` is uncalled); what was paid at once, top currency."""
    c = life.houses[h].home
    fx = life.currencies[c].fx
    paid = 0.0
    for k in range(life.funds[h].investor_from, life.funds[h].investor_to):
        investor = life.investors[k]
        own = investor.commitment - investor.called
        if own > 0.0:
            asked = own if amount >= left else amount * (own / left)
            count_in(life, k, asked)
            theirs = investor.part * asked if investor.owner >= 0 else 0.0
            outside = asked - theirs
            if outside > 0.0:
                life.purses[h, c].cash += outside
                note(life, t, CAPITAL_PAID, k, -1, c, outside, 0.0, 0.0)
                paid += outside
                if not investor.preferred:
                    net_flow(life, t, h, -outside)
            if theirs > 0.0:
                if investor.owed <= 0.0:
                    investor.since = t
                investor.owed += theirs
                note(life, t, CAPITAL_CALLED, k, investor.owner, c, theirs, 0.0, 0.0)
                here = pay_call(life, t, k)
                life.houses[investor.owner].overdue += (theirs - here) * fx
                paid += here
    return paid * fx


@inlined
def count_in(life, k, amount):
    """A call counts as called, and as capital, at once; a call that failed is taken back."""
    investor = life.investors[k]
    investor.called += amount
    investor.capital += amount
    if not investor.preferred:
        investor.units += amount
        life.funds[investor.house].capital += amount


@rule
def fail_calls(life, t, h, now):
    """Calls that a house has not paid within their grace (or `now`, in default) have failed."""
    for k in range(life.investors.shape[0]):
        investor = life.investors[k]
        fund = life.funds[investor.house]
        if investor.owner == h and investor.owed > 0.0 and (now or t >= investor.since + fund.grace):
            c = life.houses[investor.house].home
            note(life, t, CALL_FAILED, k, h, c, investor.owed, 0.0, 0.0)
            count_in(life, k, -investor.owed)
            investor.owed = 0.0
            if not now:
                investor.commitment = investor.called
                forfeit(life, k)
            life.houses[h].stale = 1
            revalue(life, t, investor.house)


@rule
def forfeit(life, k):
    """An investor that did not pay loses a part of its units to the other common investors, as far as there are any."""
    fund = life.funds[life.investors[k].house]
    units = all_units(life, life.investors[k].house)
    lost = fund.forfeit * life.investors[k].units
    others = units - life.investors[k].units
    if units <= 0.0 or others <= TINY * units:
        return
    life.investors[k].units -= lost
    for j in range(fund.investor_from, fund.investor_to):
        if j != k and not life.investors[j].preferred:
            life.investors[j].units *= 1.0 + lost / others


@inlined
def accrue_fund(life, t, h):
    """Coupons, hurdle and fee of one step grow."""
    fund = life.funds[h]
    home = life.currencies[life.houses[h].home]
    committed = 0.0
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        committed += investor.commitment
        investor.arrears += investor.coupon * investor.capital * life.steps[t].days
    fund.hurdle_owed += (fund.capital + fund.hurdle_owed) * fund.hurdle
    due = fund.fee * committed if t <= fund.period else fund.fee_after * invested(life, h) / home.fx
    fund.fee_owed += due
    note(life, t, FEE_DUE, h, -1, life.houses[h].home, due, 0.0, 0.0)


@rule
def invested(life, h):
    """What unfinished bets cost, and holdings at their marks; top currency."""
    total = 0.0
    for i in range(life.houses[h].line_from, life.houses[h].line_to):
        total += life.lines[i].shares * life.assets[life.lines[i].asset].worth
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        bet = life.bets[b]
        if bet.value > 0.0:
            total += bet.cost * life.currencies[bet.currency].fx
    return max(0.0, total + with_funds(life, h)[0])


@rule
def on_dates(life, t, h):
    """On a fund's dates: coupons and fee are paid, and what is left is shared out."""
    fund = life.funds[h]
    house = life.houses[h]
    if t < fund.next_date:
        return
    fund.next_date += fund.every
    if house.overdue > 0.0 or house.ended:
        return
    owed = 0.0
    for k in range(fund.investor_from, fund.investor_to):
        owed += life.investors[k].arrears
    fx = life.currencies[house.home].fx
    owed -= pay_coupons(life, t, h, owed)
    if owed > 0.0 and call_capital(life, t, h, owed * fx) > 0.0:
        owed -= pay_coupons(life, t, h, owed)
    pay_fee(life, t, h)
    if fund.fee_owed > 0.0 and call_capital(life, t, h, fund.fee_owed * fx) > 0.0:
        pay_fee(life, t, h)
    if owed > TINY * fund.capital or fund.fee_owed > 0.0 or unpaid(life, h) > 0.0:
        return
    gross, _, net_debt, cash = sheet(life, h, t)
    if ltv_now(life, h, gross - house.deducted, net_debt) > house.ltv_max * (1.0 + ROUNDING):
        return
    spare = (cash - cash_floor(life, h, t)) / fx
    if t > fund.period:
        fund.kept = 0.0
        fund.recycling = 0.0
    fund.kept = min(fund.kept, max(0.0, spare))
    more = max(0.0, min(spare - fund.kept, fund.recycling))
    fund.kept += more
    fund.recycling -= more
    spare -= fund.kept
    if spare * fx > house.dust:
        share_out(life, t, h, spare)


@rule
def pay_coupons(life, t, h, owed):
    """Coupons owed are paid from cash, in proportion; what was paid, the fund's currency."""
    fund = life.funds[h]
    c = life.houses[h].home
    if owed <= 0.0 or total_cash(life, h) <= 0.0:
        return 0.0
    amount = owed - pay(life, t, h, c, owed)
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        if investor.arrears > 0.0:
            give_investor(life, t, k, amount * investor.arrears / owed)
            investor.arrears = max(0.0, investor.arrears * (1.0 - amount / owed))
    return amount


@rule
def pay_fee(life, t, h):
    """The manager's fee is paid from cash, as far as it goes."""
    fund = life.funds[h]
    c = life.houses[h].home
    if fund.fee_owed <= 0.0 or total_cash(life, h) <= 0.0:
        return
    left = pay(life, t, h, c, fund.fee_owed)
    paid = fund.fee_owed - left
    note(life, t, FEE_PAID, h, fund.manager, c, paid, 0.0, 0.0)
    if fund.manager >= 0:
        life.purses[fund.manager, c].cash += paid
    fund.fees += paid
    fund.fee_owed = left


@inlined
def give_investor(life, t, k, amount):
    """Money that has left the fund's cash reaches an investor: the owner its part, the rest outside."""
    investor = life.investors[k]
    c = life.houses[investor.house].home
    theirs = investor.part * amount if investor.owner >= 0 else 0.0
    if theirs > 0.0:
        life.purses[investor.owner, c].cash += theirs
        gross_flow(life, t, investor.owner, theirs * life.currencies[c].fx)
        note(life, t, SHARED, k, investor.owner, c, theirs, 0.0, 0.0)
    if amount > theirs:
        note(life, t, SHARED, k, -1, c, amount - theirs, 0.0, 0.0)


@rule
def share_out(life, t, h, amount):
    """Take an amount (fund's currency) out of cash and share it out by the waterfall."""
    fund = life.funds[h]
    c = life.houses[h].home
    amount -= pay(life, t, h, c, amount)
    rest = amount - pay_senior(life, t, h, amount)
    due = min(rest, fund.set_aside)
    fund.set_aside -= due
    share, catch_up = (0.0, 0.0) if fund.american else (fund.carry, fund.catch_up)
    returned, preferred, caught, split, catch, carry = tiers(
        rest - due, fund.capital, fund.hurdle_owed, fund.profit, fund.carried, share, catch_up
    )
    carry += due
    units = all_units(life, h)
    common = returned + preferred + caught + split
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        if not investor.preferred and common > 0.0:
            part = units_of(life, k, units)
            give_investor(life, t, k, common * part)
            net_flow(life, t, h, common * part)
            investor.capital = max(0.0, investor.capital - returned * part)
    fund.capital = max(0.0, fund.capital - returned)
    fund.hurdle_owed = max(0.0, fund.hurdle_owed - preferred)
    fund.profit += preferred + caught + split
    fund.carried += catch + carry
    if catch + carry > 0.0:
        if fund.manager >= 0:
            life.purses[fund.manager, c].cash += catch + carry
        note(life, t, CARRY, h, fund.manager, c, catch + carry, 0.0, 0.0)


@rule
def pay_senior(life, t, h, amount):
    """Preferred investors first: coupons owed, then capital; what they took, the fund's currency."""
    fund = life.funds[h]
    arrears, capital = senior(life, h)
    first = min(amount, arrears)
    second = min(amount - first, capital)
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        if investor.preferred:
            interest = first * investor.arrears / arrears if arrears > 0.0 else 0.0
            back = second * investor.capital / capital if capital > 0.0 else 0.0
            give_investor(life, t, k, interest + back)
            investor.arrears = max(0.0, investor.arrears - interest)
            investor.capital = max(0.0, investor.capital - back)
    return first + second


@rule
def sell_stakes(life, t, h, need):
    """Sell stakes in funds at their discount, as far as needed; what they bring (top currency) goes to cash."""
    raised = 0.0
    for k in range(life.investors.shape[0]):
        investor = life.investors[k]
        left = need - raised
        true_worth = investor.worth + investor.hidden
        if investor.owner == h and investor.part > 0.0 and true_worth > life.houses[h].dust and left > TINY * need:
            part = (
                min(1.0, left / (true_worth * (1.0 - investor.sale_discount))) if investor.sale_discount < 1.0 else 0.0
            )
            raised += sell_stake(life, t, k, part)
    return raised


@rule
def sell_stake(life, t, k, part):
    """Sell this part of what an owner has of a stake, with its part of what is uncalled; what it brings, top currency."""
    investor = life.investors[k]
    c = life.houses[investor.house].home
    brings = max(0.0, part * (investor.worth + investor.hidden) * (1.0 - investor.sale_discount))
    life.purses[investor.owner, c].cash += brings / life.currencies[c].fx
    gross_flow(life, t, investor.owner, brings)
    note(life, t, STAKE_SOLD, k, investor.owner, c, brings / life.currencies[c].fx, part * investor.part, 0.0)
    investor.part *= 1.0 - part
    investor.worth *= 1.0 - part
    investor.hidden *= 1.0 - part
    life.houses[investor.owner].stale = 1
    return brings


@rule
def wind_up(life, t, h):
    """A fund in default: what is left goes through the waterfall at once, and nothing more is owed, called or worth anything."""
    fund = life.funds[h]
    note(life, t, FEE_DUE, h, -1, life.houses[h].home, -fund.fee_owed, 0.0, 0.0)
    fund.fee_owed = 0.0
    left = total_cash(life, h)
    if left > life.houses[h].dust:
        share_out(life, t, h, left / life.currencies[life.houses[h].home].fx)
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        investor.commitment = investor.called
        investor.arrears = 0.0
        investor.worth = 0.0
        investor.hidden = 0.0
    fund.worth = 0.0
    fund.hidden = 0.0
    fund.wealth = 0.0
