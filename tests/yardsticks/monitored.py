"""First passages seen on the dates of a grid only, for prices that jump and for drifts and volatilities that switch.

A recursion carries the density of the log price of those that have not got there yet from one date to the next, on nodes of
Gauss and Legendre between the level and where nobody gets: the equation of Chapman and Kolmogorov.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from yardsticks.step_law import StepLaw, gauss

NODES = 3.4
"""Nodes for each standard deviation between the ends."""

Laws = Sequence[Sequence[StepLaw]]
"""Of each step, the law in each regime."""


class Passage(NamedTuple):
    """By date k = 1 ... steps."""

    odds: np.ndarray
    """P(there by then)."""
    short: np.ndarray
    """E[max(0, 1 - price / e^owed) on the first date there, if there by then]."""


def alone(law: StepLaw, steps: int) -> Laws:
    """The laws of a price that knows no regimes."""
    return [[law]] * steps


def first_passage(
    level: float, laws: Laws, switch: np.ndarray | None = None, owed: float | None = None, fineness: float = NODES
) -> Passage:
    """Odds that the price, 1 today, is at or below the level on one of the first k dates, and what it is then short of e^owed.

    `owed` lies at or below the logarithm of the level; left out, there. A step's regime is drawn first, from the
    row of `switch` of the one before (today's is the first), then its move.

    Source: Chapman-Kolmogorov; Hamilton (1989) for the regimes.

    >>> law = StepLaw((0.05 - 0.3**2 / 2) / 12, 0.3 / 12**0.5)
    >>> round(float(first_passage(0.8, alone(law, 12)).odds[-1]), 6)
    0.361172
    """
    low, table = math.log(level), np.eye(1) if switch is None else switch
    owed = low if owed is None else owed
    each = {law for step in laws for law in step}
    high = max(law.reach(len(laws), 1) for law in each)
    x, weights = gauss(low, high, math.ceil(fineness * (high - low) / min(law.scale for law in each)) + 32)
    moves = x[:, None] - x  # to (rows), from
    kernels: dict[StepLaw, tuple[np.ndarray, np.ndarray, np.ndarray]] = {}
    alive, odds, short = np.empty(0), np.empty(len(laws)), np.empty(len(laws))
    for k, step in enumerate(laws):
        if k == 0:
            now = table[0]
            odds[k] = sum(p * law.below(low) for p, law in zip(now, step, strict=True))
            short[k] = sum(p * law.short(owed) for p, law in zip(now, step, strict=True))
            alive = np.array([p * law.density(x) for p, law in zip(now, step, strict=True)])
            continue
        for law in step:
            if law not in kernels:
                kernels[law] = law.density(moves), law.below(low - x) * weights, law.short(owed - x) * weights
        alive = table.T @ alive
        odds[k] = sum(float(p @ kernels[law][1]) for p, law in zip(alive, step, strict=True))
        short[k] = sum(float(p @ kernels[law][2]) for p, law in zip(alive, step, strict=True))
        alive = np.array([kernels[law][0] @ (p * weights) for p, law in zip(alive, step, strict=True)])
    return Passage(np.cumsum(odds), np.cumsum(short))
