"""The engine's laws: the market never looks at the house, same seed same bits, a drift is a drift, symmetry, monotone calls."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import norm

from houses import barrier, close, house, mean_close, mixed
from warchest.compile import compile_house
from warchest.engine import run as blocks
from warchest.simulation import simulate

# ------------------------------------------------------------------ truths of a barrier

S10 = {"day": 0.429664, "week": 0.405083, "month": 0.361172}


@pytest.mark.parametrize("step", S10)
def test_odds_of_a_call_are_those_of_a_monitored_barrier(step: str) -> None:
    """S10: S0 = 100, B = 80, mu = .05, sigma = .30, T = 1, looked at 252, 52 and 12 times (O)."""
    run = simulate(barrier(step=step), paths=4_000_000, seed=11)
    found = run.to_dict()["probabilities"]["margin_call"]
    close(found["p"], S10[step], found["se"], 0.001)


def test_a_loan_that_capitalises_is_a_rising_barrier() -> None:
    """S10 again: a loan growing at r_L is a barrier with drift mu - r_L, so both have the same calls, path by path."""
    still = simulate(barrier(step="week"), paths=20_000, seed=3).paths
    rising = simulate(barrier(step="week", drift=0.05 + math.log1p(0.03), rate=0.03), paths=20_000, seed=3).paths
    assert still["first_call"].equals(rising["first_call"])


def test_each_loan_has_its_own_odds() -> None:
    """S10 twice, on two shares that know nothing of each other: each loan is called as if alone, the house when either is."""
    one = barrier(step="week").tree.text
    second = one.replace("Acme:", "Bolt:").replace("Loan:", "Second:").splitlines()
    share, loan = (
        second[5].removeprefix("holdings: {").removesuffix("}"),
        "\n".join(second[7:9]).replace("Acme", "Bolt"),
    )
    text = one.replace("}}\ndebts:", f"}}, {share}}}\ndebts:").replace("\nmarket:", f"\n{loan}\nmarket:")
    run = simulate(house(text), paths=400_000, seed=4)
    assert [found["name"] for found in run.loans] == ["Loan", "Second"]
    alone = S10["week"]
    for found in run.loans:
        for odds in (found["odds"]["12"], found["calls"]):
            close(odds["p"], alone, odds["se"], 0.004)
        assert found["odds"]["3"]["p"] < found["odds"]["12"]["p"]
        assert found["odds"]["36"] is None  # the run ends before
    either = run.to_dict()["probabilities"]["margin_call"]
    close(either["p"], 1 - (1 - alone) ** 2, either["se"], 0.004)


def crossed(barrier_at: float, drift: float, sigma: float, years: float) -> float:
    """P(a GBM touches a lower barrier), continuously: TRUTHS, formula of S10."""
    b, nu = math.log(barrier_at), drift - sigma**2 / 2
    root = sigma * math.sqrt(years)
    return float(
        norm.cdf((b - nu * years) / root) + math.exp(2 * nu * b / sigma**2) * norm.cdf((b + nu * years) / root)
    )


def test_the_formula_of_the_barrier_itself() -> None:
    """S10, continuous: .451333; S18 Black-Cox: .3354125 (F)."""
    assert crossed(0.8, 0.05, 0.3, 1.0) == pytest.approx(0.451333, abs=1e-6)
    assert crossed(0.6, 0.04, 0.25, 5.0) == pytest.approx(0.3354125, abs=1e-7)


@pytest.mark.parametrize(("step", "count"), [("week", 260), ("month", 60)])
def test_black_cox_on_a_grid(step: str, count: int) -> None:
    """S18 with its barrier moved by exp(-.5826 sigma sqrt(dt)) for the grid (Broadie, Glasserman, Kou 1997)."""
    moved = 0.6 * math.exp(-0.5825971579 * 0.25 * math.sqrt(5 / count))
    truth = crossed(moved, 0.04, 0.25, 5.0)
    loaned = barrier(drift=0.04, volatility=0.25, loan=45.0, call_at=0.75, step=step, horizon="5y")
    found = simulate(loaned, paths=400_000, seed=5).to_dict()["probabilities"]["margin_call"]
    assert abs(found["p"] - truth) < 4 * found["se"] + (
        0.0005 if step == "week" else 0.002
    )  # the correction's own error


# ------------------------------------------------------------------ a drift is a drift

DRIFT = """
house: Shares and nothing else
as_of: 2026-01-02
currency: JPY
fx: {{USDJPY: 150, EURUSD: 1.1}}
holdings:
  Home: {{kind: listed, shares: {home}, price: 100, growth: 8%, volatility: 40%, loadings: {{world: 1.2}}}}
  Abroad: {{kind: listed, shares: {abroad}, price: 1 EUR, growth: 6%, volatility: 45%, loadings: {{world: 1}}}}
  Firm: {{kind: private, value: {firm}, growth: 10%, volatility: 50%, loadings: {{world: 1}}}}
market: {{model: {model}, tail: 4, factors: {{world: {{volatility: 16%}}}}, currencies: {{USDJPY: {{volatility: 12%, growth: 2%}}, EURUSD: {{volatility: 9%, growth: -1%}}}}}}
horizon: 2y
step: month
"""


@pytest.mark.parametrize("model", ["lognormal", "student_t"])
@pytest.mark.parametrize(
    ("what", "growth"), [("home", 1.08), ("abroad", 1.06 * 1.02 * 0.99), ("firm", 1.10)], ids=["home", "abroad", "firm"]
)
def test_expected_prices_follow_growth(model: str, what: str, growth: float) -> None:
    """E[price] = price today x (1 + growth)^T, in both markets, through two currencies, for true values too."""
    amounts = {"home": "1e-6", "abroad": "1e-6", "firm": 0, what: {"home": 1, "abroad": 1, "firm": 100}[what]}
    chosen = house(
        DRIFT.format(model=model, **amounts)
        if model == "student_t"
        else DRIFT.format(model=model, **amounts).replace("tail: 4, ", "")
    )
    run = simulate(chosen, paths=200_000, seed=7)
    mean_close(run.paths["nav"].to_numpy(), run.sample.start * growth**2, 0.009)


# ------------------------------------------------------------------ same seed, same bits


def bits(**how: int) -> np.ndarray:
    return simulate(mixed(), seed=4, **how).paths.to_numpy()


def test_threads_change_no_bit() -> None:
    one, two = bits(paths=2_000, threads=1), bits(paths=2_000, threads=2)
    np.testing.assert_array_equal(one, two)


def test_path_k_is_path_k_however_many_are_lived() -> None:
    few, many = bits(paths=5_000), bits(paths=50_000)
    np.testing.assert_array_equal(few[4_711], many[4_711])
    np.testing.assert_array_equal(few, many[:5_000])


def test_chunks_change_no_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = bits(paths=600)
    monkeypatch.setattr(blocks, "CHUNK", 7)
    np.testing.assert_array_equal(whole, bits(paths=600))


def test_another_seed_is_another_world() -> None:
    assert not np.array_equal(simulate(mixed(), 256, seed=1).paths["nav"], simulate(mixed(), 256, seed=2).paths["nav"])


# ------------------------------------------------------------------ the market never looks at the house


def test_a_bet_more_changes_no_price() -> None:
    """A bet that returns exactly its money leaves NAV where it was, on every path: the world was the same."""
    text = """
house: Bets
as_of: 2026-01-02
currency: USD
cash: 100
limits: {{ltv_max: 90%}}
holdings: {{Acme: {{kind: listed, shares: 1, price: 100, volatility: 40%}}}}
market: {{model: student_t, rate: 0}}
policy: {{kind: {policy}}}
bets:
{first}  Even: {{cheque: 50, date: 2026-02-02, outcome: {{kind: table, multiples: [1], odds: [100%], years: 1}}}}
horizon: 2y
"""
    other = "  Other: {cheque: 10, date: 2026-03-02, outcome: {kind: table, multiples: [1], odds: [100%], years: 1}}\n"
    runs = [
        simulate(house(text.format(policy=policy, first=first)), 1_000, seed=9).paths["nav"]
        for policy, first in (("hold", ""), ("planned", ""), ("planned", other))
    ]
    for run in runs[1:]:
        np.testing.assert_allclose(runs[0], run, rtol=1e-6)  # columns are float32


# ------------------------------------------------------------------ symmetry


def test_names_change_no_bit() -> None:
    np.testing.assert_array_equal(bits(paths=1_000), simulate(mixed(names="ZYXWVUT"), 1_000, seed=4).paths.to_numpy())


def test_the_unit_of_money_changes_nothing() -> None:
    """Amounts scale (float32 columns: 1e-6), events stay where they are."""
    base = simulate(mixed(), 2_000, seed=4).paths
    scaled = simulate(mixed(scale=4), 2_000, seed=4).paths
    for column in ("first_call", "first_sale", "default", "ruin", "halved", "calls", "first_breach"):
        assert base[column].equals(scaled[column]), column
    for column in ("nav", "nav_min", "cash_min", "cheque"):
        np.testing.assert_allclose(4 * base[column], scaled[column], rtol=1e-5, atol=1.0)


def test_a_second_line_of_the_same_asset_changes_nothing() -> None:
    """Calls, cures, new loans and sales fall on all shares of an asset alike, whichever holding they were written under."""
    base = bits(paths=2_000)
    split = mixed(sharesa="7m", more="  More: {kind: listed, asset: Na, shares: 3m}")
    np.testing.assert_array_equal(base, simulate(split, 2_000, seed=4).paths.to_numpy())
    assert {debt for debt in compile_house(split).names.debts if debt.startswith("New loan")} == {
        "New loan on Na",
        "New loan on Nb",
    }


def test_the_order_of_the_file_changes_no_odds() -> None:
    """Other draws for each asset, the same odds: reordered holdings and debts agree within standard errors."""
    lines = mixed().tree.text.splitlines()
    swapped = [*lines]
    for first, second in (("  Na:", "  Nc:"), ("  Nd:", "  Nf:")):
        i = next(n for n, line in enumerate(lines) if line.startswith(first))
        j = next(n for n, line in enumerate(lines) if line.startswith(second))
        swapped[i], swapped[j] = lines[j], lines[i]
    n = 20_000
    one, other = (simulate(house("\n".join(x)), n, seed=4).paths for x in (lines, swapped))
    for column in ("first_call", "first_sale", "first_breach", "ruin", "halved"):
        p, q = (float((~run[column].isna()).mean()) for run in (one, other))
        close(p - q, 0.0, math.sqrt((p * (1 - p) + q * (1 - q)) / n), 0.03)
    assert not one["nav"].equals(other["nav"])


# ------------------------------------------------------------------ calls are monotone


def first_calls(**terms: float) -> np.ndarray:
    calls = simulate(barrier(step="week", horizon="3y", **terms), 20_000, seed=6).paths["first_call"].to_numpy()
    return np.where(np.isnan(calls), np.inf, calls)


def test_a_smaller_loan_or_a_higher_trigger_is_never_called_earlier() -> None:
    base = first_calls()
    assert (first_calls(loan=50.0) >= base).all()
    assert (first_calls(call_at=0.85) >= base).all()
    assert (first_calls(loan=50.0) > base).any()
