"""Why does it die, and what would have saved it: all dead paths of the run together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warchest.core.units import signed
from warchest.questions.death_text import span
from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table

FEW = 30
"""Dead paths below which the section says that there are few."""


def section(run: RunView) -> Section | None:
    """Causes, days and remedies; nothing where no path is dead or the dead were not looked at."""
    found: Mapping[str, Any] = run.tables.get("deaths") or {}
    if not found:
        return None
    first = found["causes"][0]
    lead = [
        f"{found['dead']:,} of {found['paths']:,} paths end in ruin, {run.odds(found['ruin'])}; "
        f"{run.odds(found['default'])} in default.",
    ]
    if found["dead"] < FEW:
        lead.append("These are few: read the intervals, or take more paths.")
    if found["above_again"]:
        again = words.odds(found["above_again"], found["dead"])
        lead.append(f"Of those that never default, {again} stand above the ruin level again at the end.")
    if found["days_from_call"]:
        lead.append(f"From the first margin call to the end: {span(found['days_from_call'])} days.")
    best = min(found["remedies"], key=lambda row: row["change"]["value"], default=None)
    if best is not None and best["change"]["value"] < 0.0:
        lead.append(
            f"Of what was tried, most is saved by: {best['text']} ({best['saved']:,} saved, {best['killed']:,} killed)."
        )
    figures = [_causes(run, found)]
    if found["remedies"]:
        figures.append(_remedies(run, found))
    return Section(
        key="deaths",
        question="Why does it die, and what would have saved it?",
        title=f"{words.share(first['of_dead']['p'], 0)} of the dead: {first['text']} ({first['of']})",
        lead=tuple(lead),
        figures=tuple(figures),
        tables=tuple(table for table in (_table(found), _tried(run, found), _unpaid(run, found)) if table is not None),
        notes=(
            "Each dead path has one cause: the largest amount missing at its default, followed back to the call or the maturity "
            "it came from; where nothing was missed, NAV at true values at the ruin level.",
        ),
    )


def _looked(found: Mapping[str, Any]) -> str:
    some = ""
    if found["traced"] != found["dead"]:
        some = f" The causes are of the {found['traced']:,} dead among the first {found['traced_of']:,} paths."
    about = f"{found['paths']:,} paths, seed {found['seed']}; {found['grid']}"
    return f"{about}; bars and brackets: 95 % intervals, ± is one standard error.{some}"


def _change(row: Mapping[str, Any]) -> str:
    return f"{signed(100 * row['change']['value'])} ±{100 * row['change']['se']:.2f}"


def _name(row: Mapping[str, Any]) -> str:
    return f"{row['code']}: {row['of']}"


def _causes(run: RunView, found: Mapping[str, Any]) -> Figure:
    rows = found["causes"]
    points = [tuple(100 * row["of_dead"][key] for key in ("p", "low", "high")) for row in rows]
    return Figure(
        key="causes",
        title="What killed the dead paths",
        plot=charts.dots([_name(row) for row in rows], {"share of the dead": points}, "% of the dead paths"),
        caption=_looked(found),
        wide=False,
    )


def _remedies(run: RunView, found: Mapping[str, Any]) -> Figure:
    rows = found["remedies"]
    points = []
    for row in rows:
        value, half = 100 * row["change"]["value"], 196 * row["change"]["se"]
        points.append((-value, -value - half, -value + half))
    return Figure(
        key="remedies",
        title="How much each remedy takes off the odds of ruin",
        plot=charts.dots(
            [row["key"] for row in rows], {"points of ruin less": points}, "percentage points of ruin less"
        ),
        caption=f"Below zero it kills more than it saves. The same paths with and without it. {_looked(found)}",
        wide=False,
    )


def _table(found: Mapping[str, Any]) -> Table:
    rows = tuple(
        (
            row["code"], f"{row['text']} ({row['of']})", f"{row['count']:,}",
            words.odds(row["probability"], found["traced_of"]),
            f"{row['days_from_call']['p50']:,.0f}" if row["days_from_call"] else words.NONE,
        )
        for row in found["causes"]
    )  # fmt: skip
    return Table(
        title="Causes of death, the most frequent first",
        header=("cause", "what happened", "paths", "of all paths", "days from the first call (median)"),
        rows=rows,
        align="llrrr",
        caption=_looked(found),
    )


def _tried(run: RunView, found: Mapping[str, Any]) -> Table | None:
    if not found["remedies"]:
        return None
    n, scale = found["paths"], words.unit([row["median_nav"]["after"] for row in found["remedies"]], run.currency)
    rows = tuple(
        (
            row["text"], words.odds(row["ruin"], n), _change(row),
            f"{row['saved']:,}", f"{row['killed']:,}", scale.of(row["median_nav"]["after"]),
        )
        for row in found["remedies"]
    )  # fmt: skip
    before = scale.of(found["remedies"][0]["median_nav"]["before"])
    return Table(
        title="What would have saved it: one thing changed today, the same paths",
        header=("remedy", "ruin", "change, points", "saved", "killed", f"median final NAV, {scale}"),
        rows=rows,
        align="lrrrrr",
        caption=f"As it is: ruin {words.odds(found['ruin'], n)}, median final NAV {before} {scale}. Saved: dead paths that live; "
        "killed: living ones that die. New money is not free: it dilutes the owners of today.",
    )


def _unpaid(run: RunView, found: Mapping[str, Any]) -> Table | None:
    if not found["unpaid"]:
        return None
    rows = tuple(
        (
            row["debt"], words.odds(row["probability"], found["traced_of"]),
            run.money(row["mean"]) + ("" if row["se"] is None else f" ±{run.money(row['se'])}"),
        )
        for row in found["unpaid"]
    )  # fmt: skip
    return Table(
        title="What lenders are never paid",
        header=("debt", "on so many paths", "mean where it happens"),
        rows=rows,
        align="lrr",
        caption=_looked(found),
    )
