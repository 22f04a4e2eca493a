"""Bets with every outcome, in one cheque or in tranches, and flows of deals."""

from __future__ import annotations

import datetime as dt

from strategies.draft import AS_OF, Data, Draft


def table(draft: Draft) -> Data:
    multiples, odds = draft.one(([0, 1, 3], ["50%", "30%", "20%"]), ([0], ["100%"]), ([0.5, 30], ["90%", "10%"]))
    return {"multiples": multiples, "odds": odds}


def lognormal(draft: Draft) -> Data:
    d: Data = {"mean": draft.one(2, 0.5), "volatility": draft.one("50%", "0%", "200%")}
    return draft.maybe(d, loss=("20%", "100%"), cap=(3, 100))


def power_law(draft: Draft) -> Data:
    d: Data = {"shape": draft.one(1.3, 0.7, 1.0), "cap": draft.one(100, 1_000)}
    return draft.maybe(d, least=(0.5, 2), loss=("65%", "100%"))


def correlation_ventures(draft: Draft) -> Data:
    return draft.maybe({}, by=("money", "count"), cap=(50, 1_000))


KINDS = {
    "table": table, "lognormal": lognormal, "power_law": power_law, "correlation_ventures": correlation_ventures,
}  # fmt: skip


def outcome(draft: Draft, years: float) -> Data:
    """How a bet ends."""
    kind = draft.one(*KINDS)
    return {"kind": kind, **KINDS[kind](draft), "years": years}


def bet(draft: Draft) -> Data:
    """One cheque, or tranches that all come before the end."""
    years = draft.one(0.1, 0.3, 0.6, 2)
    if draft.chance():
        first, late = dt.date.fromisoformat(draft.date()), min(int(365 * years), draft.days // 2)
        after = [0, *draft.some([day for day in (1, late // 2, late) if 0 < day < 365 * years], 0, 2)]
        dates = [(first + dt.timedelta(days=day)).isoformat() for day in sorted(set(after))]
        code = draft.currency()
        b: Data = {"tranches": [{"date": date, "cheque": draft.money(50, 2000, code)} for date in dates]}
    else:
        b = {"cheque": draft.money(50, 1500), "date": draft.one(AS_OF.isoformat(), draft.date())}
    b["outcome"] = outcome(draft, years)
    draft.maybe(b, premium=("10%", "200%"), capacity=lambda: draft.money(50, 1500), currency=("USD", "EUR", "JPY"))
    draft.maybe(b, belief=lambda: outcome(draft, years), loadings=draft.ties, sale_discount=("0%", "60%", "100%"))
    return draft.maybe(b, noise=("50%",), spread=("50%",), ideas=(10,))


def flow(draft: Draft) -> Data:
    """Private deals that come at random."""
    d: Data = {"a_year": draft.one(3, 12, 40), "until": draft.one("1y", "2mo"), "cheque": draft.money(5, 300)}
    d["outcome"] = outcome(draft, draft.one(0.1, 0.5, 2))
    draft.maybe(d, premium=("10%", "100%"), exit_spread=(0.5, 2), lost_after=draft.span, sale_discount=("0%", "100%"))
    if draft.chance():
        d["rounds"] = draft.one("3mo", "1mo", "5d")
        draft.maybe(d, overmarked=("40%", "300%"), dilution=("20%", "90%"), follow_on=("50%", "100%"))
    if draft.chance():
        # above 1, marks that grow with the house's own money outgrow a double where new shares are sold at them
        d |= {"crowding": draft.one(0.5, 1), "depth": draft.money(100, 3000)}
    if draft.benchmark:
        draft.maybe(d, exits_close=("10%", "1%"))
    return draft.maybe(d, loadings=draft.ties)
