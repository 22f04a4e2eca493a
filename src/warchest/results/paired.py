"""Two ways of living the same paths, path by path: pure functions of what both left, with paired standard errors."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from warchest.core.layout import Array
from warchest.results.curve import logs
from warchest.results.measures import probability

APART = 2.0
"""Standard errors beyond which a difference is told from none."""
HAPPENED = {
    "margin_call": "first_call", "forced_sale": "first_sale", "breach": "first_breach", "default": "default", "ruin": "ruin",
    "halved": "halved",
}  # fmt: skip
"""Columns that are a step where the thing happened, and NaN where it never did."""


def told(difference: float, error: float) -> dict[str, Any]:
    """A difference with its standard error; `apart`: whether it is more than two of them away from none.

    >>> told(0.03, 0.01)["apart"], told(0.03, 0.02)["apart"], told(0.0, 0.0)["apart"]
    (True, False, False)
    """
    return {"difference": difference, "se": error, "apart": abs(difference) > APART * error}


def of_means(here: Array, there: Array) -> dict[str, Any]:
    """Mean of here - there, both (paths,) of the same paths, and its paired standard error.

    Source: the standard deviation of the differences over sqrt(n); common random numbers, Glasserman (2003), section 4.2.

    >>> of_means(np.array([1.0, 2.0, 4.0]), np.array([0.0, 1.0, 3.0]))
    {'difference': 1.0, 'se': 0.0, 'apart': True}
    """
    apart = np.asarray(here, dtype=np.float64) - np.asarray(there, dtype=np.float64)
    error = float(apart.std(ddof=1) / math.sqrt(len(apart))) if len(apart) > 1 else math.inf
    return told(float(apart.mean()), error)


def of_odds(here: Array, there: Array) -> dict[str, Any]:
    """P(here) - P(there) of two flags (paths,) of the same paths; only the paths on which they disagree count.

    With a paths hit here alone and b there alone: (a - b) / n, and its variance ((a + b) - (a - b)^2 / n) / n^2.
    Source: matched pairs, McNemar (1947); Agresti, "Categorical Data Analysis" (2002), section 10.1.

    >>> found = of_odds(np.array([True, True, False, False]), np.array([True, False, False, False]))
    >>> found["difference"], round(found["se"], 4), found["only_here"], found["only_there"], found["apart"]
    (0.25, 0.2165, 1, 0, False)
    """
    n, a, b = len(here), int(np.sum(here & ~there)), int(np.sum(there & ~here))
    error = math.sqrt((a + b) - (a - b) ** 2 / n) / n
    return {**told((a - b) / n, error), "only_here": a, "only_there": b}


def happened(columns: Mapping[str, Array], start: float) -> dict[str, Array]:
    """Flags (paths,) of everything whose odds `simulate` tells; loss and a half are left out where NAV starts at or below zero."""
    found = {name: ~np.isnan(columns[column]) for name, column in HAPPENED.items()}
    if start <= 0.0:
        del found["halved"]
        return found
    return {**found, "loss": np.asarray(columns["nav"], dtype=np.float64) < start}


def differences(
    here: Mapping[str, Array], there: Mapping[str, Array], start: float, other: float, years: float
) -> dict[str, Any]:
    """What `here` does to the paths that `there` does not: log NAV at the end, growth a year, and every chance.

    start, other: today's true NAV of each. The floor of NAV is that of growth, 1 % of its own today's NAV; above it the
    logarithms are of amounts, so that a house that starts with more also ends with more.
    """
    found: dict[str, Any] = {"log_nav": None, "growth": None}
    if start > 0.0 and other > 0.0:
        mine, yours = logs(here, start, 1.0), logs(there, other, 1.0)
        found["log_nav"] = of_means(mine + math.log(start), yours + math.log(other))
        found["growth"] = of_means(mine / years, yours / years)
    hits, others = happened(here, start), happened(there, other)
    return {**found, **{name: of_odds(hits[name], others[name]) for name in hits if name in others}}


def apart(here: Mapping[str, Any], there: Mapping[str, Any]) -> dict[str, Any]:
    """The same differences between two answers whose paths have nothing to do with each other: errors add up in squares.

    here, there: what `Sample.measured()` gave, with `log_nav` {value, se} beside it.

    >>> odds = {"ruin": probability(2, 100)}
    >>> round(apart({"probabilities": odds, "growth": None}, {"probabilities": odds, "growth": None})["ruin"]["se"], 4)
    0.0198
    """
    found: dict[str, Any] = {}
    for name in ("log_nav", "growth"):
        mine, yours = here.get(name), there.get(name)
        found[name] = None
        if mine is not None and yours is not None:
            found[name] = told(mine["value"] - yours["value"], math.hypot(mine["se"], yours["se"]))
    for name, mine in here["probabilities"].items():
        yours = there["probabilities"].get(name)
        if mine is not None and yours is not None:
            found[name] = told(mine["p"] - yours["p"], math.hypot(mine["se"], yours["se"]))
    return found


__all__ = ["APART", "apart", "differences", "happened", "of_means", "of_odds", "probability", "told"]
