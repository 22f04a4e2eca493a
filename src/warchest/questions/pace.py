"""When does the money come back? Takahashi-Alexander projections of a programme of commitments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.core.errors import CannotError
from warchest.core.inputs import number
from warchest.core.layout import Array

if TYPE_CHECKING:
    import pandas as pd

CALLS = (0.25, 1.0 / 3.0, 0.5)
"""Share of what is not called yet that is called in years 1, 2 and after: the venture case of the paper."""


@dataclass(frozen=True)
class Fund:
    """One commitment, year by year of its life; each array is (life,)."""

    called: Array
    distributed: Array
    nav: Array


def fund(
    commitment: float, *, calls: Sequence[float] = CALLS, life: int = 12, bow: float = 2.5,
    growth: float = 0.13, income: float = 0.0,
) -> Fund:  # fmt: skip
    """What a commitment calls and pays out, and what it is worth, at the end of each year of its life.

    Args:
        commitment: an amount.
        calls: share of what is not called yet that is called each year; the last one stands for all later years.
        life: years until everything is paid out.
        bow: the larger, the later it pays out.
        growth: of what is held, a year.
        income: the least share of what is held that is paid out each year.

    Source: Takahashi and Alexander (2001): C = RC (CC - PIC), D = max(Y, (t / L)^B) NAV (1 + G), NAV = NAV (1 + G) + C - D.

    >>> found = fund(100, calls=(.25, .333, .5))
    >>> found.nav[:3].round(4).tolist(), round(float(found.distributed.sum()), 4)
    ([25.0, 52.9046, 82.9265], 187.9851)
    """
    left = number("commitment", commitment, "[0, inf)")
    rates = [number(f"calls[{k}]", rate, "[0, 1]") for k, rate in enumerate(calls)] or [1.0]
    years = int(number("life", life, "[1, 100]"))
    number("bow", bow, "[0, inf)")
    number("growth", growth, "(-1, 10]")
    number("income", income, "[0, 1]")
    called, paid, navs = np.zeros(years), np.zeros(years), np.zeros(years)
    nav = 0.0
    for k in range(years):
        called[k] = rates[min(k, len(rates) - 1)] * left
        left -= called[k]
        grown = nav * (1.0 + growth)
        paid[k] = max(income, ((k + 1) / years) ** bow) * grown
        nav = navs[k] = grown + called[k] - paid[k]
    return Fund(called, paid, navs)


@dataclass(frozen=True)
class Pace:
    """A programme: `.to_dict()`, `.to_frame()` one row a year."""

    found: Mapping[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest pace --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a year."""
        import pandas as pd

        return pd.DataFrame(self.found["years"])


def pace(
    commitments: Mapping[int, float], *, calls: Sequence[float] = CALLS, life: int = 12, bow: float = 2.5,
    growth: float = 0.13, income: float = 0.0, most: float | None = None,
) -> Pace:  # fmt: skip
    """All of a programme's funds together, until the last has paid out.

    Args:
        commitments: by the year whose end is the end of the fund's first year.
        calls: as in `fund`, the same for all commitments, and so are the next four.
        life: years.
        bow: the larger, the later it pays out.
        growth: of what is held, a year.
        income: the least share paid out each year.
        most: money at hand for calls; beside each year stands what is left of it.

    Source: Takahashi and Alexander (2001).

    >>> found = pace({2026: 100, 2027: 100}).to_dict()
    >>> found["deepest"]["year"], round(found["deepest"]["net"], 1), found["back"]
    (2030, -152.2, 2034)
    """
    if not commitments:
        raise CannotError("commitments are empty; at least one year is needed")
    life = int(number("life", life, "[1, 100]"))
    first = min(commitments)
    count = max(commitments) + life - first
    called, paid, navs, committed = (np.zeros(count) for _ in range(4))
    for year, amount in commitments.items():
        one, at = fund(amount, calls=calls, life=life, bow=bow, growth=growth, income=income), year - first
        for total, part in ((called, one.called), (paid, one.distributed), (navs, one.nav)):
            total[at : at + life] += part
        committed[at] += amount
    net = np.cumsum(paid - called)
    columns = {
        "committed": committed, "called": called, "distributed": paid, "nav": navs,
        "net": net, "uncalled": np.cumsum(committed - called),
    }  # fmt: skip
    rows = [
        {
            "year": first + k, **{name: float(column[k]) for name, column in columns.items()},
            "left": None if most is None else most + float(net[k]),
        }
        for k in range(count)
    ]  # fmt: skip
    deepest = int(np.argmin(net))
    after = np.flatnonzero(net[deepest:] >= 0.0)
    return Pace({
        "years": rows,
        "deepest": {"year": first + deepest, "net": float(net[deepest])},
        "back": first + deepest + int(after[0]) if len(after) and net[deepest] < 0.0 else None,
        "tvpi": float((paid.sum() + navs[-1]) / called.sum()) if called.sum() > 0.0 else None,
    })  # fmt: skip
