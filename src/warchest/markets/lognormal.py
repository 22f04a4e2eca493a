"""A market of normal log returns."""

from __future__ import annotations

from typing import Literal

from warchest.core import layout
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.markets.common import Moving, Parametric

EXAMPLE = """
{model: lognormal, factors: {world: {volatility: 16%}}, rate: 3%}
"""


class LognormalMarket(Parametric):
    """Log returns are normal: factors, plus each asset's own shock.

    Source: Samuelson (1965) geometric Brownian motion; drift ln(1 + growth) - volatility^2 / 2, so that E[S_T] = S_0 (1 + growth)^T.
    """

    model: Literal["lognormal"] = "lognormal"
    """Always `lognormal`."""

    def numbers(self, processes: list[Moving], combine: Array, dt: float, steps: int) -> Market:
        """The arrays of the market: drift ln(1 + g) dt - s^2 / 2."""
        parts = self.parts(processes, dt)
        lift = 0.5 * parts.sigma**2
        if self.own_tail is not None:
            lift = 0.5 * (parts.betas**2).sum(axis=0) + self.own_lifts(parts.own)
        market = Market(layout.LOGNORMAL, parts.growth - lift, parts.betas, parts.own, combine, 0.0, 1.0, 1.0)
        return self.with_tails(market)
