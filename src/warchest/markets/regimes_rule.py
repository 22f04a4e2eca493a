"""Regimes: which one each step is in, and what it does to the shocks."""

from warchest.core.kernel import rule


@rule
def walk(rng, regimes, switch, first):
    """The regime of every step (T,), one uniform draw each; switch: (K, K) odds of the next one, added up."""
    now = first
    last = switch.shape[0] - 1
    for t in range(regimes.shape[0]):
        u = rng.random()
        k = 0
        while k < last and u >= switch[now, k]:
            k += 1
        now = k
        regimes[t] = now


@rule
def bend(shocks, regimes, factors, sizes, shifts):
    """Shocks (F + P, T) become those of the regime of each step: larger or smaller, and the factors' drift."""
    for j in range(shocks.shape[0]):
        f = min(j, factors)
        for t in range(shocks.shape[1]):
            k = int(regimes[t])
            shocks[j, t] *= sizes[k, f]
            if j < factors:
                shocks[j, t] += shifts[k, f]
