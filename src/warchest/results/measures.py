"""Measures of paths: pure functions of arrays, each naming its definition."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from warchest.core.layout import Array

FLOORS = (0.001, 0.01, 0.1)
"""Floors of NAV at which growth is told; the second is the one of the contract."""
MONTHS = (3, 12, 36)
STEPS_A_MONTH = {"day": 21.0, "week": 13.0 / 3.0, "month": 1.0}


def probability(hits: int, n: int) -> dict[str, float]:
    """A share of paths with its standard error and its Clopper-Pearson 95 % interval.

    Source: Clopper and Pearson (1934).

    >>> {k: round(v, 4) for k, v in probability(0, 20_000).items()}
    {'p': 0.0, 'se': 0.0, 'low': 0.0, 'high': 0.0002}
    """
    from scipy.special import betaincinv

    p = hits / n
    low = float(betaincinv(hits, n - hits + 1, 0.025)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 0.975)) if hits < n else 1.0
    return {"p": p, "se": float(np.sqrt(p * (1.0 - p) / n)), "low": low, "high": high}


def odds(paths: Mapping[str, Array], start: float) -> dict[str, Any]:
    """Probabilities over the whole horizon; `start` is today's true NAV: where it is not above zero nothing can be lost or halved."""
    n = len(paths["nav"])
    happened = {
        "margin_call": ~np.isnan(paths["first_call"]),
        "forced_sale": ~np.isnan(paths["first_sale"]),
        "breach": ~np.isnan(paths["first_breach"]),
        "default": ~np.isnan(paths["default"]),
        "ruin": ~np.isnan(paths["ruin"]),
        "loss": np.asarray(paths["nav"], dtype=np.float64) < start,
        "halved": ~np.isnan(paths["halved"]),
    }
    senseless = {"loss", "halved"} if start <= 0.0 else set()
    return {name: None if name in senseless else probability(int(hit.sum()), n) for name, hit in happened.items()}


def steps_of(months: int, step: str, steps: int) -> int | None:
    """Steps of 3, 12 or 36 months; none where the paths are shorter."""
    count = round(months * STEPS_A_MONTH[step])
    return count if count <= steps else None


def by_month(paths: Mapping[str, Array], step: str, steps: int) -> dict[str, Any]:
    """Probabilities within 3, 12 and 36 months, counted in steps; None beyond the horizon."""
    n = len(paths["nav"])
    columns = {"margin_call": "first_call", "forced_sale": "first_sale", "default": "default"}
    found: dict[str, Any] = {}
    for months in MONTHS:
        count = steps_of(months, step, steps)
        found[str(months)] = {
            name: None if count is None else probability(int((paths[column] <= count).sum()), n)
            for name, column in columns.items()
        }
    return found


def nav(paths: Mapping[str, Array]) -> dict[str, float]:
    """Final true NAV: mean with its standard error, and percentiles."""
    values = np.asarray(paths["nav"], dtype=np.float64)
    low = {f"p{q:02d}": float(np.quantile(values, q / 100)) for q in (5, 25, 50, 75, 95)}
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return {"mean": float(values.mean()), "se": error, **low}


def growth(paths: Mapping[str, Array], start: float, years: float) -> dict[str, Any] | None:
    """E[ln(max(NAV_T, f NAV_0) / NAV_0)] / T, at a floor f of 1 % and beside it at 0.1 % and 10 %.

    None where today's NAV is not above zero. Source: Kelly (1956); the floor is the house's limited liability.
    """
    if start <= 0.0:
        return None
    values = np.asarray(paths["nav"], dtype=np.float64) / start
    found = {floor: _mean_log(values, floor, years) for floor in FLOORS}
    value, error = found[0.01]
    return {"value": value, "se": error, "floors": {f"{floor:g}": found[floor][0] for floor in FLOORS}}


def _mean_log(values: Array, floor: float, years: float) -> tuple[float, float]:
    """Mean log growth a year of multiples of today, at a floor, and its standard error."""
    logs = np.log(np.maximum(values, floor)) / years
    return float(logs.mean()), float(logs.std(ddof=1) / np.sqrt(len(logs))) if len(logs) > 1 else 0.0


def drawdown(paths: Mapping[str, Array], start: float) -> dict[str, float | None]:
    """Deepest fall of marked NAV from its peak: the median path, and the one that 5 % of paths fall deeper than."""
    if start <= 0.0:
        return {"p50": None, "p95": None}
    values = np.asarray(paths["max_drawdown"], dtype=np.float64)
    return {"p50": float(np.quantile(values, 0.50)), "p95": float(np.quantile(values, 0.05))}


def own_share(
    paths: Mapping[str, Array], nav_today: float, today: tuple[float, float] | None, years: float
) -> dict[str, Any] | None:
    """The own share at the end: its price, NAV a share and their number; `today`: price and number, none where none is said.

    `growth` is of the log of NAV a share, true values, floored at 1 % of today's: what counts when new shares are sold.
    `max_drawdown` is the deepest fall of the price from its peak.
    """
    if today is None or nav_today <= 0.0:
        return None
    price, count = today
    shares = np.asarray(paths["shares"], dtype=np.float64)

    def told(values: Array) -> dict[str, float]:
        return {f"p{q:02d}": float(np.quantile(values, q / 100)) for q in (5, 50, 95)}

    a_share = np.maximum(0.0, np.asarray(paths["nav"], dtype=np.float64)) / shares
    falls = np.asarray(paths["share_drawdown"], dtype=np.float64)
    value, error = _mean_log(a_share * count / nav_today, 0.01, years)
    return {
        "price": told(np.asarray(paths["share_price"], dtype=np.float64)),
        "nav_per_share": told(a_share),
        "shares": told(shares),
        "today": {"price": price, "nav_per_share": nav_today / count, "shares": count},
        "max_drawdown": {"p50": float(np.quantile(falls, 0.50)), "p95": float(np.quantile(falls, 0.05))},
        "growth": {"value": value, "se": error},
    }


def call_odds(first_calls: Array, n: int, step: str) -> dict[str, Any]:
    """Probabilities that one loan is called within 3, 12 and 36 months; `first_calls`: paths by step of the first call."""
    found: dict[str, Any] = {}
    for months in MONTHS:
        count = steps_of(months, step, len(first_calls) - 1)
        found[str(months)] = None if count is None else probability(int(first_calls[: count + 1].sum()), n)
    return found
