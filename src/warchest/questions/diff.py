"""What changed: the bridge from one house file's NAV to another's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from warchest.core.errors import CannotError
from warchest.house import House
from warchest.questions.value import value

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Bridge:
    """From NAV to NAV: what each part adds, in the first house's currency."""

    found: dict[str, Any]

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest diff --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a part."""
        import pandas as pd

        return pd.DataFrame(self.found["parts"])


def diff(before: House, after: House) -> Bridge:
    """The bridge from one NAV to the next: equity of each holding by quantity, price and currency, secured debt, counted debt, cash.

    A holding's change is taken in that order, each with what went before already changed; the parts add up to the change of NAV.

    >>> import warchest
    >>> house = warchest.load("founder")
    >>> diff(house, house).to_dict()["change"]
    0.0
    """
    if before.spec.currency != after.spec.currency:
        raise CannotError(
            f"one house is in {before.spec.currency}, the other in {after.spec.currency}; write both in one currency"
        )
    old, new = value(before).to_dict(), value(after).to_dict()
    parts: list[dict[str, Any]] = []

    def add(name: str, cause: str, amount: float) -> None:
        if abs(amount) > 1e-9 * max(1.0, abs(old["nav"])):
            parts.append({"name": name, "cause": cause, "amount": amount})

    mine = {h["name"]: h for h in old["holdings"]}
    yours = {h["name"]: h for h in new["holdings"]}
    for name in dict.fromkeys([*mine, *yours]):
        if name not in yours:
            add(name, "sold", -mine[name]["equity"])
        elif name not in mine:
            add(name, "new", yours[name]["equity"])
        else:
            for cause, amount in _moved(before, after, name, mine[name], yours[name]).items():
                add(name, cause, amount)
            add(name, "secured debt", mine[name]["secured_debt"] - yours[name]["secured_debt"])
    owed = {d["name"]: d["counted"] for d in old["debts"]}
    owing = {d["name"]: d["counted"] for d in new["debts"]}
    for name in dict.fromkeys([*owed, *owing]):
        add(name, "counted debt", owed.get(name, 0.0) - owing.get(name, 0.0))
    add("Cash", "cash", new["cash"] - old["cash"])
    change = new["nav"] - old["nav"]
    return Bridge({
        "from": {"house": old["house"], "as_of": old["as_of"], "nav": old["nav"]},
        "to": {"house": new["house"], "as_of": new["as_of"], "nav": new["nav"]},
        "currency": old["currency"], "change": change, "parts": parts,
    })  # fmt: skip


def _moved(before: House, after: House, name: str, old: dict[str, Any], new: dict[str, Any]) -> dict[str, float]:
    """A holding's change of gross value by quantity, price and currency; instalments are what is left."""
    if before.spec.holdings[name].kind == "fund" and after.spec.holdings[name].kind == "fund":
        return {"worth, with money called and paid out": new["value"] - old["value"]}
    size_0, price_0, fx_0 = _factors(before, name, old["value"])
    size_1, price_1, fx_1 = _factors(after, name, new["value"])
    moves = {
        "quantity": (size_1 - size_0) * price_0 * fx_0,
        "price": size_1 * (price_1 - price_0) * fx_0,
        "currency": size_1 * price_1 * (fx_1 - fx_0),
    }
    return {**moves, "instalments": new["value"] - old["value"] - sum(moves.values())}


def _factors(house: House, name: str, worth: float) -> tuple[float, float, float]:
    """Quantity, price and exchange rate whose product is a holding's value before instalments; a fund has only its worth."""
    holding = house.spec.holdings[name]
    if holding.kind == "fund":
        return 1.0, worth, 1.0
    if holding.kind == "private":
        return 1.0, holding.value.value, house.fx[house.currency_of(holding.value)]
    other = house.spec.holdings[holding.asset] if holding.asset else holding
    assert other.kind == "listed" and other.price is not None
    return holding.shares, other.price.value, house.fx[house.currency_of(other.price)]
