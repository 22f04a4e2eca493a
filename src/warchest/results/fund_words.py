"""What the measures of funds say, in sentences and cells: the same words on a terminal and on a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.core.units import chance, percent, say

Measured = Mapping[str, Any]
NONE = "–"
HEADER = (
    "TVPI 5 %", "median", "95 %", "mean ± se", "DPI, median", "Below 1x", "Net IRR, median",
    "Gross IRR, median", "KS-PME, median", "Direct Alpha, median",
)  # fmt: skip
DEALS_HEADER = (
    "Deals",
    "End below 1x",
    "Gross multiple",
    "Value from the best 6 %",
    "Any ten-bagger",
    "… if all ended as drawn",
)
BINOMIAL = (
    "A ten-bagger brings ten times the money put into it, by its end or, unfinished, at its truth. Beside it: the odds by the "
    "binomial, if every deal had run to its end as drawn and none hung on another; only where one flow's outcome is all that counts."
)
MONEY_HEADER = ("Paid in", "Paid out", "Left at the end", "RVPI, median", "Fees", "Carry")
DEFINED = 0.995
"""A rate that fewer paths than this have is told with their share."""


def cells(f: Measured) -> list[str]:
    """Multiples and rates of one fund, as `HEADER` has them."""
    t = f["tvpi"]
    if t is None:
        return [NONE] * len(HEADER)
    return [
        times(t["p05"]), times(t["p50"]), times(t["p95"]), f"{times(t['mean'])} ±{t['se']:.3f}", times(f["dpi"]["p50"]),
        chance(f["loss"], f["paths"]), rate(f["irr"]), rate(f["gross_irr"]),
        times(f["ks"]["p50"]) if f["ks"] else NONE, rate(f["direct_alpha"]),
    ]  # fmt: skip


def deal_cells(f: Measured) -> list[str]:
    """What its bets and deals were, as `DEALS_HEADER` has it."""
    if not f["deals"]:
        return [NONE] * len(DEALS_HEADER)
    binomial = f["ten_bagger_binomial"]
    return [
        f"{f['deals']:.1f}", percent(f["loss_ratio"]), times(f["multiple"]),
        NONE if f["top_share"] is None else percent(f["top_share"]),
        chance(f["ten_bagger"], f["paths"]), NONE if binomial is None else percent(binomial),
    ]  # fmt: skip


def money_cells(f: Measured) -> list[str]:
    """What went in and out on average, as `MONEY_HEADER` has it, in the fund's currency."""
    if f["rvpi"] is None:
        return [NONE] * len(MONEY_HEADER)
    paid_in, paid_out, left, fees, carry = (
        say(f[key]["mean"], f["currency"]) for key in ("paid_in", "paid_out", "left", "fees", "carry")
    )
    return [paid_in, paid_out, left, times(f["rvpi"]["p50"]), fees, carry]


def times(x: float) -> str:
    """A multiple.

    >>> times(1.256)
    '1.26x'
    """
    return f"{x:.2f}x".replace("-", "−")


def rate(found: Mapping[str, float] | None) -> str:
    """The median of a rate, and on how many paths there is one, where it is not on all."""
    if found is None:
        return NONE
    few = "" if found["defined"] >= DEFINED else f" (on {percent(found['defined'], 0)})"
    return f"{percent(found['p50'])}{few}"


def lead(f: Measured) -> str:
    """What common investors get: the median, and both tails."""
    t = f["tvpi"]
    return (
        f"{times(t['p50'])} of their money at the median, {times(t['p05'])} at the 5 % tail and {times(t['p95'])} at the 95 %; "
        f"less than they paid on {chance(f['loss'], f['paths'])} of paths"
    )


def compared(funds: Sequence[Measured], rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What common investors of each fund get, and what each row that differs makes of it, under the file's own outlook."""
    found = []
    for n, fund in enumerate(funds):
        own = [row for row in rows if row.get("outlook") == rows[0].get("outlook") and len(row.get("funds", ())) > n]
        others = [(row["row"], row["funds"][n]) for row in own if row["funds"][n]["tvpi"] not in (None, fund["tvpi"])]
        if fund["tvpi"] is None or not others:
            continue
        found.append(f"{fund['name']}: common investors get {lead(fund)}.")
        found += [f"{fund['name']}, {row}: {lead(other)}." for row, other in others]
    return found
