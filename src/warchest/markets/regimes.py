"""A market that changes between good times and bad ones."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from warchest.core import layout
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.core.spec import Growth, Number, Share, Span, Spec, Text, Truth
from warchest.markets.common import Moving
from warchest.markets.jumps import Jumping

EXAMPLE = """
model: regimes
factors: {world: {volatility: 16%}}
regimes:
  boom: {lasts: 31mo}
  bust: {lasts: 12mo, volatility: 1.9, own: 1.3, growth: {world: -25%}, new_loans: false, rolls: 50%, spread: 3%, exits: false}
rate: 3%
"""


class Regime(Spec):
    """One kind of times: how long it lasts, how prices move in it, and what money can be had."""

    lasts: Span
    """How long it lasts on average; its end comes with the same odds on every day."""
    then: dict[Text, Share] = {}
    """What follows it, with odds that add up to 1; left out: any other, with even odds."""
    volatility: Annotated[Number, Field(gt=0.0, le=20.0)] = 1.0
    """Times the factors' volatility, relative to the other regimes: the long-run mean variance is the stated one."""
    own: Annotated[Number, Field(gt=0.0, le=20.0)] = 1.0
    """Times the own shocks' volatility, in the same way. Less of it than of `volatility` means higher correlations."""
    growth: dict[str, Growth] = {}
    """What each factor drifts a year while it lasts (log drift ln(1 + growth)); prices drift by their loadings."""
    new_loans: Truth = True
    """Whether new loans on listed shares and unsecured ones are to be had."""
    facilities: Truth = True
    """Whether undrawn facilities may be drawn; false: the banks pull them while it lasts."""
    rolls: Share = 1.0
    """Share of what would be refinanced that is."""
    spread: Growth = 0.0
    """Added a year to what is drawn or refinanced while it lasts."""
    new_shares: Truth = True
    """Whether the house can sell new shares of its own."""
    exits: Truth = True
    """Whether bets and deals can end, and deals have rounds; false: they wait for better times."""
    discount: Share = 0.0
    """Taken off, on top of its discount, where a private holding or a bet has to be sold."""


class RegimesMarket(Jumping):
    """Times change between regimes, hidden from nobody: each has its own drift, volatility, correlation and funding.

    A Markov chain in continuous time; E[price] follows `growth` over all regimes together, from today's regime on.

    Source: Hamilton (1989): US expansions last 10.4 quarters and recessions 4.1 (odds of leaving .0959 and .2453 a quarter).
    """

    model: Literal["regimes"] = "regimes"
    """Always `regimes`."""
    regimes: dict[Text, Regime]
    """The regimes, by name; two or more."""
    now: Text | None = None
    """Today's regime; left out: the first."""

    def generator(self) -> Array:
        """Intensities (K, K) a year of going from one regime to another; rows add up to nothing."""
        names = list(self.regimes)
        found = np.zeros((len(names), len(names)))
        for i, (name, regime) in enumerate(self.regimes.items()):
            others = regime.then or {n: 1.0 / (len(names) - 1) for n in names if n != name}
            for other, odds in others.items():
                found[i, names.index(other)] += odds / regime.lasts.years
            found[i, i] = -found[i].sum()
        return found

    def numbers(self, processes: list[Moving], combine: Array, dt: float, steps: int) -> Market:
        """The arrays of the market, with the drift of each step that makes E[price] follow growth over all regimes.

        E[exp(moves up to t)] = v_t 1, v_t = (v_(t-1) P) x D, D the mean of exp(one step's move) in each regime.
        """
        from scipy.linalg import expm

        parts, count = self.parts(processes, dt), len(self.regimes)
        first = list(self.regimes).index(self.now) if self.now else 0
        odds = np.maximum(0.0, expm(self.generator() * dt))
        odds /= odds.sum(axis=1, keepdims=True)
        usual = stationary(self.generator())
        times = np.array([[r.volatility, r.own] for r in self.regimes.values()])
        times /= np.sqrt(usual @ times**2)
        names = list(self.factors)
        drifts = np.array([[np.log1p(r.growth.get(f, 0.0)) for f in names] for r in self.regimes.values()])
        drifts = drifts.reshape(count, len(names)) * dt
        shifts = np.divide(drifts, parts.scale, out=np.zeros_like(drifts), where=parts.scale > 0.0)
        means = np.stack([
            shifts[k] @ parts.betas + 0.5 * ((size * parts.betas) ** 2).sum(axis=0) + self.own_lifts(own * parts.own)
            for k, (size, own) in enumerate(times)
        ])  # fmt: skip
        level, spent = np.empty((len(processes), steps)), np.tile(np.eye(count)[first], (len(processes), 1))
        for t in range(steps):
            spent = (spent @ odds) * np.exp(means.T)
            total = spent.sum(axis=1, keepdims=True)
            level[:, t] = parts.growth - np.log(total[:, 0])
            spent /= total
        market = Market(
            layout.LOGNORMAL, np.zeros(len(processes)), parts.betas, parts.own, combine, 0.0, 1.0, 1.0,
            switch=np.cumsum(odds, axis=1), first=first, level=level, shifts=shifts,
            sizes=np.hstack([np.repeat(times[:, :1], len(names), axis=1), times[:, 1:]]),
        )  # fmt: skip
        return self.with_tails(self.jumping(market, processes, parts, dt))


def stationary(generator: Array) -> Array:
    """Share of time (K,) spent in each regime in the long run.

    >>> stationary(np.array([[-1.0, 1.0], [3.0, -3.0]])).tolist()
    [0.75, 0.25]
    """
    count = len(generator)
    system = np.vstack([generator.T, np.ones(count)])
    found, *_ = np.linalg.lstsq(system, np.append(np.zeros(count), 1.0), rcond=None)
    return np.asarray(np.round(np.maximum(found, 0.0), 15))
