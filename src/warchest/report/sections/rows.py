"""The rows side by side: what each way of deciding costs in odds, under each outlook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from warchest.report import charts, words
from warchest.report.folder import RunView, outlook
from warchest.report.section import Figure, Section, Table
from warchest.report.sections.headline import time_above

BINS = 40
TITLES = {
    "margin_call": "A margin call comes",
    "forced_sale": "A sale is forced",
    "default": "The house defaults",
    "ruin": "The house is ruined",
    "halved": "NAV is halved",
}


def section(run: RunView) -> Section | None:
    """Odds of each row, where NAV ends, and how deep it falls on the way."""
    compared = (*_odds(run), *_ends(run)) if len(run.rows) > 1 else ()
    figures = (*compared, *_histogram(run), *_drawdown(run))
    if not figures:
        return None
    return Section(
        key="rows",
        question="What does each choice cost?",
        title=_title(run),
        figures=figures,
        tables=tuple(_table(run, name) for name in run.outlooks),
    )


def _title(run: RunView) -> str:
    found = _chances(run.rows, "halved", run.outlooks[0]) if run.rows else {}
    if len(found) < 2:
        return f"Where NAV ends after {run.horizon}, and how deep it falls on the way"
    low, high = (pick(found, key=lambda name: found[name]["p"]) for pick in (min, max))
    least, most = run.rough(found[low]), run.rough(found[high])
    return f"NAV is halved on {least} of paths with {low}, on {most} with {high}"


def _chances(rows: Sequence[Mapping[str, Any]], key: str, name: str) -> dict[str, Mapping[str, float]]:
    found = {str(r["row"]): words.prob((r.get("probabilities") or {}).get(key)) for r in rows if outlook(r) == name}
    return {row: prob for row, prob in found.items() if prob}


def _odds(run: RunView) -> list[Figure]:
    names = list(dict.fromkeys(str(r["row"]) for r in run.rows))
    figures = []
    for key, measure in words.ODDS.items():
        by_outlook = {name: _chances(run.rows, key, name) for name in run.outlooks}
        series = {
            name: [(100 * p["p"], 100 * p["low"], 100 * p["high"]) if p else None for p in map(found.get, names)]
            for name, found in by_outlook.items()
            if found
        }
        if not series:
            continue
        figures.append(
            Figure(
                key=f"odds-{key}",
                title=_odds_title(run, TITLES[key], next(found for found in by_outlook.values() if found)),
                plot=charts.dots(names, series, f"% of paths with {measure}"),
                caption=f"{words.DEFINITIONS.get(measure, '')} Bars: 95 % interval. {run.run}".strip(),
                wide=False,
            )
        )
    return figures


def _odds_title(run: RunView, what: str, found: Mapping[str, Mapping[str, float]]) -> str:
    if all(p["p"] == 0 for p in found.values()):
        return f"{what} on {run.rough(next(iter(found.values())))} paths"
    low, high = (pick(found, key=lambda name: found[name]["p"]) for pick in (min, max))
    if low == high or found[low]["p"] == found[high]["p"]:
        return f"{what} on {run.rough(found[high])} of paths, whatever the row"
    least, most = run.rough(found[low]), run.rough(found[high])
    return f"{what} on {least} of paths with {low}, on {most} with {high}"


def _ends(run: RunView) -> list[Figure]:
    rows = [r for r in run.rows if r.get("nav")]
    if not rows:
        return []
    names = list(dict.fromkeys(str(r["row"]) for r in rows))
    scale = words.unit([r["nav"]["p75"] for r in rows], run.currency, least=1)
    series = {}
    for name in run.outlooks:
        found = {str(r["row"]): r["nav"] for r in rows if outlook(r) == name}
        series[name] = [
            tuple(n[q] / scale.size for q in ("p50", "p25", "p75")) if n else None for n in map(found.get, names)
        ]
    first = [r for r in rows if outlook(r) == run.outlooks[0]]
    best, worst = (pick(first, key=lambda r: r["nav"]["p50"]) for pick in (max, min))
    return [
        Figure(
            key="ends",
            title=f"The middle path ends at {run.money(best['nav']['p50'])} with {best['row']}"
            + (f", at {run.money(worst['nav']['p50'])} with {worst['row']}" if best is not worst else ""),
            plot=charts.dots(names, series, f"NAV after {run.horizon}, {scale}"),
            caption="Median of final NAV; bars hold the middle half of the paths: they are spread, not "
            f"error. {run.run}",
            wide=False,
        )
    ]


def _column(run: RunView, name: str) -> tuple[np.ndarray, np.ndarray]:
    if name not in run.paths:
        return np.zeros(0), np.zeros(0)
    values = run.paths[name].to_numpy(dtype=float)
    weights = run.paths["weight"].to_numpy(dtype=float) if "weight" in run.paths else np.ones(len(values))
    known = np.isfinite(values)
    return values[known], weights[known]


def _histogram(run: RunView) -> list[Figure]:
    values, weights = _column(run, "nav")
    if not len(values):
        return []
    today = run.value["nav"]
    low, high = min(float(values.min()), 0.0), max(float(np.quantile(values, 0.98)), 1.05 * today)
    edges = np.linspace(low, high, BINS + 1)
    counts, _ = np.histogram(np.minimum(values, high), edges, weights=weights)
    scale = words.unit([high], run.currency, least=1)
    loss = words.prob((run.simulate.get("probabilities") or {}).get("loss"))
    title = f"{run.rough(loss)} of paths end below today's NAV" if loss else f"NAV of the paths after {run.horizon}"
    beyond = float(weights[values > high].sum() / weights.sum())
    more = f" The last bar also holds the {words.share(beyond)} of paths that end above it." if beyond else ""
    lines = [(today / scale.size, "today")]
    error = f"Loss: {run.odds(loss)}. " if loss else ""
    return [
        Figure(
            key="histogram",
            title=title,
            plot=charts.histogram(
                (edges / scale.size).tolist(),
                (100 * counts / weights.sum()).tolist(),
                f"NAV after {run.horizon}, {scale}",
                lines,
            ),
            caption=f"Final NAV of the main run, private holdings at their truth.{more} {error}{run.run}",
        )
    ]


def _drawdown(run: RunView) -> list[Figure]:
    values, weights = _column(run, "max_drawdown")
    if not len(values):
        return []
    depths = np.linspace(0, 1, 101)
    deeper = np.array([weights[-values >= depth].sum() for depth in depths]) / weights.sum()
    half = float(deeper[50])
    error = float(np.sqrt(half * (1 - half) / len(values)))
    worst = (run.simulate.get("max_drawdown") or {}).get("p95")
    bound = "" if worst is None else f" 5 % of paths fall by {words.share(abs(worst))} or more."
    prob = {"p": half, "se": error}
    return [
        Figure(
            key="drawdown",
            title=f"On {words.rough(prob, len(values))} of paths NAV falls by half or more from an earlier height",
            plot=charts.curve(
                (100 * depths).tolist(),
                (100 * deeper).tolist(),
                "deepest fall from a peak, %",
                "% of paths that fall as deep",
                [(50.0, "half")],
            ),
            caption=f"{words.DEFINITIONS['drawdown']} At a half: {words.chance(prob, len(values))}.{bound} {run.run}",
        )
    ]


def _table(run: RunView, name: str) -> Table:
    rows = run.under(name)
    scale = run.scale
    header = (
        "",
        "NAV p05",
        "p25",
        "p50",
        "p75",
        "p95",
        "loss",
        "growth a year",
        "time above ceiling",
        "drawdown, 1 in 20",
    )
    body = []
    for row in rows:
        nav, growth = row.get("nav") or {}, row.get("growth") or {}
        pace = words.NONE
        if growth.get("value") is not None:
            pace = f"{words.percent(growth['value'])} ±{100 * growth.get('se', 0.0):.1f}"
        body.append((
            str(row["row"]),
            *(scale.of(nav.get(q)) for q in ("p05", "p25", "p50", "p75", "p95")),
            run.odds(words.prob((row.get("probabilities") or {}).get("loss"))),
            pace,
            time_above(run, row.get("time_above_max")),
            words.share((row.get("max_drawdown") or {}).get("p95")),
        ))  # fmt: skip
    return Table(
        title=f"Where NAV ends, {scale}, outlook: {name}",
        header=header,
        rows=tuple(body),
        align="l" + "r" * (len(header) - 1),
        caption=f"Growth: {words.DEFINITIONS['growth']} Drawdown: 5 % of paths fall deeper. {run.run}",
    )
