"""The only if-chain: which market fills the table, and how blocks of paths are lived."""

import math

from warchest.core.kernel import inlined, rule
from warchest.core.layout import GIVEN, STUDENT_T, life_at
from warchest.engine.exponential import exponentials
from warchest.engine.step import live
from warchest.markets.student_t_rule import chi_square, mix, sizes


@rule
def fill(rng, market, room, world):
    """Gross returns (A + C, T) of the next path of a block, its normals drawn in the order of steps.

    Processes are the assets, then the quoted pairs; a currency's move is a sum of signed pairs. A row is one price through
    time, so that all its steps are worked out several at a time.
    """
    currencies, pairs = market.combine.shape
    assets = market.own.shape[0] - pairs
    draw(rng, market, room.shocks, room.roots)
    for p in range(assets + pairs):
        row = world[p] if p < assets else room.pairs[p - assets]
        lognormal = market.model != STUDENT_T
        spread(row, p, market.drift[p] if lognormal else 0.0, market.betas, market.own, room.shocks)
        if not lognormal:
            mix(row, market.drift[p], room.roots)
    for a in range(assets):
        exponentials(world[a], room.powers.whole, room.powers.real)
    world[assets] = 1.0  # the house's own currency
    for c in range(1, currencies):
        row = world[assets + c]
        row[:] = 0.0
        for p in range(pairs):
            add(row, market.combine[c, p], room.pairs[p])
        exponentials(row, room.powers.whole, room.powers.real)


@inlined
def draw(rng, market, shocks, roots):
    """All normals of a path (F + P, T), the factors' of a step first, and the root of each step's mixing variable (T,)."""
    for t in range(shocks.shape[1]):
        for j in range(shocks.shape[0]):
            shocks[j, t] = rng.standard_normal()
        if market.model == STUDENT_T:
            roots[t] = chi_square(rng, market.tail)
    if market.model == STUDENT_T:
        sizes(roots, market.tail, market.cap, market.scale)


@rule
def spread(row, p, drift, betas, own, shocks):
    """Drift and what factors and own shocks do to process p at every step (T,)."""
    factors = betas.shape[0]
    other = shocks[factors + p]
    times = own[p]
    for t in range(row.shape[0]):
        row[t] = drift + times * other[t]
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
        draw(rng, market, room.shocks, room.roots)
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
