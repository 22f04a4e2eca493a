"""One path replayed from its log alone, in plain floats: quantities change only by entries, and each is looked at as it comes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np

from warchest.core import codes
from warchest.core.codes import LOG_CODES
from warchest.core.layout import FACILITY, Array, Life

NOTHING = 1e-9
"""Share of the largest amount of its kind that is rounding."""
INTO = frozenset({codes.EARNED, codes.DIVIDEND, codes.DRAWN, codes.BET_ENDED, codes.BET_SOLD, codes.SOLD, codes.ISSUED})
OUT_OF = frozenset({
    codes.INTEREST, codes.FEE, codes.COSTS, codes.PAYOUT, codes.REPAID, codes.INSTALMENT, codes.WRITTEN, codes.BOUGHT,
    codes.BOUGHT_BACK, codes.FEE_PAID, codes.CARRY,
})  # fmt: skip
MORE_OWED = frozenset({codes.CAPITALISED, codes.DIFFERENCE, codes.DRAWN})
BORNE = frozenset({codes.INTEREST, codes.UNPAID_INTEREST, codes.CAPITALISED})
FINISHED = (INTO | OUT_OF | {codes.PLEDGED, codes.RELEASED, codes.DELIVERED, codes.TRANCHE_DUE, codes.CALLED}) - {
    codes.EARNED
}
"""What a house does no more once it has ended."""
LESS_OWED = frozenset({codes.REPAID, codes.INSTALMENT, codes.INTO_SHARES})
Key = tuple[Any, ...]


class Replay:
    """What every house has and owes, from the opening on: (kind, rows) -> quantity; `faults` are laws that an entry broke."""

    def __init__(self, origin: Life, log: Array) -> None:
        self.origin = origin
        self.held: defaultdict[Key, float] = defaultdict(float)
        self.faults: list[str] = []
        for h, purses in enumerate(origin.purses):
            for c, purse in enumerate(purses):
                self.held["cash", h, c] = float(purse.cash)
        for i, line in enumerate(origin.lines):
            self.held["free", i] = float(line.free)
        for pledge in origin.pledges:
            self.held["pledged", int(pledge.line), int(pledge.debt)] += float(pledge.shares)
        for d, debt in enumerate(origin.debts):
            self.held["debt", d] = float(debt.principal)
        for k, investor in enumerate(origin.investors):
            self.held["uncalled", k] = float(investor.commitment - investor.called)
        self.size = sizes(origin, log)
        self.step = -1
        self.over: dict[int, int] = {}  # the step on which a house ended
        self.before = dict(self.held)  # quantities when this step began
        self.borne: defaultdict[int, float] = defaultdict(float)  # interest of each debt in this step
        self.plain = not len(origin.regimes) or not (origin.regimes.spread.any() or origin.houses.widens.any())

    def small(self, key: Key) -> float:
        """What counts as nothing, of a quantity."""
        kind, row = key[:2]
        if kind == "cash":
            return NOTHING * self.size["currency", key[2]]
        if kind in ("free", "pledged"):
            return NOTHING * self.size["line", row]
        if kind in ("debt", "arrears"):
            return NOTHING * self.size["currency", int(self.origin.debts[row].currency)]
        if kind in ("bet", "tranche"):
            return NOTHING * self.size["currency", int(self.origin.bets[row].currency)]
        house = row if kind in ("costs", "fee") else int(self.origin.investors[row].house)
        return NOTHING * self.size["currency", 0 if kind == "costs" else int(self.origin.houses[house].home)]

    def add(self, amount: float, *key: Any) -> None:
        self.held[key] += amount
        if not self.held[key] >= -self.small(key):
            self.faults.append(f"{self.what}: {key} is {self.held[key]:.17g}")

    def post(self, entry: Any) -> None:
        """Change the quantities by one entry."""
        code, row, other, c, h = (int(entry[k]) for k in ("code", "row", "other", "currency", "house"))
        amount, shares = float(entry["amount"]), float(entry["shares"])
        if entry["step"] != self.step:
            self.step, self.before, self.borne = int(entry["step"]), dict(self.held), defaultdict(float)
        self.what = f"step {entry['step']}, {LOG_CODES[code]} of {row}"
        never_negative = (
            (amount, shares) if code not in (codes.MODE, codes.FEE_DUE) else ()
        )  # a fee that lapses is told below zero
        if not all(x >= 0.0 and np.isfinite(x) for x in never_negative):
            self.faults.append(f"{self.what}: amount {amount}, shares {shares}")
        if self.over.get(h, self.step) < self.step and code in FINISHED:
            self.faults.append(f"{self.what}, of house {h} that ended on step {self.over[h]}")
        if code in BORNE and other != 1:
            self._bear(row, amount)
        if code in INTO:
            self.add(amount, "cash", h, c)
        if code in OUT_OF:
            self.add(-amount, "cash", row if code in (codes.FEE_PAID, codes.CARRY) else h, c)
        if code in MORE_OWED:
            self.add(amount, "debt", row)
            debt = self.origin.debts[row]
            if debt.kind == FACILITY and self.held["debt", row] > debt.limit + self.small(("debt", row)):
                self.faults.append(f"{self.what}: {self.held['debt', row]:.17g} drawn of {debt.limit:.17g}")
        if code in LESS_OWED:
            self.add(-amount, "debt", row)
        rule = RULES.get(code)
        if rule is not None:
            rule(self, code, row, other, c, h, amount, shares)

    def _bear(self, d: int, amount: float) -> None:
        """Interest of one debt in one step is at most what its rates make of what was owed when the step began.

        What a parent draws on a facility when a fund of its calls, before its own stages, bears a whole step's interest.
        """
        debt, days = self.origin.debts[d], float(self.origin.steps[self.step].days)
        rate = max(debt.rate + debt.coupon * days, debt.roll_rate + debt.roll_coupon * days)
        self.borne[d] += amount
        owed = self.before.get(("debt", d), 0.0)
        if debt.limit > 0.0 and self.origin.houses[debt.house].funded:
            owed = max(owed, self.held["debt", d])
        most = rate * owed + debt.fee * days * debt.limit  # an overdue fee is told as interest
        if self.plain and self.borne[d] > most + self.small(("debt", d)):
            self.faults.append(f"{self.what}: {self.borne[d]:.17g} of interest, {most:.17g} at most")


def sizes(origin: Life, log: Array) -> dict[Key, float]:
    """The largest amount of each currency and number of shares of each line that was ever there or moved; at least one cent."""
    found: defaultdict[Key, float] = defaultdict(lambda: 0.01)

    def see(amount: float, *key: Any) -> None:
        found[key] = max(found[key], abs(float(amount)))

    held = float(np.sum(origin.lines.shares * origin.assets.worth[origin.lines.asset])) if len(origin.lines) else 0.0
    for c, currency in enumerate(origin.currencies):
        see(
            held / float(currency.fx), "currency", c
        )  # of the house's size: what a payment leaves is measured against it
        see(origin.purses.cash[:, c].max(), "currency", c)
    for debt in origin.debts:
        see(debt.principal, "currency", int(debt.currency))
    for investor in origin.investors:
        see(investor.commitment, "currency", int(origin.houses[investor.house].home))
    for i, line in enumerate(origin.lines):
        see(line.shares, "line", i)
    for entry in log:
        see(entry["amount"], "currency", int(entry["currency"]))
        if entry["code"] == codes.CONVERTED:
            see(entry["shares"], "currency", int(entry["other"]))
        if entry["code"] == codes.BOUGHT:
            see(entry["shares"], "line", int(entry["row"]))
    return found


Rule = Callable[[Replay, int, int, int, int, int, float, float], None]


def _late(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    """What was overdue is paid, or becomes so."""
    interest = code in (codes.INTEREST, codes.UNPAID_INTEREST)
    key = ("arrears", row) if interest else ("costs", h)
    if code in (codes.UNPAID_INTEREST, codes.UNPAID_COSTS):
        r.add(amount, *key)
    elif other == 1:
        r.add(-amount, *key)


def _written_off(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    r.add(-amount, *(("debt", row) if row >= 0 else ("costs", h)))


def _converted(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    r.add(-amount, "cash", h, row)
    r.add(shares, "cash", h, other)


def _bet(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    first = int(r.origin.bets[row].first)
    r.add(shares if code == codes.WRITTEN else -shares, "bet", first)
    if code == codes.WRITTEN and first != row:
        r.add(-amount, "tranche", row)


def _tranche(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    r.add(amount if code == codes.TRANCHE_DUE else -amount, "tranche", row)


def _shares(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    if code == codes.SOLD:
        r.add(-shares, *(("free", row) if other < 0 else ("pledged", row, other)))
    elif code == codes.BOUGHT:
        r.add(shares, "free", row)
    elif code == codes.DELIVERED:
        r.add(-shares, "pledged", other, row)
    elif code == codes.PASSED:
        ahead = [e for e in _ahead(r.origin, other) if r.held["pledged", row, e] > 0.0]
        r.add(-shares, "pledged", row, ahead[-1] if ahead else other)  # the first of the chain holds them all
        r.add(shares, "pledged", row, other)
    else:
        way = 1.0 if code == codes.PLEDGED else -1.0
        r.add(-way * shares, "free", row)
        r.add(way * shares, "pledged", row, other)


def _ahead(origin: Life, d: int) -> list[int]:
    """The loans ahead of one on its collateral, the nearest first."""
    found: list[int] = []
    while (d := int(origin.debts[d].ahead)) >= 0:
        found.append(d)
    return found


def _default(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    """Overdue interest becomes a claim with the principal; tranches lapse."""
    if other == 1:
        return
    r.over[row] = r.step
    for d, debt in enumerate(r.origin.debts):
        if debt.house == row:
            r.held["debt", d] += r.held.pop(("arrears", d), 0.0)
    for b, bet in enumerate(r.origin.bets):
        if bet.house == row:
            r.held.pop(("tranche", b), None)


def _fund(r: Replay, code: int, row: int, other: int, c: int, h: int, amount: float, shares: float) -> None:
    """Between a fund, its investors and its manager; `other` is a house of the tree or -1."""
    if code == codes.FEE_DUE:
        r.add(amount, "fee", row)
    elif code in (codes.FEE_PAID, codes.CARRY):
        if code == codes.FEE_PAID:
            r.add(-amount, "fee", row)
        if other >= 0:
            r.add(amount, "cash", other, c)
    elif code == codes.STAKE_SOLD:
        r.add(amount, "cash", other, c)
    else:
        fund = int(r.origin.investors[row].house)
        if code in (codes.CAPITAL_CALLED, codes.CALL_FAILED):
            called = amount if code == codes.CAPITAL_CALLED else -amount
            r.add(called, "call", row)
            r.add(-called, "uncalled", row)  # at most: where its call has failed, a commitment is cut
        elif code == codes.CAPITAL_PAID:
            if other >= 0:
                r.add(-amount, "cash", other, c)
                r.add(-amount, "call", row)
            else:
                r.add(-amount, "uncalled", row)
            r.add(amount, "cash", fund, c)
        else:  # shared out
            r.add(-amount, "cash", fund, c)
            if other >= 0:
                r.add(amount, "cash", other, c)


RULES: dict[int, Rule] = {
    **dict.fromkeys((codes.INTEREST, codes.COSTS, codes.UNPAID_INTEREST, codes.UNPAID_COSTS), _late),
    **dict.fromkeys((codes.WRITTEN, codes.BET_ENDED, codes.BET_SOLD), _bet),
    **dict.fromkeys((codes.TRANCHE_DUE, codes.TRANCHE_LAPSED), _tranche),
    **dict.fromkeys((codes.SOLD, codes.BOUGHT, codes.DELIVERED, codes.PLEDGED, codes.RELEASED, codes.PASSED), _shares),
    codes.WRITTEN_OFF: _written_off, codes.CONVERTED: _converted, codes.DEFAULTED: _default,
    **dict.fromkeys((
        codes.FEE_DUE, codes.FEE_PAID, codes.CARRY, codes.STAKE_SOLD, codes.CAPITAL_CALLED, codes.CALL_FAILED,
        codes.CAPITAL_PAID, codes.SHARED), _fund),
}  # fmt: skip
