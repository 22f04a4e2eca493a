"""Small pure builders of plotly figures: numbers in, plain dicts out.

Colours are Okabe and Ito's, which most colour-blind readers tell apart (jfly.uni-koeln.de/color);
the page's style sheet recolours text and grid lines for dark screens and for paper.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

BLUE, SKY, GREEN, ORANGE, VERMILION, PURPLE, GREY = (
    "#0072B2", "#56B4E9", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#8A919C",
)  # fmt: skip
SERIES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY)
FORM = ",.2~f"  # d3-format: at most two decimals, thousands apart
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "x", "star")
DOWNWARDS = {"autorange": "reversed", "showgrid": False, "type": "category", "dtick": 1}

Plot = dict[str, Any]
Line = tuple[float, str]
"""A level worth a line of its own, and its name."""


def fan(bands: Mapping[str, Sequence[Any]], axis: str, lines: Sequence[Line] = ()) -> Plot:
    """Quantiles through time: `bands` has date, p05, p25, p50, p75, p95."""
    clear, edge = {"color": "rgba(0,114,178,0)", "width": 0}, {"color": "rgba(0,114,178,.35)", "width": 1}
    outer, inner = "rgba(86,180,233,.25)", "rgba(86,180,233,.45)"
    drawn = (
        ("p05", "5 %", edge, None),
        ("p25", "25 %", clear, outer),
        ("p50", "median", {"color": BLUE, "width": 2.5}, inner),
        ("p75", "75 %", clear, inner),
        ("p95", "95 %", edge, outer),
    )
    data = [
        _line(bands["date"], bands[key], line, fill, name=name, hovertemplate=f"%{{y:{FORM}}}")
        for key, name, line, fill in drawn
    ]
    layout = _layout(340, axis_y=axis, showlegend=False, hovermode="x unified")
    layout["xaxis"].update(type="date", showgrid=False, tickformat="%Y-%m")
    return {"data": data, "layout": _with_lines(layout, lines, "h")}


def bridge(steps: Sequence[tuple[str, float, bool]], axis: str) -> Plot:
    """A waterfall out of bars, downwards: (label, amount, is a total); a step starts where the last ended."""
    base, ends, colours, level = [], [], [], 0.0
    for _, amount, total in steps:
        base.append(0.0 if total else level)
        level = amount if total else level + amount
        ends.append(max(base[-1], level))
        colours.append(BLUE if total else GREEN if amount >= 0 else VERMILION)
    labels = [_wrapped(label) for label, _, _ in steps]
    texts = [_signed(amount, not total) for _, amount, total in steps]
    bar = _bar(labels, [amount for _, amount, _ in steps], colours, base=base, text=texts, textposition="none")
    bar["hovertemplate"] = "%{y}: %{text}<extra></extra>"
    layout = _layout(80 + 40 * len(labels), axis_x=axis, showlegend=False, bargap=0.3)
    layout["margin"]["r"] = 60
    layout["yaxis"].update(DOWNWARDS)
    layout["annotations"] = [
        {"y": n, "x": end, "text": text, "showarrow": False, "xanchor": "left", "xshift": 4}
        for n, (end, text) in enumerate(zip(ends, texts, strict=True))
    ]
    return {"data": [bar], "layout": layout}


def bars(
    labels: Sequence[str], series: Mapping[str, Sequence[float]], axis: str, colours: Sequence[str] = SERIES
) -> Plot:
    """Horizontal bars, the series end to end, the first label on top."""
    data = [
        _bar(
            [_wrapped(label) for label in labels],
            values,
            colours[n % len(colours)],
            name=name,
            hovertemplate=f"%{{y}}: %{{x:{FORM}}}",
        )
        for n, (name, values) in enumerate(series.items())
    ]
    layout = _layout(90 + 34 * len(labels), axis_x=axis, showlegend=len(data) > 1, barmode="relative", bargap=0.3)
    layout["yaxis"].update(DOWNWARDS, type="category")  # a label may look like a year
    return {"data": data, "layout": layout}


def ladder(stock: Mapping[str, float], due: Mapping[str, float], axis: str, lines: Sequence[Line] = ()) -> Plot:
    """What is there now, as one stacked column, beside what falls due year by year."""
    columns = [(["now"], [amount], name) for name, amount in stock.items()]
    columns.append((list(due), list(due.values()), "falls due"))
    hues = [*(GREEN, SKY, GREY)[: len(stock)], ORANGE]
    data = [
        {
            "type": "bar",
            "x": x,
            "y": y,
            "name": name,
            "marker": {"color": hue},
            "hovertemplate": f"%{{y:{FORM}}}",
        }
        for (x, y, name), hue in zip(columns, hues, strict=True)
    ]
    layout = _layout(340, axis_y=axis, showlegend=True, barmode="stack", bargap=0.35)
    layout["xaxis"].update(type="category", showgrid=False, nticks=0)
    return {"data": data, "layout": _with_lines(layout, lines, "h")}


def dots(labels: Sequence[str], series: Mapping[str, Sequence[tuple[float, float, float] | None]], axis: str) -> Plot:
    """Points with their intervals: each (middle, low, high) or None, one row a label, the first on top."""
    data = []
    shift = 0.5 / max(len(series), 1)
    for n, (name, points) in enumerate(series.items()):
        offset = (n - (len(series) - 1) / 2) * shift
        known = [(row, *point) for row, point in enumerate(points) if point]
        data.append({
            "type": "scatter", "mode": "markers", "name": name, "cliponaxis": False,
            "x": [middle for _, middle, _, _ in known],
            "y": [row + offset for row, _, _, _ in known],
            "customdata": [[labels[row], low, high] for row, _, low, high in known],
            "error_x": {
                "type": "data", "symmetric": False, "thickness": 1.5, "width": 4,
                "array": [high - middle for _, middle, _, high in known],
                "arrayminus": [middle - low for _, middle, low, _ in known],
            },
            "marker": {"color": SERIES[n % len(SERIES)], "symbol": SYMBOLS[n % len(SYMBOLS)], "size": 9},
            "hovertemplate": f"%{{customdata[0]}}: %{{x:{FORM}}}"
            f" (%{{customdata[1]:{FORM}}} to %{{customdata[2]:{FORM}}})",
        })  # fmt: skip
    height = 76 + 20 * len(series) + (30 + 9 * len(series)) * len(labels)
    layout = _layout(height, axis_x=axis, showlegend=len(series) > 1)
    layout["xaxis"]["rangemode"] = "tozero"
    rows = {
        "tickvals": list(range(len(labels))),
        "ticktext": [_wrapped(label) for label in labels],
        "range": [len(labels) - 0.5, -0.5],
    }
    layout["yaxis"].update(showgrid=False, **rows)
    return {"data": data, "layout": layout}


def zones(edges: Sequence[float], names: Sequence[str], marks: Sequence[Line], axis: str) -> Plot:
    """One measure on a line, the zones it may stand in, and where it stands: the first mark is today's."""
    hues = (GREEN, ORANGE, VERMILION)
    data = [
        _bar(
            [0],
            [high - low],
            hues[min(n, 2)],
            base=[low],
            width=0.5,
            name=name,
            hoverinfo="skip",
            opacity=0.35,
        )
        for n, ((low, high), name) in enumerate(zip(pairwise(edges), names, strict=True))
    ]
    layout = _layout(170 + 26 * len(marks), axis_x=axis, showlegend=True, barmode="overlay")
    layout["xaxis"].update(range=[edges[0], edges[-1]], showgrid=False)
    layout["yaxis"].update(visible=False, range=[-0.35 - 0.4 * (len(marks) - 1), 0.8])
    layout["shapes"], layout["annotations"] = [], []
    for n, (level, name) in enumerate(marks):
        today, left = n == 0, level <= edges[0] + 0.55 * (edges[-1] - edges[0])
        start, end = (-0.25, 0.5) if today else (0.25, -0.1 - 0.4 * n)
        line = {"color": BLUE if today else GREY, "width": 4 if today else 2}
        side = {"xanchor": "left", "xshift": 5} if left else {"xanchor": "right", "xshift": -5}
        layout["shapes"].append({"type": "line", "x0": level, "x1": level, "y0": start, "y1": end, "line": line})
        layout["annotations"].append(_label(name, x=level, y=end, yanchor="middle", **side))
    return {"data": data, "layout": layout}


def histogram(edges: Sequence[float], shares: Sequence[float], axis: str, lines: Sequence[Line] = ()) -> Plot:
    """Shares of the paths, in percent, between one edge and the next."""
    bar = {
        "type": "bar",
        "x": [(low + high) / 2 for low, high in pairwise(edges)],
        "y": list(shares),
        "width": [high - low for low, high in pairwise(edges)],
        "marker": {"color": SKY, "line": {"color": BLUE, "width": 0.5}},
        "hovertemplate": f"around %{{x:{FORM}}}: %{{y:{FORM}}} % of paths<extra></extra>",
    }
    layout = _layout(320, axis_x=axis, axis_y="% of paths", showlegend=False, bargap=0)
    layout["xaxis"]["showgrid"] = False
    return {"data": [bar], "layout": _with_lines(layout, lines, "v")}


def curve(x: Sequence[float], y: Sequence[float], axis_x: str, axis_y: str, lines: Sequence[Line] = ()) -> Plot:
    """One line with the ground under it filled."""
    line = _line(x, y, {"color": BLUE, "width": 2.5}, hovertemplate=f"%{{x:{FORM}}}: %{{y:{FORM}}}<extra></extra>")
    line.update(fill="tozeroy", fillcolor="rgba(86,180,233,.25)")
    layout = _layout(320, axis_x=axis_x, axis_y=axis_y, showlegend=False)
    layout["yaxis"]["rangemode"] = "tozero"
    return {"data": [line], "layout": _with_lines(layout, lines, "v")}


def lines(
    x: Sequence[float],
    series: Mapping[str, Sequence[float]],
    axis_x: str,
    axis_y: str,
    marks: Sequence[Line] = (),
    spread: Sequence[float] = (),
) -> Plot:
    """Lines over one measure, with upright marks; `spread`: half-widths of an interval around the first line."""
    data = []
    for n, (name, y) in enumerate(series.items()):
        line = {"color": SERIES[n % len(SERIES)], "width": 2.5, "dash": ("solid", "dash", "dot", "dashdot")[n // 2 % 4]}
        drawn = _line(x, y, line, name=name, hovertemplate=f"%{{x:{FORM}}}: %{{y:{FORM}}}")
        if spread and n == 0:
            drawn["error_y"] = {"type": "data", "array": list(spread), "thickness": 1, "width": 2}
        data.append(drawn)
    layout = _layout(340, axis_x=axis_x, axis_y=axis_y, showlegend=len(data) > 1)
    layout["xaxis"]["rangemode"] = "tozero"
    return {"data": data, "layout": _with_lines(layout, marks, "v")}


def timeline(
    dates: Sequence[str],
    series: Mapping[str, Sequence[float | None]],
    axis: str,
    events: Sequence[tuple[str, float | None, str, str]] = (),
    lines: Sequence[Line] = (),
) -> Plot:
    """Lines through time, and events on them: (date, height, short label, what is said when a hand rests on it)."""
    data = []
    for n, (name, y) in enumerate(series.items()):
        line = {"color": SERIES[n % len(SERIES)], "width": 2, "dash": ("solid", "dash", "dot", "dashdot")[n // 2 % 4]}
        data.append(_line(dates, y, line, name=name, hovertemplate=f"%{{x}}: %{{y:{FORM}}}"))
    if events:
        data.append({
            "type": "scatter", "mode": "markers+text", "name": "events", "x": [e[0] for e in events], "y": [e[1] for e in events],
            "text": [e[2] for e in events], "customdata": [e[3] for e in events], "textposition": "top center",
            "marker": {"color": VERMILION, "size": 9, "symbol": "diamond"}, "cliponaxis": False,
            "hovertemplate": "%{x}: %{customdata}<extra></extra>",
        })  # fmt: skip
    layout = _layout(340, axis_y=axis, showlegend=len(data) > 1)
    layout["xaxis"].update(type="date", showgrid=False, tickformat="%Y-%m")
    return {"data": data, "layout": _with_lines(layout, lines, "h")}


def heat(
    x: Sequence[float], y: Sequence[float], z: Sequence[Sequence[float | None]], axes: tuple[str, str], what: str
) -> Plot:
    """A map: z (rows of y, columns of x) as colours, darker is more."""
    layout = _layout(120 + 22 * max(6, len(y)), axis_x=axes[0], axis_y=axes[1])
    map_ = {
        "type": "heatmap", "x": list(x), "y": list(y), "z": [list(row) for row in z],
        "colorscale": [[0.0, "#f2f6fa"], [0.5, "#7aa6c9"], [1.0, "#16324f"]], "colorbar": {"title": {"text": what}, "thickness": 12},
        "hovertemplate": f"{axes[0]} %{{x}}, {axes[1]} %{{y}}: %{{z:{FORM}}}<extra></extra>",
    }  # fmt: skip
    return {"data": [map_], "layout": layout}


def _bar(labels: Sequence[Any], values: Sequence[float], colour: Any, **more: Any) -> Plot:
    looks = {"type": "bar", "orientation": "h", "marker": {"color": colour}}
    return {**looks, "y": list(labels), "x": list(values), **more}


def _line(x: Sequence[Any], y: Sequence[Any], line: Mapping[str, Any], fill: str | None = None, **more: Any) -> Plot:
    filled = {"fill": "tonexty", "fillcolor": fill} if fill else {}
    return {
        "type": "scatter",
        "mode": "lines",
        "x": list(x),
        "y": list(y),
        "line": dict(line),
        **filled,
        **more,
    }


def _layout(height: int, axis_x: str = "", axis_y: str = "", **more: Any) -> Plot:
    def axis(title: str) -> Plot:
        named = {"title": {"text": title, "standoff": 12}} if title else {}
        looks = {"automargin": True, "fixedrange": True, "zeroline": False}
        return {**named, **looks, "ticklabelstandoff": 6, "tickformat": FORM}

    clear = "rgba(0,0,0,0)"
    # Numbers up the side fit a fixed margin; one that finds itself can swing to and fro on a narrow screen.
    side = {"automargin": False} if axis_y else {}
    return {
        "height": height,
        "autosize": True,
        "margin": {"l": 62 if axis_y else 12, "r": 16, "t": 14, "b": 12},
        "dragmode": False,
        "paper_bgcolor": clear,
        "plot_bgcolor": clear,
        "separators": ".,",
        "font": {"family": "system-ui, sans-serif", "size": 13},
        "hoverlabel": {"bgcolor": "#1d2430", "font": {"color": "#ffffff"}},
        "legend": {"orientation": "h", "traceorder": "normal", "itemclick": False, "itemdoubleclick": False}
        | {"x": 0, "y": 1.02, "xanchor": "left", "yanchor": "bottom"},
        "xaxis": {**axis(axis_x), "nticks": 7},
        "yaxis": {**axis(axis_y), **side},
        **more,
    }


def _with_lines(layout: Plot, lines: Sequence[Line], direction: str) -> Plot:
    along, across = ("x", "y") if direction == "h" else ("y", "x")
    dash = {
        "type": "line",
        "line": {"color": VERMILION, "width": 1.5, "dash": "dash"},
        f"{along}ref": "paper",
    }
    ends = {f"{along}0": 0, f"{along}1": 1}
    layout["shapes"] = [{**dash, **ends, f"{across}0": level, f"{across}1": level} for level, _ in lines]
    corner = {"xanchor": "left", "xshift": 4, f"{along}ref": "paper"}
    corner |= {"x": 0, "yanchor": "bottom"} if direction == "h" else {"y": 1, "yanchor": "top"}
    layout["annotations"] = [_label(name, **{across: level}, **corner) for level, name in lines]
    return layout


def _label(text: str, **where: Any) -> Plot:
    """Text on a ground of its own, which the style sheet gives the colour of the page."""
    return {"text": text, "showarrow": False, "bgcolor": "#fbfaf6", "borderpad": 2, **where}


def _wrapped(label: str) -> str:
    """Long names in lines, so that they leave room for the picture on a narrow screen."""
    return "\n".join(textwrap.wrap(label, 20)) or label


def _signed(amount: float, sign: bool) -> str:
    text = f"{abs(amount):,.1f}"
    return f"\N{MINUS SIGN}{text}" if amount < 0 else f"+{text}" if sign and amount > 0 else text
