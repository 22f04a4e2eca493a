"""What moves whatever the houses do: prices, currencies, and how bets end."""

from __future__ import annotations

import numpy as np

from warchest.bets.bet import Bet
from warchest.compile.tree import currencies, from_the_top
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.house import House
from warchest.markets.common import Moving, Pair


def compile_market(house: House) -> Market:
    """How prices move: the assets, then the pairs of `fx` that move something; currencies are sums of signed pairs."""
    spec = house.spec
    codes = currencies(house)
    ways = [_way(house, code) for code in codes]
    pairs = [p for p in spec.fx if any(p in way for way in ways)]
    combine = np.array([[way.get(p, 0.0) for p in pairs] for way in ways]).reshape(len(codes), len(pairs))
    still = Pair()
    moving = [spec.market.currencies.get(p, still) for p in pairs]
    processes = []
    for holding in (h for member in from_the_top(house) for h in member.house.spec.priced.values()):
        if holding.asset is None:
            growth = spec.market.rate if holding.growth is None else holding.growth
            processes.append(Moving(growth, holding.volatility or 0.0, holding.loadings))
    processes += [Moving(p.growth, p.volatility, p.loadings) for p in moving]
    return spec.market.numbers(processes, combine, house.grid.dt)._replace(**_ties(house))


def _ties(house: House) -> dict[str, Array]:
    """How the bets' outcomes hang on the factors, and over which steps: from the first cheque to the end, or to the horizon."""
    grid, factors, bets = house.grid, list(house.spec.market.factors), bets_of(house)
    ties = np.zeros((len(bets), len(factors)))
    window = np.zeros((2, len(bets)), dtype=np.int64)
    for n, bet in enumerate(bets):
        start = grid.on(bet.payments[0].date)
        if bet.loadings and start < grid.steps:
            ties[n] = [bet.loadings.get(factor, 0.0) for factor in factors]
            window[:, n] = start, min(grid.steps, start + max(1, round(bet.outcome.years / grid.dt)))
    return {"ties": ties, "tied_from": window[0].copy(), "tied_to": window[1].copy()}


def _way(house: House, code: str) -> dict[str, float]:
    """The pairs whose product is the price of a currency in the house's own: +1 as quoted, -1 turned round."""
    ways: dict[str, dict[str, float]] = {house.spec.currency: {}}
    for _ in house.spec.fx:
        for pair in house.spec.fx:
            base, quote = pair[:3], pair[3:]
            if quote in ways and base not in ways:
                ways[base] = {**ways[quote], pair: ways[quote].get(pair, 0.0) + 1.0}
            elif base in ways and quote not in ways:
                ways[quote] = {**ways[base], pair: ways[base].get(pair, 0.0) - 1.0}
    return ways[code]


def bets_of(house: House) -> list[Bet]:
    """The bets of a tree of houses, in the order of their draws."""
    return [bet for member in from_the_top(house) for bet in member.house.spec.bets.values()]


def outcomes(house: House, uniforms: Array) -> Array:
    """Multiples (paths, bets) from the bets' own uniform draws (paths, bets)."""
    multiples = np.ones((uniforms.shape[0], max(1, uniforms.shape[1])))
    for n, bet in enumerate(bets_of(house)):
        multiples[:, n] = bet.outcome.quantile(uniforms[:, n])
    return multiples
