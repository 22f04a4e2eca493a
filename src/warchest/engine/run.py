"""Blocks of paths on a thread pool: the same bits whatever the number of paths, threads or chunks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from warchest.core.kernel import compiled
from warchest.core.layout import PATH_COLUMNS, Array, Handle, Life, Market, copied
from warchest.engine.dispatch import fill, live_chunk
from warchest.engine.exponential import Powers, powers

BLOCK = 256
"""Paths of a block: the unit of randomness; a stream belongs to one block."""
CHUNK_BYTES = 1 << 20
"""Size of the table of returns that is filled before it is lived: it should stay in the cache."""
MARKET_STREAM = 0
"""Stream of the prices; bet n draws from stream n + 1."""


class Variant(NamedTuple):
    """One way to live the same paths: a house's tables, and the outcomes of its bets from their uniform draws (paths, bets)."""

    origin: Life
    outcomes: Callable[[Array], Array]


class Lived(NamedTuple):
    """What one variant left behind."""

    paths: Array  # (paths, columns) float32
    bands: Array  # (kept paths, points, 3) float32
    calls: Array  # (D, T + 1) paths on which the first call of a debt came at a step


class Stopped(Exception):
    """The run was stopped; how many paths were done is its only argument."""


def generator(seed: int, block: int, stream: int) -> np.random.Generator:
    """The generator of one stream of one block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block, stream))))


def rows_of(life: Life, count: int) -> Array:
    """What the paths of a chunk left behind (count, columns): every column of a path is a double."""
    return np.asarray(life.paths[:count]).view(np.float64).reshape(count, len(PATH_COLUMNS))


def chunk_size(market: Market, steps: int) -> int:
    """Paths whose returns are drawn together."""
    width = market.own.shape[0] - market.combine.shape[1] + market.combine.shape[0]
    return int(max(1, min(BLOCK, CHUNK_BYTES // (8 * steps * width))))


class Room(NamedTuple):
    """What filling the table of one path needs."""

    shocks: Array  # (F + P, T) normals
    roots: Array  # (T,) size of each step
    pairs: Array  # (pairs, T) log moves of quoted pairs
    powers: Powers


class Workspace:
    """Everything one thread touches."""

    def __init__(self, market: Market, variants: Sequence[Variant]) -> None:
        steps = int(variants[0].origin.clock[0].steps)
        pairs = market.combine.shape[1]
        processes = market.own.shape[0]
        copies: dict[str, Any] = {k: v.copy() for k, v in market._asdict().items() if isinstance(v, np.ndarray)}
        self.market = market._replace(**copies)
        chunk = chunk_size(market, steps)
        self.origins = [Handle(v.origin) for v in variants]
        self.lives = [Handle(copied(v.origin, paths=chunk)) for v in variants]
        self.firsts = [np.zeros((len(v.origin.debts), steps + 1), dtype=np.int64) for v in variants]
        self.room = Room(
            np.zeros((len(market.betas) + processes, steps)), np.ones(steps), np.zeros((pairs, steps)), powers(steps)
        )
        self.world = np.zeros((chunk, processes - pairs + market.combine.shape[0], steps))

    def fill(self, rng: np.random.Generator, paths: int) -> Array:
        """Gross returns (paths, A + C, T) of the next paths of a block."""
        world = self.world[:paths]
        compiled(fill)(rng, self.market, self.room, world)
        return world


def run(
    market: Market,
    variants: Sequence[Variant],
    draws: int,
    paths: int,
    seed: int,
    threads: int,
    kept: int,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Lived]:
    """Live `paths` paths of one market once per variant; `kept` of them with their bands.

    Raises Stopped on Ctrl-C, within one chunk of paths.
    """
    kept = min(kept, paths)
    results = []
    for variant in variants:
        clock = variant.origin.clock[0]
        points = int(clock.steps // clock.band_every) + 1
        results.append(
            Lived(
                np.zeros((paths, len(PATH_COLUMNS)), dtype=np.float32),
                np.zeros((kept, points, 3), dtype=np.float32),
                np.zeros((len(variant.origin.debts), clock.steps + 1), dtype=np.int64),
            )
        )
    local, stop, lock = threading.local(), threading.Event(), threading.Lock()
    works: list[Workspace] = []
    done = 0

    def live_block(block: int) -> None:
        nonlocal done
        if not hasattr(local, "work"):
            local.work = Workspace(market, variants)
            works.append(local.work)
        first = block * BLOCK
        count = min(BLOCK, paths - first)
        for at, size in _lived(local.work, variants, draws, seed, block, count, stop, results, kept):
            with lock:
                done += size
            if at + size >= count or stop.is_set():
                break

    blocks = iter(range(-(-paths // BLOCK)))
    pool = ThreadPoolExecutor(threads)
    waiting: set[Future[None]] = set()
    try:
        while True:
            waiting |= {pool.submit(live_block, block) for block in islice(blocks, 4 * threads - len(waiting))}
            if not waiting:
                break
            finished, waiting = wait(waiting, timeout=0.1, return_when=FIRST_COMPLETED)
            for future in finished:
                future.result()
            progress(done)
    except KeyboardInterrupt:
        raise Stopped(done) from None
    finally:  # nobody is waited for: a thread may be deep in the compiler
        stop.set()
        pool.shutdown(wait=False, cancel_futures=True)
    for work in works:
        for result, firsts in zip(results, work.firsts, strict=True):
            result.calls[:] += firsts
    return results


def _lived(work, variants, draws, seed, block, count, stop, results, kept):
    """Fill and live one block chunk by chunk; yields (paths before, paths of this chunk)."""
    rng = generator(seed, block, MARKET_STREAM)
    uniforms = np.empty((BLOCK, max(1, draws)))
    for n in range(draws):
        uniforms[:, n] = generator(seed, block, n + 1).random(BLOCK)
    multiples = [variant.outcomes(uniforms) for variant in variants]
    first = block * BLOCK
    for at in range(0, count, work.world.shape[0]):
        if stop.is_set():
            return
        size = min(work.world.shape[0], count - at)
        world = work.fill(rng, size)
        begin, end = first + at, first + at + size
        for v, result in enumerate(results):
            points = result.bands.shape[1] if begin < kept else 0
            bands = np.empty((size, points, 3))
            mine = multiples[v][at : at + size]
            compiled(live_chunk)(work.origins[v], work.lives[v], world, mine, bands, work.firsts[v])
            result.paths[begin:end] = rows_of(work.lives[v].life, size)
            if points:
                result.bands[begin : min(end, kept)] = bands[: max(0, min(end, kept) - begin)]
        yield at, size
