"""Moves at once: from factors, own shocks and named holdings to gross returns of every price and exchange rate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from warchest.compile import Compiled
from warchest.compile.stock import moves_by_itself
from warchest.compile.tree import from_the_top
from warchest.core.layout import Array
from warchest.house import House
from warchest.house.rates import rates
from warchest.house.shocks import Shock

INSIDE = " > "
"""Between a fund and what it holds, in the name of an asset."""
INDEX, PREMIUM = "benchmark", "premium of the own share"
NOBODYS = frozenset({INDEX, PREMIUM})
"""Processes that nobody holds."""


class Space(NamedTuple):
    """How what moves hangs on the factors: rows are the A assets in the order of the tables, then the P quoted pairs."""

    factors: tuple[str, ...]
    assets: tuple[str, ...]  # in a fund `Fund > Name`; what nobody holds is last
    pairs: tuple[str, ...]
    currencies: tuple[str, ...]
    sigma: Array  # (F,) standard deviation of a factor's log move a year
    betas: Array  # (A + P, F) log move for one log move of a factor
    own: Array  # (A + P,) standard deviation a year that no factor explains
    quoted: Array  # (C, P) log move of a currency, in the house's, for one log move of a pair

    @property
    def axes(self) -> tuple[str, ...]:
        """What can move by itself: the factors, then each asset and pair with a risk of its own."""
        names = (*self.assets, *self.pairs)
        return (*self.factors, *(names[r] for r in self.alone))

    @property
    def alone(self) -> list[int]:
        """Rows with a risk of their own."""
        return [int(r) for r in np.flatnonzero(self.own > 0.0)]

    def scaled(self) -> Array:
        """(A + C, axes) log move of every price and currency for one standard deviation of a year on each axis."""
        alone = np.zeros((len(self.own), len(self.alone)))
        alone[self.alone, range(len(self.alone))] = self.own[self.alone]
        return self.of_rows(np.hstack([self.betas * self.sigma, alone]))

    def of_rows(self, logs: Array) -> Array:
        """Log moves of rows (A + P, ...) as those of prices and currencies (A + C, ...)."""
        count = len(self.assets)
        return np.concatenate([logs[:count], self.quoted @ logs[count:]])


def space(house: House, compiled: Compiled) -> Space:
    """How prices and exchange rates of a tree of houses hang on its factors and on themselves.

    Source: docs/engine.md: a log return is the sum of beta x factor and of an own part that fills up the volatility.

    >>> import warchest
    >>> from warchest.compile import compile_house
    >>> house = warchest.load("founder")
    >>> found = space(house, compile_house(house))
    >>> found.axes, found.scaled().round(3).tolist()
    (('world', 'Acme'), [[0.192, 0.351], [0.0, 0.0]])
    """
    spec, market = house.spec, house.spec.market
    factors = tuple(market.factors)
    sigma = np.array([factor.volatility for factor in market.factors.values()], dtype=float)
    rows: list[tuple[Mapping[str, float], float]] = []
    for member in from_the_top(house):
        priced = member.house.spec.priced.values()
        rows += [(holding.loadings, holding.volatility or 0.0) for holding in priced if holding.asset is None]
    assets = compiled.names.assets
    if market.benchmark is not None:
        assets = (*assets, INDEX)
        rows.append(({market.benchmark.factor: 1.0}, market.factors[market.benchmark.factor].volatility))
    if moves_by_itself(house):
        assets = (*assets, PREMIUM)
        rows.append(({}, 0.0))  # no balance sheet hangs on it
    for pair in spec.fx:
        moving = market.currencies.get(pair)
        rows.append(({}, 0.0) if moving is None else (moving.loadings, moving.volatility))
    betas = np.array([[loadings.get(f, 0.0) for f in factors] for loadings, _ in rows]).reshape(len(rows), len(factors))
    whole = np.array([volatility for _, volatility in rows], dtype=float)
    own = np.sqrt(np.maximum(0.0, whole**2 - ((betas * sigma) ** 2).sum(axis=1)))
    own[own < 1e-9 * whole] = 0.0
    return Space(
        factors, assets, tuple(spec.fx), compiled.names.currencies, sigma, betas, own, _quoted(house, compiled)
    )


def _quoted(house: House, compiled: Compiled) -> Array:
    """Signs with which pairs make a currency, by moving one pair after the other."""
    spec, codes = house.spec, compiled.names.currencies
    before = rates(spec)
    signs = np.zeros((len(codes), len(spec.fx)))
    for n, pair in enumerate(spec.fx):
        after = rates(spec.model_copy(update={"fx": {**spec.fx, pair: spec.fx[pair] * math.e}}))
        signs[:, n] = [round(math.log(after[code] / before[code])) for code in codes]
    return signs


class Shocked(NamedTuple):
    """A shock on one house: gross returns of prices and currencies, and what was not used of it or not said by it."""

    world: Array  # (A + C,)
    named: tuple[str, ...]  # assets and pairs that the shock names
    still: tuple[str, ...]  # factors of the house that it says nothing about
    unknown: tuple[str, ...]  # what it names and the house does not have


def shocked(found: Space, shock: Shock, own: bool = False) -> Shocked:
    """What a shock does to every price: a named holding as it says, all others with their loadings.

    >>> import warchest
    >>> from warchest.compile import compile_house
    >>> house = warchest.load("founder")
    >>> moved = shocked(space(house, compile_house(house)), Shock(factors={"world": -0.5, "tech": -0.1}))
    >>> round(float(moved.world[0]), 6) == round(0.5**1.2, 6), moved.unknown
    (True, ('tech',))
    """
    logs = found.betas @ np.array([math.log1p(shock.factors.get(f, 0.0)) for f in found.factors])
    named: list[str] = []
    unknown = [f for f in shock.factors if f not in found.factors]
    for name, move in shock.holdings.items():
        hit = [n for n, asset in enumerate(found.assets) if _is(asset, name) and asset not in NOBODYS]
        logs[hit] = math.log1p(move)
        named += [found.assets[n] for n in hit]
        unknown += [] if hit or not own else [name]  # a shock of the past names shares that this house may not hold
    told = {pair: math.log1p(move) for pair, move in shock.currencies.items()}
    for n, pair in enumerate(found.pairs):
        through = _cross(told, pair)
        if through is not None:
            logs[len(found.assets) + n] = through
            named.append(pair)
    still = tuple(f for f in found.factors if f not in shock.factors)
    return Shocked(np.exp(found.of_rows(logs)), tuple(named), still, tuple(unknown))


def _is(asset: str, name: str) -> bool:
    """Whether a shock's name means this asset: by itself, as part of a fund, or as all that a fund holds."""
    return asset == name or asset.endswith(INSIDE + name) or asset.startswith(name + INSIDE)


def _cross(told: Mapping[str, float], pair: str) -> float | None:
    """Log move of a pair by those that were told, either way round or through a third currency."""
    reached: dict[str, float] = {pair[3:]: 0.0}
    for _ in told:
        for other, move in told.items():
            base, quote = other[:3], other[3:]
            if quote in reached and base not in reached:
                reached[base] = reached[quote] + move
            elif base in reached and quote not in reached:
                reached[quote] = reached[base] - move
    return reached.get(pair[:3])


def told_moves(found: Space, world: Array) -> dict[str, list[dict[str, Any]]]:
    """The moves of a shock in words' order: each holding in its own currency, each other currency in the house's."""
    count = len(found.assets)
    return {
        "holdings": [
            {"name": name, "move": float(world[n] - 1.0)} for n, name in enumerate(found.assets) if name not in NOBODYS
        ],
        "currencies": [
            {"currency": code, "move": float(world[count + c] - 1.0)}
            for c, code in enumerate(found.currencies)
            if c > 0
        ],
    }
