"""Policies of every kind; one that has nothing to decide on (no listed holding, no deals) holds."""

from __future__ import annotations

from strategies.draft import Data, Draft

LIMITS = ("ltv_max", "ltv_normal", "funding", "none")
EVERY = ("1mo", "1d", "2w", "5mo")


def hold(draft: Draft) -> Data:
    return draft.maybe({}, every=EVERY)


def planned(draft: Draft) -> Data:
    return draft.maybe({}, limit=LIMITS, every=EVERY)


def fraction(draft: Draft) -> Data | None:
    """A share of NAV in one holding, or in each deal."""
    lines = list(draft.price)
    if not lines and not draft.deals:
        return None
    d: Data = {"share": draft.one("60%", "10%", "250%", "0%")}
    if lines and (not draft.deals or draft.chance()):
        d["holding"] = draft.one(*lines)
    return draft.maybe(d, every=EVERY, limit=LIMITS)


def spread(draft: Draft) -> Data | None:
    if not draft.deals:
        return None
    return draft.maybe({"positions": draft.one(6, 1, 30)}, size=("80%", "100%"), limit=LIMITS, every=EVERY)


def band(draft: Draft) -> Data:
    """Two levels of LTV in order, and the aim of defence at any place below the upper one, or at it."""
    low = draft.number(1, 40)
    high = low + draft.one(10, 0, 40)
    d: Data = {"attack_below": f"{low}%", "defend_above": f"{high}%"}
    draft.maybe(d, back_to=(f"{min(5, high)}%", "0%", f"{low}%", f"{high}%"), cheques=("all_in", "planned"))
    return draft.maybe(d, every=EVERY, limit=LIMITS)


def sell_winners(draft: Draft) -> Data:
    return draft.maybe({}, above=(1.1, 1.01, 2), part=("25%", "100%"), every=EVERY, limit=LIMITS)


def own(draft: Draft) -> Data:
    """One fixed file, since each is compiled."""
    return draft.maybe({"file": "erratic.py"}, every=EVERY, limit=LIMITS)


KINDS = {
    "hold": hold, "planned": planned, "all_in": planned, "fraction": fraction, "spread": spread, "band": band,
    "sell_winners": sell_winners, "own": own,
}  # fmt: skip


def policy(draft: Draft, kinds: tuple[str, ...] = tuple(KINDS)) -> Data:
    kind = draft.one(*kinds)
    found = KINDS[kind](draft)
    return {"kind": "hold"} if found is None else {"kind": kind, **found}
