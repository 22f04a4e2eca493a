"""The only if-chain: which market fills the table, and how blocks of paths are lived."""

import numpy as np

from warchest.core.kernel import rule, uncounted
from warchest.core.layout import STUDENT_T, Life
from warchest.engine.step import live
from warchest.markets.lognormal_rule import fill_lognormal
from warchest.markets.student_t_rule import fill_student_t


@rule
def fill(rng, market, shocks, moves, world):
    """Gross returns (paths, T, A + C) of a chunk of paths, drawn in path order.

    Processes are the quoted pairs, then the assets; a currency's move is a sum of signed pairs.
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
                world[k, t, a] = np.exp(moves[t, pairs + a])
            for c in range(currencies):
                move = 0.0
                for p in range(pairs):
                    move += market.combine[c, p] * moves[t, p]
                world[k, t, assets + c] = np.exp(move)


@rule
def live_chunk(origin, life, world, multiples, scratch, out, bands, calls):
    """Live the paths of a chunk; rows of `out`, `bands`, `calls` are the paths'. Nothing is logged."""
    log = np.empty((0, 8))
    origin_, life_ = lent(origin), lent(life)
    missed, cheques, sources = scratch
    room = (uncounted(missed), uncounted(cheques), uncounted(sources))
    for k in range(world.shape[0]):
        row = uncounted(world[k])
        live(
            origin_,
            life_,
            uncounted(log),
            row,
            uncounted(multiples[k]),
            room,
            uncounted(out[k]),
            uncounted(bands[k]),
            uncounted(calls[k]),
        )


@rule
def lent(life):
    """The same tables, their references not counted."""
    return Life(
        uncounted(life.clock), uncounted(life.steps), uncounted(life.currencies), uncounted(life.assets), uncounted(life.lines),
        uncounted(life.debts), uncounted(life.pledges), uncounted(life.bets), uncounted(life.houses), uncounted(life.purses),
    )  # fmt: skip
