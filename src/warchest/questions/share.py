"""What share of the house should one listed holding be? Growth and odds against a constant share, rebalanced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.core.errors import CannotError, nearest
from warchest.core.units import percent
from warchest.holdings import Listed
from warchest.house import House
from warchest.questions.size import Caps, best_of, most_within
from warchest.questions.sweep import Shares

if TYPE_CHECKING:
    import pandas as pd

STEPS = 40
"""Shares of the curve, evenly from none to the largest."""
BORROWED = 4.0
"""The largest share looked at where the house may borrow unsecured; 1 where it may not."""


@dataclass(frozen=True)
class ShareSize:
    """A sizing by share: `.to_dict()`, and `.to_frame()` the curve."""

    found: Mapping[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest size --holding --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a share."""
        import pandas as pd

        return pd.DataFrame(self.found["curve"])


def size_share(
    house: House,
    holding: str,
    ruin_cap: float | None = 0.05,
    drawdown_cap: tuple[float, float] | None = None,
    paths: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> ShareSize:
    """Growth and odds against the share of NAV that one listed holding is kept at, on the same paths at every share.

    Args are those of `warchest.size`. Decision dates are those of the file's `fraction` policy, a month apart without one.

    Source: Merton (1969), Thorp (2006): growth g(f) = r + f (mu - r) - f^2 sigma^2 / 2 for one asset without limits.
    """
    listed = [name for name, line in house.spec.holdings.items() if isinstance(line, Listed)]
    if holding not in listed:
        near = nearest(holding, listed)
        hint = f"; did you mean '{near}'?" if near else ""
        raise CannotError(f"'{holding}' is not a listed holding; there are {', '.join(listed) or 'none'}{hint}")
    sweep = Shares(house, holding, threads, progress)
    top = BORROWED if house.spec.borrowing.limit.value > 0.0 else 1.0
    swept = sweep.at(np.linspace(0.0, top, STEPS + 1), paths, seed)
    caps = Caps(ruin_cap, drawdown_cap)
    most, binds = most_within(sweep, swept, caps, paths, seed)
    best = best_of(sweep, swept, most, binds, paths, seed)
    rows = [sweep.point(x, columns) for x, columns in zip(swept.cheques, swept.columns, strict=True)]
    for row in (*rows, *([best] if best else [])):
        row["share"] = row.pop("cheque")
        row.pop("written", None)
        row.pop("cut", None)
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency, "holding": holding,
        "paths": paths, "seed": seed, "grid": house.grid.sentence(), "horizon_years": sweep.years, "nav": sweep.start,
        "caps": {"ruin": ruin_cap, "drawdown": drawdown_cap}, "curve": rows, "best": best,
        "cap_broken": binds if best is None else None,
    }  # fmt: skip
    return ShareSize({**found, "said": [_sentence(found)]})


def _sentence(found: Mapping[str, Any]) -> str:
    best = found["best"]
    if best is None:
        return (
            f"No share of {found['holding']} keeps this house within its {found['cap_broken']} cap: not even none does."
        )
    words = f"{percent(best['share'])} of NAV (95 % interval {percent(best['low'])} to {percent(best['high'])})"
    if best["rising"]:
        return f"The curve still rises at {percent(best['share'])} of NAV in {found['holding']}, the largest share looked at."
    why = f"the {best['binds']} cap binds" if best["binds"] else "more grows slower"
    return f"Keep {found['holding']} at {words}: {why}."
