"""What the same work takes others: the house vectorised with NumPy (tests/twin.py), and the market alone with JAX and QuantLib."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from warchest.core.market import Market
from warchest.house import House

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))
CHUNK = 256
"""Paths that JAX draws in one call."""


def twin_life(house: House, market: Market, paths: int) -> Callable[[], object]:
    """Everything with NumPy: normals, prices and the house, all paths of a step at once."""
    import twin

    steps, multiples = house.grid.steps, np.ones((paths, max(1, len(house.spec.bets))))
    return lambda: twin.live_steps(
        house, twin.returns(market, np.random.default_rng(1), paths, steps), multiples, keep=False
    )


def twin_normals(house: House, market: Market, paths: int) -> Callable[[], object]:
    """The twin's normals and nothing else, drawn in the arrays in which it draws them."""
    import twin

    def draw() -> None:
        rng = np.random.default_rng(1)
        room = np.empty((len(market.betas) + len(market.own), twin.PART))
        for _ in range(house.grid.steps * paths // twin.PART):
            rng.standard_normal(out=room)

    return draw


def markets(house: House, market: Market, paths: int) -> dict[str, Callable[[], object]]:
    """Lognormal prices of all processes on the day grid by those libraries that are installed."""
    found: dict[str, Callable[[], object]] = {}
    if importlib.util.find_spec("jax"):
        found["JAX"] = _jax(house, market, paths)
    if importlib.util.find_spec("QuantLib"):
        found["QuantLib"] = _quantlib(house, market, paths)
    return found


def _jax(house: House, market: Market, paths: int) -> Callable[[], object]:
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    drift, betas, own = (jnp.asarray(x) for x in (market.drift, market.betas, market.own))
    steps, factors, processes = house.grid.steps, len(market.betas), len(market.own)

    @jax.jit
    def prices(key: Any) -> Any:
        shocks = jax.random.normal(key, (CHUNK, steps, factors + processes))
        moves = drift + shocks[..., :factors] @ betas + own * shocks[..., factors:]
        return jnp.exp(jnp.cumsum(moves, axis=1))

    def draw() -> None:
        for key in jax.random.split(jax.random.key(1), paths // CHUNK):
            prices(key).block_until_ready()

    draw()  # compiles
    return draw


def _quantlib(house: House, market: Market, paths: int) -> Callable[[], object]:
    import QuantLib as ql  # noqa: N813

    steps, processes, dt = house.grid.steps, len(market.own), house.grid.dt
    covariance = market.betas.T @ market.betas + np.diag(market.own**2)
    sigmas = np.sqrt(np.diag(covariance))
    together = np.outer(sigmas, sigmas)
    correlation = np.divide(covariance, together, where=together > 0.0, out=np.eye(processes))
    np.fill_diagonal(correlation, 1.0)
    today, count = ql.Date(30, 9, 2023), ql.Actual365Fixed()

    def flat(rate: float) -> Any:
        return ql.YieldTermStructureHandle(ql.FlatForward(today, rate, count))

    def process(drift: float, sigma: float) -> Any:
        volatility = ql.BlackConstantVol(today, ql.NullCalendar(), sigma / np.sqrt(dt), count)
        spot = ql.QuoteHandle(ql.SimpleQuote(1.0))
        return ql.BlackScholesMertonProcess(
            spot, flat(0.0), flat(drift / dt), ql.BlackVolTermStructureHandle(volatility)
        )

    growth = market.drift + 0.5 * sigmas**2
    every = [process(float(g), float(max(s, 1e-12))) for g, s in zip(growth, sigmas, strict=True)]
    array = ql.StochasticProcessArray(every, ql.Matrix(correlation.tolist()))
    times = [dt * (k + 1) for k in range(steps)]

    def draw() -> None:
        uniforms = ql.UniformRandomSequenceGenerator(processes * steps, ql.UniformRandomGenerator(1))
        paths_of = ql.GaussianMultiPathGenerator(array, times, ql.GaussianRandomSequenceGenerator(uniforms), False)
        for _ in range(paths):
            paths_of.next()

    return draw
