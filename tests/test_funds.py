"""A fund's flows: V01-V11 and S39 to the digit, and laws of waterfalls and paces over random ones."""

from __future__ import annotations

import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom
from typer.testing import CliRunner

from warchest.bets import PowerLaw
from warchest.bets.correlation_ventures import CorrelationVentures
from warchest.cli import app
from warchest.core.errors import CannotError, InputError
from warchest.holdings.waterfall_rule import tiers
from warchest.questions.pace import fund, pace
from warchest.questions.waterfall import TIERS, waterfall
from warchest.results.flows import irr, market_equivalent, multiples

# ------------------------------------------------------------------ flows


def test_multiples() -> None:
    """V07."""
    found = multiples([-125, 19, 38], nav=122.7)
    assert [round(x, 3) for x in (found.dpi, found.rvpi, found.tvpi)] == [0.456, 0.982, 1.438]


def test_irr_of_even_years() -> None:
    """S39: IRR."""
    assert irr([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]).value == pytest.approx(0.0866309480, abs=1e-9)


def test_irr_of_dated_flows() -> None:
    """S39: XIRR, days / 365."""
    days = [dt.date(2008, 1, 1), dt.date(2008, 3, 1), dt.date(2008, 10, 30), dt.date(2009, 2, 15), dt.date(2009, 4, 1)]
    times = [(day - days[0]).days / 365 for day in days]
    assert irr([-10_000, 2_750, 4_250, 3_250, 2_750], times).value == pytest.approx(0.3733625335, abs=1e-8)


def test_two_rates_are_said_to_be_two() -> None:
    """V09: about -76 % and 185 %."""
    found = irr([-50, -100, 600, 300, -100])
    assert found.value is None
    assert found.status == "several rates"
    assert found.rates == pytest.approx((-0.76, 1.85), abs=0.01)


def test_no_rate() -> None:
    assert irr([-1, -2]).status == irr([0, 0]).status == "no rate"
    assert irr([-1, 3, -3]).status == "no rate"  # changes its sign twice and is never worth nothing


def test_a_total_loss_and_a_windfall_have_their_rates() -> None:
    assert irr([-100, 1e-6]).value == pytest.approx(-1.0 + 1e-8, abs=1e-12)
    assert irr([-1e-6, 100], [0, 0.5]).value == pytest.approx(1e16, rel=1e-9)


amounts = st.floats(-1e4, 1e4).filter(lambda x: abs(x) > 1.0)


@given(st.lists(st.tuples(amounts, st.floats(0.5, 2.0)), min_size=2, max_size=12))
def test_every_rate_makes_the_flows_worth_nothing(flows: list[tuple[float, float]]) -> None:
    a = np.array([amount for amount, _ in flows])
    t = np.cumsum([gap for _, gap in flows])
    changes = int(np.sum(np.sign(a[1:]) != np.sign(a[:-1])))
    found = irr(a, t)
    assert len(found.rates) <= changes  # Descartes
    assert len(found.rates) == 1 or changes != 1
    for rate in found.rates:
        each = a * np.exp(-np.log1p(rate) * (t - (t[0] if rate > 0 else t[-1])))
        assert abs(each.sum()) <= 1e-6 * abs(each).sum()


def test_market_equivalents() -> None:
    """V08."""
    flows = [-100, -50, 60, 10, 0]
    found = market_equivalent(flows, [100, 105, 115, 117, 120], nav=110)
    assert found.index_nav == pytest.approx(104.27775, abs=5e-6)
    assert found.ln.value == pytest.approx(0.0530237, abs=5e-8)
    assert found.ks == pytest.approx(1.032303, abs=5e-7)
    assert found.direct_alpha.value == pytest.approx(0.0108985, abs=5e-8)
    assert irr([*flows[:-1], 110]).value == pytest.approx(0.0643386, abs=5e-8)


def test_the_index_itself_is_its_own_equal() -> None:
    index = np.array([100.0, 90.0, 130.0, 120.0])
    units = np.array([-1.0, -2.0, 0.5, 0.0])
    found = market_equivalent(units * index, index, nav=2.5 * 120)
    assert found.ks == pytest.approx(1.0)
    assert found.direct_alpha.value == pytest.approx(0.0, abs=1e-12)


def test_an_index_at_nothing_is_refused() -> None:
    with pytest.raises(CannotError, match="above zero"):
        market_equivalent([-1, 1], [100, 0], nav=0)
    with pytest.raises(CannotError, match="paid in"):
        multiples([1, 2])


# ------------------------------------------------------------------ waterfalls

TWO = {"A": [(0, -100), (3, 250)], "B": [(0, -100), (5, 40)]}


def test_an_american_waterfall() -> None:
    """V03: return of capital 100; preferred 25.9712; catch-up 6.4928; split 94.0288 / 23.5072; GP 30."""
    found = waterfall(TWO, style="american")
    assert [round(found.rows[0][tier], 4) for tier in TIERS] == [100.0, 25.9712, 0.0, 94.0288, 6.4928, 23.5072]
    assert found.gp == pytest.approx(30.0, abs=1e-9)


def test_a_european_waterfall() -> None:
    """V04: t3 all 250 to LPs; t5: 2.2656 owed, catch-up 13.0664, LP 19.7344, GP 4.9336; GP 18 in all."""
    found = waterfall(TWO)
    first, second = found.rows
    assert first["capital"] + first["preferred"] == pytest.approx(250.0)
    told = second["preferred"], second["catch_up_gp"], second["split_investors"], second["split_gp"]
    assert [round(x, 4) for x in told] == [2.2656, 13.0664, 19.7344, 4.9336]
    assert found.gp == pytest.approx(18.0, abs=1e-9)


def test_the_clawback_is_the_larger_of_both_tests() -> None:
    """V05: 12 by the excess-carry test, 0 by the hurdle test."""
    found = waterfall(TWO, style="american")
    assert (round(found.excess, 9), found.shortfall, round(found.clawback, 9)) == (12.0, 0.0, 12.0)


def test_a_clawback_is_at_most_the_carry() -> None:
    found = waterfall({"A": [(0, -100), (1, 150)], "B": [(0, -1000)]}, style="american")
    assert found.clawback == found.gp == pytest.approx(10.0)
    assert found.shortfall > found.gp


@pytest.mark.parametrize(("compounding", "owed"), [(True, 331.0), (False, 300.0)])
def test_the_preferred_return(compounding: bool, owed: float) -> None:
    """V06: three years at 10 % on 1,000."""
    found = waterfall({"A": [(0, -1000), (3, 1e6)]}, hurdle=0.10, compounding=compounding)
    assert found.rows[0]["preferred"] == pytest.approx(owed)


def test_european_carry_may_be_above_american() -> None:
    """The false friend of TRUTHS: 100 -> 105 and 100 -> 200 in a year at 8 %: 21 against 20."""
    two = {"A": [(0, -100), (1, 105)], "B": [(0, -100), (1, 200)]}
    assert waterfall(two).gp == pytest.approx(21.0)
    assert waterfall(two, style="american").gp == pytest.approx(20.0)


money = st.floats(0.0, 1e6)


@given(money, money, money, money, money, st.floats(0.0, 0.5), st.floats(0.0, 1.0))
def test_tiers_add_up_and_no_cash_makes_no_tiers(
    cash: float, capital: float, preferred: float, profit: float, carried: float, carry: float, catch_up: float
) -> None:
    shares = tiers(cash, capital, preferred, profit, carried, carry, catch_up)
    assert min(shares) >= 0.0
    assert sum(shares) == pytest.approx(cash, rel=1e-12, abs=1e-9)
    assert tiers(0.0, capital, preferred, profit, carried, carry, catch_up) == (0.0,) * 6


deals = st.dictionaries(
    st.sampled_from("ABCD"),
    st.lists(st.tuples(st.floats(0, 12), st.floats(-100, 300).filter(lambda x: abs(x) > 0.01)), min_size=1, max_size=5),
    min_size=1,
)


@given(deals, st.sampled_from(["european", "american"]), st.booleans(), st.floats(0.0, 0.4), st.floats(0.0, 1.0))
def test_everything_goes_to_somebody(flows, style: str, compounding: bool, carry: float, catch_up: float) -> None:
    found = waterfall(flows, carry=carry, catch_up=catch_up, style=style, compounding=compounding)
    cash = sum(a for flow in flows.values() for _, a in flow if a > 0)
    assert found.investors + found.gp == pytest.approx(cash, abs=1e-6)
    assert sum(row[tier] for row in found.rows for tier in TIERS) == pytest.approx(cash, abs=1e-6)
    assert 0.0 <= found.clawback <= found.gp + 1e-9


@given(st.floats(1, 1000), st.floats(0.1, 12), st.floats(0.01, 0.4), st.floats(0.5, 1.0), st.floats(1.0, 50.0))
def test_with_enough_cash_the_gp_has_its_share_of_profit(
    cost: float, years: float, carry: float, catch_up: float, times: float
) -> None:
    brings = cost * 1.08**years * (1.0 + carry / (catch_up - carry)) * (1.0 + times)
    found = waterfall({"A": [(0, -cost), (years, brings)]}, carry=carry, catch_up=catch_up)
    assert found.gp == pytest.approx(carry * (brings - cost), rel=1e-9)
    less = waterfall({"A": [(0, -cost), (years, 0.9 * brings)]}, carry=carry, catch_up=catch_up)
    assert less.gp <= found.gp


def test_terms_that_make_no_sense_are_refused() -> None:
    with pytest.raises(CannotError, match=r"carry is 1\.0"):
        waterfall(TWO, carry=1.0)
    with pytest.raises(CannotError, match="style is 'asian'"):
        waterfall(TWO, style="asian")  # type: ignore[arg-type]


# ------------------------------------------------------------------ pace

V01_NAV = [25.0, 52.9046, 82.9265, 100.2019, 106.7923, 102.4693, 87.2607, 63.6039, 37.2513, 15.6044, 3.5449, 0.0489]
V01_PAID = [0.0, 0.3204, 1.8682, 6.0113, 12.6890, 21.3326, 30.0929, 35.7824, 35.0119, 26.6850, 14.1858, 4.0057]


def test_the_pace_of_a_venture_fund() -> None:
    """V01: Takahashi and Alexander (2001), venture base."""
    found = fund(100, calls=(0.25, 0.333, 0.5), life=12, bow=2.5, growth=0.13)
    assert found.nav.round(4).tolist() == V01_NAV
    assert found.distributed.round(4).tolist() == V01_PAID
    assert round(float(found.distributed.sum()), 4) == 187.9851
    programme = pace({2001: 100}, calls=(0.25, 0.333, 0.5)).to_dict()
    assert round(programme["tvpi"], 4) == 1.8813


@given(
    st.floats(1, 1e9), st.lists(st.floats(0, 1), min_size=1, max_size=5), st.integers(1, 30), st.floats(0, 10),
    st.floats(-0.5, 0.5), st.floats(0, 1),
)  # fmt: skip
def test_a_pace_earns_its_growth(commitment, calls, life, bow, growth, income) -> None:
    """V02: the flows, with what is left, are worth nothing today at the rate of growth."""
    found = fund(commitment, calls=calls, life=life, bow=bow, growth=growth, income=income)
    flows = found.distributed - found.called
    flows[-1] += found.nav[-1]
    worth = flows / (1.0 + growth) ** np.arange(life)
    assert abs(worth.sum()) <= 1e-9 * abs(worth).sum() + 1e-12 * commitment
    assert found.called.sum() <= commitment * (1 + 1e-12)


def test_a_programme_is_the_sum_of_its_funds() -> None:
    found = pace({2026: 100, 2028: 50}, most=120).to_frame().set_index("year")
    one = fund(100)
    assert found.loc[2027, "nav"] == pytest.approx(one.nav[1])
    assert found.loc[2028, "called"] == pytest.approx(one.called[2] + fund(50).called[0])
    assert found.loc[2028, "left"] == pytest.approx(120 + found.loc[2028, "net"])
    assert found.index[-1] == 2039
    assert found["uncalled"].iloc[-1] == pytest.approx(150 - found["called"].sum())


def test_pace_on_the_command_line() -> None:
    command = ["pace", "--commit", "2026=100m", "--commit", "2027=50m", "--calls", "25%,33.3%,50%", "--cash", "90m"]
    told = json.loads(CliRunner().invoke(app, [*command, "--json"], catch_exceptions=False).stdout)
    assert told["years"][0]["called"] == pytest.approx(25e6)
    said = CliRunner().invoke(app, command, catch_exceptions=False).stdout
    assert "the money at hand runs out in 2028" in said.lower()


@pytest.mark.parametrize(
    "wrong", [["--commit", "100m"], ["--commit", "2026=lots"], ["--commit", "2026=1m", "--calls", "150%"]]
)
def test_a_wrong_pace_is_refused_in_words(wrong: list[str]) -> None:
    with pytest.raises((InputError, CannotError)):
        CliRunner().invoke(app, ["pace", *wrong], catch_exceptions=False)


# ------------------------------------------------------------------ venture outcomes


@pytest.mark.parametrize(("n", "odds"), [(10, 0.335), (20, 0.558), (30, 0.706), (50, 0.870), (88, 0.972)])
def test_the_odds_of_a_ten_bagger(n: int, odds: float) -> None:
    """V11: 4 % each; by count the outcome `correlation_ventures` has them, and so has the binomial law."""
    outcome = CorrelationVentures(years=5)
    rng = np.random.default_rng(n)
    found = outcome.quantile(rng.random((40_000, n)))
    hits = (found >= 10.0).any(axis=1)
    p, error = hits.mean(), math.sqrt(odds * (1 - odds) / len(hits))
    assert abs(p - binom.sf(0, n, 0.04)) < 4 * error
    assert float(binom.sf(0, n, 0.04)) == pytest.approx(odds, abs=0.0005)


def test_its_mean_is_that_of_its_draws() -> None:
    for by in ("count", "money"):
        outcome = CorrelationVentures(by=by, cap=60, years=5)
        u = (np.arange(1_000_000) + 0.5) / 1_000_000
        assert outcome.mean() == pytest.approx(float(outcome.quantile(u).mean()), rel=1e-4)
        assert outcome.quantile(u).max() <= 60.0


def test_by_money_fewer_are_lost() -> None:
    """37 % of dollars below 1x, 65 % of financings."""
    u = (np.arange(100_000) + 0.5) / 100_000
    lost = [float((CorrelationVentures(by=by, years=5).quantile(u) < 1.0).mean()) for by in ("count", "money")]
    assert lost == pytest.approx([0.65, 0.37], abs=1e-4)


@pytest.mark.parametrize(("shape", "mean", "above"), [(1.0, 13.8, 0.10), (1.3, 4.333, 0.05), (2.0, 2.0, 0.01)])
def test_the_tail_of_winners(shape: float, mean: float, above: float) -> None:
    """V12: cut at 1e6 where there is no mean; P(M > 10 given a win)."""
    found = PowerLaw(shape=shape, cap=1e6 if shape == 1.0 else 1e12, years=5)
    assert found.mean() == pytest.approx(mean, abs=0.05 if shape == 1.0 else 2e-3)
    u = (np.arange(1_000_000) + 0.5) / 1_000_000
    assert float((found.quantile(u) > 10.0).mean()) == pytest.approx(above, abs=5e-4)
