"""The engine in hard markets, held against recursions that know nothing of it: calls, gaps and drawdowns seen on a grid.

One share and nothing that costs; what is compared is the first date at or below a level, what a lender without recourse loses
and how deep the price falls. Every estimate is judged twice: it meets the truth, and does not meet that of a volatility, or of
jumps, a tenth larger.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm

from houses import house
from warchest.house import House
from warchest.simulation import simulate
from yardsticks.monitored import Laws, alone, first_passage
from yardsticks.monitored_drawdowns import expected_monitored_drawdown, monitored_drawdown_odds
from yardsticks.step_law import Jumps, StepLaw, Tail

PATHS = 100_000
STEPS = {"month": 12, "week": 52}
GROWTH, VOLATILITY, FACTOR = 0.08, 0.40, 0.20
HOUSE = """
house: One share
as_of: 2026-01-02
currency: USD
cash: {cash}
holdings: {{Acme: {{kind: listed, shares: 1, price: 100, growth: 8%, volatility: 40%, loadings: {{world: {loading}}}}}}}
debts: {debts}
market: {{factors: {{world: {{volatility: 20%}}}}, rate: 0, {market}}}
step: {step}
horizon: 1y
"""
LOAN = (
    "{{Loan: {{kind: margin_loan, principal: {principal}, secured_on: {{Acme: all}}, rate: {rate}, interest: capitalised, "
    "call_at: {call_at}, reset_to: 10%, close_out_at: {close_out_at}, cure: {cure}, recourse: {recourse}}}}}"
)


def of(market: str, step: str, loading: float, debts: str = "{}", cash: int = 0) -> House:
    """The house."""
    return house(HOUSE.format(market=market, step=step, loading=loading, debts=debts, cash=cash))


def called(market: str, step: str, loading: float, level: float) -> np.ndarray:
    """The first step (paths,) on which the share is at or below the level: a loan is called there; nan where never."""
    terms = LOAN.format(
        principal=50, rate=0, call_at=repr(0.5 / level), close_out_at="100%", cure="3d", recourse="true"
    )
    made = of(market, step, loading, terms, cash=1000)
    return simulate(made, paths=PATHS, seed=14, threads=1).paths["first_call"].to_numpy()


def judged(values: np.ndarray, truth: float, wrong: float) -> None:
    """The mean of independent values is within four standard errors of the truth, and not of what is wrong."""
    values = np.asarray(values, dtype=np.float64)
    error = float(values.std(ddof=1)) / math.sqrt(len(values))
    z, other = (float(values.mean() - expected) / error for expected in (truth, wrong))
    told = f"{values.mean():.6g} +- {error:.2g} is {z:+.1f} standard errors from {truth:.6g}, {other:+.1f} from {wrong:.6g}"
    assert abs(z) <= 4.0, told
    assert abs(other) > 4.0, f"nothing is told apart: {told}"


# ------------------------------------------------------------------ jumps

JUMPS = {
    "its own": ("jumps: {Acme: {a_year: 3, odds_up: 30%, up: 6%, down: 10%}}", 0.0),
    "a factor's": ("jumps: {world: {a_year: 2, odds_up: 40%, up: 4%, down: 8%}}", 1.5),
    "both, turned round": (
        "jumps: {world: {a_year: 2, odds_up: 40%, up: 4%, down: 8%}, Acme: {a_year: 1, odds_up: 50%, up: 8%, down: 12%}}",
        -0.8,
    ),
}
TERMS = {
    "its own": (None, (3.0, 0.3, 0.06, 0.10)),
    "a factor's": ((2.0, 0.4, 0.04, 0.08), None),
    "both, turned round": ((2.0, 0.4, 0.04, 0.08), (1.0, 0.5, 0.08, 0.12)),
}


def spread(jump: tuple[float, float, float, float]) -> float:
    """Variance a year of jumps: intensity x E[J^2]."""
    return jump[0] * 2.0 * (jump[1] * jump[2] ** 2 + (1.0 - jump[1]) * jump[3] ** 2)


def jumping(name: str, step: str, volatility: float = VOLATILITY, sizes: float = 1.0) -> StepLaw:
    """The law of one step: jumps are a part of the stated volatilities, and growth is that of the mean price."""
    dt, loading = 1.0 / STEPS[step], JUMPS[name][1]
    left, flows = volatility**2, []
    for jump, scale in zip(TERMS[name], (loading, 1.0), strict=True):
        if jump:
            jump = (*jump[:2], sizes * jump[2], sizes * jump[3])
            left -= scale**2 * spread(jump)
            flows.append(Jumps(jump[0] * dt, *jump[1:]).scaled(scale))
    return StepLaw(0.0, math.sqrt(left * dt), tuple(flows)).growing(math.log1p(GROWTH) * dt)


# ------------------------------------------------------------------ tails

LOADING = 1.2
OWN = TERMS["its own"][1]
TAILS = {
    "all moves at once": ("model: student_t, tail: 4", (4.0, None, None)),
    "own moves apart": ("model: student_t, tail: 4, own_tail: 3", (4.0, 3.0, None)),
    "own moves alone": ("model: lognormal, own_tail: 3", (None, 3.0, None)),
    "own moves, with jumps": (f"model: jumps, own_tail: 3, {JUMPS['its own'][0]}", (None, 3.0, OWN)),
}
"""What the file says; degrees of freedom of the factor's part, of its own (None, None: one draw for both), and own jumps."""


def tailed(name: str, step: str, volatility: float = VOLATILITY) -> StepLaw:
    """The law of one step of a share that loads 1.2 on the world; what is not its own is the factor's."""
    dt, (common, own, jump) = 1.0 / STEPS[step], TAILS[name][1]
    if own is None:
        return StepLaw(0.0, 0.0, (), (Tail(volatility * math.sqrt(dt), common),)).growing(math.log1p(GROWTH) * dt)
    left = volatility**2 - (LOADING * FACTOR) ** 2 - (spread(jump) if jump else 0.0)
    beta, tails = LOADING * FACTOR * math.sqrt(dt), (Tail(math.sqrt(left * dt), own),)
    flows = (Jumps(jump[0] * dt, *jump[1:]),) if jump else ()
    law = StepLaw(0.0, beta, flows, tails) if common is None else StepLaw(0.0, 0.0, flows, (*tails, Tail(beta, common)))
    return law.growing(math.log1p(GROWTH) * dt)


# ------------------------------------------------------------------ one kind of times

PLAIN = "neither"


def moving(name: str) -> tuple[str, float]:
    """What the file says of the market, and how the share loads on the world."""
    if name in JUMPS:
        return f"model: jumps, {JUMPS[name][0]}", JUMPS[name][1]
    return (TAILS[name][0], LOADING) if name in TAILS else ("model: lognormal", 0.0)


def law_of(name: str, step: str, volatility: float) -> StepLaw:
    """The law of one step there."""
    if name in JUMPS:
        return jumping(name, step, volatility)
    if name in TAILS:
        return tailed(name, step, volatility)
    dt = 1.0 / STEPS[step]
    return StepLaw(0.0, volatility * math.sqrt(dt)).growing(math.log1p(GROWTH) * dt)


@pytest.mark.parametrize("name", [*JUMPS, *TAILS])
@pytest.mark.parametrize("step", STEPS)
def test_calls_of_a_share(name: str, step: str) -> None:
    """P(at or below 70 % within a quarter and a year), by recursion; a step with jumps or tails by its transform (Kou 2002; McNeil, Frey, Embrechts, ch. 6)."""
    market, loading = moving(name)
    when = called(market, step, loading, 0.7)
    right, wrong = (
        first_passage(0.7, alone(law_of(name, step, s), STEPS[step])).odds for s in (VOLATILITY, 1.1 * VOLATILITY)
    )
    for k in (STEPS[step] // 4, STEPS[step]):
        judged(when <= k, right[k - 1], wrong[k - 1])


# ------------------------------------------------------------------ regimes

REGIMES = (
    "model: regimes, regimes: {boom: {lasts: 9mo}, bust: {lasts: 3mo, volatility: 2, own: 1.5, growth: {world: -30%}}}"
)
BOTH = "both, turned round"
TIMES = {"normal moves": REGIMES, "jumps and tails": f"{REGIMES}, own_tail: 3, {JUMPS[BOTH][0]}"}


def switching(times: str, step: str, now: int, volatility: float = VOLATILITY) -> tuple[Laws, np.ndarray]:
    """The laws of every step in boom and bust, and the odds of going from one to the other, today's first.

    A step's regime follows from today's by expm(Q dt). Sizes are relative: the mean variance in the long run is the stated one,
    less that of jumps, which are the same in all times.
    The mean price, a product of matrices, must follow growth date by date: what it lacks or has too much is every step's drift.
    """
    dt, wild = 1.0 / STEPS[step], times != "normal moves"
    switch = expm(np.array([[-12 / 9, 12 / 9], [12 / 3, -12 / 3]]) * dt)
    share = np.array([0.75, 0.25])  # of all time, 9 months in 12 and 3 in 12
    world, own = (s / math.sqrt(share @ s**2) for s in (np.array([1.0, 2.0]), np.array([1.0, 1.5])))
    jumps = [spread(jump) if wild else 0.0 for jump in TERMS[BOTH]]
    beta = world * LOADING * math.sqrt((FACTOR**2 - jumps[0]) * dt)
    rest = own * math.sqrt((volatility**2 - (LOADING * FACTOR) ** 2 - jumps[1]) * dt)
    mean = np.array([0.0, LOADING * math.log(1.0 - 0.30) * dt])
    flows = tuple(
        Jumps(jump[0] * dt, *jump[1:]).scaled(scale) for jump, scale in zip(TERMS[BOTH], (LOADING, 1.0), strict=True)
    )
    each = [
        StepLaw(float(m), float(b), flows, (Tail(float(r), 3.0),)) if wild else StepLaw(float(m), math.hypot(b, r))
        for m, b, r in zip(mean, beta, rest, strict=True)
    ]
    start, means = np.eye(2)[now], np.exp([law.log_mean(1.0) for law in each])
    growths = [start @ np.linalg.matrix_power(switch * means, t) @ np.ones(2) for t in range(STEPS[step] + 1)]
    lifts = math.log1p(GROWTH) * dt - np.diff(np.log(growths))
    laws = [[law.moved(float(lift)) for law in each] for lift in lifts]
    if now:  # the first row is today's
        return [two[::-1] for two in laws], switch[::-1, ::-1]
    return laws, switch


@pytest.mark.parametrize("now", ["boom", "bust"])
@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("step", STEPS)
def test_calls_when_times_change(step: str, times: str, now: str) -> None:
    """P(at or below 70 % within a quarter and a year), by recursion over the density in either regime (Hamilton 1989)."""
    when = called(f"{TIMES[times]}, now: {now}", step, LOADING, 0.7)
    right, wrong = (
        first_passage(0.7, *switching(times, step, ("boom", "bust").index(now), s)).odds
        for s in (VOLATILITY, 1.1 * VOLATILITY)
    )
    for k in (STEPS[step] // 4, STEPS[step]):
        judged(when <= k, right[k - 1], wrong[k - 1])


# ------------------------------------------------------------------ gaps

LTV, LINE, RATE = 0.65, 0.92, 0.06


def gaps(market: str, step: str, loading: float) -> np.ndarray:
    """What the lender loses (paths,), a share of the loan today: what a house has more without recourse, on the same paths.

    Nothing is cured within the year, so the close-out is the first date at 92 %; with recourse the house pays what is left.
    """
    navs = []
    for recourse in ("false", "true"):
        terms = LOAN.format(
            principal=100 * LTV, rate=RATE, call_at="91%", close_out_at=LINE, cure="5y", recourse=recourse
        )
        found = simulate(of(market, step, loading, terms, cash=100), paths=PATHS, seed=15, threads=1).paths
        navs.append(found["nav"].to_numpy().astype(np.float64))
    return (navs[0] - navs[1]) / (100 * LTV)


def lost(laws: Laws, step: str, switch: np.ndarray | None = None) -> float:
    """E[what is lost] / loan today: the loan grows, so the level falls nearer each step."""
    growth = math.log1p(RATE) / STEPS[step]
    moved = [[law.moved(-growth) for law in laws_of] for laws_of in laws]
    short = first_passage(LTV / LINE, moved, switch, owed=math.log(LTV)).short
    return float(np.diff(short, prepend=0.0) @ np.exp(growth * np.arange(1, len(laws) + 1)))


@pytest.mark.parametrize("name", JUMPS)
@pytest.mark.parametrize("step", STEPS)
def test_the_gap_of_a_share_that_jumps(name: str, step: str) -> None:
    """E[(L - S)+] on the first date with L / S at 92 %, no recourse: the put of Merton (1974) inside each first passage."""
    right, wrong = (lost(alone(jumping(name, step, sizes=x), STEPS[step]), step) for x in (1.0, 1.1))
    judged(gaps(moving(name)[0], step, moving(name)[1]), right, wrong)


@pytest.mark.parametrize("name", TAILS)
@pytest.mark.parametrize("step", STEPS)
def test_the_gap_of_a_share_with_fat_tails(name: str, step: str) -> None:
    """The same where own moves, or all, are Student-t."""
    right, wrong = (lost(alone(tailed(name, step, s), STEPS[step]), step) for s in (VOLATILITY, 1.1 * VOLATILITY))
    judged(gaps(moving(name)[0], step, moving(name)[1]), right, wrong)


@pytest.mark.parametrize("times", TIMES)
@pytest.mark.parametrize("step", STEPS)
def test_the_gap_when_times_change(step: str, times: str) -> None:
    """The same in boom and bust."""
    found = [(step, *switching(times, step, 0, s)) for s in (VOLATILITY, 1.1 * VOLATILITY)]
    right, wrong = (lost(laws, step, switch) for step, laws, switch in found)
    judged(gaps(TIMES[times], step, LOADING), right, wrong)


# ------------------------------------------------------------------ drawdowns


@pytest.mark.parametrize("name", [PLAIN, *JUMPS, *TAILS])
@pytest.mark.parametrize("step", STEPS)
def test_drawdowns_of_a_share(name: str, step: str) -> None:
    """P(NAV falls by 30 % from its highest record) and the mean of the logarithm, by Lindley's recursion of the fall."""
    depth, (market, loading) = -math.log(0.7), moving(name)
    falls = simulate(of(market, step, loading), paths=PATHS, seed=16, threads=1).paths["max_drawdown"]
    falls = falls.to_numpy().astype(np.float64)
    right, wrong = (law_of(name, step, s) for s in (VOLATILITY, 1.1 * VOLATILITY))
    judged(falls < -0.3, *(monitored_drawdown_odds(depth, STEPS[step], law)[-1] for law in (right, wrong)))
    judged(-np.log1p(falls), *(expected_monitored_drawdown(STEPS[step], law) for law in (right, wrong)))
