"""Loans on the same collateral: the rows of a chain stand one after the other, and each names its neighbours."""

from __future__ import annotations

from warchest.core.rows import Row
from warchest.debts import MarginLoan
from warchest.house import House


def in_ranks(house: House, loans: list[Row], first: int) -> list[Row]:
    """Rows of secured loans, each followed by the loan behind it; `first` is the number of the first row.

    A loan behind another has the same lines pledged, with no shares on them.
    """
    behind = {
        debt.behind: name
        for name, debt in house.spec.debts.items()
        if isinstance(debt, MarginLoan) and debt.behind is not None
    }
    if not behind:
        return loans
    rows = {row.name: row for row in loans}
    found: list[Row] = []
    for row in loans:
        name = None if row.name in behind.values() else row.name
        above = -1
        while name is not None:
            place = first + len(found)
            pledges = row.pledges if above < 0 else tuple((line, 0.0) for line, _ in row.pledges)
            after = behind.get(name)
            neighbours = {"ahead": above, "behind": -1 if after is None else place + 1}
            found.append(Row(name, rows[name].debt._replace(**neighbours), pledges))
            name, above = after, place
    return found
