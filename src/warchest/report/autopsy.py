"""One path as a page: what killed it, NAV, LTV and cash with the events on them, what would have saved it, the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from warchest.core.units import percent, say
from warchest.report import charts, page, put, words
from warchest.report.section import Card, Figure, Section, Table

LEDGER = 3000
"""Movements that the page shows: the last ones; the Beancount file and `--json` have all of them."""
EVENTS = ("call", "close-out", "met", "default", "ruin", "bet", "impact")
"""Kinds of links that are marked on the charts beside those that led to the end."""


def write(found: Mapping[str, Any], through: Mapping[str, Any], more: Mapping[str, Any], out: Path) -> Path:
    """Write the page of a path: the answer of an autopsy, its series, and `remedies`, `cash`, `rule` and `of_paths`."""
    return put(build(found, through, more), out)


def build(found: Mapping[str, Any], through: Mapping[str, Any], more: Mapping[str, Any]) -> str:
    """The page of a path, the same text every time."""
    sections = (_killed(found, through, more), _lenders(found, through), _saved(found, more), _ledger(found))
    return page.written(
        [section for section in sections if section is not None],
        version=version("warchest"),
        house=str(found["house"]),
        as_of=str(found["as_of"]),
        currency=str(found["currency"]),
        about=f"path {found['path']} of seed {found['seed']}, policy {found['policy']}",
        made=f"from path {found['path']} of seed {found['seed']}; the same house, path and seed make the same file",
    )


def _marks(
    found: Mapping[str, Any], dates: Sequence[str], y: Sequence[float]
) -> list[tuple[str, float | None, str, str]]:
    """Events with their numbers in the chain, at the height of the line on their date; of one date together."""
    by_date: dict[str, list[Mapping[str, Any]]] = {}
    for link in found["chain"]:
        if link["led_to_end"] or link["kind"] in EVENTS:
            by_date.setdefault(link["date"], []).append(link)
    marks: list[tuple[str, float | None, str, str]] = []
    for date, links in by_date.items():
        if date in dates:
            label = str(links[0]["n"]) if len(links) == 1 else f"{links[0]['n']}–{links[-1]['n']}"
            marks.append(
                (date, y[dates.index(date)], label, "\n".join(f"{link['n']} {link['text']}" for link in links))
            )
    return marks


def _killed(found: Mapping[str, Any], through: Mapping[str, Any], more: Mapping[str, Any]) -> Section:
    start, end, currency = found["start"], found["end"], found["currency"]
    scale = words.unit([start["nav"], *through["nav"]], currency, least=1)
    cause = found["cause"]
    title = f"{cause['text'][0].upper()}{cause['text'][1:]} ({cause['of']})" if cause else "The house lives"
    lead = [f"{found['grid'][0].upper()}{found['grid'][1:]}."]
    if more.get("rule"):
        lead.append(f"Chosen of {more['of_paths']:,} paths: {more['rule']}.")
    nav = [x / scale.size for x in through["nav"]]
    led = [link for link in found["chain"] if link["led_to_end"]] or found["chain"]
    rows = tuple(
        (str(link["n"]), link["date"], link["text"], ", ".join(map(str, link["because"])) or words.NONE) for link in led
    )
    table = Table(
        title="The chain of causes" if cause else "What happened to its loans",
        header=("link", "date", "what happened", "from"),
        rows=rows,
        align="llll",
        caption="A link names those it came from only where the log, or the arithmetic of its own numbers, shows it.",
    )
    return Section(
        key="killed",
        question="What killed it?" if cause else "What happened?",
        title=title,
        lead=tuple(lead),
        cards=(
            Card("NAV at the start", say(start["nav"], currency), f"at marks, {start['date']}"),
            Card("NAV at the end", say(end["nav_marked"], currency), f"at marks, {end['date']}"),
            Card("First margin call", found["first_call"] or words.NONE),
            Card("Default", found["default"] or words.NONE),
        ),
        figures=(
            Figure(
                key="nav",
                title=f"NAV from {start['date']} to {end['date']}",
                plot=charts.timeline(
                    through["date"], {"NAV": nav}, f"NAV at marks, {scale}", _marks(found, through["date"], nav)
                ),
                caption="Numbers are those of the links of the chain. Path of a simulation, not a forecast.",
            ),
        ),
        tables=(table,) if rows else (),
    )


def _lenders(found: Mapping[str, Any], through: Mapping[str, Any]) -> Section:
    figures = []
    for loan in through["loans"]:
        price, name = loan["price"], loan["asset"]
        figures.append(
            Figure(
                key=f"price-{loan['name']}",
                title=f"{name}, and the price at which the lender of {loan['name']} calls",
                plot=charts.timeline(
                    through["date"],
                    {name: price, "call price": loan["call"]},
                    f"{loan['currency']} a share",
                    _marks(found, through["date"], price),
                ),
                caption="Call price: loan / (pledged shares × call level), after what was paid and pledged on the way; the price has "
                "the impact of own sales in it. The line ends where the loan is repaid or closed out.",
            )
        )
    figures += [
        Figure(
            key=f"asset-{asset['name']}",
            title=f"{asset['name']}, the asset that cost most",
            plot=charts.timeline(through["date"], {asset["name"]: asset["price"]}, "price"),
            caption="The price of one share, of a private holding its true value as a multiple of what is held.",
        )
        for asset in through["assets"]
    ]
    ltv = [min(100.0 * x, 200.0) for x in through["ltv"]]
    scale = words.unit(through["cash"], found["currency"], least=1)
    cash = [x / scale.size for x in through["cash"]]
    return Section(
        key="lenders",
        question="How did the lenders see it?",
        title=f"LTV was {percent(found['start']['ltv'])} at the start, "
        f"{percent(min(found['ltv_peak'], 10.0))} at its highest" + (" or above" if found["ltv_peak"] >= 10.0 else ""),
        figures=(
            *figures,
            Figure("ltv", "LTV of the house", charts.timeline(through["date"], {"LTV": ltv}, "LTV, %"),
                   f"{words.DEFINITIONS['LTV of the house']} Shown up to 200 %.", wide=False),
            Figure("cash", "Cash", charts.timeline(through["date"], {"cash": cash}, f"cash, {scale}"),
                   "All currencies together.", wide=False),
        ),
    )  # fmt: skip


def _saved(found: Mapping[str, Any], more: Mapping[str, Any]) -> Section | None:
    if more.get("remedies") is None:
        return None
    lives = [row["text"] for row in more["remedies"] if row["saved"]]
    rows = tuple(
        (row["text"], "lives" if row["saved"] else f"dies on {row['end']}", say(row["nav"], found["currency"]))
        for row in more["remedies"]
    )
    cash = more["cash"]
    least = "No amount of new cash that was tried saves this path."
    if cash is not None:
        least = f"The least new cash today that saves this path is {say(cash, found['currency'])}, to 0.1 %."
    return Section(
        key="saved",
        question="What would have saved it?",
        title=f"It lives with: {'; '.join(lives)}" if lives else "None of the remedies tried saves this path",
        lead=(least,),
        tables=(
            Table("One thing changed today, the same world", ("remedy", "the house", "final true NAV"), rows, "llr",
                  "Each is tried alone. One path says what would have helped here; `--deaths` says how often it helps."),
        ),
    )  # fmt: skip


def _ledger(found: Mapping[str, Any]) -> Section | None:
    moved = found["movements"]
    if not moved:
        return None
    rows = tuple((m["date"], m["what"], m["text"]) for m in moved[-LEDGER:])
    cut = f" The last {LEDGER:,} of {len(moved):,}." if len(moved) > LEDGER else ""
    return Section(
        key="ledger",
        question="Where did the money go?",
        title=f"{len(moved):,} movements",
        tables=(
            Table(
                "The ledger",
                ("date", "what", "in words"),
                rows,
                "lll",
                f"Both sides of each are in the Beancount file.{cut}",
            ),
        ),
    )
