"""The books of one path: every entry of its log as a movement with two sides.

Quantities are decimals, so that both sides are the same number. A debt that takes something else than its face off the
NAV (a forward, a loan without recourse, a hybrid) is a thing of its own with a price, like a share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from warchest.core import codes, layout
from warchest.core.layout import Array, Life
from warchest.engine.stakes import opened
from warchest.results.accounts import (
    Account,
    Posting,
    Thing,
    against,
    asset_of,
    is_hybrid,
    is_priced,
    owner_of,
    places,
    settled,
    stakes,
)

TO_CASH = {codes.EARNED: "interest earned", codes.DIVIDEND: "dividends received"}
FROM_CASH = {
    codes.INTEREST: "interest paid", codes.FEE: "fees paid", codes.COSTS: "costs paid", codes.PAYOUT: "dividends paid",
}  # fmt: skip


OF_FUNDS = frozenset({
    codes.CAPITAL_CALLED, codes.CAPITAL_PAID, codes.CALL_FAILED, codes.FEE_DUE, codes.FEE_PAID, codes.SHARED, codes.CARRY,
    codes.STAKE_SOLD,
})  # fmt: skip


class Books:
    """Quantities by account, from the opening balance on, as the movements change them."""

    def __init__(self, origin: Life, log: Array) -> None:
        self.origin = origin
        self.worths = stakes(opened(origin))
        self.held: defaultdict[tuple[Account, Thing], Decimal] = defaultdict(Decimal)
        self._places = places(origin, log)
        self.opening = self._opening()
        self.post(self.opening)

    def post(self, postings: Iterable[Posting]) -> None:
        """Change the quantities."""
        for posting in postings:
            self.held[posting.account, posting.thing] += posting.units

    def units(self, kind: str, row: int, debt: int = -1) -> float:
        """What lies in an account, counted in whatever it holds."""
        account = Account(kind, row, debt)
        return float(sum(n for (other, _), n in self.held.items() if other == account))

    def sides(self, entry: Any) -> list[Posting]:
        """Both sides of one entry, given the quantities before it; nothing for those that only tell."""
        found = list(self._sides(entry))
        lost = any(p.total and not p.units for p in found)  # less than the books can write
        return [] if lost else [p for p in found if p.units]

    def _exact(self, amount: float | Decimal, thing: Thing) -> Decimal:
        exact = amount if isinstance(amount, Decimal) else Decimal(repr(float(amount)))
        return exact.quantize(Decimal(1).scaleb(-self._places[thing]))

    def _money(self, account: Account, amount: float | Decimal, currency: int) -> Posting:
        thing = Thing("currency", currency)
        return Posting(account, thing, self._exact(amount, thing))

    def _swap(
        self, account: Account, thing: Thing, units: float | Decimal, amount: float | Decimal, currency: int
    ) -> Posting:
        """Units of something that came or went for an amount of money."""
        total = abs(self._exact(amount, Thing("currency", currency)))
        return Posting(account, thing, self._exact(units, thing), total, currency)

    def _shares(self, account: Account, shares: float) -> Posting:
        asset = asset_of(self.origin, account.row)
        return self._swap(account, Thing("share", account.row), shares, shares * asset.mark, int(asset.currency))

    def _principal(self, d: int, amount: float | Decimal) -> Posting:
        """A change of a debt's principal, above zero when less is owed."""
        c = int(self.origin.debts[d].currency)
        if self.origin.debts[d].kind == layout.FORWARD:  # its principal is a cash difference
            return self._money(Account("overdue", d), amount, c)
        if is_priced(self.origin, d):
            return self._swap(Account("debt", d), Thing("debt", d), amount, amount, c)
        return self._money(Account("debt", d), amount, c)

    def _repaid(self, d: int, amount: float) -> Iterator[Posting]:
        """Less is owed: what is overdue of it first."""
        c = int(self.origin.debts[d].currency)
        rest = self._exact(amount, Thing("currency", c))
        if is_hybrid(self.origin, d):
            late = min(rest, -self.held[Account("overdue", d), Thing("currency", c)])
            rest -= late
            yield self._money(Account("overdue", d), late, c)
        yield self._principal(d, rest)

    def _own(self, h: int) -> int:
        """How accounts tell a house: the top one is not said."""
        return -1 if h == self.origin.top else h

    def _opening(self) -> list[Posting]:
        """What each house has on its first day, against its equity."""
        return [posting for h in range(len(self.origin.houses)) for posting in self._opening_of(h)]

    def _opening_of(self, h: int) -> list[Posting]:
        origin, own = self.origin, self._own(h)
        found = [self._money(Account("cash", c, house=own), purse.cash, c) for c, purse in enumerate(origin.purses[h])]
        found += [self._shares(Account("free", i), line.free) for i, line in enumerate(origin.lines) if line.house == h]
        for k, stake in enumerate(origin.investors):
            if stake.owner == h:
                found.append(
                    self._swap(Account("stake", k), Thing("stake", k), stake.part, self.worths[Thing("stake", k)], 0)
                )
        for f, fund in enumerate(origin.funds):
            if fund.manager == h:
                found.append(self._swap(Account("carry", f), Thing("carry", f), 1.0, self.worths[Thing("carry", f)], 0))
        for d, debt in enumerate(origin.debts):
            if debt.house != h:
                continue
            for pledge in origin.pledges[debt.pledge_from : debt.pledge_to]:
                found.append(self._shares(Account("pledged", int(pledge.line), d), pledge.shares))
                if debt.kind == layout.FORWARD:
                    worth = settled(origin, d, pledge.shares, asset_of(origin, pledge.line).mark)
                    contract = Account("debt", d), Thing("debt", d), -pledge.shares
                    found.append(self._swap(*contract, worth, int(debt.currency)))
            found.append(self._principal(d, -debt.principal))
        found = [posting for posting in found if posting.units]
        return [*found, *against(Account("equity", house=own), found)]

    def _sides(self, entry: Any) -> Iterator[Posting]:
        code, row, other, c = (int(entry[k]) for k in ("code", "row", "other", "currency"))
        amount, shares = float(entry["amount"]), float(entry["shares"])
        own = self._own(int(entry["house"]))
        cash, costs = Account("cash", c, house=own), Account("costs", house=own)
        if code in TO_CASH:
            yield self._money(cash, amount, c)
            yield self._money(Account(TO_CASH[code], house=own), -amount, c)
        elif code in FROM_CASH:
            late = {codes.INTEREST: Account("arrears", row), codes.COSTS: costs} if other == 1 else {}
            yield self._money(late.get(code, Account(FROM_CASH[code], house=own)), amount, c)
            yield self._money(cash, -amount, c)
        elif code in (codes.UNPAID_INTEREST, codes.UNPAID_COSTS):
            interest = code == codes.UNPAID_INTEREST
            yield self._money(Account("interest paid" if interest else "costs paid", house=own), amount, c)
            yield self._money(Account("arrears", row) if interest else costs, -amount, c)
        elif code == codes.UNPAID_PRINCIPAL and is_hybrid(self.origin, row):  # it counts in full now
            yield self._principal(row, amount)
            yield self._money(Account("overdue", row), -amount, c)
        elif code in (codes.CAPITALISED, codes.DIFFERENCE):
            yield self._money(
                Account("interest paid" if code == codes.CAPITALISED else "settlements", house=own), amount, c
            )
            yield self._principal(row, -amount)
        elif code in (codes.REPAID, codes.INSTALMENT):
            yield from self._repaid(row, amount)
            yield self._money(cash, -amount, c)
        elif code == codes.DRAWN:
            yield self._money(cash, amount, c)
            yield self._principal(row, -amount)
        elif code in (codes.ISSUED, codes.BOUGHT_BACK):
            way = 1.0 if code == codes.ISSUED else -1.0
            yield self._money(cash, way * amount, c)
            yield self._money(Account("own shares", house=own), -way * amount, c)
        elif code == codes.INTO_SHARES:
            yield self._principal(row, amount)
            yield self._money(Account("own shares", house=own), -amount, c)
        elif code == codes.WRITTEN_OFF:
            yield from self._repaid(row, amount) if row >= 0 else [self._money(costs, amount, c)]
            yield self._money(Account("written off", house=own), -amount, c)
        elif code == codes.CONVERTED:
            yield self._swap(Account("cash", row, house=own), Thing("currency", row), -amount, shares, other)
            yield self._money(Account("cash", other, house=own), shares, other)
        elif code in (codes.WRITTEN, codes.BET_ENDED, codes.BET_SOLD):
            way = 1.0 if code == codes.WRITTEN else -1.0
            bet = int(self.origin.bets[row].first)
            yield self._swap(Account("bet", bet), Thing("bet", bet), way * shares, amount, c)
            yield self._money(cash, -way * amount, c)
            if code == codes.WRITTEN and bet != row:
                yield from self._tranche(row, amount)
        elif code in (codes.TRANCHE_DUE, codes.TRANCHE_LAPSED):
            yield from self._tranche(row, amount if code == codes.TRANCHE_LAPSED else -amount)
        elif code == codes.SOLD:
            account = Account("free", row) if other < 0 else Account("pledged", row, other)
            yield self._swap(account, Thing("share", row), -shares, amount, c)
            yield self._money(cash, amount, c)
        elif code == codes.BOUGHT:
            yield self._swap(Account("free", row), Thing("share", row), shares, amount, c)
            yield self._money(cash, -amount, c)
        elif code in (codes.PLEDGED, codes.RELEASED):
            units = self._exact(shares if code == codes.PLEDGED else -shares, Thing("share", row))
            yield Posting(Account("pledged", row, other), Thing("share", row), units)
            yield Posting(Account("free", row), Thing("share", row), -units)
        elif code == codes.PASSED:
            units = self._exact(shares, Thing("share", row))
            yield Posting(Account("pledged", row, self._holder(row, other)), Thing("share", row), -units)
            yield Posting(Account("pledged", row, other), Thing("share", row), units)
        elif code == codes.DELIVERED:
            gone = self._swap(Account("pledged", other, row), Thing("share", other), -shares, amount, c)
            contract = Account("debt", row), Thing("debt", row)
            yield gone
            yield Posting(*contract, -self.held[contract], gone.total, c)
        elif (
            code == codes.DEFAULTED and other != 1
        ):  # a claim is principal and overdue interest together; tranches lapse
            for (account, _), units in list(self.held.items()):
                if owner_of(self.origin, account) != row:
                    continue
                if account.kind == "arrears" and units:
                    own = int(self.origin.debts[account.row].currency)
                    yield self._money(account, -units, own)
                    yield self._principal(account.row, units)
                elif account.kind == "tranche" and units:
                    yield from self._tranche(account.row, -units)

        elif code in OF_FUNDS:
            yield from self._of_a_fund(code, row, other, amount, shares, c)

    def _of_a_fund(self, code: int, row: int, other: int, amount: float, shares: float, c: int) -> Iterator[Posting]:
        """Money between a fund, its investors and its manager; `row` is the investor, or the fund, `other` a house or -1."""
        whose = self._own(other)
        theirs = Account("cash", c, house=whose)
        if code in (codes.CAPITAL_CALLED, codes.CALL_FAILED):
            way = 1.0 if code == codes.CAPITAL_CALLED else -1.0
            yield self._money(Account("call", row), way * amount, c)
            yield self._money(Account("investors", row), -way * amount, c)
            yield self._money(Account("flows", row), way * amount, c)
            yield self._money(Account("called", row), -way * amount, c)
        elif code in (codes.CAPITAL_PAID, codes.SHARED):
            way = 1.0 if code == codes.CAPITAL_PAID else -1.0
            fund = Account("cash", c, house=self._own(int(self.origin.investors[row].house)))
            inside, paid = other >= 0, code == codes.CAPITAL_PAID
            yield self._money(fund, way * amount, c)
            yield self._money(Account("call" if inside and paid else "investors", row), -way * amount, c)
            if inside:
                yield self._money(Account("called" if paid else "flows", row), way * amount, c)
                yield self._money(theirs, -way * amount, c)
        elif code == codes.FEE_DUE:
            yield self._money(Account("management", row), amount, c)
            yield self._money(Account("fee", row), -amount, c)
        elif code in (codes.FEE_PAID, codes.CARRY):
            yield self._money(Account("fee" if code == codes.FEE_PAID else "carry paid", row), amount, c)
            yield self._money(Account("cash", c, house=self._own(row)), -amount, c)
            if other >= 0:
                yield self._money(theirs, amount, c)
                yield self._money(
                    Account("fees received" if code == codes.FEE_PAID else "carry received", house=whose), -amount, c
                )
        else:
            yield self._swap(Account("stake", row), Thing("stake", row), -shares, amount, c)
            yield self._money(theirs, amount, c)

    def _holder(self, line: int, d: int) -> int:
        """The loan ahead of one with whom most shares of a line lie."""
        ahead, e = [], int(self.origin.debts[d].ahead)
        while e >= 0:
            ahead.append(e)
            e = int(self.origin.debts[e].ahead)
        return max(ahead, key=lambda e: self.held[Account("pledged", line, e), Thing("share", line)])

    def _tranche(self, b: int, amount: float | Decimal) -> Iterator[Posting]:
        """A change of what is promised to a bet and due, above zero when less is owed."""
        c = int(self.origin.bets[b].currency)
        yield self._money(Account("tranche", b), amount, c)
        yield self._money(Account("tranches due", house=self._own(int(self.origin.bets[b].house))), -amount, c)
