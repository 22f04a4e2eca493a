"""The smallest shock: against closed forms, against random search, and against what it says of itself."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.special import ndtr

import warchest
from warchest import files
from warchest import house as houses
from warchest.compile import compile_house
from warchest.engine.looks import Looker
from warchest.house import House
from warchest.questions.moves import space
from warchest.questions.nearest import Effort, nearest
from warchest.questions.reverse import events, reverse
from warchest.questions.stress import stress

ONE = """
house: One factor, one loan
as_of: 2026-01-02
currency: USD
cash: {cash}
limits: {{ltv_normal: 45%, ltv_max: 60%}}
holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, volatility: {volatility}, loadings: {{world: {beta}}}}}}}
debts: {{Loan: {{kind: margin_loan, principal: 40m, secured_on: {{Acme: 800k}}, rate: 0%, call_at: 70%, reset_to: 60%, close_out_at: 80%}}}}
market: {{model: lognormal, factors: {{world: {{volatility: 20%}}}}, rate: 0%}}
"""


def one(beta: float = 1.5, volatility: str = "30%", cash: str = "0") -> House:
    text = ONE.format(beta=beta, volatility=volatility, cash=cash)
    return houses.of(files.parse(text, "one.yaml"))


def rows(house: House) -> dict[tuple[str, str | None], dict]:
    compiled = compile_house(house)
    found = reverse(house, compiled, space(house, compiled), Looker(compiled.origin), None)
    return {(row["event"], row["loan"]): row for row in found}


@pytest.mark.parametrize(("beta", "volatility"), [(1.5, "30%"), (0.7, "14%"), (1.5, "45%"), (0.0, "30%")])
def test_one_factor_one_loan_is_the_closed_form(beta: float, volatility: str) -> None:
    """A call at 40 / (.8 x .7) = 71.43: |ln .7143| / sigma in all directions, / (beta x 20 %) along the factor alone; the same for LTV and NAV."""
    house = one(beta, volatility)
    found, sigma, factor = rows(house), float(volatility[:-1]) / 100, 0.2 * beta
    levels = {("call", "Loan"): 40 / 56, ("breach", None): 40 / 60, ("ruin", None): 0.4}
    for key, level in levels.items():
        row = found[key]
        whole = -math.log(level) / sigma
        assert row["shock"]["distance"] == pytest.approx(whole, rel=1e-6)
        assert row["shock"]["odds"] == pytest.approx(float(ndtr(-whole)), rel=1e-4)
        assert row["all_alike"] == pytest.approx(level - 1.0, abs=2e-6)
        if factor == 0.0 or -math.log(level) / factor > 12.0:
            assert row["factors_only"] is None
        else:
            assert row["factors_only"]["distance"] == pytest.approx(-math.log(level) / factor, rel=1e-6)
        (acme,) = row["shock"]["holdings"]
        assert acme["move"] == pytest.approx(level - 1.0, abs=2e-6)


def test_own_and_common_shocks_share_the_way_as_their_variances_do() -> None:
    """The worst direction is the gradient: each axis in proportion to its part of the volatility."""
    found = rows(one(1.5, "50%"))["call", "Loan"]["shock"]
    axes = {axis["name"]: axis["sd"] for axis in found["axes"]}
    assert axes["world"] / axes["Acme"] == pytest.approx(0.3 / 0.4, rel=1e-3)
    assert math.hypot(*axes.values()) == pytest.approx(found["distance"])


def test_two_holdings_against_a_direct_minimisation() -> None:
    """Two stocks without a factor, LTV 60 %: the nearest point of {z: 35 / (60 e^(.4 z1) + 40 e^(.2 z2)) = .6}, by Lagrange."""
    from scipy.optimize import minimize

    text = ONE.format(beta=0.0, volatility="40%", cash="5m").replace("1m, price: 100", "600k, price: 100")
    bolt = "Bolt: {kind: listed, shares: 1m, price: 40, volatility: 20%}"
    text = text.replace("800k", "600k").replace("loadings: {world: 0.0}}}", f"loadings: {{world: 0.0}}}}, {bolt}}}")
    house = houses.of(files.parse(text, "two.yaml"))
    found = rows(house)["breach", None]["shock"]

    def held(z: np.ndarray) -> float:
        return float(60 * math.exp(0.4 * z[0]) + 40 * math.exp(0.2 * z[1]) - 35 / 0.6)

    best = min(
        minimize(
            lambda z: z @ z, start, constraints={"type": "eq", "fun": held}, method="SLSQP", options={"ftol": 1e-14}
        ).fun
        for start in ([-1.0, -1.0], [-3.0, 0.0], [0.0, -3.0])
    )
    assert found["distance"] == pytest.approx(math.sqrt(best), rel=1e-6)


@pytest.mark.parametrize("name", ["founder", "softbank-2023", "strategy-2022"])
def test_no_random_search_of_100_000_shocks_finds_a_smaller_one(name: str) -> None:
    """Another seed and another law than the search's own check: points evenly in the ball, and near its surface on the worst side."""
    house = warchest.load(name)
    compiled = compile_house(house)
    moving, looker = space(house, compiled), Looker(compiled.origin)
    scaled = moving.scaled()
    rng = np.random.default_rng(99)
    found = {(row["event"], row["loan"]): row for row in reverse(house, compiled, moving, looker, None)}
    for event in events(house, compiled, looker, None):
        shock = found[event.kind, event.loan]["shock"]
        if shock is None or shock["distance"] == 0.0:
            continue
        assert (shock["checked"], shock["nearer"]) == (100_000, 0)
        axes = scaled.shape[1]
        names = list(moving.axes)
        worst = np.zeros(axes)
        for axis in shock["axes"]:
            worst[
                names.index(axis["name"])
                if axis["kind"] == "factor"
                else len(moving.factors) + names[len(moving.factors) :].index(axis["name"])
            ] = axis["sd"]
        worst /= np.linalg.norm(worst)
        spread = rng.standard_normal((50_000, axes))
        spread /= np.linalg.norm(spread, axis=1)[:, None]
        near = worst + rng.choice([0.02, 0.2, 1.0], (50_000, 1)) * rng.standard_normal((50_000, axes)) / math.sqrt(axes)
        near /= np.linalg.norm(near, axis=1)[:, None]
        sizes = (
            shock["distance"]
            * (1.0 - 1e-6)
            * np.concatenate([rng.random((50_000, 1)) ** (1 / axes), rng.random((50_000, 1)) ** 0.1])
        )
        points = np.concatenate([spread, near]) * sizes
        for part in np.array_split(points, 20):
            assert not event.happens(np.exp(part @ scaled.T)).any(), (event.kind, event.loan)
        just = np.exp(scaled @ (worst * shock["distance"] * (1.0 + 2e-3)))
        assert event.happens(just[None])[0]


def test_a_default_is_found_by_living_it() -> None:
    """One loan with recourse, no cash, nothing else: default is where the close-out leaves something unpaid: a gap below 40 / 80 pledged of 100."""
    found = stress(one(1.5, "30%"), []).to_dict()["reverse"]
    row = next(row for row in found if row["event"] == "default")
    assert row["how"] == "lived"
    # all shares, pledged and free, bring 100 x S; 40 are owed: default below S = .4, as NAV is gone
    assert row["shock"]["distance"] == pytest.approx(-math.log(0.4) / 0.3, rel=2e-3)


def test_the_search_turns_to_a_corner_and_knows_nothing_beyond_reach() -> None:
    """Where two events meet the nearest point may be a corner: max(z1, z2) >= 1 and z1 + z2 >= 1.8 is nearest at (.9 + ..)."""
    corner = nearest(lambda z: (z[:, 0] >= 1.0) & (z[:, 0] + z[:, 1] >= 1.8), 2, effort=Effort(checked=20_000))
    assert corner is not None and corner.distance == pytest.approx(math.hypot(1.0, 0.8), rel=2e-3)
    assert nearest(lambda z: np.zeros(len(z), dtype=bool), 3, effort=Effort(checked=10)) is None
    here = nearest(lambda z: np.ones(len(z), dtype=bool), 3)
    assert here is not None and here.distance == 0.0


def test_a_loan_behind_another_is_called_with_what_is_owed_ahead_of_it() -> None:
    """60m owed on 80m, called at 80 %: at 75m; both calls are cured by what the second needs, for that repays the first too."""
    text = (Path(__file__).parent / "houses" / "ranked-loans.yaml").read_text("utf-8")
    found = files.parse(text + "shocks: {all: {holdings: {Acme: -20%, Beta: -20%}}}\n")
    answer = stress(houses.of(found), ["all"]).to_dict()
    alike = {row["loan"]: row["all_alike"] for row in answer["reverse"] if row["event"] == "call"}
    assert alike["First"] == pytest.approx(40.0 / 0.6 / 80.0 - 1.0, abs=1e-6)
    assert alike["Second"] == pytest.approx(60.0 / 0.8 / 80.0 - 1.0, abs=1e-6)
    once = answer["shocks"][0]["at_once"]
    needs = {loan["name"]: loan["cure_need"] for loan in once["loans"]}
    assert needs["First"] == pytest.approx(40e6 - 0.5 * 64e6)
    assert needs["Second"] == pytest.approx(60e6 - 0.7 * 64e6 - needs["First"])
    assert once["cash_needed"] == pytest.approx(60e6 - 0.7 * 64e6)
