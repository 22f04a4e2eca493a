"""Houses of every part, as texts of their files that Hypothesis draws and shrinks.

A module a family: its `KINDS` says what draws each kind. A kind that a family's `ALL` has and `KINDS` has not fails
tests/test_properties.py, as does a field that is never drawn.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

from strategies import bets, debts, funds, holdings, markets, own_share, policies
from strategies.draft import AS_OF, CODES, FX, Data, Draft
from strategies.limits import borrowing, lending, limits, refinancing


def flow(x: Any) -> str:
    """Data in the short form of YAML."""
    if isinstance(x, dict):
        return "{" + ", ".join(f"{name}: {flow(value)}" for name, value in x.items()) + "}"
    return "[" + ", ".join(flow(item) for item in x) + "]" if isinstance(x, (list, tuple)) else str(x)


def block(value: Any) -> str:
    """One line for each part, so that a failing house can be read."""
    if isinstance(value, dict) and value and all(isinstance(part, dict) for part in value.values()):
        return "".join(f"\n  {name}: {flow(part)}" for name, part in value.items())
    return f" {flow(value)}"


def fill(draft: Draft, most: int) -> None:
    """The parts of one house, each family after those that it names."""
    for n in range(draft.number(0, 3)):
        kind = draft.one(*holdings.KINDS)
        name = f"{kind[0].upper()}{n}" + "i" * draft.depth
        draft.holdings[name] = holdings.KINDS[kind](draft, name)
    for n in range(draft.number(0, most)):
        kind = draft.one(*debts.KINDS)
        debt = debts.KINDS[kind](draft)
        if debt:
            draft.debts[f"D{n}"] = debt
    for n in range(draft.number(0, 2)):
        draft.bets[f"B{n}"] = bets.bet(draft)
    if draft.number(0, 2) == 2:
        draft.deals["F"] = bets.flow(draft)


def parts(draft: Draft) -> Data:
    """The families of one house that are not empty."""
    named = ("holdings", "debts", "bets", "deals")
    return {name: getattr(draft, name) for name in named if getattr(draft, name)}


def house(draft: Draft) -> Data:
    """A whole house."""
    if draft.chance():
        for n in range(draft.number(1, 2)):
            draft.holdings[f"Fund {n}"] = funds.fund(draft, fill, parts)
    fill(draft, 5)
    top: Data = {"house": "Drawn", "as_of": AS_OF, "currency": draft.home, "fx": FX}
    top |= {"step": draft.step, "horizon": draft.horizon, **parts(draft), **rules(draft), **own_share.shares(draft)}
    return top | {"market": markets.market(draft), "policy": policies.policy(draft)}


def rules(draft: Draft) -> Data:
    """What a house says beside its parts."""
    found: Data = {
        "cash": {code: f"{draft.number(0, 800) * 10_000 * CODES[code]:.6g}" for code in draft.some(list(CODES), 0, 3)}
    }
    draft.maybe(found, limits=lambda: limits(draft), lending=lambda: lending(draft), borrowing=lambda: borrowing(draft))
    draft.maybe(found, refinancing=lambda: refinancing(draft))
    yearly = ("1%", "10%", "150%", "3m")
    order = [name for name, h in draft.holdings.items() if h["kind"] != "fund"]
    return draft.maybe(found, costs=yearly, dividends=yearly, sell_order=lambda: draft.some(order, 0, 9))


@st.composite
def texts(draw: Callable[[Any], Any]) -> str:
    """The text of a house file."""
    return "".join(f"{name}:{block(value)}\n" for name, value in house(Draft(draw)).items())
