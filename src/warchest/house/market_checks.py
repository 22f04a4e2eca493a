"""Checks of the market: factors that must exist, risks that must add up, odds that must be odds."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from warchest.core.errors import nearest
from warchest.house.spec import HouseFile
from warchest.house.words import Found
from warchest.markets import RegimesMarket
from warchest.markets.jumps import OWN, Jumping


def market(spec: HouseFile) -> Iterator[Found]:
    """Factors that must exist, and loadings that leave something to the things' own risk."""
    factors = {name: factor.volatility for name, factor in spec.market.factors.items()}
    moving: list[tuple[tuple[Any, ...], Mapping[str, float], float | None]] = [
        (("holdings", name), holding.loadings, holding.volatility) for name, holding in spec.priced.items()
    ]
    moving += [
        (("market", "currencies", name), pair.loadings, pair.volatility)
        for name, pair in spec.market.currencies.items()
    ]
    if spec.own_share is not None:
        moving.append((("own_share",), spec.own_share.loadings, spec.own_share.volatility))
    for path, loadings, volatility in moving:
        for factor in loadings:
            if factor not in factors:
                allowed = f"factors: {', '.join(factors) or 'none'}"
                yield (*path, "loadings", factor), f"'{factor}' is not a factor", allowed, nearest(factor, factors)
        common = math.sqrt(sum((beta * factors.get(factor, 0.0)) ** 2 for factor, beta in loadings.items()))
        if volatility is not None and common > volatility * (1 + 1e-9):
            words = (
                f"loadings above the volatility: they alone make {common:.1%} a year, volatility is {volatility:.1%}"
            )
            yield (*path, "loadings"), words, "the factors' part must not exceed the whole", ""
    for name, bet in spec.bets.items():
        path = ("bets", name, "loadings")
        for factor in bet.loadings:
            if factor not in factors:
                allowed = f"factors: {', '.join(factors) or 'none'}"
                yield (*path, factor), f"'{factor}' is not a factor", allowed, nearest(factor, factors)
        common = sum(a * a for a in bet.loadings.values())
        if common > 1.0 + 1e-9:
            yield (
                path,
                f"squares add up to {common:.3g}",
                "correlations with independent factors: squares add up to 1 at most",
                "",
            )
    for pair in spec.market.currencies:
        if pair not in spec.fx:
            allowed = f"pairs of fx: {', '.join(spec.fx) or 'none'}"
            yield ("market", "currencies", pair), f"'{pair}' is not a pair of fx", allowed, nearest(pair, spec.fx)


def jumps(spec: HouseFile) -> Iterator[Found]:
    """Jumps of things that are there, not wilder than what they are part of."""
    if not isinstance(spec.market, Jumping):
        return
    factors = spec.market.factors
    known = [*factors, *(name for name, holding in spec.priced.items() if holding.asset is None), OWN]
    for name, jump in spec.market.jumps.items():
        path = ("market", "jumps", name)
        if name not in known:
            words = f"'{name}' is neither a factor nor a holding"
            yield path, words, f"factors, holdings, or `{OWN}`: {', '.join(known)}", nearest(name, known)
        elif name in factors and (name in spec.priced or name == OWN):
            yield path, f"'{name}' is both a factor and a holding's", "call one of them otherwise", ""
        elif name in factors:
            if jump.variance >= factors[name].volatility ** 2:
                words = f"they alone make {math.sqrt(jump.variance):.1%} a year, volatility is {factors[name].volatility:.1%}"
                yield path, words, "jumps are a part of the volatility: fewer, smaller, or more of it", ""
            for line, found in spec.priced.items():
                if not math.isfinite(jump.lift(found.loadings.get(name, 0.0))):
                    words = f"loading {found.loadings[name]:g} makes of its jumps a price without a mean"
                    yield ("holdings", line, "loadings", name), words, "loading x mean size of a jump below 1", ""
    for name, holding in spec.priced.items():
        own = spec.market.jump_of(name)
        if own is None or holding.volatility is None:
            continue
        common = sum((beta * factors[f].volatility) ** 2 for f, beta in holding.loadings.items() if f in factors)
        left = math.sqrt(max(0.0, holding.volatility**2 - common))
        if own.variance > left**2 * (1 + 1e-9):
            words = f"its own jumps alone make {math.sqrt(own.variance):.1%} a year, its own risk is {left:.1%}"
            yield (
                ("holdings", name, "volatility"),
                words,
                "jumps are a part of the volatility: fewer, smaller, or more",
                "",
            )


def regimes(spec: HouseFile) -> Iterator[Found]:
    """Regimes that are there, and odds of what follows that add up."""
    if not isinstance(spec.market, RegimesMarket):
        return
    names, factors = list(spec.market.regimes), list(spec.market.factors)
    if len(names) < 2:
        yield ("market", "regimes"), f"has {len(names) or 'none'}", "two or more; a market of one is `lognormal`", ""
        return
    if spec.market.now is not None and spec.market.now not in names:
        wrong = spec.market.now
        yield ("market", "now"), f"'{wrong}' is not a regime", f"regimes: {', '.join(names)}", nearest(wrong, names)
    for name, regime in spec.market.regimes.items():
        path = ("market", "regimes", name)
        if regime.lasts.years <= 0.0:
            yield (*path, "lasts"), "is no time", "a duration above 0", ""
        for other in regime.then:
            if other not in names or other == name:
                words = "follows itself" if other == name else f"'{other}' is not a regime"
                yield (*path, "then", other), words, f"other regimes: {', '.join(n for n in names if n != name)}", ""
        if regime.then and abs(sum(regime.then.values()) - 1.0) > 1e-9:
            yield (*path, "then"), f"odds add up to {sum(regime.then.values()):.4g}", "odds that add up to 1", ""
        for factor in regime.growth:
            if factor not in factors:
                allowed = f"factors: {', '.join(factors) or 'none'}"
                yield (*path, "growth", factor), f"'{factor}' is not a factor", allowed, nearest(factor, factors)
