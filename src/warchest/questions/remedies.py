"""What would have saved it: the house with one thing changed today, lived on the same paths.

A remedy is a pure function from a house to a changed house, or None where it does not apply; one more is one entry of ALL.
None of them may change how prices move: that is checked.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from warchest.compile import compile_house
from warchest.compile.parts import BUSINESS_YEAR, selling_order
from warchest.core.units import Duration
from warchest.debts import MarginLoan
from warchest.engine.sales import sale_cost
from warchest.holdings import Listed
from warchest.house import House
from warchest.simulation import true_nav

MORE = 0.10
"""Share of today's NAV that is raised as cash."""
LESS = 0.25
"""Share of each secured loan that is repaid."""
EARLIER = 0.9
"""Share of the normal LTV at which an earlier defence ends."""
MOST = 0.95
"""Share of a holding or of a pledge that can be sold; a house that must sell more is not helped by selling."""


class Remedy(NamedTuple):
    """Its key, what is done today in one sentence, and the house after it."""

    key: str
    words: str
    apply: Callable[[House], House | None]


def more_cash(house: House) -> House | None:
    """A tenth of today's NAV more in cash, from new shareholders: money from outside, nothing is sold for it.

    >>> import warchest
    >>> sum(amount.value for amount in more_cash(warchest.load("founder")).spec.cash.values())
    11500000.0
    """
    nav = true_nav(compile_house(house).origin)
    return house.changed({"cash": _cash(house, MORE * nav)}) if nav > 0.0 else None


def sell_first(house: House) -> House | None:
    """Free shares of the first holding of the selling order sold today for a tenth of NAV, at today's price less what a sale costs.

    >>> import warchest
    >>> sell_first(warchest.load("founder")).spec.holdings["Acme"].shares
    935000.0
    """
    nav = true_nav(compile_house(house).origin)
    own = [name for name, holding in house.spec.priced.items() if holding.asset is None]
    for name in (own[i] for i in selling_order(house, own)):
        holding = house.spec.priced[name]
        if isinstance(holding, Listed) and nav > 0.0:
            free = min(holding.shares - _pledged(house, name), MOST * holding.shares)
            shares = min(free, MORE * nav / _price(house, name))
            if shares > 0.0:
                brings = shares * _price(house, name) * _kept(house, name, shares)
                return house.changed({
                    "cash": _cash(house, brings), "holdings": {name: {"shares": holding.shares - shares}},
                })  # fmt: skip
    return None


def less_pledged(house: House) -> House | None:
    """A quarter of each margin loan repaid today out of its own collateral, sold at today's price less what a sale costs.

    A loan behind another has no collateral of its own and stays as it is.

    >>> import warchest
    >>> less = less_pledged(warchest.load("founder")).spec
    >>> less.debts["Lombard loan"].principal.value, less.holdings["Acme"].shares
    (30000000.0, 900000.0)
    """
    debts: dict[str, Any] = {}
    sold: dict[str, float] = {}
    for name, debt in house.spec.debts.items():
        if not isinstance(debt, MarginLoan) or debt.behind is not None:  # what is sold repays the first loan on it
            continue
        pledges = {on: _size(house, on) if n == "all" else float(n) for on, n in debt.secured_on.items()}
        if not all(isinstance(house.spec.priced.get(on), Listed) for on in pledges):
            continue
        repaid = LESS * house.home(debt.principal)
        part = repaid / sum(n * _price(house, on) for on, n in pledges.items())
        for _ in range(8):  # what a sale costs depends on how much is sold
            part = repaid / sum(n * _price(house, on) * _kept(house, on, part * n) for on, n in pledges.items())
        if not part < MOST:
            continue
        left = {on: n if n == "all" else float(n) * (1.0 - part) for on, n in debt.secured_on.items()}
        principal = (1.0 - LESS) * debt.principal.value
        debts[name] = {"principal": _money(principal, house.currency_of(debt.principal)), "secured_on": left}
        for on, n in pledges.items():
            sold[on] = sold.get(on, 0.0) + part * n
    holdings = {on: {"shares": _size(house, on) - n} for on, n in sold.items()}
    return house.changed({"debts": debts, "holdings": holdings}) if debts else None


def longer_cure(house: House) -> House | None:
    """Twice the time to meet a call, on every margin loan and on new ones."""

    def twice(cure: Duration) -> str:
        return f"{2.0 * cure.number:g}{cure.unit}"

    debts = {
        n: {"cure": twice(d.cure)} for n, d in house.spec.debts.items() if isinstance(d, MarginLoan) and d.cure.number
    }
    change: dict[str, Any] = {"debts": debts} if debts else {}
    if house.spec.lending is not None and house.spec.lending.cure.number:
        change["lending"] = {"cure": twice(house.spec.lending.cure)}
    return house.changed(change) if change else None


def no_bets(house: House) -> House | None:
    """No bet, no deal and no purchase is made."""
    bets = house.spec.bets or house.spec.deals or house.spec.policy.kind == "fraction"
    return house.changed({"policy": {"kind": "hold"}}) if bets and house.spec.policy.kind != "hold" else None


def half_bets(house: House) -> House | None:
    """Half of each cheque, under a policy that writes stated cheques."""
    if house.spec.policy.kind != "planned" or not (house.spec.bets or house.spec.deals):
        return None
    change: dict[str, Any] = {}
    for name, bet in house.spec.bets.items():
        halves = [
            {"date": p.date, "cheque": _money(0.5 * p.cheque.value, house.currency_of(p.cheque))} for p in bet.payments
        ]
        change.setdefault("bets", {})[name] = {"tranches": halves} if bet.tranches else {"cheque": halves[0]["cheque"]}
    for name, flow in house.spec.deals.items():
        half = _money(0.5 * flow.cheque.value, house.currency_of(flow.cheque))
        change.setdefault("deals", {})[name] = {"cheque": half}
    return house.changed(change)


def earlier_defence(house: House) -> House | None:
    """The policy `band` with the same cheques, in defence from the normal LTV on and until a tenth below it.

    >>> import warchest
    >>> earlier_defence(warchest.load("founder")).spec.policy.kind
    'band'
    """
    policy, normal = house.spec.policy, house.spec.limits.ltv_normal
    if policy.kind not in ("hold", "planned", "all_in") or house.spec.investors:
        return None
    if policy.kind == "hold" and (house.spec.bets or house.spec.deals):
        return None  # a house that holds would be made to bet
    band = {"kind": "band", "cheques": "all_in" if policy.kind == "all_in" else "planned"}
    levels = {"attack_below": EARLIER * normal, "defend_above": normal}
    return house.changed({"policy": {**band, **levels, "limit": getattr(policy, "limit", "ltv_max")}})


def lower_ceiling(house: House) -> House | None:
    """Bets are held to the normal LTV, where the policy goes further."""
    policy = house.spec.policy
    goes_on = getattr(policy, "limit", "ltv_normal") != "ltv_normal"
    made = policy.kind in ("planned", "all_in") and (house.spec.bets or house.spec.deals)
    return house.changed({"policy": {"limit": "ltv_normal"}}) if goes_on and made else None


def all_rolls(house: House) -> House | None:
    """All that matures within the horizon is lent again, unless LTV is above `ltv_max` on the day."""
    last = house.grid.dates[-1]
    debts = {}
    for name, debt in house.spec.debts.items():
        dates = [*(getattr(debt, "maturities", None) or ()), *filter(None, [getattr(debt, "maturity", None)])]
        if getattr(debt, "rolls", 1.0) < 1.0 and any(date <= last for date in dates):
            debts[name] = {"rolls": 1.0}
    return house.changed({"debts": debts}) if debts else None


def no_dividends(house: House) -> House | None:
    """Nothing is paid out to the house's own shareholders."""
    return house.changed({"dividends": 0}) if house.spec.dividends else None


ALL: tuple[Remedy, ...] = (
    Remedy("more cash", "10 % of today's NAV in new money, as cash", more_cash),
    Remedy("cash instead of shares", "free shares sold today for 10 % of NAV", sell_first),
    Remedy("less pledged", "a quarter of each margin loan repaid today out of its collateral", less_pledged),
    Remedy("longer cure", "twice the time to meet a call", longer_cure),
    Remedy("no bets", "no bet is made", no_bets),
    Remedy("half the cheques", "half of each cheque", half_bets),
    Remedy(
        "earlier defence",
        "above the normal LTV: no bets, and free shares are sold",
        earlier_defence,
    ),
    Remedy("lower ceiling", "bets only up to the normal LTV", lower_ceiling),
    Remedy("all rolls", "all that matures is lent again while LTV is not above ltv_max", all_rolls),
    Remedy("no dividends", "no dividends to the owners", no_dividends),
)
"""Every remedy that is tried, in this order; one that does not apply to a house is left out."""


def applied(house: House) -> list[tuple[Remedy, House]]:
    """The remedies that apply to a house, each with the house after it.

    >>> import warchest
    >>> [remedy.key for remedy, _ in applied(warchest.load("founder"))][4:]
    ['no bets', 'half the cheques', 'earlier defence', 'lower ceiling']
    """
    tried = [(remedy, remedy.apply(house)) for remedy in ALL]
    return [(remedy, changed) for remedy, changed in tried if changed is not None]


def _money(value: float, code: str) -> str:
    return f"{value:.6f} {code}"


def _cash(house: House, more: float) -> Mapping[str, str]:
    """Today's cash, currency by currency, and more in the house's own."""
    home = house.spec.currency
    parts = {home: more}
    for code, amount in house.spec.cash.items():
        parts[code or home] = parts.get(code or home, 0.0) + amount.value
    return {code: _money(amount, code) for code, amount in parts.items()}


def _size(house: House, name: str) -> float:
    holding = house.spec.priced[name]
    return holding.shares if isinstance(holding, Listed) else 1.0


def _priced(house: House, name: str) -> Listed:
    holding = house.spec.priced[name]
    holding = house.spec.priced[holding.asset] if holding.asset else holding
    assert isinstance(holding, Listed)
    return holding


def _price(house: House, name: str) -> float:
    """Price of a share today, in the house's currency."""
    price = _priced(house, name).price
    assert price is not None
    return house.home(price)


def _kept(house: House, name: str, shares: float) -> float:
    """What a unit of value brings when so many shares are sold over the house's `sale_days`: docs/engine.md, "Raising money"."""
    holding = _priced(house, name)
    volume = holding.daily_volume
    if not volume or holding.volatility is None:
        return 1.0 - holding.block_discount
    sigma, days = (
        holding.volatility / math.sqrt(BUSINESS_YEAR),
        max(1.0, BUSINESS_YEAR * house.spec.limits.sale_days.years),
    )
    return math.exp(-float(sale_cost(shares, sigma, volume, holding.outstanding or 200.0 * volume, days)))


def _pledged(house: House, name: str) -> float:
    """Shares of a holding that are pledged today."""
    total = 0.0
    for debt in house.spec.debts.values():
        pledge = (getattr(debt, "secured_on", None) or {}).get(name, 0.0)
        total += _size(house, name) if pledge == "all" else float(pledge)
    return total
