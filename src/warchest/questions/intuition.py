"""Deciding on something else than the truth: a belief, the best-looking of many ideas, a tail that ends elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from warchest.bets.correlation_ventures import CorrelationVentures
from warchest.bets.power_law import PowerLaw
from warchest.core.layout import Array
from warchest.questions.sweep import SMALLEST, Cheques, Outcomes
from warchest.results import curve

FEW = 24
"""Cheques of a curve of which only the best is shown."""
CAPS = (0.1, 1.0, 10.0)
"""Caps of a power law that are shown beside each other, in times the stated one."""


def asides(sweep: Cheques, best: Mapping[str, Any] | None, top: float, paths: int, seed: int) -> dict[str, Any]:
    """What is shown beside the best size: intuition, the winner's curse, other caps of a power law; None where there is none."""
    if best is None:
        return {"intuition": None, "winners_curse": None, "caps_of_tail": None}
    bet = sweep.house.spec.bets[sweep.bet]
    found = partial(_chosen, sweep, top=top, paths=paths, seed=seed, fresh=best["fresh_seed"])
    believed = None
    if bet.belief is not None:
        believed = found(bet.belief.quantile, bet.outcome.quantile)
        believed["growth_cost"] = best["growth"] - believed["growth"]
    return {
        "intuition": believed,
        "winners_curse": _winners_curse(sweep, found),
        "caps_of_tail": _caps(bet.outcome, found),
    }


def _chosen(
    sweep: Cheques, decided: Outcomes, drawn: Outcomes, *, top: float, paths: int, seed: int, fresh: int
) -> dict[str, Any]:
    """The cheque that is best under one distribution, and what another, the world's, makes of it."""
    sizes = sweep.at([0.0, *np.geomspace(SMALLEST * top, top, FEW)], paths, seed, {sweep.bet: decided})
    growth = np.array([float(sweep.logs(columns).mean()) for columns in sizes.columns])
    cheque = curve.summit(sizes.cheques, growth, top)
    row = sweep.point(cheque, sweep.at([cheque], paths, fresh, {sweep.bet: drawn}).columns[0])
    kept = ("growth", "growth_se", "ruin", "median_nav")
    return {
        "cheque": cheque,
        "growth_believed": float(np.interp(cheque, sizes.cheques, growth)),
        **{k: row[k] for k in kept},
    }


def largest_of(count: float) -> float:
    """Expected largest of so many standard normals.

    Source: order statistics, n x integral of x phi(x) Phi(x)^(n - 1), by quadrature (Tippett 1925: 2.746 of 200).

    >>> round(largest_of(200), 3), abs(round(largest_of(1), 9))
    (2.746, 0.0)
    """
    from scipy.special import log_ndtr

    x = np.linspace(-10.0, 12.0, 20_001)
    density = count * np.exp((count - 1.0) * log_ndtr(x) - 0.5 * x * x) / math.sqrt(2.0 * math.pi)
    return float(np.trapezoid(x * density, x))


def shrinkage(noise: float, spread: float) -> float:
    """Share of what an idea looks better than others that is true: spread^2 / (spread^2 + noise^2).

    Source: the regression of the truth on what is seen, both normal (James and Stein 1961; Smith and Winkler 2006).

    >>> shrinkage(0.5, 0.5)
    0.5
    """
    total = spread**2 + noise**2
    return spread**2 / total if total > 0.0 else 1.0


def _winners_curse(sweep: Cheques, found: Any) -> dict[str, Any] | None:
    """The best-looking of many ideas: how good it looks, how good it is, and the sizes that both would write."""
    bet = sweep.house.spec.bets[sweep.bet]
    if bet.noise <= 0.0 or bet.ideas <= 1.0:
        return None
    looks = math.hypot(bet.noise, bet.spread) * largest_of(bet.ideas)
    true = shrinkage(bet.noise, bet.spread) * looks
    seen, real = (partial(_scaled, bet.outcome.quantile, math.exp(x)) for x in (looks, true))
    return {
        "ideas": bet.ideas, "noise": bet.noise, "spread": bet.spread,
        "looks": math.exp(looks), "is": math.exp(true), "shrinkage": shrinkage(bet.noise, bet.spread),
        "on_looks": found(seen, real), "shrunken": found(real, real),
    }  # fmt: skip


def _scaled(quantile: Outcomes, times: float, uniforms: Array) -> Array:
    return times * quantile(uniforms)


def _caps(outcome: Any, found: Any) -> list[dict[str, Any]] | None:
    """An outcome whose largest multiples are a cap, with its cap elsewhere: the best size, and the mean multiple, under each."""
    if not isinstance(outcome, PowerLaw | CorrelationVentures):
        return None
    laws = [outcome.capped(times) for times in CAPS]
    return [{"cap": law.cap, "mean_multiple": law.mean(), **found(law.quantile, law.quantile)} for law in laws]
