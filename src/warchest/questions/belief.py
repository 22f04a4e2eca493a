"""What would you have to believe? The least change of a bet's odds that makes a cheque the best one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from warchest.bets.bet import Outcome
from warchest.bets.table import Table
from warchest.core.layout import Array

EDGES = (0.0, 0.25, 0.5, 0.65, 0.75, 0.85, 0.9, 0.95, 0.975, 0.99, 0.997, 1.0)
"""Where an outcome that is no table is cut into one; the upper part finer, since it decides."""
DRAWS = 20_000


class Strata(NamedTuple):
    """An outcome as a table."""

    multiples: Array  # (J,)
    odds: Array  # (J,)


def strata(outcome: Outcome) -> Strata:
    """A table as it stands, anything else as the mean multiples of its parts, from the worst to the best."""
    if isinstance(outcome, Table):
        return Strata(np.asarray(outcome.multiples, dtype=float), np.asarray(outcome.odds, dtype=float))
    parts = list(pairwise(EDGES))
    grid = (np.arange(DRAWS) + 0.5) / DRAWS
    means = [float(outcome.quantile(low + (high - low) * grid).mean()) for low, high in parts]
    found: dict[float, float] = {}  # losses stand together
    for mean, (low, high) in zip(means, parts, strict=True):
        found[mean] = found.get(mean, 0.0) + high - low
    return Strata(np.array(list(found)), np.array(list(found.values())))


def tilted(odds: Array, marginal: Array) -> tuple[Array, float] | None:
    """Odds q closest to p with sum(q g) = 0, and KL(q | p); None where no g is above zero. q is p itself where sum(p g) >= 0.

    Source: minimum relative entropy, q ~ p exp(theta g) (Csiszar 1975); theta solves sum(q g) = 0.

    >>> q, entropy = tilted(np.array([0.5, 0.5]), np.array([-2.0, 1.0]))
    >>> q.round(6).tolist(), round(entropy, 6)
    ([0.333333, 0.666667], 0.056633)
    """
    from scipy.optimize import brentq

    odds, marginal = np.asarray(odds, dtype=float), np.asarray(marginal, dtype=float)
    possible = odds > 0.0
    if odds @ marginal >= 0.0:
        return odds, 0.0
    best = float(marginal[possible].max())
    if best <= 0.0:
        return None
    g = marginal / np.abs(marginal[possible]).max()

    def weights(theta: float) -> Array:
        w = np.where(possible, odds * np.exp(theta * (g - g[possible].max())), 0.0)
        return np.asarray(w / w.sum())

    high = 1.0
    while weights(high) @ g < 0.0:
        high *= 2.0
        if high > 1e9:
            return None
    q = weights(brentq(lambda theta: float(weights(theta) @ g), 0.0, high, xtol=1e-12, rtol=1e-14))
    some = q > 0.0
    return q, float(np.sum(q[some] * np.log(q[some] / odds[some])))


def needed(
    found: Strata, marginal: Sequence[float], error: Sequence[float], cheque: float
) -> tuple[dict[str, Any] | None, str]:
    """The belief that a cheque needs, and the reason in a sentence; `marginal`: growth that a cheque twice as large would add."""
    g = np.asarray(marginal, dtype=float)
    solved = tilted(found.odds, g)
    today = float(found.multiples @ found.odds)
    if solved is None:
        return None, (
            "No odds on these multiples can justify this cheque: even if the best of them were certain, "
            "a smaller cheque would grow faster."
        )
    q, entropy = solved
    mean = float(found.multiples @ q)
    answer = {
        "cheque": cheque, "multiples": found.multiples.tolist(), "odds_today": found.odds.tolist(), "odds": q.tolist(),
        "mean_multiple_today": today, "mean_multiple": mean, "relative_entropy": entropy,
        "marginal_growth": g.tolist(), "marginal_growth_se": list(map(float, error)),
    }  # fmt: skip
    if entropy == 0.0:
        return answer, "Today's odds are enough: at this cheque growth does not fall yet."
    return answer, f"It takes a mean multiple of {mean:.3g}x where today's odds say {today:.3g}x."
