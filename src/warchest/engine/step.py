"""One path of one house: the eight stages in the order in which life happens (docs/engine.md has every rule)."""

import math

from warchest.core.calendar import NEVER
from warchest.core.codes import BET_ENDED, MARKED, TRANCHE_LAPSED
from warchest.core.kernel import inlined, rule
from warchest.core.layout import BAND, DECIDES, ENDS, FRACTION, LTV_SHOWN
from warchest.engine.act import act
from warchest.engine.balance import ROUNDING, ltv_now, sheet
from warchest.engine.calls import close_out, look_at_loans, meet_calls
from warchest.engine.cover import ENDED, ENDED_HOLDING, FORCED, cover
from warchest.engine.deals import rounds
from warchest.engine.decide import rebalance, write_cheques
from warchest.engine.dues import accrue, overdue_amount, pay_due
from warchest.engine.funds import accrue_fund, on_dates, wind_up
from warchest.engine.money import gross_flow, note
from warchest.engine.own_share import move_premium, open_premium, price_at
from warchest.engine.own_trades import trade_own
from warchest.engine.returns import close_returns, mark_benchmark, open_returns
from warchest.engine.stakes import deal_carry, look_at_fund, revalue


@rule
def live(origin, life, p, world, multiples, times, bands):
    """Live one path of a house, with the funds inside it, and leave what is kept of it in row `p` of `life.paths`.

    origin: the tables of step 0; world: (A + C, T) gross returns of prices and exchange rates; multiples: outcome of each bet;
    times: steps from and to of each deal; bands: (points, 3 and 3 a fund) takes NAV, LTV and cash through time, and what each
    fund's common investors have paid, got and hold; or is empty.
    """
    top = life.houses.shape[0] - 1
    reset(origin, life, multiples, times)
    for h in range(top + 1):
        if life.funds[h].investor_to > life.funds[h].investor_from:
            look_at_fund(life, 0, h)
    open_returns(life)
    house, path, clock = life.houses[top], life.paths[p], life.clock[0]
    gross, hidden, net_debt, cash = sheet(life, top, 0)
    start = gross - house.deducted - net_debt
    true_start = start + hidden
    share_among_deals(life, top, true_start)
    house.nav = start
    house.ltv = min(LTV_SHOWN, ltv_now(life, top, gross - house.deducted, net_debt))
    begin(path, true_start, house.ltv, cash)
    if life.stocks.shape[0] > 0:
        open_premium(life, start)
        price_own(life, path, start)
    peak = start
    ruined = house.ruin_at * true_start + ROUNDING * abs(true_start)
    invested = life.funds[top].investor_to > life.funds[top].investor_from
    ceiling = house.ltv_max * (1.0 + ROUNDING)
    above, defending = 0, 0
    point = 0
    for t in range(clock.steps + 1):
        if t > 0:
            mark(life, t, world)  # 1
            mark_benchmark(life, t)
            if life.stocks.shape[0] > 0:
                move_premium(life, t, world)
            if life.steps[t].events & ENDS:
                end_bets(life, t)
            if life.flows.shape[0] > 0:
                rounds(life, t)
            for h in range(top + 1):
                if not life.houses[h].ended:
                    opened, forced = meet(life, t, h)  # 2 to 6
                    if h < top:
                        if life.houses[h].ended or life.houses[h].missed:
                            life.funds[h].default = t
                            path.fund_default = first(path.fund_default, t)
                        continue
                    path.calls += opened
                    if path.calls > 0.0:
                        path.first_call = first(path.first_call, t)
                    if forced:
                        path.first_sale = first(path.first_sale, t)
                    if house.ended or house.missed:
                        path.default = first(path.default, t)
        if t > 0 and life.stocks.shape[0] > 0 and not house.ended:  # 7
            clock.house = top
            trade_own(life, t, top)
        for h in range(top + 1):
            if life.steps[t].events & DECIDES and not life.houses[h].ended:
                clock.house = h
                life.funds[h].moved = 1
                written, wanted = decide(life, t, h)
                if h == top:
                    path.cheque += written
                    if written < wanted * (1.0 - ROUNDING):
                        path.cut = 1.0
            if life.funds[h].investor_to > life.funds[h].investor_from:
                look_at_fund(life, t, h)
        # 8
        gross, hidden, net_debt, cash = sheet(life, top, t)
        nav = gross - house.deducted - net_debt
        truth = nav + hidden
        ltv = LTV_SHOWN if house.ended else min(LTV_SHOWN, ltv_now(life, top, gross - house.deducted, net_debt))
        house.nav = nav
        house.ltv = ltv
        if t > 0:
            peak = max(peak, nav)
            above += record(path, t, nav, truth, ltv, cash, peak, ceiling)
            if life.sights[top].memory != 0.0:
                defending += 1
            if life.stocks.shape[0] > 0:
                price_own(life, path, nav)
            if nav <= 0.5 * start:
                path.halved = first(path.halved, t)
            if (truth <= ruined and not invested) or house.ended or house.missed:
                path.ruin = first(path.ruin, t)
        if point < bands.shape[0] and t == point * clock.band_every:
            keep(life, bands, point, nav, ltv, cash)
            point += 1
        if house.ended and top == 0:
            above += clock.steps - t
            for k in range(point, bands.shape[0]):
                keep(life, bands, k, nav, ltv, cash)
            break
    close_returns(life, p, t)
    path.nav = truth
    path.nav_marked = nav
    path.time_above_max = above / clock.steps
    path.defence = defending / clock.steps


@rule
def price_own(life, path, nav):
    """The price of an own share at the end of a step, how many there are, and the largest fall so far."""
    stock = life.stocks[0]
    price = price_at(life, nav)
    stock.peak = max(stock.peak, price)
    path.shares = stock.outstanding
    path.share_price = price
    if stock.peak > 0.0:
        path.share_drawdown = min(path.share_drawdown, price / stock.peak - 1.0)


@rule
def share_among_deals(life, h, nav):
    """The policy `spread` of a house without investors shares out its true NAV of today (columns `cheque`: for one unit of it)."""
    if life.funds[h].investor_to == life.funds[h].investor_from:
        for f in range(life.houses[h].flow_from, life.houses[h].flow_to):
            life.flows[f].cheque *= max(0.0, nav)


@inlined
def meet(life, t, h):
    """Stages 2 to 6 of one house: how many calls on its loans opened, and whether anything was sold that the policy did not choose."""
    house = life.houses[h]
    life.clock[0].house = h
    if life.funds[h].asleep:
        life.funds[h].hurdle_owed += (life.funds[h].capital + life.funds[h].hurdle_owed) * life.funds[h].hurdle
        revalue(life, t, h)
        return 0, False
    invested = life.funds[h].investor_to > life.funds[h].investor_from
    costs, payout = accrue(life, t, h)  # 2
    if invested:
        accrue_fund(life, t, h)
    pay_due(life, t, h, costs, payout)  # 3
    opened, pressing = look_at_loans(life, t, h)  # 4
    forced = False
    if pressing or house.overdue > 0.0:  # 5
        forced = meet_calls(life, t, h)
        forced = close_out(life, t, h) or forced
    if house.overdue > 0.0:
        ending = cover(life, t, h, pressing or forced)  # 6
        forced = forced or ending == FORCED or ending == ENDED_HOLDING
        house.ended = ending == ENDED or ending == ENDED_HOLDING
    if invested:
        if house.ended:
            wind_up(life, t, h)
        else:
            on_dates(life, t, h)
            revalue(life, t, h)
    return opened, forced


@rule
def decide(life, t, h):
    """What the policy does on a decision date; cheques (written, asked), top currency."""
    policy = life.houses[h].policy
    if policy == FRACTION:
        rebalance(life, t, h)
        return 0.0, 0.0
    return act(life, t, h) if policy >= BAND else write_cheques(life, t, h)


@inlined
def first(before, t):
    """The step on which something first happened: NaN is never."""
    return t if math.isnan(before) else before


@rule
def reset(origin, life, multiples, times):
    """Back to step 0, record by record; the bets will end as drawn."""
    for k in range(life.clock.shape[0]):
        life.clock[k] = origin.clock[k]
    for k in range(life.regimes.shape[0]):
        life.regimes[k] = origin.regimes[k]
    for c in range(life.currencies.shape[0]):
        life.currencies[c] = origin.currencies[c]
    for a in range(life.assets.shape[0]):
        life.assets[a] = origin.assets[a]
    for i in range(life.lines.shape[0]):
        life.lines[i] = origin.lines[i]
    for d in range(life.debts.shape[0]):
        life.debts[d] = origin.debts[d]
    for k in range(life.pledges.shape[0]):
        life.pledges[k] = origin.pledges[k]
    for b in range(life.bets.shape[0]):
        life.bets[b] = origin.bets[b]
        life.bets[b].multiple = multiples[life.bets[b].draw]
        if life.bets[b].offer >= 0:
            life.bets[b].start = times[life.bets[b].offer, 0]
            life.bets[b].end = times[life.bets[b].offer, 1]
            if life.bets[b].rounds > 0:
                life.bets[b].next_round = life.bets[b].start + life.bets[b].rounds
        life.bets[b].leaves = life.bets[b].end
    for f in range(life.flows.shape[0]):
        life.flows[f] = origin.flows[f]
    for h in range(life.houses.shape[0]):
        life.houses[h] = origin.houses[h]
        life.sights[h] = origin.sights[h]
        for c in range(life.currencies.shape[0]):
            life.purses[h, c] = origin.purses[h, c]
        life.funds[h] = origin.funds[h]
    for k in range(life.investors.shape[0]):
        life.investors[k] = origin.investors[k]
    for k in range(life.stocks.shape[0]):
        life.stocks[k] = origin.stocks[k]


@inlined
def mark(life, t, world):
    """Prices and currencies move; private marks catch up on their dates."""
    count = life.assets.shape[0]
    for c in range(life.currencies.shape[0]):
        life.currencies[c].fx *= world[count + c, t - 1]
    if world.shape[0] > count + life.currencies.shape[0]:
        change_times(life, int(world[count + life.currencies.shape[0], t - 1]))
    for a in range(count):
        asset = life.assets[a]
        asset.price *= world[a, t - 1]
        asset.sold = 0.0
        fx = life.currencies[asset.currency].fx
        if asset.mark_every == 0:
            asset.mark = asset.price
        else:
            if t == asset.next_mark:
                asset.next_mark += asset.mark_every
                asset.mark = asset.price
                note(life, t, MARKED, a, -1, asset.currency, 0.0, 0.0, asset.price)
            asset.hidden = (asset.price - asset.mark) * fx
        asset.worth = asset.mark * fx


@rule
def change_times(life, regime):
    """The regime of today: where it changes, what lines cost and allow is looked up again."""
    if regime != life.clock[0].regime:
        life.clock[0].regime = regime
        for h in range(life.houses.shape[0]):
            life.houses[h].stale = 1


@rule
def end_bets(life, t):
    """Bets that end today become cash; a tranche still owed is too late."""
    for b in range(life.bets.shape[0]):
        bet = life.bets[b]
        if bet.leaves == t and exits_closed(life, bet.flow):
            bet.leaves = t + 1
            bet.next_round = NEVER
        if bet.leaves == t and bet.owed > 0.0:
            life.clock[0].house = bet.house
            note(life, t, TRANCHE_LAPSED, b, -1, bet.currency, bet.owed, 0.0, 0.0)
            bet.owed = 0.0
            life.houses[bet.house].stale = 1
            life.houses[bet.house].overdue = overdue_amount(life, bet.house)
        if bet.leaves == t and bet.value > 0.0:
            amount = bet.value * bet.multiple
            life.clock[0].house = bet.house
            if life.funds[bet.house].american:
                life.funds[bet.house].set_aside += deal_carry(life, t, b, amount)
            note(life, t, BET_ENDED, b, -1, bet.currency, amount, bet.value, 0.0)
            life.purses[bet.house, bet.currency].cash += amount
            gross_flow(life, t, bet.house, amount * life.currencies[bet.currency].fx)
            bet.brought += amount
            bet.value = 0.0
            bet.cost = 0.0


@rule
def exits_closed(life, f):
    """Whether nobody buys: in hard times, or for deals while the benchmark stands far below its peak."""
    clock = life.clock[0]
    if not life.regimes[clock.regime].exits:
        return True
    if f < 0:
        return False
    fall = life.flows[f].exits_close
    return fall > 0.0 and clock.benchmark >= 0 and life.assets[clock.benchmark].price < (1.0 - fall) * clock.peak


@inlined
def begin(path, nav, ltv, cash):
    """The path's row before anything happened."""
    path.nav_min = nav
    path.ltv_peak = ltv
    path.cash_min = cash
    path.max_drawdown = 0.0
    path.calls = 0.0
    path.cheque = 0.0
    path.cut = 0.0
    path.shares = math.nan
    path.share_price = math.nan
    path.share_drawdown = 0.0
    path.weight = 1.0
    path.first_call = math.nan
    path.first_sale = math.nan
    path.first_breach = math.nan
    path.default = math.nan
    path.ruin = math.nan
    path.halved = math.nan
    path.fund_default = math.nan


@inlined
def record(path, t, nav, truth, ltv, cash, peak, ceiling):
    """Worst and first of each; 1 when LTV is above its ceiling on this date."""
    path.nav_min = min(path.nav_min, truth)
    path.ltv_peak = max(path.ltv_peak, ltv)
    path.cash_min = min(path.cash_min, cash)
    if nav < peak * (1.0 + path.max_drawdown) and peak > 0.0:
        path.max_drawdown = min(path.max_drawdown, nav / peak - 1.0)
    if ltv > ceiling:
        path.first_breach = first(path.first_breach, t)
        return 1
    return 0


@inlined
def keep(life, bands, k, nav, ltv, cash):
    """One point of the bands."""
    bands[k, 0] = nav
    bands[k, 1] = ltv
    bands[k, 2] = cash
    column = 3
    for h in range(life.houses.shape[0]):
        fund = life.funds[h]
        if fund.investor_to > fund.investor_from and column + 2 < bands.shape[1]:
            bands[k, column] = fund.paid_in
            bands[k, column + 1] = fund.paid_out
            bands[k, column + 2] = fund.wealth / life.currencies[life.houses[h].home].fx
            column += 3
