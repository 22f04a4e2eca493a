"""A private holding: worth what somebody last said."""

from __future__ import annotations

from typing import Literal

from warchest.core.spec import Growth, Money, Number, Share, Span, Spec, Text, Volatility
from warchest.core.units import Duration

EXAMPLE = """
Workshop:
  kind: private
  value: 20m
  overmarked: 10%
  growth: 12%
  volatility: 60%
  loadings: {world: 0.8}
  marked: 6mo
  sale_discount: 30%
"""


class Private(Spec):
    """A holding without a market: its mark lags behind its hidden true value, and a hurried sale costs a discount.

    Lenders and reports see the mark; growth, loss and ruin use the truth.

    Source: marks that lag the truth, Geltner (1993), "Estimating market values from appraised values"; overmarking,
    Gornall and Strebulaev (2020), "Squaring venture capital valuations with reality".
    """

    kind: Literal["private"] = "private"
    """Always `private`."""
    value: Money
    """The mark: what it is carried at today, in its currency."""
    asset: Text | None = None
    """Name of another private holding whose growth, volatility, loadings and price process this line shares."""
    overmarked: Share = 0.0
    """How much too high the mark is today: truth = mark x (1 - overmarked)."""
    growth: Growth | None = None
    """Expected growth of the true value a year, effective; left out: the market's rate."""
    volatility: Volatility | None = None
    """Standard deviation of the true value's log return a year, in all."""
    loadings: dict[str, Number] = {}
    """Betas to the market's factors (log return per log return); what is left of the volatility is its own."""
    marked: Span = Duration(3, "mo")
    """How often the mark catches up with the truth."""
    sale_discount: Share = 0.3
    """What a hurried sale costs, share of the true value."""
