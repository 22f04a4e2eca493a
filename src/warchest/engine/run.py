"""Blocks of paths on a thread pool: the same bits whatever the number of paths, threads or chunks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from warchest.core.fund_tables import RETURNS_COLUMNS
from warchest.core.kernel import Own, compiled
from warchest.core.layout import Array, Handle, Life, copied
from warchest.core.market import Market, room
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.dispatch import fill, live_chunk, scores
from warchest.engine.offers import Offers, offers
from warchest.engine.own import refuse_astray, refuse_faulty

BLOCK = 256
"""Paths of a block: the unit of randomness; a stream belongs to one block."""
CHUNK = 64
"""Times that a path is lived between two looks at the clock."""
MARKET_STREAM = 0
"""Stream of the prices; bet n draws from stream n + 1."""


class Variant(NamedTuple):
    """One way to live the same paths: a house's tables, and how its bets end: from uniform draws (paths, bets) and times of deals."""

    origin: Life
    outcomes: Callable[[Array, Array], Array]
    own: Own = ()  # policies in Python files, by their number


class Lived(NamedTuple):
    """What one variant left behind."""

    paths: Array  # (paths, columns) float32
    bands: Array  # (kept paths, points, 3) float32
    calls: Array  # (D, T + 1) paths on which the first call of a debt came at a step
    returns: Array  # (paths, H, columns) float32 what funds left; no houses where there is no fund


class Stopped(Exception):
    """The run was stopped; how many paths were done is its only argument."""


def numbered(variants: Sequence[Variant]) -> tuple[list[Life], Own]:
    """The tables of variants, with the policies in Python files of all of them numbered through."""
    origins: list[Life] = []
    own: list[Any] = []
    for variant in variants:
        origin = variant.origin
        mine = list(variant.own)
        places = [n for n in range(len(own) + 1) if mine == own[n : n + len(mine)]]
        place = places[0] if places else len(own)
        if place and mine:
            origin = origin._replace(levels=origin.levels.copy())
            origin.levels.own += place
        origins.append(origin)
        own += mine if not places else []
    return origins, tuple(own)


def generator(seed: int, block: int, stream: int) -> np.random.Generator:
    """The generator of one stream of one block."""
    return np.random.Generator(np.random.SFC64(np.random.SeedSequence(seed, spawn_key=(block, stream))))


def rows_of(life: Life, count: int) -> Array:
    """What the paths of a chunk left behind (count, columns): every column of a path is a double."""
    return np.asarray(life.paths[:count]).view(np.float64).reshape(count, len(PATH_COLUMNS))


def returns_of(life: Life, count: int) -> Array:
    """What the funds of the paths of a chunk left behind (count, H, columns)."""
    shape = (count, life.returns.shape[1], len(RETURNS_COLUMNS))
    return np.asarray(life.returns[:count]).view(np.float64).reshape(shape)


def funds_of(life: Life) -> Array:
    """Rows of the houses that have investors."""
    return np.flatnonzero(life.funds.investor_to > life.funds.investor_from)


class Workspace:
    """Everything one thread touches; `worlds` (paths, A + C, T) are returns that are given instead of drawn."""

    def __init__(
        self, market: Market, origins: Sequence[Life], paths: int = 1, worlds: Array | None = None, own: Own = ()
    ) -> None:
        self.own = own
        steps = int(origins[0].clock[0].steps)
        copies: dict[str, Any] = {k: v.copy() for k, v in market._asdict().items() if isinstance(v, np.ndarray)}
        self.market = market._replace(**copies)
        self.room = room(market, steps)
        width = len(market.own) - market.combine.shape[1] + market.combine.shape[0] + int(len(market.switch) > 0)
        self.worlds = np.zeros((1, width, steps)) if worlds is None else np.ascontiguousarray(worlds)
        self.origins = [Handle(origin) for origin in origins]
        self.lives = [Handle(copied(origin, paths=paths)) for origin in origins]
        self.firsts = np.zeros((len(origins), max(len(origin.debts) for origin in origins), steps + 1), dtype=np.int64)

    def fill(self, rng: np.random.Generator) -> Array:
        """Gross returns (A + C, T) of the next path of a block."""
        compiled(fill)(rng, self.market, self.room, self.worlds[0])
        return self.worlds[0]

    def offers(self, seed: int, block: int) -> Offers:
        """When the deals of a block come and end, and their uniform draws."""
        clock = self.origins[0].life.clock[0]
        return offers(self.market.flows, float(clock.dt), int(clock.steps), BLOCK, lambda n: generator(seed, block, n))

    def uniforms(self, seed: int, block: int, offered: Offers) -> Array:
        """Uniform draws (paths of a block, bets and deals) of their own streams, tied to the factors by a Gaussian copula.

        Source: u = Phi(a Z + sqrt(1 - a^2) z) for standard normal Z and z (Li 2000).
        """
        ties = self.market.ties
        found = np.empty((BLOCK, max(1, len(ties))))
        named = len(self.market.tied_from)
        for n in range(named):
            found[:, n] = generator(seed, block, n + 1).random(BLOCK)
        found[:, named : len(ties)] = offered.uniforms
        tied = np.flatnonzero(ties.any(axis=1))
        if len(tied):
            from scipy.special import ndtr, ndtri

            with_factors = np.empty((BLOCK, len(ties)))
            windows = np.zeros((BLOCK, len(ties), 2), dtype=np.int64)
            windows[:, :named, 0], windows[:, :named, 1] = self.market.tied_from, self.market.tied_to
            windows[:, named:] = np.minimum(offered.times, self.room.roots.size)
            compiled(scores)(generator(seed, block, MARKET_STREAM), self.market, self.room, windows, with_factors)
            alone = np.sqrt(1.0 - (ties[tied] ** 2).sum(axis=1))
            found[:, tied] = ndtr(with_factors[:, tied] + alone * ndtri(np.clip(found[:, tied], 1e-16, 1.0 - 1e-16)))
        return found

    def live(self, rng: np.random.Generator, multiples: Array, bands: Array, times: Array | None = None) -> list[Array]:
        """Live paths (multiples: (V, paths, bets); times: (paths, offers, 2)) once per variant; what each left (paths, columns)."""
        if times is None:
            times = np.zeros((multiples.shape[1], 0, 2), dtype=np.int64)
        origins, lives = (np.array([h.address for h in handles]) for handles in (self.origins, self.lives))
        worlds = self.worlds
        compiled(live_chunk, self.own)(
            rng, self.market, self.room, worlds, origins, lives, multiples, times, bands, self.firsts
        )
        if self.own:
            refuse_astray(self.own, [handle.life.levels for handle in self.lives])
        return [rows_of(handle.life, multiples.shape[1]) for handle in self.lives]


def run(
    market: Market,
    variants: Sequence[Variant],
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
    for n, variant in enumerate(variants):
        clock, invested = variant.origin.clock[0], funds_of(variant.origin)
        points = int(clock.steps // clock.band_every) + 1 if n == 0 else 0
        houses = variant.origin.returns.shape[1]
        results.append(
            Lived(
                np.zeros((paths, len(PATH_COLUMNS)), dtype=np.float32),
                np.zeros((kept, points, 3 + 3 * len(invested)), dtype=np.float32),
                np.zeros((len(variant.origin.debts), clock.steps + 1), dtype=np.int64),
                np.zeros((paths, houses, len(RETURNS_COLUMNS)), dtype=np.float32),
            )
        )
    chunk = max(1, CHUNK // len(variants))
    origins, own = numbered(variants)
    refuse_faulty(own)
    local, stop, lock = threading.local(), threading.Event(), threading.Lock()
    works: list[Workspace] = []
    done = 0

    def live_block(block: int) -> None:
        nonlocal done
        if not hasattr(local, "work"):
            local.work = Workspace(market, origins, paths=chunk, own=own)
            works.append(local.work)
        first = block * BLOCK
        count = min(BLOCK, paths - first)
        for at, size in _lived(local.work, variants, seed, block, count, chunk, stop, results, kept):
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
            result.calls[:] += firsts[: len(result.calls)]
    return results


def _lived(work, variants, seed, block, count, chunk, stop, results, kept):
    """Live one block chunk by chunk; yields (paths before, paths of this chunk)."""
    rng = generator(seed, block, MARKET_STREAM)
    offered = work.offers(seed, block)
    uniforms = work.uniforms(seed, block, offered)
    multiples = np.stack([variant.outcomes(uniforms, offered.times) for variant in variants])
    first = block * BLOCK
    for at in range(0, count, chunk):
        if stop.is_set():
            return
        size = min(chunk, count - at)
        begin, end = first + at, first + at + size
        points = results[0].bands.shape[1] if begin < kept else 0
        bands = np.empty((len(variants), size, points, results[0].bands.shape[2]))
        rows = work.live(rng, multiples[:, at : at + size], bands, offered.times[at : at + size])
        for v, result in enumerate(results):
            result.paths[begin:end] = rows[v]
            if result.returns.shape[1]:
                result.returns[begin:end] = returns_of(work.lives[v].life, size)
        if points:
            results[0].bands[begin : min(end, kept)] = bands[0, : max(0, min(end, kept) - begin)]
        yield at, size
