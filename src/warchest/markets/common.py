"""What every market made of factors shares: its fields, and the numbers they become."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Annotated, NamedTuple

import numpy as np
from pydantic import Field

from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.core.spec import Growth, Number, Spec, Text, Volatility
from warchest.markets.student_t_rule import CAP

Tail = Annotated[Number, Field(gt=2.0, le=1000.0)]


class Factor(Spec):
    """Something that moves many prices at once; factors are independent of each other."""

    volatility: Volatility
    """Standard deviation of the log return a year."""


class Pair(Spec):
    """How an exchange rate moves."""

    volatility: Volatility = 0.0
    """Standard deviation of the log return a year."""
    growth: Growth = 0.0
    """Expected growth of the pair a year: E[pair] = pair today x (1 + growth)^T."""
    loadings: dict[str, Number] = {}
    """Betas of the pair to the factors."""


class Benchmark(Spec):
    """An index that funds are measured against: one factor and nothing else."""

    factor: Text
    """The factor it moves with, at a loading of 1."""
    growth: Growth = 0.07
    """Expected growth of the index a year, dividends included."""


class Moving(NamedTuple):
    """One process: an asset's price or a quoted pair; only a holding has a name here."""

    growth: float
    volatility: float
    loadings: Mapping[str, float]
    holding: str = ""


class Parts(NamedTuple):
    """Processes taken apart, a step: log drift before compensation, factor part (F, P), own part."""

    growth: Array
    sigma: Array
    betas: Array
    own: Array
    scale: Array  # (F,) standard deviation of each factor
    loadings: Array  # (F, P)


class Parametric(Spec):
    """What markets made of factors may say."""

    factors: dict[str, Factor] = {}
    """The factors, by name."""
    currencies: dict[str, Pair] = {}
    """How each pair of `fx` moves; a pair left out stands still."""
    benchmark: Benchmark | None = None
    """What funds are measured against, and whose falls close exits."""
    rate: Growth = 0.0
    """What cash earns and `floating` means, effective a year, in every currency."""
    own_tail: Tail | None = None
    """Degrees of freedom of one step's own shocks, a mixing draw each, capped at 50; left out: as the factors."""

    def parts(self, processes: list[Moving], dt: float) -> Parts:
        """Each process's drift, factor part and own part in one step of `dt` years."""
        scale = np.array([f.volatility for f in self.factors.values()]) * np.sqrt(dt)
        loadings = np.array([[p.loadings.get(f, 0.0) for p in processes] for f in self.factors])
        loadings = loadings.reshape(len(self.factors), len(processes))
        betas = loadings * scale[:, None]
        sigma = np.array([p.volatility for p in processes], dtype=float) * np.sqrt(dt)
        own = np.sqrt(np.maximum(0.0, sigma**2 - (betas**2).sum(axis=0)))
        growth = np.log1p(np.array([p.growth for p in processes], dtype=float)) * dt
        return Parts(growth, sigma, betas, own, scale, loadings)

    def with_tails(self, market: Market) -> Market:
        """The market with the own shocks' tails, if it says any."""
        if self.own_tail is None:
            return market
        return market._replace(own_tail=self.own_tail, own_scale=1.0 / math.sqrt(mean_size(self.own_tail)))

    def own_lifts(self, own: Array) -> Array:
        """Of own shocks of standard deviation `own`: the log of E[exp(shock)], what the drift must give back."""
        return 0.5 * own**2 if self.own_tail is None else lifts(own, self.own_tail)


@functools.cache
def mean_size(tail: float) -> float:
    """E[W] of the capped mixing variable: what a step's variance is divided by."""
    return mixed(tail, lambda w: w)


def lifts(sigmas: Array, tail: float) -> Array:
    """The log of E[exp(shock)] of capped Student-t shocks of these standard deviations."""
    mean = mean_size(tail)

    def lift(sigma: float) -> float:
        return math.log(mixed(tail, lambda w: math.exp(0.5 * sigma * sigma * w / mean)))

    found = {sigma: lift(sigma) for sigma in map(float, set(sigmas))}
    return np.array([found[float(s)] for s in sigmas])


def mixed(tail: float, value: Callable[[float], float], cap: float = CAP) -> float:
    """E[value(W)], W = min(cap, tail / chi-square(tail)), by quadrature.

    >>> round(mixed(4.0, lambda w: w, cap=1e9), 4)  # tail / (tail - 2)
    2.0
    """
    from scipy import integrate, stats

    chi = stats.chi2(tail)
    edge = tail / cap
    body = 0.0
    for low, high in ((edge, tail), (tail, math.inf)):
        body += integrate.quad(lambda x: value(tail / x) * chi.pdf(x), low, high, epsabs=0.0, epsrel=1e-11, limit=200)[
            0
        ]
    return float(body + value(cap) * chi.cdf(edge))
