"""One path told: every movement of its log in plain words."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from warchest.compile import Names
from warchest.core import codes, layout
from warchest.core.calendar import Grid
from warchest.core.codes import LOG_CODES
from warchest.core.layout import Array, Life
from warchest.core.units import percent, say
from warchest.engine.calls import FROM_BEHIND, OVERDUE
from warchest.results.accounts import Posting, Thing, asset_of
from warchest.results.ledger import Books

NOTHING = 1e-9
"""Share of what moved that may be left of a thing that is gone."""
OF_INVESTORS = frozenset({codes.CAPITAL_CALLED, codes.CAPITAL_PAID, codes.CALL_FAILED, codes.SHARED, codes.STAKE_SOLD})
ONE_HOUSE = frozenset(
    {
        codes.FEE_DUE,
        codes.FEE_PAID,
        codes.CARRY,
        codes.EARNED,
        codes.COSTS,
        codes.PAYOUT,
        codes.UNPAID_COSTS,
        codes.DEFAULTED,
        codes.MODE,
        codes.ISSUED,
        codes.BOUGHT_BACK,
    }
)
OF_LINES = frozenset(
    {codes.DIVIDEND, codes.SOLD, codes.PLEDGED, codes.RELEASED, codes.PASSED, codes.MARKED, codes.BOUGHT}
)
OF_BETS = frozenset({codes.WRITTEN, codes.BET_ENDED, codes.BET_SOLD, codes.TRANCHE_DUE, codes.TRANCHE_LAPSED})
OF_MANAGERS = frozenset({codes.FEE_DUE, codes.FEE_PAID, codes.CARRY})
CLOSED = {OVERDUE: ", overdue and not paid", FROM_BEHIND: ", as one behind it is closed out"}
"""Why a loan is closed out, where it is not for its own level."""
PLAIN = frozenset({codes.EARNED, codes.COSTS, codes.PAYOUT, codes.UNPAID_COSTS, codes.DEFAULTED, codes.MODE})
"""Codes whose sentence does not begin with a name."""
IN_SHARES = frozenset({
    codes.SOLD, codes.BOUGHT, codes.PLEDGED, codes.RELEASED, codes.PASSED, codes.DELIVERED,
    codes.ISSUED, codes.BOUGHT_BACK, codes.INTO_SHARES,
})  # fmt: skip
ROUNDS = frozenset({codes.SOLD, codes.REPAID, codes.DRAWN, codes.PLEDGED, codes.BET_SOLD, codes.WRITTEN})
"""What is done in several rounds within one step."""
TURNS = frozenset({codes.CALLED, codes.CURED, codes.CLOSING, codes.UNPAID_PRINCIPAL, codes.DEFAULTED})
"""What ends a round: what comes after it is told after it."""


@dataclass(frozen=True)
class Movement:
    """An entry of the log with both its sides, and what is left after it of what it moved."""

    step: int
    code: int
    row: int
    other: int
    currency: int
    amount: float
    shares: float
    price: float
    left: float
    sides: tuple[Posting, ...]
    house: int = 0

    @property
    def what(self) -> str:
        """Its code in words."""
        return LOG_CODES[self.code]


def movements(books: Books, log: Array) -> Iterator[Movement]:
    """Every entry in its order, posted to the books as it is told."""
    for entry in log:
        sides = tuple(books.sides(entry))
        books.post(sides)
        code, row = int(entry["code"]), int(entry["row"])
        left = 0.0
        if code in (codes.REPAID, codes.INSTALMENT):
            left = -books.units("debt", row) - books.units("overdue", row)
        elif code == codes.SOLD:
            left = math.fsum(float(n) for (_, thing), n in books.held.items() if thing == Thing("share", row))
        step, other, currency = int(entry["step"]), int(entry["other"]), int(entry["currency"])
        amount, shares, price = float(entry["amount"]), float(entry["shares"]), float(entry["price"])
        yield Movement(step, code, row, other, currency, amount, shares, price, left, sides, int(entry["house"]))


def merged(found: Iterable[Movement]) -> list[Movement]:
    """The movements of one step, the rounds of one sale, repayment, pledge or loan as one, where the last one stood.

    Rounds before and after a turn - a call met, a close-out, a default - stay apart.
    """
    together: dict[object, Movement] = {}
    turns = 0
    for n, m in enumerate(found):
        turns += m.code in TURNS
        key = (turns, m.code, m.row, m.other, m.currency) if m.code in ROUNDS else n
        if key in together:
            old = together.pop(key)
            m = replace(old, amount=old.amount + m.amount, shares=old.shares + m.shares, left=m.left)
        together[key] = m
    return list(together.values())


class Teller:
    """Words for movements: names, dates and terms of one house."""

    def __init__(self, house: str, names: Names, grid: Grid, origin: Life) -> None:
        self.house, self.names, self.grid, self.origin = house, names, grid, origin

    def who(self, m: Movement) -> str:
        """The debt, holding or bet that a movement is of; else the house."""
        if m.code in OF_LINES:
            return self.names.assets[m.row]
        if m.code in OF_BETS:
            return self.names.bets[m.row]
        if m.code == codes.CONVERTED:
            return self.names.currencies[m.row]
        if m.code in OF_INVESTORS:
            return self.names.investors[m.row]
        if m.code in ONE_HOUSE or m.row < 0:
            return self.names.houses[m.house]
        return self.names.debts[m.row]

    def money(self, amount: float, currency: int) -> str:
        """An amount as screens show it."""
        return say(amount, self.names.currencies[currency])

    def date(self, step: int) -> str:
        """The date of a step."""
        return self.grid.dates[step].isoformat()

    def sentence(self, m: Movement) -> str:
        """A movement in one sentence."""
        who, much = self.who(m), self.money(m.amount, m.currency)
        debt = self.names.debts[m.other] if m.code in OF_LINES and m.other >= 0 else ""
        told = self._sentence(m, who, much, debt)
        alone = m.house == self.origin.top or self.names.houses[m.house] in told
        return (
            told
            if alone
            else f"{self.names.houses[m.house]}: {told[0].lower() if m.code in PLAIN else told[0]}{told[1:]}"
        )

    def _sentence(self, m: Movement, who: str, much: str, debt: str) -> str:
        if m.code in OF_INVESTORS or m.code in OF_MANAGERS:
            return self._of_a_fund(m, who, much)
        match m.code:
            case codes.EARNED:
                return f"Cash earns {much}."
            case codes.DIVIDEND:
                return f"{who} pays a dividend of {much}."
            case codes.CAPITALISED:
                return f"{who}: interest of {much} is added to the principal."
            case codes.INTEREST:
                return f"{who}: interest of {much} is paid."
            case codes.FEE:
                return f"{who}: a fee of {much} is paid."
            case codes.COSTS:
                return f"Costs of {much} are paid."
            case codes.PAYOUT:
                return f"The house pays its owners a dividend of {much}."
            case codes.REPAID:
                if self.origin.debts[m.row].kind == layout.FORWARD:
                    return f"{who}: {much} of the cash difference is paid."
                return f"{who}: {much} is repaid{'' if m.left > NOTHING * m.amount else ', and nothing is left of it'}."
            case codes.DRAWN:
                return f"{who}: {much} is borrowed."
            case codes.INSTALMENT:
                return f"{who}: an instalment of {much} is paid."
            case codes.WRITTEN:
                return f"{who}: a cheque of {much} is written for what is worth {self._bet(m)}."
            case codes.BET_ENDED:
                return f"{who} ends: {self._bet(m)} has become {much} ({m.amount / m.shares:.3g} times)."
            case codes.CONVERTED:
                return f"{much} is changed into {self.money(m.shares, m.other)}."
            case codes.BOUGHT:
                return f"{self._shares(m, m.row)} are bought for {much}{self._each(m)}."
            case codes.SOLD:
                from_ = f" pledged to {debt}" if debt else ""
                verb = "is" if self._private(m.row) else "are"
                return f"{self._shares(m, m.row)}{from_} {verb} sold for {much}{self._each(m)}."
            case codes.BET_SOLD:
                return f"{who}: of the bet, {self._bet(m)} at its mark is sold for {much}."
            case codes.DELIVERED:
                return f"{who}: {self._shares(m, m.other)} are delivered at {self._price(m.price, m.other)}."
            case codes.DIFFERENCE:
                return f"{who}: a cash difference of {much} is due."
            case codes.PLEDGED:
                return f"{self._shares(m, m.row)} are pledged to {debt}."
            case codes.RELEASED:
                return f"{self._shares(m, m.row)} pledged to {debt} are free again."
            case codes.PASSED:
                return f"{self._shares(m, m.row)} pass to {debt}, which stood behind what is repaid."
            case codes.WRITTEN_OFF:
                return f"{who}: {much} is never paid; whoever is owed it bears the loss."
            case codes.ROLLED:
                return f"{who}: {much} due, rolled at {percent(self._rolled_rate(m))}{self._until(m)}."
            case codes.CALLED:
                return f"{who}: margin call. The loan of {much} is {self._of_collateral(m)}{self._cure(m)}."
            case codes.LAPSED:
                return f"{who}: the call lapses. The loan of {much} is {self._of_collateral(m)}."
            case codes.CURED:
                return f"{who}: the call is met; the loan is {much} now."
            case codes.CLOSING:
                return f"{who}: the lender closes out the loan of {much}{CLOSED.get(m.other, '')}."
            case codes.UNPAID_INTEREST:
                return f"{who}: interest of {much} is due."
            case codes.UNPAID_PRINCIPAL:
                end = " and its collateral is gone" if m.other == 1 else ""
                return f"{who}: {much} is due{end}."
            case codes.UNPAID_COSTS:
                return f"Costs of {much} are due."
            case codes.DEFAULTED:
                end = "The house lives on." if m.other == 1 else "Everything is sold."
                return f"Default: {much} is due and cannot be paid. {end}"
            case codes.MARKED:
                return f"{who} is marked at {self.mark(m)}."
            case codes.MODE:
                mode = {0: "attack", 1: "defence"}.get(m.other, f"mode {m.other}")
                return f"The policy changes to {mode}."
            case codes.ISSUED:
                return f"{m.shares:,.0f} new shares of the house are sold for {much}{self._each_own(m)}."
            case codes.BOUGHT_BACK:
                return f"The house buys {m.shares:,.0f} of its own shares for {much}{self._each_own(m)}."
            case codes.INTO_SHARES:
                price = self.money(m.price, 0)
                return f"{who}: {much} becomes {m.shares:,.0f} shares of the house, worth {price} each."
            case codes.TRANCHE_DUE:
                return f"{who}: a tranche of {much} is due."
            case codes.TRANCHE_LAPSED:
                return f"{who}: a tranche of {much} was not paid and lapses."
        raise KeyError(m.code)

    def _of_a_fund(self, m: Movement, who: str, much: str) -> str:
        match m.code:
            case codes.CAPITAL_CALLED:
                return f"{who}: {much} is called."
            case codes.CAPITAL_PAID:
                return f"{who}: {much} that was called is paid."
            case codes.CALL_FAILED:
                return f"{who}: the call has failed; {much} is never paid."
            case codes.SHARED:
                return f"{who}: {much} is paid out."
            case codes.STAKE_SOLD:
                return f"{who}: {percent(m.shares)} of the whole stake is sold for {much}."
            case codes.FEE_DUE:
                if m.amount < 0.0:
                    return f"{who}: a fee of {self.money(-m.amount, m.currency)} is never paid."
                return f"{who}: the manager's fee of {much} is due."
            case codes.FEE_PAID:
                return f"{who}: the manager's fee of {much} is paid."
        return f"{who}: the manager's carry of {much} is paid."

    def mark(self, m: Movement) -> str:
        """The price of a new mark."""
        return self._price(m.price, m.row)

    def _private(self, line: int) -> bool:
        return bool(asset_of(self.origin, line).mark_every > 0)

    def _shares(self, m: Movement, line: int) -> str:
        """Shares of a listed holding as a whole number, of a private one as a part of what was held."""
        name = self.names.assets[line]
        if self._private(line):
            part = m.shares / (m.shares + max(0.0, m.left))
            return name if part > 1.0 - NOTHING else f"{percent(part)} of {name}"
        return f"{m.shares:,.0f} shares of {name}"

    def _price(self, price: float, line: int) -> str:
        code = self.names.currencies[int(asset_of(self.origin, line).currency)]
        return say(price, code) if self._private(line) else f"{price:,.2f} {code}"

    def _each(self, m: Movement) -> str:
        if self._private(m.row) or m.shares <= 0.0:
            return ""
        return f", {m.amount / m.shares:,.2f} {self.names.currencies[m.currency]} each"

    def _each_own(self, m: Movement) -> str:
        return f", {m.amount / m.shares:,.2f} {self.names.currencies[m.currency]} each" if m.shares > 0.0 else ""

    def _bet(self, m: Movement) -> str:
        return self.money(m.shares, int(self.origin.bets[m.row].currency))

    def _rolled_rate(self, m: Movement) -> float:
        """What rolled debt costs a year, with what hard times add (the entry's price, a step): only a rate compounds."""
        debt, dt = self.origin.debts[m.row], self.grid.dt
        return float(math.expm1(math.log1p(debt.roll_rate) / dt) + 365.0 * debt.roll_coupon + m.price / dt)

    def _until(self, m: Movement) -> str:
        step = m.step + int(self.origin.debts[m.row].tenor)
        return f" until {self.date(step)}" if step <= self.grid.steps else " beyond the horizon"

    def _of_collateral(self, m: Movement) -> str:
        collateral = self.money(m.price, m.currency)
        if m.price <= 0.0:
            return "without collateral"
        ahead = f" with {self.money(m.shares, m.currency)} ahead of it" if m.shares > 0.0 else ""
        return f"{percent((m.amount + m.shares) / m.price)} of its collateral of {collateral}{ahead}"

    def _cure(self, m: Movement) -> str:
        step = m.step + int(self.origin.debts[m.row].cure)
        if step == m.step:
            return ", to be met at once"
        return f", to be met by {self.date(step)}" if step <= self.grid.steps else ""
