"""Normal log returns of one process."""

from warchest.core.kernel import rule


@rule
def spread_lognormal(row, drift):
    """Log returns (T,) in place: drift + what factors and own shocks did."""
    for t in range(row.shape[0]):
        row[t] += drift
