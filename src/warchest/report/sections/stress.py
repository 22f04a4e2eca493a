"""What breaks the house: named shocks, the smallest shocks, and a map of two factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table

EVENTS = {
    "call": "a call",
    "breach": "LTV above its ceiling",
    "breach_at_truth": "the same once marks have caught up",
    "ruin": "NAV gone",
    "default": "a default in the months after",
}


def section(run: RunView) -> Section | None:
    """The answer of `warchest stress --reverse`; nothing where it was not saved."""
    found = run.tables.get("stress")
    if not found or not found["shocks"]:
        return None
    worst = min(found["shocks"], key=lambda s: s["at_once"]["true_nav"])
    move = worst["at_once"]["true_nav_change"] / found["now"]["true_nav"] if found["now"]["true_nav"] > 0 else None
    nearest = [row for row in found["reverse"] or () if row["shock"] and row["shock"]["distance"] > 0]
    lead = [
        f"At once: prices have moved, nobody has acted, and marks of private holdings stand where they were. After: {found['months']} "
        "months without a decision and without another move of a price, in which calls are met and loans closed out."
    ]
    if nearest:
        first = min(nearest, key=lambda row: row["shock"]["distance"])
        lead.append(
            f"The nearest trouble is {_event(first)}, {first['shock']['distance']:.2f} standard deviations of a year away along "
            "the worst direction."
        )
    return Section(
        key="stress",
        question="What breaks us?",
        title=f"A shock like {worst['name']} would change true NAV by {words.share(move)} at once",
        lead=tuple(lead),
        figures=(_moves(found), *_map(found)),
        tables=(_named(run, found), *_smallest(found)),
    )


def _event(row: Mapping[str, Any]) -> str:
    return EVENTS[row["event"]] + (f" on {row['loan']}" if row["loan"] else "")


def _yardstick(p: float) -> str:
    return words.share(p, 2) if p >= 1e-3 else f"1 in {1.0 / p:,.0f}" if p > 0.0 else words.NONE


def _named(run: RunView, found: Mapping[str, Any]) -> Table:
    scale = words.unit([found["now"]["nav"]], run.currency)
    rows = []
    for shock in found["shocks"]:
        once, after = shock["at_once"], shock["after"]
        rows.append((
            shock["name"], scale.of(once["nav"]), scale.of(once["true_nav"]), words.share(once["ltv"]), words.share(once["gross_ltv"]),
            f"{len(once['called'])}", scale.of(once["cash_needed"]), scale.of(once["short"]), scale.of(after["true_nav"]),
            words.share(after["ltv"]), ", ".join(f"{x['name']} ({words.share(x['share'], 0)})" for x in after["sold"]) or words.NONE,
            after["default"] or "no",
        ))  # fmt: skip
    sources = " ".join(f"{shock['name']}: {shock['source'].rstrip('.')}." for shock in found["shocks"])
    return Table(
        title=f"Named shocks, {scale}",
        header=(
            "", "NAV at marks", "true NAV", "LTV", "gross LTV", "loans called", "cash to cure", "short of cash", "true NAV after",
            "LTV after", "sold after", "default",
        ),
        rows=tuple(rows),
        align="lrrrrrrrrrll",
        caption=sources,
    )  # fmt: skip


def _smallest(found: Mapping[str, Any]) -> tuple[Table, ...]:
    if not found["reverse"]:
        return ()
    rows = []
    for row in found["reverse"]:
        shock = row["shock"]
        moves: Sequence[Mapping[str, Any]] = sorted((shock or {}).get("holdings", ()), key=lambda h: -abs(h["move"]))
        rows.append((
            _event(row),
            "beyond 12" if shock is None else f"{shock['distance']:.2f}",
            words.NONE if shock is None else _yardstick(shock["odds"]),
            words.share(row["all_alike"]),
            "; ".join(f"{h['name']} {words.share(h['move'], 0)}" for h in moves[:5]) or words.NONE,
        ))  # fmt: skip
    return (
        Table(
            title="The smallest shock for each event",
            header=(
                "",
                "standard deviations",
                "one-year odds",
                "all prices alike",
                "what it does to the largest movers",
            ),
            rows=tuple(rows),
            align="lrrrl",
            caption="Length in standard deviations of a year, along the worst direction of the factors and of each holding's "
            "own risk, drift left out. Odds: that a year ends at least so far along this one direction, a yardstick.",
        ),
    )


def _moves(found: Mapping[str, Any]) -> Figure:
    start = found["now"]["true_nav"]
    labels = [shock["name"] for shock in found["shocks"]]
    values = [100 * shock["at_once"]["true_nav_change"] / abs(start) for shock in found["shocks"]]
    return Figure(
        key="shocks",
        title="What each shock does to true NAV at once",
        plot=charts.bars(labels, {"change of true NAV": values}, "% of today's true NAV"),
        caption="Private holdings at what they would fetch, not at their marks.",
        wide=False,
    )


def _map(found: Mapping[str, Any]) -> tuple[Figure, ...]:
    heat = found["heat"]
    if not heat or len(heat["factors"]) < 2:
        return ()
    moves = [100 * move for move in heat["moves"]]
    ltv = [[None if x is None else 100 * x for x in row] for row in heat["true_ltv"]]
    first, second = heat["factors"]
    return (
        Figure(
            key="heat",
            title=f"LTV if {first} and {second} move",
            plot=charts.heat(moves, moves, ltv, (f"move of {first}, %", f"move of {second}, %"), "LTV, %"),
            caption=f"True values, at once. The ceiling is {words.share(heat['ltv_max'], 0)}.",
            wide=False,
        ),
    )
