"""Deals: a flow of private bets that a house is offered, each with its own end."""

from __future__ import annotations

import math
from typing import Annotated

import numpy as np
from pydantic import Field

from warchest.bets.bet import Outcome
from warchest.core.layout import Array
from warchest.core.spec import Growth, Money, Number, Positive, Share, Span, Spec, Volatility
from warchest.core.units import Duration


class Deals(Spec):
    """Private deals that come at random, are marked at their rounds, and end as drawn.

    Source: docs/engine.md, "Deals"; arrivals are a Poisson process; dilution as Carta tells it, round by round.
    """

    a_year: Annotated[Positive, Field(le=5000)]
    """Deals offered a year, on average."""
    until: Span = Duration(5, "y")
    """How long deals are offered, from as_of."""
    cheque: Money
    """What each deal asks for."""
    premium: Volatility = 0.0
    """What is paid over the value received, share of that value."""
    outcome: Outcome
    """How a deal ends: what one unit of value received becomes. Its `years` are the median time to the end."""
    exit_spread: Annotated[Number, Field(ge=0, le=3)] = 0.0
    """Standard deviation of the log of the time to the end."""
    lost_after: Span | None = None
    """Median time to the end of those that end below 1x; left out: as the others."""
    rounds: Span | None = None
    """Time between a deal's financing rounds, at which it is marked anew; left out: it stands at what was paid until its end."""
    overmarked: Growth = 0.0
    """How much too high a round marks a deal, share of its truth."""
    dilution: Share = 0.0
    """What each round takes of the house's part, where `outcome` is that of the company; 0 where it is what investors had."""
    follow_on: Share = 0.0
    """What is put into a deal again at each of its rounds, share of its first cheque, as long as it is worth what was paid."""
    crowding: Annotated[Number, Field(ge=0, le=1)] = 0.0
    """Elasticity of prices to the house's own money: they rise by (1 + a year's money / depth)^crowding, at most in proportion."""
    depth: Money | None = None
    """Money that others put into this market a year; needed for crowding."""
    loadings: dict[str, Number] = {}
    """Correlation of the outcomes' normal scores with each factor's; the sum of their squares is at most 1."""
    exits_close: Share = 0.0
    """Nothing ends while the market's benchmark stands more than this below its peak; 0: exits never close."""
    sale_discount: Share = 0.3
    """What a hurried sale before the end costs, share of the true value."""


def rows_of_flow(a_year: float, years: float) -> int:
    """Deals that a flow may bring: m + 6 sqrt(m) + 6, for m expected ones.

    >>> rows_of_flow(20, 5)
    166
    """
    mean = a_year * years
    return math.ceil(mean + 6.0 * math.sqrt(mean) + 6.0)


def left_of(dilutions: list[float]) -> float:
    """What is left of a stake after rounds that each take a part of it.

    Source: the product of 1 - dilution; Carta (2023), seed stake through series A to D.

    >>> round(left_of([0.195, 0.172, 0.126, 0.103]), 3)
    0.523
    """
    return float(np.prod(1.0 - np.asarray(dilutions)))


def below(outcome: Outcome, multiple: float) -> float:
    """Odds of an outcome below a multiple, from the quantile function, to 1e-7.

    >>> from warchest.bets import CorrelationVentures
    >>> [round(below(CorrelationVentures(years=7), m), 6) for m in (1.0, 10.0)]
    [0.65, 0.96]
    """
    low, high = 0.0, 1.0
    while high - low > 1e-8:
        middle = 0.5 * (low + high)
        low, high = (
            (middle, high) if float(np.asarray(outcome.quantile(np.array([middle])))[0]) < multiple else (low, middle)
        )
    return high


def diluted(multiples: Array, times: Array, rounds: int, dilution: float) -> Array:
    """Multiples (paths, deals) less what rounds before the end (times: (paths, deals, 2), steps) take.

    >>> diluted(np.array([[8.0]]), np.array([[[0, 10]]]), 5, 0.5).tolist()
    [[4.0]]
    """
    if dilution == 0.0 or rounds == 0:
        return multiples
    count = -(-(times[:, :, 1] - times[:, :, 0]) // rounds) - 1
    return multiples * (1.0 - dilution) ** np.minimum(count, 1000)
