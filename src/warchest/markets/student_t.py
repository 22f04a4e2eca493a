"""A market of Student-t log returns that fall together."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from warchest.core import layout
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.core.spec import Number
from warchest.markets.common import Moving, Parametric

CAP = 50.0
"""Largest mixing variable: a day seven times as wild as a normal one."""

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
    tail: Annotated[Number, Field(gt=2.0, le=1000.0)] = 4.0
    """Degrees of freedom of one step's return, above 2."""

    def numbers(self, processes: list[Moving], combine: Array, dt: float) -> Market:
        """The arrays of the market: rescaled to the stated volatility, compensated so that E[price] follows growth."""
        parts = self.parts(processes, dt)
        mean = mixed(self.tail, lambda w: w)
        lifts = {s: self._lift(float(s), mean) for s in set(parts.sigma)}
        drift = parts.growth - np.array([lifts[s] for s in parts.sigma])
        return Market(layout.STUDENT_T, drift, parts.betas, parts.own, combine, self.tail, CAP, 1.0 / math.sqrt(mean))

    def _lift(self, sigma: float, mean: float) -> float:
        """The log of E[exp(move)] of a step of standard deviation sigma: what the drift must give back."""
        return math.log(mixed(self.tail, lambda w: math.exp(0.5 * sigma * sigma * w / mean)))


def mixed(tail: float, value: Callable[[float], float], cap: float = CAP) -> float:
    """E[value(W)], W = min(cap, tail / chi-square(tail)), by quadrature.

    >>> round(mixed(4.0, lambda w: w, cap=1e9), 4)  # tail / (tail - 2)
    2.0
    """
    from scipy import integrate, stats

    chi = stats.chi2(tail)
    edge = tail / cap
    body = 0.0
    for low, high in ((edge, tail), (tail, math.inf)):
        body += integrate.quad(lambda x: value(tail / x) * chi.pdf(x), low, high, epsabs=0.0, epsrel=1e-11, limit=200)[
            0
        ]
    return float(body + value(cap) * chi.cdf(edge))
