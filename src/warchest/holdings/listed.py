"""A listed holding: shares of a company with a price one can see."""

from __future__ import annotations

from typing import Literal

from warchest.core.spec import Growth, Money, Number, Share, Shares, Spec, Text, Volatility

EXAMPLE = """
Acme:
  kind: listed
  shares: 1m
  price: 100 USD
  growth: 8%
  volatility: 40%
  loadings: {world: 1.2}
  daily_volume: 5m
  outstanding: 200m
"""


class Listed(Spec):
    """Shares of a listed company; they can be pledged, and sold into the day's volume.

    The expected price follows `growth`; `dividend_yield` is paid to cash on top. A second line of the same shares
    (another bank, another pledge) says `asset: Acme` and only its own number of shares.

    Source: impact of sales after Almgren, Thum, Hauptmann, Li (2005), "Direct estimation of equity market impact".
    """

    kind: Literal["listed"] = "listed"
    """Always `listed`."""
    shares: Shares
    """Number of shares held."""
    asset: Text | None = None
    """Name of another listed holding whose price, growth, volatility and loadings this line shares."""
    price: Money | None = None
    """Price of one share today, in the currency it is quoted in."""
    growth: Growth | None = None
    """Expected growth of the price a year, effective, in its own currency; left out: the market's rate."""
    volatility: Volatility | None = None
    """Standard deviation of the log return a year, in all."""
    loadings: dict[str, Number] = {}
    """Betas to the market's factors (log return per log return); what is left of the volatility is its own."""
    dividend_yield: Volatility = 0.0
    """Dividends a year as a share of the price, paid to cash, on top of growth."""
    daily_volume: Shares | None = None
    """Shares traded a business day; given, sales take time and move the price."""
    outstanding: Shares | None = None
    """Shares of the company in all, for the price impact; left out: 200 x daily_volume."""
    participation: Share = 0.1
    """Largest share of the daily volume that the house sells a day."""
    block_discount: Share = 0.0
    """Discount of a sale where no daily_volume is given, share of the price."""
