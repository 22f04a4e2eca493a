"""Checks of loans that stand behind others on the same collateral."""

from __future__ import annotations

from collections.abc import Iterator

from warchest.core.errors import nearest
from warchest.debts import MarginLoan
from warchest.house.spec import HouseFile
from warchest.house.words import Found, names_of


def behind(spec: HouseFile) -> Iterator[Found]:
    """Every loan has either shares of its own or a loan ahead of it, one loan has one behind it, and no chain closes."""
    loans = {name: debt for name, debt in spec.debts.items() if isinstance(debt, MarginLoan)}
    taken: dict[str, str] = {}
    for name, debt in loans.items():
        path = ("debts", name, "behind")
        either = "secured_on: {holding: shares}, or behind: another margin loan"
        if debt.behind is None:
            if "secured_on" not in debt.model_fields_set:
                yield ("debts", name, "secured_on"), "is missing", either, ""
            continue
        if "secured_on" in debt.model_fields_set:
            yield path, "stands beside secured_on", either, ""
        others = [other for other in loans if other != name]
        way = _way(loans, name)
        if debt.behind not in loans:
            words = f"'{debt.behind}' is not a margin loan"
            yield path, words, names_of(others, "margin loans"), nearest(debt.behind, others)
        elif way[-1] == name and name == min(way, key=list(loans).index):  # a cycle is told once, at its first loan
            yield path, f"{' > '.join(way)} is a cycle", "the first loan of a chain has the shares: secured_on", ""
        elif debt.behind in taken:
            last = _last(loans, debt.behind)
            words = f"'{taken[debt.behind]}' is directly behind '{debt.behind}' already"
            yield path, words, "one loan stands directly behind another, the next behind that", last
        taken.setdefault(debt.behind, name)


def _way(loans: dict[str, MarginLoan], name: str) -> list[str]:
    """From a loan to the one ahead of it, and on, until one has none or is met again."""
    way = [name]
    while (ahead := loans[way[-1]].behind) is not None and ahead in loans:
        way.append(ahead)
        if ahead in way[:-1]:
            break
    return way


def _last(loans: dict[str, MarginLoan], name: str) -> str:
    """The last loan of the chain that a loan is in: who is behind it first in the file counts."""
    seen = {name}
    while True:
        after = next((n for n, debt in loans.items() if debt.behind == name and n not in seen), None)
        if after is None:
            return name
        seen.add(after)
        name = after
