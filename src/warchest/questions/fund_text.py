"""Funds as readable tables for a terminal; the numbers are those of the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.questions.text import table
from warchest.results.fund_words import (
    BINOMIAL,
    DEALS_HEADER,
    HEADER,
    MONEY_HEADER,
    cells,
    compared,
    deal_cells,
    money_cells,
)


def funds(found: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]] = ()) -> str:
    """What each fund was for its common investors, net of fee, coupons and carry; the file's rows side by side."""
    blocks = [
        table(["Net to common investors, from today on", *HEADER], [[f["name"], *cells(f)] for f in found]),
        table(["Mean of all paths", *MONEY_HEADER], [[f["name"], *money_cells(f)] for f in found]),
        table(["Bets and deals of", *DEALS_HEADER], [[f["name"], *deal_cells(f)] for f in found]),
    ]
    for outlook in dict.fromkeys(row["outlook"] for row in rows):
        sides = [(row["row"], f) for row in rows if row["outlook"] == outlook for f in row.get("funds", ())]
        named = [(f"{row}: {f['name']}" if len(found) > 1 else row, f) for row, f in sides]
        if named:
            blocks.append(table([outlook, *HEADER], [[name, *cells(f)] for name, f in named]))
            blocks.append(table([outlook, *DEALS_HEADER], [[name, *deal_cells(f)] for name, f in named]))
    blocks.append("\n".join(compared(found, rows)))
    if any(f["deals"] for f in found):
        blocks.append(BINOMIAL)
    return "\n\n".join(block for block in blocks if block)
