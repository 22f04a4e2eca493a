"""Sizes, growth and odds of ruin that a formula gives: Kelly, Merton, first passage, the gambler's ruin.

Probabilities, fractions of wealth and levels (shares of the wealth at the start) are plain numbers. Drifts mu, volatilities
sigma and rates r are continuous, a year: dS = mu S dt + sigma S dB. A wrong input raises CannotError.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from warchest.core.errors import CannotError
from warchest.core.inputs import number, square, vector
from warchest.core.layout import Array

if TYPE_CHECKING:
    import numpy.typing as npt

FAIR = 1e-8
"""A gambler's drift, times the stakes on the table, below which the formulas for a fair game lose fewer digits."""

# ------------------------------------------------------------------ Kelly: one coin


def kelly_fraction(p: float, b: float) -> float:
    """The share of wealth to bet on a coin for the fastest growth: p - (1 - p) / b, 0 without an edge.

    Args:
        p: Probability of winning.
        b: Odds: what one staked wins; lost, the stake is gone.

    Source: Kelly (1956), A New Interpretation of Information Rate.

    >>> round(kelly_fraction(0.6, 1.0), 9)
    0.2
    """
    return proebsting_fraction(p, b, held=0.0, b_held=b)


def proebsting_fraction(p: float, b: float, held: float, b_held: float) -> float:
    """The share of wealth to bet once more on the same toss, offered at odds b while an earlier bet on it is held.

    It maximises p ln(1 + held b_held + f b) + (1 - p) ln(1 - held - f), so f = p (1 - held) - (1 - p) (1 + held b_held) / b,
    and 0 where that is below 0: a bet held cannot be taken back.

    Args:
        p: Probability of winning.
        b: Odds of the new bet.
        held: Share of wealth already staked, below 1.
        b_held: Odds at which it was staked.

    Source: Proebsting's paradox, Thorp (2008), Understanding the Kelly Criterion.

    >>> round(proebsting_fraction(0.5, 5.0, held=0.25, b_held=2.0), 9)
    0.225
    """
    p, b, b_held = number("p", p, "[0, 1]"), number("b", b, "(0, inf)"), number("b_held", b_held, "(0, inf)")
    held = number("held", held, "[0, 1)")
    return max(0.0, p * (1.0 - held) - (1.0 - p) * (1.0 + held * b_held) / b)


def kelly_growth(f: float, p: float, b: float) -> float:
    """Growth of wealth a toss, p ln(1 + b f) + (1 - p) ln(1 - f), when the share f is bet; -inf where all can be lost.

    The coin is that of `kelly_fraction`.

    Source: Kelly (1956).

    >>> round(kelly_growth(0.2, 0.6, 1.0), 10)
    0.0201355136
    """
    from scipy.special import xlog1py

    f, p, b = number("f", f, "[0, 1]"), number("p", p, "[0, 1]"), number("b", b, "(0, inf)")
    return float(xlog1py(p, b * f) + xlog1py(1.0 - p, -f))


def critical_fraction(p: float, b: float) -> float:
    """The share of wealth beyond which betting shrinks it: growth is 0 again there; 0 without an edge.

    The coin is that of `kelly_fraction`, p below 1: who cannot lose has no such share.

    Source: Thorp (2006), The Kelly Criterion in Blackjack, Sports Betting and the Stock Market.

    >>> round(critical_fraction(0.53, 1.0), 10)
    0.1197121383
    """
    from scipy.optimize import brentq

    best = kelly_fraction(number("p", p, "[0, 1)"), b)
    most = math.nextafter(1.0, 0.0)
    if best == 0.0:
        return 0.0
    if kelly_growth(most, p, b) >= 0.0:
        return 1.0
    return float(brentq(lambda f: kelly_growth(f, p, b), best, most, xtol=1e-15))


# ------------------------------------------------------------------ Kelly: bounds on the drawdown


def risk_aversion(floor: float, breach: float) -> float:
    """The lambda with which E[(wealth after / before)^-lambda] <= 1 gives P(wealth ever < floor) < breach: their logs' ratio.

    Args:
        floor: alpha, a share of the wealth at the start.
        breach: beta, the probability of ever falling below it.

    Source: Busseti, Ryu and Boyd (2016), arXiv:1603.06183.

    >>> round(risk_aversion(0.7, 0.1), 4)
    6.4557
    """
    floor, breach = number("floor", floor, "(0, 1)"), number("breach", breach, "(0, 1)")
    return math.log(breach) / math.log(floor)


def fractional_kelly_ever_below(level: float, c: float) -> float:
    """P(wealth ever <= level) when c times the Kelly bet is held for ever: level^(2/c - 1), and 1 from c = 2 on.

    Wealth follows a geometric Brownian motion and is counted in units of the riskless account; looked at continuously.

    Args:
        level: Share of the wealth at the start.
        c: Multiple of the Kelly bet.

    Source: Thorp (2006); MacLean, Ziemba and Blazenko (1992).

    >>> fractional_kelly_ever_below(0.5, 1.0), fractional_kelly_ever_below(0.5, 0.5)
    (0.5, 0.125)
    """
    level, c = number("level", level, "(0, 1]"), number("c", c, "(0, inf)")
    return float(level ** max(0.0, 2.0 / c - 1.0))


def fractional_kelly_reaches_first(target: float, level: float, c: float) -> float:
    """P(wealth reaches the target before it falls to the level) at c times Kelly: (1 - a^t) / (b^t - a^t), t = 1 - 2/c.

    Wealth as in `fractional_kelly_ever_below`; at c = 2 its logarithm is a fair game: ln a / (ln a - ln b).

    Args:
        target: b, a multiple of the wealth at the start, above 1.
        level: a, a share of it.
        c: Multiple of the Kelly bet.

    Source: Thorp (2006); MacLean, Ziemba and Blazenko (1992).

    >>> round(fractional_kelly_reaches_first(2.0, 0.5, c=0.5), 7)
    0.8888889
    """
    up, down = math.log(number("target", target, "(1, inf)")), math.log(number("level", level, "(0, 1)"))
    theta = 1.0 - 2.0 / number("c", c, "(0, inf)")
    if abs(theta) * (up - down) < FAIR:
        return -down / (up - down)
    if theta > 0.0:  # each exponent is kept below 0, so that nothing overflows
        return math.exp(-theta * up) * math.expm1(theta * down) / math.expm1(theta * (down - up))
    return math.expm1(-theta * down) / math.expm1(theta * (up - down))


def fractional_kelly_under_cap(level: float, cap: float) -> float:
    """The multiple c of the Kelly bet at which P(wealth ever <= level) is just the cap: 2 / (1 + ln cap / ln level).

    Args:
        level: Share of the wealth at the start.
        cap: Probability of ever falling to it that is still accepted.

    Source: `fractional_kelly_ever_below` solved for c; Busseti, Ryu and Boyd (2016).

    >>> round(fractional_kelly_under_cap(0.7, 0.1), 7)
    0.2682513
    """
    return 2.0 / (1.0 + risk_aversion(level, cap))


# ------------------------------------------------------------------ Merton: assets in continuous time


def merton_fraction(mu: float, sigma: float, r: float) -> float:
    """The share of wealth in one asset for the fastest growth: (mu - r) / sigma^2, short where that is below 0.

    Args:
        mu: Drift of the asset.
        sigma: Its volatility.
        r: Riskless rate, at which one may lend and borrow.

    Source: Merton (1969), Lifetime Portfolio Selection under Uncertainty, logarithmic utility.

    >>> round(merton_fraction(0.11, 0.15, 0.06), 7)
    2.2222222
    """
    return conditional_merton_fraction(mu, sigma, r, [], [])


def conditional_merton_fraction(
    mu: float, sigma: float, r: float, covariances: npt.ArrayLike, held: npt.ArrayLike
) -> float:
    """The share of wealth in one more asset while the others are held as they are: ((mu - r) - sum cov held) / sigma^2.

    Args:
        mu: Drift of the new asset.
        sigma: Its volatility.
        r: Riskless rate.
        covariances: Of the new asset with each one held, shape (n,).
        held: Shares of wealth in those, shape (n,).

    Source: the first-order condition of Merton (1969) for one asset.

    >>> round(conditional_merton_fraction(0.08, 0.2, 0.03, [0.03], [0.4814815]), 7)
    0.8888889
    """
    mu, sigma, r = number("mu", mu), number("sigma", sigma, "(0, inf)"), number("r", r)
    weights = vector("held", held)
    shared = vector("covariances", covariances, len(weights))
    return float((mu - r - shared @ weights) / sigma**2)


def merton_weights(mu: npt.ArrayLike, covariance: npt.ArrayLike, r: float) -> Array:
    """The shares of wealth in several assets for the fastest growth: covariance^-1 (mu - r); the rest is lent or borrowed.

    Args:
        mu: Drifts, shape (n,).
        covariance: A year, shape (n, n).
        r: Riskless rate.

    Source: Merton (1969), logarithmic utility.

    >>> merton_weights([0.10, 0.08], [[0.09, 0.03], [0.03, 0.04]], 0.03).round(7).tolist()
    [0.4814815, 0.8888889]
    """
    drifts = vector("mu", mu)
    table, r = square("covariance", covariance, len(drifts)), number("r", r)
    if not len(drifts) or np.linalg.eigvalsh(table)[0] <= len(drifts) * np.finfo(float).eps * np.trace(table):
        raise CannotError("covariance must be positive definite: here some mix of the assets has no risk")
    weights: Array = np.linalg.solve(table, drifts - r)
    return weights


def merton_growth(weights: npt.ArrayLike, mu: npt.ArrayLike, covariance: npt.ArrayLike, r: float) -> float:
    """Growth of wealth a year with constant shares w: r + w'(mu - r) - w' covariance w / 2.

    Args:
        weights: Shares of wealth, shape (n,), or one number.
        mu: Drifts, of the same shape.
        covariance: A year, shape (n, n), or one variance.
        r: Riskless rate.

    Source: Merton (1969); Thorp (2006).

    >>> round(merton_growth(2.2222222, 0.11, 0.15**2, 0.06), 7)
    0.1155556
    """
    shares, rate = vector("weights", weights), number("r", r)
    excess = vector("mu", mu, len(shares)) - rate
    return float(rate + shares @ excess - merton_volatility(shares, covariance) ** 2 / 2.0)


def merton_volatility(weights: npt.ArrayLike, covariance: npt.ArrayLike) -> float:
    """Volatility of wealth a year with constant shares, sqrt(w' covariance w); arguments as in `merton_growth`.

    Source: Merton (1969).

    >>> round(merton_volatility(2.2222222, 0.15**2), 7)
    0.3333333
    """
    shares = vector("weights", weights)
    return math.sqrt(max(0.0, float(shares @ square("covariance", covariance, len(shares)) @ shares)))


# ------------------------------------------------------------------ first passage


def first_passage_probability(level: float, mu: float, sigma: float, years: float) -> float:
    """P(a geometric Brownian motion touches the level within the years), looked at continuously.

    N((b - nu T) / s) + exp(2 nu b / sigma^2) N((b + nu T) / s) with b = ln level, nu = mu - sigma^2 / 2, s = sigma sqrt(T).

    Args:
        level: Share of the value at the start.
        mu: Its drift.
        sigma: Its volatility.
        years: T.

    Source: Harrison (1985), Brownian Motion and Stochastic Flow Systems.

    >>> round(first_passage_probability(0.8, 0.05, 0.3, 1.0), 6)
    0.451333
    """
    from scipy.special import log_ndtr

    b = math.log(number("level", level, "(0, 1]"))
    mu, sigma, years = number("mu", mu), number("sigma", sigma, "(0, inf)"), number("years", years, "(0, inf)")
    nu, s = mu - sigma**2 / 2.0, sigma * math.sqrt(years)
    below, back = log_ndtr((b - nu * years) / s), log_ndtr((b + nu * years) / s)
    return float(min(1.0, np.exp(below) + np.exp(2.0 * nu * b / sigma**2 + back)))


def fraction_under_cap(mu: float, sigma: float, r: float, level: float, years: float, cap: float) -> float:
    """The largest share of wealth, held constant, at which P(wealth touches the level within the years) is at most the cap.

    The rest is lent or borrowed at r. What grows fastest under the cap is the smaller of this and `merton_fraction`.

    Args:
        mu: Drift of the asset.
        sigma: Its volatility.
        r: Riskless rate.
        level: Share of the wealth at the start.
        years: How long it must hold.
        cap: Probability that is still accepted.

    Source: `first_passage_probability` solved for the share of wealth.

    >>> round(fraction_under_cap(0.12, 0.30, 0.03, 0.5, 10.0, 0.05), 6)
    0.644657
    """
    from scipy.optimize import brentq

    mu, r, cap = number("mu", mu), number("r", r), number("cap", cap, "(0, 1)")
    sigma, years = number("sigma", sigma, "(0, inf)"), number("years", years, "(0, inf)")
    if r * years <= math.log(number("level", level, "(0, 1)")):
        raise CannotError(f"r is {r:g}: at that rate wealth is at {level:g} within {years:g} years without any risk")

    # ln W / f meets its barrier when sigma B <= (ln level - r t) / f - (mu - r) t + f sigma^2 t / 2, which rises with f.
    def excess(f: float) -> float:
        return -cap if f == 0.0 else first_passage_probability(level, r + f * (mu - r), f * sigma, years) - cap

    most = 1.0
    while excess(most) < 0.0:
        most *= 2.0
    return float(brentq(excess, 0.0, most, xtol=1e-12))


# ------------------------------------------------------------------ the gambler's ruin


def gamblers_ruin(p: float, z: float, a: float) -> float:
    """P(a gambler with z who stakes 1 a game is at 0 before he is at a): ((q/p)^a - (q/p)^z) / ((q/p)^a - 1), q = 1 - p.

    Args:
        p: Probability of winning one game, in (0, 1).
        z: What he has, a whole number of stakes.
        a: What he wants, likewise.

    Source: Feller, An Introduction to Probability Theory and Its Applications I, XIV.2.

    >>> round(gamblers_ruin(0.45, 9, 10), 7)
    0.2100562
    """
    p, a = number("p", p, "(0, 1)"), number("a", a, "[1, inf)")
    z = number("z", z, f"[0, {a}]")
    if z % 1.0 or a % 1.0:
        raise CannotError(f"z is {z:g} and a is {a:g}; both must be whole numbers of stakes")
    slope = math.log1p(-p) - math.log(p)
    if abs(slope) * a < FAIR:
        return 1.0 - z / a
    if slope > 0.0:  # each exponent is kept below 0, so that nothing overflows
        return math.expm1(-slope * (a - z)) / math.expm1(-slope * a)
    return math.exp(slope * z) * math.expm1(slope * (a - z)) / math.expm1(slope * a)


def gamblers_ruin_duration(p: float, z: float, a: float) -> float:
    """Expected games until the gambler of `gamblers_ruin` is at 0 or a: (z - a P(a first)) / (q - p), z (a - z) at p = 1/2.

    Source: Feller I, XIV.3.

    >>> round(gamblers_ruin_duration(0.45, 9, 10), 4)
    11.0056
    """
    lost, drift = gamblers_ruin(p, z, a), 1.0 - 2.0 * p
    return float(z * (a - z) if abs(drift) * a < FAIR else (z - a * (1.0 - lost)) / drift)


# ------------------------------------------------------------------ what it is worth to know


def expected_value_of_perfect_information(mean: float, sd: float) -> float:
    """What knowing d is worth before choosing between d and 0, d ~ N(mean, sd): sd phi(m/sd) + m N(m/sd) - max(m, 0).

    Args:
        mean: Of the difference between the two actions, in any unit.
        sd: Its standard deviation, in the same unit.

    Returns:
        The worth, in that unit; with the part of the sd that could be learnt, the worth of learning that part.

    Source: Raiffa and Schlaifer (1961), Applied Statistical Decision Theory, the unit normal loss.

    >>> round(expected_value_of_perfect_information(1.0, 5**0.5), 7)
    0.4798107
    """
    from scipy.special import ndtr

    mean, sd = number("mean", mean), number("sd", sd, "(0, inf)")
    distance = abs(mean) / sd
    density = math.exp(-(distance**2) / 2.0) / math.sqrt(2.0 * math.pi)
    return float(sd * density - abs(mean) * ndtr(-distance))
