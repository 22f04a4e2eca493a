"""Checks that cross parts: names that must exist, shares that must be there, rates that must close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from warchest.core.errors import nearest
from warchest.core.units import Amount
from warchest.debts import Bond, Convertible, Facility, MarginLoan, Payable, PrepaidForward
from warchest.holdings import Listed, Private
from warchest.house.fund_checks import deals, investors
from warchest.house.loan_checks import behind
from warchest.house.market_checks import jumps, market, regimes
from warchest.house.rates import exchange
from warchest.house.shock_checks import shocks
from warchest.house.spec import HouseFile, Limits
from warchest.house.words import Found, Path, names_of, said
from warchest.policies import Band, Fraction


def check(spec: HouseFile) -> list[Found]:
    """Every problem that no single part can see."""
    loans = (_pledges, behind, _debts)
    parts = (exchange, _holdings, *loans, _own_share, _rules, market, jumps, regimes, _bets, investors, deals, shocks)
    return [found for part in parts for found in part(spec)]


def _holdings(spec: HouseFile) -> Iterator[Found]:
    for name, holding in spec.priced.items():
        path = ("holdings", name)
        own = ("price", "volatility") if isinstance(holding, Listed) else ("volatility",)
        if holding.asset is None:
            for field in own:
                if getattr(holding, field) is None:
                    yield (*path, field), "is missing", str(type(holding).model_fields[field].description), ""
            if isinstance(holding, Listed) and holding.price is not None and holding.price.value <= 0:
                yield (*path, "price"), "is not above zero", "a price above 0", ""
            continue
        other = spec.priced.get(holding.asset)
        if other is None:
            lines = {n: h for n, h in spec.priced.items() if n != name}
            yield (
                (*path, "asset"),
                f"'{holding.asset}' is not a holding",
                names_of(lines),
                nearest(holding.asset, lines),
            )
        elif type(other) is not type(holding):
            yield (
                (*path, "asset"),
                f"'{holding.asset}' is {other.kind}, this line is {holding.kind}",
                "two lines of one asset are of one kind",
                "",
            )
        elif other.asset is not None:
            way = _way(spec, name)
            if way[-1] == name and name != min(way, key=list(spec.priced).index):
                continue  # a cycle is told once, at its first line
            words = f"{' > '.join(way)} is a cycle" if way[-1] == name else f"'{holding.asset}' is itself a second line"
            yield (*path, "asset"), words, "name the line that has the price", "" if way[-1] in way[:-1] else way[-1]
        lent = {*type(holding).model_fields} - {"kind", "shares", "asset", "value"}
        for field in sorted(lent & holding.model_fields_set):
            yield (
                (*path, field),
                f"is lent by '{holding.asset}'",
                f"a second line says only asset and {own_size(holding)}",
                "",
            )
    if isinstance(spec.policy, Fraction) and spec.policy.holding is not None:
        listed = [name for name, holding in spec.holdings.items() if isinstance(holding, Listed)]
        if spec.policy.holding not in listed:
            wrong = spec.policy.holding
            yield (
                ("policy", "holding"),
                f"'{wrong}' is not a listed holding",
                names_of(listed, "listed holdings"),
                nearest(wrong, listed),
            )
    if isinstance(spec.policy, Band):
        yield from _band(spec.policy, spec.limits)
    for n, name in enumerate(spec.sell_order):
        if name in spec.funds:
            yield ("sell_order", n), f"'{name}' is a fund", "stakes are sold last: after bets, in file order", ""
        elif name not in spec.holdings:
            yield ("sell_order", n), f"'{name}' is not a holding", names_of(spec.holdings), nearest(name, spec.holdings)


def _band(policy: Band, limits: Limits) -> Iterator[Found]:
    """Attack and the aim of defence lie at or below the level at which defence begins."""
    given = {field: getattr(policy, field) for field in ("attack_below", "back_to", "defend_above")}
    given = {field: level for field, level in given.items() if level is not None}
    levels: dict[str, float] = {"attack_below": limits.ltv_normal, "defend_above": limits.ltv_max, **given}
    words = {f: f"{f} {_percent(level)}{'' if f in given else ' (its default)'}" for f, level in levels.items()}
    for field, level in levels.items():
        if level > levels["defend_above"]:
            at = field if field in given else "defend_above"
            yield (
                ("policy", at),
                f"out of order: {words[field]}, {words['defend_above']}",
                f"{field} <= defend_above",
                "",
            )


def _way(spec: HouseFile, name: str) -> list[str]:
    """From a line to the one it names, and on, until one has no other or is met again."""
    way = [name]
    while (asset := spec.priced[way[-1]].asset) in spec.priced and asset is not None:
        way.append(asset)
        if asset in way[:-1]:
            break
    return way


def own_size(holding: Listed | Private) -> str:
    """The field that says how much of it a line holds."""
    return "shares" if isinstance(holding, Listed) else "value"


def _pledges(spec: HouseFile) -> Iterator[Found]:
    pledged: dict[str, float] = {}
    whole: dict[str, str] = {}
    first: dict[str, str] = {}
    for name, debt in spec.debts.items():
        if not isinstance(debt, (MarginLoan, PrepaidForward)):
            continue
        if not debt.secured_on and "secured_on" in debt.model_fields_set:
            yield ("debts", name, "secured_on"), "is empty", "name at least one holding and its shares", ""
        for line, shares in debt.secured_on.items():
            path = ("debts", name, "secured_on", line)
            holding = spec.holdings.get(line)
            if not isinstance(holding, Listed):
                words = (
                    f"'{line}' is not a holding"
                    if holding is None
                    else f"'{line}' is {holding.kind}; only listed shares are pledged"
                )
                listed = [n for n, h in spec.holdings.items() if isinstance(h, Listed)]
                yield path, words, names_of(listed, "listed holdings"), nearest(line, listed) if holding is None else ""
                continue
            if line in whole or (shares == "all" and line in first):
                others = f"'{whole[line]}' has all" if line in whole else f"'{first[line]}' has some"
                words = "each share secures one debt; `all` is every share held"
                yield path, f"the same share is pledged twice: {others}", words, ""
                continue
            first.setdefault(line, name)
            if shares == "all":
                whole[line] = name
            before = pledged.get(line, 0.0)
            pledged[line] = before + (holding.shares if shares == "all" else float(shares))
            if pledged[line] > holding.shares * (1 + 1e-12):
                words = f"{pledged[line]:,.0f} shares pledged, {holding.shares:,.0f} held"
                yield path, words, "a house cannot pledge more than it holds", ""


def _debts(spec: HouseFile) -> Iterator[Found]:
    for name, debt in spec.debts.items():
        path = ("debts", name)
        maturity = getattr(debt, "maturity", None)
        if maturity is not None:
            yield from _after(spec, (*path, "maturity"), maturity)
        if isinstance(debt, Bond):
            if debt.maturities is None and debt.principal is None:
                yield (*path, "principal"), "is missing", "principal and maturity, or maturities: {date: amount}", ""
            if debt.maturities is not None:
                if not debt.maturities:
                    yield (*path, "maturities"), "is empty", "at least one date: amount", ""
                if debt.principal is not None or debt.maturity is not None:
                    yield (
                        (*path, "maturities"),
                        "stands beside principal or maturity",
                        "principal and maturity, or maturities: {date: amount}",
                        "",
                    )
                for date in debt.maturities:
                    yield from _after(spec, (*path, "maturities", date), date)
        if isinstance(debt, Facility) and debt.drawn.value:
            other = list(_same_currency(spec, (*path, "drawn"), debt.drawn, debt.limit, "limit"))
            yield from other
            if not other and debt.drawn.value > debt.limit.value:
                words = f"{said(debt.drawn)} is more than the limit"
                yield (*path, "drawn"), words, f"at most {said(debt.limit)}", ""
        if isinstance(debt, Payable):
            if debt.holding not in spec.holdings:
                yield (
                    (*path, "for"),
                    f"'{debt.holding}' is not a holding",
                    names_of(spec.holdings),
                    nearest(debt.holding, spec.holdings),
                )
            if not debt.instalments:
                yield (*path, "instalments"), "is empty", "at least one date: amount", ""
            for date in debt.instalments:
                yield from _after(spec, (*path, "instalments", date), date)
        if isinstance(debt, MarginLoan):
            yield from _triggers(debt, path)
        if isinstance(debt, PrepaidForward):
            if len(debt.secured_on) > 1:
                yield (*path, "secured_on"), "a forward is on one holding", "write one forward for each", ""
            for line in debt.secured_on:
                if (price := _price(spec, line)) is not None:
                    for field in ("floor", "cap"):
                        yield from _same_currency(spec, (*path, field), getattr(debt, field), price, f"price of {line}")
            if debt.floor.value <= 0 or debt.cap.value < debt.floor.value:
                field = "cap" if debt.floor.value > 0 else "floor"
                yield (*path, field), f"floor {said(debt.floor)}, cap {said(debt.cap)}", "0 < floor <= cap", ""


def _own_share(spec: HouseFile) -> Iterator[Found]:
    """What hangs on the number of own shares, and on a price that can be told."""
    number = "shares_outstanding", "the number of the house's own shares"
    convertibles = {name: debt for name, debt in spec.debts.items() if isinstance(debt, Convertible)}
    for name, debt in convertibles.items():
        path = ("debts", name)
        if not spec.shares_outstanding:
            yield (*path, "conversion_price"), f"there is no {number[0]}", f"say {number[1]} at the top of the file", ""
        elif spec.share_price is None and spec.own_share is None:
            yield (
                (*path, "conversion_price"),
                "the own share has no price",
                "say share_price, or own_share: {premium: ...}",
                "",
            )
        for field in ("principal", "conversion_price"):
            amount = getattr(debt, field)
            if amount.currency not in (None, spec.currency):
                words = f"{said(amount)} is in {amount.currency}, the own share in {spec.currency}"
                yield (*path, field), words, f"write it in {spec.currency}", ""
        if debt.conversion_price.value <= 0.0:
            yield (*path, "conversion_price"), "is not above zero", "a price above 0", ""
        if debt.put_date is not None:
            yield from _after(spec, (*path, "put_date"), debt.put_date)
            if debt.put_date >= debt.maturity:
                words = f"{debt.put_date.isoformat()} is not before the maturity"
                yield (*path, "put_date"), words, f"a date before {debt.maturity.isoformat()}", ""
    own = spec.own_share
    if own is None:
        return
    if spec.investors:
        yield ("own_share",), "a fund has investors, and no shares of its own", "leave it out of a fund's file", ""
    if not spec.shares_outstanding:
        yield ("own_share",), f"there is no {number[0]}", f"say {number[1]}", ""
    if own.premium is None and spec.share_price is None:
        yield ("own_share", "premium"), "nothing says what the share costs", "share_price, or premium: -30%", ""
    if own.half_life.years <= 0.0:
        yield ("own_share", "half_life"), "is not above zero", "a duration above 0", ""


def _price(spec: HouseFile, line: str) -> Amount | None:
    holding = spec.priced.get(line)
    other = spec.priced.get(holding.asset) if holding is not None and holding.asset is not None else holding
    return other.price if isinstance(other, Listed) else None


def _same_currency(spec: HouseFile, path: Path, amount: Amount, other: Amount, what: str) -> Iterator[Found]:
    """An amount that is compared with another without an exchange rate."""
    mine, yours = amount.currency or spec.currency, other.currency or spec.currency
    if mine != yours:
        yield path, f"{said(amount)} is in {mine}, the {what} in {yours}", f"write it in {yours}", ""


def _after(spec: HouseFile, path: Path, date: dt.date) -> Iterator[Found]:
    if date < spec.as_of:
        yield path, f"{date.isoformat()} lies before as_of", f"dates from {spec.as_of.isoformat()} on", ""


def _triggers(terms: Any, path: Path) -> Iterator[Found]:
    order = ("reset_to", "call_at", "close_out_at")
    levels = [getattr(terms, field) for field in order]
    if not 0 < levels[0] <= levels[1] <= levels[2]:
        field = "close_out_at" if 0 < levels[0] <= levels[1] else "reset_to"
        found = ", ".join(f"{name} {_percent(level)}" for name, level in zip(order, levels, strict=True))
        yield (*path, field), f"out of order: {found}", "0 < reset_to <= call_at <= close_out_at <= 100%", ""


def _percent(level: float) -> str:
    return f"{100 * level:.6g}%"


def _rules(spec: HouseFile) -> Iterator[Found]:
    limits = spec.limits
    if not 0 < limits.ltv_normal <= limits.ltv_max < 1:
        said = limits.model_fields_set
        levels = {f: _percent(getattr(limits, f)) for f in ("ltv_normal", "ltv_max")}
        words = ", ".join(f"{f} {level}{'' if f in said else ' (its default)'}" for f, level in levels.items())
        yield (
            ("limits", "ltv_normal" if "ltv_normal" in said else "ltv_max"),
            words,
            "0 < ltv_normal <= ltv_max < 100%",
            "",
        )
    if spec.lending is not None:
        advance, call = spec.lending.advance_rate, spec.lending.call_at
        yield from _triggers(spec.lending, ("lending",))
        if not 0 < advance < call:
            words = (
                f"a new loan would be called at once, call_at is {_percent(call)}"
                if advance
                else "nothing would be lent"
            )
            words = f"{_percent(advance)}: {words}"
            yield ("lending", "advance_rate"), words, "0 < advance_rate < call_at", ""
    if not 0 < spec.horizon.years <= 100:
        yield ("horizon",), f"{spec.horizon.number:g}{spec.horizon.unit} is out of reach", "above 0 and up to 100y", ""
    if not dt.date(1800, 1, 1) <= spec.as_of <= dt.date(2500, 1, 1):
        yield ("as_of",), f"{spec.as_of.isoformat()} is absurd", "a date between 1800 and 2500", ""


def _bets(spec: HouseFile) -> Iterator[Found]:
    for name, bet in spec.bets.items():
        for n, payment in enumerate(bet.payments):
            place: tuple[Any, ...] = ("tranches", n, "date") if bet.tranches else ("date",)
            yield from _after(spec, ("bets", name, *place), payment.date)
            if payment.cheque.value <= 0:
                yield ("bets", name, *place[:-1], "cheque"), "is not above zero", "a cheque above 0", ""
            if n and (payment.date - bet.payments[0].date).days >= bet.outcome.years * 365.25:
                words = f"{payment.date.isoformat()} is not before the bet's end"
                yield ("bets", name, *place), words, f"a date within {bet.outcome.years:g} years of the first", ""
