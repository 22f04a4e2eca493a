"""Growth and odds against the size of a bet: pure functions of what the same paths left at each size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from warchest.core.layout import Array
from warchest.results.measures import odds

RESAMPLES = 400
"""Bootstrap samples of an interval."""


class Sizes(NamedTuple):
    """Cheques from small to large, and what each left on the same paths."""

    cheques: Array  # (S,)
    columns: Sequence[Mapping[str, Array]]  # of each cheque, (paths,)

    def joined(self, other: Sizes) -> Sizes:
        """Both, each cheque once, from small to large."""
        found = dict(
            zip([*self.cheques.tolist(), *other.cheques.tolist()], [*self.columns, *other.columns], strict=True)
        )
        return Sizes(np.array(sorted(found)), [found[x] for x in sorted(found)])


def logs(columns: Mapping[str, Array], start: float, years: float, floor: float = 0.01) -> Array:
    """ln(max(NAV_T, f NAV_0) / NAV_0) / T of each path (paths,): its mean is the growth."""
    return np.log(np.maximum(np.asarray(columns["nav"], dtype=np.float64) / start, floor)) / years


def point(cheque: float, columns: Mapping[str, Array], start: float, years: float) -> dict[str, Any]:
    """One row of the curve; `cheque` is what was asked for, `written` the mean of what was paid."""
    each = logs(columns, start, years)
    found = odds(columns, start)
    error = float(each.std(ddof=1) / np.sqrt(len(each))) if len(each) > 1 else 0.0
    return {
        "cheque": float(cheque),
        "written": float(np.mean(columns["cheque"], dtype=np.float64)),
        "cut": float(np.mean(columns["cut"], dtype=np.float64)),
        "growth": float(each.mean()),
        "growth_se": error,
        "mean_nav": float(np.mean(columns["nav"], dtype=np.float64)),
        "median_nav": float(np.median(np.asarray(columns["nav"], dtype=np.float64))),
        **{key: found[key] for key in ("ruin", "margin_call", "forced_sale", "default", "loss", "breach", "halved")},
    }


def monotone(hits: Array) -> Array:
    """Counts (S,) that never fall with the size: the closest ones in squares.

    Source: pooled adjacent violators, Barlow et al., "Statistical Inference under Order Restrictions" (1972).

    >>> monotone(np.array([1.0, 3.0, 2.0, 5.0])).tolist()
    [1.0, 2.5, 2.5, 5.0]
    """
    from scipy.optimize import isotonic_regression

    return np.asarray(isotonic_regression(np.asarray(hits, dtype=float)).x)


def upper(hits: Array, n: int) -> Array:
    """One-sided 95 % Clopper-Pearson limits above counts of `n` paths."""
    from scipy.special import betaincinv

    hits = np.asarray(hits, dtype=float)
    return np.where(hits < n, betaincinv(np.minimum(hits + 1.0, n), np.maximum(n - hits, 1e-9), 0.95), 1.0)


def largest_under(cheques: Array, hits: Array, n: int, cap: float) -> float | None:
    """Largest cheque whose upper limit of the odds, straight between sizes, is within the cap; None: not even the smallest.

    >>> largest_under(np.array([0.0, 10.0]), np.array([0.0, 100.0]), 1_000, 0.5)
    10.0
    """
    limit = upper(monotone(hits), n)
    if limit[0] > cap:
        return None
    beyond = np.flatnonzero(limit > cap)
    if not len(beyond):
        return float(cheques[-1])
    k = int(beyond[0])
    return float(np.interp(cap, limit[k - 1 : k + 1], cheques[k - 1 : k + 1]))


def summit(cheques: Array, growth: Array, most: float) -> float:
    """Where the growth is highest among cheques up to `most`: the top of a parabola through the best size and its neighbours.

    >>> x = np.array([0.0, 1.0, 2.0, 4.0])
    >>> round(summit(x, -((x - 1.5) ** 2), 4.0), 9), summit(x, -((x - 1.5) ** 2), 1.2)
    (1.5, 1.2)
    """
    allowed = int(np.searchsorted(cheques, most * (1.0 + 1e-12), side="right"))
    k = int(np.argmax(growth[:allowed]))
    if not 0 < k < len(cheques) - 1:
        return float(cheques[k])
    x, y = cheques[k - 1 : k + 2], growth[k - 1 : k + 2]
    first, second = (y[1] - y[0]) / (x[1] - x[0]), (y[2] - y[1]) / (x[2] - x[1])
    bend = (second - first) / (x[2] - x[0])
    top = 0.5 * (x[0] + x[1]) - 0.5 * first / bend if bend < 0.0 else x[1]
    return float(min(max(top, x[0]), x[2], max(most, cheques[0])))


def interval(cheques: Array, each: Array, most: float, seed: int) -> tuple[float, float]:
    """A 95 % interval of the best cheque: the growth of paths drawn again, path by path at all sizes together.

    each: (S, paths) logs. Source: percentile bootstrap, Efron and Tibshirani (1993), ch. 13.
    """
    rng = np.random.default_rng(seed)
    n = each.shape[1]
    tops = []
    for _ in range(RESAMPLES):
        drawn = np.bincount(rng.integers(0, n, n), minlength=n)
        tops.append(summit(cheques, each @ drawn / n, most))
    return float(np.quantile(tops, 0.025)), float(np.quantile(tops, 0.975))
