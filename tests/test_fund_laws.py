"""Funds against truths from outside: waterfalls worked out by hand, rates of return, the binomial, what leverage does."""

from __future__ import annotations

import math

import numpy as np
import pytest

import warchest
from houses import close, house, mean_close
from warchest import simulation
from warchest.bets import CorrelationVentures
from warchest.bets.deals import left_of
from warchest.compile import compile_house, compile_market, outcomes
from warchest.core.codes import LOG_CODES
from warchest.core.fund_tables import RETURNS_COLUMNS
from warchest.engine.offers import offers
from warchest.engine.run import Variant, Workspace, generator, run
from warchest.engine.trace import Traced, lived, trace
from warchest.house import House
from warchest.results import fund_words
from warchest.results.flows import irr, market_equivalent

TWO_DEALS = """
house: Two deals
as_of: 2026-01-02
currency: USD
investors: {{Investor: {{commitment: 200}}}}
waterfall: {{hurdle: 8%, carry: 20%, catch_up: {catch_up}, every: 1mo}}
policy: {{kind: planned, limit: funding}}
bets:
  A: {{cheque: 100, date: 2026-01-02, outcome: {{kind: table, multiples: [0, 5], odds: [50%, 50%], years: 3}}}}
  B: {{cheque: 100, date: 2026-01-02, outcome: {{kind: table, multiples: [0, 5], odds: [50%, 50%], years: 5}}}}
market: {{model: lognormal, rate: 0%}}
horizon: 6y
step: month
"""


def left_by(found: House, multiples: list[float]) -> Traced:
    compiled = compile_house(found)
    steps, width = found.grid.steps, len(compiled.origin.assets) + len(compiled.names.currencies)
    return lived(compiled.origin, np.ones((width, steps)), np.array(multiples))


def test_a_whole_fund_waterfall_as_worked_out_by_hand() -> None:
    """TRUTHS V04: two deals of 100, 250 after three years and 40 after five, 8 % compounding, full catch-up, 20 %: the GP gets 18."""
    found = left_by(house(TWO_DEALS.format(catch_up="100%")), [2.5, 0.4])
    assert float(found.final.funds[0].carried) == pytest.approx(18.0, abs=1e-9)
    assert float(found.final.funds[0].paid_out) == pytest.approx(272.0, abs=1e-9)
    first = [float(e["amount"]) for e in found.log if e["step"] == 36 and e["amount"] > 1.0]
    assert first == pytest.approx([250.0, 250.0])  # what A brings, and all of it goes to the investors


@pytest.mark.parametrize("catch_up", ["0%", "50%", "100%"])
@pytest.mark.parametrize("first", [0.3, 1.2, 2.5, 9.0])
@pytest.mark.parametrize("second", [0.0, 1.5, 6.0])
def test_the_engines_waterfall_is_the_one_of_the_question(catch_up: str, first: float, second: float) -> None:
    from warchest.questions.waterfall import waterfall

    found = left_by(house(TWO_DEALS.format(catch_up=catch_up)), [first, second])
    deals = {"A": [(0.0, -100.0), (3.0, 100.0 * first)], "B": [(0.0, -100.0), (5.0, 100.0 * second)]}
    told = waterfall(deals, hurdle=0.08, carry=0.2, catch_up=float(catch_up.rstrip("%")) / 100.0)
    assert float(found.final.funds[0].carried) == pytest.approx(told.gp, abs=1e-9)
    assert float(found.final.funds[0].paid_out) == pytest.approx(told.investors, abs=1e-9)


def test_what_rounds_leave_of_a_stake() -> None:
    """TRUTHS V10, Carta 2023."""
    assert round(100 * left_of([0.195, 0.172, 0.126, 0.103]), 1) == 52.3


FLOW = """
house: Many deals
as_of: 2026-01-02
currency: USD
investors: {{Investor: {{commitment: 100m}}, Ourselves: {{commitment: 10m}}}}
fees: {{management: 2%, period: 3y}}
waterfall: {{hurdle: 8%, carry: 20%, recycling: 20%}}
deals:
  Flow: {{a_year: {a_year}, until: 3y, cheque: 2m, outcome: {{kind: correlation_ventures, cap: 50, years: 4}}{more}}}
market: {{model: lognormal, factors: {{world: {{volatility: 20%}}}}, benchmark: {{factor: world, growth: 7%}}, rate: 2%}}
policy: {policy}
horizon: 8y
step: month
"""


def flow(policy: str, a_year: float = 40, more: str = "") -> House:
    return house(FLOW.format(policy=policy, a_year=a_year, more=more))


@pytest.mark.parametrize("n", [10, 20, 30, 50, 88])
def test_a_ten_bagger_is_as_likely_as_the_binomial_says(n: int) -> None:
    """TRUTHS V11: at 4 % each; every deal has ended, so that the multiple is the outcome itself."""
    fund = simulation.simulate(flow(f"{{kind: spread, positions: {n}}}", a_year=150), paths=4_000, seed=3).funds[0]
    assert fund["deals"] == n
    assert fund["ten_bagger_binomial"] == pytest.approx(1.0 - 0.96**n, abs=1e-6)
    close(fund["ten_bagger"]["p"], 1.0 - 0.96**n, math.sqrt(0.96**n * (1.0 - 0.96**n) / 4_000), 0.04)


def test_the_best_deals_make_the_share_of_value_that_the_outcomes_say() -> None:
    """80/20: the best 6 % of fifty deals against drawing fifty outcomes and adding up the best three."""
    fund = simulation.simulate(flow("{kind: spread, positions: 50}", a_year=150), paths=4_000, seed=4).funds[0]
    drawn = CorrelationVentures(cap=50, years=4).quantile(np.random.default_rng(0).random((200_000, 50)))
    best, whole = np.sort(drawn, axis=1)[:, -3:].sum(axis=1), drawn.sum(axis=1)
    truth = best.mean() / whole.mean()
    error = float(np.std(best - truth * whole) / whole.mean()) / math.sqrt(4_000)
    close(fund["top_share"], truth, error, 0.02)
    assert 0.3 < truth < 0.5


def test_arrivals_are_as_many_as_stated() -> None:
    deals = simulation.simulate(flow("{kind: planned, limit: none}", a_year=10), paths=4_000, seed=5)
    error = math.sqrt(30.0 / 4_000)
    close(deals.funds[0]["deals"], 30.0, error, 1.0)


def test_spread_money_is_what_was_said() -> None:
    found = flow("{kind: spread, positions: 20, size: 60%}", a_year=100)
    compiled = compile_house(found)
    left = run(compile_market(found), [Variant(compiled.origin, lambda u, t: outcomes(found, u, t))], 64, 1, 1, 0)[0]
    spent = left.returns[:, 0, RETURNS_COLUMNS.index("spent")]
    assert spent == pytest.approx(np.full(64, 0.6 * 110e6), rel=1e-6)


def test_rates_of_return_are_those_of_the_flows() -> None:
    """IRR, Kaplan-Schoar, Long-Nickels and Direct Alpha of the engine against results/flows.py, whose truths are V07 to V09."""
    found = flow("{kind: planned, limit: funding}", more=", rounds: 1y, follow_on: 30%, exit_spread: 0.5")
    compiled, market = compile_house(found), compile_market(found)
    compared = 0
    for path in range(40):
        traced = trace(market, Variant(compiled.origin, lambda u, t: outcomes(found, u, t)), path, 2)
        row = dict(zip(RETURNS_COLUMNS, (float(x) for x in traced.final.returns[0, 0].item()), strict=True))
        buckets = traced.final.buckets[0]
        every = int(traced.final.clock[0].bucket_every)
        times = np.minimum(np.arange(len(buckets)) * every, found.grid.steps) * found.grid.dt
        net = np.array(buckets.net, dtype=float)
        last = net.copy()
        last[-1] += row["left"]
        told = irr(last, times)
        if told.value is not None and not math.isnan(row["irr"]):
            compared += 1
            assert row["irr"] == pytest.approx(told.value, abs=1e-8)
        index = market_equivalent(net, np.array(buckets.level, dtype=float), nav=row["left"], times=times)
        assert row["ks"] == pytest.approx(index.ks, rel=1e-9)
        for ours, theirs in ((row["ln"], index.ln.value), (row["direct_alpha"], index.direct_alpha.value)):
            if theirs is not None and not math.isnan(ours):
                assert ours == pytest.approx(theirs, abs=1e-8)
        assert row["paid_in"] == pytest.approx(-net[net < 0.0].sum(), rel=0.2)
        assert row["paid_out"] - row["paid_in"] == pytest.approx(net.sum(), abs=1e-3)
    assert compared >= 20


def test_preferred_money_is_leverage_for_the_common_investors() -> None:
    """Vision Fund 1: a lower tail, a higher top and more losses than the same fund all common, on the same paths; and it is said."""
    run_ = simulation.simulate(warchest.load("vision-fund-1"), paths=2_000, seed=1, rows=True)
    own = run_.funds[0]
    row = next(r for r in run_.rows if r["row"] == "All common" and r["outlook"] == run_.rows[0]["outlook"])
    common = row["funds"][0]
    assert own["tvpi"]["p05"] < common["tvpi"]["p05"]
    assert own["tvpi"]["p95"] > common["tvpi"]["p95"]
    assert own["tvpi"]["p50"] > common["tvpi"]["p50"]
    gap, error = own["loss"]["p"] - common["loss"]["p"], math.hypot(own["loss"]["se"], common["loss"]["se"])
    assert gap > 4.0 * error
    said = fund_words.compared(run_.funds, run_.rows)
    assert said[0].startswith(f"SoftBank Vision Fund 1: common investors get {fund_words.times(own['tvpi']['p50'])}")
    assert any(
        words.startswith(f"SoftBank Vision Fund 1, All common: {fund_words.times(common['tvpi']['p50'])}")
        for words in said
    )


def test_a_fund_in_which_nothing_can_happen_is_lived_the_short_way() -> None:
    """The short way leaves the same bits as all the stages."""
    found = warchest.load("softbank-2023")
    market = compile_market(found)
    left = []
    for short in (True, False):
        compiled = compile_house(found)
        assert compiled.origin.funds.asleep.sum() == 2
        if not short:
            compiled.origin.funds.asleep[:] = 0
        variant = Variant(compiled.origin, lambda u, t: outcomes(found, u, t))
        left.append(run(market, [variant], 256, 1, 1, 0)[0].paths)
    assert left[0].tobytes() == left[1].tobytes()


def test_nothing_ends_while_exits_are_closed() -> None:
    """The benchmark falls month by month to 17 % below its peak, and comes back in the last year: what was to end waits until then."""
    found = flow("{kind: planned, limit: none}", a_year=10, more=", exits_close: 10%")
    compiled, market = compile_house(found), compile_market(found)
    drawn = offers(market.flows, found.grid.dt, found.grid.steps, 1, lambda n: np.random.default_rng(n)).times[0]
    world = np.ones((2, found.grid.steps))
    world[0, :84], world[0, 84] = 0.9979, 1.0 / 0.9979**84
    ended = []
    for moves in (np.ones_like(world), world):
        log = lived(compiled.origin, moves, np.full(len(drawn), 2.0), drawn).log
        ended.append([int(e["step"]) for e in log if LOG_CODES[e["code"]] == "bet ended"])
    fallen = math.ceil(math.log(0.9) / math.log(0.9979))
    assert sorted(ended[1]) == sorted(85 if fallen <= step < 85 else step for step in ended[0])
    assert ended[1].count(85) > 5


def test_a_benchmark_grows_as_stated() -> None:
    """E[index] = (1 + growth)^T."""
    found = flow("{kind: planned, limit: none}")
    work, levels = Workspace(compile_market(found), [compile_house(found).origin]), []
    for block in range(8):
        rng = generator(9, block, 0)
        levels += [float(np.prod(work.fill(rng)[0])) for _ in range(256)]
    mean_close(np.array(levels), 1.07**8, 0.2)


SURE = """
house: Sure Fund
as_of: 2026-01-01
currency: USD
investors: {LPs: {commitment: 98m}, GP: {commitment: 2m}}
fees: {management: 2%, period: 5y}
waterfall: {hurdle: 8%, carry: 20%}
bets: {One: {cheque: 50m, date: 2026-01-02, outcome: {kind: table, multiples: [3], odds: [100%], years: 5}}}
market: {model: lognormal, factors: {world: {volatility: 16%}}, benchmark: {factor: world, growth: 8%}, rate: 0%}
policy: {kind: planned, limit: funding}
horizon: 10y
step: month
"""
OVER = """
house: {name}
as_of: 2026-01-01
currency: USD
{means}
holdings:
  S:
    kind: fund
    investor: LPs
    house:
{fund}
market: {{model: lognormal, factors: {{world: {{volatility: 16%}}}}, benchmark: {{factor: world, growth: 8%}}, rate: 0%}}
policy: {{kind: planned, limit: funding}}
horizon: 10y
step: month
"""
FUND = "".join(f"      {line}\n" for line in (*SURE.splitlines()[4:8], SURE.splitlines()[9]))
LINE = "cash: 0.4m\ndebts: {RCF: {kind: facility, limit: 200m, rate: 0%, maturity: 2040-01-01}}"
OF_FUNDS = "investors: {Top: {commitment: 120m}}"


@pytest.mark.parametrize("kind", ["alone", "a credit line pays", "two deep"])
def test_a_sure_bet_as_worked_out_by_hand(kind: str) -> None:
    """A cheque of 50 that becomes 150 after five years, 2 % of 100 for five: 60 paid in, 10 of fees, 18 of carry, 2.2 times.

    The same where its investor pays calls from a credit line, or is a fund without cash that calls its own investor.
    """
    text = SURE
    if kind != "alone":
        text = OVER.format(name="Treasury", means=LINE, fund=FUND)
    if kind == "two deep":
        middle = OVER.format(name="Middle", means=OF_FUNDS, fund=FUND).splitlines()
        deep = "".join(
            f"      {line}\n" for line in middle[4 : middle.index(next(m for m in middle if m.startswith("market")))]
        )
        text = OVER.format(name="Top", means="cash: 500m", fund=deep).replace("investor: LPs", "investor: Top", 1)
    fund = simulation.simulate(house(text), paths=4, seed=1).funds[0]  # children come first
    for key, value in {"paid_in": 60e6, "paid_out": 132e6, "fees": 10e6, "carry": 18e6}.items():
        assert fund[key]["mean"] == pytest.approx(value, rel=1e-6), key
    assert fund["tvpi"]["p50"] == pytest.approx(2.2, rel=1e-6)
    assert fund["gross_irr"]["p50"] == pytest.approx(3.0**0.2 - 1.0, rel=1e-5)


def test_proceeds_are_invested_again_only_as_far_as_they_may_be() -> None:
    """Deals for eight years, all triple in three: without recycling no more is put in than was called."""
    for recycling, most in (("0%", 50e6), ("20%", 60e6)):
        text = (
            SURE.replace("98m", "49m")
            .replace("2m}}", "1m}}")
            .replace("carry: 20%", f"carry: 20%, recycling: {recycling}")
        )
        deal = "{kind: table, multiples: [3], odds: [100%], years: 3}"
        text = text.replace(
            "bets: {", f"deals: {{Flow: {{a_year: 4, until: 8y, cheque: 5m, outcome: {deal}}}}}\nbets: {{"
        )
        found = house(text)
        compiled = compile_house(found)
        variant = Variant(compiled.origin, lambda u, t, found=found: outcomes(found, u, t))
        spent = run(compile_market(found), [variant], 64, 1, 1, 0)[0].returns[:, 0, RETURNS_COLUMNS.index("spent")]
        assert spent.max() <= most * (1 + 1e-6)
        assert spent.max() > 0.7 * most


def test_a_deal_by_deal_waterfall_as_worked_out_by_hand() -> None:
    """TRUTHS V03 and V05: the GP gets 30 on the winner, and owes 12 back at the end; with clawback the investors' stake counts it."""
    text = TWO_DEALS.format(catch_up="100%").replace("waterfall: {", "waterfall: {style: american, ")
    for clawback, owed in (("true", 12.0), ("false", 0.0)):
        found = left_by(house(text.replace("every: 1mo", f"every: 1mo, clawback: {clawback}")), [2.5, 0.4])
        fund = found.final.funds[0]
        assert float(fund.carried) == pytest.approx(30.0, abs=1e-9)
        assert float(fund.worth) == pytest.approx(-owed, abs=1e-9)
        assert float(found.final.investors[0].worth) == pytest.approx(owed, abs=1e-9)
        assert float(fund.wealth) == pytest.approx(owed, abs=1e-9)
        assert float(fund.paid_out) == pytest.approx(260.0, abs=1e-9)


@pytest.mark.parametrize("first", [0.3, 1.2, 2.5, 9.0])
@pytest.mark.parametrize("second", [0.0, 1.5, 6.0])
def test_deal_by_deal_is_the_one_of_the_question(first: float, second: float) -> None:
    from warchest.questions.waterfall import waterfall

    text = TWO_DEALS.format(catch_up="50%").replace("waterfall: {", "waterfall: {style: american, ")
    found = left_by(house(text), [first, second])
    deals = {"A": [(0.0, -100.0), (3.0, 100.0 * first)], "B": [(0.0, -100.0), (5.0, 100.0 * second)]}
    told = waterfall(deals, hurdle=0.08, carry=0.2, catch_up=0.5, style="american")
    assert float(found.final.funds[0].carried) == pytest.approx(told.gp, abs=1e-9)
    assert -float(found.final.funds[0].worth) == pytest.approx(told.clawback, abs=1e-9)


def test_a_subscription_line_is_not_spent_twice() -> None:
    """ALL IN with a line of 8 on commitments of 110: the line and the calls that repay it are one source, so nothing is sold for it."""
    line = "debts: {Line: {kind: facility, limit: 8m, rate: 0%, repaid_every: 6mo, maturity: 2034-01-02}}"
    text = FLOW.format(policy="{kind: all_in, limit: funding}", a_year=40, more="").replace(
        "fees: {management: 2%, period: 3y}", line
    )
    found = house(text)
    compiled, market = compile_house(found), compile_market(found)
    traced = trace(market, Variant(compiled.origin, lambda u, t: outcomes(found, u, t)), 0, 1)
    told = [LOG_CODES[e["code"]] for e in traced.log]
    first = int(traced.log["step"][told.index("cheque written")])
    spent = sum(
        float(e["amount"])
        for e, what in zip(traced.log, told, strict=True)
        if what == "cheque written" and e["step"] == first
    )
    assert spent == pytest.approx(110e6)
    assert "bet sold" not in told


NOBODY = """
house: An investor without money
as_of: 2026-01-02
currency: USD
holdings:
  Fund:
    kind: fund
    investor: Ours
    house:
      currency: USD
      investors: {Ours: {commitment: 2m}}
      holdings:
        Inner fund: {kind: fund, investor: Ours, house: {currency: USD, cash: 10k, investors: {Ours: {commitment: 2m}}}}
      bets: {B: {cheque: 500k, date: 2026-01-02, outcome: {kind: table, multiples: [0, 3], odds: [50%, 50%], years: 1}}}
      policy: {kind: planned}
    sale_discount: 100%
market: {model: lognormal, rate: 0%}
step: month
horizon: 1y
"""


def test_money_of_a_fund_whose_only_investor_failed_it_is_still_that_investors() -> None:
    """Its call fails, nothing is left that was paid in or promised, and 10,000 lie in the fund: they do not vanish."""
    found = left_by(house(NOBODY), [3.0])
    assert "call failed" in {LOG_CODES[e["code"]] for e in found.log}
    assert found.final.purses[:, 0].cash.tolist() == pytest.approx([0.0, 0.0, 10_000.0])
