"""Numbers that nobody here made up: formulas by quadrature of one's own, and the tables of papers, each named in its test."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable

import numpy as np
import pytest
from scipy import integrate, optimize, special, stats

from houses import close, house, mean_close
from warchest.compile import compile_house, compile_market
from warchest.engine.run import Workspace, generator
from warchest.engine.sales import permanent_impact, sale_cost
from warchest.engine.trace import lived
from warchest.house import House
from warchest.questions.value import value

# ------------------------------------------------------------------ the law of one step of a Student-t market

TAIL, CAP = 4.0, 50.0
DRAWS = 4_000_000
"""Steps that an estimate is made of: one step is a draw of its own, whichever path it lies on."""


def expected(of: Callable[[float], float], cap: float = CAP) -> float:
    """E[of(W)], W = min(cap, 4 / chi-square(4)), by quadrature over the logarithm of the chi-square."""

    def density(y: float) -> float:
        return of(min(cap, TAIL * math.exp(-y))) * stats.chi2.pdf(math.exp(y), TAIL) * math.exp(y)

    bends = [-50.0, *([] if math.isinf(cap) else [math.log(TAIL / cap)]), 6.0]
    pieces = itertools.pairwise(bends)
    return math.fsum(integrate.quad(density, *piece, epsabs=0.0, epsrel=1e-9, limit=500)[0] for piece in pieces)


def both_below(a: float, rho: float) -> float:
    """P(X <= a, Y <= a) of standard normals with correlation rho: Phi(a) - 2 T(a, sqrt((1 - rho) / (1 + rho))) (Owen 1956)."""
    return float(special.ndtr(a) - 2.0 * special.owens_t(a, math.sqrt((1.0 - rho) / (1.0 + rho))))


def quantile(level: float, cap: float = CAP) -> float:
    """Where sqrt(W) x a standard normal lies below with probability `level`."""

    def beyond(q: float) -> float:
        return expected(lambda w: float(special.ndtr(q / math.sqrt(w))), cap) / level - 1.0

    return float(optimize.brentq(beyond, -1e6, -0.1))


def together(rho: float, level: float, cap: float = CAP) -> float:
    """P(both of two such moves lie below their quantile at `level`) / level."""
    q = quantile(level, cap)
    return expected(lambda w: both_below(q / math.sqrt(w), rho), cap) / level


def tail_dependence(rho: float, nu: float = TAIL) -> float:
    """What this tends to without a cap: 2 t_{nu + 1}(-sqrt((nu + 1)(1 - rho) / (1 + rho)))."""
    return 2.0 * float(stats.t.cdf(-math.sqrt((nu + 1.0) * (1.0 - rho) / (1.0 + rho)), nu + 1.0))


S28 = {0.0: 0.0756, 0.5: 0.2532, 0.9: 0.6298}


@pytest.mark.parametrize("rho", S28)
def test_the_limit_of_tail_dependence(rho: float) -> None:
    """S28: nu = 4 (F; Embrechts, McNeil, Straumann 2002); the quadrature below tends to it, as the root of the level."""
    assert tail_dependence(rho) == pytest.approx(S28[rho], abs=1e-4)
    assert together(rho, 1e-9, cap=math.inf) == pytest.approx(tail_dependence(rho), abs=1e-4)


# ------------------------------------------------------------------ what the market draws

PAIR = """
house: Two shares that fall together
as_of: 2026-01-02
currency: USD
holdings:
  Calm: {{kind: listed, shares: 1, price: 100, growth: 0%, volatility: {calm!r}, loadings: {{world: {calm_beta!r}}}}}
  Wild: {{kind: listed, shares: 1, price: 100, growth: 0%, volatility: {wild!r}, loadings: {{world: {wild_beta!r}}}}}
market: {{model: student_t, tail: 4, factors: {{world: {{volatility: 16%}}}}, rate: 0%}}
step: {step}
horizon: 1y
"""
STEPS = {"day": 252, "month": 12}


def pair(rho: float, calm: float, wild: float, step: str) -> House:
    """Two shares whose log returns have correlation rho: each has sqrt(rho) of its volatility from the factor."""
    betas = {f"{name}_beta": math.sqrt(rho) * s / 0.16 for name, s in (("calm", calm), ("wild", wild))}
    return house(PAIR.format(calm=calm, wild=wild, step=step, **betas))


def returns(chosen: House, seed: int) -> np.ndarray:
    """Gross returns (draws, assets) of single steps, as the engine draws them."""
    origin = compile_house(chosen).origin
    work = Workspace(compile_market(chosen), [origin])
    rng, assets = generator(seed, 0, 0), len(origin.assets)
    found: list[np.ndarray] = []
    while len(found) * len(origin.steps[1:]) < DRAWS:
        found.append(work.fill(rng)[:assets].T.copy())
    return np.concatenate(found)[:DRAWS]


def lift(s: float) -> float:
    """What the drift of a step of standard deviation s has to give back: ln E[exp(move)]."""
    mean = expected(lambda w: w)
    return math.log(expected(lambda w: math.exp(0.5 * s * s * w / mean)))


def standard(moves: np.ndarray, volatility: float, step: str) -> np.ndarray:
    """Gross returns as draws of sqrt(W) x a standard normal: log, compensation and stated volatility taken away."""
    s = volatility / math.sqrt(STEPS[step])
    return (np.log(moves) + lift(s)) * math.sqrt(expected(lambda w: w)) / s


@pytest.mark.parametrize("rho", S28)
def test_prices_fall_together(rho: float) -> None:
    """S28 where it can be seen, at the 1 % quantile of a day: .0929, .2862, .6555 by quadrature, both sharing one capped W."""
    calm, wild = 0.2, 0.6
    moves = returns(pair(rho, calm, wild, "day"), seed=28)
    q = quantile(0.01)
    down = [standard(moves[:, n], s, "day") <= q for n, s in enumerate((calm, wild))]
    for one in down:
        mean_close(one, 0.01, most=0.03)
    found, truth = float((down[0] & down[1]).mean()) / 0.01, together(rho, 0.01)
    close(found, truth, math.sqrt(truth * 0.01 * (1.0 - truth * 0.01) / DRAWS) / 0.01, most=0.02)


def test_the_mixing_variable_is_capped() -> None:
    """The fourth moment 3 E[W^2] / E[W]^2 of a capped step is what quadrature says; an uncapped one has none."""
    moves = returns(pair(0.0, 0.2, 0.6, "day"), seed=29)[:, 0]
    z = standard(moves, 0.2, "day")
    mean_close(z**2, expected(lambda w: w), most=0.01)
    mean_close(z**4, 3.0 * expected(lambda w: w * w), most=0.08)


def test_a_wild_share_grows_as_stated() -> None:
    """E[return of a month] = 1 at 60 and 100 % volatility, where half the variance is not all there is to give back."""
    calm, wild = 0.6, 1.0
    moves = returns(pair(0.5, calm, wild, "month"), seed=30)
    for n in range(2):
        mean_close(moves[:, n], 1.0, most=0.0015)
    s = wild / math.sqrt(STEPS["month"])
    assert lift(s) - 0.5 * s * s > 0.002, "the difference must be more than the errors"


# ------------------------------------------------------------------ margin

LOAN = """
house: A hundred shares bought on margin
as_of: 2026-01-02
currency: USD
holdings: {{Acme: {{kind: listed, shares: 100, price: 100, volatility: 40%}}}}
debts: {{Loan: {{kind: margin_loan, principal: {loan}, secured_on: {{Acme: all}}, call_at: {call_at}, reset_to: 10%, close_out_at: 100%}}}}
"""


@pytest.mark.parametrize(("loan", "maintenance", "price"), [(4_000, 30, 57.142857), (5_000, 25, 66.666667)])
def test_the_price_at_which_a_broker_calls(loan: int, maintenance: int, price: float) -> None:
    """S20: 100 shares at 100; 60 % down, 30 % maintenance (Bodie, Kane, Marcus); 50 % and 25 % (Regulation T)."""
    found = value(house(LOAN.format(loan=loan, call_at=f"{100 - maintenance}%"))).to_dict()
    assert found["debts"][0]["call_price"] == pytest.approx(price, abs=1e-6)


# ------------------------------------------------------------------ impact


@pytest.mark.parametrize(("days", "temporary", "cost"), [(0.1, 22.29, 32.22), (0.2, 14.71, 24.64), (0.5, 8.49, 18.42)])
def test_the_impact_of_selling_a_tenth_of_a_day(days: float, temporary: float, cost: float) -> None:
    """S23: IBM, V = 6.561m, Theta = 1,728m, sigma = 1.57 %, X = V / 10 (R; Almgren, Thum, Hauptmann, Li 2005), in bp."""
    volume, outstanding, sigma = 6.561e6, 1728e6, 0.0157
    permanent = 1e4 * permanent_impact(0.1 * volume, sigma, volume, outstanding)
    paid = 1e4 * sale_cost(0.1 * volume, sigma, volume, outstanding, days)
    assert permanent == pytest.approx(19.86, abs=0.01)
    assert paid - permanent / 2.0 == pytest.approx(temporary, abs=0.01)
    assert paid == pytest.approx(cost, abs=0.01)


# ------------------------------------------------------------------ forwards

FORWARD = """
house: The ruling's forward
as_of: 2026-01-02
currency: USD
holdings: {Acme: {kind: listed, shares: 150, price: 20, volatility: 40%}}
debts: {Forward: {kind: prepaid_forward, secured_on: {Acme: 100}, floor: 20, cap: 25, maturity: 2026-01-09}}
market: {model: lognormal, rate: 0%}
step: week
horizon: 2w
"""


@pytest.mark.parametrize(("price", "shares"), [(18.0, 100.0), (22.5, 88.888889), (30.0, 80.0)])
def test_what_a_forward_delivers(price: float, shares: float) -> None:
    """S24: Revenue Ruling 2003-7, floor 20 and cap 25 on 100 shares (V): what has left the house a week after the maturity."""
    world = np.ones((2, 2))
    world[0, 0] = price / 20.0
    line = lived(compile_house(house(FORWARD)).origin, world, np.ones(1)).final.lines[0]
    assert 150.0 - line.shares == pytest.approx(shares, abs=1e-6)
    assert line.free == line.shares
