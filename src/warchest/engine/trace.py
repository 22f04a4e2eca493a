"""One path lived again with a log: the draws of a run, so the bits of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warchest.core.kernel import Own
from warchest.core.layout import Array, Handle, Life, copied
from warchest.core.market import Market, given
from warchest.engine.own import refuse_faulty
from warchest.engine.run import BLOCK, MARKET_STREAM, Variant, Workspace, generator

ENTRIES = 4096
"""Room in the log at first; a path that moves more is lived again with enough."""


class Traced(NamedTuple):
    """One path: every movement, what a run keeps of it, and the tables as it left them."""

    log: Array  # (entries,) records of Entry
    path: Array  # (columns,) double
    through: Array  # (T + 1, 3) NAV, LTV and cash at every step
    final: Life


def trace(market: Market, variant: Variant, path: int, seed: int) -> Traced:
    """Live path `path` of a seed: the prices of its block are drawn in path order up to it."""
    block, place = divmod(path, BLOCK)
    refuse_faulty(variant.own)
    work = Workspace(market, [variant.origin], own=variant.own)
    rng = generator(seed, block, MARKET_STREAM)
    for _ in range(place + 1):
        world = work.fill(rng)
    offered = work.offers(seed, block)
    multiples = variant.outcomes(work.uniforms(seed, block, offered), offered.times)
    return lived(variant.origin, world, multiples[place], offered.times[place], variant.own)


def lived(origin: Life, world: Array, multiples: Array, times: Array | None = None, own: Own = ()) -> Traced:
    """Live one path on a table of returns (A + C, T), with the bets' outcomes, and keep everything."""
    start = copied(origin)
    start.clock[0].band_every = 1
    through = np.empty((1, 1, int(start.clock[0].steps) + 1, 3))
    entries = ENTRIES
    while True:
        work = Workspace(given(), [start], worlds=world[None], own=own)
        work.lives = [Handle(copied(start, paths=1, entries=entries))]
        rows = work.live(generator(0, 0, 0), multiples[None, None], through, None if times is None else times[None])
        life = work.lives[0].life
        logged = int(life.clock[0].logged)
        if logged <= entries:
            return Traced(life.log[:logged], rows[0][0], through[0, 0], life)
        entries = logged
