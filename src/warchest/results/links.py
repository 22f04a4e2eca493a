"""What a chain of causes is made of: its links, their kinds, and the causes of a death."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from warchest.core.layout import Array, Life
from warchest.results.replayed import Item

ROUTINE, CHOSEN = "income", "chosen"
"""Marks of sales that only paid interest and costs, and of those that the policy chose."""
KINDS = (
    "fall", "bet", "call", "paid", "pledged", "sale", "impact", "met", "lapsed", "close-out", "due", "default", "loss", "ruin",
)  # fmt: skip
"""Kinds of links, in the order in which one leads to the other."""
CAUSES = {
    "gap": "the price fell through the close-out level between two dates, before a call could be met",
    "called": "a loan was called, the call could not be met, and what its close-out left unpaid was not there",
    "refused": "principal fell due and did not roll, since LTV stood above ltv_max",
    "due": "principal fell due, as agreed, and was not there",
    "income": "interest or costs were due, and there was no cash and nothing to raise it on",
    "tranche": "a tranche of a bet was due and could not be paid",
    "capital": "a fund called capital that could not be paid",
    "forward": "the cash difference of a forward was due and could not be paid",
    "worth": "NAV at true values fell to the ruin level; nothing due was missed",
}
"""Why a house died, one cause a path: the largest amount missing at the default decides."""


@dataclass(frozen=True)
class Link:
    """One link: its kind, its step, what it is of (`row` of the table its kind speaks of), and the links it came from.

    `amount` is in `currency` (number); `numbers` are what its sentence says besides.
    """

    kind: str
    step: int
    row: int
    amount: float = 0.0
    currency: int = 0
    because: tuple[int, ...] = ()
    item: str = ""
    numbers: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Chain:
    """All links in the order of their steps; the last step of the house, -1 if it lives; its cause, and what that is of."""

    links: tuple[Link, ...]
    end: int
    cause: str
    item: Item | None
    closed: bool
    """Whether a loan was closed out before the end."""

    def roots(self) -> tuple[int, ...]:
        """Numbers of the links that led to the end, with the end, who bears it, and what the sales among them did to prices."""
        last = [n for n, link in enumerate(self.links) if link.kind in ("default", "ruin") and link.step == self.end]
        found = ancestors(self.links, last)
        after = {
            n
            for n, link in enumerate(self.links)
            if (link.kind == "loss" and set(link.because) & set(last))
            or (link.kind == "impact" and set(link.because) <= found)
        }
        return tuple(sorted(found | after))


def ancestors(links: Sequence[Link], last: Sequence[int]) -> set[int]:
    """Numbers of some links, and of all that led to them.

    >>> a, b = Link("fall", 1, 0), Link("call", 1, 0, because=(0,))
    >>> sorted(ancestors([a, b], [1]))
    [0, 1]
    """
    found, waiting = set(last), list(last)
    while waiting:
        for n in links[waiting.pop()].because:
            if n not in found:
                found.add(n)
                waiting.append(n)
    return found


def losses(origin: Life, world: Array, end: int) -> dict[int, float]:
    """What today's shares of the top house lost from today to a step, asset by asset, in its currency (a rise is below zero).

    By the world alone: no dividends, no sales on the way, and without what own sales did to the price.
    """
    count = len(origin.assets)
    factors = world[:, :end].prod(axis=1)
    found: dict[int, float] = {}
    for line in origin.lines:
        if line.house == origin.top:
            a = int(line.asset)
            asset = origin.assets[a]
            worth = float(line.shares * asset.price * origin.currencies[asset.currency].fx)
            lost = worth * (1.0 - float(factors[a] * factors[count + int(asset.currency)]))
            found[a] = found.get(a, 0.0) + lost
    return found
