"""Two prices and a lower barrier for each: which are met within some years."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import ive, ndtr


def one_met(distance: float, years: float) -> float:
    """P(a standard Brownian motion meets a level so far away within the years): 2 Phi(-distance / sqrt(years)).

    >>> round(one_met(2.5, 5.0), 6)
    0.263552
    """
    return float(2.0 * ndtr(-distance / math.sqrt(years)))


def none_met(first: float, second: float, rho: float, years: float, terms: int = 400) -> float:
    """P(neither of two driftless Brownian motions, correlation rho, meets its own level within the years).

    Made independent, they move in a wedge of angle a = arccos(-rho), from radius r and angle th, and
    P = 2 r / sqrt(2 pi T) e^-z sum over odd n of sin(n pi th / a) / n (I_((n pi / a + 1) / 2)(z) + I_((n pi / a - 1) / 2)(z)),
    z = r^2 / (4 T).
    Distances are in standard deviations of a year: -ln(barrier) / volatility.

    Source: Zhou (2001), An Analysis of Default Correlations and Multiple Defaults; Rebholz (1994) for the wedge.

    >>> round(1.0 - none_met(2.5, 2.5, 0.4, 5.0), 6)
    0.413042
    """
    angle = math.acos(-rho)
    at = math.atan2(second * math.sqrt(1.0 - rho**2), first - rho * second)
    z = (first**2 + second**2 - 2.0 * rho * first * second) / (1.0 - rho**2) / (4.0 * years)
    n = np.arange(1, 2 * terms, 2)
    order = n * math.pi / angle
    bessel = ive((order + 1.0) / 2.0, z) + ive((order - 1.0) / 2.0, z)  # already times e^-z
    waves = math.fsum(np.sin(order * at) / n * bessel)
    return float(2.0 * math.sqrt(4.0 * years * z) / math.sqrt(2.0 * math.pi * years) * waves)
