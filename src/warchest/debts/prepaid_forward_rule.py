"""What a prepaid forward delivers; the same functions serve the engine, `value` and the tests."""

from warchest.core.kernel import rule


@rule
def delivered(shares: float, floor: float, cap: float, price: float, in_cash: bool) -> float:
    """Shares delivered at settlement; `in_cash`: a collar that settles the price over the cap in cash.

    Source: Revenue Ruling 2003-7 (truth S24).

    >>> [round(delivered(100.0, 20.0, 25.0, s, False), 6) for s in (18.0, 22.5, 30.0)]
    [100.0, 88.888889, 80.0]
    """
    if price <= floor:
        return shares
    if price <= cap or in_cash:
        return shares * floor / price
    return shares * floor / cap


@rule
def cash_difference(shares: float, cap: float, price: float, in_cash: bool) -> float:
    """Cash owed at settlement by a collar: shares x (price - cap) above the cap."""
    return shares * max(0.0, price - cap) if in_cash else 0.0


@rule
def settlement(shares: float, floor: float, cap: float, price: float, in_cash: bool) -> float:
    """Value of what a settlement today would take: shares delivered at today's price and cash.

    >>> round(settlement(100.0, 20.0, 25.0, 30.0, False), 6)
    2400.0
    """
    return delivered(shares, floor, cap, price, in_cash) * price + cash_difference(shares, cap, price, in_cash)
