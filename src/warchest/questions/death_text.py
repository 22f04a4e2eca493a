"""The answers of `warchest autopsy` about dead paths, as a terminal shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warchest.core.units import chance, percent, say, signed


def rescued(d: Mapping[str, Any], currency: str) -> str:
    """What would have saved one path."""
    if d["remedies"] is None:
        return ""
    lines = ["What would have saved it, tried today in the same world:"]
    for row in d["remedies"]:
        end = "the house lives" if row["saved"] else f"it still dies, on {row['end']}"
        lines.append(f"  {row['text']:<72} {end}; final true NAV {say(row['nav'], currency)}")
    if d["cash"] is None:
        lines.append("  No amount of new cash that was tried saves it.")
    else:
        lines.append(f"  The least new cash that saves it, to 0.1 %: {say(d['cash'], currency)}.")
    return "\n".join(lines)


def deaths(d: Mapping[str, Any]) -> str:
    """The answer of `warchest autopsy --deaths`."""
    return "\n".join(_lines(d))


def _lines(d: Mapping[str, Any]) -> Iterator[str]:
    n, currency = d["paths"], d["currency"]
    yield f"{d['house']}, {d['as_of']}, policy {d['policy']}: why it dies, over {n:,} paths of seed {d['seed']}"
    yield f"{d['grid']}; ± is one standard error, brackets are 95 % intervals."
    yield ""
    yield (
        f"{d['dead']:,} paths end in ruin, {chance(d['ruin'], n)} of all; {chance(d['default'], n)} in default. "
        f"{percent(d['called']['p'])} of the dead had a margin call before."
    )
    if d["above_again"]:
        back = f"{percent(d['above_again']['p'])} {interval(d['above_again'])}"
        yield f"Of those that never default, {back} stand above the ruin level again at the end."
    if d["days_from_call"]:
        yield f"From the first call to the end: {span(d['days_from_call'])} days."
    if d["years_to_end"]:
        yield f"From today to the end: {span(d['years_to_end'], 1)} years."
    yield ""
    some = "" if d["traced"] == d["dead"] else f", of the {d['traced']:,} dead among the first {d['traced_of']:,} paths"
    yield f"What killed it (one cause a path{some}):"
    for row in d["causes"]:
        yield f"  {percent(row['of_dead']['p']):>8} {interval(row['of_dead'])}  {row['text']} ({row['of']})"
        days = f"; {span(row['days_from_call'])} days from the first call" if row["days_from_call"] else ""
        yield f"  {'':>8} {chance(row['probability'], d['traced_of'])} of all paths{days}"
    yield ""
    fell = [f"{row['asset']} on {percent(row['of_dead']['p'])}" for row in d["assets"]]
    if fell:
        yield f"What fell most, by what it cost today's shares, of the dead: {', '.join(fell)}."
    for row in d["unpaid"]:
        error = "" if row["se"] is None else f" ±{say(row['se'], currency)}"
        odds = chance(row["probability"], d["traced_of"])
        yield f"Never paid of {row['debt']}: on {odds} of all paths, {say(row['mean'], currency)}{error} where it happens."
    if d["remedies"]:
        yield ""
        yield "What would have saved it: one thing changed today, the same paths:"
        yield f"  {'':<72} {'ruin':>16} {'change, points':>16} {'saved':>7} {'killed':>7}"
        for row in d["remedies"]:
            change = f"{signed(100 * row['change']['value'])} ±{100 * row['change']['se']:.2f}"
            yield f"  {row['text']:<72} {chance(row['ruin'], n):>16} {change:>16} {row['saved']:>7,} {row['killed']:>7,}"
        yield "  saved: dead paths that live; killed: living ones that die. What each costs is in docs/autopsy.md."


def span(q: Mapping[str, Any], digits: int = 0) -> str:
    """A median with its interval, and the quartiles.

    >>> span({"p25": 10.0, "p50": 20.0, "p75": 30.0, "p50_low": 18.0, "p50_high": 23.0})
    'median 20 [18 to 23], half of them between 10 and 30'
    """
    p25, p50, p75 = (f"{q[key]:,.{digits}f}" for key in ("p25", "p50", "p75"))
    if q["p50_low"] is None:
        return f"median {p50} of {q['count']}, too few for an interval"
    return f"median {p50} [{q['p50_low']:,.{digits}f} to {q['p50_high']:,.{digits}f}], half of them between {p25} and {p75}"


def interval(p: Mapping[str, float]) -> str:
    """The 95 % interval of a probability.

    >>> interval({"low": 0.1, "high": 0.25})
    '[10.0 to 25.0 %]'
    """
    return f"[{100 * p['low']:.1f} to {100 * p['high']:.1f} %]"
