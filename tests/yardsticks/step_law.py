"""The law of what the logarithm of a price does in one step of the grid: a normal move, fat tails, jumps."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline, PPoly
from scipy.optimize import minimize_scalar
from scipy.special import log_ndtr, logsumexp, ndtr, roots_legendre
from scipy.stats import chi2

NOTHING = 27.0
"""Odds of e^-27, two in a million million, are none."""
FINE = 64
"""Points a standard deviation at which the law of a step with jumps or tails is tabulated."""


class Jumps(NamedTuple):
    """Double exponential jumps of the log price within one step: how many are expected, odds of up, mean sizes."""

    count: float
    p_up: float
    up: float
    down: float

    def scaled(self, loading: float) -> Jumps:
        """The same jumps for a price that moves by `loading` x each of them; below 0, what was up is down.

        >>> Jumps(0.1, 0.4, 0.1, 0.2).scaled(-0.5)
        Jumps(count=0.1, p_up=0.6, up=0.1, down=0.05)
        """
        if loading < 0.0:
            return Jumps(self.count, 1.0 - self.p_up, -loading * self.down, -loading * self.up)
        return Jumps(self.count, self.p_up, loading * self.up, loading * self.down)


class Tail(NamedTuple):
    """A Student-t move of one step: N(0, sd^2 W / E[W]), W = min(cap, degrees / chi-square)."""

    sd: float
    degrees: float
    cap: float = 50.0

    def exponents(self, z: np.ndarray | float) -> tuple[np.ndarray, np.ndarray]:
        """Odds of W (n,), and what z^2 / 2 times the move's variance is for each (n, ...)."""
        odds, sizes = _mixing(self.degrees, self.cap)
        return odds, np.multiply.outer(sizes, (np.asarray(z) * self.sd) ** 2 / 2.0)


@functools.cache
def _mixing(degrees: float, cap: float) -> tuple[np.ndarray, np.ndarray]:
    """Odds and sizes W / E[W]: nodes below and above the middle of the chi-square, and the cap by itself."""
    edge = degrees / cap
    pieces = [gauss(edge, degrees, 40), gauss(degrees, float(chi2.isf(math.exp(-NOTHING), degrees)), 60)]
    x, weights = (np.concatenate(both) for both in zip(*pieces, strict=True))
    odds = np.append(weights * chi2.pdf(x, degrees), chi2.cdf(edge, degrees))
    sizes = np.append(degrees / x, cap)
    return odds / odds.sum(), sizes / (odds @ sizes / odds.sum())


@dataclass(frozen=True)
class StepLaw:
    """One step: N(mean, sd^2), and independent of it any number of double exponential jumps and of Student-t moves.

    With either the law is tabulated from its characteristic function by a fast Fourier transform.

    Source: Kou (2002), A Jump-Diffusion Model for Option Pricing; a t as a mixture, McNeil, Frey and Embrechts, ch. 6.

    >>> law = StepLaw(0.0, 0.02, (Jumps(0.01, 0.4, 0.05, 0.10),)).growing(0.001)
    >>> round(law.log_mean(1.0), 12), round(float(law.below(0.0)), 4)
    (0.001, 0.4786)
    """

    mean: float
    sd: float
    jumps: tuple[Jumps, ...] = ()
    tails: tuple[Tail, ...] = ()

    @property
    def tabled(self) -> bool:
        """Whether more is in it than a normal move."""
        return bool(self.jumps or self.tails)

    @property
    def scale(self) -> float:
        """Standard deviation of all that is no jump: what grids are measured by."""
        return math.hypot(self.sd, *(tail.sd for tail in self.tails))

    def log_mean(self, power: float) -> float:
        """Logarithm of E[e^(power x move)], inf where that mean is; at power 1, the growth of the price in one step."""
        found = power * self.mean + (power * self.sd) ** 2 / 2.0
        for odds, exponents in (tail.exponents(power) for tail in self.tails):
            found += float(logsumexp(exponents, b=odds))
        for n, p, up, down in self.jumps:
            if power * up >= 1.0 or power * down <= -1.0:
                return math.inf
            found += n * (p / (1.0 - power * up) + (1.0 - p) / (1.0 + power * down) - 1.0)
        return found

    def growing(self, growth: float) -> StepLaw:
        """The same law, its normal move so shifted that the mean of the price grows by e^growth in a step."""
        return replace(self, mean=self.mean + growth - self.log_mean(1.0))

    def moved(self, by: float) -> StepLaw:
        """The same law, its normal move shifted."""
        return replace(self, mean=self.mean + by)

    def reach(self, steps: int, sign: int) -> float:
        """How far `steps` moves may lead up (sign 1) or down (-1), with odds of e^-27 to lead further at the last of them.

        The least over powers a of (27 + steps x max(0, ln E[e^(a move)])) / a (Chernoff's bound).
        """
        slopes = [up if sign > 0 else down for _, _, up, down in self.jumps]
        steepest = min(math.log(0.999 / max([*slopes, 1e-300])), math.log(100.0 / self.scale))

        def bound(log_power: float) -> float:
            power = math.exp(log_power)
            return (NOTHING + steps * max(0.0, self.log_mean(sign * power))) / power

        return float(minimize_scalar(bound, bounds=(steepest - 15.0, steepest), method="bounded").fun)

    def density(self, moves: np.ndarray) -> np.ndarray:
        """Density of the move at each of `moves`, any shape."""
        if self.tabled:
            return np.maximum(0.0, np.nan_to_num(self._table[0](moves)))
        z = (moves - self.mean) / self.sd
        return np.exp(-(z**2) / 2.0) / (self.sd * math.sqrt(2.0 * math.pi))

    def below(self, moves: np.ndarray | float) -> np.ndarray:
        """P(move <= each of `moves`), any shape."""
        if self.tabled:
            return np.clip(self._summed(1, moves), 0.0, 1.0)
        return ndtr((moves - self.mean) / self.sd)

    def short(self, ends: np.ndarray | float) -> np.ndarray:
        """E[max(0, 1 - e^(move - end))]: what a price that ends below e^end is short of it, as a share of it; any shape."""
        if not self.tabled:
            z = (ends - self.mean) / self.sd
            return ndtr(z) - np.exp(self.log_mean(1.0) - ends + log_ndtr(z - self.sd))
        low, high = self._table[0].x[[0, -1]]
        inside = np.clip(ends, low, high)
        tabled = self.below(inside) - np.exp(-inside) * self._summed(2, inside)
        beyond = 1.0 - np.exp(np.minimum(0.0, self.log_mean(1.0) - ends))
        return np.where(ends < low, 0.0, np.where(ends > high, beyond, tabled))

    def _summed(self, which: int, moves: np.ndarray | float) -> np.ndarray:
        """An integral of the table up to each move."""
        spline = self._table[which]
        return spline(np.clip(moves, spline.x[0], spline.x[-1]))

    @cached_property
    def _table(self) -> tuple[PPoly, PPoly, PPoly]:
        """Splines of the density, of its integral, and of the integral of e^move x density; each from far below."""
        low, high = self.reach(1, -1), self.reach(1, 1)
        points = 2 ** math.ceil(math.log2(max(1024.0, (low + high) * FINE / self.scale)))
        h = 2.0 * max(low, high) / (points - 1)
        moves = h * (np.arange(points) - points // 2)
        u = 2.0 * math.pi * np.fft.rfftfreq(points, h)
        exponent = 1j * u * self.mean - (u * self.sd) ** 2 / 2.0
        for n, p, up, down in self.jumps:
            exponent = exponent + n * (p / (1.0 - 1j * u * up) + (1.0 - p) / (1.0 + 1j * u * down) - 1.0)
        seen = np.exp(exponent)
        for odds, exponents in (tail.exponents(u) for tail in self.tails):
            seen *= odds @ np.exp(-exponents)
        density = np.maximum(0.0, np.fft.fftshift(np.fft.irfft(seen.conj(), points)) / h)
        tilted = CubicSpline(moves, np.exp(moves) * density)
        return CubicSpline(moves, density), CubicSpline(moves, density).antiderivative(), tilted.antiderivative()


def gauss(low: float, high: float, nodes: int) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss and Legendre between two ends.

    >>> x, weights = gauss(0.0, 1.0, 3)
    >>> round(float(weights @ x**5), 12) == round(1 / 6, 12)
    True
    """
    x, weights = roots_legendre(nodes)
    return low + (high - low) * (x + 1.0) / 2.0, weights * (high - low) / 2.0
