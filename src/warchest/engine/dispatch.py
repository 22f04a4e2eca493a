"""The only if-chain: which market fills the table, and how blocks of paths are lived."""

from warchest.core.kernel import rule
from warchest.core.layout import STUDENT_T
from warchest.engine.exponential import exponentials
from warchest.engine.step import live
from warchest.markets.lognormal_rule import fill_lognormal
from warchest.markets.student_t_rule import fill_student_t


@rule
def fill(rng, market, shocks, moves, powers, world, flat):
    """Gross returns (paths, T, A + C) of a chunk of paths, drawn in path order.

    `flat` (paths, T x (A + C)) is the same memory as `world`. Processes are the quoted pairs, then the assets; a
    currency's move is a sum of signed pairs.
    """
    pairs = market.combine.shape[1]
    currencies = market.combine.shape[0]
    assets = market.own.shape[0] - pairs
    for k in range(world.shape[0]):
        if market.model == STUDENT_T:
            fill_student_t(
                rng, market.drift, market.betas, market.own, shocks, moves, market.tail, market.cap, market.scale
            )
        else:
            fill_lognormal(rng, market.drift, market.betas, market.own, shocks, moves)
        for t in range(moves.shape[0]):
            for a in range(assets):
                world[k, t, a] = moves[t, pairs + a]
            for c in range(currencies):
                move = 0.0
                for p in range(pairs):
                    move += market.combine[c, p] * moves[t, p]
                world[k, t, assets + c] = move
        exponentials(flat[k], powers.whole, powers.real)


@rule
def live_chunk(origin, life, log, world, multiples, scratch, out, bands, calls):
    """Live the paths of a chunk; rows of `out`, `bands`, `calls` are the paths'. An empty `log` (0, 8) logs nothing."""
    for k in range(world.shape[0]):
        live(origin, life, log, world[k], multiples[k], scratch, out[k], bands[k], calls[k])
