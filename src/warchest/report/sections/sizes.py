"""How much to bet: growth and odds against the cheque, and the belief that the asked one would need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table

ODDS = {
    "loss": "loss",
    "margin_call": "margin call",
    "forced_sale": "forced sale",
    "breach": "above the ceiling",
    "ruin": "ruin",
}
HELD = "Every size is lived on the same paths; a cheque that cannot be funded on its date is cut to what can be."


def section(run: RunView) -> Section | None:
    """The curves of every bet that was sized."""
    sizes: Sequence[Mapping[str, Any]] = run.tables.get("sizes") or ()
    if not sizes:
        return None
    figures = [figure for found in sizes for figure in _figures(run, found)]
    tables = [table for found in sizes for table in _tables(run, found)]
    return Section(
        key="size",
        question="How much should we bet?",
        title=sizes[0]["said"][0],
        lead=tuple(sentence for found in sizes for sentence in found["said"][1:]),
        figures=tuple(figures),
        tables=tuple(tables),
        notes=(HELD, f"Growth: {words.DEFINITIONS['growth']}"),
    )


def _about(found: Mapping[str, Any]) -> str:
    return f"{found['paths']:,} paths for each cheque, seed {found['seed']}; {found['grid']}; ± is one standard error."


def _figures(run: RunView, found: Mapping[str, Any]) -> list[Figure]:
    rows, best, about = found["curve"], found["best"], _about(found)
    scale = words.unit([row["written"] for row in rows], run.currency, least=1)
    x = [row["written"] / scale.size for row in rows]
    marks = [(found["all_in"]["written"] / scale.size, "ALL IN")]
    if best is not None and best["cheque"] > 0.0:
        marks.insert(0, (best["cheque"] / scale.size, "best"))
    growth = {"growth a year": [100 * row["growth"] for row in rows]}
    spread = [196 * row["growth_se"] for row in rows]
    odds = {name: [100 * row[key]["p"] for row in rows] for key, name in ODDS.items()}
    axis = f"cheque written (mean), {scale}"
    promised = {"mean of all futures": "mean_nav", "typical future (median)": "median_nav"}
    navs = {name: [row[key] / scale.size for row in rows] for name, key in promised.items()}
    bet = found["bet"]
    return [
        *_vision(run, found),
        Figure(
            key=f"size-growth-{bet}",
            title=f"Growth against the cheque for {bet}",
            plot=charts.lines(x, growth, axis, "growth, % a year", marks, spread),
            caption=f"Bars: 95 % interval of the growth itself; neighbours share their paths, so the shape is surer. {about}",
        ),
        Figure(
            key=f"size-odds-{bet}",
            title=f"What each cheque for {bet} costs in odds",
            plot=charts.lines(x, odds, axis, "% of paths", marks),
            caption=f"Over {run.horizon}. {about}",
            wide=False,
        ),
        Figure(
            key=f"size-promise-{bet}",
            title=f"What {bet} promises on average, and what the typical future gets",
            plot=charts.lines(x, navs, axis, f"NAV after {run.horizon}, {scale}", marks),
            caption=f"The mean is carried by few futures; half of them end below the median. {about}",
            wide=False,
        ),
    ]


def _vision(run: RunView, found: Mapping[str, Any]) -> list[Figure]:
    """ALL IN through time: the mean of all futures, and the typical one."""
    seen = found.get("vision")
    if not seen:
        return []
    years = seen["years"][-1]
    scale = words.unit([seen["mean"][-1]], run.currency, least=1)
    names = {"mean": "mean of all futures", "median": "typical future (median)", "p25": "one in four is below"}
    series = {name: [x / scale.size for x in seen[key]] for key, name in names.items()}
    return [
        Figure(
            key=f"size-vision-{found['bet']}",
            title=f"ALL IN on {found['bet']}, {years:.0f} years on: the mean of all futures is {run.money(seen['mean'][-1])}, "
            f"the typical future {run.money(seen['median'][-1])}",
            plot=charts.lines(seen["years"], series, "years from today", f"NAV, {scale}"),
            caption=f"NAV at marks, {seen['paths']:,} paths; {seen['grid']}. {words.share(seen['below_start'])} of them end below "
            "today's NAV. One house lives one future: its growth in time leads to the typical line, not to the mean.",
        )
    ]


def _tables(run: RunView, found: Mapping[str, Any]) -> list[Table]:
    tables = [_marked(run, found)]
    need = found["belief_needed"]
    if need is not None and need["relative_entropy"] > 0.0:
        rows = [
            (f"{m:.3g}x", words.share(today), words.share(q))
            for m, today, q in zip(need["multiples"], need["odds_today"], need["odds"], strict=True)
        ]
        rows.append(("mean", f"{need['mean_multiple_today']:.2f}x", f"{need['mean_multiple']:.2f}x"))
        tables.append(
            Table(
                title=f"What one would have to believe of {found['bet']} for {run.money(need['cheque'])} to be the best size",
                header=("multiple", "odds today", "odds needed"),
                rows=tuple(rows),
                align="lrr",
                caption=f"The least change of the odds (relative entropy {need['relative_entropy']:.3f}) under which the "
                "expected growth of a little more is zero at that cheque; no caps.",
            )
        )
    return tables


def _marked(run: RunView, found: Mapping[str, Any]) -> Table:
    named = [("nothing", found["curve"][0]), ("ALL IN", found["all_in"]), ("asked", found["asked"])]
    if found["best"] is not None:
        nearest = min(found["curve"], key=lambda row: abs(row["cheque"] - found["best"]["cheque"]))
        named.insert(1, ("next to the best", nearest))
    scale = words.unit([row["median_nav"] for _, row in named], run.currency)
    rows = [
        (
            name, run.money(row["cheque"]), run.money(row["written"]),
            f"{words.percent(row['growth'])} ±{100 * row['growth_se']:.1f}", scale.of(row["median_nav"]),
            *(words.odds(row[key], found["paths"]) for key in ODDS),
        )
        for name, row in named
    ]  # fmt: skip
    header = ("", "cheque", "written (mean)", "growth a year", f"median NAV, {scale}", *ODDS.values())
    return Table(
        title=f"{found['bet']}: nothing, the best, ALL IN, and what is asked",
        header=header,
        rows=tuple(rows),
        align="l" + "r" * (len(header) - 1),
        caption=_about(found),
    )
