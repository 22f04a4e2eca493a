"""What would have saved one path: every remedy, and the least cash, lived in the same world."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

from warchest.compile import Compiled, compile_house, compile_market, outcomes
from warchest.core.kernel import Own
from warchest.core.layout import Life, copied, without_returns
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.run import Variant
from warchest.engine.trace import Drawn, Traced, again
from warchest.house import House
from warchest.questions.deaths import same_world
from warchest.questions.remedies import applied

CLOSE = 0.001
"""How near the least cash is looked for, share of it."""
DOUBLINGS = 12
"""How often the first guess, a tenth of all that is owed and held, is doubled before one gives up."""


def rescue(house: House, compiled: Compiled, traced: Traced) -> dict[str, Any]:
    """Each remedy tried on a dead path: whether it saves the house, else when that one dies; and the least cash that does.

    `remedies`: rows of `key, text, saved, end` (date, null where the house lives), `nav` (final, true). `cash`: the least amount of
    new cash today that was found to save it, to 0.1 %, in the house's currency; null where none was.
    Both are null for a path that lives.

    >>> import warchest
    >>> warchest.autopsy(warchest.load("founder"), path=0).to_dict()["saved_by"]
    {'remedies': None, 'cash': None}
    """
    if _end(traced) is None:
        return {"remedies": None, "cash": None}
    market, rows = compile_market(house), []
    drawn = traced.drawn
    for remedy, changed in applied(house):
        same_world(market, compile_market(changed), remedy.key)
        other = compile_house(changed)
        lived = _again(other.origin, changed, drawn, other.own)
        end = _end(lived)
        rows.append({
            "key": remedy.key, "text": remedy.words, "saved": end is None,
            "end": None if end is None else house.grid.dates[end].isoformat(), "nav": _column(lived, "nav"),
        })  # fmt: skip
    return {"remedies": rows, "cash": _least_cash(house, compiled, traced)}


def _least_cash(house: House, compiled: Compiled, traced: Traced) -> float | None:
    """Bisection between what does not save the path and what does; more cash need not always help, so both ends are tried."""
    origin = compiled.origin
    top = origin.top
    held = sum(float(line.shares * origin.assets[line.asset].worth) for line in origin.lines if line.house == top)

    def lives(cash: float) -> bool:
        richer = copied(origin)
        richer.purses[top, 0].cash += cash
        return _end(_again(richer, house, traced.drawn, compiled.own)) is None

    low, high = 0.0, 0.1 * max(held, abs(float(traced.through[0, 0])))
    for _ in range(DOUBLINGS):
        if high <= 0.0:
            return None
        if lives(high):
            break
        low, high = high, 2.0 * high
    else:
        return None
    while high - low > CLOSE * high:
        middle = 0.5 * (low + high)
        low, high = (low, middle) if lives(middle) else (middle, high)
    return high


def _again(origin: Life, house: House, drawn: Drawn, own: Own) -> Traced:
    return again(Variant(without_returns(origin), partial(outcomes, house), own), drawn)


def _column(traced: Traced, name: str) -> float:
    return float(traced.path[PATH_COLUMNS.index(name)])


def _end(traced: Traced) -> int | None:
    """The step of a path's end, none where the house lives."""
    default, ruin = _column(traced, "default"), _column(traced, "ruin")
    end = ruin if math.isnan(default) else default
    return None if math.isnan(end) else int(end)
