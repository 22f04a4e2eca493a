"""One path lived again with a log: the draws of a run, so the bits of a run."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warchest.core.kernel import compiled
from warchest.core.layout import Array, Handle, Life, Market, copied
from warchest.engine.dispatch import live_chunk
from warchest.engine.run import BLOCK, MARKET_STREAM, Variant, Workspace, generator, rows_of

ENTRIES = 4096
"""Room in the log at first; a path that moves more is lived again with enough."""


class Traced(NamedTuple):
    """One path: every movement, what a run keeps of it, and the tables as it left them."""

    log: Array  # (entries,) records of Entry
    path: Array  # (columns,) double
    through: Array  # (T + 1, 3) NAV, LTV and cash at every step
    final: Life


def trace(market: Market, variant: Variant, draws: int, path: int, seed: int) -> Traced:
    """Live path `path` of a seed: the prices of its block are drawn in path order up to it."""
    block, place = divmod(path, BLOCK)
    work = Workspace(market, [variant])
    rng = generator(seed, block, MARKET_STREAM)
    uniforms = np.empty((BLOCK, max(1, draws)))
    for n in range(draws):
        uniforms[:, n] = generator(seed, block, n + 1).random(BLOCK)
    chunk = len(work.world)
    for at in range(0, place + 1, chunk):
        world = work.fill(rng, min(chunk, place + 1 - at))
    return lived(variant.origin, world[-1], variant.outcomes(uniforms)[place])


def lived(origin: Life, world: Array, multiples: Array) -> Traced:
    """Live one path on a table of returns (A + C, T), with the bets' outcomes, and keep everything."""
    start = copied(origin)
    start.clock[0].band_every = 1
    steps = int(start.clock[0].steps)
    through = np.empty((1, steps + 1, 3))
    firsts = np.zeros((len(start.debts), steps + 1), dtype=np.int64)
    tables = np.ascontiguousarray(world[None]), np.ascontiguousarray(multiples[None]), through, firsts
    room = ENTRIES
    while True:
        handle = Handle(copied(start, paths=1, entries=room))
        compiled(live_chunk)(Handle(start), handle, *tables)
        life = handle.life
        entries = int(life.clock[0].logged)
        if entries <= room:
            return Traced(life.log[:entries], rows_of(life, 1)[0], through[0], life)
        room = entries
