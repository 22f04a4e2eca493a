"""A map of two factors: what every pair of moves does to NAV, LTV and the lenders, at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from warchest.compile import Compiled
from warchest.engine.looks import SHEET, Looker
from warchest.house import House
from warchest.questions.moves import Space
from warchest.questions.reverse import loans_of, true_ltv

MOVES = tuple(round(-0.60 + 0.05 * n, 2) for n in range(17))
"""From -60 % to +20 %."""


def heat(
    house: House, compiled: Compiled, found: Space, looker: Looker, factors: Sequence[str] | None = None
) -> dict[str, Any] | None:
    """Rows are moves of the second factor, columns of the first; one row where there is one factor; None where there is none.

    `nav` and `ltv` are those with marks, `true_nav` and `true_ltv` with truths; `called` counts the loans at or above their
    call levels. Currencies move as far as they hang on the factors: `currencies` has the move of each against the house's.

    >>> import warchest
    >>> from warchest.compile import compile_house
    >>> from warchest.questions.moves import space
    >>> house = warchest.load("founder")
    >>> compiled = compile_house(house)
    >>> found = heat(house, compiled, space(house, compiled), Looker(compiled.origin))
    >>> found["factors"], len(found["nav"]), found["called"][0][:10]
    (['world'], 1, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0])
    """
    names = list(dict.fromkeys(factors or found.factors))[:2]
    if not names:
        return None
    columns = [found.factors.index(name) for name in names]
    grids = [np.log1p(MOVES), np.log1p(MOVES) if len(names) > 1 else np.zeros(1)]
    first, second = np.meshgrid(*grids)
    shocks = np.zeros((first.size, len(found.factors)))
    shocks[:, columns[0]] = first.ravel()
    if len(names) > 1:
        shocks[:, columns[1]] = second.ravel()
    worlds = np.exp(shocks @ found.of_rows(found.betas).T)
    sheets, loans = looker.after(worlds)
    rows = loans_of(compiled)
    levels = np.array([compiled.origin.debts[d].call_at for d in rows])
    called = (loans[:, rows, 0] >= levels * loans[:, rows, 1]).sum(axis=1)

    def laid(values: np.ndarray[Any, Any]) -> list[list[Any]]:
        shown = [None if isinstance(v, float) and not np.isfinite(v) else v for v in values.tolist()]
        return [shown[k * first.shape[1] : (k + 1) * first.shape[1]] for k in range(first.shape[0])]

    column = {name: sheets[:, n] for n, name in enumerate(SHEET)}
    return {
        "factors": names, "moves": list(MOVES),
        "nav": laid(column["nav"]), "true_nav": laid(column["true_nav"]),
        "ltv": laid(column["ltv"]), "true_ltv": laid(true_ltv(sheets)),
        "currencies": {
            code: laid(worlds[:, len(found.assets) + c] - 1.0) for c, code in enumerate(found.currencies) if c > 0
        },
        "called": laid(called), "ltv_max": house.spec.limits.ltv_max, "loans": len(rows),
    }  # fmt: skip
