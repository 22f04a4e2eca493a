"""Sizing one bet: against direct integration, against the same house with a loan, and what it says where there is no size."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from typer.testing import CliRunner

import warchest
from houses import close, house
from warchest.bets import PowerLaw
from warchest.cli import app
from warchest.core.errors import CannotError, InputError
from warchest.core.units import percent
from warchest.house import House
from warchest.questions import belief, intuition, text
from warchest.questions.size import size
from warchest.results import curve
from warchest.simulation import simulate

MULTIPLES, ODDS = (0.2, 1.0, 4.0), (0.5, 0.3, 0.2)
PURE = """
house: Money and one bet
as_of: 2026-01-02
currency: USD
cash: {cash}
limits: {{ltv_max: 90%{ruin}}}
market: {{model: lognormal, rate: 0}}
policy: {{kind: planned, limit: funding}}
bets: {{Rocket: {{cheque: 80, date: 2026-01-02, outcome: {{kind: table, multiples: {multiples}, odds: {odds}, years: 2}}}}}}
horizon: 2y
step: month
"""


def pure(
    multiples: tuple[float, ...] = MULTIPLES,
    odds: tuple[float, ...] = ODDS,
    cash: float = 100.0,
    ruin: float | None = None,
) -> House:
    """A house of cash with one bet today that ends with the horizon: NAV is cash + cheque x (M - 1)."""
    at = "" if ruin is None else f", ruin_at: {ruin}"
    return house(PURE.format(multiples=list(multiples), odds=list(odds), cash=cash, ruin=at))


def growth_of(x: float, multiples: tuple[float, ...] = MULTIPLES, odds: tuple[float, ...] = ODDS) -> float:
    """E log of wealth a year by direct integration."""
    return sum(p * math.log(max(0.01, 1.0 + x / 100.0 * (m - 1.0))) for m, p in zip(multiples, odds, strict=True)) / 2.0


def best_of() -> float:
    return float(minimize_scalar(lambda x: -growth_of(x), bounds=(0.0, 100.0), method="bounded").x)


def test_a_one_shot_bet_has_the_size_of_direct_integration() -> None:
    found = size(pure(), paths=40_000, seed=2).to_dict()
    assert found["best"]["low"] <= best_of() <= found["best"]["high"]
    assert found["best"]["high"] - found["best"]["low"] < 6.0
    for row in found["curve"]:
        assert abs(row["growth"] - growth_of(min(row["cheque"], 100.0))) <= 4 * row["growth_se"] + 1e-6, row["cheque"]


def test_a_row_of_the_curve_is_a_run_with_that_cheque() -> None:
    """Common random numbers: the same paths as `simulate`, whatever else is sized beside it."""
    case = warchest.load("founder")
    found = size(case, "Rocket", paths=1_000, seed=5).to_dict()["asked"]
    run = simulate(case.changed({"policy": {"kind": "planned", "limit": "funding"}}), 1_000, seed=5).to_dict()
    assert found["growth"] == pytest.approx(run["growth"]["value"], rel=1e-12)
    assert found["median_nav"] == pytest.approx(run["nav"]["p50"], rel=1e-12)
    for key in ("ruin", "margin_call", "forced_sale", "default", "loss"):
        assert found[key] == run["probabilities"][key]


LOANED = """
house: Shares and one bet
as_of: 2026-01-02
currency: USD
cash: 50
limits: {{ltv_max: 90%}}
holdings: {{Acme: {{kind: listed, shares: 100, price: 1, growth: 6%, volatility: 35%}}}}
{debts}
market: {{model: lognormal, rate: 2%}}
policy: {{kind: planned, limit: funding}}
bets: {{Rocket: {{cheque: 40, date: 2026-01-02, outcome: {{kind: table, multiples: [0, 1, 5], odds: [50%, 25%, 25%], years: 3}}}}}}
horizon: 3y
step: week
"""
LOAN = "debts: {Loan: {kind: margin_loan, principal: 50, secured_on: {Acme: all}, rate: 2%, call_at: 60%, reset_to: 45%, close_out_at: 75%}}"


def test_a_margin_loan_makes_the_best_size_smaller_on_the_same_market() -> None:
    """The same shares and the same free cash; one house owes 50 against the shares."""
    free = size(house(LOANED.format(debts="")), ruin_cap=None, paths=8_000).to_dict()["best"]
    owing = size(house(LOANED.format(debts=LOAN)), ruin_cap=None, paths=8_000).to_dict()["best"]
    assert owing["high"] < free["low"]


# ------------------------------------------------------------------ what there is to say


def test_a_bet_that_is_never_worth_it() -> None:
    found = size(pure(odds=(0.8, 0.15, 0.05)), paths=2_000).to_dict()
    assert found["best"]["cheque"] == 0.0
    assert found["said"][0] == "Do not bet on Rocket: every cheque grows slower than none."


def test_a_curve_that_still_rises_at_all_in() -> None:
    found = size(pure((0.9, 3.0), (0.5, 0.5)), paths=2_000).to_dict()
    assert found["best"]["rising"] and found["best"]["cheque"] == pytest.approx(100.0, rel=1e-3)
    assert (
        found["said"][0]
        == "The curve still rises at 100.0 USD, all that can be raised: money, not growth, is the limit."
    )


def test_a_cap_that_not_even_nothing_meets() -> None:
    text = LOANED.format(
        debts=LOAN.replace("principal: 50", "principal: 90").replace("60%", "95%").replace("75%", "99%")
    )
    found = size(house(text), drawdown_cap=(0.2, 0.05), paths=1_000).to_dict()
    assert found["best"] is None and found["cap_broken"] == "drawdown"
    assert found["said"][0] == (
        "No cheque keeps this house within its cap (a fall of NAV by 20 % on at most 5 % of paths): not even a cheque of nothing does."
    )


def test_a_ruin_cap_binds_where_the_odds_of_ruin_jump() -> None:
    """Ruin at half of today: a loss of 80 % of the cheque (odds 50 %) ruins from a cheque of 62.5 on; Kelly would bet less, so odds are moved."""
    rich = pure((0.2, 1.0, 9.0), (0.2, 0.3, 0.5), ruin=0.5)
    free = size(rich, ruin_cap=None, paths=4_000).to_dict()["best"]
    capped = size(rich, ruin_cap=0.05, paths=4_000).to_dict()["best"]
    assert free["cheque"] > 62.5 >= capped["cheque"] > 40.0
    assert capped["binds"] == "ruin" and capped["ruin"]["p"] == 0.0


def test_the_ltv_cap_is_the_ceiling() -> None:
    """(D + x) / (H + x) with cash 50 and no debt: D = -50, H = 100; at 25 % x = (25 + 50) / (1 - 0.25) = 100, beyond all cash."""
    text = LOANED.format(debts="").replace("odds: [50%, 25%, 25%]", "odds: [0%, 50%, 50%]")
    capped = size(house(text), ltv_cap=0.0, ruin_cap=None, paths=1_000).to_dict()["best"]
    assert capped["cheque"] == pytest.approx(50.0) and capped["binds"] == "ltv"


# ------------------------------------------------------------------ belief


def test_the_belief_needed_makes_the_cheque_the_best_one() -> None:
    """With the tilted odds the asked cheque maximises E log, by direct integration; and the tilt is the least one."""
    found = size(pure(), paths=4_000).to_dict()["belief_needed"]
    q = tuple(found["odds"])
    top = minimize_scalar(lambda x: -growth_of(x, MULTIPLES, q), bounds=(0.0, 99.0), method="bounded").x
    assert top == pytest.approx(80.0, abs=1.5)  # marginal growth is that of the last 2 % of the cheque
    assert found["relative_entropy"] == pytest.approx(sum(a * math.log(a / b) for a, b in zip(q, ODDS, strict=True)))
    g = np.array(found["marginal_growth"])
    assert abs(np.dot(q, g)) < 1e-9 * np.abs(g).max()
    for other in np.random.default_rng(1).dirichlet(np.ones(3), 2_000):
        if other @ g >= 0.0:
            assert np.sum(other * np.log(other / np.array(ODDS))) >= found["relative_entropy"] - 1e-12


def test_no_odds_can_justify_a_loss_for_sure() -> None:
    found = size(pure((0.1, 0.5, 0.9)), paths=500).to_dict()
    assert found["belief_needed"] is None
    assert found["belief_needed_reason"].startswith("No odds on these multiples can justify this cheque")


def test_an_outcome_that_is_no_table_is_cut_into_one() -> None:
    outcome = warchest.load("founder").changed(
        {
            "bets": {
                "Rocket": {"outcome": {"kind": "lognormal", "mean": 2, "volatility": "50%", "loss": "30%", "years": 4}}
            }
        }
    )
    parts = belief.strata(outcome.spec.bets["Rocket"].outcome)
    assert parts.odds.sum() == pytest.approx(1.0)
    assert parts.multiples @ parts.odds == pytest.approx(2.0, rel=5e-3)


# ------------------------------------------------------------------ the contract


def test_the_answer_has_what_the_contract_says() -> None:
    done = CliRunner().invoke(app, ["size", "founder", "--bet", "Rocket", "--paths", "300", "--json"])
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    row = set("cheque growth growth_se median_nav ruin margin_call forced_sale default loss cut".split())
    for place in (*found["curve"], found["all_in"], found["asked"]):
        assert row <= set(place)
    assert {"cheque", "low", "high", "growth", "ruin"} <= set(found["best"])
    assert {"bet", "curve", "best", "all_in", "asked", "belief_needed", "paths", "seed"} <= set(found)
    assert found["curve"][0]["cheque"] == 0.0


def test_intuition_costs_growth() -> None:
    """The belief of the flagship writes about everything; deciding on it costs growth against the best size."""
    found = size(warchest.load("softbank-2023"), "OpenAI", paths=2_000).to_dict()
    assert found["intuition"]["cheque"] > found["best"]["cheque"]
    assert found["intuition"]["growth_believed"] > 0.1 > found["intuition"]["growth"]
    assert found["intuition"]["growth_cost"] > 0.0


def test_upper_limits_fall_with_the_number_of_paths() -> None:
    few, many = (float(curve.upper(np.array([n // 100]), n)[0]) for n in (1_000, 100_000))
    assert few > many > 0.01


# ------------------------------------------------------------------ power laws and ideas


def law(**more: float) -> PowerLaw:
    return PowerLaw(**{"shape": 1.3, "cap": 1000.0, "years": 5.0, **more})


@pytest.mark.parametrize(("shape", "tenbagger"), [(1.0, 0.10), (1.3, 0.050), (2.0, 0.010)])
def test_ten_baggers_of_a_power_law(shape: float, tenbagger: float) -> None:
    """V12 (Othman 2019; algebra): P(M > 10 | win) 10.0, 5.0, 1.0 %, here with a cap so far away that it does not matter."""
    u = (np.arange(1_000_000) + 0.5) / 1_000_000
    assert np.mean(law(shape=shape, cap=1e9).quantile(u) > 10.0) == pytest.approx(tenbagger, abs=2e-4)


@pytest.mark.parametrize(("shape", "cap", "mean"), [(1.0, 1e6, 13.8), (1.3, 1e12, 4.333), (2.0, 1e9, 2.0)])
def test_mean_of_a_power_law(shape: float, cap: float, mean: float) -> None:
    """V12: no mean at shape 1.0, 13.8 cut at 1e6; 4.333; 2.000. And the quantile has that mean."""
    assert law(shape=shape, cap=cap).mean() == pytest.approx(mean, abs=0.05)
    near = law(shape=shape, cap=50.0, loss=0.4)
    u = (np.arange(400_000) + 0.5) / 400_000
    assert near.quantile(u).mean() == pytest.approx(near.mean(), rel=1e-4)


def test_a_power_law_shows_what_its_cap_does() -> None:
    text = PURE.format(multiples=[0, 1], odds=[0.5, 0.5], cash=100.0, ruin="").replace(
        "{kind: table, multiples: [0, 1], odds: [0.5, 0.5], years: 2}",
        "{kind: power_law, shape: 1.1, cap: 100, loss: 65%, years: 2}",
    )
    found = size(house(text), ruin_cap=None, paths=4_000).to_dict()["caps_of_tail"]
    assert [c["cap"] for c in found] == [10.0, 100.0, 1000.0]
    assert found[0]["cheque"] < found[1]["cheque"] < found[2]["cheque"]
    assert found[0]["mean_multiple"] < found[1]["mean_multiple"] < found[2]["mean_multiple"]


def test_the_best_looking_of_many_ideas_is_worse_than_it_looks() -> None:
    """Noise alone: the winner looks exp(0.5 x 2.746) times as good and is no better; the shrunken size is the best size."""
    text = PURE.format(multiples=list(MULTIPLES), odds=list(ODDS), cash=100.0, ruin="").replace(
        "outcome:", "noise: 50%, ideas: 200, outcome:"
    )
    found = size(house(text), ruin_cap=None, paths=8_000).to_dict()
    curse = found["winners_curse"]
    assert curse["looks"] == pytest.approx(math.exp(0.5 * 2.746), rel=1e-3) and curse["is"] == 1.0
    assert curse["on_looks"]["growth"] < curse["on_looks"]["growth_believed"]
    assert curse["on_looks"]["growth"] < curse["shrunken"]["growth"]
    assert found["best"]["low"] <= curse["shrunken"]["cheque"] <= found["best"]["high"]


def test_how_much_of_a_good_look_is_true() -> None:
    """The regression of the truth on what is seen, by draws: the best-looking of 50, 20,000 times."""
    rng = np.random.default_rng(3)
    true = rng.normal(0.0, 0.3, (20_000, 50))
    seen = true + rng.normal(0.0, 0.4, true.shape)
    best = seen.argmax(axis=1)
    looks, real = (np.take_along_axis(x, best[:, None], 1)[:, 0] for x in (seen, true))
    error = real.std() / math.sqrt(len(real))
    assert abs(looks.mean() - 0.5 * intuition.largest_of(50)) < 4 * looks.std() / math.sqrt(len(looks))
    assert abs(real.mean() - intuition.shrinkage(0.4, 0.3) * 0.5 * intuition.largest_of(50)) < 4 * error


def test_the_mean_promises_what_the_typical_future_does_not_get() -> None:
    """ALL IN of a house of cash: after two years NAV is 100 M, so the mean is 100 E[M] and the median 100 x the median multiple."""
    bold = pure((0.2, 0.8, 6.0), (0.45, 0.3, 0.25))
    seen = size(bold, ruin_cap=None, paths=8_000).to_dict()["vision"]
    assert seen["years"][-1] == pytest.approx(10.0)
    close(seen["mean"][-1], 100.0 * (0.2 * 0.45 + 0.8 * 0.3 + 6.0 * 0.25), seen["mean_se"][-1], 12.0)
    assert seen["median"][-1] == pytest.approx(80.0, rel=1e-6)
    assert abs(seen["below_start"] - 0.75) < 4 * math.sqrt(0.75 * 0.25 / 8_000)


def two_bets(folder: Path) -> Path:
    told = warchest.load("founder").tree.text
    first = told[told.index("{Rocket: ") + 1 : told.rindex("}}}") + 2]
    file = folder / "two.yaml"
    file.write_text(told.replace(first, f"{first}, {first.replace('Rocket', 'Comet')}"), encoding="utf-8")
    return file


@pytest.mark.parametrize("beside", [["--holding", "Acme"], ["--bet", "all"]])
@pytest.mark.parametrize("option", [["--cheque", "1m"], ["--ltv-cap", "30%"]])
def test_an_option_that_says_nothing_is_refused(beside: list[str], option: list[str], tmp_path: Path) -> None:
    with pytest.raises(InputError, match=f"{option[0]}  says nothing beside"):
        CliRunner().invoke(app, ["size", str(two_bets(tmp_path)), *beside, *option], catch_exceptions=False)


def test_all_bets_are_those_of_the_file() -> None:
    told = [
        CliRunner().invoke(app, ["size", "founder", *bet, "--paths", "256", "--json"]).stdout
        for bet in ([], ["--bet", "all"])
    ]
    assert told[0] == told[1] != ""


# ------------------------------------------------------------------ what is asked wrongly, and what cannot be told


def test_both_growths_of_the_sentence_are_of_the_same_futures() -> None:
    found = size(pure(), paths=500, seed=2).to_dict()
    said = next(s for s in found["said"] if s.startswith("The asked"))
    assert f"{percent(found['asked']['growth'])} a year instead of {percent(found['best']['growth_searched'])}" in said
    assert found["best"]["growth_searched"] >= found["asked"]["growth"]


def test_a_bet_that_outlives_the_horizon_says_how_much_of_it_was_seen() -> None:
    chosen = house(pure().tree.text.replace("years: 2}", "years: 8}"))
    found = size(chosen, paths=256).to_dict()
    assert found["seen"] == 0.25
    assert any("The horizon sees 25 % of the life of Rocket" in said for said in found["said"])
    assert not any("The horizon sees" in said for said in size(pure(), paths=256).to_dict()["said"])


def test_a_bet_after_the_horizon_has_no_size() -> None:
    with pytest.raises(CannotError, match="dated after the horizon"):
        size(house(pure().tree.text.replace("date: 2026-01-02", "date: 2030-01-02")), paths=256)


def test_a_cap_that_few_paths_cannot_show_is_met_by_more_of_them() -> None:
    """No path is ever ruined by a cheque of nothing; 40 paths alone cannot show that its odds are below 5 %."""
    assert size(pure(), paths=40).to_dict()["best"] is not None
    with pytest.raises(CannotError, match=r"160 paths cannot tell whether odds are below 0\.01 %"):
        size(pure(), ruin_cap=0.0001, paths=10)


@pytest.mark.parametrize("wrong", [
    {"ruin_cap": 2.0}, {"ruin_cap": math.nan}, {"ruin_cap": 0.0}, {"drawdown_cap": (2.0, 0.1)}, {"drawdown_cap": (0.5, -1.0)},
    {"cheque": math.nan}, {"cheque": 0.0}, {"ltv_cap": -0.1},
])  # fmt: skip
def test_caps_and_cheques_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(CannotError, match="must be in"):
        size(pure(), paths=64, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [
    ["--cheque", "5m XXX"], ["--cheque", "0"], ["--cheque", "-5m"], ["--ruin-cap", "0%"], ["--drawdown-cap", "50%"],
    ["--drawdown-cap", "50%@0%"], ["--ltv-cap", "150%"],
])  # fmt: skip
def test_the_command_refuses_them_in_words(wrong: list[str]) -> None:
    with pytest.raises(InputError, match=wrong[0]):
        CliRunner().invoke(app, ["size", "founder", *wrong], catch_exceptions=False)


def test_a_cheque_below_the_best_needs_no_belief() -> None:
    chosen = pure(multiples=(2.0,), odds=(1.0,))
    found = size(chosen, paths=64).to_dict()
    assert found["asked"]["cheque"] < found["best"]["cheque"]
    assert "To make" not in text.size(found)


def test_several_bets_have_intervals() -> None:
    told = pure().tree.text
    bet = "Rocket: {cheque: 80, date: 2026-01-02, outcome: {kind: table, multiples: [0.2, 1.0, 4.0], odds: [0.5, 0.3, 0.2], years: 2}}"
    assert bet in told
    found = warchest.size_together(
        house(told.replace(bet, f"{bet}, {bet.replace('Rocket', 'Comet')}")), ["Rocket", "Comet"], paths=2_000
    )
    for row in found.to_dict()["bets"]:
        assert 0.0 < row["low"] <= row["cheque"] <= row["high"]
    with pytest.raises(CannotError, match="there is no 'Zed'"):
        warchest.size_together(pure(), ["Rocket", "Zed"])
