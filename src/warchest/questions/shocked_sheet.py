"""What a shock leaves against what stands today: the changes, in the house's currency or in another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warchest.questions.currency import converted, in_currency

AMOUNTS = frozenset(
    "nav true_nav holdings_value gross_holdings_value net_debt cash cash_needed short nav_change true_nav_change value equity before "
    "change other loan collateral cure_need amount cost".split()
)
"""Keys whose numbers are amounts of the house's currency."""


def against(now: Mapping[str, Any], once: Mapping[str, Any]) -> dict[str, Any]:
    """A shocked balance sheet with its changes from today's, in all and holding by holding."""
    change = once["nav"] - now["nav"]
    rows = [
        {**h, "before": b["equity"], "change": h["equity"] - b["equity"]}
        for h, b in zip(once["holdings"], now["holdings"], strict=True)
    ]
    return {
        **once,
        "nav_change": change,
        "true_nav_change": once["true_nav"] - now["true_nav"],
        "nav_move": change / now["nav"] if now["nav"] > 0.0 else None,
        "holdings": rows,
        "other": change - sum(row["change"] for row in rows),
    }


def cost(now: Mapping[str, Any], quiet: Mapping[str, Any], once: Mapping[str, Any], later: Mapping[str, Any]) -> float:
    """What the months after a shock cost of true NAV, beyond what they cost without one (`quiet`)."""
    return float((quiet["true_nav"] - now["true_nav"]) - (later["true_nav"] - once["true_nav"]))


def abroad(found: Mapping[str, Any], fx: Mapping[str, float], currency: str) -> dict[str, Any]:
    """The answer of `stress` in another currency: today at today's rate, what a shock leaves at the rate it leaves.

    `fx`: the house's currency for one unit, today. A change compares two amounts at two rates.
    """

    def left(moved: Mapping[str, Any]) -> dict[str, Any]:
        moves = {row["currency"]: row["move"] for row in moved["currencies"]}
        return dict(converted(moved, fx[currency] * (1.0 + moves.get(currency, 0.0)), AMOUNTS))

    parts = {key: found[key] for key in found if key not in ("shocks", "reverse", "heat")}
    told = in_currency(parts, fx, currency, AMOUNTS)
    now, quiet = told["now"], told["unshocked"]
    told["shocks"] = [_again(now, quiet, left(shock)) for shock in found["shocks"]]
    told["reverse"] = found["reverse"] and [
        {**row, **{key: row[key] and left(row[key]) for key in ("shock", "factors_only")}} for row in found["reverse"]
    ]
    told["heat"] = found["heat"] and _map(found["heat"], fx[currency], currency)
    return {key: told[key] for key in found}


def _again(now: Mapping[str, Any], quiet: Mapping[str, Any], shock: Mapping[str, Any]) -> dict[str, Any]:
    """A shock with its changes and its cost worked out anew from amounts told at two rates."""
    once, later = against(now, shock["at_once"]), shock["after"]
    return {**shock, "at_once": once, "after": {**later, "cost": cost(now, quiet, once, later)}}


def _map(heat: Mapping[str, Any], rate: float, currency: str) -> dict[str, Any]:
    """Each cell at the rate of its own moves."""
    moves = heat["currencies"].get(currency)
    cells = {
        key: [
            [value / (rate * (1.0 + (moves[r][c] if moves else 0.0))) for c, value in enumerate(row)]
            for r, row in enumerate(heat[key])
        ]
        for key in ("nav", "true_nav")
    }
    return {**heat, **cells}
