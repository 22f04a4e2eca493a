"""What must not matter does not: names, the unit of money, in how many lines a holding is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warchest import house as houses
from warchest.core.units import Amount
from warchest.files import Tree
from warchest.questions.value import AMOUNTS, value

Data = dict[str, Any]
CODES = ("USD", "EUR", "JPY")
PRICES = {"call_price", "close_out_price", "call_price_all_pledged", "cheque"}


def asked(data: Data) -> dict[str, Any]:
    """The valuation of a house given as the data of its file."""
    return value(houses.of(Tree("house.yaml", "", data, {}))).to_dict()


def money(low: float, high: float) -> st.SearchStrategy[str]:
    return st.builds(lambda x, code: f"{x:.6g} {code}", st.floats(low, high), st.sampled_from(CODES))


def part(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high).map(lambda x: round(x, 4))


@st.composite
def files(draw: st.DrawFn) -> Data:
    """Small houses of every kind of holding and debt, in three currencies."""
    holdings: Data = {}
    debts: Data = {}
    due = st.dates(dt.date(2026, 2, 1), dt.date(2040, 1, 1))
    for n in range(draw(st.integers(1, 4))):
        shares, price, code = draw(part(1e3, 1e6)), draw(part(1.0, 200.0)), draw(st.sampled_from(CODES))
        line: Data = {"kind": "listed", "shares": shares, "price": f"{price} {code}", "volatility": 0.4}
        if draw(st.booleans()):
            line |= {"daily_volume": draw(part(1e2, 1e5)), "participation": draw(part(0.05, 0.5))}
        holdings[f"Share {n}"] = line
        pledged = draw(st.sampled_from([0.0, 0.25, 0.5]))
        if pledged and draw(st.booleans()):
            loan = {"kind": "margin_loan", "principal": f"{shares * price * pledged * draw(part(0.1, 1.2)):.6g} {code}"}
            levels = {"call_at": 0.7, "reset_to": 0.6, "close_out_at": 0.8}
            debts[f"Loan {n}"] = (
                loan | levels | {"secured_on": {f"Share {n}": shares * pledged}, "recourse": draw(st.booleans())}
            )
        elif pledged:
            floor = price * draw(part(0.5, 1.5))
            terms = {"floor": f"{floor:.6g} {code}", "cap": f"{1.5 * floor:.6g} {code}", "maturity": draw(due)}
            debts[f"Forward {n}"] = {"kind": "prepaid_forward", "secured_on": {f"Share {n}": shares * pledged}} | terms
    for n in range(draw(st.integers(0, 2))):
        holdings[f"Private {n}"] = {"kind": "private", "value": draw(money(1e4, 1e8)), "volatility": 0.5}
    for n in range(draw(st.integers(0, 2))):
        debts[f"Notes {n}"] = {
            "kind": "bond",
            "maturities": {draw(due): draw(money(1e3, 1e7))},
            "counted": draw(part(0, 1)),
        }
    if draw(st.booleans()):
        debts["Revolver"] = {"kind": "facility", "limit": "2m", "drawn": "1m", "maturity": draw(due)}
        debts["Later"] = {"kind": "payable", "for": "Share 0", "instalments": {draw(due): draw(money(1, 1e3))}}
    data: Data = {
        "house": "A house", "as_of": dt.date(2026, 1, 2), "currency": draw(st.sampled_from(CODES)),
        "fx": {"USDJPY": 150.0, "EURUSD": 1.1}, "cash": {"USD": draw(part(0, 1e7)), "JPY": draw(part(0, 1e9))},
        "limits": {"cash_floor": draw(st.sampled_from(["2y", "10k", 0]))},
        "borrowing": {"limit": "3m"}, "share_price": 10, "shares_outstanding": "1m",
        "holdings": holdings, "debts": debts,
    }  # fmt: skip
    if draw(st.booleans()):
        data["lending"] = {"advance_rate": 0.4, "call_at": 0.6, "reset_to": 0.5, "close_out_at": 0.8}
    return data


def leaves(found: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    if isinstance(found, Mapping):
        for key, inner in found.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(found, list):
        for n, inner in enumerate(found):
            yield from leaves(inner, (*path, n))
    else:
        yield path, found


def renamed(node: Any, names: Mapping[str, str]) -> Any:
    """The data with names put in the place of others, as keys and as values."""
    if isinstance(node, dict):
        return {renamed(key, names): renamed(inner, names) for key, inner in node.items()}
    if isinstance(node, list):
        return [renamed(inner, names) for inner in node]
    return names.get(node, node) if isinstance(node, str) else node


@settings(deadline=None, max_examples=60)
@given(files())
def test_a_name_is_only_a_name(data: Data) -> None:
    names = {name: f"{n} was {name[::-1]}" for n, name in enumerate([*data["holdings"], *data["debts"]])}
    before, after = asked(data), asked(renamed(data, names))
    assert renamed(before, names) == after


def amounts(node: Any, data: Any) -> Any:
    """The data with every amount a thousand times as large; `node` is what was read from it."""
    if isinstance(node, Amount):
        return f"{1000 * node.value!r} {node.currency or ''}".strip()
    if isinstance(node, Mapping):
        return {key: amounts(inner, data.get(key)) for key, inner in node.items()}
    fields = getattr(type(node), "model_fields", None)
    if fields is None:
        return data
    said = {field.alias or name: getattr(node, name) for name, field in fields.items()}
    return {key: amounts(said[key], inner) for key, inner in data.items()}


@settings(deadline=None, max_examples=60)
@given(files())
def test_the_unit_of_money_is_only_a_unit(data: Data) -> None:
    before = asked(data)
    after = dict(leaves(asked(amounts(houses.of(Tree("house.yaml", "", data, {})).spec, data))))
    size = before["gross_holdings_value"]
    for path, found in leaves(before):
        if not isinstance(found, float):
            assert after[path] == found, path
        elif path[-1] in AMOUNTS | PRICES:
            assert after[path] == pytest.approx(1000 * found, rel=1e-12, abs=1e-9 * size), path
        else:
            assert after[path] == pytest.approx(found, rel=1e-12, abs=1e-12), path


@settings(deadline=None, max_examples=60)
@given(files(), st.floats(0.01, 0.99), st.data())
def test_a_second_line_of_the_same_asset_changes_nothing_but_the_lines(
    data: Data, taken: float, draw: st.DataObject
) -> None:
    name = draw.draw(st.sampled_from([name for name, h in data["holdings"].items() if h["kind"] == "listed"]))
    for key in ("daily_volume", "participation"):
        data["holdings"][name].pop(key, None)
    shares = data["holdings"][name]["shares"]
    pledged = sum(debt.get("secured_on", {}).get(name, 0.0) for debt in data["debts"].values())
    moved = taken * (shares - pledged)
    first = data["holdings"][name] | {"shares": shares - moved}
    second = {"kind": "listed", "asset": name, "shares": moved}
    before = asked(data)
    after = asked(data | {"holdings": data["holdings"] | {name: first, "Second line": second}})
    parts = [h for h in after.pop("holdings") if h["name"] in (name, "Second line")]
    whole = next(h for h in before.pop("holdings") if h["name"] == name)
    size = before["gross_holdings_value"]
    for key in ("value", "secured_debt", "equity"):
        assert sum(h[key] for h in parts) == pytest.approx(whole[key], rel=1e-12, abs=1e-12 * size)
    found = dict(leaves(after))
    for path, was in leaves(before):
        near = pytest.approx(was, rel=1e-9, abs=1e-12 * size) if isinstance(was, float) else was
        assert found[path] == near, path


def test_two_lines_of_one_asset_share_its_volume() -> None:
    terms = {"kind": "listed", "price": 1, "volatility": 0.4, "daily_volume": 100, "participation": 0.25}
    data: Data = {"house": "A house", "as_of": dt.date(2026, 1, 2), "currency": "USD"}
    one = {"Acme": terms | {"shares": 1000}}
    two = {"Acme": terms | {"shares": 500}, "Acme at a bank": {"kind": "listed", "asset": "Acme", "shares": 500}}
    funding = [asked(data | {"holdings": lines})["war_chest"]["funding"] for lines in (one, two)]
    assert funding == [500.0, 500.0]  # 20 days x 25 % x 100 shares at 1
