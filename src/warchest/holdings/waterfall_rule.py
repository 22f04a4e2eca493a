"""How a fund's cash is shared out, tier by tier."""

from warchest.core.kernel import rule


@rule
def tiers(
    cash: float, capital: float, preferred: float, profit: float, carried: float, carry: float, catch_up: float
) -> tuple[float, float, float, float, float, float]:
    """One distribution: (capital returned, preferred return, catch-up and split of the investors, catch-up and split of the GP).

    Capital first, then the preferred return; then the GP takes `catch_up` of the cash until it holds `carry` of all profit,
    then the rest is split at `carry`. Amounts of one currency.

    Args:
        cash: to be shared out, from 0.
        capital: the investors' money that has not come back yet.
        preferred: preferred return owed to them.
        profit: what they have had beyond capital so far.
        carried: what the GP has had so far.
        carry: the GP's share of profit, below 1.
        catch_up: share of the catch-up that goes to the GP; up to `carry` there is none.

    Source: Metrick and Yasuda (2010), terms of private equity funds; the catch-up c solves G + k c = carry (P + G + c).

    >>> [round(x, 4) for x in tiers(250.0, 100.0, 25.9712, 0.0, 0.0, 0.2, 1.0)]
    [100.0, 25.9712, 0.0, 94.0288, 6.4928, 23.5072]
    """
    returned = min(cash, capital)
    rest = cash - returned
    paid = min(rest, preferred)
    rest -= paid
    missing = carry * (profit + paid + carried) - carried
    caught = 0.0
    if catch_up > carry and missing > 0.0:
        caught = min(rest, missing / (catch_up - carry))
    rest -= caught
    return returned, paid, (1.0 - catch_up) * caught, (1.0 - carry) * rest, catch_up * caught, carry * rest
