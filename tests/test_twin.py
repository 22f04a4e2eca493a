"""The engine against its twin (tests/twin.py), path by path, on tables of returns in which everything happens."""

from __future__ import annotations

import numpy as np
import pytest

import twin
import twin_houses
from side_by_side import differences, happened, house_of, lived, table

PATHS = 400
TRIGGERS = "call_at: 60%, reset_to: 50%, close_out_at: 80%"
CALLS = ("call", "breach", "sale", "cured", "call lapsed")
BETS = ("cheque", "bet ended", "cut", "sale in cover", "new loan in cover", "cured", "bet sold", "default")
EXERCISES = {
    "founder": (
        *CALLS,
        "more pledged",
        "default",
        "close-out with surplus",
        "close-out with shortfall",
        "sale for a bet",
    ),
    "capitalised": (*CALLS, "dividend skipped", "default", "close-out with shortfall"),
    "no recourse": ("call", "sale", "cured", "close-out with surplus", "close-out with shortfall"),
    "one pot": (*CALLS, "two calls at once", "more pledged", "default"),
    "ranked loans": (
        *CALLS,
        "call of one behind",
        "closed out from behind",
        "passed on",
        "sold above its loan",
        "written off",
        "more pledged",
        "two calls at once",
        "default",
    ),
    "second lines": (*(e for e in CALLS if e != "call lapsed"), "two calls at once", "private sold"),
    "impact": ("call", "sale", "close-out goes on", "close-out with surplus", "cured"),
    "forwards": ("forward below", "forward between", "forward above", "default", "sale in cover"),
    "ladder": ("rolled", "roll refused", "default", "breach"),
    "facilities": ("facility drawn", "new loan in cover", "sale in cover", "rolled", "roll refused", "default", "call"),
    "payables": ("private sold", "sale in cover", "default", "ruin"),
    "three currencies": ("call", "breach", "sale", "cured", "new loan in cover", "private sold", "default"),
    "ranks": (*CALLS, "default", "private sold", "forward below", "forward between", "forward above"),
    "no cross default": (*CALLS, "default", "close-out with shortfall", "dividend skipped"),
    "all in": (*BETS, "sale for a bet", "new loan for a bet", "borrowed unsecured"),
    "tranches": ("cheque", "tranche", "bet ended", "halved"),
    "bets and volume": ("sale for a bet", "borrowed unsecured", "cheque", "bet ended", "halved"),
    "bets, volume and lending": ("sale for a bet", "new loan for a bet", "borrowed unsecured", "close-out goes on"),
    "bet today in euros": ("new loan for a bet", "call", "ruin", "close-out with surplus", "bet ended"),
    "hold": ("sale in cover", "rolled", "roll refused", "dividend skipped", "default"),
    **{name: BETS for name in twin_houses.HOUSES if " to " in name},
}


@pytest.mark.parametrize("name", twin_houses.HOUSES)
def test_the_engine_lives_what_its_twin_lives(name):
    house = house_of(twin_houses.text(name))
    world, multiples = table(house, PATHS, seed=1)
    theirs = lived(house, world, multiples).columns
    told = twin.live(house, world, multiples)
    assert differences(theirs, told) == {}
    events = happened(told)
    assert {event: events.get(event, 0) for event in EXERCISES[name] if not events.get(event)} == {}


def test_every_house_says_what_it_is_for():
    assert set(EXERCISES) == set(twin_houses.HOUSES)


# ---------------------------------------------------------------- where engine and rules part, each at its smallest
def one_path(body, moves=None, multiples=(1.0,)):
    """One path on which prices stand still but for `moves`: {(step, asset): return}."""
    head = "house: small\nas_of: 2026-01-02\ncurrency: USD\nmarket: {model: lognormal, rate: 0%}\n"
    house = house_of(head + body)
    assets = sum(h.asset is None for h in house.spec.holdings.values())
    world = np.ones((1, house.grid.steps, assets + len(twin.currencies(house))))
    for (step, asset), move in (moves or {}).items():
        world[0, step - 1, asset] = move
    draws = np.array([multiples])
    theirs = lived(house, world, draws).columns
    return {column: float(x[0]) for column, x in theirs.items()}, twin.live(house, world, draws)


def test_a_rest_of_nothing_is_no_default():
    theirs, _ = one_path(
        "horizon: 1w\ncosts: 2m\n"
        "holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, daily_volume: 300k, outstanding: 30m}}\n"
    )
    assert np.isnan(theirs["default"])


def test_a_block_discount_is_no_default():
    theirs, _ = one_path(
        "horizon: 1w\ncosts: 1m\n"
        "holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, block_discount: 10%}}\n"
    )
    assert np.isnan(theirs["default"])


def test_a_default_is_a_forced_sale():
    theirs, _ = one_path(
        "horizon: 2w\nholdings: {Acme: {kind: listed, shares: 100k, price: 100, volatility: 40%}}\n"
        "debts: {Notes: {kind: bond, principal: 20m, maturity: 2026-01-09}}\n"
    )
    assert theirs["default"] == theirs["first_sale"] == 1.0


def test_the_least_true_nav_starts_at_step_0():
    theirs, told = one_path(
        "horizon: 1w\nholdings: {Shop: {kind: private, value: 10m, overmarked: 20%, volatility: 40%}}\n", {(1, 0): 1.1}
    )
    assert theirs["nav_min"] == pytest.approx(told["nav_min"][0], rel=1e-9)


def test_a_default_without_cross_default_is_ruin():
    theirs, _ = one_path(
        "cash: 1m\nhorizon: 1mo\nholdings: {Shop: {kind: private, value: 10m, volatility: 40%, sale_discount: 100%}}\n"
        "debts: {Notes: {kind: bond, principal: 2m, maturity: 2026-01-09, cross_default: false}}\n"
    )
    assert theirs["default"] == theirs["ruin"] == 1.0


def test_cash_pays_before_facilities_are_drawn():
    theirs, _ = one_path(
        "cash: 20m\nhorizon: 1w\nholdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}}\n"
        "debts:\n"
        "  Loan: {kind: margin_loan, principal: 50m, secured_on: {Acme: all}, rate: 0%, " + TRIGGERS + "}\n"
        "  Line: {kind: facility, limit: 30m}\n",
        {(1, 0): 0.4},
    )
    assert theirs["cash_min"] == pytest.approx(10e6, rel=1e-9)


def test_shares_freed_in_cover_serve():
    theirs, _ = one_path(
        "horizon: 1w\nholdings: {Acme: {kind: listed, shares: 100k, price: 100, volatility: 40%}}\n"
        "debts:\n"
        "  Loan: {kind: margin_loan, principal: 1m, maturity: 2026-01-09, secured_on: {Acme: all}, rate: 0%, "
        + TRIGGERS
        + "}\n"
        "  Notes: {kind: bond, principal: 2m, maturity: 2026-01-09}\n"
    )
    assert np.isnan(theirs["default"])


def test_a_bet_with_tranches_is_sold_at_its_truth():
    theirs, told = one_path(
        "cash: 12m\nstep: month\nhorizon: 9mo\npolicy: {kind: planned, limit: none}\n"
        "debts: {Notes: {kind: bond, principal: 1m, maturity: 2026-10-02}}\n"
        "bets:\n  Rocket:\n    tranches: [{date: 2026-02-02, cheque: 5m}, {date: 2026-08-02, cheque: 7m}]\n"
        "    outcome: {kind: table, multiples: [0, 2], odds: [60%, 40%], years: 1}\n",
        multiples=(2.0,),
    )
    assert theirs["nav"] == pytest.approx(told["nav"][0], rel=1e-9)
    assert theirs["nav_marked"] == pytest.approx(told["nav_marked"][0], rel=1e-9)
