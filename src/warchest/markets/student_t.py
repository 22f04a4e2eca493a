"""A market of Student-t log returns that fall together."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from warchest.core import layout
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.markets.common import CAP, Moving, Parametric, Tail, lifts, mean_size

EXAMPLE = """
{model: student_t, tail: 4, factors: {world: {volatility: 16%}}, rate: 3%}
"""


class StudentTMarket(Parametric):
    """Log returns are normal times the root of one mixing draw a step, shared by factors and own shocks: crashes are common.

    The mixing variable is W = tail / chi-square(tail), capped at 50 because an uncapped one has no mean price.
    `tail` belongs to one step: day, week and month are different markets.

    Source: multivariate t as a normal variance mixture, McNeil, Frey, Embrechts, "Quantitative Risk Management", ch. 6.
    """

    model: Literal["student_t"] = "student_t"
    """Always `student_t`."""
    tail: Tail = 4.0
    """Degrees of freedom of one step's return, above 2; with `own_tail`, of the factors' part alone."""

    def numbers(self, processes: list[Moving], combine: Array, dt: float, steps: int) -> Market:
        """The arrays of the market: rescaled to the stated volatility, compensated so that E[price] follows growth."""
        parts = self.parts(processes, dt)
        if self.own_tail is None:
            lift = lifts(parts.sigma, self.tail)
        else:
            lift = lifts(np.sqrt((parts.betas**2).sum(axis=0)), self.tail) + self.own_lifts(parts.own)
        scale = 1.0 / math.sqrt(mean_size(self.tail))
        drift = parts.growth - lift
        market = Market(layout.STUDENT_T, drift, parts.betas, parts.own, combine, self.tail, CAP, scale)
        return self.with_tails(market)
