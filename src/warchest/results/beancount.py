"""The books of one path as a Beancount file: names that it accepts, explicit amounts, and closing prices."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal

from warchest.compile import Names
from warchest.core import codes
from warchest.results.accounts import Account, Posting, Thing
from warchest.results.closing import Prices

TOLERANCE = 'option "inferred_tolerance_default" "*:0.000001"'
"""Beancount divides each total by its units, and multiplies again: where no amount of money stands by itself, this is allowed."""
LONGEST = 24
"""Letters that a commodity may have in Beancount."""
WORDS = frozenset({"TRUE", "FALSE", "NULL"})
"""What Beancount would not read as a commodity."""
OF_DEBTS = frozenset({
    codes.CALLED, codes.LAPSED, codes.CURED, codes.CLOSING, codes.ROLLED, codes.UNPAID_PRINCIPAL,
})  # fmt: skip
"""Codes that only tell what happened to a debt."""
ROOMS = {
    "cash": "Assets:Cash", "free": "Assets:Free", "pledged": "Assets:Pledged", "bet": "Assets:Bets",
    "debt": "Liabilities:Debts", "overdue": "Liabilities:Overdue", "arrears": "Liabilities:Interest-due",
    "costs": "Liabilities:Costs-due", "tranche": "Liabilities:Tranches-due", "equity": "Equity:Opening",
    "tranches due": "Equity:Tranches", "interest earned": "Income:Interest", "dividends received": "Income:Dividends",
    "written off": "Income:Written-off", "stake": "Assets:Stakes", "carry": "Assets:Carry", "call": "Assets:Calls",
    "called": "Liabilities:Calls-due", "fee": "Liabilities:Fee-due", "investors": "Equity:Investors", "flows": "Equity:Funds",
    "management": "Expenses:Management", "carry paid": "Expenses:Carry", "fees received": "Income:Fees",
    "carry received": "Income:Carry", "interest paid": "Expenses:Interest", "fees paid": "Expenses:Fees",
    "costs paid": "Expenses:Costs", "dividends paid": "Equity:Dividends",
    "own shares": "Equity:Own-shares", "settlements": "Expenses:Settlements",
}  # fmt: skip


class Chart:
    """Beancount's names for accounts and things: plain letters, each used once."""

    def __init__(self, names: Names, bets: Sequence[int], house: str) -> None:
        """`bets`: the first payment of each row of bets."""
        self.house = house
        self._currencies = names.currencies
        self._lines = _distinct(names.assets, "Holding", ())
        self._debts = _distinct(names.debts, "Debt", ())
        self._houses = _distinct(names.houses, "House", ())
        self._investors = _distinct(names.investors, "Investor", ())
        self._bets = _distinct(names.bets, "Bet", ())
        own = {b: names.bets[b] for b in dict.fromkeys(bets)}
        called = [Thing("share", i) for i in range(len(names.assets))]
        called += [Thing("bet", b) for b in own] + [Thing("debt", d) for d in range(len(names.debts))]
        called += [Thing("stake", k) for k in range(len(names.investors))]
        called += [Thing("carry", h) for h in range(len(names.houses))]
        titles = [*names.assets, *own.values(), *names.debts, *(f"Stake of {n}" for n in names.investors)]
        titles += [f"Carry of {name}" for name in names.houses]
        self._titles = dict(zip(called, titles, strict=True))
        symbols = _distinct(titles, "Thing", names.currencies, commodity=True)
        self._symbols = dict(zip(called, symbols, strict=True))

    def account(self, account: Account) -> str:
        """An account's name."""
        room = ROOMS[account.kind]
        if account.house >= 0:
            room += f":{self._houses[account.house]}"
        match account.kind:
            case "stake" | "call" | "called" | "investors" | "flows":
                return f"{room}:{self._investors[account.row]}"
            case "carry" | "fee" | "management" | "carry paid":
                return f"{room}:{self._houses[account.row]}"
            case "cash":
                return f"{room}:{self._currencies[account.row]}"
            case "free":
                return f"{room}:{self._lines[account.row]}"
            case "pledged":
                return f"{room}:{self._debts[account.debt]}:{self._lines[account.row]}"
            case "bet" | "tranche":
                return f"{room}:{self._bets[account.row]}"
            case "debt" | "overdue" | "arrears":
                return f"{room}:{self._debts[account.row]}"
        return room

    def symbol(self, thing: Thing) -> str:
        """A commodity's name."""
        return self._currencies[thing.row] if thing.kind == "currency" else self._symbols[thing]

    def title(self, thing: Thing) -> str:
        """What the house file calls it."""
        return self.symbol(thing) if thing.kind == "currency" else self._titles[thing]

    def posting(self, posting: Posting) -> str:
        """One line of a transaction."""
        line = f"  {self.account(posting.account)}  {posting.units:,f} {self.symbol(posting.thing)}"
        if posting.total is not None:
            line += f" @@ {posting.total:,f} {self._currencies[posting.of]}"
        return line


class Journal:
    """A Beancount file as it grows."""

    def __init__(self, chart: Chart, title: str, currency: str, opened: dt.date) -> None:
        self.chart = chart
        self._head = [f'option "title" {quoted(title)}', f'option "operating_currency" "{currency}"', TOLERANCE, ""]
        self._opened = opened
        self._accounts: dict[Account, None] = {}
        self._lines: list[str] = []

    def transaction(self, date: dt.date, words: str, sides: Iterable[Posting]) -> None:
        """Both sides of a movement."""
        self._lines.append(f"{date.isoformat()} * {quoted(words)}")
        for posting in sides:
            self._accounts[posting.account] = None
            self._lines.append(self.chart.posting(posting))
        self._lines.append("")

    def note(self, date: dt.date, words: str, account: Account) -> None:
        """What happened without moving anything."""
        self._accounts[account] = None
        self._lines += [f"{date.isoformat()} note {self.chart.account(account)} {quoted(words)}", ""]

    def prices(self, date: dt.date, at: Prices) -> None:
        """The price of every thing; the house's own currency has none."""
        for thing, (price, currency) in at.items():
            if thing != Thing("currency", 0):
                symbol, of = self.chart.symbol(thing), self.chart.symbol(Thing("currency", currency))
                self._lines.append(f"{date.isoformat()} price {symbol}  {Decimal(repr(price)):f} {of}")
        self._lines.append("")

    def text(self, things: Iterable[Thing], words: Sequence[str]) -> str:
        """The whole file; `words` stand on top of it."""
        day = self._opened.isoformat()
        named = [f"{day} commodity {self.chart.symbol(t)}\n  name: {quoted(self.chart.title(t))}" for t in things]
        opened = [f"{day} open {self.chart.account(account)}" for account in self._accounts]
        remarks = [f"; {_one_line(line)}" for line in words]
        return "\n".join([*remarks, "", *self._head, *named, "", *sorted(opened), "", *self._lines])


def about(code: int, row: int) -> Account:
    """The account that a note of this code belongs to: its debt, or the house's cash."""
    return Account("debt", row) if code in OF_DEBTS else Account("cash")


def quoted(text: str) -> str:
    """A string as Beancount reads it."""
    return '"' + _one_line(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _distinct(names: Iterable[str], empty: str, taken: Iterable[str], *, commodity: bool = False) -> list[str]:
    """Names in plain letters, each once: accents go, what is not a letter or a digit becomes a dash.

    >>> _distinct(["Société Générale", "株式", "société générale"], "Holding", ())
    ['Societe-Generale', 'Holding', 'Societe-generale-2']
    >>> _distinct(["3i", "T", "True"], "Holding", (), commodity=True)
    ['N3I', 'T-2', 'TRUE-2']
    """
    used = {name.upper() for name in taken}
    found = []
    for name in names:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-") or empty
        stem = stem[:1].upper() + stem[1:]
        if commodity:
            stem = stem.upper() if stem[0].isalpha() else "N" + stem.upper()
            stem = stem[: LONGEST - 5].rstrip("-")
        choice, n = stem, 1
        while choice.upper() in used or (commodity and (choice in WORDS or len(choice) < 2)):
            n += 1
            choice = f"{stem}-{n}"
        used.add(choice.upper())
        found.append(choice)
    return found
