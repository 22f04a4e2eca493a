"""How much should one bet where the outcomes can be listed: the fastest growth, with or without a bound on the drawdown."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.core.errors import CannotError
from warchest.core.inputs import number, numbers
from warchest.core.layout import Array
from warchest.questions import closed_forms

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd

SUM_TOLERANCE = 1e-9
"""How far probabilities may be from adding up to 1."""
GAP = 1e-9
"""How much growth a period the bets may lack, and how far ln E[(r'b)^-lambda] may be above 0."""
MOST_AVERSE = "[0, 1e9]"
"""Values of lambda that are taken: beyond, all but a billionth of wealth is left in cash."""
NEWTON_STEPS = 30
"""A handful is enough near the answer; what has not settled by then is refused."""


@dataclass(frozen=True, eq=False)
class Kelly:
    """Bets that let wealth grow fastest; `.to_dict()` as plain numbers, `.to_frame()` one row an asset."""

    bets: Array
    """Share of wealth on each asset, shape (n,); at least 0, together 1."""
    growth: float
    """E[ln(wealth after / wealth before)], a period."""
    bound: float | None
    """alpha^lambda, above P(wealth ever falls below alpha times its start); None without a floor."""
    risk_aversion: float
    """lambda of the drawdown constraint; 0 is plain Kelly."""
    assets: tuple[str, ...]
    """Name of each asset: the row labels of a data frame, else the number of the row from 0."""

    def to_dict(self) -> dict[str, Any]:
        """Plain numbers and lists, ready for JSON."""
        return {
            "assets": list(self.assets),
            "bets": self.bets.tolist(),
            "growth": self.growth,
            "bound": self.bound,
            "risk_aversion": self.risk_aversion,
        }

    def to_frame(self) -> pd.DataFrame:
        """One row an asset: its name and its bet."""
        import pandas as pd

        return pd.DataFrame({"asset": self.assets, "bet": self.bets})


def kelly(
    returns: npt.ArrayLike | pd.DataFrame,
    probabilities: npt.ArrayLike,
    *,
    floor: float | None = None,
    breach: float | None = None,
    risk_aversion: float | None = None,
) -> Kelly:
    """The bets b that maximise E[ln r'b] subject to E[(r'b)^-lambda] <= 1, b >= 0 and sum b = 1.

    The same bets made period after period on independent outcomes keep P(wealth ever < alpha) below alpha^lambda, for
    every alpha in (0, 1) of the wealth at the start. A floor alpha and its breach beta give lambda = ln beta / ln alpha.

    Args:
        returns: Gross returns (wealth back / wealth bet, a period), shape (n assets, K outcomes), at least 0. Cash is a
            row of ones like any other, and need not be there. A vector of K is one bet beside cash: two bets come back.
        probabilities: Of the K outcomes, shape (K,); at least 0, together 1.
        floor: alpha, a share of the wealth at the start, in (0, 1); with `breach` or with `risk_aversion`.
        breach: beta, the probability of ever falling below the floor that is accepted, in (0, 1).
        risk_aversion: lambda itself, 0 to 1e9, instead of `breach`. None of the three is plain Kelly.

    Returns:
        The bets and their growth. Their growth is held against an upper bound: none that is allowed is above it by 1e-9.

    Raises:
        CannotError: An input is wrong, no bets satisfy the constraint, the answer could not be verified, or the `opt`
            extra is not installed.

    Source: Busseti, Ryu and Boyd (2016), Risk-Constrained Kelly Gambling, arXiv:1603.06183.

    >>> coin = [[2, 0], [1, 1]]  # doubled or lost; cash
    >>> kelly(coin, [0.6, 0.4]).bets.round(6).tolist()
    [0.2, 0.8]
    >>> safer = kelly(coin, [0.6, 0.4], floor=0.5, breach=0.1)
    >>> [round(x, 4) for x in (*safer.bets.tolist(), safer.growth, safer.bound, safer.risk_aversion)]
    [0.0934, 0.9066, 0.0144, 0.1, 3.3219]
    """
    aversion = _risk_aversion(floor, breach, risk_aversion)
    table, assets = _table(returns)
    odds = _odds(probabilities, table)
    _check_labels(returns, probabilities)
    possible = odds > 0.0
    table, odds = table[:, possible], odds[possible] / odds.sum()
    if not table.max(axis=0).all():
        raise CannotError("an outcome of some probability returns 0 on every asset: all is lost whatever the bets")
    bets = _best(table, odds, aversion)
    bets.setflags(write=False)
    bound = None if floor is None else float(floor) ** aversion
    return Kelly(bets, float(odds @ np.log(bets @ table)), bound, aversion, assets)


# ------------------------------------------------------------------ what is asked


def _risk_aversion(floor: float | None, breach: float | None, risk_aversion: float | None) -> float:
    if breach is not None and risk_aversion is not None:
        raise CannotError(f"breach is {breach} and risk_aversion is {risk_aversion}; give one of the two")
    if breach is not None and floor is None:
        raise CannotError(f"breach is {breach} and floor is not given; give both")
    if floor is not None:
        number("floor", floor, "(0, 1)")
        if breach is not None:
            risk_aversion = closed_forms.risk_aversion(floor, breach)
        if risk_aversion is None:
            raise CannotError(f"floor is {floor} and breach is not given; give both, or risk_aversion with the floor")
    return 0.0 if risk_aversion is None else number("risk_aversion", risk_aversion, MOST_AVERSE)


def _table(returns: npt.ArrayLike | pd.DataFrame) -> tuple[Array, tuple[str, ...]]:
    """Gross returns, shape (n, K), and the name of each row."""
    import pandas as pd

    table = numbers("returns", returns)
    names: list[Any] = ["bet", "cash"]
    if table.ndim == 1:
        table = np.stack([table, np.ones_like(table)])
    elif table.ndim == 2:
        names = list(returns.index) if isinstance(returns, pd.DataFrame) else list(range(len(table)))
    if table.ndim != 2 or 0 in table.shape:
        raise CannotError(
            f"returns has shape {table.shape}; it must be (n, K), one row an asset, one column an outcome"
        )
    if (table < 0.0).any():
        at = np.argwhere(table < 0.0)[0].tolist()
        raise CannotError(f"returns{at} is {table[tuple(at)]:g}; a gross return is at least 0, and 1 is the money back")
    return table, tuple(str(name) for name in names)


def _odds(probabilities: npt.ArrayLike, table: Array) -> Array:
    """Probabilities of the columns of the table, shape (K,)."""
    odds = numbers("probabilities", probabilities)
    if odds.shape != table.shape[1:]:
        turned = "; returns has one row an asset, so turn it round" if odds.shape == table.shape[:1] else ""
        raise CannotError(f"probabilities has shape {odds.shape}; it must be {table.shape[1:]}, as in returns{turned}")
    if (odds < 0.0).any():
        raise CannotError(f"probabilities[{int(odds.argmin())}] is {odds.min():g}; it must be at least 0")
    if abs(odds.sum() - 1.0) > SUM_TOLERANCE:
        raise CannotError(f"probabilities add up to {odds.sum():.12g}; they must add up to 1")
    return odds


def _check_labels(returns: npt.ArrayLike | pd.DataFrame, probabilities: npt.ArrayLike) -> None:
    """Outcomes are taken by place, so the same labels in another order are a mistake that nobody would see."""
    import pandas as pd

    if isinstance(returns, pd.DataFrame) and isinstance(probabilities, pd.Series):
        columns, labels = list(returns.columns), list(probabilities.index)
        if columns != labels and set(columns) == set(labels):
            raise CannotError(f"probabilities are in the order {labels}, returns in {columns}; put them in one order")


# ------------------------------------------------------------------ the answer, and how good it is


def _best(table: Array, odds: Array, aversion: float) -> Array:
    """The best bets; where one form of the constraint leads to none that stand the test, the other is tried."""
    try:
        return _polished(table, odds, aversion, *_solved(table, odds, aversion, powers=False))
    except CannotError:
        if aversion == 0.0:
            raise
        return _polished(table, odds, aversion, *_solved(table, odds, aversion, powers=True))


def _solved(table: Array, odds: Array, aversion: float, powers: bool) -> tuple[Array, float]:
    """The solver's bets, and its price of the constraint ln E[(r'b)^-lambda] / lambda <= 0, stated by logarithms or powers."""
    try:
        import clarabel  # type: ignore[import-untyped]  # noqa: F401  cvxpy looks for it by name
        import cvxpy as cp
    except ImportError as error:
        raise CannotError(f"kelly needs a convex solver ({error}): pip install warchest[opt]") from None

    bets, logs, inverse = cp.Variable(len(table), nonneg=True), cp.Variable(len(odds)), cp.Variable(len(odds))
    rules = [cp.sum(bets) == 1.0, logs <= cp.log(table.T @ bets)]
    if powers:
        rules += [cp.PowCone3D(table.T @ bets, inverse, np.ones(len(odds)), aversion / (1.0 + aversion))]
        rules += [odds @ inverse <= 1.0]
    elif aversion > 0.0:
        rules.append(cp.log_sum_exp(np.log(odds) - aversion * logs) <= 0.0)
    problem = cp.Problem(cp.Maximize(odds @ logs), rules)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "may be inaccurate": how far off is measured by whoever polishes
            problem.solve(solver=cp.CLARABEL)
    except cp.SolverError as error:
        raise CannotError(f"the solver gave up: {error}") from None
    if problem.status in (cp.INFEASIBLE, cp.INFEASIBLE_INACCURATE):
        raise CannotError(
            f"the solver finds no bets with E[(r'b)^-{aversion:g}] <= 1; add cash, a row of ones, or lower it"
        )
    if problem.status not in (cp.OPTIMAL, cp.OPTIMAL_INACCURATE) or bets.value is None:
        raise CannotError(f"the solver found no bets; its status is '{problem.status}'")
    found = np.clip(bets.value, 0.0, None)
    return found / found.sum(), aversion * max(0.0, float(rules[-1].dual_value)) if aversion > 0.0 else 0.0


def _polished(table: Array, odds: Array, aversion: float, bets: Array, price: float) -> Array:
    """The best bets of a few Newton steps on the first-order conditions; CannotError where these are not met.

    Growth G is concave and the constraint C <= 0 convex, so with g the slopes of G - price C no bets that are allowed grow
    faster than G + max(g) - g'b - price C.
    """
    best, least = bets, np.inf
    for _ in range(NEWTON_STEPS):
        wealth = bets @ table
        if not (wealth > 0.0).all():
            break
        constraint, tilted = _constraint(odds, wealth, aversion)
        pull = table @ (tilted / wealth)  # minus the slopes of the constraint
        slopes = table @ (odds / wealth) + price * pull
        gap = max(aversion * constraint, slopes.max() - slopes @ bets + price * max(0.0, -constraint))
        if gap < least:
            best, least = bets, gap
        elif least <= GAP:
            break
        bent = odds + price * (aversion + 1.0) * tilted
        curvature = price * aversion * np.outer(pull, pull) - (table * (bent / wealth**2)) @ table.T
        bets, price = _newton(bets, price, constraint, pull, slopes, curvature)
    if least > GAP:
        raise CannotError(
            f"the bets found could not be verified: {least:.1g} a period from the best, {GAP:g} is allowed"
        )
    return best


def _constraint(odds: Array, wealth: Array, aversion: float) -> tuple[float, Array]:
    """The logarithm of E[wealth^-lambda] / lambda, so that its slopes are those of a growth, and the tilted probabilities."""
    from scipy.special import logsumexp

    if aversion == 0.0:
        return 0.0, odds
    logs = np.log(odds) - aversion * np.log(wealth)
    within = float(logsumexp(logs))
    return within / aversion, np.exp(logs - within)


def _newton(
    bets: Array, price: float, constraint: float, pull: Array, slopes: Array, curvature: Array
) -> tuple[Array, float]:
    """One step to bets held with equal slopes, the others 0, and the constraint binding or its price 0.

    Which of two numbers that are never below 0 together is to be 0 is read from which is smaller now.
    """
    n = len(bets)
    system, wanted = np.zeros((n + 2, n + 2)), np.zeros(n + 2)
    system[:n, :n], system[:n, n], system[:n, n + 1], wanted[:n] = curvature, pull, -1.0, -slopes
    idle = bets <= 1.0 + price - slopes
    system[:n][idle], wanted[:n][idle] = np.eye(n, n + 2)[idle], -bets[idle]
    if price > -constraint:
        system[n, :n], wanted[n] = pull, constraint
    else:
        system[n, n], wanted[n] = 1.0, -price
    system[n + 1, :n], wanted[n + 1] = 1.0, 1.0 - bets.sum()
    step = np.linalg.lstsq(system, wanted)[0]
    moved = np.where(idle, 0.0, np.clip(bets + step[:n], 0.0, None))
    return moved / moved.sum(), max(0.0, price + float(step[n]))
