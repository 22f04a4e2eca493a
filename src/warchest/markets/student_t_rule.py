"""Student-t log returns of one step: normal ones times the root of one mixing draw."""

import math

from warchest.core.kernel import inlined, rule

FEW = 8.0
"""Degrees of freedom up to which a sum of squares is quicker than a general chi-square."""


@rule
def mixing(rng, tail, cap):
    """W = tail / chi-square(tail), at most `cap`: the variance of one step relative to a normal one.

    For a few whole degrees of freedom, chi-square is drawn as what it is, a sum of squared normals: half the time.
    """
    if tail > FEW or tail != math.floor(tail):
        return min(cap, tail / rng.chisquare(tail))
    squares = 0.0
    for _ in range(int(tail)):
        normal = rng.standard_normal()
        squares += normal * normal
    return min(cap, tail / squares)


@inlined
def drift_student_t(rng, drift, moves, tail, cap, scale):
    """Log returns (P,) of one step in place: drift + sqrt(W / E[W]) x what factors and own shocks did; `scale` = 1 / sqrt(E[W])."""
    root = math.sqrt(mixing(rng, tail, cap)) * scale
    for p in range(moves.shape[0]):
        moves[p] = drift[p] + root * moves[p]
