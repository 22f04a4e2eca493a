"""Normal log returns: what fills the table of returns of one path."""

from warchest.core.kernel import rule


@rule
def fill_lognormal(rng, drift, betas, own, shocks, table):
    """Log returns (T, P) of P processes: drift + factors + own shocks; all normals of a step are drawn before they are used."""
    factors = betas.shape[1]
    count = own.shape[0]
    for t in range(table.shape[0]):
        for j in range(factors + count):
            shocks[j] = rng.standard_normal()
        for p in range(count):
            move = drift[p] + own[p] * shocks[factors + p]
            for f in range(factors):
                move += betas[p, f] * shocks[f]
            table[t, p] = move
