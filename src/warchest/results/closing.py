"""What the books are worth: quantities x prices, and the prices of all that they count."""

from __future__ import annotations

import math
from collections.abc import Mapping

from warchest.core import layout
from warchest.core.layout import Life
from warchest.results.accounts import OWED, OWNED, Thing, asset_of, is_priced, owner_of, settled, stakes
from warchest.results.ledger import Books

Prices = Mapping[Thing, tuple[float, int]]
"""The price of one unit, and its currency; a currency's price is in the house's own."""


def prices(books: Books, final: Life) -> Prices:
    """Prices as the path left them.

    A loan without recourse takes off at most its collateral (less what is owed ahead on it), a forward its settlement,
    a hybrid its counted part.

    Source: docs/engine.md, "The balance".
    """
    origin = books.origin
    found = {Thing("currency", c): (float(row.fx), 0) for c, row in enumerate(final.currencies)}
    for i in range(len(origin.lines)):
        asset = asset_of(final, i)
        found[Thing("share", i)] = (float(asset.mark), int(asset.currency))
    for b, bet in enumerate(origin.bets):
        if bet.first == b:
            found[Thing("bet", b)] = (float(final.bets[b].mark), int(bet.currency))
    for d, debt in enumerate(origin.debts):
        if is_priced(origin, d):
            found[Thing("debt", d)] = (_debt_price(books, final, d), int(debt.currency))
    for thing, worth in stakes(final).items():
        row = origin.investors[thing.row].owner if thing.kind == "stake" else origin.funds[thing.row].manager
        if row >= 0:
            found[thing] = (worth, 0)
    return found


def _debt_price(books: Books, final: Life, d: int) -> float:
    """What one unit of a debt takes off the NAV: of a forward one share of it, of others one unit of its principal."""
    debt = books.origin.debts[d]
    if debt.kind == layout.FORWARD:
        line = books.origin.pledges[debt.pledge_from].line
        return settled(books.origin, d, 1.0, float(asset_of(final, line).mark))
    if debt.recourse:
        return float(debt.counted)
    collateral = _pledged(books, final, d)
    ahead = int(debt.ahead)
    while ahead >= 0:
        owed = -books.units("debt", ahead) - books.units("overdue", ahead)
        collateral += _pledged(books, final, ahead) - owed * final.currencies[books.origin.debts[ahead].currency].fx
        ahead = int(books.origin.debts[ahead].ahead)
    owed = -books.units("debt", d) * final.currencies[debt.currency].fx
    return float(min(1.0, max(0.0, collateral) / owed)) if owed > 0.0 else 1.0


def _pledged(books: Books, final: Life, d: int) -> float:
    """Value of the shares that lie with one debt, top currency."""
    value = 0.0
    for i in range(len(books.origin.lines)):
        asset = asset_of(final, i)
        value += books.units("pledged", i, d) * asset.mark * final.currencies[asset.currency].fx
    return value


def nav(books: Books, at: Prices, house: int | None = None) -> float:
    """Quantities x prices of all that a house (left out: the top one) owns and owes, in the top house's currency."""
    own = books.origin.top if house is None else house
    parts = []
    for (account, thing), units in books.held.items():
        if account.kind in (*OWNED, *OWED) and owner_of(books.origin, account) == own:
            price, currency = at[thing]
            fx = 1.0 if thing.kind == "currency" else at[Thing("currency", currency)][0]
            parts.append(float(units) * price * fx)
    return math.fsum(parts)
