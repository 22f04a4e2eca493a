"""When deals come and when they end: drawn for each path of a block, whatever the house does."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from warchest.core.calendar import NEVER
from warchest.core.layout import Array

FLOW_STREAM = 1_000_000
"""Stream of the first flow; the bets' come before."""


class Offers(NamedTuple):
    """All deals of a block of paths."""

    times: Array  # (paths, offers, 2) steps from and to
    uniforms: Array  # (paths, offers) of their outcomes


def offers(flows: Array, dt: float, steps: int, paths: int, generator: Callable[[int], np.random.Generator]) -> Offers:
    """Arrivals of a Poisson process, and times to the end, lognormal about their median.

    Source: gaps - ln(1 - u) / a_year of a Poisson process; docs/engine.md, "Deals".
    """
    times, uniforms = [np.zeros((paths, 0, 2), dtype=np.int64)], [np.zeros((paths, 0))]
    for n, (count, a_year, until, years, spread, lost_years, lost) in enumerate(flows):
        u = generator(FLOW_STREAM + n).random((paths, int(count), 3))
        tau = np.cumsum(-np.log1p(-u[:, :, 0]) / a_year, axis=1)
        start = np.maximum(1, np.ceil(tau / dt - 1e-9)).astype(np.int64)
        start[(tau > until) | (start > steps)] = NEVER
        lasts = np.where(u[:, :, 1] < lost, lost_years, years)
        if spread > 0.0:
            from scipy.special import ndtri

            lasts = lasts * np.exp(spread * ndtri(np.clip(u[:, :, 2], 1e-16, 1.0 - 1e-16)))
        end = np.where(
            start < NEVER, start + np.maximum(1, np.rint(np.minimum(lasts / dt, 1e9))).astype(np.int64), NEVER
        )
        times.append(np.stack([start, end], axis=2))
        uniforms.append(u[:, :, 1])
    return Offers(np.concatenate(times, axis=1), np.concatenate(uniforms, axis=1))
