"""What stakes in a fund are worth: the waterfall applied to its NAV."""

from warchest.core.kernel import inlined, rule
from warchest.core.layout import LTV_SHOWN, Life, copied
from warchest.engine.balance import bet_truth, ltv_now, sheet, uncalled
from warchest.holdings.waterfall_rule import tiers


@rule
def senior(life, h):
    """Coupons and capital owed to a fund's preferred investors, its own currency."""
    arrears, capital = 0.0, 0.0
    for k in range(life.funds[h].investor_from, life.funds[h].investor_to):
        if life.investors[k].preferred:
            arrears += life.investors[k].arrears
            capital += life.investors[k].capital
    return arrears, capital


@rule
def all_units(life, h):
    """Units of all common investors; where nothing was called yet their commitments stand for them (below zero)."""
    units, committed = 0.0, 0.0
    for k in range(life.funds[h].investor_from, life.funds[h].investor_to):
        if not life.investors[k].preferred:
            units += life.investors[k].units
            committed += life.investors[k].commitment
    return units if units > 0.0 else -committed


@inlined
def units_of(life, k, units):
    """An investor's share of what common investors get; where nobody has or promised anything any more, each counts the same."""
    if units > 0.0:
        return life.investors[k].units / units
    return life.investors[k].commitment / -units if units < 0.0 else 1.0 / commoners(life, life.investors[k].house)


@rule
def commoners(life, h):
    """How many common investors a fund has."""
    found = 0
    for k in range(life.funds[h].investor_from, life.funds[h].investor_to):
        if not life.investors[k].preferred:
            found += 1
    return found


@rule
def value_stakes(life, t, h, nav, hidden):
    """What each stake and the manager's carry is worth if the fund's NAV (top currency) were shared out now."""
    fx = life.currencies[life.houses[h].home].fx
    fund = life.funds[h]
    arrears, capital = senior(life, h)
    units, left = all_units(life, h), uncalled(life, h)
    due = deals_carry(life, t, h, True) if fund.american else 0.0
    worth_at(life, h, (nav + hidden) / fx, due, arrears, capital, units, left)
    fund.hidden = fund.worth
    fund.wealth = 0.0
    for k in range(fund.investor_from, fund.investor_to):
        life.investors[k].hidden = life.investors[k].worth
        if not life.investors[k].preferred:
            fund.wealth += life.investors[k].worth * fx
    if hidden != 0.0:
        due = deals_carry(life, t, h, False) if fund.american else 0.0
        worth_at(life, h, nav / fx, due, arrears, capital, units, left)
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        investor.hidden = (investor.hidden - investor.worth) * investor.part * fx
        investor.worth *= investor.part * fx
    fund.hidden = (fund.hidden - fund.worth) * fx
    fund.worth *= fx


@rule
def worth_at(life, h, nav, due, arrears, senior_capital, units, left):
    """Worth of whole stakes and of the carry (columns `worth`) at a NAV, all in the fund's currency."""
    fund = life.funds[h]
    missing = max(0.0, -nav)
    nav = max(0.0, nav)
    first = min(nav, arrears)
    second = min(nav - first, senior_capital)
    rest = nav - first - second
    due = min(rest, due)
    share, catch_up = (0.0, 0.0) if fund.american else (fund.carry, fund.catch_up)
    returned, preferred, caught, split, catch, carry = tiers(
        rest - due, fund.capital, fund.hurdle_owed, fund.profit, fund.carried, share, catch_up
    )
    carry += due
    back = 0.0
    if fund.clawback:
        lacking = fund.capital - returned
        gain = fund.profit + preferred + caught + split + fund.carried + catch + carry - lacking
        excess = fund.carried + catch + carry - fund.carry * max(0.0, gain)
        back = min(fund.carried, max(0.0, max(excess, lacking + fund.hurdle_owed - preferred)))
    common = returned + preferred + caught + split + back
    fund.worth = catch + carry - back
    for k in range(fund.investor_from, fund.investor_to):
        investor = life.investors[k]
        if investor.preferred:
            investor.worth = first * investor.arrears / arrears if arrears > 0.0 else 0.0
            investor.worth += second * investor.capital / senior_capital if senior_capital > 0.0 else 0.0
        else:
            investor.worth = common * units_of(life, k, units)
        own = investor.commitment - investor.called
        if missing > 0.0 and own > 0.0:
            investor.worth -= min(own, missing * (own / left))


@rule
def with_carry(life, h):
    """The manager's carry, paid and to come, the fund's own currency."""
    fund = life.funds[h]
    return fund.carried + (fund.worth + fund.hidden) / life.currencies[life.houses[h].home].fx


@rule
def revalue(life, t, h):
    """Look at a fund: its NAV and LTV, and what its investors' stakes are worth now."""
    gross, hidden, net_debt, _ = sheet(life, h, t)
    fund, held = life.funds[h], gross - life.houses[h].deducted
    fund.nav = held - net_debt
    fund.ltv = min(LTV_SHOWN, ltv_now(life, h, held, net_debt))
    fund.moved = 0
    value_stakes(life, t, h, fund.nav, hidden)


@rule
def look_at_fund(life, t, h):
    """The record of a fund, which is looked at again if anything has changed."""
    if life.houses[h].ended:
        return
    if life.funds[h].moved:
        revalue(life, t, h)
    life.houses[h].nav = life.funds[h].nav
    life.houses[h].ltv = life.funds[h].ltv


def opened(origin: Life) -> Life:
    """Tables of one's own of step 0, with what every stake in a fund is worth on that day."""
    life = copied(origin)
    for h in range(life.top):
        look_at_fund(life, 0, h)
    return life


@rule
def deals_carry(life, t, h, true):
    """Carry of an American waterfall, the fund's currency: set aside, and of unfinished bets at their truth or at their marks."""
    total = life.funds[h].set_aside
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        bet = life.bets[b]
        if bet.value > 0.0:
            total += deal_carry(life, t, b, bet_truth(life, b, t) if true else bet.value * bet.mark)
    return total


@rule
def deal_carry(life, t, b, brings):
    """The manager's part of what one bet brings (its own currency), shared out for itself; the fund's currency."""
    bet = life.bets[b]
    fund = life.funds[bet.house]
    fx = life.currencies[bet.currency].fx / life.currencies[life.houses[bet.house].home].fx
    hurdle = bet.cost * ((1.0 + fund.hurdle) ** max(0, t - bet.start) - 1.0)
    _, _, _, _, catch, carry = tiers(brings, bet.cost, hurdle, 0.0, 0.0, fund.carry, fund.catch_up)
    return (catch + carry) * fx
