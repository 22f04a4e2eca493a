"""The only if-chain: which market fills the table, and how blocks of paths are lived."""

from warchest.core.kernel import inlined, rule
from warchest.core.layout import STUDENT_T
from warchest.engine.exponential import exponentials
from warchest.engine.step import live
from warchest.markets.lognormal_rule import drift_lognormal
from warchest.markets.student_t_rule import drift_student_t


@rule
def fill(rng, market, shocks, moves, powers, world, flat):
    """Gross returns (paths, T, A + C) of a chunk of paths, drawn in path order.

    `flat` (paths, T x (A + C)) is the same memory as `world`. Processes are the assets, then the quoted pairs; a
    currency's move is a sum of signed pairs.
    """
    currencies, pairs = market.combine.shape
    assets = market.own.shape[0] - pairs
    for k in range(world.shape[0]):
        for t in range(world.shape[1]):
            draw(rng, market.betas, market.own, shocks, moves)
            if market.model == STUDENT_T:
                drift_student_t(rng, market.drift, moves, market.tail, market.cap, market.scale)
            else:
                drift_lognormal(market.drift, moves)
            for a in range(assets):
                world[k, t, a] = moves[a]
            world[k, t, assets] = 0.0  # the house's own currency
            for c in range(1, currencies):
                move = 0.0
                for p in range(pairs):
                    move += market.combine[c, p] * moves[assets + p]
                world[k, t, assets + c] = move
        exponentials(flat[k], powers.whole, powers.real)


@inlined
def draw(rng, betas, own, shocks, moves):
    """All normals of a step, the factors' first, and what they do to the processes (P,) before any drift."""
    factors, count = betas.shape
    for j in range(factors + count):
        shocks[j] = rng.standard_normal()
    for p in range(count):
        moves[p] = own[p] * shocks[factors + p]
    for f in range(factors):
        for p in range(count):
            moves[p] += betas[f, p] * shocks[f]


@rule
def live_chunk(origin, life, world, multiples, bands, firsts):
    """Live the paths of a chunk; rows of `life.paths` and `bands` are the paths'. `firsts` (D, T + 1) counts first calls."""
    for k in range(world.shape[0]):
        live(origin, life, k, world[k], multiples[k], bands[k])
        for d in range(life.debts.shape[0]):
            if life.debts[d].first_call >= 0:
                firsts[d, life.debts[d].first_call] += 1
