"""Funds as readable tables for a terminal; the numbers are those of the JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.questions.text import table
from warchest.results.fund_words import DEALS_HEADER, HEADER, cells, compared, deal_cells


def funds(found: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]] = ()) -> str:
    """What each fund was for its common investors, net of fee, coupons and carry; the file's rows side by side."""
    blocks = [
        table(["Fund, net to common investors", *HEADER], [[f["name"], *cells(f)] for f in found]),
        table(["Bets and deals of", *DEALS_HEADER], [[f["name"], *deal_cells(f)] for f in found]),
    ]
    own = rows[0]["outlook"] if rows else ""
    sides = [(row["row"], f) for row in rows if row["outlook"] == own for f in row.get("funds", ())]
    if sides:
        named = [(f"{row}: {f['name']}" if len(found) > 1 else row, f) for row, f in sides]
        blocks.append(table(["Side by side", *HEADER], [[name, *cells(f)] for name, f in named]))
        blocks.append(table(["Bets and deals", *DEALS_HEADER], [[name, *deal_cells(f)] for name, f in named]))
        blocks.append("\n".join(compared(found, rows)))
    return "\n\n".join(block for block in blocks if block)
