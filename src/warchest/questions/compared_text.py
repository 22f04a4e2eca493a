"""`compare` and `vary` as readable tables for a terminal; the numbers are those of the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.core.units import chance, percent, say, span
from warchest.questions.text import table
from warchest.questions.verdict import logs, points

ODDS = ("margin_call", "forced_sale", "breach", "default", "ruin", "halved", "loss")
NAMES = {"halved": "NAV halved", "loss": "Loss"}
CHANGES = ("margin_call", "forced_sale", "default", "ruin")


def compare(s: Mapping[str, Any]) -> str:
    """The answer of `warchest compare`: what each policy leaves, its odds, and the differences from the first."""
    rows, n, currency = s["policies"], s["paths"], s["currency"]
    first = s["against"]
    head = f"{s['house']}, {s['as_of']}: {', '.join(row['policy'] for row in rows)} on the same markets."
    blocks = [head, _left(rows, "policy", currency), _odds(rows, "policy", n)]
    for row in rows:
        blocks += [
            f"Of {fund['name']}, {row['policy']}: TVPI {fund['tvpi']['mean']:.2f} ±{fund['tvpi']['se']:.2f}, "
            f"median {fund['tvpi']['p50']:.2f}; loss {chance(fund['loss'], n)}."
            for fund in row.get("funds", ())
            if fund["tvpi"]
        ]
    blocks.append(_changes(s["differences"], "policy", f"Less {first}, on the same paths", first))
    blocks.append("\n".join(s["said"]))
    return "\n\n".join([*blocks, about(s)])


def vary(s: Mapping[str, Any]) -> str:
    """The answer of `warchest vary`: a row a value of the field, and the differences from the file's own."""
    rows = [{**row, "shown": f"{row['value']} (the file's)" if row["own"] else row["value"]} for row in s["curve"]]
    n, currency = s["paths"], s["currency"]
    head = f"{s['house']}, {s['as_of']}: {s['field']}, {'the file has ' + s['own'] if s['own'] else 'left out of the file'}."
    blocks = [head, _left(rows, s["field"], currency, "shown"), _odds(rows, s["field"], n, "shown", s["loan"])]
    changed = [{**row["change"], "shown": row["shown"]} for row in rows if row["change"]]
    if changed:
        how = "on the same paths" if s["same_paths"] else "as between runs apart"
        blocks.append(_changes(changed, "shown", f"Less the file's own, {how}", "the file's own"))
    else:
        blocks.append("This is what the file has: name another value to see a difference.")
    if s["said"]:
        blocks.append("\n".join(s["said"]))
    grid = "each on its own grid" if s["field"] in ("horizon", "step") else None
    return "\n\n".join([*blocks, about(s, grid)])


def about(s: Mapping[str, Any], grid: str | None = None) -> str:
    """How the numbers were made, and how far they can be believed."""
    paired = ", of a difference the paired one" if s.get("same_paths", True) else ""
    grid = grid or f"{span(s['horizon_years'])}, {s['grid']}"
    return (
        f"{s['paths']:,} paths each, seed {s['seed']}, {grid}. ± is one standard error{paired}. "
        "Told apart is what is more than two of them from nothing: of twenty differences that are "
        "none, one looks like it by luck."
    )


def _left(rows: Sequence[Mapping[str, Any]], title: str, currency: str, key: str = "policy") -> str:
    """What each way leaves: NAV, growth, how deep it falls, what was bet and how far cash ran down."""
    cheques, defence = any(row["cheque"] for row in rows), any(row["defence"] for row in rows)
    header = [
        title.capitalize() if title == "policy" else title,
        "Median NAV",
        "5 %",
        "95 %",
        "Growth a year",
        "Deepest fall",
    ]
    header += [
        "Time above ceiling",
        "Lowest cash",
        *(["Bets (mean)"] if cheques else []),
        *(["defence"] if defence else []),
    ]
    lines = []
    for row in rows:
        growth, deep = row["growth"], row["max_drawdown"]["p50"]
        lines.append([
            row[key], *(say(row["nav"][q], currency) for q in ("p50", "p05", "p95")),
            "–" if growth is None else f"{percent(growth['value'], 2)} ±{100 * growth['se']:.2f}",
            "–" if deep is None else percent(deep), percent(row["time_above_max"]), say(row["cash_min"]["p50"], currency),
            *([say(row["cheque"], currency)] if cheques else []), *([percent(row["defence"])] if defence else []),
        ])  # fmt: skip
    return table(header, lines)


def _odds(rows: Sequence[Mapping[str, Any]], title: str, n: int, key: str = "policy", loan: str | None = None) -> str:
    """The odds of each way over the whole horizon; `loan`: one whose own calls are told too."""
    header = [title.capitalize() if title == "policy" else title]
    header += [f"Call of {loan}"] if loan else []
    header += [NAMES.get(name, name.replace("_", " ").capitalize()) for name in ODDS]
    lines = []
    for row in rows:
        called = next((x["calls"] for x in row["loans"] if x["name"] == loan), None)
        cells = [*([called] if loan else []), *(row["probabilities"][name] for name in ODDS)]
        lines.append([row[key], *("–" if cell is None else chance(cell, n) for cell in cells)])
    return table(header, lines)


def _changes(rows: Sequence[Mapping[str, Any]], key: str, title: str, first: str) -> str:
    """Differences in log NAV, and in points of percent of each chance; a star where it cannot be told from none."""
    header = [title, "Log NAV", *(f"{NAMES.get(k, k.replace('_', ' ').capitalize())}, points" for k in CHANGES)]
    paired = all("only_here" in row["ruin"] for row in rows)
    header += ["Rescued", "Killed"] if paired else []
    lines = []
    for row in rows:
        cells = [_starred(row["log_nav"], logs(row["log_nav"]), paired)]
        cells += [_starred(row[k], points(row[k]), paired) for k in CHANGES]
        counts = [f"{row['ruin'][side]:,}" for side in ("only_there", "only_here")] if paired else []
        lines.append([row[key], *cells, *counts])
    legend = "* cannot be told from none."
    if paired:
        legend += f" Rescued: paths that are ruined under {first}, not under this one; killed: the other way round."
    return f"{table(header, lines)}\n{legend}"


def _starred(found: Mapping[str, Any] | None, text: str, paired: bool) -> str:
    if found is not None and paired and found["se"] == 0.0 == found["difference"]:
        return "same"
    return text if found is None or found["apart"] else f"{text} *"
