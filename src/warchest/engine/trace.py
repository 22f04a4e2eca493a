"""One path lived again with a log: the draws of a run, so the bits of a run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

import numpy as np

from warchest.core.kernel import Own
from warchest.core.layout import Array, Handle, Life, copied
from warchest.core.market import Market, given
from warchest.engine.own import refuse_faulty
from warchest.engine.run import BLOCK, MARKET_STREAM, Variant, Workspace, generator

ENTRIES = 4096
"""Room in the log at first; a path that moves more is lived again with enough."""


class Drawn(NamedTuple):
    """What one path was dealt, whatever the house does."""

    world: Array  # (A + C, T) gross returns
    uniforms: Array  # (bets and deals,) draws of their outcomes
    times: Array  # (deals, 2) steps from and to


class Traced(NamedTuple):
    """One path: every movement, what a run keeps of it, and the tables as it left them."""

    log: Array  # (entries,) records of Entry
    path: Array  # (columns,) double
    through: Array  # (T + 1, 3) NAV, LTV and cash at every step
    final: Life
    drawn: Drawn


def trace(market: Market, variant: Variant, path: int, seed: int) -> Traced:
    """Live path `path` of a seed: the prices of its block are drawn in path order up to it."""
    return next(traces(market, variant, [path], seed))


def traces(market: Market, variant: Variant, paths: Sequence[int], seed: int) -> Iterator[Traced]:
    """Live some paths of a seed, in path order: the prices of a block are drawn once, up to the last that is asked."""
    refuse_faulty(variant.own)
    work = Workspace(market, [variant.origin], own=variant.own)
    for block, asked in groupby(sorted(paths), key=lambda path: path // BLOCK):
        places = {path % BLOCK for path in asked}
        rng = generator(seed, block, MARKET_STREAM)
        offered = work.offers(seed, block)
        uniforms = work.uniforms(seed, block, offered)
        multiples = variant.outcomes(uniforms, offered.times)
        for place in range(max(places) + 1):
            world = work.fill(rng)
            if place in places:
                drawn = Drawn(world.copy(), uniforms[place], offered.times[place])
                yield lived(variant.origin, drawn.world, multiples[place], drawn.times, drawn.uniforms, variant.own)


def again(variant: Variant, drawn: Drawn) -> Traced:
    """Live a path that was drawn once more, another way: another house of the same world, or the same with another cheque."""
    multiples = variant.outcomes(drawn.uniforms[None], drawn.times[None])
    return lived(variant.origin, drawn.world, multiples[0], drawn.times, drawn.uniforms, variant.own)


def lived(
    origin: Life,
    world: Array,
    multiples: Array,
    times: Array | None = None,
    uniforms: Array | None = None,
    own: Own = (),
) -> Traced:
    """Live one path on a table of returns (A + C, T), with the bets' outcomes, and keep everything."""
    drawn = Drawn(
        world,
        np.full(len(multiples), np.nan) if uniforms is None else uniforms,
        np.zeros((0, 2), dtype=np.int64) if times is None else times,
    )
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
            return Traced(life.log[:logged], rows[0][0], through[0, 0], life, drawn)
        entries = logged
