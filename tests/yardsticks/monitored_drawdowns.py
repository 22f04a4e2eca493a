"""The deepest drawdown, ln(highest so far / now), seen on the dates of a grid only."""

from __future__ import annotations

import math

import numpy as np

from yardsticks.monitored import NODES
from yardsticks.step_law import StepLaw, gauss

SEEN = 60
"""Depths at which odds are worked out for the mean, each a recursion."""


def monitored_drawdown_odds(depth: float, steps: int, law: StepLaw) -> np.ndarray:
    """P(the deepest drawdown on the grid by date k is above the depth), k = 1 ... steps; today counts as a highest.

    The drawdown of a date is max(0, that of the date before - the move): some odds that it is 0, and a density up to the depth,
    are carried from date to date.

    Source: Lindley's recursion (1952), The Theory of Queues with a Single Server, for a price instead of a queue.

    >>> monitored_drawdown_odds(0.1, 3, StepLaw(0.0, 0.1)).round(6).tolist()
    [0.158655, 0.340925, 0.489498]
    """
    x, weights = gauss(0.0, depth, math.ceil(NODES * depth / law.scale) + 24)
    kernel = law.density(x - x[:, None]) * weights  # to (rows), from: the move is from - to
    rises, falls = (1.0 - law.below(x)) * weights, law.below(x - depth) * weights
    from_top, stays, drops = law.density(-x), float(1.0 - law.below(0.0)), float(law.below(-depth))
    top, alive, found = 1.0, np.zeros(len(x)), np.empty(steps)
    for k in range(steps):
        found[k] = top * drops + falls @ alive
        top, alive = top * stays + rises @ alive, top * from_top + kernel @ alive
    return np.cumsum(found)


def expected_monitored_drawdown(steps: int, law: StepLaw) -> float:
    """E[deepest drawdown on the grid] after the steps: the odds of `monitored_drawdown_odds` summed over depths.

    >>> round(expected_monitored_drawdown(1, StepLaw(0.0, 1.0)), 6)  # one move: E[max(0, -N(0, 1))]
    0.398942
    """
    depths, weights = gauss(0.0, law.reach(steps, -1), SEEN)
    return float(weights @ [monitored_drawdown_odds(depth, steps, law)[-1] for depth in depths])
