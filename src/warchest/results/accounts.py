"""What the books of a path are made of: accounts, things that are counted, and the two sides of a movement."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from warchest.core import codes, layout
from warchest.core.layout import Array, Life
from warchest.debts.prepaid_forward_rule import settlement

DIGITS = 16
"""Digits that a double keeps of the largest number of its kind."""
OWNED = ("cash", "free", "pledged", "bet")
OWED = ("debt", "overdue", "arrears", "costs", "tranche")


class Account(NamedTuple):
    """Where something lies: a kind, the row of its table, and the debt that shares are pledged to."""

    kind: str
    row: int = 0
    debt: int = -1


class Thing(NamedTuple):
    """What is counted: a currency, shares of a line, the value of a bet, or a debt with a price of its own."""

    kind: str
    row: int


class Posting(NamedTuple):
    """One side of a movement; `total` is what the units were exchanged for, in currency `of`."""

    account: Account
    thing: Thing
    units: Decimal
    total: Decimal | None = None
    of: int = 0


def is_priced(origin: Life, d: int) -> bool:
    """Whether a debt takes something else than its face off the NAV, and so has a price of its own."""
    debt = origin.debts[d]
    return bool(debt.kind == layout.FORWARD or (debt.kind != layout.PAYABLE and not debt.recourse)) or is_hybrid(
        origin, d
    )


def is_hybrid(origin: Life, d: int) -> bool:
    """Whether only a part of a debt counts, until it is overdue."""
    debt = origin.debts[d]
    return bool(debt.kind not in (layout.PAYABLE, layout.FORWARD) and debt.recourse and debt.counted != 1.0)


def asset_of(life: Life, line: int) -> Any:
    """The asset of a line."""
    return life.assets[life.lines[line].asset]


def settled(origin: Life, d: int, shares: float, price: float) -> float:
    """What the settlement of a forward on so many shares takes at this price."""
    debt = origin.debts[d]
    return float(settlement(shares, debt.floor, debt.cap, price, bool(debt.in_cash)))


def against(account: Account, postings: Iterable[Posting]) -> list[Posting]:
    """What would make postings whole: the other side of all of them, one posting a currency."""
    sums: defaultdict[int, Decimal] = defaultdict(Decimal)
    for p in postings:
        worth = p.units if p.total is None else p.total.copy_sign(p.units)
        sums[p.thing.row if p.total is None else p.of] -= worth
    return [Posting(account, Thing("currency", c), amount) for c, amount in sums.items() if amount]


def places(origin: Life, log: Array) -> defaultdict[Thing, int]:
    """Decimal places of each thing: a double keeps sixteen digits of its largest amount, and money has two."""
    seen: list[tuple[Thing, float]] = []
    for c, purse in enumerate(origin.purses[0]):
        seen.append((Thing("currency", c), purse.cash))
    for i, line in enumerate(origin.lines):
        asset = asset_of(origin, i)
        seen.append((Thing("share", i), line.shares))
        seen.append((Thing("currency", int(asset.currency)), line.shares * asset.mark))
    seen += [(Thing("currency", int(debt.currency)), debt.principal) for debt in origin.debts]
    for entry in log:
        seen.append((Thing("currency", int(entry["currency"])), entry["amount"]))
        if entry["code"] == codes.CONVERTED:
            seen.append((Thing("currency", int(entry["other"])), entry["shares"]))
    most: defaultdict[Thing, float] = defaultdict(float)
    for thing, amount in seen:
        most[thing] = max(most[thing], abs(float(amount)))
    found = {thing: max(2, DIGITS - 1 - math.floor(math.log10(x))) for thing, x in most.items() if x > 0.0}
    for b, bet in enumerate(origin.bets):
        found[Thing("bet", b)] = found.get(Thing("currency", int(bet.currency)), 2)
    for d, debt in enumerate(origin.debts):
        like = Thing("currency", int(debt.currency))
        if debt.kind == layout.FORWARD:
            like = Thing("share", int(origin.pledges[debt.pledge_from].line))
        found[Thing("debt", d)] = found.get(like, 2)
    return defaultdict(lambda: 2, found)
