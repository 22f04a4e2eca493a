"""What the house's own share is worth, and how many there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warchest.report import words
from warchest.report.folder import RunView
from warchest.report.section import Section, Table

ROWS = {
    "nav_per_share": "NAV a share, true values",
    "price": "price of the own share",
    "shares": "own shares outstanding",
}


def section(run: RunView) -> Section | None:
    """NAV a share, the price and the number of own shares, today and at the end; nothing where the file says no number."""
    own = run.simulate.get("own_share")
    if not own:
        return None
    fall = own["max_drawdown"]
    growth = own["growth"]
    return Section(
        key="own-share",
        question="What does that make a share?",
        title=f"A share's NAV grows by {words.percent(growth['value'])} ±{100 * growth['se']:.1f} a year",
        lead=(
            f"The price falls by {words.share(-fall['p50'])} from its peak on the median path, "
            f"by more than {words.share(-fall['p95'])} on one in twenty.",
        ),
        tables=(_table(run, own),),
    )


def _table(run: RunView, own: Mapping[str, Any]) -> Table:
    rows = []
    for key, name in ROWS.items():
        said = (lambda x: f"{x:,.0f}") if key == "shares" else words.price
        rows.append((name, said(own["today"][key]), *(said(own[key][q]) for q in ("p05", "p50", "p95"))))
    return Table(
        title=f"A share of the house, {run.currency}",
        header=("", "today", "p05", "p50", "p95"),
        rows=tuple(rows),
        align="lrrrr",
        caption="Growth: mean of ln(NAV a share at the end / today's) a year, floored at 1 % of today's. "
        f"New shares make NAV grow at any price, but not NAV a share. {run.run}",
    )
