"""Bets whose outcomes hang on the market's factors: a Gaussian copula, and nothing else changes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from houses import close, house
from warchest.core.errors import InputError
from warchest.questions.together import size_together
from warchest.simulation import simulate

TEXT = """
house: Two bets
as_of: 2026-01-02
currency: USD
cash: 100
limits: {{ltv_max: 90%}}
holdings: {{Acme: {{kind: listed, shares: 1, price: 1, volatility: 40%, loadings: {{world: 1}}}}}}
market: {{model: {model}, factors: {{world: {{volatility: 16%}}, tech: {{volatility: 10%}}}}, rate: 0}}
policy: {{kind: planned, limit: funding}}
bets:
  A: {{cheque: 10, date: 2026-01-02, outcome: {{kind: table, multiples: [0, 4], odds: [70%, 30%], years: 2}}{a}}}
  B: {{cheque: 20, date: 2026-01-02, outcome: {{kind: table, multiples: [0, 4], odds: [70%, 30%], years: 2}}{b}}}
horizon: 2y
step: month
"""


def two(a: str = "", b: str = "", model: str = "lognormal"):
    return house(TEXT.format(a=a, b=b, model=model))


def both_win(chosen, paths=40_000):
    """How often both bets return 4x: only then do the cheques of 10 and 20 leave 100 + 1 + 30 + 60 or so."""
    nav = simulate(chosen, paths, seed=3).paths["nav"].to_numpy()
    return (nav > 175.0).mean()  # 100 + 90 less the share's moves; one alone makes at most 160 and the share


@pytest.mark.parametrize("model", ["lognormal", "student_t"])
def test_two_bets_tied_to_one_factor_win_together(model: str) -> None:
    """P(both) = Phi_2(x, x; a b) with x the 30 % point, whatever the mixing of the returns."""
    for loading in (0.0, 0.6, 0.95):
        tie = "" if loading == 0.0 else f", loadings: {{world: {loading}}}"
        found = both_win(two(tie, tie, model))
        x = norm.ppf(0.3)
        rho = loading**2
        truth = multivariate_normal([0.0, 0.0], [[1.0, rho], [rho, 1.0]]).cdf([x, x]) if rho else 0.09
        close(found, truth, math.sqrt(truth * (1 - truth) / 40_000), 0.01)


def test_a_tie_moves_with_a_share_of_the_same_factor() -> None:
    """P(the bet wins and the share ends above its median) = Phi_2(x, 0; .8 x .16 / .40): the share's log return is 40 % world."""
    left = simulate(two(a=", loadings: {world: 0.8}"), 40_000, seed=5).paths["nav"].to_numpy().astype(float) - 70.0
    left -= 80.0 * (left >= 80.0)  # B returned
    wins = left >= 40.0
    share = left - 40.0 * wins
    rho = 0.8 * 0.16 / 0.40
    truth = multivariate_normal([0.0, 0.0], [[1.0, rho], [rho, 1.0]]).cdf([norm.ppf(0.3), 0.0])
    found = np.mean(wins & (share > np.median(share)))
    close(found, truth, math.sqrt(truth * (1 - truth) / 40_000), 0.01)
    assert truth > 0.15 + 0.03


def test_a_tie_changes_no_price_and_no_other_bet() -> None:
    """B is untied in both: where A's outcome is the same, so is everything."""
    tied, free = (simulate(two(a=a), 4_000, seed=7).paths["nav"].to_numpy() for a in (", loadings: {world: 0.5}", ""))
    difference = np.round((tied - free) / 40.0, 6)  # A returns 0 or 40
    assert set(np.unique(difference)) <= {-1.0, 0.0, 1.0}
    assert 0.1 < np.mean(difference != 0.0) < 0.5


def test_odds_stay_as_stated() -> None:
    nav = simulate(two(a=", loadings: {world: 0.7, tech: -0.6}"), 40_000, seed=9).paths["nav"].to_numpy()
    wins = np.mean((nav > 105.0) & (nav < 130.0) | (nav > 175.0))  # A wins: 100 - 30 + 40, or with B
    close(wins, 0.3, math.sqrt(0.21 / 40_000), 0.01)


@pytest.mark.parametrize(
    ("tie", "words"),
    [
        (", loadings: {wrld: 0.5}", "'wrld' is not a factor"),
        (", loadings: {world: 0.9, tech: 0.9}", "squares add up to 1.62"),
    ],
)
def test_wrong_ties_are_refused(tie: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        two(a=tie)


def test_two_bets_of_one_kind_are_sized_together() -> None:
    """Independent twins get the same size, each less than alone; tied to one factor, less again."""
    free = size_together(two(), ["A", "B"], ruin_cap=None, paths=6_000).to_dict()
    tie = ", loadings: {world: 0.95}"
    tied = size_together(two(tie, tie), ["A", "B"], ruin_cap=None, paths=6_000).to_dict()
    a, b = (found["cheque"] for found in free["bets"])
    assert abs(a - b) < 0.25 * (a + b)
    assert a + b > sum(found["cheque"] for found in tied["bets"])
    assert free["together"]["growth"] > tied["together"]["growth"]
