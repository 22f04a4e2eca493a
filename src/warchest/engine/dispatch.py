"""The only if-chain: which market fills the table, and how blocks of paths are lived."""

from warchest.core.kernel import inlined, rule
from warchest.core.layout import STUDENT_T
from warchest.engine.exponential import exponentials
from warchest.engine.step import live
from warchest.markets.lognormal_rule import spread_lognormal
from warchest.markets.student_t_rule import chi_square, mix, spread_student_t


@rule
def fill(rng, market, room, world):
    """Gross returns (paths, A + C, T) of a chunk of paths, drawn in path order and within a path in the order of steps.

    Processes are the assets, then the quoted pairs; a currency's move is a sum of signed pairs. A row is one price through
    time, so that all its steps are worked out several at a time.
    """
    currencies, pairs = market.combine.shape
    assets = market.own.shape[0] - pairs
    for k in range(world.shape[0]):
        draw(rng, market, room.shocks, room.roots)
        for p in range(assets + pairs):
            row = world[k, p] if p < assets else room.pairs[p - assets]
            spread(row, p, market.betas, market.own, room.shocks)
            if market.model == STUDENT_T:
                spread_student_t(row, market.drift[p], room.roots)
            else:
                spread_lognormal(row, market.drift[p])
        for a in range(assets):
            exponentials(world[k, a], room.powers.whole, room.powers.real)
        world[k, assets] = 1.0  # the house's own currency
        for c in range(1, currencies):
            row = world[k, assets + c]
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
        mix(roots, market.tail, market.cap, market.scale)


@rule
def spread(row, p, betas, own, shocks):
    """What factors and own shocks do to process p at every step (T,), before any drift."""
    factors = betas.shape[0]
    row[:] = 0.0
    add(row, own[p], shocks[factors + p])
    for f in range(factors):
        if betas[f, p] != 0.0:
            add(row, betas[f, p], shocks[f])


@rule
def add(row, times, other):
    """Add a row, so many times, to another."""
    for t in range(row.shape[0]):
        row[t] += times * other[t]


@rule
def live_chunk(origin, life, world, multiples, bands, firsts):
    """Live the paths of a chunk; rows of `life.paths` and `bands` are the paths'. `firsts` (D, T + 1) counts first calls."""
    for k in range(world.shape[0]):
        live(origin, life, k, world[k], multiples[k], bands[k])
        for d in range(life.debts.shape[0]):
            if life.debts[d].first_call >= 0:
                firsts[d, life.debts[d].first_call] += 1
