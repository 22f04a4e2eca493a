"""A path's log read again: at each entry what is owed, overdue, pledged, and what every price would be without own sales."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from warchest.core import codes, layout
from warchest.core.layout import Array, Life
from warchest.engine.sales import permanent_impact

NOTHING = 1e-9
"""Share of what was due that rounding may leave over."""
INTEREST, COSTS, PRINCIPAL, SHORTFALL, DIFFERENCE, TRANCHE, CAPITAL = (
    "interest", "costs", "principal", "shortfall", "difference", "tranche", "capital",
)  # fmt: skip
"""Kinds of what can be overdue."""


QUIET = (codes.EARNED, codes.DIVIDEND, codes.FEE, codes.PAYOUT, codes.CONVERTED, codes.MARKED)
"""Codes that change nothing of what is followed here."""


class Item(NamedTuple):
    """Something that can be overdue: its kind, and the row of its debt, bet or investor (of costs: of the house)."""

    kind: str
    row: int


class Replay:
    """The state of all houses of a path, moved by its log and by the returns it was dealt.

    `price` (A,) in each asset's own currency; `fx` (C,) top currency for one unit; `impact` (A,) minus the log of what own sales
    and purchases have done to the price; `principal` (D,), `overdue` by item in its own currency, `pledged` by (line, debt).
    """

    def __init__(self, origin: Life, log: Array, world: Array) -> None:
        self.origin, self.log, self.world = origin, log[~np.isin(log["code"], QUIET)], world
        self.price = [float(a.price) for a in origin.assets]
        self.fx = [float(c.fx) for c in origin.currencies]
        self.impact = [0.0] * len(origin.assets)
        self.principal = [float(d.principal) for d in origin.debts]
        self.shares = [float(line.shares) for line in origin.lines]
        self.overdue: dict[Item, float] = {}
        self.pledged: dict[tuple[int, int], float] = {}
        for p in origin.pledges:
            self.pledged[int(p.line), int(p.debt)] = self.pledged.get((int(p.line), int(p.debt)), 0.0) + float(p.shares)
        self.prices = [list(self.price)]
        self.rates = [list(self.fx)]
        self.owed = [list(self.principal)]
        self.pledges = [dict(self.pledged)]
        self.impacts = [list(self.impact)]
        self.moved = 0.0  # by the last sale, log
        self.over: set[int] = set()
        self.step = 0

    def __iter__(self) -> Iterator[layout.Entry]:
        """Every entry, before it has moved anything; prices have moved to its step."""
        for row in self.log.tolist():
            entry = layout.Entry(*row)
            self.until(entry.step)
            yield entry
            self.move(entry)
        self.until(self.world.shape[1])

    def until(self, step: int) -> None:
        """Move the world to a step: own sales are still in the prices; what each step ended with is kept."""
        count = len(self.price)
        while self.step < step:
            self._keep()
            for a in range(count):
                self.price[a] *= float(self.world[a, self.step])
            for c in range(len(self.fx)):
                self.fx[c] *= float(self.world[count + c, self.step])
            self.step += 1
            for rows in (self.prices, self.rates, self.owed):
                rows.append([])
            self.pledges.append({})
            self.impacts.append([])
        self._keep()

    def _keep(self) -> None:
        self.prices[-1], self.rates[-1], self.owed[-1] = list(self.price), list(self.fx), list(self.principal)
        self.pledges[-1], self.impacts[-1] = dict(self.pledged), list(self.impact)

    def move(self, entry: layout.Entry) -> None:
        """What one entry changes."""
        code, row, other, amount, shares = entry.code, entry.row, entry.other, entry.amount, entry.shares
        if code in (codes.CAPITALISED, codes.DRAWN):
            self.principal[row] += amount
        elif code in (codes.REPAID, codes.INSTALMENT, codes.WRITTEN_OFF, codes.INTO_SHARES) and row >= 0:
            self._repaid(row, amount)
        elif code in (codes.SOLD, codes.BOUGHT):
            self._traded(row, shares if code == codes.SOLD else -shares, entry.price, entry.house)
            if code == codes.SOLD and other >= 0:
                self._pledge(row, other, -shares)
        elif code in (codes.PLEDGED, codes.RELEASED):
            self._pledge(row, other, shares if code == codes.PLEDGED else -shares)
        elif code == codes.PASSED:
            self._pledge(row, max(self.ahead(other), key=lambda d: self.pledged.get((row, d), 0.0)), -shares)
            self._pledge(row, other, shares)
        elif code == codes.DELIVERED:
            self._pledge(other, row, -shares)
            self.shares[other] -= shares
        elif code == codes.DEFAULTED and other != 1:
            self.over.add(row)
        else:
            self._due(code, row, other, amount, entry.house)

    def _due(self, code: int, row: int, other: int, amount: float, house: int) -> None:
        if code == codes.UNPAID_INTEREST:
            self._add(Item(INTEREST, row), amount)
        elif code == codes.INTEREST and other == 1:
            self._add(Item(INTEREST, row), -amount)
        elif code == codes.UNPAID_COSTS:
            self._add(Item(COSTS, row), amount)
        elif code == codes.COSTS and other == 1:
            self._add(Item(COSTS, house), -amount)
        elif code == codes.UNPAID_PRINCIPAL:
            self._add(Item(SHORTFALL if other == 1 else PRINCIPAL, row), amount)
        elif code == codes.DIFFERENCE:
            self.principal[row] += amount
            self._add(Item(DIFFERENCE, row), amount)
        elif code in (codes.TRANCHE_DUE, codes.TRANCHE_LAPSED, codes.WRITTEN):
            if code == codes.TRANCHE_DUE or Item(TRANCHE, row) in self.overdue:
                self._add(Item(TRANCHE, row), amount if code == codes.TRANCHE_DUE else -amount)
        elif code in (codes.CAPITAL_CALLED, codes.CAPITAL_PAID, codes.CALL_FAILED) and other >= 0:
            self._add(Item(CAPITAL, row), amount if code == codes.CAPITAL_CALLED else -amount)

    def _add(self, item: Item, amount: float) -> None:
        left = self.overdue.get(item, 0.0) + amount
        if left > NOTHING * abs(amount):
            self.overdue[item] = left
        else:
            self.overdue.pop(item, None)

    def _repaid(self, d: int, amount: float) -> None:
        left = amount
        for kind in (PRINCIPAL, SHORTFALL, DIFFERENCE):  # what fell due first is repaid first
            item = Item(kind, d)
            if item in self.overdue and left > 0.0:
                part = min(left, self.overdue[item])
                self._add(item, -part)
                left -= part
        after = self.principal[d] - amount
        self.principal[d] = after if after > NOTHING * amount else 0.0

    def _pledge(self, line: int, debt: int, shares: float) -> None:
        before = self.pledged.get((line, debt), 0.0)
        self.pledged[line, debt] = before + shares if before + shares > NOTHING * abs(shares) else 0.0

    def _traded(self, line: int, shares: float, price: float, house: int) -> None:
        """Own sales (purchases: below zero) move a listed price for good; those of a house in default are behind the end."""
        self.shares[line] -= shares
        a = int(self.origin.lines[line].asset)
        self.moved = 0.0
        if self.origin.assets[a].mark_every > 0 or house in self.over:
            return
        self.impact[a] += math.log(self.price[a] / price)  # a purchase that money cuts short moves more than it bought
        self.moved = self._moves(a, abs(shares))
        self.impact[a] += math.copysign(self.moved, shares)
        self.price[a] = price * math.exp(-math.copysign(self.moved, shares))

    def _moves(self, a: int, shares: float) -> float:
        """Log price move of a sale of so many shares (source: `engine.sales.permanent_impact`); 0 without a daily volume."""
        asset = self.origin.assets[a]
        if asset.volume <= 0.0 or asset.mark_every > 0:
            return 0.0
        return float(permanent_impact(shares, float(asset.sigma), float(asset.volume), float(asset.outstanding)))

    def owner(self, item: Item) -> int:
        """The house that owes an item."""
        if item.kind == COSTS:
            return item.row
        if item.kind == TRANCHE:
            return int(self.origin.bets[item.row].house)
        if item.kind == CAPITAL:
            return int(self.origin.investors[item.row].owner)
        return int(self.origin.debts[item.row].house)

    def currency(self, item: Item) -> int:
        """The currency an item is owed in."""
        if item.kind == COSTS:
            return 0
        if item.kind == TRANCHE:
            return int(self.origin.bets[item.row].currency)
        if item.kind == CAPITAL:
            return int(self.origin.houses[self.origin.investors[item.row].house].home)
        return int(self.origin.debts[item.row].currency)

    def ahead(self, d: int) -> list[int]:
        """The loans ahead of one on its collateral, nearest first."""
        found: list[int] = []
        while (d := int(self.origin.debts[d].ahead)) >= 0:
            found.append(d)
        return found

    def owed_ahead(self, d: int) -> float:
        """What is owed on the loans ahead of one on its collateral, in its currency."""
        owed = sum(self.principal[e] * self.fx[int(self.origin.debts[e].currency)] for e in self.ahead(d))
        return owed / self.fx[int(self.origin.debts[d].currency)]

    def collateral(self, d: int, factors: dict[int, float] | None = None) -> float:
        """Value of what is pledged to a debt, or ahead of it, in its currency; `factors` are multiples of the price of assets."""
        total, chain = 0.0, {d, *self.ahead(d)}
        for (line, debt), shares in self.pledged.items():
            if debt in chain and shares > 0.0:
                a = int(self.origin.lines[line].asset)
                worth = shares * self.price[a] * self.fx[int(self.origin.assets[a].currency)]
                total += worth * (factors or {}).get(a, 1.0)
        return total / self.fx[int(self.origin.debts[d].currency)]

    def assets_of(self, d: int) -> list[int]:
        """Assets pledged to a debt, in the order of their lines."""
        chain = {d, *self.ahead(d)}
        lines = sorted(line for (line, debt), shares in self.pledged.items() if debt in chain and shares > 0.0)
        return list(dict.fromkeys(int(self.origin.lines[line].asset) for line in lines))

    def missing(self, house: int) -> dict[Item, float]:
        """What is overdue of a house, item by item, in the top house's currency."""
        return {
            item: amount * self.fx[self.currency(item)]
            for item, amount in self.overdue.items()
            if self.owner(item) == house
        }
