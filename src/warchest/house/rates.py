"""Exchange rates: crosses, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warchest.core.units import Amount
from warchest.house.spec import HouseFile
from warchest.house.words import Found, Path

TRIANGLE = 0.005
"""How far a triangle of exchange rates may be from closing."""


def rates(spec: HouseFile) -> dict[str, float]:
    """The house's currency for one unit of each currency its pairs reach, crosses by the shortest way.

    Source: no arbitrage: a cross is the product of the rates on its way.
    """
    value = {spec.currency: 1.0}
    pairs = {pair: rate for pair, rate in spec.fx.items() if _is_pair(pair)}
    for _ in pairs:
        for pair, rate in pairs.items():
            base, quote = pair[:3], pair[3:]
            if quote in value and base not in value:
                value[base] = rate * value[quote]
            elif base in value and quote not in value:
                value[quote] = value[base] / rate
    return value


def _is_pair(pair: str) -> bool:
    return len(pair) == 6 and pair.isalpha() and pair.isupper() and pair[:3] != pair[3:]


def _amounts(value: Any, path: Path) -> Iterator[tuple[tuple[Any, ...], Amount]]:
    if isinstance(value, Amount):
        yield path, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _amounts(inner, (*path, key))
    elif isinstance(value, tuple) and not hasattr(value, "_fields"):
        for n, inner in enumerate(value):
            yield from _amounts(inner, (*path, n))
    elif hasattr(type(value), "model_fields"):
        for name, field in type(value).model_fields.items():
            yield from _amounts(getattr(value, name), (*path, field.alias or name))


def exchange(spec: HouseFile) -> Iterator[Found]:
    """Problems of the exchange rates: pairs that are none, triangles that do not close, currencies without a rate."""
    for pair in spec.fx:
        if not _is_pair(pair):
            near = "".join(c for c in pair.upper() if c.isalpha())
            words = "two currencies, six capital letters, like USDJPY"
            yield ("fx", pair), f"'{pair}' is not a pair", words, near if _is_pair(near) else ""
    value = rates(spec)
    for pair, rate in spec.fx.items():
        if _is_pair(pair) and pair[:3] in value and pair[3:] in value:
            implied = value[pair[:3]] / value[pair[3:]]
            if abs(rate / implied - 1.0) > TRIANGLE:
                words = f"{rate:g} does not close: the other rates give {implied:.6g}"
                yield ("fx", pair), words, f"crosses must agree within {TRIANGLE:.1%}", ""
    told = set()
    for path, amount in _amounts(spec, ()):
        if amount.currency and amount.currency not in value and amount.currency not in told:
            told.add(amount.currency)
            yield path, f"no exchange rate for {amount.currency}", _wanted(amount.currency, spec), ""
    for code in spec.cash:
        if code and code not in value and code not in told:
            yield ("cash", code), f"no exchange rate for {code}", _wanted(code, spec), ""
    for name, bet in spec.bets.items():
        if bet.currency and bet.currency not in value and bet.currency not in told:
            yield ("bets", name, "currency"), f"no exchange rate for {bet.currency}", _wanted(bet.currency, spec), ""


def _wanted(code: str, spec: HouseFile) -> str:
    return f"give one under fx, for example {code}{spec.currency} (rates given: {', '.join(spec.fx) or 'none'})"
