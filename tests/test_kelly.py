"""How much to bet: the closed forms and `warchest.kelly` against published numbers and against each other."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq

import warchest
from warchest.core.errors import CannotError
from warchest.questions import closed_forms as cf
from warchest.questions import kelly as question

CF = 1e-6
"""Tolerance of the rows marked "cf"."""


def near(truth: Any, tolerance: float = CF) -> Any:
    return pytest.approx(truth, abs=tolerance, rel=0.0)


# ------------------------------------------------------------------ coins


def test_a_coin() -> None:
    """S01: p = .6 at even odds (F; Haghani and Dewey 2016), by formula and by the solver."""
    assert cf.kelly_fraction(0.6, 1.0) == near(0.2)
    assert cf.kelly_growth(0.2, 0.6, 1.0) == near(0.0201355136, 1e-10)
    found = warchest.kelly([[2.0, 0.0], [1.0, 1.0]], [0.6, 0.4])
    assert found.bets.tolist() == near([0.2, 0.8])
    assert found.growth == near(0.0201355136, 1e-10)


def test_a_coin_bet_too_much() -> None:
    """S02: p = .53 at even odds; growth is zero again at .1197 (F; Thorp 2006)."""
    assert cf.kelly_fraction(0.53, 1.0) == near(0.06)
    assert cf.kelly_growth(0.06, 0.53, 1.0) == near(0.0018010816, 1e-10)
    assert cf.critical_fraction(0.53, 1.0) == near(0.1197121383, 1e-9)
    assert warchest.kelly([2, 0], [0.53, 0.47]).bets.tolist() == near([0.06, 0.94])


def test_one_more_bet_on_the_same_toss() -> None:
    """S03: Proebsting's paradox: 25 % at 2:1, then 22.5 % more at 5:1, where 5:1 alone would be 40 % (F; Thorp 2008)."""
    first = cf.kelly_fraction(0.5, 2.0)
    assert first == near(0.25)
    assert cf.proebsting_fraction(0.5, 5.0, held=first, b_held=2.0) == near(0.225)
    assert cf.kelly_fraction(0.5, 5.0) == near(0.4)


def test_one_more_bet_is_the_best_of_its_neighbours() -> None:
    """S03 from its definition: the formula maximises p ln(1 + held b_held + f b) + q ln(1 - held - f)."""
    p, b, held, b_held = 0.37, 4.0, 0.11, 2.5
    f = np.linspace(0.0, 0.6, 60_001)
    growth = p * np.log1p(held * b_held + f * b) + (1 - p) * np.log1p(-held - f)
    assert cf.proebsting_fraction(p, b, held, b_held) == near(float(f[growth.argmax()]), 1e-5)


def test_coins_without_an_edge() -> None:
    assert cf.kelly_fraction(0.5, 1.0) == cf.critical_fraction(0.4, 1.0) == 0.0
    assert cf.proebsting_fraction(0.5, 2.0, held=0.3, b_held=2.0) == 0.0
    assert cf.kelly_growth(1.0, 0.9, 1.0) == -math.inf
    assert warchest.kelly([2, 0], [0.4, 0.6]).bets.tolist() == near([0.0, 1.0], 1e-9)


def test_a_critical_fraction_is_at_most_all() -> None:
    assert cf.critical_fraction(1.0 - 1e-9, 5.0) == 1.0
    assert cf.kelly_growth(1.0, 1.0, 1.0) == near(math.log(2.0))


# ------------------------------------------------------------------ risk-constrained Kelly

PLAIN = {4: 0.87353, 19: 0.12647}
CAREFUL = {
    1: 0.10253, 4: 0.34753, 5: 0.07358, 8: 0.08372, 13: 0.19352, 14: 0.05266, 15: 0.03046, 19: 0.08439, 20: 0.03162,
}  # fmt: skip
"""Bets of S04 by the number of the asset, from 1; the others bet nothing."""


@cache
def published() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns, probabilities and 10,000 paths of 100 outcomes: the recipe of S04, NumPy's legacy generator."""
    draws = np.random.RandomState(0)
    odds = draws.uniform(size=100)
    odds /= odds.sum()
    returns = draws.uniform(0.7, 1.3, (20, 100))
    for _ in range(30):
        for value in (0.1, 2.5):
            row, column = draws.randint(20), draws.randint(100)
            returns[row, column] = value
    returns[-1] = 1.0
    outcomes = np.random.RandomState(0).choice(100, size=10**6, p=odds).reshape(10_000, 100)
    return returns, odds, outcomes


def ever_below(bets: np.ndarray, floor: float) -> float:
    """Share of the published paths whose wealth is ever below the floor."""
    returns, _, outcomes = published()
    return float((np.log(bets @ returns)[outcomes].cumsum(axis=1).min(axis=1) < math.log(floor)).mean())


@pytest.mark.parametrize(
    ("how", "growth", "breached", "bets"),
    [
        ({}, 0.061691, 0.3982, PLAIN),
        ({"floor": 0.7, "breach": 0.1}, 0.043020, 0.0732, CAREFUL),
        ({"floor": 0.7, "risk_aversion": 5.5}, 0.047351, 0.0993, None),
    ],
    ids=["plain", "6.456", "5.5"],
)
def test_the_published_finite_outcomes(
    how: dict[str, float], growth: float, breached: float, bets: dict[int, float] | None
) -> None:
    """S04: 20 assets, 100 outcomes (V, cvxgrp/kelly_code at 91bd3dc): growth, P(ever < .7) and every bet."""
    returns, odds, _ = published()
    found = warchest.kelly(returns, odds, **how)
    assert found.growth == near(growth, 2e-5)
    assert ever_below(found.bets, 0.7) == near(breached, 5e-4)
    assert found.bets.sum() == near(1.0, 1e-12)
    if bets is not None:
        assert found.bets.tolist() == near([bets.get(asset, 0.0) for asset in range(1, 21)], 3e-4)


def sharper(bets: np.ndarray, floor: float, aversion: float) -> tuple[float, float]:
    """P(ever below the floor within 100 periods) and its standard error, from draws tilted towards falls.

    An outcome is drawn with its probability x wealth^-lambda / s; a path that falls counts wealth^lambda s^periods there.
    """
    returns, odds, _ = published()
    wealth = bets @ returns
    tilted = odds * wealth**-aversion
    s = tilted.sum()
    drawn = np.random.default_rng(5).choice(100, size=(20_000, 100), p=tilted / s)
    logs = np.log(wealth)[drawn].cumsum(axis=1)
    fallen, first = (logs < math.log(floor)).any(axis=1), (logs < math.log(floor)).argmax(axis=1)
    weights = np.exp(aversion * logs[np.arange(len(logs)), first] + (first + 1) * math.log(s)) * fallen
    return float(weights.mean()), float(weights.std(ddof=1)) / math.sqrt(len(weights))


@pytest.mark.parametrize("aversion", np.logspace(0.4, 1.5, 7).tolist())
def test_the_drawdown_is_bounded(aversion: float) -> None:
    """S05: P(ever < .7) <= .7^lambda (arXiv:1603.06183), on the paths of S04 and, sharper, on tilted ones.

    Ten thousand paths say little of a probability of .0004: 8 of them fall at lambda 20.7, where the bound allows 6.1.
    """
    returns, odds, _ = published()
    found = warchest.kelly(returns, odds, floor=0.7, risk_aversion=aversion)
    assert found.bound is not None
    assert found.bound == near(0.7**aversion, 1e-12)
    assert odds @ (found.bets @ returns) ** -aversion <= 1.0 + 1e-9
    below, error = sharper(found.bets, 0.7, aversion)
    assert below + 4.0 * error <= found.bound
    assert error < 0.003 * found.bound
    plain = ever_below(found.bets, 0.7)
    assert abs(plain - below) <= 4.0 * math.hypot(error, math.sqrt(below * (1.0 - below) / 10_000))


def test_plain_kelly_keeps_no_such_bound() -> None:
    """S04, S05: without the constraint P(ever < .7) is .3982, above .7^lambda of all those lambdas but the first."""
    returns, odds, _ = published()
    found = warchest.kelly(returns, odds)
    assert ever_below(found.bets, 0.7) > 0.7 ** np.logspace(0.4, 1.5, 7)[1]
    below, error = sharper(found.bets, 0.7, 1.0)
    assert below == near(0.3982, 4.0 * math.hypot(error, 0.005))
    assert (found.bound, found.risk_aversion) == (None, 0.0)


def test_a_constrained_coin_is_the_root_of_its_constraint() -> None:
    """arXiv:1603.06183, two outcomes: with one bet and cash the constraint alone fixes the bet."""
    aversion = math.log(0.1) / math.log(0.5)
    root = brentq(lambda f: 0.6 * (1 + f) ** -aversion + 0.4 * (1 - f) ** -aversion - 1.0, 1e-3, 0.5)
    found = warchest.kelly([2, 0], [0.6, 0.4], floor=0.5, breach=0.1)
    assert found.bets.tolist() == near([root, 1 - root], 1e-8)
    assert (found.bound, found.risk_aversion) == (near(0.1), near(aversion))


@pytest.mark.parametrize("aversion", [0.5, 1e-2, 1e-6, 1e-12])
def test_a_constraint_that_does_not_bind_changes_nothing(aversion: float) -> None:
    """The coin of S01 has E[(r'b)^-lambda] < 1 at its Kelly bet for a small lambda."""
    assert warchest.kelly([2, 0], [0.6, 0.4], risk_aversion=aversion).bets.tolist() == near([0.2, 0.8])


def test_a_horse_race_is_bet_in_proportion() -> None:
    """Kelly (1956): one horse wins, pays whatever its odds, no cash is kept back: the bets are the probabilities."""
    odds = [0.5, 0.3, 0.15, 0.05]
    found = warchest.kelly(np.diag([1.5, 3.0, 9.0, 40.0]), odds)
    assert found.bets.tolist() == near(odds)


def test_a_bet_with_a_long_tail() -> None:
    """One bet and cash: the slope of E ln(1 + f (m - 1)) is zero at the bet, found here by a root finder."""
    multiples, odds = np.array([0.0, 1.0, 3.0, 10.0, 100.0]), np.array([0.6, 0.2, 0.14, 0.05, 0.01])
    root = brentq(lambda f: odds @ ((multiples - 1) / (1 + f * (multiples - 1))), 1e-6, 0.999)
    assert warchest.kelly(multiples, odds).bets.tolist() == near([root, 1 - root], 1e-8)


def test_order_copies_and_impossible_outcomes_change_nothing() -> None:
    returns, odds, _ = published()
    base = warchest.kelly(returns, odds, floor=0.7, breach=0.1)
    turned = warchest.kelly(returns[::-1, ::-1], odds[::-1], floor=0.7, breach=0.1)
    assert turned.bets[::-1].tolist() == near(base.bets.tolist(), 1e-7)
    twice = warchest.kelly(np.vstack([returns, returns[3]]), odds, floor=0.7, breach=0.1)
    assert twice.growth == near(base.growth, 1e-9)
    assert twice.bets[3] + twice.bets[20] == near(float(base.bets[3]), 1e-7)
    never = warchest.kelly(np.column_stack([returns, np.zeros(20)]), np.append(odds, 0.0), floor=0.7, breach=0.1)
    assert never.bets.tolist() == near(base.bets.tolist(), 1e-7)


# ------------------------------------------------------------------ fractions of Kelly, Merton, first passage


@pytest.mark.parametrize(("c", "below", "doubled"), [(1.0, 0.5, 2 / 3), (0.5, 0.125, 8 / 9)])
def test_fractional_kelly(c: float, below: float, doubled: float) -> None:
    """S06: P(ever <= 1/2) and P(doubled before halved) (V; Thorp, MacLean and Ziemba)."""
    assert cf.fractional_kelly_ever_below(0.5, c) == near(below)
    assert cf.fractional_kelly_reaches_first(2.0, 0.5, c) == near(doubled)


def test_fractional_kelly_at_and_beyond_twice_kelly() -> None:
    """S06 in its limits: at c = 2 growth is zero, so ln wealth is a fair game and any level is met; beyond, it only falls."""
    assert cf.fractional_kelly_ever_below(0.01, 2.0) == cf.fractional_kelly_ever_below(1e-300, 9.0) == 1.0
    assert cf.fractional_kelly_reaches_first(4.0, 0.5, 2.0) == near(1 / 3)
    assert cf.fractional_kelly_reaches_first(4.0, 0.5, 2.0 + 1e-6) == near(1 / 3)
    assert cf.fractional_kelly_reaches_first(4.0, 0.5, 4.0) == near((1 - 0.5**0.5) / (2 - 0.5**0.5))


def test_merton_one_asset() -> None:
    """S07: m = .11, s = .15, r = .06 (F; Thorp 2006)."""
    f = cf.merton_fraction(0.11, 0.15, 0.06)
    assert f == near(2.2222222)
    assert cf.merton_growth(f, 0.11, 0.15**2, 0.06) == near(0.1155556)
    assert cf.merton_volatility(f, 0.15**2) == near(0.3333333)


MU, COVARIANCE, R = [0.10, 0.08], [[0.09, 0.03], [0.03, 0.04]], 0.03


def test_merton_two_assets() -> None:
    """S08: mu = .10, .08, r = .03, sigma = .3, .2, rho = .5 (F)."""
    weights = cf.merton_weights(MU, COVARIANCE, R)
    assert weights.tolist() == near([0.4814815, 0.8888889])
    assert cf.merton_growth(weights, MU, COVARIANCE, R) == near(0.0690741)


def test_one_more_asset_beside_those_held() -> None:
    """S08 and its first-order condition: beside the best of one asset the other is best where both are; else not."""
    best = cf.merton_weights(MU, COVARIANCE, R)
    assert cf.conditional_merton_fraction(0.10, 0.3, R, [0.03], best[1:]) == near(float(best[0]), 1e-12)
    held = 1.2
    f = cf.conditional_merton_fraction(0.10, 0.3, R, 0.03, held)
    growth = [cf.merton_growth([f + more, held], MU, COVARIANCE, R) for more in (-0.01, 0.0, 0.01)]
    assert growth[1] > max(growth[0], growth[2])
    assert growth[0] == near(growth[2], 1e-12)


def test_first_passage() -> None:
    """S10, continuous: .451333; S18, Black and Cox: .3354125 (O, F)."""
    assert cf.first_passage_probability(0.8, 0.05, 0.30, 1.0) == near(0.451333)
    assert cf.first_passage_probability(0.6, 0.04, 0.25, 5.0) == near(0.3354125, 1e-7)
    assert cf.first_passage_probability(1.0, 0.05, 0.30, 1.0) == 1.0
    assert cf.first_passage_probability(0.5, -1.0, 1e-3, 1.0) == near(1.0)


def test_size_under_a_ruin_cap() -> None:
    """S42: mu = .12, r = .03, sigma = .30, P(min <= .5 in ten years) <= 5 %, continuous (O): f = .644657, g = .069318."""
    f = cf.fraction_under_cap(0.12, 0.30, 0.03, level=0.5, years=10.0, cap=0.05)
    assert f == near(0.644657, 1e-5)
    assert cf.merton_growth(f, 0.12, 0.30**2, 0.03) == near(0.069318, 1e-5)
    assert cf.first_passage_probability(0.5, 0.03 + f * 0.09, f * 0.30, 10.0) == near(0.05, 1e-9)


def test_a_long_horizon_comes_to_the_infinite_one() -> None:
    """S42 and S43 meet: without a rate, f over 10,000 years is c times the Merton fraction; the drift may be negative too."""
    whole = cf.fractional_kelly_under_cap(0.5, 0.05) * cf.merton_fraction(0.09, 0.30, 0.0)
    assert cf.fraction_under_cap(0.09, 0.30, 0.0, level=0.5, years=1e4, cap=0.05) == near(whole)
    f = cf.fraction_under_cap(-0.05, 0.30, 0.0, level=0.5, years=1.0, cap=0.05)
    assert cf.first_passage_probability(0.5, -0.05 * f, 0.30 * f, 1.0) == near(0.05, 1e-9)


@pytest.mark.parametrize(("level", "cap", "c"), [(0.7, 0.1, 0.2682513), (0.5, 0.1, 0.4627564)])
def test_infinite_horizon_fraction(level: float, cap: float, c: float) -> None:
    """S43: the multiple of Kelly at which P(ever <= alpha) is beta (F)."""
    assert cf.fractional_kelly_under_cap(level, cap) == near(c)
    assert cf.fractional_kelly_ever_below(level, c) == near(cap)


# ------------------------------------------------------------------ the gambler, and what it is worth to know


@pytest.mark.parametrize(
    ("p", "z", "a", "ruin", "duration"),
    [(0.45, 9, 10, 0.2100562, 11.0056), (0.45, 90, 100, 0.8655694, 765.569), (0.4, 99, 100, 0.3333333, 161.667)],
)
def test_gamblers_ruin(p: float, z: int, a: int, ruin: float, duration: float) -> None:
    """S09: Feller I, table of XIV.3 (R, F); durations to the digits given."""
    assert cf.gamblers_ruin(p, z, a) == near(ruin)
    assert cf.gamblers_ruin_duration(p, z, a) == near(duration, 5e-4 if duration > 100 else 5e-5)
    assert cf.gamblers_ruin(1 - p, a - z, a) == near(1 - ruin)


def test_gamblers_ruin_in_its_limits() -> None:
    """S09: a fair game has 1 - z/a and z (a - z) (Feller I, XIV); a nearly fair one nearly so; a long one overflows nowhere."""
    assert (cf.gamblers_ruin(0.5, 3, 10), cf.gamblers_ruin_duration(0.5, 3, 10)) == (near(0.7), 21.0)
    for p in (0.5 - 1e-7, 0.5 + 1e-7, 0.5 - 1e-11):
        assert cf.gamblers_ruin(p, 3, 10) == near(0.7, 1e-5)
        assert cf.gamblers_ruin_duration(p, 3, 10) == near(21.0, 1e-4)
    assert cf.gamblers_ruin(0.4, 10_000, 1_234_567) == 1.0
    assert cf.gamblers_ruin(0.6, 10_000, 1_234_567) == 0.0
    assert (cf.gamblers_ruin(0.6, 0, 7), cf.gamblers_ruin(0.6, 7, 7)) == (1.0, 0.0)


def test_worth_of_knowing() -> None:
    """S34: two actions, d ~ N(1, sqrt 5), of which sd 1 or sd 2 can be learnt (F; the R package voi)."""
    assert cf.expected_value_of_perfect_information(1.0, math.sqrt(5.0)) == near(0.4798107)
    assert cf.expected_value_of_perfect_information(1.0, 1.0) == near(0.0833155)
    assert cf.expected_value_of_perfect_information(-1.0, 2.0) == near(0.3955931)


# ------------------------------------------------------------------ what comes back


def test_a_result_is_plain_frozen_and_labelled() -> None:
    table = pd.DataFrame({"up": [2.0, 1.0], "down": [0.0, 1.0]}, index=["Rocket", "Cash"])
    found = warchest.kelly(table, pd.Series({"up": 0.6, "down": 0.4}), floor=0.5, breach=0.5)
    assert json.loads(json.dumps(found.to_dict())) == {
        "assets": ["Rocket", "Cash"],
        "bets": near([0.2, 0.8]),
        "growth": near(0.0201355136),
        "bound": 0.5,
        "risk_aversion": 1.0,
    }
    assert found.to_frame().to_dict("list") == {"asset": ["Rocket", "Cash"], "bet": near([0.2, 0.8])}
    assert warchest.kelly([2, 0], [0.6, 0.4]).assets == ("bet", "cash")
    assert warchest.kelly([[2, 0], [1, 1]], [0.6, 0.4]).assets == ("0", "1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.growth = 1.0  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        found.bets[0] = 1.0


# ------------------------------------------------------------------ what is refused

COIN, ODDS = [[2, 0], [1, 1]], [0.6, 0.4]


@pytest.mark.parametrize(
    ("returns", "odds", "how", "words"),
    [
        (2.0, ODDS, {}, r"returns has shape \(\); it must be \(n, K\)"),
        ([], [], {}, r"returns has shape \(2, 0\)"),
        (np.ones((2, 2, 2)), ODDS, {}, r"returns has shape \(2, 2, 2\)"),
        ([[2, 0], [1]], ODDS, {}, r"returns cannot be read as an array of numbers: it is \[\[2, 0\], \[1\]\]"),
        ([["two", 0], [1, 1]], ODDS, {}, "returns cannot be read"),
        ([[2, math.nan], [1, 1]], ODDS, {}, r"returns\[0, 1\] is nan; it must be finite"),
        ([[2, 0], [math.inf, 1]], ODDS, {}, r"returns\[1, 0\] is inf; it must be finite"),
        ([[1, -1], [0, 0]], ODDS, {}, r"returns\[0, 1\] is -1; a gross return is at least 0"),
        (COIN, [0.5, 0.3, 0.2], {}, r"probabilities has shape \(3,\); it must be \(2,\)"),
        ([[2, 1], [1, 1], [0, 1]], [0.5, 0.3, 0.2], {}, "one row an asset, so turn it round"),
        (COIN, 1.0, {}, r"probabilities has shape \(\)"),
        (COIN, [1.2, -0.2], {}, r"probabilities\[1\] is -0.2; it must be at least 0"),
        (COIN, [0.6, 0.4 + 1e-8], {}, "probabilities add up to 1.00000001; they must add up to 1"),
        (COIN, [math.nan, 0.4], {}, r"probabilities\[0\] is nan"),
        (COIN, ODDS, {"floor": 1.0, "breach": 0.1}, r"floor is 1.0; it must be in \(0, 1\)"),
        (COIN, ODDS, {"floor": 0, "breach": 0.1}, "floor is 0; it must be in"),
        (COIN, ODDS, {"floor": "half", "breach": 0.1}, "floor is 'half'; it must be a number"),
        (COIN, ODDS, {"floor": 0.5, "breach": 0.0}, r"breach is 0.0; it must be in \(0, 1\)"),
        (COIN, ODDS, {"floor": 0.5, "breach": 1.0}, r"breach is 1.0; it must be in \(0, 1\)"),
        (COIN, ODDS, {"floor": math.nan, "risk_aversion": 2}, "floor is nan"),
        (COIN, ODDS, {"risk_aversion": -1}, r"risk_aversion is -1; it must be in \[0, 1e9\]"),
        (COIN, ODDS, {"risk_aversion": math.inf}, "risk_aversion is inf"),
        (COIN, ODDS, {"floor": 1 - 1e-12, "breach": 1e-9}, "risk_aversion is 2072372[0-9.]*; it must be in"),
        (COIN, ODDS, {"floor": 0.5}, "floor is 0.5 and breach is not given; give both"),
        (COIN, ODDS, {"breach": 0.1}, "breach is 0.1 and floor is not given; give both"),
        (COIN, ODDS, {"floor": 0.5, "breach": 0.1, "risk_aversion": 3}, "give one of the two"),
        (COIN, ODDS, {"breach": 0.1, "risk_aversion": 3}, "give one of the two"),
        ([[2, 0], [3, 0]], ODDS, {}, "all is lost whatever the bets"),
        ([[2, 0.5], [3, 0.4]], ODDS, {"risk_aversion": 9}, r"no bets with E\[\(r'b\)\^-9\] <= 1; add cash"),
    ],
)
def test_what_kelly_refuses(returns: Any, odds: Any, how: dict[str, Any], words: str) -> None:
    with pytest.raises(CannotError, match=words):
        warchest.kelly(returns, odds, **how)


def test_probabilities_in_another_order_are_refused() -> None:
    table = pd.DataFrame({"up": [2.0, 1.0], "down": [0.0, 1.0]})
    with pytest.raises(CannotError, match=r"in the order \['down', 'up'\], returns in \['up', 'down'\]"):
        warchest.kelly(table, pd.Series({"down": 0.4, "up": 0.6}))


@pytest.mark.parametrize("name", ["cvxpy", "clarabel"])
def test_without_the_extra(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(CannotError, match=rf"{name}.*pip install warchest\[opt\]"):
        warchest.kelly(COIN, ODDS)


def test_bets_that_are_not_the_best_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever a solver says, its bets are held against the first-order conditions."""
    monkeypatch.setattr(question, "NEWTON_STEPS", 1)
    for wrong in (np.array([0.21, 0.79]), np.array([0.0, 1.0])):
        monkeypatch.setattr(question, "_solved", lambda *_, bets=wrong, **__: (bets, 0.0))
        with pytest.raises(CannotError, match="could not be verified"):
            warchest.kelly(COIN, ODDS)


def test_bets_that_break_the_constraint_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The best bets without the constraint, and a price of 0, meet all the conditions but the constraint."""
    monkeypatch.setattr(question, "NEWTON_STEPS", 1)
    monkeypatch.setattr(question, "_solved", lambda *_, **__: (np.array([0.2, 0.8]), 0.0))
    with pytest.raises(CannotError, match="could not be verified"):
        warchest.kelly(COIN, ODDS, risk_aversion=3.0)


def test_a_rough_answer_is_polished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bets a few thousandths off, with a price that is off too, still lead to the published ones."""
    returns, odds, _ = published()
    true = warchest.kelly(returns, odds, floor=0.7, breach=0.1)
    rough = true.bets + np.random.default_rng(2).uniform(0.0, 0.002, 20)
    monkeypatch.setattr(question, "_solved", lambda *_, **__: (rough / rough.sum(), 1.0))
    assert warchest.kelly(returns, odds, floor=0.7, breach=0.1).bets.tolist() == near(true.bets.tolist(), 1e-7)


@pytest.mark.parametrize("status", ["user_limit", "unbounded"])
def test_a_solver_that_stops_early_is_told(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr("cvxpy.Problem.status", property(lambda self: status))
    with pytest.raises(CannotError, match=f"its status is '{status}'"):
        warchest.kelly(COIN, ODDS)


def test_a_solver_that_fails_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    import cvxpy

    def fails(self: object, **_: object) -> None:
        raise cvxpy.SolverError("no luck")

    monkeypatch.setattr("cvxpy.Problem.solve", fails)
    with pytest.raises(CannotError, match="the solver gave up: no luck"):
        warchest.kelly(COIN, ODDS, risk_aversion=3.0)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: cf.kelly_fraction(1.2, 1.0), r"p is 1.2; it must be in \[0, 1\]"),
        (lambda: cf.kelly_fraction(0.6, 0.0), r"b is 0.0; it must be in \(0, inf\)"),
        (lambda: cf.kelly_growth(-0.1, 0.6, 1.0), "f is -0.1"),
        (lambda: cf.critical_fraction(1.0, 1.0), r"p is 1.0; it must be in \[0, 1\)"),
        (lambda: cf.proebsting_fraction(0.5, 5.0, 1.0, 2.0), r"held is 1.0; it must be in \[0, 1\)"),
        (lambda: cf.risk_aversion(0.7, 1.0), "breach is 1.0"),
        (lambda: cf.fractional_kelly_ever_below(0.0, 1.0), "level is 0.0"),
        (lambda: cf.fractional_kelly_reaches_first(1.0, 0.5, 1.0), "target is 1.0"),
        (lambda: cf.fractional_kelly_under_cap(0.5, math.nan), "breach is nan"),
        (lambda: cf.merton_fraction(0.1, 0.0, 0.0), "sigma is 0.0"),
        (lambda: cf.merton_weights([0.1], COVARIANCE, R), r"covariance has shape \(2, 2\); it must be \(1, 1\)"),
        (lambda: cf.merton_weights(MU, [[0.09, 0.03], [0.02, 0.04]], R), "covariance must be symmetric"),
        (lambda: cf.merton_weights(MU, [[0.09, 0.06], [0.06, 0.04]], R), "covariance must be positive definite"),
        (lambda: cf.merton_weights(MU, [[0.09, 0.07], [0.07, 0.04]], R), "covariance must be positive definite"),
        (lambda: cf.merton_growth([1.0], MU, 0.04, R), r"mu has shape \(2,\); it must be \(1,\)"),
        (lambda: cf.conditional_merton_fraction(0.1, 0.3, R, [0.03], [1.0, 2.0]), r"covariances has shape \(1,\)"),
        (lambda: cf.first_passage_probability(1.1, 0.05, 0.3, 1.0), "level is 1.1"),
        (lambda: cf.first_passage_probability(0.8, 0.05, 0.3, 0.0), "years is 0.0"),
        (lambda: cf.fraction_under_cap(0.12, 0.3, -0.08, 0.5, 10.0, 0.05), "r is -0.08: at that rate wealth is at 0.5"),
        (lambda: cf.fraction_under_cap(0.12, 0.3, 0.03, 0.5, 10.0, 0.0), "cap is 0.0"),
        (lambda: cf.gamblers_ruin(0.5, 11, 10), r"z is 11; it must be in \[0, 10.0\]"),
        (lambda: cf.gamblers_ruin(0.5, 2.5, 10), "both must be whole numbers of stakes"),
        (lambda: cf.gamblers_ruin(1.0, 2, 10), "p is 1.0"),
        (lambda: cf.expected_value_of_perfect_information(1.0, 0.0), "sd is 0.0"),
    ],
)
def test_what_the_closed_forms_refuse(ask: Any, words: str) -> None:
    with pytest.raises(CannotError, match=words):
        ask()


def test_the_solver_is_imported_only_when_asked() -> None:
    """Closed forms, and whatever `import warchest` brings, need no `opt` extra."""
    text = "import sys, warchest, warchest.questions.closed_forms; warchest.kelly; print('cvxpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True).stdout == "False\n"
