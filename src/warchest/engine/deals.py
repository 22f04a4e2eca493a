"""Flows of private deals: rounds that mark them, prices that the house's own money moves, and what each deal asks for."""

import math

from warchest.core.kernel import rule
from warchest.core.layout import FRACTION, HOLD, SHARE_OF_DEALS, SPREAD
from warchest.engine.balance import bet_truth, uncalled


@rule
def rounds(life, t):
    """The house's own pressure on prices fades; deals with a round today are marked anew, and may ask for more."""
    for f in range(life.flows.shape[0]):
        flow = life.flows[f]
        flow.pressure *= math.exp(-life.clock[0].dt)
        level = level_of(life, f)
        for b in range(flow.bet_from, flow.next):
            bet = life.bets[b]
            if bet.next_round == t and not life.regimes[life.clock[0].regime].exits:
                bet.next_round = t + 1
            elif bet.next_round == t:
                bet.next_round += bet.rounds
                if bet.value > 0.0:
                    truth = bet_truth(life, b, t)
                    bet.mark = truth / bet.value * (1.0 + bet.overmarked) * level
                    if bet.follow_on > 0.0 and truth >= bet.value and life.houses[flow.house].policy != HOLD:
                        bet.ask = bet.follow_on * bet.opened
                        life.houses[flow.house].asking += 1


@rule
def level_of(life, f):
    """The price level that the house's own money makes in a flow's market: (1 + X / depth)^crowding."""
    flow = life.flows[f]
    if flow.crowding == 0.0:
        return 1.0
    return (1.0 + flow.pressure / flow.depth) ** flow.crowding


@rule
def ask(life, t, h):
    """What bets and deals of a house ask for today (column `ask`); how many do."""
    house = life.houses[h]
    count = still_asking(life, h)
    house.asking = 0
    if house.policy == HOLD or house.policy == FRACTION:
        return 0
    for b in range(house.bet_from, house.named_to):
        bet = life.bets[b]
        bet.ask = bet.cheque if bet.start == t and bet.first == b else 0.0
        if bet.ask > 0.0:
            count += 1
    for f in range(house.flow_from, house.flow_to):
        flow = life.flows[f]
        flow.level = level_of(life, f)
        while flow.next < flow.bet_to and life.bets[flow.next].start <= t:
            bet = life.bets[flow.next]
            bet.ask = first_cheque(life, t, h, f, bet.cheque) / life.currencies[bet.currency].fx
            if bet.ask > 0.0:
                count += 1
            flow.next += 1
    return count


@rule
def still_asking(life, h):
    """How many deals that had a round today ask for more; what was sold since asks for nothing."""
    house = life.houses[h]
    if house.asking == 0:
        return 0
    count = 0
    for b in range(house.named_to, house.bet_to):
        bet = life.bets[b]
        if bet.ask > 0.0 and bet.value <= 0.0:
            bet.ask = 0.0
        elif bet.ask > 0.0:
            count += 1
    return count


@rule
def first_cheque(life, t, h, f, stated):
    """What a deal that comes today asks for under the house's policy, top currency."""
    house = life.houses[h]
    flow = life.flows[f]
    if house.policy == SPREAD:
        if flow.taken >= math.ceil(flow.positions * min(1.0, t / flow.last)):
            return 0.0
        flow.taken += 1
        return flow.cheque * life.currencies[house.home].fx
    if house.policy == SHARE_OF_DEALS:
        return max(0.0, house.kept_share * (house.nav + uncalled(life, h) * life.currencies[house.home].fx))
    return stated * life.currencies[life.bets[flow.bet_from].currency].fx


@rule
def worth_of_one(life, b):
    """Value received for one unit of money paid for a bet or a deal today."""
    bet = life.bets[b]
    return bet.worth if bet.flow < 0 else bet.worth / life.flows[bet.flow].level


@rule
def bought(life, t, b, paid):
    """A cheque (own currency) has been written: what was received for it is added; its mark's worth comes back."""
    bet = life.bets[b]
    received = paid * worth_of_one(life, b)
    if bet.flow >= 0:
        if bet.value > 0.0:
            received /= bet_truth(life, b, t) / bet.value
        else:
            bet.opened = paid
        life.flows[bet.flow].pressure += paid
    bet.value += received
    bet.cost += paid
    bet.spent += paid
    return received
