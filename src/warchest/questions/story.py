"""The story of one path: one paragraph of what happened, then its movements; what is quiet is summed up by month."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Any

from warchest.core import codes, layout
from warchest.core.units import percent, say
from warchest.questions.autopsy import Autopsy
from warchest.results.telling import NOTHING, Movement, Teller, merged

QUIET = {
    codes.EARNED: "interest earned", codes.DIVIDEND: "dividends received", codes.CAPITALISED: "interest added to debts",
    codes.INTEREST: "interest paid", codes.FEE: "fees paid", codes.COSTS: "costs paid", codes.PAYOUT: "dividends paid",
    codes.DRAWN: "borrowed", codes.ISSUED: "own shares sold", codes.BOUGHT_BACK: "own shares bought",
}  # fmt: skip
SMALL = 0.01
"""Share of the first NAV below which borrowing is summed up by month too: a house short of cash borrows its interest every week."""
DUST = 0.05
"""An amount below which it would read as 0.0."""
SILENT = frozenset({codes.CONVERTED, codes.MARKED})
"""Said by what they are for, or all together."""
PAID_BY = {
    codes.UNPAID_INTEREST: codes.INTEREST, codes.UNPAID_COSTS: codes.COSTS, codes.UNPAID_PRINCIPAL: codes.REPAID,
    codes.TRANCHE_DUE: codes.WRITTEN,
}  # fmt: skip
"""What falls due, and what pays it."""


def story(found: Autopsy) -> str:
    """The answer of `warchest autopsy`."""
    head = "\n".join([_head(found), *killed(found.to_dict())])
    return f"{head}\n\n" + "\n".join(_body(found))


def killed(d: Mapping[str, Any]) -> Iterator[str]:
    """What killed a house: the links that led to its end, each with the numbers of those it came from."""
    if d["cause"] is None:
        return
    led = [link for link in d["chain"] if link["led_to_end"]]
    place = {link["n"]: k for k, link in enumerate(led, 1)}
    lines = [f"What killed it: {d['cause']['text']} ({d['cause']['of']})."]
    for k, link in enumerate(led, 1):
        known = [f"{place[n]}" for n in link["because"] if n in place]
        lines.append(f"{k:>3}. {link['date']}  {link['text']}{f' (from {comma(known)})' if known else ''}")
    yield "\n".join(lines)


def comma(words: Sequence[str]) -> str:
    """Words in a row.

    >>> comma(["1", "2", "4"])
    '1, 2 and 4'
    """
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def _head(found: Autopsy) -> str:
    d, money = found.to_dict(), lambda amount: say(amount, found.found["currency"])
    start, end = d["start"], d["end"]
    change = f" ({percent(end['nav_marked'] / start['nav'] - 1.0)})" if start["nav"] > 0.0 else ""
    lines = [
        f"{d['house']}, path {d['path']} of seed {d['seed']}, policy {d['policy']}; {d['grid']}.",
        f"NAV at marks was {money(start['nav'])} on {start['date']} and {money(end['nav_marked'])} on {end['date']}{change}, "
        f"with true values {money(end['nav'])}; the lowest was {money(d['nav_min'])} with true values.",
    ]
    happened = [
        (d["first_call"], f"The first margin call came on {d['first_call']}{_first_call(found)}."),
        (d["first_sale"], f"The first forced sale was on {d['first_sale']}."),
        (d["first_breach"], f"LTV first stood above its ceiling on {d['first_breach']}."),
        (d["halved"] if start["nav"] > 0.0 else None, f"NAV had halved on {d['halved']}."),
        (d["ruin"] if not d["default"] else None, f"The house was ruined on {d['ruin']}."),
        (d["default"], f"It defaulted on {d['default']}{_claims(found)}."),
    ]
    words = [sentence for date, sentence in sorted((h for h in happened if h[0]), key=lambda h: str(h[0]))]
    quiet = "No lender called, nothing was sold by force and LTV never stood above its ceiling."
    lines.append(" ".join(words) if words else quiet)
    if d["cheque"] > 0.0:
        lines.append(f"It wrote cheques of {money(d['cheque'])}.")
    lines += [_of_fund(f) for f in d["funds"]]
    moved = max((f["paid_in"] for f in d["funds"]), default=0.0)
    off = abs(d["nav_books"] - d["nav_engine"]) / max(abs(d["nav_engine"]), abs(start["nav"]), moved, 1e-300)
    lines.append(
        f"Books: quantities × prices make a NAV of {money(d['nav_books'])}, off the engine's by {off:.0e} of NAV."
    )
    return "\n".join(lines)


def _first_call(found: Autopsy) -> str:
    first = next((m for m in found.moved if m.code == codes.CALLED), None)
    return f", on {found.teller.who(first)}" if first is not None else ""


def _claims(found: Autopsy) -> str:
    """What was due, and whether it was the end: a debt may be missed without one (`cross_default: false`)."""
    missed = next((m for m in found.moved if m.code == codes.DEFAULTED), None)
    if missed is None:
        return ""
    end = "" if missed.other != 1 else ", which did not end the house"
    return f", when {found.teller.money(missed.amount, missed.currency)} was due{end}"


def _body(found: Autopsy) -> Iterator[str]:
    """Dated sentences; at the end of a month what was quiet in it, and how the house stands."""
    dates, currency = found.house.grid.dates, found.house.spec.currency
    last = found.found["end"]["step"]
    by_step = {step: list(group) for step, group in groupby(found.moved, key=lambda m: m.step)}
    turns = dict(_turns(found.found["regimes"]))
    quiet: list[Movement] = []
    for step in range(last + 1):
        today = merged(by_step.get(step, []))
        small = {m.row for m in today if m.code == codes.DRAWN and _is_small(m, found)}
        quiet += [m for m in today if m.code in QUIET and (m.code != codes.DRAWN or m.row in small)]
        marks = [f"{found.teller.who(m)} {found.teller.mark(m)}" for m in today if m.code == codes.MARKED]
        if step in turns:
            yield f"{dates[step].isoformat()}  {turns[step]}"
        if marks:
            yield f"{dates[step].isoformat()}  New marks: {', '.join(marks)}."
        for m in today:
            hidden = m.code in SILENT or m in quiet or (m.code == codes.PLEDGED and m.other in small) or is_dust(m)
            if not hidden and not _was_paid(m, today):
                yield f"{dates[step].isoformat()}  {found.teller.sentence(m)}"
        month = dates[step].year, dates[step].month
        ends = step == last or month != (dates[step + 1].year, dates[step + 1].month)
        if ends and step > 0:
            nav, ltv, cash = (float(x) for x in found.through[step])
            shown = percent(ltv) if ltv < layout.LTV_SHOWN else "–"
            state = f"NAV {say(nav, currency)}, LTV {shown}, cash {say(round(cash), currency)}"
            yield f"{month[0]}-{month[1]:02d}     {'; '.join([state, *_sums(quiet, found.teller)])}"
            quiet = []


def _turns(regimes: Sequence[Mapping[str, Any]]) -> Iterator[tuple[int, str]]:
    """What the market turns to, by the step on which it does."""
    for now in regimes[:1]:
        yield now["step"], f"The market is in {now['regime']}."
    for before, now in pairwise(regimes):
        yield now["step"], f"The market turns from {before['regime']} to {now['regime']}."


def is_dust(m: Movement) -> bool:
    """A round that moved so little that it would read as 0."""
    return (m.code == codes.SOLD and max(m.amount, m.shares) < DUST) or (
        m.code == codes.REPAID and m.amount < DUST and m.left > 0.0
    )


def _is_small(m: Movement, found: Autopsy) -> bool:
    fx = float(found.books.origin.currencies[m.currency].fx)
    return m.amount * fx < SMALL * abs(float(found.found["start"]["nav"]))


def _was_paid(m: Movement, same_step: Sequence[Movement]) -> bool:
    """Whether what fell due was paid on the same date: then the payment says it all."""
    paid = (PAID_BY.get(m.code), codes.INSTALMENT if m.code == codes.UNPAID_PRINCIPAL else None)
    amount = sum(p.amount for p in same_step if p.code in paid and p.row == m.row)
    return m.code in PAID_BY and amount >= m.amount * (1.0 - NOTHING)


def _sums(quiet: Sequence[Movement], teller: Teller) -> Iterator[str]:
    """What came in and went out, by kind."""
    sums: defaultdict[tuple[int, int], float] = defaultdict(float)
    for m in quiet:
        sums[m.code, m.currency] += m.amount
    for code, words in QUIET.items():
        shown = [key for key in sorted(sums) if key[0] == code and sums[key] >= DUST]
        amounts = [teller.money(sums[key], key[1]) for key in shown]
        if amounts:
            yield f"{words} {' and '.join(amounts)}"


def _of_fund(f: Mapping[str, Any]) -> str:
    """What a fund was for its common investors on this path."""
    paid_in, paid_out, left, fees, carry = (
        say(f[key], f["currency"]) for key in ("paid_in", "paid_out", "left", "fees", "carry")
    )
    rate = "no single rate of return" if f["irr"] is None else f"{percent(f['irr'])} a year"
    multiple = "" if f["tvpi"] is None else f", {f['tvpi']:.2f} times what they paid"
    return (
        f"{f['name']}: common investors paid {paid_in}, had {paid_out} and have {left} left{multiple}, {rate}; "
        f"the manager had {fees} in fees, and {carry} of carry."
    )
