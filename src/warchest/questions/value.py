"""What are we worth, how geared are we, how much can we deploy?"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.compile import Compiled, compile_house, size
from warchest.core import layout
from warchest.core.errors import CannotError, nearest
from warchest.core.layout import Life
from warchest.debts import Bond, Convertible, Facility, MarginLoan, Payable, PrepaidForward
from warchest.debts.common import collateral_of
from warchest.debts.margin_loan_rule import price_at
from warchest.engine.balance import face, ltv_of, sheet, undrawn
from warchest.engine.calls import cash_floor
from warchest.engine.decide import funding
from warchest.engine.ranks import holder
from warchest.engine.stakes import opened
from warchest.house import House
from warchest.policies.all_in_rule import ceiling
from warchest.questions.currency import in_currency

if TYPE_CHECKING:
    import pandas as pd

SOURCES = (
    "Cash above the floor",
    "Undrawn facilities",
    "New loans on free listed shares",
    "Listed shares sold in time",
    "Unsecured borrowing",
    "Capital not called from investors yet",
)
AMOUNTS = frozenset(
    "nav holdings_value gross_holdings_value net_debt debt cash cash_floor undrawn nav_per_share share_price amount "
    "after_commitments funding value secured_debt equity face deduction counted due exposure commitments cheque_home".split()
)
"""Keys whose numbers are amounts of the house's currency."""


@dataclass(frozen=True)
class Value:
    """A valuation: `.to_dict()` as the contract has it, `.to_frame()` the holdings."""

    found: Mapping[str, Any]
    fx: Mapping[str, float] = field(repr=False)

    def to_dict(self, currency: str | None = None) -> dict[str, Any]:
        """The object of `warchest value --json`, in the house's currency or another of the file's."""
        return in_currency(self.found, self.fx, currency, AMOUNTS)

    def to_frame(self) -> pd.DataFrame:
        """One row a holding."""
        import pandas as pd

        return pd.DataFrame(self.found["holdings"])


def value(house: House, bet: str | None = None) -> Value:
    """NAV, LTV, every lender's call price and the war chest; at par, or at the premium of the named bet.

    Definitions: holdings value H is the sum of the holdings' equity values, net debt D counted debt less cash, NAV = H - D,
    LTV = D / H; gross LTV = (faces - cash) / gross holdings. Instalments still to pay come off gross holdings and are no face.

    Source: SoftBank Group, "Net Asset Value per Share" and "LTV calculation"; amounts in the house's currency.

    >>> import warchest
    >>> round(value(warchest.load("softbank-2023")).to_dict()["ltv"], 3)
    0.104
    """
    spec = house.spec
    if bet is not None and bet not in spec.bets:
        near = nearest(bet, spec.bets)
        raise CannotError(
            f"'{bet}' is not a bet of this house; it has {', '.join(spec.bets) or 'none'}"
            + (f"; did you mean '{near}'?" if near else "")
        )
    compiled = compile_house(house)
    life = opened(compiled.origin)
    gross, _, net_debt, cash = (float(x) for x in sheet(life, life.top, 0))
    holdings_value = gross - float(life.houses[life.top].deducted)
    nav = holdings_value - net_debt
    debts = _debts(house, compiled, life)
    faces = sum(d["face"] for d in debts if d["kind"] != "payable")
    commitments = sum(d["face"] for d in debts if d["kind"] == "payable") + _uncalled(life)
    worth = 1.0 / (1.0 + spec.bets[bet].premium) if bet else 1.0
    shares = spec.shares_outstanding
    price = None if spec.share_price is None else house.home(spec.share_price)
    return Value(
        {
            "house": spec.house, "as_of": spec.as_of.isoformat(), "currency": spec.currency,
            "nav": nav, "holdings_value": holdings_value, "gross_holdings_value": gross, "net_debt": net_debt, "debt": faces,
            "cash": cash, "cash_floor": float(cash_floor(life, life.top, 0)),
            "undrawn": _undrawn(life),
            "ltv": _finite(ltv_of(holdings_value, net_debt)),
            "gross_ltv": (faces - cash) / gross if gross > 0 else None,
            "ltv_normal": spec.limits.ltv_normal, "ltv_max": spec.limits.ltv_max,
            "nav_per_share": nav / shares if shares else None,
            "share_price": price,
            "discount": 1.0 - price * shares / nav if shares and price is not None and nav > 0 else None,
            "war_chest": _war_chest(house, life, holdings_value, net_debt, commitments, worth),
            "holdings": holdings_of(house, compiled, life, holdings_value),
            "debts": debts,
            "maturities": _maturities(house),
            "currencies": _currencies(compiled, life),
            "bets": [_after(house, name, holdings_value, net_debt, float(funding(life, 0, life.top)[-1])) for name in spec.bets],
        },
        dict(house.fx),
    )  # fmt: skip


def _finite(ltv: float) -> float | None:
    """An LTV; none where there is debt and nothing held against it."""
    return float(ltv) if math.isfinite(ltv) else None


def _war_chest(
    house: House, life: Life, holdings_value: float, net_debt: float, commitments: float, worth: float
) -> dict[str, Any]:
    """The largest cheque: a ceiling on LTV, and the funding there is; before and after what is already committed.

    Paying an instalment lowers cash and raises gross holdings alike, so after commitments both H and D are higher by them.
    """
    limits = house.spec.limits
    sources = funding(life, 0, life.top)
    most = float(sum(sources))
    callable_ = float(sources[-1])  # of a fund: calling it comes before owing
    net_debt -= callable_
    ceilings = [
        {
            "ltv": level,
            "amount": float(ceiling(level, holdings_value, net_debt, worth)),
            "after_commitments": float(ceiling(level, holdings_value + commitments, net_debt + commitments, worth)),
        }
        for level in (limits.ltv_normal, limits.ltv_max)
    ]
    top = ceilings[-1]
    return {
        "amount": min(top["amount"], most),
        "after_commitments": min(top["after_commitments"], most - commitments),
        "binding": "ceiling" if top["amount"] <= most else "funding",
        "commitments": commitments,
        "ceilings": ceilings,
        "funding": most,
        "sources": [
            {"name": name, "amount": float(amount)}
            for name, amount in zip(SOURCES, sources, strict=True)
            if name != SOURCES[-1] or house.spec.investors
        ],
    }


def _undrawn(life: Life) -> float:
    own = (d for d in range(len(life.debts)) if life.debts[d].house == life.top)
    return float(sum(undrawn(life, d) * life.currencies[life.debts[d].currency].fx for d in own))


def _uncalled(life: Life) -> float:
    """What the house's funds may still call from it, house's currency."""
    found = 0.0
    for investor in life.investors:
        if investor.owner == life.top:
            left = investor.part * (investor.commitment - investor.called)
            found += left * life.currencies[life.houses[investor.house].home].fx
    return float(found)


def _stakes(compiled: Compiled, life: Life) -> dict[str, float]:
    """What the house's stake in each of its funds is worth, with its carry, house's currency."""
    found: dict[str, float] = {}
    for investor in life.investors:
        if investor.owner == life.top:
            name = compiled.names.houses[investor.house]
            found[name] = found.get(name, 0.0) + float(investor.worth)
    for title, fund in zip(compiled.names.houses, life.funds, strict=True):
        if fund.manager == life.top:
            found[title] += float(fund.worth)
    return found


def holdings_of(house: House, compiled: Compiled, life: Life, total: float) -> list[dict[str, Any]]:
    """Gross value, secured debt and equity of each holding; a loan on several is split by their pledged values."""
    secured = dict.fromkeys(house.spec.holdings, 0.0)
    tied = dict.fromkeys(house.spec.holdings, 0.0)
    stakes = _stakes(compiled, life)
    sizes = {name: 1.0 if name in stakes else size(house, name) for name in house.spec.holdings}
    prices = {n: _price(life, compiled.names.assets.index(h.asset or n)) for n, h in house.spec.priced.items()}
    prices |= stakes
    for row, debt in zip(compiled.names.debts, life.debts, strict=True):
        for name, shares in collateral_of(house.spec.debts, row).items():
            pledged = sizes[name] if shares == "all" else shares
            tied[name] += pledged if debt.ahead < 0 else 0.0  # each share is pledged once
            if debt.secured > 0:
                secured[name] += debt.deduction * pledged * prices[name] / debt.secured
    found = []
    for name, held in sizes.items():
        gross = held * prices[name] - sum(amount for d, amount in _payables(house) if d.holding == name)
        equity = gross - secured[name]
        found.append({
            "name": name, "kind": house.spec.holdings[name].kind, "value": float(gross), "secured_debt": float(secured[name]),
            "equity": float(equity), "share": float(equity / total) if total > 0 else None,
            "pledged": float(min(1.0, tied[name] / held)) if held > 0 else 0.0,
        })  # fmt: skip
    return found


def _price(life: Life, i: int) -> float:
    """Marked price of a share of a line, house's currency."""
    asset = life.assets[life.lines[i].asset]
    return float(asset.mark * life.currencies[asset.currency].fx)


def _payables(house: House) -> Iterator[tuple[Payable, float]]:
    for debt in house.spec.debts.values():
        if isinstance(debt, Payable):
            yield debt, sum(house.home(a) for a in debt.instalments.values())


def _debts(house: House, compiled: Compiled, life: Life) -> list[dict[str, Any]]:
    """Face, deduction and counted part of each debt of the file, and where its lender calls."""
    found = []
    for name, debt in house.spec.debts.items():
        rows = [d for d, row in enumerate(compiled.names.debts) if row == name]
        owed = float(sum(face(life, d) for d in rows))
        deducted = float(sum(life.debts[d].deduction for d in rows))
        unsecured = (
            0.0
            if isinstance(debt, (Payable, PrepaidForward)) or not all(life.debts[d].recourse for d in rows)
            else owed
        )
        if isinstance(debt, Payable):
            deducted = owed
        entry = {
            "name": name,
            "kind": debt.kind,
            "face": owed,
            "deduction": deducted,
            "counted": debt.counted * unsecured,
        }
        entry |= dict.fromkeys(
            ("ltv", "call_price", "close_out_price", "call_price_all_pledged", "headroom", "call_at", "price_currency")
        )
        if isinstance(debt, MarginLoan) and life.debts[rows[0]].secured > 0:
            entry |= _triggers(debt, compiled, life, rows[0])
        found.append(entry)
    return found


def _triggers(debt: MarginLoan, compiled: Compiled, life: Life, d: int) -> dict[str, Any]:
    """LTV of a loan, and, on one collateral, the prices (in its currency) at which the lender calls and closes out.

    Of a loan behind others with what is owed ahead of it, all on the same collateral.
    """
    row = life.debts[d]
    owed = row.principal * life.currencies[row.currency].fx + row.senior
    ltv = owed / row.secured
    entry: dict[str, Any] = {"ltv": float(ltv), "call_at": debt.call_at, "headroom": float(1.0 - ltv / debt.call_at)}
    if row.pledge_to - row.pledge_from == 1:
        pledge = life.pledges[life.debts[holder(life, d)].pledge_from]
        asset = life.lines[pledge.line].asset
        loan = owed / life.currencies[life.assets[asset].currency].fx
        held = float(life.lines[pledge.line].shares)
        entry |= {
            "price_currency": compiled.names.currencies[life.assets[asset].currency],
            "call_price": float(price_at(loan, pledge.shares, debt.call_at)),
            "close_out_price": float(price_at(loan, pledge.shares, debt.close_out_at)),
            "call_price_all_pledged": float(price_at(loan, held, debt.call_at)),
        }
    return entry


def _maturities(house: House) -> list[dict[str, Any]]:
    """What falls due in cash by calendar year, before any rolling; a convertible on its put date; forwards are settled in shares."""
    due: dict[int, float] = {}

    def add(date: dt.date | None, amount: float) -> None:
        if date is not None and amount > 0:
            due[date.year] = due.get(date.year, 0.0) + amount

    for debt in house.spec.debts.values():
        if isinstance(debt, Payable) or (isinstance(debt, Bond) and debt.maturities is not None):
            for date, amount in (debt.instalments if isinstance(debt, Payable) else debt.maturities or {}).items():
                add(date, house.home(amount))
        elif isinstance(debt, Facility):
            add(debt.maturity, house.home(debt.drawn))
        elif isinstance(debt, Convertible):
            add(debt.put_date or debt.maturity, house.home(debt.principal))
        elif not isinstance(debt, PrepaidForward) and debt.principal is not None:
            add(debt.maturity, house.home(debt.principal))
    return [{"year": year, "due": amount} for year, amount in sorted(due.items())]


def _currencies(compiled: Compiled, life: Life) -> list[dict[str, Any]]:
    """NAV by the currency its parts are in; the sum is NAV."""
    fx = [float(c.fx) for c in life.currencies]
    exposure = np.zeros(len(fx))
    for i, line in enumerate(life.lines):
        if line.house != life.top:
            continue
        exposure[life.assets[line.asset].currency] += line.shares * _price(life, i)
    for name, worth in _stakes(compiled, life).items():
        exposure[life.houses[compiled.names.houses.index(name)].home] += worth
    for debt in life.debts:
        if debt.house != life.top:
            continue
        c = debt.currency
        exposure[c] -= debt.deduction
        if debt.kind == layout.PAYABLE:
            exposure[c] -= debt.principal * fx[c]
        elif debt.recourse:
            exposure[c] -= debt.counted * debt.principal * fx[c]
    for c in range(len(fx)):
        exposure[c] += life.purses[life.top, c].cash * fx[c]
    return [
        {"currency": code, "exposure": float(amount)}
        for code, amount in zip(compiled.names.currencies, exposure, strict=True)
    ]


def _after(house: House, name: str, holdings_value: float, net_debt: float, callable_: float) -> dict[str, Any]:
    """What the asked cheque of a bet would do to LTV: (D + x) / (H + m x), D of a fund after what it can call."""
    bet, limits = house.spec.bets[name], house.spec.limits
    cheque = sum(house.home(p.cheque) for p in bet.payments)
    written = bet.payments[0].cheque
    owed = net_debt + cheque
    ltv = ltv_of(holdings_value + cheque / (1.0 + bet.premium), owed - min(max(owed, 0.0), callable_))
    above = "ltv_max" if ltv > limits.ltv_max else "ltv_normal" if ltv > limits.ltv_normal else None
    in_own = (
        sum(p.cheque.value for p in bet.payments)
        if all(p.cheque.currency == written.currency for p in bet.payments)
        else cheque
    )
    return {
        "name": name, "cheque": in_own, "currency": house.currency_of(written), "cheque_home": cheque, "premium": bet.premium,
        "ltv_after": _finite(ltv), "above": above,
    }  # fmt: skip
