"""Jumps: when they come, and how far each goes."""

from warchest.core.kernel import inlined, rule


@rule
def jumps_of(rng, row, terms):
    """What the jumps of every step (T,) add up to: exponential waiting times, then up or down, then an exponential size.

    terms: jumps a step, odds that one goes up, mean size up and down, and the unit they are told in.
    """
    row[:] = 0.0
    if terms[0] <= 0.0:
        return
    steps = row.shape[0]
    when = rng.standard_exponential() / terms[0]
    while when < steps:
        size = _size(rng, terms)
        row[int(when)] += size / terms[4]
        when += rng.standard_exponential() / terms[0]


@inlined
def _size(rng, terms):
    """One jump's log size."""
    if rng.random() < terms[1]:
        return terms[2] * rng.standard_exponential()
    return -terms[3] * rng.standard_exponential()
