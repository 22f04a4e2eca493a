"""Markets that jump and change regimes: growth is growth, volatility is volatility, and money runs in hard times."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm
from scipy.stats import norm

from houses import close, house, mean_close
from warchest.compile import compile_house, compile_market
from warchest.core.errors import InputError
from warchest.engine.run import BLOCK, Workspace, generator
from warchest.engine.trace import lived
from warchest.house import House
from warchest.markets.jumps import Jump
from warchest.markets.regimes import stationary
from warchest.questions.autopsy import told as autopsied
from warchest.questions.story import story
from warchest.simulation import simulate

TWO = """
house: Two shares and a currency
as_of: 2026-01-02
currency: USD
fx: {{USDJPY: 150}}
cash: 10m
holdings:
  Acme: {{kind: listed, shares: 1m, price: 100, growth: 8%, volatility: 40%, loadings: {{world: 1.2}}}}
  Bolt: {{kind: listed, shares: 1m, price: 100 JPY, growth: 3%, volatility: 45%, loadings: {{world: 1.5}}}}
market:
  factors: {{world: {{volatility: 20%}}}}
  currencies: {{USDJPY: {{volatility: 10%, growth: 2%, loadings: {{world: 0.1}}}}}}
  rate: 3%
  {market}
step: {step}
horizon: 1y
"""
JUMPS = """model: jumps
  jumps:
    world: {a_year: 3, odds_up: 30%, up: 3%, down: 4%}
    own: {a_year: 2, odds_up: 40%, up: 10%, down: 12%}"""
REGIMES = """model: regimes
  regimes:
    boom: {lasts: 31mo}
    bust: {lasts: 12mo, volatility: 1.9, own: 1.3, growth: {world: -25%}, then: {boom: 100%}}"""
BOTH = REGIMES + "\n  jumps: {world: {}, Bolt: {a_year: 4, down: 8%}}\n  own_tail: 4\n  now: bust"
MARKETS = {
    "jumps": JUMPS,
    "jumps with tails": JUMPS + "\n  own_tail: 4",
    "regimes": REGIMES,
    "regimes with everything": BOTH,
    "student_t with own tails": "model: student_t\n  tail: 5\n  own_tail: 4",
    "lognormal with own tails": "model: lognormal\n  own_tail: 4",
}


def two(market: str, step: str = "month") -> House:
    """Two shares and a currency in a market."""
    return house(TWO.format(market=market, step=step))


def worlds(made: House, blocks: int, seed: int = 5) -> np.ndarray:
    """Gross returns (paths, rows, T) of so many blocks of paths."""
    work = Workspace(compile_market(made), [compile_house(made).origin])
    found = []
    for block in range(blocks):
        rng = generator(seed, block, 0)
        found += [work.fill(rng).copy() for _ in range(BLOCK)]
    return np.array(found)


@pytest.mark.parametrize("name", MARKETS)
@pytest.mark.parametrize("step", ["month", "week"])
def test_expected_prices_follow_growth(name: str, step: str) -> None:
    """E[S_T] = S_0 (1 + growth)^T at half a year and at one, from today's regime on; a pair turned round, E[1 / X] aside."""
    made = two(MARKETS[name], step)
    prices = worlds(made, 240).cumprod(axis=2)
    steps = made.grid.steps
    for row, growth in ((0, 0.08), (1, 0.03)):
        for at in (steps // 2, steps):
            mean_close(prices[:, row, at - 1], (1.0 + growth) ** (at * made.grid.dt), 0.02)


@pytest.mark.parametrize("name", ["jumps", "jumps with tails", "student_t with own tails", "lognormal with own tails"])
def test_the_stated_volatility_is_of_everything_together(name: str) -> None:
    """Jumps and tails are a part of the volatility, not on top of it: the variance of a step's log return is s^2 dt."""
    moves = np.log(worlds(two(MARKETS[name]), 160))
    for row, volatility in ((0, 0.40), (1, 0.45)):
        variances = moves[:, row, :].var(axis=0, ddof=1)
        root = np.sqrt(variances.mean() * 12)
        errors = np.sqrt(variances * 12).std(ddof=1) / math.sqrt(12)
        close(float(root), volatility, float(errors), 0.02)


def test_regimes_keep_the_stated_variance_in_the_long_run() -> None:
    """Within regimes: the mean over the stationary odds of factor and own variances is the stated one."""
    market = compile_market(two(REGIMES, "week"))
    usual = stationary(np.array([[-12 / 31, 12 / 31], [1.0, -1.0]]))
    assert usual @ market.sizes**2 == pytest.approx([1.0, 1.0], rel=1e-12)
    assert market.sizes[1] / market.sizes[0] == pytest.approx([1.9, 1.3], rel=1e-12)


def test_time_is_spent_in_regimes_as_the_chain_says() -> None:
    """P(regime at T) is the row of exp(Q T) of today's regime, whatever the step."""
    generator_ = np.array([[-12 / 31, 12 / 31], [1.0, -1.0]])
    for step in ("month", "week"):
        found = worlds(two(REGIMES, step), 80)[:, -1, -1]
        mean_close(found, expm(generator_)[0, 1], 0.2)


def test_a_bust_moves_things_together() -> None:
    """Factors twice as wild and own shocks less so: correlation of two shares is higher in a bust, and as computed."""
    found = worlds(two(REGIMES), 100)
    regime, moves = found[:, -1, :].ravel(), np.log(found[:, :2, :])
    a, b = moves[:, 0, :].ravel(), moves[:, 1, :].ravel()
    market = compile_market(two(REGIMES))
    for k in (0, 1):
        common, own = market.sizes[k]
        beta, alone = market.betas[0, :2] * common, market.own[:2] * own
        expected = beta[0] * beta[1] / np.sqrt((beta**2 + alone**2).prod())
        chosen = regime == k
        r = np.corrcoef(a[chosen], b[chosen])[0, 1]
        error = 1.0 / math.sqrt(chosen.sum() - 3)
        close(math.atanh(r), math.atanh(expected), error, 0.03)


def test_jumps_of_a_factor_are_common_and_own_ones_are_not() -> None:
    """Without diffusion of note a step either jumps for both shares by their loadings, or for none."""
    market = "model: jumps\n  jumps: {world: {a_year: 2, odds_up: 20%, up: 3%, down: 7%}}"
    made = two(market)
    work = Workspace(compile_market(made), [compile_house(made).origin])
    terms = work.market
    work.market = terms._replace(own=0.0 * terms.own, betas=terms.betas, drift=0.0 * terms.drift)
    rng = generator(5, 0, 0)
    for _ in range(50):
        moves = np.log(work.fill(rng)[:2])
        np.testing.assert_allclose(moves[0] * 1.5, moves[1] * 1.2, atol=1e-12)


def test_own_tails_are_each_ones_own() -> None:
    """Without a factor two shares' wildest fifths of steps meet once in 25: a fall of one says nothing of the other."""
    alone = TWO.replace("loadings: {{world: 1.2}}", "loadings: {{}}").replace(
        "loadings: {{world: 1.5}}", "loadings: {{}}"
    )
    made = house(alone.format(market="model: lognormal\n  own_tail: 3", step="month"))
    moves = np.abs(np.log(worlds(made, 100)[:, :2, :]))
    wild = moves > np.quantile(moves, 0.8, axis=(0, 2), keepdims=True)
    mean_close((wild[:, 0, :] & wild[:, 1, :]).ravel().astype(float), 0.04, 0.05)


def test_mean_of_a_jump() -> None:
    """Kou (2002): E[e^J] - 1 of p = .4, 1/eta = 10 % and 20 % is .4 x 10/9 + .6 x 5/6 - 1; by quadrature of the density."""
    jump = Jump(a_year=1.0, odds_up=0.4, up=0.1, down=0.2)
    assert jump.lift() == pytest.approx(0.4 * 10 / 9 + 0.6 * 5 / 6 - 1.0, rel=1e-14)
    x = np.linspace(0.0, 12.0, 2_000_001)
    up = np.trapezoid(np.exp(x) * 10.0 * np.exp(-10.0 * x), x)
    down = np.trapezoid(np.exp(-x) * 5.0 * np.exp(-5.0 * x), x)
    assert jump.lift() == pytest.approx(0.4 * up + 0.6 * down - 1.0, abs=1e-5)
    assert math.isinf(Jump(up=0.5).lift(2.0))


def test_jumps_give_fat_tails_in_a_short_step_and_thin_ones_in_a_long() -> None:
    """Excess kurtosis of a compound Poisson is lambda E[J^4] / (s^4 dt): it dies with the step (cumulants add up)."""
    for step, dt in (("week", 1 / 52), ("month", 1 / 12)):
        made = two("model: jumps\n  jumps: {Acme: {a_year: 5, odds_up: 50%, up: 6%, down: 6%}}", step)
        moves = np.log(worlds(made, 120))[:, 0, :]
        expected = 5 * 24 * 0.06**4 / (0.4**4 * dt)
        each = np.array([((c - c.mean()) ** 4).mean() / c.var() ** 2 - 3.0 for c in moves.T])
        close(float(each.mean()), expected, float(each.std(ddof=1) / math.sqrt(len(each))), 1.5)


def test_a_path_is_the_same_path_whatever_is_lived_with_it() -> None:
    made = two(BOTH)
    few, many = simulate(made, paths=40, seed=3, threads=1), simulate(made, paths=300, seed=3, threads=2)
    assert few.paths["nav"].tolist() == many.paths["nav"].tolist()[:40]


# ------------------------------------------------------------------ money in hard times

LEAN = """
house: A house in hard times
as_of: 2026-01-02
currency: USD
cash: {cash}
limits: {{ltv_normal: 20%, ltv_max: 60%}}
lending: {{advance_rate: 40%, call_at: 60%, reset_to: 50%, close_out_at: 80%, rate: 4%}}
refinancing: {refinancing}
holdings:
  Acme: {{kind: listed, shares: 1m, price: 100, volatility: 30%}}
  Shop: {{kind: private, value: 50m, volatility: 30%, sale_discount: 20%}}
debts: {debts}
bets: {bets}
market:
  model: regimes
  rate: 0%
  regimes:
    boom: {{lasts: 3y}}
    bust: {{lasts: 1y, {bust}}}
policy: {{kind: hold}}
step: month
horizon: 6mo
"""
CLOSED = "new_loans: false, facilities: false, rolls: 0%, exits: false, discount: 25%, spread: 6%"


def through(
    regimes: list[int],
    bust: str = CLOSED,
    debts: str = "{}",
    cash: str = "1m",
    refinancing: str = "{}",
    bets: str = "{}",
):
    """A house lived at still prices through the regimes of six months; (log, names, last tables)."""
    compiled = compile_house(house(LEAN.format(cash=cash, debts=debts, bust=bust, refinancing=refinancing, bets=bets)))
    world = np.ones((4, 6))
    world[-1] = regimes
    traced = lived(compiled.origin, world, np.ones(1))
    return traced, compiled.names


NOTES = "{Notes: {kind: bond, principal: 20m, coupon: 3%, maturity: 2026-03-02, rolls: 100%, rolls_for: 2y}}"
LINE = "{Line: {kind: facility, limit: 30m, rate: 2%}, Notes: {kind: bond, principal: 20m, maturity: 2026-03-02}}"


def told(traced, names, code: str) -> list[tuple[int, str, float]]:
    """(step, name of the debt, amount) of every entry of a code."""
    from warchest.core.codes import LOG_CODES

    return [
        (int(e.step), names.debts[e.row], float(e.amount))
        for e in traced.log
        if LOG_CODES[e.code] == code and e.row < len(names.debts)
    ]


def test_in_good_times_a_line_is_drawn_and_in_a_bust_it_is_pulled() -> None:
    """20m fall due with 1m in cash: in good times the line gives 19m; pulled, and with new loans closed, shares are sold."""
    good, names = through([0] * 6, debts=LINE)
    assert told(good, names, "drawn")[:1] == [(2, "Line", pytest.approx(19e6))]
    assert good.final.lines[0].shares == 1e6
    bad, names = through([0, 1, 1, 1, 1, 1], debts=LINE)
    assert told(bad, names, "drawn") == []
    assert bad.final.lines[0].shares == pytest.approx(1e6 - 19e6 / 100)


def test_new_loans_close_and_their_price_is_that_of_the_day() -> None:
    """Without a line 19m are lent on shares at 4 %; in a bust that only asks 6 % more at 10 %; in a closed one nothing is."""
    debts = "{Notes: {kind: bond, principal: 20m, maturity: 2026-03-02}}"
    for bust, rate in (("spread: 6%", 0.10 - 1e-9), (CLOSED, None)):
        for regimes, expected in (([0] * 6, 0.04), ([0, 1, 1, 1, 1, 1], rate)):
            traced, names = through(regimes, bust, debts)
            drawn = told(traced, names, "drawn")
            assert bool(drawn) == (expected is not None)
            if expected is None:
                continue
            d = names.debts.index("New loan on Acme")
            debt = traced.final.debts[d]
            flat = (1.04) ** (1 / 12) - 1 + (0.06 / 12 if regimes[1] else 0.0)
            assert debt.rate + debt.extra == pytest.approx(flat, rel=1e-12)
            assert told(traced, names, "interest paid")[0][2] == pytest.approx(19e6 * flat, rel=1e-9)


def test_maturities_are_refused_in_a_bust_and_dearer_above_the_normal_ltv() -> None:
    """Notes of 20m on 150m with 1m cash: LTV 12.7 %. Rolled at once they cost 3 %; `ltv_normal` 20 % stands above it."""
    rolled, names = through([0] * 6, debts=NOTES)
    assert told(rolled, names, "rolled") == [(2, "Notes", 20e6)]
    assert rolled.final.debts[names.debts.index("Notes")].extra == 0.0
    half, names = through([0, 1, 1, 1, 1, 1], "rolls: 50%, spread: 2%", NOTES)
    assert told(half, names, "rolled") == [(2, "Notes", 10e6)]
    assert half.final.debts[names.debts.index("Notes")].extra == pytest.approx(0.02 / 12)
    dear = NOTES.replace("20m", "60m")
    wide, names = through([0] * 6, debts=dear, refinancing="{widens: 20%}")
    found = wide.final.debts[names.debts.index("Notes")]
    ltv = (60e6 - 1e6 + 60e6 * 0.03 * 28 / 365) / 150e6  # January's coupon, of 31 days, has been paid from cash
    assert 12 * found.extra == pytest.approx(0.2 * (ltv - 0.2), abs=2e-4)
    shut, names = through([0] * 6, debts=dear, refinancing="{until: 35%}")
    assert told(shut, names, "rolled") == []
    assert told(shut, names, "principal overdue")[0][2] == pytest.approx(60e6)


def test_private_things_fetch_less_in_a_bust() -> None:
    """With 110m due and shares worth 100m, Shop is sold at 80 % of truth in good times, at 75 % of that in a bust."""
    debts = "{Notes: {kind: bond, principal: 110m, maturity: 2026-03-02}}"
    for regimes, unit in (([0] * 6, 0.8), ([0, 1, 1, 1, 1, 1], 0.8 * 0.75)):
        traced, _ = through(regimes, debts=debts)
        assert traced.final.lines[1].shares == pytest.approx(1.0 - 9e6 / (unit * 50e6), rel=1e-9)


def test_bets_wait_for_better_times() -> None:
    """A bet that ends in month 3 becomes cash then, or in the first month after the bust; what it is worth has not changed."""
    bets = "{Rocket: {cheque: 1m, date: 2026-01-02, outcome: {kind: table, multiples: [2], odds: [100%], years: 0.25}}}"
    text = LEAN.format(cash="1m", debts="{}", bust=CLOSED, refinancing="{}", bets=bets).replace(
        "kind: hold", "kind: planned"
    )
    compiled = compile_house(house(text))
    for regimes, step in (([0] * 6, 3), ([0, 0, 1, 1, 0, 0], 5), ([1] * 6, None)):
        world = np.ones((4, 6))
        world[-1] = regimes
        traced = lived(compiled.origin, world, np.array([2.0]))
        cash = traced.through[:, 2]
        came = np.flatnonzero(np.diff(cash) > 1.5e6) + 1
        assert came.tolist() == ([] if step is None else [step])
        assert traced.path[0] == pytest.approx(152e6)  # true NAV


def test_a_boom_without_end_is_a_lognormal_market() -> None:
    """Both regimes alike: odds of a call are those of S10 (monthly, .361172), as if there were none."""
    made = house("""
house: One loan on one share
as_of: 2026-01-02
currency: USD
cash: 1000
holdings: {Acme: {kind: listed, shares: 1, price: 100, growth: 5.127109637602412%, volatility: 30%}}
debts:
  Loan: {kind: margin_loan, principal: 60, secured_on: {Acme: all}, interest: capitalised, rate: 0%,
         call_at: 75%, reset_to: 10%, close_out_at: 100%, cure: 3d}
market: {model: regimes, rate: 0, regimes: {a: {lasts: 1y}, b: {lasts: 6mo}}}
step: month
horizon: 1y
""")
    found = simulate(made, paths=400_000, seed=8).to_dict()["probabilities"]["margin_call"]
    close(found["p"], 0.361172, found["se"], 0.004)


# ------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("market", "words"),
    [
        ("model: jumps\n  jumps: {wrld: {}}", "'wrld' is neither a factor nor a holding"),
        ("model: jumps\n  jumps: {world: {a_year: 50, down: 10%}}", "they alone make"),
        ("model: jumps\n  jumps: {own: {a_year: 50, down: 20%}}", "its own jumps alone make"),
        ("model: regimes\n  regimes: {a: {lasts: 1y}, b: {lasts: 1y}}\n  now: c", "'c' is not a regime"),
        ("model: regimes\n  regimes: {a: {lasts: 1y, then: {b: 50%}}, b: {lasts: 1y}}", "odds add up to 0.5"),
        ("model: regimes\n  regimes: {a: {lasts: 1y, growth: {wold: 1%}}, b: {lasts: 1y}}", "'wold' is not a factor"),
        ("model: regimes\n  regimes: {a: {lasts: 1y}}", "two or more"),
    ],
)
def test_a_wrong_market_is_refused_in_words(market: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        two(market)


def test_odds_of_a_normal_tail_are_not_those_of_jumps() -> None:
    """A month of -35 % is beyond three standard deviations for a normal share; with own jumps it is several times as likely."""
    plain, jumpy = two("model: lognormal"), two(JUMPS.replace("a_year: 2", "a_year: 3"))
    bad = -0.35
    moves = np.log(worlds(jumpy, 400))[:, 0, :].ravel()
    p = float((moves < bad).mean())
    error = math.sqrt(p / len(moves))
    drift = math.log(1.08) / 12 - 0.08 / 12
    assert plain.spec.holdings["Acme"].volatility == 0.4
    assert p - 4 * error > 1.5 * norm.cdf((bad - drift) / (0.4 / math.sqrt(12)))


def test_a_bust_lends_nothing_to_keep_a_share_either() -> None:
    """`fraction` at 150 % of NAV borrows 90m to buy in good times, and nothing where new loans are closed from the start."""
    text = LEAN.replace(
        "policy: {{kind: hold}}",
        "policy: {{kind: fraction, holding: Acme, share: 150%, every: 1mo}}\nborrowing: {{limit: 200m}}",
    )
    for now, borrows in (("boom", True), ("bust", False)):
        made = text.format(cash="1m", debts="{}", bust=CLOSED, refinancing="{}", bets="{}").replace(
            "  rate: 0%\n", f"  rate: 0%\n  now: {now}\n"
        )
        compiled = compile_house(house(made))
        world = np.ones((4, 6))
        world[-1] = 0.0 if borrows else 1.0
        traced = lived(compiled.origin, world, np.ones(1))
        assert (len(told(traced, compiled.names, "drawn")) > 0) == borrows


def test_what_a_bust_refuses_altogether_has_not_rolled() -> None:
    """`rolls: 0%` is a refusal: the notes are due in full, and no new term begins."""
    traced, names = through([0, 1, 1, 1, 1, 1], debts=NOTES)
    notes = traced.final.debts[names.debts.index("Notes")]
    assert told(traced, names, "rolled") == []
    assert (int(notes.rolled), float(notes.principal)) == (0, 0.0)


def test_jumps_named_for_a_holding_are_not_those_of_a_fund() -> None:
    """A fund's holding of the same name has the jumps of `own`, and a name of the parent's is no error in the fund."""
    text = """
house: A house with a fund
as_of: 2026-01-02
currency: USD
cash: 5m
holdings:
  Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}
  Pot:
    kind: fund
    investor: us
    house:
      house: Pot
      holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}}
      investors: {us: {kind: common, commitment: 100m, paid: 100m}}
market: {model: jumps, rate: 0%, jumps: {Acme: {a_year: 7}, own: {a_year: 2}}}
step: month
horizon: 6mo
"""
    market = compile_market(house(text))
    assert (12 * market.jumps[:, 0]).tolist() == pytest.approx([7.0, 2.0])


@pytest.mark.parametrize(
    "market",
    ["model: jumps, jumps: {own: {a_year: 1}}", "model: regimes, regimes: {boom: {lasts: 3y}, bust: {lasts: 1y}}"],
)
def test_a_house_of_cash_alone_is_lived_in_any_market(market: str) -> None:
    """Nothing moves and nothing is held: tables without rows keep their columns."""
    text = (
        "house: Cash\nas_of: 2026-01-02\ncurrency: USD\ncash: 5m\nstep: month\nhorizon: 3mo\nmarket: {"
        + market
        + ", rate: 0%}\n"
    )
    assert simulate(house(text), paths=3).paths["nav"].tolist() == [5e6] * 3


def test_the_story_says_what_the_market_turns_to_and_what_rolling_costs() -> None:
    """Two turns on their dates; notes of 3 % rolled in a bust that asks 6 % more are told at 9 %."""
    notes = NOTES.replace("rolls_for: 2y", "rolls_for: 2y, roll_spread: 0%")
    text = LEAN.format(cash="1m", debts=notes, bust="spread: 6%", refinancing="{}", bets="{}")
    made = house(text)
    compiled = compile_house(made)
    world = np.ones((4, 6))
    world[-1] = [0, 1, 1, 0, 0, 0]
    found = autopsied(made, compiled, lived(compiled.origin, world, np.ones(1)), 0, 0)
    dates = [date.isoformat() for date in made.grid.dates]
    assert [(r["date"], r["regime"]) for r in found.to_dict()["regimes"]] == [
        (dates[0], "boom"), (dates[2], "bust"), (dates[4], "boom")
    ]  # fmt: skip
    words = story(found)
    assert f"{dates[0]}  The market is in boom." in words
    assert f"{dates[2]}  The market turns from boom to bust." in words
    assert f"{dates[4]}  The market turns from bust to boom." in words
    assert "rolled at 9.0 %" in words
