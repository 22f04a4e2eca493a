"""Rows of other people's numbers about jumps, drawdowns, defaults and tails, and yardsticks held against them and each other."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, special, stats
from scipy.linalg import expm

from yardsticks.drawdowns import drawdown_function, expected_max_drawdown, max_drawdown_odds
from yardsticks.kou import kou_first_passage
from yardsticks.merton_debt import firm_of
from yardsticks.monitored import alone, first_passage
from yardsticks.monitored_drawdowns import expected_monitored_drawdown, monitored_drawdown_odds
from yardsticks.step_law import Jumps, StepLaw, Tail
from yardsticks.two_barriers import none_met, one_met

SHIFT = 0.5825971579
"""-zeta(1/2) / sqrt(2 pi): standard deviations of a step that a grid misses of an extreme (Broadie, Glasserman, Kou 1997)."""

# ------------------------------------------------------------------ rows


@pytest.mark.parametrize(("intensity", "odds"), [(3.0, 0.25584), (0.0, 0.26061)])
def test_first_passage_with_jumps(intensity: float, odds: float) -> None:
    """S13: mu = .1, sigma = .2, p = .5, eta = 50 and 33.333, b = .3, t = 1 (R, O; Kou and Wang 2003)."""
    assert kou_first_passage(0.3, 1.0, 0.1, 0.2, intensity, 0.5, 50.0, 100 / 3) == pytest.approx(odds, abs=2e-5)


S14 = {0.1: (0.2428396, 0.3263440), 0.5: (0.4625377, 0.8857938), 10.0: (1.0875393, 10.5000110)}


def test_expected_drawdown_without_drift() -> None:
    """S14: mu = 0, sigma = T = 1 (O): sqrt(pi / 2)."""
    assert expected_max_drawdown(0.0, 1.0, 1.0) == pytest.approx(1.2533141, abs=1e-6)


@pytest.mark.parametrize("x", S14)
def test_expected_drawdown_with_drift(x: float) -> None:
    """S14: QP and QN (O; table fBasics::maxddStats)."""
    assert drawdown_function(x, up=True) == pytest.approx(S14[x][0], abs=1e-5)
    assert drawdown_function(x, up=False) == pytest.approx(S14[x][1], abs=1e-5 if x < 10.0 else 2e-5)


def test_no_drawdown_is_deeper_than_the_range() -> None:
    """S14 at x = 10: half of E[highest - lowest] is 10.4999997, so the row's 10.5000110 is too much by 1.1e-5 at least."""
    years = 20.0

    def odds(h: float, mu: float) -> float:  # of a maximum above h
        down, back = special.ndtr((mu * years - h) / years**0.5), special.log_ndtr((-mu * years - h) / years**0.5)
        return float(down + np.exp(2.0 * mu * h + back))

    mean = sum(integrate.quad(odds, 0.0, 80.0, args=(mu,), epsabs=1e-12, limit=500)[0] for mu in (-1.0, 1.0)) / 2.0
    assert mean == pytest.approx(10.4999997, abs=1e-7)
    assert mean - 1e-5 < drawdown_function(10.0, up=False) < mean < S14[10.0][1]


def test_what_shares_say_about_a_firm() -> None:
    """S16: E = 3, sigma_E = .8, r = .05, T = 1, D = 10 (R, F; Hull)."""
    firm = firm_of(shares=3.0, volatility=0.8, rate=0.05, years=1.0, due=10.0)
    assert firm == pytest.approx((12.39539, 0.2123047, 0.1269712, 0.0122901), abs=1e-5)


S19 = {0.0: (0.457645, 0.069460), 0.4: (0.413042, 0.114063), 0.8: (0.349813, 0.177292)}


@pytest.mark.parametrize("rho", S19)
def test_two_barriers(rho: float) -> None:
    """S19: driftless log prices, sigma = .4 both, b = 1, t = 5 (O; Zhou 2001)."""
    far, years = 1.0 / 0.4, 5.0
    either = 1.0 - none_met(far, far, rho, years)
    assert either == pytest.approx(S19[rho][0], abs=2e-6)
    assert 2.0 * one_met(far, years) - either == pytest.approx(S19[rho][1], abs=2e-6)


S29 = {"normal": (294.3, 337.1), "t4": (335.1, 466.9)}


@pytest.mark.parametrize("law", S29)
def test_value_at_risk_and_what_lies_beyond(law: str) -> None:
    """S29: 10,000 at 20 % a year, a day of 250, 99 % (R; MFE table 2.1); and of a million even quantiles."""
    sigma, level = 10_000 * 0.2 / math.sqrt(250), 0.01
    chosen = stats.norm() if law == "normal" else stats.t(4.0, scale=math.sqrt(0.5))
    var = -sigma * chosen.ppf(level)
    beyond = sigma * integrate.quad(lambda z: -z * chosen.pdf(z), -np.inf, chosen.ppf(level))[0] / level
    assert (var, beyond) == pytest.approx(S29[law], abs=0.1)
    losses = np.sort(-sigma * chosen.ppf((np.arange(1_000_000) + 0.5) / 1_000_000))[-10_000:]
    assert (losses[0], losses.mean()) == pytest.approx(S29[law], abs=0.1)


# ------------------------------------------------------------------ yardsticks on a grid


S10 = {252: 0.429664, 52: 0.405083, 12: 0.361172}


@pytest.mark.parametrize("count", S10)
def test_a_barrier_seen_on_a_grid(count: int) -> None:
    """S10 by recursion (O), and with jumps that never come, or with regimes that are alike."""
    law = StepLaw((0.05 - 0.3**2 / 2) / count, 0.3 / math.sqrt(count))
    assert first_passage(0.8, alone(law, count)).odds[-1] == pytest.approx(S10[count], abs=1e-6)
    never = StepLaw(law.mean, law.sd, (Jumps(0.0, 0.4, 0.1, 0.2),))
    assert first_passage(0.8, alone(never, count)).odds[-1] == pytest.approx(S10[count], abs=1e-6)
    same = first_passage(0.8, [[law, law]] * count, np.array([[0.7, 0.3], [0.1, 0.9]]))
    assert same.odds[-1] == pytest.approx(S10[count], abs=1e-6)


def test_half_the_nodes_give_the_same() -> None:
    law = StepLaw(0.0, 0.06, (Jumps(0.25, 0.3, 0.05, 0.10),))
    fine, coarse = (first_passage(0.8, alone(law, 52), owed=math.log(0.7), fineness=f) for f in (3.4, 2.3))
    np.testing.assert_allclose(fine.odds, coarse.odds, atol=1e-8)
    np.testing.assert_allclose(fine.short, coarse.short, atol=1e-8)


@pytest.mark.parametrize("x", [-0.15, -0.03, 0.0, 0.06])
def test_a_step_with_jumps_is_a_mixture(x: float) -> None:
    """P(move <= x) with no jump and with one, by quadrature; two come once in two million steps."""
    count, sd, up, down = 1e-3, 0.02, 0.05, 0.10
    law = StepLaw(0.001, sd, (Jumps(count, 0.4, up, down),))
    rise = integrate.quad(lambda j: special.ndtr((x - 0.001 - j) / sd) * math.exp(-j / up) / up, 0.0, 2.0)[0]
    fall = integrate.quad(lambda j: special.ndtr((x - 0.001 + j) / sd) * math.exp(-j / down) / down, 0.0, 4.0)[0]
    one = math.exp(-count) * (special.ndtr((x - 0.001) / sd) + count * (0.4 * rise + 0.6 * fall))
    assert float(law.below(x)) == pytest.approx(one, abs=count**2)


@pytest.mark.parametrize("degrees", [3.0, 7.5])
@pytest.mark.parametrize("x", [-0.6, -0.05, 0.0, 0.2])
def test_a_step_with_tails_is_a_mixture(x: float, degrees: float) -> None:
    """P(move <= x), over the chi-square by quadrature: normal, with the standard deviation of each W = degrees / chi-square up to 50."""

    def mean_of(value: Callable[[float], float]) -> float:
        edge = degrees / 50.0
        pieces = [
            integrate.quad(lambda c: value(degrees / c) * stats.chi2.pdf(c, degrees), *ends, epsabs=1e-13, limit=200)[0]
            for ends in ((edge, degrees), (degrees, 200.0))
        ]
        return float(sum(pieces) + value(50.0) * stats.chi2.cdf(edge, degrees))

    unit = 0.1 / math.sqrt(mean_of(lambda w: w))
    law = StepLaw(0.01, 0.0, (), (Tail(0.1, degrees),))
    assert float(law.below(x)) == pytest.approx(
        mean_of(lambda w: special.ndtr((x - 0.01) / (unit * math.sqrt(w)))), abs=1e-9
    )


def test_without_a_cap_it_is_student_t() -> None:
    """The quantiles of t(8) of variance one, where the cap is so far off that nobody gets there."""
    law = StepLaw(0.0, 0.0, (), (Tail(0.05, 8.0, 1e3),))
    odds = [0.0001, 0.01, 0.25, 0.999]
    assert law.below(stats.t(8.0, scale=0.05 * math.sqrt(6.0 / 8.0)).ppf(odds)).tolist() == pytest.approx(
        odds, abs=1e-9
    )


def test_a_fine_grid_sees_what_a_continuous_look_sees() -> None:
    """S13 on its side: the lower barrier of the mirrored price, moved by the shift, on 250 dates; unmoved it is met less often."""
    step, law = 1 / 250, StepLaw(-0.1 / 250, 0.2 / math.sqrt(250), (Jumps(3.0 / 250, 0.5, 0.03, 0.02),))
    moved = -0.3 + SHIFT * 0.2 * math.sqrt(step)
    assert first_passage(math.exp(moved), alone(law, 250)).odds[-1] == pytest.approx(0.25584, abs=3e-4)
    assert first_passage(math.exp(-0.3), alone(law, 250)).odds[-1] < 0.25584 - 0.004


def test_two_steps_of_two_regimes() -> None:
    """All four sequences of regimes, each a normal pair of prices: 1 - P(both above the level)."""
    switch = expm(np.array([[-2.0, 2.0], [6.0, -6.0]]) / 12)
    laws, low = [StepLaw(0.01, 0.04), StepLaw(-0.03, 0.12)], math.log(0.9)
    total = 0.0
    for i, first in enumerate(laws):
        for j, second in enumerate(laws):
            v, w = first.sd**2, second.sd**2
            pair = stats.multivariate_normal([first.mean, first.mean + second.mean], [[v, v], [v, v + w]])
            beneath = stats.norm(first.mean, first.sd).cdf(low) + stats.norm(
                first.mean + second.mean, math.sqrt(v + w)
            ).cdf(low)
            total += switch[0, i] * switch[i, j] * (beneath - pair.cdf([low, low]))
    assert first_passage(0.9, [laws, laws], switch).odds[-1] == pytest.approx(total, abs=1e-5)


def test_what_a_lender_without_recourse_loses() -> None:
    """After one step that is a put (Black and Scholes 1973); after many, by a change of measure.

    Of a price whose mean stays 1, E[price when met; met] is the odds of being met when the price itself weighs the paths: under
    a log drift higher by sigma^2 (Girsanov).
    """
    sd, ltv, line = 0.3, 0.6, 0.8
    found = first_passage(ltv / line, alone(StepLaw(-(sd**2) / 2, sd), 1), owed=math.log(ltv))
    d = (math.log(1 / ltv) - sd**2 / 2) / sd
    put = ltv * special.ndtr(-d) - special.ndtr(-d - sd)
    assert ltv * found.short[-1] == pytest.approx(put, abs=1e-12)
    assert found.odds[-1] == pytest.approx(special.ndtr((math.log(ltv / line) + sd**2 / 2) / sd), abs=1e-12)
    law = StepLaw(-(0.05**2) / 2, 0.05)
    at_line, tilted = (first_passage(0.8, alone(chosen, 52)) for chosen in (law, law.moved(0.05**2)))
    met = 0.8 * (at_line.odds[-1] - at_line.short[-1])  # E[price; met], of 1 - short of the level
    assert met == pytest.approx(tilted.odds[-1], abs=1e-9)


@pytest.mark.parametrize("mu", [-0.2, 0.0, 0.3])
def test_drawdowns_seen_on_a_grid(mu: float) -> None:
    """S14 with twice the shift, since the highest and the lowest are both missed; odds likewise, and one step by itself."""
    sd = math.sqrt(1 / 252)
    law = StepLaw(mu / 252, sd)
    seen = expected_monitored_drawdown(252, law)
    assert seen + 2.0 * SHIFT * sd == pytest.approx(expected_max_drawdown(mu, 1.0, 1.0), abs=2e-3)
    odds = max_drawdown_odds(np.array([1.2 + 2.0 * SHIFT * sd]), mu, 1.0, 1.0)[0]
    assert monitored_drawdown_odds(1.2, 252, law)[-1] == pytest.approx(odds, abs=2e-3)
    assert monitored_drawdown_odds(0.1, 1, law)[0] == pytest.approx(special.ndtr((-0.1 - law.mean) / sd), abs=1e-12)


def test_black_cox_by_recursion() -> None:
    """S18 as it is seen monthly and weekly: the recursion, and the continuous formula's .3354125 moved by the shift."""
    for count, wide in ((60, 2e-3), (260, 3e-4)):
        dt = 5.0 / count
        law = StepLaw((0.04 - 0.25**2 / 2) * dt, 0.25 * math.sqrt(dt))
        found = first_passage(0.6, alone(law, count)).odds[-1]
        low, nu = math.log(0.6) - SHIFT * 0.25 * math.sqrt(dt), 0.04 - 0.25**2 / 2
        root = 0.25 * math.sqrt(5.0)
        moved = special.ndtr((low - nu * 5) / root) + math.exp(2 * nu * low / 0.25**2) * special.ndtr(
            (low + nu * 5) / root
        )
        assert found == pytest.approx(moved, abs=wide)
        assert found < 0.3354125
