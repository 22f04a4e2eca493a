"""What moves whatever the houses do: prices, currencies, and how bets end."""

from __future__ import annotations

import numpy as np

from warchest.bets.bet import Bet
from warchest.bets.deals import Deals, below, diluted, rows_of_flow
from warchest.compile.stock import moves_by_itself, premium
from warchest.compile.tree import currencies, from_the_top
from warchest.core.fund_tables import Funding
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.house import House
from warchest.markets import RegimesMarket
from warchest.markets.common import Moving, Pair
from warchest.markets.jumps import OWN


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
    for member in from_the_top(house):
        for name, holding in member.house.spec.priced.items():
            if holding.asset is None:
                growth = spec.market.rate if holding.growth is None else holding.growth
                known = OWN if member.titles else name  # the market names the top house's holdings alone
                processes.append(Moving(growth, holding.volatility or 0.0, holding.loadings, known))
    if spec.market.benchmark is not None:
        index = spec.market.benchmark
        volatility = spec.market.factors[index.factor].volatility
        processes.append(Moving(index.growth, volatility, {index.factor: 1.0}))
    if moves_by_itself(house):
        processes.append(premium(house))
    processes += [Moving(p.growth, p.volatility, p.loadings) for p in moving]
    return spec.market.numbers(processes, combine, house.grid.dt, house.grid.steps)._replace(
        **_ties(house), flows=_flows(house)
    )


def funding(house: House) -> list[Funding]:
    """What money can be had in each regime; a market without regimes has one, of good times."""
    market = house.spec.market
    if not isinstance(market, RegimesMarket):
        return [Funding()]
    return [
        Funding(
            int(r.new_loans), int(r.facilities), int(r.exits), r.rolls,
            house.grid.dt * r.spread, r.discount, int(r.new_shares),
        )
        for r in market.regimes.values()
    ]  # fmt: skip


def today(house: House) -> int:
    """The regime of today."""
    market = house.spec.market
    return list(market.regimes).index(market.now) if isinstance(market, RegimesMarket) and market.now else 0


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
    for flow in flows_of(house):
        tie = [flow.loadings.get(factor, 0.0) for factor in factors]
        count = rows_of_flow(flow.a_year, flow.until.years)
        ties = np.concatenate([ties, np.repeat(np.array(tie).reshape(1, len(factors)), count, axis=0)])
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


def flows_of(house: House) -> list[Deals]:
    """The flows of deals of a tree of houses, in the order of their streams."""
    return [flow for member in from_the_top(house) for flow in member.house.spec.deals.values()]


def _flows(house: House) -> Array:
    """Of each flow: rows, arrivals a year, years they come, years they last, spread of these, lost ones' years, odds to be lost."""
    rows = np.zeros((0, 7))
    for flow in flows_of(house):
        years, until = flow.outcome.years, flow.until.years
        lost = years if flow.lost_after is None else flow.lost_after.years
        count = rows_of_flow(flow.a_year, until)
        row = [count, flow.a_year, until, years, flow.exit_spread, lost, below(flow.outcome, 1.0)]
        rows = np.concatenate([rows, np.array([row])])
    return rows


def outcomes(house: House, uniforms: Array, times: Array) -> Array:
    """Multiples (paths, bets and deals) from their own uniform draws (paths, bets and deals); times: (paths, deals, 2), steps."""
    multiples = np.ones((uniforms.shape[0], max(1, uniforms.shape[1])))
    for n, bet in enumerate(bets_of(house)):
        multiples[:, n] = bet.outcome.quantile(uniforms[:, n])
    column, first = len(bets_of(house)), 0
    for flow in flows_of(house):
        count = rows_of_flow(flow.a_year, flow.until.years)
        found = flow.outcome.quantile(uniforms[:, column : column + count])
        every = house.grid.span(flow.rounds) if flow.rounds else 0
        multiples[:, column : column + count] = diluted(found, times[:, first : first + count], every, flow.dilution)
        column, first = column + count, first + count
    return multiples
