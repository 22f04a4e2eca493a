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
OWNED = ("cash", "free", "pledged", "bet", "stake", "carry", "call")
OWED = ("debt", "overdue", "arrears", "costs", "tranche", "called", "fee")
OF_HOUSES = frozenset({
    "cash", "costs", "equity", "tranches due", "interest earned", "dividends received", "written off", "interest paid", "fees paid",
    "costs paid", "dividends paid", "own shares", "settlements", "fees received", "carry received",
})  # fmt: skip
"""Kinds of account that every house of a tree has for itself."""


class Account(NamedTuple):
    """Where something lies: a kind, the row of its table, the debt that shares are pledged to, and the house of a fund's accounts."""

    kind: str
    row: int = 0
    debt: int = -1
    house: int = -1  # of the kinds that every house has: -1 is the top house


class Thing(NamedTuple):
    """What is counted: a currency, shares of a line, the value of a bet, a stake, carry, or a debt with a price of its own."""

    kind: str
    row: int


class Posting(NamedTuple):
    """One side of a movement; `total` is what the units were exchanged for, in currency `of`."""

    account: Account
    thing: Thing
    units: Decimal
    total: Decimal | None = None
    of: int = 0


def owner_of(origin: Life, account: Account) -> int:
    """The house that an account belongs to."""
    if account.kind in OF_HOUSES:
        return account.house if account.house >= 0 else origin.top
    table = {
        "free": origin.lines, "pledged": origin.lines, "bet": origin.bets, "tranche": origin.bets,
        "debt": origin.debts, "overdue": origin.debts, "arrears": origin.debts,
        "investors": origin.investors, "call": origin.investors,
    }.get(account.kind)  # fmt: skip
    if table is not None:
        return int(table[account.row].house)
    if account.kind == "carry":
        return int(origin.funds[account.row].manager)
    if account.kind in ("stake", "called", "flows"):
        return int(origin.investors[account.row].owner)
    return account.row  # a fund's fee


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
    for purses in origin.purses:
        seen += [(Thing("currency", c), purse.cash) for c, purse in enumerate(purses)]
    for investor in origin.investors:
        seen.append((Thing("currency", int(origin.houses[investor.house].home)), investor.commitment))
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
    stakes = {Thing("stake", k): DIGITS for k in range(len(origin.investors))}
    return defaultdict(lambda: 2, found | stakes)


def stakes(life: Life) -> dict[Thing, float]:
    """What all of each stake, and each manager's carry, is worth to the house that has it, top currency; 0 where nobody here does."""
    found = {}
    for k, stake in enumerate(life.investors):
        found[Thing("stake", k)] = float(stake.worth / stake.part) if stake.part > 0.0 else 0.0
    for f, fund in enumerate(life.funds):
        found[Thing("carry", f)] = float(fund.worth) if fund.manager >= 0 else 0.0
    return found
