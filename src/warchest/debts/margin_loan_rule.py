"""The arithmetic of a loan on shares; the same functions serve the engine, `value` and the tests."""

from warchest.core.kernel import rule


@rule
def is_called(loan: float, collateral: float, call_at: float) -> bool:
    """Whether loan / collateral is at or above the call level (amounts in one currency).

    >>> is_called(70.0, 100.0, 0.7)
    True
    """
    return loan >= call_at * collateral


@rule
def is_reset(loan: float, collateral: float, reset_to: float) -> bool:
    """Whether the loan is back at its reset level."""
    return loan <= reset_to * collateral


@rule
def cure_need(loan: float, collateral: float, reset_to: float) -> float:
    """Cash that brings the loan back to `reset_to` x collateral.

    >>> round(cure_need(70.0, 100.0, 0.6), 9)
    10.0
    """
    return max(0.0, loan - reset_to * collateral)


@rule
def price_at(loan: float, shares: float, level: float) -> float:
    """Price of a share at which loan / (shares x price) is `level`; loan in the share's currency.

    Source: Strategy's loan of March 2022: 205m on 19,466 coins, called at 50 %.

    >>> round(price_at(205e6, 19_466, 0.5), 2)
    21062.37
    """
    return loan / (shares * level)
