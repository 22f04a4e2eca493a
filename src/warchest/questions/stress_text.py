"""The answer of `warchest stress` as readable tables; the numbers are those of the JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from warchest.core.units import percent, say, signed
from warchest.questions.text import table

NONE = "–"
TOLD = 8
"""Movements told of each shock; the JSON has all."""
SHOWN = 8
"""Holdings told of each smallest shock, the largest moves first; the JSON has all."""


def stress(s: Mapping[str, Any]) -> str:
    """Shocks in one table and what follows each, then the smallest shocks, then the map."""

    def money(amount: float | None) -> str:
        return NONE if amount is None else say(amount, s["currency"])

    now = s["now"]
    hidden = abs(now["true_nav"] - now["nav"]) > 1e-9 * abs(now["nav"])
    true = f" ({money(now['true_nav'])} with true values)" if hidden else ""
    head = (
        f"{s['house']}, {s['as_of']}: what breaks us?\n\n"
        f"Today NAV {money(now['nav'])}{true}, LTV {share(now['ltv'])}, "
        f"gross LTV {share(now['gross_ltv'])}, cash {money(now['cash'])}."
    )
    blocks = [head]
    if s["shocks"]:
        blocks += [_table(s, money), *(_shock(shock, money) for shock in s["shocks"]), _about(s)]
    if s["reverse"] is not None:
        blocks.append(_reverse(s, money))
    if s["heat"] is not None:
        blocks.append(_heat(s["heat"]))
    return "\n\n".join(blocks)


def share(x: float | None, digits: int = 1) -> str:
    """A fraction as percent; a dash where there is none."""
    return NONE if x is None else percent(x, digits)


def _table(s: Mapping[str, Any], money: Callable[[float | None], str]) -> str:
    header = [
        "Shock", "NAV at once", "Change", "True NAV", "LTV", "Gross LTV", "Called", "Closed out", "Cash to cure", "Short of cash",
        "True NAV after", "LTV after", "Sold", "Default",
    ]  # fmt: skip
    rows = []
    for shock in s["shocks"]:
        once, after = shock["at_once"], shock["after"]
        rows.append([
            shock["name"], money(once["nav"]), share(once["nav_move"]), money(once["true_nav"]), share(once["ltv"]),
            share(once["gross_ltv"]), str(len(once["called"])), str(len(once["closed_out"])), money(once["cash_needed"]),
            money(once["short"]), money(after["true_nav"]), share(after["ltv"]), money(sum(x["amount"] for x in after["sold"])),
            after["default"] or "no",
        ])  # fmt: skip
    return table(header, rows)


def _shock(shock: Mapping[str, Any], money: Callable[[float | None], str]) -> str:
    once, after = shock["at_once"], shock["after"]
    factors = ", ".join(f"{name} {percent(move)}" for name, move in shock["factors"].items()) or "no factor"
    lines = [f"{shock['name']}: {factors}. {shock['source']}."]
    if shock["named"]:
        lines.append(f"  By its own move: {', '.join(shock['named'])}.")
    if shock["still"]:
        lines.append(f"  It says nothing of {', '.join(shock['still'])}: taken as standing still.")
    if shock["unknown"]:
        lines.append(f"  Not a factor or holding of this house, left out: {', '.join(shock['unknown'])}.")
    moved = [h for h in once["holdings"] if abs(h["change"]) > 1e-9 * abs(once["nav"])]
    largest = sorted(moved, key=lambda h: -abs(h["change"]))[:SHOWN]
    parts = [f"{h['name']} {money(h['change'])}" for h in largest]
    if abs(once["other"]) > 1e-9 * abs(once["nav_change"]):
        parts.append(f"cash, debts and what is still to be paid {money(once['other'])}")
    lines.append(f"  At once: {'; '.join(parts) or 'no mark moves'}.")
    hidden = once["true_nav_change"] - once["nav_change"]
    if abs(hidden) > 1e-9 * max(abs(once["true_nav_change"]), abs(once["nav"])):
        lines.append(
            f"  Marks wait: with true values NAV goes from {money(once['true_nav'] - once['true_nav_change'])} "
            f"to {money(once['true_nav'])}."
        )
    if once["breach"]:
        lines.append(f"  LTV stands above its ceiling: {share(once['ltv'])}.")
    for loan in once["loans"]:
        if loan["called"]:
            close = ", and may close it out" if loan["closed_out"] else ""
            lines.append(
                f"  {loan['name']} stands at {share(loan['ltv'])}: its lender calls at {percent(loan['call_at'])}{close}; "
                f"{money(loan['cure_need'])} in cash bring it back to {percent(loan['reset_to'])}."
            )
    told = after["told"]
    lines += [f"  {row['date']}  {row['text']}" for row in told[:TOLD]]
    if len(told) > TOLD:
        lines.append(f"  ... and {len(told) - TOLD} more.")
    if after["unfinished"]:
        lines.append("  A loan is still being closed out when these months are over.")
    return "\n".join(lines)


def _about(s: Mapping[str, Any]) -> str:
    return (
        f"At once: prices have moved and nobody has acted; marks of private holdings stand where they were, true NAV counts what they "
        f"would fetch. After: {s['months']} months lived without a decision and without another move of a price, {s['grid']}; "
        f"without any shock they end at a true NAV of {say(s['unshocked']['true_nav'], s['currency'])}."
    )


EVENTS = {
    "call": "call",
    "breach": "LTV above its ceiling",
    "breach_at_truth": "the same once marks have caught up",
    "ruin": "NAV gone",
    "default": "default",
}


def event(row: Mapping[str, Any]) -> str:
    """What a smallest shock causes, in words.

    >>> event({"event": "call", "loan": "Lombard loan"})
    'call: Lombard loan'
    """
    return EVENTS[row["event"]] + (f": {row['loan']}" if row["loan"] else "")


def _reverse(s: Mapping[str, Any], money: Callable[[float | None], str]) -> str:
    rows = s["reverse"]
    if not rows:
        return "No price of this house moves, so there is no smallest shock."
    header = ["Smallest shock for", "Distance", "One-year odds", "By factors alone", "All prices alike"]
    shown = []
    for row in rows:
        found, alone = row["shock"], row["factors_only"]
        shown.append([
            event(row), distance(found), NONE if found is None else odds(found["odds"]), distance(alone),
            share(row["all_alike"]),
        ])  # fmt: skip
    blocks = [table(header, shown)]
    blocks += [_told(row, money) for row in told(rows)]
    blocks.append(
        "Distance: length of the shock in standard deviations of a year, along the worst direction of the factors and of each "
        "holding's own risk; drift left out, volatilities as stated for the long run, whatever the regime. Odds: how likely a "
        "year ends at least that far along this one direction, a yardstick and not the odds of the event."
        + "".join(checks(rows))
    )
    return "\n\n".join(blocks)


def distance(found: Mapping[str, Any] | None) -> str:
    """A distance in standard deviations, or that none was found.

    >>> distance({"distance": 1.0 / 3.0}), distance(None), distance({"distance": 0.0})
    ('0.33 sd', 'beyond 12 sd', 'already there')
    """
    if found is None:
        return "beyond 12 sd"
    return f"{found['distance']:.2f} sd" if found["distance"] > 0.0 else "already there"


def odds(p: float) -> str:
    """Small odds as one in so many.

    >>> odds(0.1206), odds(3.3e-7)
    ('12.06 %', '1 in 3,030,303')
    """
    return percent(p, 2) if p >= 1e-3 else f"1 in {1.0 / p:,.0f}" if p > 0.0 else NONE


def told(rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """The rows whose shock is told holding by holding: the nearest call, and every other event."""
    found = [row for row in rows if row["shock"] is not None and row["shock"]["distance"] > 0.0]
    calls = [row for row in found if row["event"] == "call"]
    if calls:
        yield min(calls, key=lambda row: float(row["shock"]["distance"]))
    yield from (row for row in found if row["event"] != "call")


def _told(row: Mapping[str, Any], money: Callable[[float | None], str]) -> str:
    shock = row["shock"]
    axes = sorted(shock["axes"], key=lambda axis: -abs(axis["sd"]))[:SHOWN]
    along = ", ".join(
        f"{a['name']}{' by itself' if a['kind'] == 'own' else ''} {percent(a['move'])} ({signed(a['sd'])} sd)"
        for a in axes
    )
    moves = sorted(shock["holdings"], key=lambda h: -abs(h["move"]))[:SHOWN]
    prices = ", ".join(f"{h['name']} {percent(h['move'])}" for h in moves)
    rates = ", ".join(f"{c['currency']} {percent(c['move'])}" for c in shock["currencies"] if abs(c["move"]) > 5e-4)
    lines = [f"{event(row)}, {distance(shock)}: {along}.", f"  Prices: {prices}{'; ' + rates if rates else ''}."]
    lines.append(
        f"  At once NAV {money(shock['nav'])}, with true values {money(shock['true_nav'])}, LTV {share(shock['ltv'])}."
    )
    return "\n".join(lines)


def checks(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """How sure the smallest shocks are, in sentences."""
    for how, words in (("at once", "At once"), ("lived", "Default is lived, and")):
        found = [row["shock"] for row in rows if row["how"] == how and row["shock"] is not None]
        if not found:
            continue
        nearer = sum(shock["nearer"] for shock in found)
        count = max(shock["checked"] for shock in found)
        end = "none did it" if not nearer else f"{nearer:,} did: a smaller shock exists"
        yield f" {words}: of {count:,} random shocks nearer than each of these, {end}."


def _heat(heat: Mapping[str, Any]) -> str:
    """LTV on every third move of each factor; `!` where a loan is called, `*` where LTV is above its ceiling."""
    names, moves = heat["factors"], heat["moves"]
    picked = [n for n in range(len(moves)) if n % 2 == 0]
    header = [
        f"{names[1]} down, {names[0]} across" if len(names) > 1 else names[0],
        *(percent(moves[n], 0) for n in picked),
    ]
    levels = picked if len(names) > 1 else [0]
    rows = [[percent(moves[k], 0) if len(names) > 1 else "LTV", *(_cell(heat, k, n) for n in picked)] for k in levels]
    return (
        f"LTV at once if {' and '.join(names)} move{'s' if len(names) == 1 else ''} "
        f"(! a loan is called, * LTV above {percent(heat['ltv_max'], 0)}):\n{table(header, rows)}"
    )


def _cell(heat: Mapping[str, Any], k: int, n: int) -> str:
    ltv = heat["ltv"][k][n]
    above = ltv is None or ltv > heat["ltv_max"]
    return f"{share(ltv, 0)}{'*' if above else ''}{'!' if heat['called'][k][n] else ''}"
