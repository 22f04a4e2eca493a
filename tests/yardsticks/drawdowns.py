"""The deepest drawdown within some years, looked at continuously: its odds and its mean.

A drawdown is ln(highest so far / now); drift mu and volatility sigma are those of the log price, a year.
"""

from __future__ import annotations

import math

import numpy as np

from yardsticks.laplace import inverted
from yardsticks.step_law import gauss

FAR = 8.0
"""Standard deviations beyond which a drawdown is not looked for."""
DEPTHS = 400
"""Depths at which the odds are worked out for the mean."""


def max_drawdown_odds(depths: np.ndarray, mu: float, sigma: float, years: float) -> np.ndarray:
    """P(the deepest drawdown within the years is at least each of the depths), looked at continuously.

    Its Laplace transform in time is 2 d e^(-(k + d) h) / (s (d - k + (d + k) e^(-2 d h))), with k = mu / sigma^2 and
    d = sqrt(k^2 + 2 s / sigma^2).

    Source: Taylor (1975), A Stopped Brownian Motion Formula.

    >>> max_drawdown_odds(np.array([1.0]), 0.0, 1.0, 1.0).round(6).tolist()
    [0.629223]
    """
    k, h = mu / sigma**2, depths[:, None]

    def transform(s: np.ndarray) -> np.ndarray:
        d = np.sqrt(k**2 + 2.0 * s / sigma**2)
        return 2.0 * d * np.exp(-(k + d) * h) / (s * (d - k + (d + k) * np.exp(-2.0 * d * h)))

    return np.clip(inverted(transform, years), 0.0, 1.0)


def expected_max_drawdown(mu: float, sigma: float, years: float) -> float:
    """E[deepest drawdown of a Brownian motion within the years]: its odds summed over depths.

    That is (2 sigma^2 / |mu|) Q(mu^2 T / (2 sigma^2)), and sqrt(pi / 2) sigma sqrt(T) at mu = 0.

    Source: Magdon-Ismail, Atiya, Pratap and Abu-Mostafa (2004), On the Maximum Drawdown of a Brownian Motion.

    >>> round(expected_max_drawdown(0.0, 1.0, 1.0), 7) == round(math.sqrt(math.pi / 2), 7)
    True
    """
    far = max(0.0, -mu) * years + FAR * sigma * math.sqrt(years)
    if mu > 0.0:  # its stationary law falls off exponentially, and is renewed every sigma^2 / mu^2 years
        far = min(far, (30.0 + math.log1p(mu**2 * years / sigma**2)) * sigma**2 / (2.0 * mu))
    depths, weights = gauss(0.0, far, DEPTHS)
    return float(weights @ max_drawdown_odds(depths, mu, sigma, years))


def drawdown_function(x: float, up: bool) -> float:
    """Q of `expected_max_drawdown`: for a drift that is up (their QP) or down (QN), at x = mu^2 T / (2 sigma^2).

    Source: Magdon-Ismail and others (2004).

    >>> round(drawdown_function(0.5, up=True), 6), round(drawdown_function(0.5, up=False), 6)
    (0.462538, 0.885794)
    """
    return expected_max_drawdown(1.0 if up else -1.0, 1.0, 2.0 * x) / 2.0
