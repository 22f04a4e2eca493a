"""A file without its broken parts: so that what crosses the others is told at once with what broke them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from warchest.core.units import Duration
from warchest.house import checks
from warchest.house.spec import HouseFile
from warchest.house.words import UNKNOWN, Found, complaints

Gone = set[tuple[Any, ...]]

TRIES = 4
"""Mending a name may uncover a broken value, and that only a few times."""
NEUTRAL = {"house": "house", "as_of": dt.date(1800, 1, 1), "horizon": Duration(1, "y")}
"""Stand-ins from which no problem follows."""
FOLLOWS = {
    "fx": ("no exchange rate", "is not a pair of fx"),
    "market": ("is not a factor",),
    "holdings": ("is not a holding",),
}
"""What is only missing because something else was taken out."""


def crossing(data: Mapping[str, Any], told: Sequence[Found]) -> list[Found]:
    """The problems across the sound parts of a file in which `told` is wrong."""
    left = _thawed(data)
    gone: Gone = set()
    for _ in range(TRIES):
        for path, what, _, hint in sorted(told, key=lambda found: found[1] != UNKNOWN):
            if what == UNKNOWN:
                _rename(left, path, hint)
            else:
                gone.add(_remove(left, path))
        try:
            spec = HouseFile.model_validate(left)
        except ValidationError as error:
            told = complaints(error, left, HouseFile)
        else:
            return [found for found in checks.check(spec) if not _follows(found[1], gone)]
    return []


def _thawed(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _thawed(inner) for key, inner in value.items()}
    return [_thawed(inner) for inner in value] if isinstance(value, (list, tuple)) else value


def _rename(data: dict[str, Any], path: Sequence[Any], meant: str) -> None:
    """Give a misspelled field the name that was meant; one that means nothing goes."""
    node: Any = data
    for key in path[:-1]:
        node = node[key]
    value = node.pop(path[-1])
    if meant:
        node.setdefault(meant, value)


def _remove(data: dict[str, Any], path: tuple[Any, ...]) -> tuple[Any, ...]:
    """Take out the whole holding, debt, bet or rate at a path, or what else stands at the top."""
    name = path[0]
    if name in NEUTRAL:
        data[name] = NEUTRAL[name]
        return ()
    if name in ("holdings", "debts", "bets", "fx") and len(path) > 1:
        data[name].pop(path[1], None)
        return path[:2]
    data.pop(name, None)
    return path[:1]


def _follows(what: str, gone: Gone) -> bool:
    for top, *name in filter(None, gone):
        named = {"holdings": "is not a holding", "debts": "is not a margin loan"}.get(top)
        words = (f"'{name[0]}' {named}",) if named and name else FOLLOWS.get(top, ())
        if any(w in what for w in words):
            return True
    return False
