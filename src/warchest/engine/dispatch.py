"""The only if-chain: which market fills the table, and how blocks of paths are lived."""

import math

from warchest.core.kernel import inlined, rule
from warchest.core.layout import GIVEN, STUDENT_T, life_at
from warchest.engine.exponential import exponentials
from warchest.engine.step import live
from warchest.markets.jumps_rule import jumps_of
from warchest.markets.regimes_rule import bend, walk
from warchest.markets.student_t_rule import CAP, chi_square, mix, sizes


@rule
def fill(rng, market, room, world):
    """Gross returns (A + C, T) of the next path of a block, its normals drawn in the order of steps; a last row may say the regime.

    Processes are the assets, then the quoted pairs; a currency's move is a sum of signed pairs. A row is one price through
    time, so that all its steps are worked out several at a time.
    """
    currencies, pairs = market.combine.shape
    assets = market.own.shape[0] - pairs
    factors = market.betas.shape[0]
    draw(rng, market, room)
    bend_and_jump(market, room)
    common = market.model == STUDENT_T
    for p in range(assets + pairs):
        row = world[p] if p < assets else room.pairs[p - assets]
        apart = common and market.own_tail > 0.0  # then the common draw is of the factors alone
        own = 0.0 if apart else market.own[p]
        spread(row, p, 0.0 if common else market.drift[p], market.betas, own, room.shocks)
        if common:
            mix(row, market.drift[p], room.roots)
        if apart:
            add(row, market.own[p], room.shocks[factors + p])
        if market.level.shape[0] > 0:
            add(row, 1.0, market.level[p])
        if market.jumps.shape[0] > 0:
            add(row, 1.0, room.jumped[factors + p])
    for a in range(assets):
        exponentials(world[a], room.powers.whole, room.powers.real)
    world[assets] = 1.0  # the house's own currency
    for c in range(1, currencies):
        row = world[assets + c]
        row[:] = 0.0
        for p in range(pairs):
            add(row, market.combine[c, p], room.pairs[p])
        exponentials(row, room.powers.whole, room.powers.real)
    if market.switch.shape[0] > 0:
        row = world[assets + currencies]
        row[:] = 0.0
        add(row, 1.0, room.regimes)


@inlined
def draw(rng, market, room):
    """All draws of a path: normals (F + P, T), the factors' of a step first, mixing variables, regimes, jumps."""
    shocks, roots = room.shocks, room.roots
    for t in range(shocks.shape[1]):
        for j in range(shocks.shape[0]):
            shocks[j, t] = rng.standard_normal()
        if market.model == STUDENT_T:
            roots[t] = chi_square(rng, market.tail)
    if market.model == STUDENT_T:
        sizes(roots, market.tail, market.cap, market.scale)
    for p in range(room.own_roots.shape[0]):
        for t in range(shocks.shape[1]):
            room.own_roots[p, t] = chi_square(rng, market.own_tail)
        sizes(room.own_roots[p], market.own_tail, CAP, market.own_scale)
    if market.switch.shape[0] > 0:
        walk(rng, room.regimes, market.switch, market.first)
    for j in range(room.jumped.shape[0]):
        jumps_of(rng, room.jumped[j], market.jumps[j])


@inlined
def bend_and_jump(market, room):
    """Normals become shocks: with tails of their own, as large as the regime makes them, and with the factors' jumps."""
    factors = market.betas.shape[0]
    for p in range(room.own_roots.shape[0]):
        for t in range(room.shocks.shape[1]):
            room.shocks[factors + p, t] *= room.own_roots[p, t]
    if market.switch.shape[0] > 0:
        bend(room.shocks, room.regimes, factors, market.sizes, market.shifts)
    if market.jumps.shape[0] > 0:
        for f in range(factors):
            add(room.shocks[f], 1.0, room.jumped[f])


@rule
def spread(row, p, drift, betas, own, shocks):
    """Drift and what factors and a process's own shocks, `own` times as large, do to process p at every step (T,)."""
    factors = betas.shape[0]
    other = shocks[factors + p]
    for t in range(row.shape[0]):
        row[t] = drift + own * other[t]
    for f in range(factors):
        if betas[f, p] != 0.0:
            add(row, betas[f, p], shocks[f])


@rule
def add(row, times, other):
    """Add a row, so many times, to another."""
    for t in range(row.shape[0]):
        row[t] += times * other[t]


@rule
def scores(rng, market, room, windows, found):
    """The factors' part of each bet's normal score (paths, bets), from the draws that the paths' prices come from.

    windows: (paths, bets, 2) steps from and to which the factors count.
    """
    for k in range(found.shape[0]):
        draw(rng, market, room)
        for b in range(found.shape[1]):
            total = 0.0
            count = windows[k, b, 1] - windows[k, b, 0]
            for f in range(market.ties.shape[1]):
                if market.ties[b, f] != 0.0 and count > 0:
                    moved = 0.0
                    for t in range(windows[k, b, 0], windows[k, b, 1]):
                        moved += room.shocks[f, t]
                    total += market.ties[b, f] * moved / math.sqrt(count)
            found[k, b] = total


@rule
def live_chunk(rng, market, room, worlds, origins, lives, multiples, times, bands, firsts):
    """Live some paths, each once per variant (V of them): the market of a path is drawn before any house looks at it.

    worlds: (1, A + C, T) into which returns are drawn, or (paths, A + C, T) that are given; origins, lives: (V,) tables;
    multiples: (V, paths, bets); times: (paths, offers, 2) when deals come and end; bands: (V, paths, points, 3 and 3 a fund).
    `firsts` (V, D, T + 1) counts the first calls of a debt.
    """
    for k in range(multiples.shape[1]):
        world = worlds[k % worlds.shape[0]]
        if market.model != GIVEN:
            fill(rng, market, room, world)
        for v in range(multiples.shape[0]):
            life = life_at(lives[v])
            live(life_at(origins[v]), life, k, world, multiples[v, k], times[k], bands[v, k])
            for d in range(life.debts.shape[0]):
                if life.debts[d].first_call >= 0:
                    firsts[v, d, life.debts[d].first_call] += 1
