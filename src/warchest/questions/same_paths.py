"""Several houses on the same markets: prices are drawn once a path, and each house lives it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from warchest.compile import compile_house, compile_market, outcomes
from warchest.core.errors import CannotError
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.engine.run import Variant, run
from warchest.house import House
from warchest.results import curve
from warchest.results.outcome import Sample
from warchest.simulation import told


class Way(NamedTuple):
    """What one house left behind; ways of the same `world` were lived on the same prices."""

    house: House
    sample: Sample
    loans: list[dict[str, Any]]
    funds: list[dict[str, Any]]
    world: int


def same_world(mine: Market, theirs: Market) -> bool:
    """Whether two markets are the same to the bit, so that a path of one is the same path of the other."""
    return all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))


def live(
    houses: Sequence[House],
    paths: int,
    seed: int,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> list[Way]:
    """Live every house; those that share a world and a grid in one pass, the others with the same seed one after another.

    Each leaves what `simulate` of it alone leaves with that seed, to the bit. `progress` gets paths done, all houses together.

    >>> import warchest
    >>> house = warchest.load("founder")
    >>> [way.world for way in live([house, house.deciding("hold")], paths=20, seed=1)]
    [0, 0]
    """
    if paths < 2 or seed < 0:
        raise CannotError("paths must be at least 2 and the seed at least 0")
    markets = [compile_market(house) for house in houses]
    worlds: list[list[int]] = []
    for n, house in enumerate(houses):
        for members in worlds:
            first = houses[members[0]]
            same_grid = (first.grid.step, first.grid.steps) == (house.grid.step, house.grid.steps)
            if same_grid and same_world(markets[members[0]], markets[n]):
                members.append(n)
                break
        else:
            worlds.append([n])
    found: dict[int, Way] = {}
    for world, members in enumerate(worlds):
        before = len(found) * paths
        compiled = [compile_house(houses[n]) for n in members]
        lived = run(
            markets[members[0]],
            [Variant(c.origin, partial(outcomes, houses[n]), c.own) for n, c in zip(members, compiled, strict=True)],
            paths, seed, threads or os.cpu_count() or 1, 0,
            partial(_report, progress, before, len(members)),
        )  # fmt: skip
        for n, made, left in zip(members, compiled, lived, strict=True):
            found[n] = Way(houses[n], *told(houses[n], made, left), world)
    return [found[n] for n in range(len(houses))]


def _report(progress: Callable[[int], None], before: int, count: int, done: int) -> None:
    progress(before + done * count)


def measured(way: Way) -> dict[str, Any]:
    """What `simulate` tells of a house, and what a choice also hangs on: bets written, the lowest cash, time in defence."""
    columns = way.sample.columns
    cash = np.asarray(columns["cash_min"], dtype=np.float64)
    defence = np.asarray(columns["defence"], dtype=np.float64)
    return {
        **way.sample.measured(),
        "log_nav": _log_nav(way.sample),
        "cheque": _mean(columns["cheque"]),
        "cut": _mean(columns["cut"]),
        "cash_min": {"p05": float(np.quantile(cash, 0.05)), "p50": float(np.median(cash))},
        "defence": float(defence.mean()),
        "loans": way.loans,
        **({"funds": way.funds} if way.funds else {}),
    }


def _mean(column: Array) -> float:
    return float(np.mean(column, dtype=np.float64))


def _log_nav(sample: Sample) -> Mapping[str, float] | None:
    """Mean of ln(final NAV) with its standard error, NAV floored as in growth."""
    if sample.start <= 0.0:
        return None
    each = curve.logs(sample.columns, sample.start, 1.0) + np.log(sample.start)
    error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else 0.0
    return {"value": float(each.mean()), "se": error}
