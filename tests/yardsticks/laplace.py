"""Numbers from a Laplace transform: its inverse, by a sum over a line in the complex plane."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

PLAIN = 80
"""Terms that are summed as they are: the steeper f is, the more it needs."""
TAIL = 16
"""Terms after them, weighed by a binomial tail, which stands for all that follow."""
DIGITS = 12.0
"""The line lies at this / t: aliasing is e^-24, and e^12 of the digits of the machine are lost to rounding; some 10 are left."""


def inverted(transform: Callable[[np.ndarray], np.ndarray], t: float) -> np.ndarray:
    """f(t) of which `transform` is the Laplace transform, by Euler summation; good to about 1e-10 where f is smooth.

    f(t) = e^a / t x sum over k of (-1)^k w_k Re F((a + i pi k) / t), with w_0 = 1/2, then 1, then the tails of a binomial law.
    The transform takes complex points (n,) and gives values (..., n); what comes back has no last axis.

    Source: Abate and Whitt (1995), Numerical Inversion of Laplace Transforms of Probability Distributions, the algorithm Euler.

    >>> round(float(inverted(lambda s: 1 / (1 + s), 2.0)), 8) == round(math.exp(-2.0), 8)
    True
    """
    tails = np.cumsum([math.comb(TAIL, n) for n in range(TAIL + 1)][::-1])[::-1] / 2.0**TAIL
    weights = np.concatenate([[0.5], np.ones(PLAIN), tails[1:]])
    k = np.arange(len(weights))
    values = np.asarray(transform((DIGITS + 1j * math.pi * k) / t))
    return math.exp(DIGITS) / t * np.sum((-1.0) ** k * weights * values.real, axis=-1)
