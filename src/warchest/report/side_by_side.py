"""Policies, or values of one field, on the same markets: what each leaves, and what it does that the first does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table

CHANGES = {"margin_call": "margin call", "forced_sale": "forced sale", "default": "default", "ruin": "ruin"}
HELD = "A bar that crosses nothing cannot be told from no difference; of twenty differences that are none, one looks apart by luck."
Rows = Sequence[Mapping[str, Any]]


def sections(run: RunView, found: Mapping[str, Any]) -> tuple[Section, ...]:
    """What each leaves, what it changes, and what the numbers rest on."""
    varied = "curve" in found
    rows: Rows = found["curve"] if varied else found["policies"]
    names = [str(row["value"] if varied else row["policy"]) for row in rows]
    title = f"{found['field']}: {words.listed(names)}" if varied else words.listed(names)
    leaves = Section(
        key="leaves",
        question="What does each leave?",
        title=title,
        figures=(*(_curves(run, found) if varied else ()), _ends(run, names, rows), _odds(run, names, rows)),
        tables=(_table(run, names, rows),),
    )
    about = Section(
        key="rests",
        question="What do these numbers rest on?",
        title=f"{run.count:,} paths, the same for each"
        if found.get("same_paths", True)
        else f"{run.count:,} paths each",
        tables=(Table("Definitions", ("measure", "meaning"), tuple(words.DEFINITIONS.items()), "ll"),),
        notes=(run.run, "Odds follow from the assumptions of the house file; they are not forecasts."),
    )
    changed = _changed(found)
    return tuple(section for section in (leaves, _changes(found, changed), about) if section is not None)


def _changed(found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, Any]]]:
    """Names and differences from the first policy, or from the file's own value."""
    if "curve" in found:
        return [(str(row["value"]), row["change"]) for row in found["curve"] if row["change"]]
    return [(str(row["policy"]), row) for row in found["differences"]]


def _curves(run: RunView, found: Mapping[str, Any]) -> list[Figure]:
    """Odds and growth against the value, where values are numbers."""
    points = sorted((row["x"], n) for n, row in enumerate(found["curve"]) if row["x"] is not None)
    if len(points) < 2:
        return []
    rows = [found["curve"][n] for _, n in points]
    x = [value for value, _ in points]
    axis = f"{found['field']}, {found['unit']}" if found["unit"] else str(found["field"])
    marks = [(row["x"], "the file's") for row in rows if row["own"]]
    odds = {name: [100 * row["probabilities"][key]["p"] for row in rows] for key, name in CHANGES.items()}
    figures = [
        Figure(
            key="curve-odds",
            title=f"Odds against {found['field']}",
            plot=charts.lines(x, odds, axis, "% of paths", marks),
            caption=f"Over {run.horizon}. {run.run}",
            wide=False,
        )
    ]
    if all(row["growth"] for row in rows):
        growth = {"growth a year": [100 * row["growth"]["value"] for row in rows]}
        spread = [196 * row["growth"]["se"] for row in rows]
        figures.append(
            Figure(
                key="curve-growth",
                title=f"Growth against {found['field']}",
                plot=charts.lines(x, growth, axis, "growth, % a year", marks, spread),
                caption=f"Bars: 95 % interval of the growth itself; values share their paths, so the shape is surer. {run.run}",
                wide=False,
            )
        )
    return figures


def _ends(run: RunView, names: list[str], rows: Rows) -> Figure:
    scale = words.unit([row["nav"]["p75"] for row in rows], run.currency, least=1)
    navs = [row["nav"] for row in rows]
    spread = [(nav["p50"] / scale.size, nav["p25"] / scale.size, nav["p75"] / scale.size) for nav in navs]
    return Figure(
        key="ends",
        title="Where NAV ends",
        plot=charts.dots(names, {"NAV": spread}, f"NAV after {run.horizon}, {scale}"),
        caption=f"Median of final NAV; bars hold the middle half of the paths: they are spread, not error. {run.run}",
        wide=False,
    )


def _odds(run: RunView, names: list[str], rows: Rows) -> Figure:
    series = {
        name: [
            (100 * odds["p"], 100 * odds["low"], 100 * odds["high"])
            for odds in (row["probabilities"][key] for row in rows)
        ]
        for key, name in CHANGES.items()
    }
    return Figure(
        key="odds",
        title="What can go wrong",
        plot=charts.dots(names, series, "% of paths"),
        caption=f"Bars: 95 % interval of each; they share their paths, so differences are surer. {run.run}",
        wide=False,
    )


def _table(run: RunView, names: list[str], rows: Rows) -> Table:
    scale = words.unit([row["nav"]["p50"] for row in rows], run.currency)
    header = ("", f"median NAV, {scale}", "5 %", "95 %", "growth a year", "deepest fall", "time above ceiling", "breach",
              *CHANGES.values(), "in defence")  # fmt: skip
    body = tuple(
        (
            name, *(scale.of(row["nav"][q]) for q in ("p50", "p05", "p95")),
            f"{words.percent(row['growth']['value'])} ±{100 * row['growth']['se']:.1f}" if row["growth"] else words.NONE,
            words.share(row["max_drawdown"]["p50"]), words.percent(row["time_above_max"]),
            run.odds(row["probabilities"]["breach"]), *(run.odds(row["probabilities"][key]) for key in CHANGES),
            words.percent(row["defence"]),
        )
        for name, row in zip(names, rows, strict=True)
    )  # fmt: skip
    return Table("NAV, growth and odds", header, body, "l" + "r" * (len(header) - 1), run.run)


def _changes(found: Mapping[str, Any], changed: Sequence[tuple[str, Mapping[str, Any]]]) -> Section | None:
    """Differences with their 95 % intervals, and what they say in words."""
    if not changed:
        return None
    names = [name for name, _ in changed]
    first = found["against"]
    series = {
        name: [_around(change[key]) if change.get(key) else None for _, change in changed]
        for key, name in CHANGES.items()
    }
    figures = [
        Figure(
            key="odds-change",
            title=f"Odds less those of {first}",
            plot=charts.dots(names, series, "points of percent"),
            caption=f"Bars: two standard errors of the difference each way. {HELD}",
            wide=False,
        )
    ]
    if all(change["growth"] for _, change in changed):
        growth = {"growth": [_around(change["growth"]) for _, change in changed]}
        figures.append(
            Figure(
                key="growth-change",
                title=f"Growth a year less that of {first}",
                plot=charts.dots(names, growth, "points of percent a year"),
                caption=f"Bars: two standard errors of the difference each way. {HELD}",
                wide=False,
            )
        )
    return Section(
        key="changes",
        question=f"What does each do that {first} does not?",
        title="Differences on the same paths" if found.get("same_paths", True) else "Differences between runs apart",
        lead=tuple(found["said"]),
        figures=tuple(figures),
    )


def _around(cell: Mapping[str, Any]) -> tuple[float, float, float]:
    """A difference in points, and two standard errors either way."""
    middle, error = 100 * cell["difference"], 100 * cell["se"]
    return middle, middle - 2.0 * error, middle + 2.0 * error
