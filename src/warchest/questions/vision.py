"""What the mean of all futures promises and what the typical one gets: ALL IN, through ten years."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from warchest.compile import outcomes
from warchest.engine.run import Variant, run
from warchest.house import House
from warchest.questions.sweep import HUGE, Cheques

YEARS = 10
QUANTILES = {"p05": 0.05, "p25": 0.25, "median": 0.5, "p75": 0.75, "p95": 0.95}
KEPT = 20_000
"""Paths from which the picture is made: the first ones."""


def vision(house: House, bet: str, paths: int, seed: int, threads: int) -> dict[str, Any]:
    """NAV at marks through ten years (or the file's horizon, if longer) with ALL IN on one bet: mean, median and quantiles.

    The mean is the ensemble average, carried by few futures; the median is what half of them get at least, and where the growth of one
    house in time leads. Source: Peters, "The ergodicity problem in economics" (2019).
    """
    longer = house if house.grid.steps * house.grid.dt >= YEARS else house.lasting(f"{YEARS}y")
    sweep = Cheques(longer, bet, threads, lambda done: None)
    largest = Variant(
        sweep.table(HUGE * max(abs(sweep.start), sweep.stated), sweep.bound), partial(outcomes, longer), sweep.own
    )
    lived = run(sweep.market, [largest], paths, seed, threads, KEPT)[0]
    nav = lived.bands[:, :, 0].astype(np.float64)
    every = int(largest.origin.clock[0].band_every)
    years = np.arange(nav.shape[1]) * every * longer.grid.dt
    return {
        "years": years.tolist(), "paths": len(nav), "grid": longer.grid.sentence(), "mean": nav.mean(axis=0).tolist(),
        "mean_se": (nav.std(axis=0, ddof=1) / np.sqrt(len(nav))).tolist(),
        **{name: np.quantile(nav, q, axis=0).tolist() for name, q in QUANTILES.items()},
        "below_start": float(np.mean(nav[:, -1] < nav[:, 0])),
    }  # fmt: skip
