"""Which path to look at: the worst of a run, or a typical one among those that were ruined."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from warchest.core.errors import CannotError
from warchest.core.layout import Array

WORST = "the earliest default; if none defaults, the lowest final NAV at true values; of equal ones the lowest number"
TYPICAL = (
    "among the ruined paths the one nearest their medians of the time of the end, the time from the first call to it, and the lowest "
    "NAV at true values, each distance in interquartile ranges; of equal ones the lowest number"
)
"""The rules, as the answer says them."""


def ends(paths: Mapping[str, Array]) -> Array:
    """The step on which each path ended: its default, else its ruin; NaN where the house lives.

    >>> ends({"default": np.array([5.0, np.nan]), "ruin": np.array([3.0, np.nan])})
    array([ 5., nan])
    """
    default, ruin = (np.asarray(paths[key], dtype=np.float64) for key in ("default", "ruin"))
    return np.where(np.isnan(default), ruin, default)


def waits(paths: Mapping[str, Array]) -> Array:
    """Steps from the first call of a path to its end; NaN where there was no call before the end.

    >>> waits({"default": np.array([5.0]), "ruin": np.array([5.0]), "first_call": np.array([2.0])})
    array([3.])
    """
    found = ends(paths) - np.asarray(paths["first_call"], dtype=np.float64)
    return np.where(found >= 0.0, found, np.nan)


def worst(paths: Mapping[str, Array]) -> int:
    """The path that ends worst, by the rule in WORST.

    >>> worst({"default": np.array([np.nan, 9.0, 4.0, 4.0]), "nav": np.array([-9.0, 0.0, 0.0, -1.0])})
    3
    """
    default = np.asarray(paths["default"], dtype=np.float64)
    nav = np.asarray(paths["nav"], dtype=np.float64)
    return int(np.lexsort((nav, np.where(np.isnan(default), np.inf, default)))[0])


def typical_ruin(paths: Mapping[str, Array]) -> int:
    """The ruined path nearest the medians of the ruined, by the rule in TYPICAL; CannotError where none is ruined.

    Where most of the ruined were called before their end, only those can be typical; where most were not, only the others.

    >>> columns = {"default": np.full(5, np.nan), "ruin": np.array([1.0, 4.0, 5.0, 6.0, 30.0]),
    ...            "first_call": np.full(5, np.nan), "nav_min": np.full(5, -1.0)}
    >>> typical_ruin(columns)
    2
    """
    ruined = np.flatnonzero(~np.isnan(paths["ruin"]))
    if not len(ruined):
        count = len(paths["ruin"])
        raise CannotError(f"none of {count:,} paths is ruined, so there is no typical ruin; try more --paths")
    wait = waits(paths)[ruined]
    called = ~np.isnan(wait)
    features = [ends(paths)[ruined], np.asarray(paths["nav_min"], dtype=np.float64)[ruined]]
    usual = called if called.mean() >= 0.5 else ~called
    distance = np.zeros(len(ruined))
    for values in (*features, *((wait,) if called.mean() >= 0.5 else ())):
        low, middle, high = np.quantile(values[usual], (0.25, 0.5, 0.75))
        distance += np.abs(values - middle) / (high - low if high > low else 1.0)
    distance[~usual] = np.inf
    return int(ruined[np.argmin(distance)])
