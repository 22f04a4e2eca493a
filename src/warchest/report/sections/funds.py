"""What funds are for those who pay for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table
from warchest.results.fund_words import (
    BINOMIAL,
    DEALS_HEADER,
    HEADER,
    MONEY_HEADER,
    cells,
    compared,
    deal_cells,
    money_cells,
    times,
)

QUANTILES = ("p05", "p25", "p50", "p75", "p95")
CAPTION = (
    "Common investors, net of fee, coupons and carry, from today on: what they hold today counts as paid in today, what is left "
    "at the end at its true value. TVPI: paid out and left, for each unit paid in; DPI: paid out. Gross: what was put into holdings, "
    "bets and deals, and what came of it. KS-PME above 1: better than the benchmark. Rates only on paths that have exactly one."
)


def section(run: RunView) -> Section | None:
    """Multiples, rates and J-curve of each fund, the file's rows beside them."""
    found: Sequence[Mapping[str, Any]] = run.simulate.get("funds") or ()
    if not found:
        return None
    named = [(str(f["name"]), f) for f in found]
    tables = [
        _table("Net to common investors", HEADER, [(n, cells(f)) for n, f in named], f"{CAPTION} {run.run}"),
        _table(
            "Money, mean of all paths",
            MONEY_HEADER,
            [(n, money_cells(f)) for n, f in named],
            f"In the fund's currency. {run.run}",
        ),
    ]
    with_deals = [(name, f) for name, f in named if f["deals"]]
    for outlook in run.outlooks:
        sides = [(str(row["row"]), f) for row in run.under(outlook) for f in row.get("funds") or ()]
        beside = [(f"{row}: {f['name']}" if len(found) > 1 else row, f) for row, f in sides]
        if beside:
            title = f"The rows side by side: {outlook}"
            tables.append(_table(title, HEADER, [(n, cells(f)) for n, f in beside], f"On the same paths. {run.run}"))
        if outlook == run.outlooks[0]:
            with_deals += [(name, f) for name, f in beside if f["deals"]]
    if with_deals:
        tables.append(
            _table("Bets and deals", DEALS_HEADER, [(n, deal_cells(f)) for n, f in with_deals], f"{BINOMIAL} {run.run}")
        )
    return Section(
        key="funds",
        question="When does a fund's money come back, and was it worth it?",
        title=_title(found[0]),
        lead=tuple(compared(found, run.rows)),
        figures=tuple(_j_curve(f, n) for n, f in enumerate(found) if f.get("j_curve")),
        tables=tuple(tables),
    )


def _title(fund: Mapping[str, Any]) -> str:
    t = fund["tvpi"]
    if t is None:
        return f"{fund['name']} never calls any money"
    back = next(
        (
            p["date"]
            for p in fund.get("j_curve") or ()
            if p["net"]["p50"] >= 0.0 and p["worth"]["p50"] > 0.0 and _has_paid(fund, p)
        ),
        None,
    )
    when = f"; on the median path what was paid is back by {back[:7]}" if back else ""
    return f"{fund['name']} makes {times(t['p50'])} of its investors' money at the median, {times(t['p05'])} in a bad case{when}"


def _has_paid(fund: Mapping[str, Any], point: Mapping[str, Any]) -> bool:
    """Whether the deepest point of the median lies before."""
    deepest = min(fund["j_curve"], key=lambda p: p["net"]["p50"])
    return bool(point["date"] > deepest["date"])


def _j_curve(fund: Mapping[str, Any], n: int) -> Figure:
    points = fund["j_curve"]
    scale = words.unit([max(abs(p["net"][q]) for p in points for q in ("p05", "p95"))], fund["currency"], least=1)
    bands = {"date": [p["date"] for p in points], **{q: [p["net"][q] / scale.size for p in points] for q in QUANTILES}}
    deepest = min(points, key=lambda p: p["net"]["p50"])
    out = scale.of(-deepest["net"]["p50"])
    return Figure(
        key=f"j-curve-{n + 1}",
        title=f"{fund['name']}: on the median path at most {out} {scale} are out, on {deepest['date'][:7]}",
        plot=charts.fan(bands, f"paid out less paid in, {scale}", [(0.0, "all back")]),
        caption="What common investors have had less what they have paid, so far. Line: median; bands: 25–75 and 5–95 % of paths.",
    )


def _table(title: str, header: Sequence[str], rows: Sequence[tuple[str, Sequence[str]]], caption: str) -> Table:
    return Table(
        title=title,
        header=("", *header),
        rows=tuple((name, *values) for name, values in rows),
        align="l" + "r" * len(header),
        caption=caption,
    )
