"""What every market made of factors shares: its fields, and the numbers they become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from warchest.core.layout import Array
from warchest.core.spec import Growth, Number, Spec, Text, Volatility


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
    """One process: an asset's price or a quoted pair."""

    growth: float
    volatility: float
    loadings: Mapping[str, float]


class Parts(NamedTuple):
    """Processes taken apart, a step: log drift before compensation, factor part (F, P), own part."""

    growth: Array
    sigma: Array
    betas: Array
    own: Array


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

    def parts(self, processes: list[Moving], dt: float) -> Parts:
        """Each process's drift, factor part and own part in one step of `dt` years."""
        scale = np.array([f.volatility for f in self.factors.values()]) * np.sqrt(dt)
        betas = np.array([[p.loadings.get(f, 0.0) for p in processes] for f in self.factors])
        betas = betas.reshape(len(self.factors), len(processes)) * scale[:, None]
        sigma = np.array([p.volatility for p in processes], dtype=float) * np.sqrt(dt)
        own = np.sqrt(np.maximum(0.0, sigma**2 - (betas**2).sum(axis=0)))
        growth = np.log1p(np.array([p.growth for p in processes], dtype=float)) * dt
        return Parts(growth, sigma, betas, own)
