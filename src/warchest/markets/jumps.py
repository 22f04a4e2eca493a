"""A market of normal log returns that jump."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from warchest.core import layout
from warchest.core.layout import Array
from warchest.core.market import Market
from warchest.core.spec import Number, Share, Spec, Volatility
from warchest.markets.common import Moving, Parametric, Parts

OWN = "own"
"""Key of the jumps that every holding has of its own."""

EXAMPLE = """
model: jumps
factors: {world: {volatility: 16%}}
jumps:
  world: {a_year: 3, odds_up: 50%, up: 2%, down: 3%}
  own: {a_year: 1, odds_up: 40%, up: 4%, down: 6%}
rate: 3%
"""


class Jump(Spec):
    """Jumps of one thing: how many, how often up, how large. Their sizes are exponential, in logs, on either side.

    Source: Kou (2002); the defaults are the example of Kou and Wang (2003): 3 a year, one in two up, 2 % up, 3 % down.
    """

    a_year: Annotated[Number, Field(ge=0.0, le=1000.0)] = 3.0
    """How many come a year on average (Poisson)."""
    odds_up: Share = 0.5
    """Share of them that go up."""
    up: Annotated[Volatility, Field(lt=1.0)] = 0.02
    """Mean log size of one that goes up."""
    down: Annotated[Volatility, Field(lt=1.0)] = 0.03
    """Mean log size of one that goes down."""

    @property
    def variance(self) -> float:
        """What they add to the variance of the log return a year: intensity x E[J^2]."""
        return float(self.a_year * 2.0 * (self.odds_up * self.up**2 + (1.0 - self.odds_up) * self.down**2))

    def lift(self, loading: float = 1.0) -> float:
        """What E[exp(loading x J)] - 1 adds to the growth of a price a year; infinite where it has no mean.

        Source: Kou (2002): E[exp(J)] = p h1 / (h1 - 1) + q h2 / (h2 + 1), h1 = 1 / up, h2 = 1 / down.

        >>> round(Jump(a_year=1, odds_up=0.4, up=0.1, down=0.2).lift(), 6)
        -0.055556
        """
        up, down = 1.0 - loading * self.up, 1.0 + loading * self.down
        if up <= 0.0 or down <= 0.0:
            return math.inf
        return float(self.a_year * (self.odds_up / up + (1.0 - self.odds_up) / down - 1.0))


class Jumping(Parametric):
    """What markets with jumps may say."""

    jumps: dict[str, Jump] = {}
    """Jumps by factor (all that load on it jump with it, by their loading), by holding (its own), or `own`: of every holding."""

    def jump_of(self, holding: str) -> Jump | None:
        """The own jumps of a holding."""
        return (self.jumps.get(holding) or self.jumps.get(OWN)) if holding else None

    def parts(self, processes: list[Moving], dt: float) -> Parts:
        """Factor and own parts without what jumps make of them: the stated volatility is of both together."""
        whole = super().parts(processes, dt)
        if not self.jumps:
            return whole
        left = np.array([
            math.sqrt(max(0.0, f.volatility**2 - (self.jumps[n].variance if n in self.jumps else 0.0)))
            for n, f in self.factors.items()
        ]) * math.sqrt(dt)  # fmt: skip
        own_jumps = [self.jump_of(p.holding) for p in processes]
        taken = dt * np.array([0.0 if jump is None else jump.variance for jump in own_jumps])
        own = np.sqrt(np.maximum(0.0, whole.own**2 - taken))
        return whole._replace(betas=whole.loadings * left[:, None], own=own, scale=left)

    def jumping(self, market: Market, processes: list[Moving], parts: Parts, dt: float) -> Market:
        """The market with its jumps, and with what they add to growth taken off the drift."""
        if not self.jumps:
            return market
        rows, lift = [], np.zeros(len(processes))
        for n, (name, scale) in enumerate(zip(self.factors, parts.scale, strict=True)):
            jump = self.jumps.get(name)
            rows.append(_row(jump, dt, scale))
            if jump is not None:
                lift += [dt * jump.lift(loading) for loading in parts.loadings[n]]
        for p, process in enumerate(processes):
            jump = self.jump_of(process.holding)
            rows.append(_row(jump, dt, 1.0))
            if jump is not None:
                lift[p] += dt * jump.lift()
        return market._replace(jumps=np.array(rows).reshape(-1, 5), drift=market.drift - lift)


def _row(jump: Jump | None, dt: float, unit: float) -> tuple[float, ...]:
    if jump is None or unit <= 0.0:
        return (0.0, 0.0, 0.0, 0.0, 1.0)
    return (jump.a_year * dt, jump.odds_up, jump.up, jump.down, unit)


class JumpsMarket(Jumping):
    """Log returns are normal, with jumps: common ones of the factors and own ones of holdings, of double-exponential size.

    Stated volatilities are of both together; growth is compensated for the jumps, so that E[price] follows it.

    Source: Kou (2002), "A Jump-Diffusion Model for Option Pricing"; Kou and Wang (2003) for first passage times.
    """

    model: Literal["jumps"] = "jumps"
    """Always `jumps`."""

    def numbers(self, processes: list[Moving], combine: Array, dt: float, steps: int) -> Market:
        """The arrays of the market: drift ln(1 + g) dt - s^2 / 2 - dt x intensity x (E[exp(J)] - 1)."""
        parts = self.parts(processes, dt)
        lift = 0.5 * (parts.betas**2).sum(axis=0) + self.own_lifts(parts.own)
        market = Market(layout.LOGNORMAL, parts.growth - lift, parts.betas, parts.own, combine, 0.0, 1.0, 1.0)
        return self.with_tails(self.jumping(market, processes, parts, dt))
