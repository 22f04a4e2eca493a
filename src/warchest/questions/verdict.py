"""What a difference between two ways says, in one sentence, and when it says nothing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from warchest.core.units import percent, signed

SHOWN = {"margin_call": "margin call", "forced_sale": "forced sale", "default": "default", "ruin": "ruin"}
"""Chances whose difference is told, in this order."""


def points(found: Mapping[str, Any] | None) -> str:
    """A difference of shares in points of percent, with its standard error.

    >>> points({"difference": -0.012, "se": 0.0034})
    '−1.2 ±0.3'
    """
    if found is None:
        return "–"
    error = 100 * found["se"]
    digits = min(6, max(1, math.ceil(-math.log10(error)))) if 0.0 < error < math.inf else 1
    return f"{signed(100 * found['difference'], digits)} ±{error:.{digits}f}"


def logs(found: Mapping[str, Any] | None) -> str:
    """A difference of mean log NAV with its standard error.

    >>> logs({"difference": 0.0312, "se": 0.01})
    '+0.031 ±0.010'
    """
    return "–" if found is None else f"{signed(found['difference'], 3)} ±{found['se']:.3f}"


def verdict(who: str, found: Mapping[str, Any], paths: int) -> str:
    """One sentence: what is surely higher or lower, how many paths are rescued and killed, and what cannot be told apart."""
    sure: list[str] = []
    unsure: list[str] = []
    same: list[str] = []
    if (log := found["log_nav"]) is not None:
        more = math.expm1(log["difference"])
        side = "higher" if more > 0 else "lower"
        said = f"log NAV at the end {logs(log)} (the geometric mean of NAV {percent(abs(more))} {side})"
        if log["apart"] or log["se"] > 0.0:
            (sure if log["apart"] else unsure).append(said if log["apart"] else "log NAV at the end")
        else:
            same.append("log NAV at the end")
    for key, name in SHOWN.items():
        if (cell := found.get(key)) is None:
            continue
        if cell["apart"]:
            paired = key == "ruin" and "only_here" in cell
            saved = f" (paths rescued: {cell['only_there']:,}, killed: {cell['only_here']:,})" if paired else ""
            sure.append(f"{name} {points(cell)} points{saved}")
        elif cell.get("only_here") == 0 == cell.get("only_there"):
            same.append(name)
        else:
            unsure.append(name)
    parts = [", ".join(sure)] if sure else []
    if same:
        parts.append(f"{_listed(same)} the same on every path")
    if unsure:
        parts.append(f"{_listed(unsure)} cannot be told apart with {paths:,} paths")
    return f"{who}: {'; '.join(parts)}."


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
