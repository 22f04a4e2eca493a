"""One path of one house: the eight stages in the order in which life happens (docs/engine.md has every rule)."""

import math

from warchest.core.kernel import inlined, rule
from warchest.core.layout import (
    BET_ENDED,
    CALLS,
    CASH_MIN,
    CHEQUE,
    CUT,
    DECIDES,
    DEFAULT,
    ENDS,
    FIRST_BREACH,
    FIRST_CALL,
    FIRST_SALE,
    HALVED,
    LTV_PEAK,
    LTV_SHOWN,
    MARKED,
    MAX_DRAWDOWN,
    NAV,
    NAV_MARKED,
    NAV_MIN,
    RUIN,
    TIME_ABOVE_MAX,
    WEIGHT,
)
from warchest.engine.balance import balance, hidden_value, ltv_of
from warchest.engine.calls import close_out, look_at_loans, meet_calls
from warchest.engine.cover import ENDED, ENDED_HOLDING, FORCED, cover
from warchest.engine.decide import write_cheques
from warchest.engine.dues import accrue, pay_due
from warchest.engine.money import note, total_cash

ROUNDING = 1e-9
"""A house that bets to its ceiling stands on it: LTV counts as above only beyond this share of the ceiling."""


@rule
def live(origin, life, log, world, multiples, scratch, out, bands, calls):
    """Live one path of the (one) house.

    origin: the tables of step 0; world: (T, A + C) gross returns of prices and exchange rates; multiples: outcome of each bet;
    out: (columns,) the path's row; bands: (points, 3) NAV, LTV, cash, or empty; calls: (D,) step of each debt's first call.
    """
    h = 0
    reset(origin, life)
    houses = life.houses
    steps, every = life.clock[0].steps, life.clock[0].band_every
    missed, cheques, sources = scratch
    missed[0] = 0
    cheques[:] = 0.0
    calls[:] = -1
    holdings_value, net_debt = balance(life, h)
    start = holdings_value - net_debt
    true_start = start + hidden_value(life, h, 0, multiples)
    life.houses[h].nav = start
    life.houses[h].ltv = ltv_of(holdings_value, net_debt)
    begin_row(out, true_start, life.houses[h].ltv, total_cash(life, h))
    peak = start
    above = 0
    for t in range(steps + 1):
        if t > 0:
            mark(life, log, t, world, multiples)  # 1
            costs, payout = accrue(life, log, t, h)  # 2
            pay_due(life, log, t, h, costs, payout)  # 3
            opened, pressing = look_at_loans(life, log, t, h, calls)  # 4
            out[CALLS] += opened
            forced = False
            if pressing or houses[h].overdue:  # 5
                forced = meet_calls(life, log, t, h)
                forced = close_out(life, log, t, h) or forced
            if life.houses[h].overdue:
                ending = cover(life, log, t, h, multiples, missed)  # 6
                forced = forced or ending == FORCED or ending == ENDED_HOLDING
                if missed[0] > 0 and math.isnan(out[DEFAULT]):
                    out[DEFAULT] = t
                if ending == ENDED or ending == ENDED_HOLDING:
                    life.houses[h].ended = 1
            if out[CALLS] > 0 and math.isnan(out[FIRST_CALL]):
                out[FIRST_CALL] = t
            if forced and math.isnan(out[FIRST_SALE]):
                out[FIRST_SALE] = t
        if life.steps[t].events & DECIDES and not life.houses[h].ended:  # 7
            written, wanted = write_cheques(life, log, t, h, sources, cheques)
            out[CHEQUE] += written
            if written < wanted * (1.0 - ROUNDING):
                out[CUT] = 1.0
        # 8
        holdings_value, net_debt = balance(life, h)
        nav = holdings_value - net_debt
        truth = nav + hidden_value(life, h, t, multiples)
        ltv = min(LTV_SHOWN, ltv_of(holdings_value, net_debt))
        if life.houses[h].ended:
            ltv = LTV_SHOWN
        life.houses[h].nav = nav
        life.houses[h].ltv = ltv
        cash = total_cash(life, h)
        if t > 0:
            peak = max(peak, nav)
            above += record(out, t, nav, truth, ltv, cash, peak, houses[h].ltv_max)
            if nav <= 0.5 * start and math.isnan(out[HALVED]):
                out[HALVED] = t
            failed = life.houses[h].ended or not math.isnan(out[DEFAULT])
            if (truth <= houses[h].ruin_at * true_start or failed) and math.isnan(out[RUIN]):
                out[RUIN] = t
        if t % every == 0 and t // every < bands.shape[0]:
            keep(bands, t // every, nav, ltv, cash)
        if life.houses[h].ended:
            if math.isnan(out[DEFAULT]):
                out[DEFAULT] = t
            above += steps - t
            for k in range(t // every + 1, bands.shape[0]):
                keep(bands, k, nav, ltv, cash)
            break
    out[NAV] = truth
    out[NAV_MARKED] = nav
    out[TIME_ABOVE_MAX] = above / steps
    out[WEIGHT] = 1.0


@inlined
def reset(origin, life):
    """Back to step 0, record by record."""
    life.clock[0] = origin.clock[0]
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
    for h in range(life.houses.shape[0]):
        life.houses[h] = origin.houses[h]
        for c in range(life.currencies.shape[0]):
            life.purses[h, c] = origin.purses[h, c]


@inlined
def mark(life, log, t, world, multiples):
    """Prices and currencies move; private marks catch up on their dates; bets that end become cash."""
    count = life.assets.shape[0]
    for a in range(count):
        life.assets[a].price *= world[t - 1, a]
        life.assets[a].sold = 0.0
        if life.assets[a].mark_every == 0:
            life.assets[a].mark = life.assets[a].price
        elif t == life.assets[a].next_mark:
            life.assets[a].next_mark += life.assets[a].mark_every
            life.assets[a].mark = life.assets[a].price
            note(log, life, t, MARKED, a, -1, life.assets[a].currency, 0.0, 0.0, life.assets[a].price)
    for c in range(life.currencies.shape[0]):
        life.currencies[c].fx *= world[t - 1, count + c]
    if life.steps[t].events & ENDS:
        for b in range(life.bets.shape[0]):
            if life.bets[b].end == t and life.bets[b].value > 0.0:
                c = life.bets[b].currency
                amount = life.bets[b].value * multiples[life.bets[b].draw]
                note(log, life, t, BET_ENDED, b, -1, c, amount, life.bets[b].value, 0.0)
                life.purses[life.bets[b].house, c].cash += amount
                life.bets[b].value = 0.0


@inlined
def begin_row(out, nav, ltv, cash):
    """The path's row before anything happened: NaN is never."""
    out[:] = 0.0
    out[NAV_MIN] = nav
    out[LTV_PEAK] = ltv
    out[CASH_MIN] = cash
    for column in (FIRST_CALL, FIRST_SALE, FIRST_BREACH, DEFAULT, RUIN, HALVED):
        out[column] = math.nan


@inlined
def record(out, t, nav, truth, ltv, cash, peak, ltv_max):
    """Worst and first of each; 1 when LTV is above its ceiling on this date."""
    out[NAV_MIN] = min(out[NAV_MIN], truth)
    out[LTV_PEAK] = max(out[LTV_PEAK], ltv)
    out[CASH_MIN] = min(out[CASH_MIN], cash)
    if peak > 0.0:
        out[MAX_DRAWDOWN] = min(out[MAX_DRAWDOWN], nav / peak - 1.0)
    if ltv > ltv_max * (1.0 + ROUNDING):
        if math.isnan(out[FIRST_BREACH]):
            out[FIRST_BREACH] = t
        return 1
    return 0


@inlined
def keep(bands, k, nav, ltv, cash):
    """One point of the bands."""
    bands[k, 0] = nav
    bands[k, 1] = ltv
    bands[k, 2] = cash
