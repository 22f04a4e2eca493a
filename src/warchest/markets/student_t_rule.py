"""Student-t log returns: normal ones times the root of one mixing draw a step."""

import math

from warchest.core.kernel import rule


@rule
def mixing(rng, tail, cap):
    """W = tail / chi-square(tail), at most `cap`: the variance of one step relative to a normal one."""
    return min(cap, tail / rng.chisquare(tail))


@rule
def fill_student_t(rng, drift, betas, own, shocks, table, tail, cap, scale):
    """Log returns (T, P): drift + sqrt(W / E[W]) x (factors + own shocks), one W a step for all; `scale` = 1 / sqrt(E[W])."""
    factors = betas.shape[1]
    count = own.shape[0]
    for t in range(table.shape[0]):
        root = math.sqrt(mixing(rng, tail, cap)) * scale
        for j in range(factors + count):
            shocks[j] = rng.standard_normal()
        for p in range(count):
            move = own[p] * shocks[factors + p]
            for f in range(factors):
                move += betas[p, f] * shocks[f]
            table[t, p] = drift[p] + root * move
