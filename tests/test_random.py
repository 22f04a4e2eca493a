"""Random houses of every part and policy, lived by the engine and by its twin; and laws that hold on every one of their steps."""

from __future__ import annotations

import os
from collections import Counter

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import twin
from random_houses import texts
from side_by_side import Lived, differences, happened, house_of, lived, table
from warchest.core.codes import LOG_CODES
from warchest.core.layout import FORWARD, PAYABLE, Life

EVENTS = (
    "call", "call lapsed", "cured", "two calls at once", "more pledged",
    "call of one behind", "closed out from behind", "passed on",
    "close-out with surplus", "close-out with shortfall", "close-out goes on", "written off",
    "facility drawn", "new loan in cover", "new loan for a bet", "borrowed unsecured",
    "sale", "sale in cover", "sale for a bet", "sold above its loan", "private sold", "bet sold", "waits",
    "rolled", "roll refused", "forward below", "forward between", "forward above", "dividend paid", "dividend skipped",
    "bought", "sold back", "repaid after it", "cheque", "cut", "tranche", "tranche lapsed", "bet ended",
    "breach", "halved", "ruin", "default", "default that goes on",
)  # fmt: skip
"""Every kind of event that the twin counts."""
DEEP = "WARCHEST_DEEP" in os.environ
HOUSES = 6_000 if DEEP else 900
PATHS = 40
NOTHING = 1e-9  # of the house's size
seen: Counter[str] = Counter()


@settings(max_examples=HOUSES, deadline=None, derandomize=True, database=None, phases=[Phase.generate])
@given(texts, st.integers(0, 2**32 - 1))
def test_engine_and_twin_live_every_house_alike(text: str, seed: int) -> None:
    """Path by path; of one path of each house the tables are looked at after some of its steps (all, with WARCHEST_DEEP)."""
    house = house_of(text)
    world, multiples = table(house, PATHS, seed)
    theirs = lived(house, world, multiples)
    told = twin.live(house, world, multiples)
    assert differences(theirs.columns, told) == {}
    seen.update(happened(told))
    p, steps = seed % PATHS, house.grid.steps
    for step in range(1, steps + 1) if DEEP else sorted({seed % steps + 1, seed // 7 % steps + 1, steps}):
        until = lived(house, world[p : p + 1, :step], multiples[p : p + 1], entries=20_000, steps=step)
        assert faults(until) == []


def faults(until: Lived) -> list[str]:
    """What is wrong with the tables of one path after some steps."""
    start, life = until.start, until.life
    found = [
        f"{name}.{column} is not a number"
        for name in ("currencies", "assets", "lines", "debts", "pledges", "bets", "houses", "purses")
        for column in (getattr(life, name).dtype.names or ())
        if np.isnan(getattr(life, name)[column].astype(float)).any()
    ]
    nav = [until.columns[column][0] for column in ("nav", "nav_marked", "nav_min", "cash_min", "ltv_peak")]
    if not np.isfinite(nav).all():
        found.append(f"NAV, cash or LTV is not a number: {nav}")
    never_below_zero = {
        "purses": ("cash",), "lines": ("shares", "free"), "pledges": ("shares",), "assets": ("price", "mark"),
        "debts": ("principal", "matured", "arrears"), "bets": ("value", "owed"), "houses": ("owed",),
    }  # fmt: skip
    for name, columns in never_below_zero.items():
        found += [f"{name}.{column} is below zero" for column in columns if (getattr(life, name)[column] < 0.0).any()]
    pledged = np.bincount(life.pledges.line, life.pledges.shares, len(life.lines))
    if (abs(life.lines.free + pledged - life.lines.shares) > NOTHING * start.lines.shares).any():
        found.append(f"shares {life.lines.shares} are not those free {life.lines.free} and those pledged {pledged}")
    if (life.debts.matured > life.debts.principal * (1 + NOTHING)).any():
        found.append("more is overdue than is owed")
    size = float(np.sum(start.lines.shares * start.assets.worth)) + total(start.purses.cash, start)
    if abs(until.columns["nav_marked"][0] - books(life)) > NOTHING * max(size, abs(books(life))):
        found.append(f"NAV {until.columns['nav_marked'][0]} is {books(life)} by the books")
    moved = moves(until.log(), len(life.currencies))
    rest = start.purses.cash[0] + moved - life.purses.cash[0]
    if not life.houses.ended[0] and abs(total(abs(rest), life)) > NOTHING * size:
        found.append(f"cash that came from nowhere or went there: {rest}")
    return found


def total(amounts: np.ndarray, life: Life) -> float:
    return float(np.sum(amounts * life.currencies.fx))


def books(life: Life) -> float:
    """NAV of quantities and prices: what is held and owed, at today's marks; everything overdue counts in full."""
    fx = life.currencies.fx
    worth = life.assets.mark * fx[life.assets.currency]
    nav = float(np.sum(life.lines.shares * worth)) + total(life.purses.cash[0], life) - float(life.houses.owed[0])
    nav += float(np.sum((life.bets.value - life.bets.owed) * fx[life.bets.currency]))
    for d, debt in enumerate(life.debts):
        mine = life.pledges[life.pledges.debt == d]
        ahead = debt.ahead
        collateral = float(np.sum(mine.shares * worth[life.lines.asset[mine.line]]))
        owed = debt.principal * fx[debt.currency]
        nav -= debt.arrears * fx[debt.currency]
        if debt.kind == FORWARD:
            price = worth[life.lines.asset[mine.line]] / fx[debt.currency]
            taken = np.where(price > debt.floor, mine.shares * debt.floor, mine.shares * price)
            if debt.in_cash:
                taken = taken + mine.shares * np.maximum(0.0, price - debt.cap)
            else:
                taken = np.where(price > debt.cap, mine.shares * debt.floor / debt.cap * price, taken)
            nav -= owed + float(np.sum(taken)) * fx[debt.currency]
        elif not debt.recourse:
            while ahead >= 0:  # the shares may lie with a loan ahead, and it has them first
                theirs, other = life.pledges[life.pledges.debt == ahead], life.debts[ahead]
                collateral += float(np.sum(theirs.shares * worth[life.lines.asset[theirs.line]]))
                collateral -= other.principal * fx[other.currency]
                ahead = other.ahead
            nav -= min(owed, max(0.0, collateral))
        elif debt.kind == PAYABLE:
            nav -= owed
        else:
            nav -= (debt.matured + debt.counted * (debt.principal - debt.matured)) * fx[debt.currency]
    return nav


INTO = {"interest earned", "dividend received", "drawn", "bet ended", "sold", "bet sold"}
OUT_OF = {
    "interest paid", "fee paid", "costs paid", "dividend paid", "principal repaid", "instalment paid", "cheque written",
    "bought",
}  # fmt: skip


def moves(log: np.ndarray, currencies: int) -> np.ndarray:
    """What the log says of cash: the sum of its movements in each currency."""
    sign = np.array([(code in INTO) - (code in OUT_OF) for code in LOG_CODES], dtype=float)
    change = np.bincount(log["currency"], sign[log["code"]] * log["amount"], currencies)
    turned = log[log["code"] == LOG_CODES.index("converted")]
    change -= np.bincount(turned["row"], turned["amount"], currencies)
    return change + np.bincount(turned["other"], turned["shares"], currencies)


@pytest.mark.parametrize("event", EVENTS)
def test_everything_happened_a_hundred_times(event: str) -> None:
    assert seen[event] >= 100


def test_nothing_is_counted_that_is_not_asked_for() -> None:
    assert set(seen) <= set(EVENTS)
