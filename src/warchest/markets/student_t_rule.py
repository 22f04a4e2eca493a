"""Student-t log returns of one step: normal ones times the root of one mixing draw."""

import math

from warchest.core.kernel import inlined, rule


@rule
def mixing(rng, tail, cap):
    """W = tail / chi-square(tail), at most `cap`: the variance of one step relative to a normal one."""
    return min(cap, tail / rng.chisquare(tail))


@inlined
def drift_student_t(rng, drift, moves, tail, cap, scale):
    """Log returns (P,) of one step in place: drift + sqrt(W / E[W]) x what factors and own shocks did; `scale` = 1 / sqrt(E[W])."""
    root = math.sqrt(mixing(rng, tail, cap)) * scale
    for p in range(moves.shape[0]):
        moves[p] = drift[p] + root * moves[p]
