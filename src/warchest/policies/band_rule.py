"""Attack and defence: when the mode changes, and what defence has to sell."""

from warchest.core.kernel import rule


@rule
def mode_of(memory: float, ltv: float, attack_below: float, defend_above: float) -> float:
    """1 in defence, 0 in attack: it changes above one LTV and below another, and in between stays what it was."""
    if ltv > defend_above:
        return 1.0
    if ltv < attack_below:
        return 0.0
    return memory


@rule
def sales_of(holdings_value: float, net_debt: float, back_to: float) -> float:
    """What sales have to bring until LTV is back, whether cash grows by it or loans are repaid: x from (D - x) / (H - x) = l.

    Source: LTV = D / H with x moved from holdings to cash or lenders, solved for x.

    >>> sales_of(100.0, 40.0, 0.25)
    20.0
    """
    return max(0.0, (net_debt - back_to * holdings_value) / (1.0 - back_to))
