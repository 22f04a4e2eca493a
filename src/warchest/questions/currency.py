"""Answers in another currency of the file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warchest.core.errors import CannotError


def in_currency(
    found: Mapping[str, Any], fx: Mapping[str, float], currency: str | None, amounts: frozenset[str]
) -> dict[str, Any]:
    """An answer with its amounts in `currency`; `amounts` are the keys of those, `fx` the house's currency for one unit."""
    if currency is None or currency == found["currency"]:
        return dict(found)
    if currency not in fx:
        raise CannotError(f"the file has no exchange rate for {currency}; it has {', '.join(fx)}")
    return {**converted(dict(found), fx[currency], amounts), "currency": currency}


def converted(value: Any, rate: float, amounts: frozenset[str], key: str = "") -> Any:
    """A part of an answer with the amounts inside it at `rate`, the house's currency for one unit.

    >>> converted({"nav": 10.0, "ltv": 0.5}, 2.0, frozenset({"nav"}))
    {'nav': 5.0, 'ltv': 0.5}
    """
    if isinstance(value, Mapping):
        chance = "p" in value  # the limits of a probability are no amounts
        return {k: v if chance else converted(v, rate, amounts, k) for k, v in value.items()}
    if isinstance(value, list):
        return [converted(v, rate, amounts, key) for v in value]
    return value / rate if key in amounts and isinstance(value, float) else value
