"""What funds were for their common investors, over all paths: multiples, rates of return, market equivalents, the J-curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from warchest.core.fund_tables import RETURNS_COLUMNS
from warchest.core.layout import Array
from warchest.results.measures import probability

QUANTILES = (5, 25, 50, 75, 95)
MOST = 0.5
"""A rate that fewer paths than this have is not told: those that have one are the lucky ones."""
RATES = ("irr", "gross_irr", "ks", "ln", "direct_alpha")


@dataclass(frozen=True)
class FundSample:
    """One fund on all paths: columns (paths,) of `core.fund_tables.Returns`, amounts in its own currency."""

    name: str
    currency: str
    columns: Mapping[str, Array]
    ten: float | None
    """Odds that one deal brings ten times its money, where all deals have the same."""

    def measured(self) -> dict[str, Any]:
        """Everything that is told of the fund.

        TVPI, DPI, RVPI: what common investors had and have left, for each unit paid in, net of fee, coupons and carry.
        Rates count only paths on which there is exactly one (`defined`). Source: results/flows.py has the definitions.
        """
        c = {name: np.asarray(column, dtype=np.float64) for name, column in self.columns.items()}
        n = len(c["paid_in"])
        paid = c["paid_in"] > 0.0
        safe = np.where(paid, c["paid_in"], 1.0)
        tvpi = (c["paid_out"] + c["left"]) / safe
        deals, brought = c["deals"], c["brought"]
        return {
            "name": self.name, "currency": self.currency, "paths": n,
            "tvpi": _spread(tvpi[paid]), "dpi": _spread((c["paid_out"] / safe)[paid]), "rvpi": _spread((c["left"] / safe)[paid]),
            "loss": probability(int((paid & (tvpi < 1.0)).sum()), n),
            **{name: _rate(c[name]) for name in RATES},
            **{name: _mean(c[name]) for name in ("paid_in", "paid_out", "left", "fees", "carry")},
            "deals": float(deals.mean()),
            "loss_ratio": float(c["losers"].sum() / deals.sum()) if deals.sum() > 0.0 else None,
            "multiple": float(brought.sum() / c["spent"].sum()) if c["spent"].sum() > 0.0 else None,
            "top_share": float(c["top"].sum() / brought.sum()) if brought.sum() > 0.0 else None,
            "top_share_typical": float(np.median(c["top"][brought > 0.0] / brought[brought > 0.0])) if brought.sum() > 0.0 else None,
            "ten_bagger": probability(int((c["tens"] > 0.0).sum()), n) if deals.sum() > 0.0 else None,
            "ten_bagger_binomial": None if self.ten is None else float(np.mean(1.0 - (1.0 - self.ten) ** deals)),
            "default": probability(int((~np.isnan(c["default"])).sum()), n),
        }  # fmt: skip


def _spread(values: Array) -> dict[str, float] | None:
    if len(values) == 0:
        return None
    return {**_mean(values), **{f"p{q:02d}": float(np.quantile(values, q / 100)) for q in QUANTILES}}


def _mean(values: Array) -> dict[str, float]:
    error = float(values.std(ddof=1) / np.sqrt(len(values))) if len(values) > 1 else 0.0
    return {"mean": float(values.mean()), "se": error}


def _rate(values: Array) -> dict[str, float] | None:
    """Quantiles of a rate over the paths on which it is defined, and their share; none where most paths have none."""
    known = values[np.isfinite(values)]
    if len(known) < MOST * len(values) or len(known) == 0:
        return None
    found = {f"p{q:02d}": float(np.quantile(known, q / 100)) for q in QUANTILES}
    return {"defined": len(known) / len(values), **found}


def samples(
    names: Sequence[str], currencies: Sequence[str], rows: Sequence[int], returns: Array, tens: Sequence[float | None]
) -> list[FundSample]:
    """The funds at `rows` of returns (paths, H, columns)."""
    return [
        FundSample(name, currency, {c: returns[:, h, k] for k, c in enumerate(RETURNS_COLUMNS)}, ten)
        for name, currency, h, ten in zip(names, currencies, rows, tens, strict=True)
    ]


def j_curves(bands: Array, count: int, dates: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Of each fund through time: what its common investors had less what they paid, and what is left, as quantiles.

    bands: (paths, points, 3 + 3 count): NAV, LTV and cash, then paid in, paid out and worth of each fund.
    """
    found = []
    for n in range(count):
        paid, got, worth = (bands[:, :, 3 + 3 * n + k].astype(np.float64) for k in range(3))
        parts = {"net": got - paid, "worth": worth}
        curves = {name: np.quantile(values, [q / 100 for q in QUANTILES], axis=0) for name, values in parts.items()}
        found.append([
            {"date": date, **{name: _at(curve[:, i]) for name, curve in curves.items()}} for i, date in enumerate(dates)
        ])  # fmt: skip
    return found


def _at(values: Array) -> dict[str, float]:
    return {f"p{q:02d}": float(value) for q, value in zip(QUANTILES, values, strict=True)}
