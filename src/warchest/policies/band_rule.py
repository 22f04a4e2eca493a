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
def sales_of(holdings_value: float, net_debt: float, cash: float, floor: float, back_to: float) -> float:
    """What a house in defence has to sell: x from (D - x) / (H - x) = l, at least what is missing of the cash floor.

    Source: LTV = D / H with x moved from holdings to cash, solved for x.

    >>> sales_of(100.0, 40.0, 5.0, 0.0, 0.25)
    20.0
    """
    over = (net_debt - back_to * holdings_value) / (1.0 - back_to)
    return max(0.0, max(over, floor - cash))
