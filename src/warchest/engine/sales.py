"""Selling and borrowing: how money is raised from what is held."""

import math

from warchest.core.codes import BET_SOLD, BOUGHT, DRAWN, PLEDGED, SOLD
from warchest.core.kernel import rule
from warchest.core.layout import FACILITY, TINY
from warchest.engine.balance import bet_truth, undrawn
from warchest.engine.money import gross_flow, less, note, pay
from warchest.engine.stakes import deal_carry


@rule
def permanent_impact(shares, sigma, volume, outstanding):
    """I = .314 s (n/V) (Theta/V)^(1/4), a log price move (Almgren, Thum, Hauptmann, Li 2005)."""
    return 0.314 * sigma * (shares / volume) * (outstanding / volume) ** 0.25


@rule
def sale_cost(shares, sigma, volume, outstanding, days):
    """J = I/2 + .142 s (n/(V T))^(3/5), a log price concession (Almgren, Thum, Hauptmann, Li 2005)."""
    temporary = 0.142 * sigma * (shares / (volume * days)) ** 0.6
    return 0.5 * permanent_impact(shares, sigma, volume, outstanding) + temporary


@rule
def sell(life, t, i, shares, days, source):
    """Sell listed shares of line `i` over `days` business days; the proceeds, not yet in cash, in the share's currency.

    `source` is the debt whose collateral they were, -1 for free shares (which this takes).
    """
    assets = life.assets
    a = life.lines[i].asset
    price = life.assets[a].price
    if assets[a].volume > 0.0:
        cost = sale_cost(shares, assets[a].sigma, assets[a].volume, assets[a].outstanding, days)
        proceeds = shares * price * math.exp(-cost)
        moved = price * math.exp(-permanent_impact(shares, assets[a].sigma, assets[a].volume, assets[a].outstanding))
        life.assets[a].price = moved
        life.assets[a].mark = moved
        life.assets[a].worth = moved * life.currencies[assets[a].currency].fx
        life.assets[a].sold += shares
    else:
        proceeds = shares * price * (1.0 - assets[a].block_discount)
    life.houses[life.lines[i].house].stale = 1
    life.lines[i].shares = less(life.lines[i].shares, shares)
    if source < 0:
        life.lines[i].free = less(life.lines[i].free, shares)
    note(life, t, SOLD, i, source, assets[a].currency, proceeds, shares, price)
    gross_flow(life, t, life.lines[i].house, proceeds * life.currencies[assets[a].currency].fx)
    return proceeds


@rule
def buy(life, t, h, i, shares, days):
    """Buy shares of listed line `i` over `days` business days; what they cost is what selling them would, the other way."""
    if shares <= 0.0:
        return
    asset = life.assets[life.lines[i].asset]
    price, cost = asset.price, shares * asset.price
    if asset.volume > 0.0:
        cost *= math.exp(sale_cost(shares, asset.sigma, asset.volume, asset.outstanding, days))
        asset.price = price * math.exp(permanent_impact(shares, asset.sigma, asset.volume, asset.outstanding))
        asset.mark = asset.price
        asset.worth = asset.price * life.currencies[asset.currency].fx
        asset.sold += shares
    paid = cost - pay(life, t, h, asset.currency, cost)
    shares *= paid / cost
    life.lines[i].shares += shares
    life.lines[i].free += shares
    note(life, t, BOUGHT, i, -1, asset.currency, paid, shares, price)
    gross_flow(life, t, h, -paid * life.currencies[asset.currency].fx)


@rule
def sellable(life, i, days):
    """Shares of a listed line's asset that may still be sold in `days` business days."""
    a = life.lines[i].asset
    if life.assets[a].volume <= 0.0:
        return 1e300
    return max(0.0, life.assets[a].participation * life.assets[a].volume * days - life.assets[a].sold)


@rule
def is_listed(life, i):
    """Whether a line has a market price."""
    return life.assets[life.lines[i].asset].mark_every == 0


@rule
def unit_value(life, i):
    """Price of a share of line `i`, top currency."""
    a = life.lines[i].asset
    return life.assets[a].price * life.currencies[life.assets[a].currency].fx


@rule
def kept(life, i):
    """What a unit of value of line `i` brings when sold, before any impact: 1 less the block discount."""
    a = life.lines[i].asset
    return 1.0 if life.assets[a].volume > 0.0 else 1.0 - life.assets[a].block_discount


@rule
def lendable(life, h):
    """What new loans on all free listed shares would bring, top currency."""
    total = 0.0
    if life.houses[h].advance > 0.0:
        for i in range(life.houses[h].line_from, life.houses[h].line_to):
            if is_listed(life, i) and can_lend(life, i):
                total += life.houses[h].advance * life.lines[i].free * unit_value(life, i)
    return total


@rule
def can_lend(life, i):
    """Whether the lender's slot for this line is open (not being closed out, no call running)."""
    d = life.lines[i].lending
    return d >= 0 and may_borrow(life) and life.debts[d].closing == 0 and life.debts[d].call < 0


@rule
def may_borrow(life):
    """Whether anybody lends on new terms today."""
    return life.regimes[life.clock[0].regime].loans != 0


@rule
def discounted(life):
    """What is left of one unit of something private by the times, before its own discount."""
    return 1.0 - life.regimes[life.clock[0].regime].discount


@rule
def dearer(life, d, amount):
    """More is owed on a debt: it costs what the times ask for the part that is new."""
    debt = life.debts[d]
    spread = life.regimes[life.clock[0].regime].spread
    if spread != debt.extra:
        debt.extra = (debt.principal * debt.extra + amount * spread) / (debt.principal + amount)


@rule
def sale_gain(life, h, i):
    """What one unit of value brings more when sold than when pledged."""
    return kept(life, i) - (life.houses[h].advance if can_lend(life, i) else 0.0)


@rule
def raise_on_shares(life, t, h, need, days):
    """Borrow on free listed shares, and sell as few of them as makes the rest suffice; what was raised goes to cash."""
    raised = 0.0
    extra = need - lendable(life, h)
    for j in range(life.houses[h].line_from, life.houses[h].line_to):
        i = life.lines[j].order
        if extra <= TINY * need:
            break
        if not is_listed(life, i) or life.lines[i].free <= 0.0:
            continue
        gain = sale_gain(life, h, i)
        value = unit_value(life, i)
        if gain <= 0.0 or value <= 0.0:
            continue
        shares = min(life.lines[i].free, min(sellable(life, i, days), extra / (gain * value)))
        if shares > 0.0:
            c = life.assets[life.lines[i].asset].currency
            proceeds = sell(life, t, i, shares, days, -1)
            life.purses[h, c].cash += proceeds
            raised += proceeds * life.currencies[c].fx
            extra -= shares * value * gain
    sold = raised
    for j in range(life.houses[h].line_from, life.houses[h].line_to):
        i = life.lines[j].order
        left = need - raised
        if left <= TINY * need:
            break
        if is_listed(life, i) and life.lines[i].free > 0.0 and can_lend(life, i):
            raised += pledge_for(life, t, h, i, left)
    return sold, raised - sold


@rule
def pledge_for(life, t, h, i, need):
    """A new loan of up to `need` (top currency) on free shares of line `i`; what it brings goes to cash."""
    d = life.lines[i].lending
    k = life.debts[d].pledge_from
    advance = life.houses[h].advance
    value = unit_value(life, i)
    if advance <= 0.0 or value <= 0.0:
        return 0.0
    shares = need / (advance * value)
    if shares >= (1.0 - TINY) * life.lines[i].free:
        shares = life.lines[i].free
    c = life.debts[d].currency
    amount = shares * advance * value / life.currencies[c].fx
    life.lines[i].free = less(life.lines[i].free, shares)
    life.pledges[k].shares += shares
    dearer(life, d, amount)
    life.debts[d].principal += amount
    life.purses[h, c].cash += amount
    life.debts[d].maturity = t + life.houses[h].lending_steps
    life.houses[h].lent_to = max(life.houses[h].lent_to, d + 1)
    life.houses[h].stale = 1
    note(life, t, PLEDGED, i, d, c, 0.0, shares, 0.0)
    note(life, t, DRAWN, d, -1, c, amount, 0.0, 0.0)
    return amount * life.currencies[c].fx


@rule
def draw_facilities(life, t, h, need):
    """Draw undrawn facilities in file order; what they bring (top currency) goes to cash."""
    drawn = 0.0
    for d in range(life.houses[h].growing_to, life.houses[h].payable_from):
        if life.debts[d].kind == FACILITY and need - drawn > TINY * need:
            drawn += draw(
                life, t, h, d, min(undrawn(life, d), (need - drawn) / life.currencies[life.debts[d].currency].fx)
            )
    return drawn


@rule
def draw(life, t, h, d, amount):
    """Borrow `amount` (own currency) more on debt row `d`; its value in top currency comes back."""
    if amount <= 0.0:
        return 0.0
    c = life.debts[d].currency
    dearer(life, d, amount)
    life.debts[d].principal += amount
    life.purses[h, c].cash += amount
    life.houses[h].stale = 1
    note(life, t, DRAWN, d, -1, c, amount, 0.0, 0.0)
    return amount * life.currencies[c].fx


@rule
def sell_private(life, t, h, need):
    """Sell private holdings at their discount in selling order, then bets; what they bring (top currency) goes to cash."""
    raised = 0.0
    for j in range(life.houses[h].line_from, life.houses[h].line_to):
        i = life.lines[j].order
        left = need - raised
        if is_listed(life, i) or life.lines[i].free <= 0.0 or left <= TINY * need:
            continue
        a = life.lines[i].asset
        c = life.assets[a].currency
        unit = life.assets[a].price * (1.0 - life.assets[a].sale_discount) * discounted(life)
        if unit <= 0.0:
            continue
        shares = min(life.lines[i].free, left / (unit * life.currencies[c].fx))
        life.lines[i].free = less(life.lines[i].free, shares)
        life.lines[i].shares = less(life.lines[i].shares, shares)
        life.purses[h, c].cash += shares * unit
        raised += shares * unit * life.currencies[c].fx
        note(life, t, SOLD, i, -1, c, shares * unit, shares, life.assets[a].price)
        gross_flow(life, t, h, shares * unit * life.currencies[c].fx)
    for b in range(life.houses[h].bet_from, life.houses[h].bet_to):
        left = need - raised
        if life.bets[b].first == b and left > TINY * need:
            raised += sell_bet(life, t, h, b, left)
    return raised


@rule
def sell_bet(life, t, h, first, need):
    """Sell the same part of every payment of one bet; what it brings (top currency) goes to cash."""
    c = life.bets[first].currency
    brought = (1.0 - life.bets[first].sale_discount) * discounted(life)
    kept_part = brought * life.currencies[c].fx
    worth = 0.0
    for b in range(first, life.houses[h].bet_to):
        if life.bets[b].first == first:
            worth += bet_truth(life, b, t) * kept_part
    if worth <= 0.0:
        return 0.0
    part = min(1.0, need / worth)
    for b in range(first, life.houses[h].bet_to):
        if life.bets[b].first == first and life.bets[b].value > 0.0:
            brings = part * bet_truth(life, b, t) * brought
            life.purses[h, c].cash += brings
            note(life, t, BET_SOLD, b, -1, c, brings, part * life.bets[b].value, 0.0)
            gross_flow(life, t, h, brings * life.currencies[c].fx)
            if life.funds[h].american:
                life.funds[h].set_aside += part * deal_carry(life, t, b, brings / part)
            life.bets[b].value *= 1.0 - part
            life.bets[b].cost *= 1.0 - part
            life.bets[b].brought += brings
    return part * worth
