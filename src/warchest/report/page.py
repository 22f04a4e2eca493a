"""Sections -> one HTML page that asks nothing of any network."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from warchest.report.folder import RunView
from warchest.report.section import Section
from warchest.report.words import MINUS

ASSETS = files("warchest.report") / "assets"
DIGITS = 7  # significant digits of a number in a figure
RAW = ("hovertemplate",)  # written by charts.py alone; every other text may hold a name from the file


def render(run: RunView, sections: Sequence[Section]) -> str:
    """The page of a run, the same to the byte for the same run."""
    return written(
        sections,
        version=str(run.manifest.get("warchest", "")),
        house=str(run.value["house"]),
        as_of=str(run.value["as_of"]),
        currency=run.currency,
        about=f"{run.count:,} paths over {run.horizon}",
        made="from a saved run; the same folder makes the same file",
    )


def written(sections: Sequence[Section], **facts: str) -> str:
    """A page of sections; `facts` are its version, house, as_of, currency, what it is about and what it was made from."""
    plotly, draw, style, template = map(_asset, ("plotly-cartesian.min.js", "draw.js", "page.css", "page.html.j2"))
    environment = Environment(autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True)
    return environment.from_string(template).render(
        policy=_policy(plotly, draw),
        plotly=plotly,
        draw=draw,
        style=style,
        sections=sections,
        json=figure_json,
        prose=_prose,
        split=_split,
        td=_cell,
        **facts,
    )


def figure_json(plot: Mapping[str, Any]) -> Markup:
    """A figure as JSON that can stand inside a script element."""
    text = json.dumps(_plain(plot), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))


def _plain(value: Any, raw: bool = False) -> Any:
    """Numbers cut to what a picture needs; text escaped, as plotly reads a little HTML in any text."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item, key in RAW) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    if isinstance(value, str):
        escaped = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>")
        return value if raw else escaped
    if value is None or isinstance(value, (bool, int)):
        return value
    number = float(value)
    return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _policy(*scripts: str) -> str:
    hashes = (base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts)
    allowed = " ".join(f"'sha256-{text}'" for text in hashes)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data: blob:; "
        "connect-src 'none'; base-uri 'none'; form-action 'none'"
    )


def _prose(text: str) -> Markup:
    """A number stays on one line with its percent sign or its currency, a date stays whole."""
    held = re.sub(r"(?<=[0-9a-z]) (?=%|[A-Z]{3}\b)|(?<=[<±]) (?=\d)", "\N{NO-BREAK SPACE}", text)
    return Markup(re.sub(r"\d{4}-\d\d-\d\d", r'<span class="nb">\g<0></span>', str(escape(held))))


def _split(text: str) -> Markup:
    """The number large, its error or its second currency small."""
    for mark in (" ±", " ("):
        head, found, tail = text.partition(mark)
        if found:
            return Markup("{} <small>{}</small>").format(head, (mark + tail).strip())
    return escape(text)


def _cell(text: str, align: str, first: bool) -> Markup:
    if first:
        return Markup('<th scope="row" class="{}">{}</th>').format(align, _prose(text))
    loss = " loss" if align == "r" and text.startswith(MINUS) else ""
    return Markup('<td class="{}">{}</td>').format(align + loss, _split(text) if align == "r" else escape(text))
