"""The rules of a house, and the terms on which it gets money."""

from __future__ import annotations

from strategies.debts import triggers
from strategies.draft import Data, Draft


def limits(draft: Draft) -> Data:
    normal = draft.number(1, 45)
    d: Data = {"ltv_normal": f"{normal}%", "ltv_max": f"{normal + draft.one(10, 0, 50)}%"}
    draft.maybe(d, cash_floor=lambda: draft.one(draft.money(1, 500), "2mo", "2y"), sale_days=("20d", "1d", "2mo"))
    return draft.maybe(d, ruin_at=("50%", "80%"))


def lending(draft: Draft) -> Data:
    d: Data = {"advance_rate": draft.one("40%", "10%", "60%"), **triggers(draft, 66)}
    return draft.maybe(d, rate=draft.rate, recourse=("false", "true"), maturity=("1w", "2mo", "1y"))


def borrowing(draft: Draft) -> Data:
    return draft.maybe({}, limit=lambda: draft.money(50, 1000), spread=("2%", "50%"))


def refinancing(draft: Draft) -> Data:
    return draft.maybe({}, widens=("20%", "300%"), until=("50%", "5%", "100%"))
