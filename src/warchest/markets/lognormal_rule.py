"""Normal log returns of one step."""

from warchest.core.kernel import inlined


@inlined
def drift_lognormal(drift, moves):
    """Log returns (P,) of one step in place: drift + what factors and own shocks did."""
    for p in range(moves.shape[0]):
        moves[p] += drift[p]
