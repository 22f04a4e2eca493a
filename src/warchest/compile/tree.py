"""The tree of houses in the two orders of the tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from warchest.core.units import Amount
from warchest.holdings import Fund
from warchest.house import House


class Member(NamedTuple):
    """One house of a tree: its place among all, the place of its parent (-1: none), and how the parent holds it."""

    house: House
    titles: tuple[str, ...]
    number: int
    parent: int
    holding: Fund | None

    def title(self, name: str) -> str:
        """A name of this house as the whole tree knows it.

        >>> Member(None, ("Growth fund",), 0, 1, None).title("Acme")
        'Growth fund > Acme'
        """
        return " > ".join((*self.titles, name))


def members(house: House) -> list[Member]:
    """All houses, children before parents, in file order: the order in which they are lived."""
    found: list[Member] = []

    def visit(here: House, titles: tuple[str, ...], holding: Fund | None) -> int:
        children = [visit(child, (*titles, name), here.spec.funds[name]) for name, child in here.funds.items()]
        number = len(found)
        found.append(Member(here, titles, number, -1, holding))
        for child in children:
            found[child] = found[child]._replace(parent=number)
        return number

    visit(house, (), None)
    return found


def from_the_top(house: House) -> list[Member]:
    """All houses, parents before children, in file order: the order of assets, so that a fund moves no asset of its parent."""
    return sorted(members(house), key=lambda member: _path(house, member.titles))


def _path(house: House, titles: tuple[str, ...]) -> tuple[int, ...]:
    places = []
    for title in titles:
        places.append(list(house.funds).index(title))
        house = house.funds[title]
    return tuple(places)


def currencies(house: House) -> tuple[str, ...]:
    """The house's currency first, then those that anything in its file, and in its funds' files, is written in."""
    return tuple(dict.fromkeys(code for member in from_the_top(house) for code in _used(member.house) if code))


def _used(house: House) -> Iterator[str | None]:
    spec = house.spec
    yield spec.currency
    yield from spec.cash
    amounts: list[Amount | None] = [
        getattr(h, "price", None) or getattr(h, "value", None) for h in spec.priced.values()
    ]
    for debt in spec.debts.values():
        amounts += [getattr(debt, f, None) for f in ("principal", "limit", "floor")]
        amounts += list((getattr(debt, "maturities", None) or getattr(debt, "instalments", None) or {}).values())
    yield from (a.currency for a in amounts if a is not None)
    for bet in spec.bets.values():
        yield bet.currency
        yield from (p.cheque.currency for p in bet.payments)
    yield from (flow.cheque.currency for flow in spec.deals.values())
