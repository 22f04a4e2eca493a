"""One path through time, for the eye: NAV, LTV, cash, and the prices at which each lender calls."""

from __future__ import annotations

from typing import Any

from warchest.core import layout
from warchest.questions.autopsy import Autopsy
from warchest.results.links import losses
from warchest.results.replayed import Replay


def seen(found: Autopsy) -> dict[str, Any]:
    """Series up to the end of the house: `date, nav, ltv, cash` at marks, `loans` and `assets`.

    A loan on one asset has its `price` and its `call` price at each date, in the asset's currency, None once it owes nothing or is
    closed out; `assets` have the price of what cost most where there is no such loan.

    >>> import warchest
    >>> [loan["name"] for loan in seen(warchest.autopsy(warchest.load("founder"), path=0))["loans"]]
    ['Lombard loan']
    """
    last = int(found.found["end"]["step"])
    replay = Replay(found.compiled.origin, found.traced.log, found.traced.drawn.world)
    for _ in replay:
        pass
    dates = [date.isoformat() for date in found.house.grid.dates[: last + 1]]
    through = found.through[: last + 1]
    loans = [loan for d in range(len(replay.principal)) if (loan := _loan(found, replay, d, last)) is not None]
    assets: list[dict[str, Any]] = []
    lost = losses(found.compiled.origin, found.traced.drawn.world, last)
    if not loans and lost:
        a = max(lost, key=lambda n: lost[n])
        assets.append({"name": found.compiled.names.assets[a], "price": [replay.prices[s][a] for s in range(last + 1)]})
    return {
        "date": dates, "nav": [float(x) for x in through[:, 0]], "ltv": [float(x) for x in through[:, 1]],
        "cash": [float(x) for x in through[:, 2]], "loans": loans, "assets": assets,
    }  # fmt: skip


def _loan(found: Autopsy, replay: Replay, d: int, last: int) -> dict[str, Any] | None:
    """Price and call price of a margin loan that has one asset for collateral; None for other debts, and where it never owed."""
    origin, names = found.compiled.origin, found.compiled.names
    debt = origin.debts[d]
    lines = [int(pledge.line) for pledge in origin.pledges[debt.pledge_from : debt.pledge_to]]
    if debt.kind != layout.MARGIN or len(lines) != 1 or debt.house != origin.top:
        return None
    a = int(origin.lines[lines[0]].asset)
    there, own = int(debt.currency), int(origin.assets[a].currency)
    closed = [link.step for link in found.chain.links if link.kind == "close-out" and link.row == d]
    calls: list[float | None] = []
    for s in range(min([last + 1, *closed])):
        chain, rates = [d, *replay.ahead(d)], replay.rates[s]
        shares = sum(replay.pledges[s].get((lines[0], e), 0.0) for e in chain)
        owed = sum(replay.owed[s][e] * rates[int(origin.debts[e].currency)] for e in chain) / rates[there]
        owed *= replay.owed[s][d] > 0.0
        rate = replay.rates[s][there] / replay.rates[s][own]
        calls.append(owed * rate / (shares * float(debt.call_at)) if shares > 0.0 and owed > 0.0 else None)
    calls += [None] * (last + 1 - len(calls))
    if not any(calls):
        return None
    return {
        "name": names.debts[d], "asset": names.assets[a], "currency": names.currencies[own],
        "price": [replay.prices[s][a] for s in range(last + 1)], "call": calls,
    }  # fmt: skip
