"""Looks at a house whose prices have just moved: its balance sheet before anybody acts."""

from __future__ import annotations

import numpy as np

from warchest.core.kernel import compiled, rule
from warchest.core.layout import LTV_SHOWN, Array, Handle, Life
from warchest.engine.balance import ltv_now, sheet
from warchest.engine.stakes import look_at_fund, opened

SHEET = ("gross", "holdings_value", "net_debt", "cash", "nav", "true_nav", "ltv")
"""Columns of what is seen of the house; amounts in top currency."""
LOAN = ("loan", "collateral")
"""Columns of what is seen of each debt, top currency; nothing of one that is not secured or owes nothing."""


@rule
def moved(origin, life, world):
    """Put prices and exchange rates where a shock takes them from today's: world has (A + C,) gross returns; marks wait."""
    count = life.assets.shape[0]
    for c in range(life.currencies.shape[0]):
        life.currencies[c].fx = origin.currencies[c].fx * world[count + c]
    for a in range(count):
        asset = life.assets[a]
        asset.price = origin.assets[a].price * world[a]
        if asset.mark_every == 0:
            asset.mark = asset.price
        fx = life.currencies[asset.currency].fx
        asset.hidden = (asset.price - asset.mark) * fx
        asset.worth = asset.mark * fx
    for h in range(life.houses.shape[0]):
        life.houses[h].stale = 1
        life.funds[h].moved = 1
    for h in range(life.houses.shape[0] - 1):
        look_at_fund(life, 0, h)


@rule
def look(origin, life, worlds, sheets, loans):
    """The balance sheet after each of K shocks: worlds (K, A + C) into sheets (K, 7) and loans (K, D, 2).

    Of a loan what is owed on it and ahead of it, and its collateral.
    """
    top = life.houses.shape[0] - 1
    for k in range(worlds.shape[0]):
        moved(origin, life, worlds[k])
        gross, hidden, net_debt, cash = sheet(life, top, 0)
        held = gross - life.houses[top].deducted
        sheets[k, 0] = gross
        sheets[k, 1] = held
        sheets[k, 2] = net_debt
        sheets[k, 3] = cash
        sheets[k, 4] = held - net_debt
        sheets[k, 5] = held - net_debt + hidden
        sheets[k, 6] = min(LTV_SHOWN, ltv_now(life, top, held, net_debt))
        for d in range(life.debts.shape[0]):
            owed = life.debts[d].principal
            if life.debts[d].pledge_to > life.debts[d].pledge_from and owed > 0.0:
                loans[k, d, 0] = owed * life.currencies[life.debts[d].currency].fx + life.debts[d].senior
                loans[k, d, 1] = life.debts[d].secured


class Looker:
    """Looks at one house after many shocks; what it works in is made once."""

    def __init__(self, origin: Life) -> None:
        self._origin = Handle(opened(origin))
        self._life = Handle(opened(origin))

    @property
    def origin(self) -> Life:
        """Today's tables, with what stakes in funds are worth."""
        return self._origin.life

    def after(self, worlds: Array) -> tuple[Array, Array]:
        """Sheets (K, 7) and loans (K, D, 2) after K shocks, gross returns (K, A + C) of prices and exchange rates."""
        worlds = np.ascontiguousarray(worlds, dtype=np.float64)
        sheets = np.zeros((len(worlds), len(SHEET)))
        loans = np.zeros((len(worlds), len(self.origin.debts), len(LOAN)))
        compiled(look)(self._origin, self._life, worlds, sheets, loans)
        return sheets, loans

    def life(self, world: Array) -> Life:
        """Tables of one's own after one shock."""
        life = opened(self.origin)
        moved(self.origin, life, world)
        sheet(life, life.top, 0)
        return life
