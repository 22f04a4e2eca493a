"""Funds: houses inside the house, with investors, fees and a waterfall."""

from __future__ import annotations

from collections.abc import Callable

from strategies import policies
from strategies.draft import CODES, Data, Draft

DEEPEST = 2


def investor(draft: Draft, kind: str) -> Data:
    committed = draft.number(200, 6000)
    unit = 10_000 * CODES[draft.home]
    d: Data = {"commitment": f"{committed * unit:.6g} {draft.home}"}
    if draft.chance():
        paid = committed * draft.one(0.5, 0.1, 1.0)
        d["paid"] = f"{paid * unit:.6g} {draft.home}"
        draft.maybe(d, returned=f"{0.4 * paid * unit:.6g} {draft.home}")
    if kind == "preferred":
        d |= {"kind": kind, "coupon": draft.one("5%", "40%", "0%")}
    return d


def fees(draft: Draft) -> Data:
    return draft.maybe({}, management=("2%", "40%"), after=("1%", "30%"), period=("1y", "1mo"))


def waterfall(draft: Draft) -> Data:
    d = draft.maybe({}, style=("american", "european"), hurdle=("8%", "60%"), carry=("20%", "90%"))
    draft.maybe(d, catch_up=("50%", "0%", "100%"), clawback=("true", "false"), every=draft.span)
    return draft.maybe(d, recycling=("30%", "100%"), grace=("1mo", "2w"), forfeit=("50%", "0%", "100%"))


def fund(parent: Draft, fill: Callable[[Draft, int], None], parts: Callable[[Draft], Data]) -> Data:
    """A fund with what `fill` puts into it, up to two deep."""
    draft = Draft(parent.draw, parent)
    inside = draft.depth < DEEPEST and draft.number(0, 3) == 3
    if inside:
        draft.holdings["Inner fund"] = fund(draft, fill, parts)
    fill(draft, 2)
    investors = {"Ours": investor(draft, "common")}
    for n in range(draft.number(0, 2)):
        investors[f"Other {n}"] = investor(draft, draft.one("common", "preferred"))
    house: Data = {"currency": draft.home, "investors": investors, **parts(draft)}
    draft.maybe(house, cash=lambda: draft.money(1, 500, draft.home), costs=("1%", "100k"))
    draft.maybe(house, fees=lambda: fees(draft), waterfall=lambda: waterfall(draft))
    house["policy"] = policies.policy(draft, tuple(kind for kind in policies.KINDS if kind != "own"))
    d: Data = {"kind": "fund", "investor": "Ours", "house": house}
    return parent.maybe(d, manager=("true", "false"), sale_discount=("30%", "0%", "100%"))
