"""How far a house can go; the same function serves the engine and `value`."""

from warchest.core.kernel import rule


@rule
def ceiling(limit: float, holdings_value: float, net_debt: float, worth: float) -> float:
    """Largest cheque that leaves LTV at `limit`; negative: already above by that much.

    x = (l H - D) / (1 - l m), with `worth` m the value received for one unit paid; amounts in one currency.

    Source: (D + x) / (H + m x) = l solved for x.

    >>> round(ceiling(0.25, 18.35, 1.9, 1.0), 3)
    3.583
    """
    return (limit * holdings_value - net_debt) / (1.0 - limit * worth)
