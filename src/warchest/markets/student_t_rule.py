"""Student-t log returns: normal ones times the root of one mixing draw a step."""

import math

from warchest.core.kernel import inlined, rule

CAP = 50.0
"""Largest mixing variable: a day seven times as wild as a normal one."""
FEW = 8.0
"""Degrees of freedom up to which a sum is quicker than a general chi-square."""


@inlined
def chi_square(rng, tail):
    """A chi-square draw; for a few whole degrees of freedom as a sum of exponentials, two degrees each, and of one square."""
    if tail > FEW or tail != math.floor(tail):
        return rng.chisquare(tail)
    squares = 0.0
    for _ in range(int(tail) // 2):
        squares += 2.0 * rng.standard_exponential()
    if int(tail) % 2:
        normal = rng.standard_normal()
        squares += normal * normal
    return squares


@rule
def sizes(roots, tail, cap, scale):
    """Chi-square draws (T,) become the size of each step, sqrt(W / E[W]), W = tail / chi-square, at most `cap`."""
    for t in range(roots.shape[0]):
        roots[t] = math.sqrt(min(cap, tail / roots[t])) * scale


@rule
def mix(row, drift, roots):
    """Log returns (T,) in place: drift + size of the step x what factors and own shocks did."""
    for t in range(row.shape[0]):
        row[t] = drift + roots[t] * row[t]
