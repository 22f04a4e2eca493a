"""What happens next: NAV, LTV and cash through time."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table

ALL = (-math.inf, math.inf)
QUANTILES = ("p05", "p25", "p50", "p75", "p95")
LTV_SHOWN = (-100.0, 200.0)  # percent; LTV has no end as equity goes to nothing, the picture has


def section(run: RunView) -> Section | None:
    """Fans of NAV, LTV and cash, and the percentiles of the final NAV."""
    figures = tuple(figure for figure in (_nav(run), _ltv(run), _cash(run)) if figure is not None)
    tables = (*_percentiles(run), *_soon(run))
    if not figures and not tables:
        return None
    return Section(
        key="fans",
        question="What happens next?",
        title=_title(run),
        figures=figures,
        tables=tables,
    )


def _title(run: RunView) -> str:
    halved = words.prob((run.simulate.get("probabilities") or {}).get("halved"))
    if halved is None:
        return f"NAV, LTV and cash over {run.horizon}"
    return f"NAV falls by half or more on {run.rough(halved)} of paths within {run.horizon}"


def _of(run: RunView, measure: str) -> pd.DataFrame | None:
    bands = run.bands
    if "measure" not in bands:
        return None
    found = bands[bands["measure"] == measure].sort_values("step", kind="stable")
    return None if found.empty else found


def _bands(found: pd.DataFrame, size: float, ends: tuple[float, float] = ALL) -> dict[str, list[Any]]:
    dates = pd.to_datetime(found["date"]).dt.strftime("%Y-%m-%d")
    numbers = {q: (found[q].astype(float) / size).clip(*ends).tolist() for q in QUANTILES}
    return {"date": dates.tolist(), **numbers}


def _caption(run: RunView, found: pd.DataFrame, definition: str) -> str:
    paths = int(found["paths"].iloc[0]) if "paths" in found else run.count
    first = f"the first {paths:,} of {run.count:,}" if paths < run.count else f"{paths:,}"
    return (
        f"{definition} Line: median; bands: 25–75 % and 5–95 % of paths at each date, from {first} paths; "
        f"{run.grid}. A band joins different paths at different dates. {_error(paths)}"
    )


def _error(paths: int) -> str:
    """A 5 % quantile over n paths is a count with a binomial error; so its rank is off by that much."""
    points = 100 * math.sqrt(0.05 * 0.95 / paths)
    middle = 50 / math.sqrt(paths)
    return f"Error: the outer lines stand at 5 and 95 ±{points:.2f} %, the median at 50 ±{middle:.2f} %."


def _nav(run: RunView) -> Figure | None:
    found = _of(run, "nav")
    if found is None:
        return None
    scale = words.unit([found["p95"].max(), run.value["nav"]], run.currency, least=1)
    bands = _bands(found, scale.size)
    last = found.iloc[-1]
    low, middle, high = (run.money(float(last[q])) for q in ("p25", "p50", "p75"))
    return Figure(
        key="fan-nav",
        title=f"On {bands['date'][-1]} half of the paths have a NAV between {low} and {high}, the median {middle}",
        plot=charts.fan(bands, f"NAV, {scale}", [(run.value["nav"] / 2 / scale.size, "half of today's NAV")]),
        caption=_caption(run, found, f"{words.DEFINITIONS['NAV']} Private holdings at their marks."),
    )


def _ltv(run: RunView) -> Figure | None:
    found = _of(run, "ltv")
    if found is None:
        return None
    bands = _bands(found, 0.01, LTV_SHOWN)
    low, high = (words.share(end / 100, 0) for end in LTV_SHOWN)
    lines = [(100 * c["ltv"], f"ceiling {words.share(c['ltv'], 0)}") for c in run.ceilings]
    return Figure(
        key="fan-ltv",
        title=_ltv_title(run, found, bands["date"]),
        plot=charts.fan(bands, "LTV of the house, %", lines),
        caption=_caption(
            run, found, f"LTV of the house = net debt / equity value of holdings, shown from {low} to {high}."
        ),
    )


def _ltv_title(run: RunView, found: pd.DataFrame, dates: list[str]) -> str:
    if run.ceilings:
        ceiling = run.ceilings[-1]["ltv"]
        above = [date for date, level in zip(dates, found["p95"], strict=True) if level > ceiling]
        if not above:
            return f"On no date do as many as one path in twenty have an LTV above {words.share(ceiling, 0)}"
        return (
            f"From {above[0]} one path in twenty or more has an LTV above the ceiling of "
            f"{words.share(ceiling, 0)}" + ("" if dates[dates.index(above[0]) :] == above else ", at times")
        )
    median, high = (words.share(float(found[q].iloc[-1])) for q in ("p50", "p95"))
    return f"On {dates[-1]} the median LTV is {median}; one path in twenty is above {high}"


def _cash(run: RunView) -> Figure | None:
    found = _of(run, "cash")
    if found is None:
        return None
    scale = words.unit([found["p95"].max()], run.currency, least=1)
    bands = _bands(found, scale.size)
    low = found["p05"].astype(float)
    floor = run.value.get("cash_floor")
    lines = [(floor / scale.size, "cash floor of today")] if floor else []
    at = run.money(float(low.min()))
    title = f"One path in twenty has less than {at} of cash on {bands['date'][int(np.argmin(low))]}"
    nothing = 1e-9 * float(found["p95"].max())  # what rounding leaves of a pot that was emptied
    if low.min() <= nothing:
        dry = next(date for date, level in zip(bands["date"], low, strict=True) if level <= nothing)
        title = f"From {dry} on there are dates when one path in twenty has no cash"
    return Figure(
        key="fan-cash",
        title=title,
        plot=charts.fan(bands, f"cash, {scale}", lines),
        caption=_caption(run, found, "Cash of the house in all currencies, at the rates of the path."),
    )


def _percentiles(run: RunView) -> tuple[Table, ...]:
    nav: Mapping[str, float] = run.simulate.get("nav") or {}
    if not nav:
        return ()
    today = run.value["nav"]
    scale = words.unit([nav.get("p95"), today], run.currency)
    intervals = _intervals(run)
    rows = [
        (
            f"{int(q[1:])} %",
            scale.of(nav[q]),
            words.share(nav[q] / today - 1) if today > 0 else words.NONE,
            _between(scale, intervals.get(q)),
        )
        for q in QUANTILES
        if q in nav
    ]
    if "mean" in nav:
        error = 1.96 * nav.get("se", 0.0)
        rows.append(
            (
                "mean",
                scale.of(nav["mean"]),
                words.share(nav["mean"] / today - 1) if today > 0 else words.NONE,
                _between(scale, (nav["mean"] - error, nav["mean"] + error)),
            )
        )
    return (
        Table(
            title=f"NAV after {run.horizon}, {scale}",
            header=("paths ending below", "NAV", "against today", "95 % interval"),
            rows=tuple(rows),
            align="lrrr",
            caption="Final NAV, private holdings at their truth. Intervals of percentiles: order statistics. "
            f"{run.run}",
        ),
    )


def _soon(run: RunView) -> tuple[Table, ...]:
    """Odds within 3, 12 and 36 months, and over the whole horizon."""
    by_month = run.simulate.get("by_month") or {}
    whole = run.simulate.get("probabilities") or {}
    measures = [key for key in words.ODDS if any(key in chances for chances in by_month.values())]
    if not measures:
        return ()
    spans = [(f"{month} months", by_month[month]) for month in sorted(by_month, key=int)]
    rows = tuple(
        (name, *(run.odds(words.prob(chances.get(key))) for key in measures))
        for name, chances in (*spans, (run.horizon, whole))
    )
    return (
        Table(
            title=f"Odds as time goes by, policy {run.policy}",
            header=("within", *(words.ODDS[key] for key in measures)),
            rows=rows,
            align="l" + "r" * len(measures),
            caption=run.run,
        ),
    )


def _between(scale: words.Unit, interval: tuple[float, float] | None) -> str:
    return words.NONE if interval is None else f"{scale.of(interval[0])} to {scale.of(interval[1])}"


def _intervals(run: RunView) -> dict[str, tuple[float, float]]:
    """95 % intervals of the percentiles by order statistics; none where paths weigh differently."""
    if "nav" not in run.paths or ("weight" in run.paths and run.paths["weight"].nunique() > 1):
        return {}
    ranked = run.paths["nav"].dropna().astype(float).sort_values(ignore_index=True)
    n, found = len(ranked), {}
    for q in QUANTILES:
        p = int(q[1:]) / 100
        spread = 1.96 * math.sqrt(n * p * (1 - p))
        low, high = math.floor(n * p - spread), math.ceil(n * p + spread)
        if low >= 0 and high < n:
            found[q] = (float(ranked[low]), float(ranked[high]))
    return found
