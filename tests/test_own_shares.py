"""Preferred shares, convertibles, and the house's own share: every rule by hand, and the law of its premium."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

import warchest
from warchest import files
from warchest import house as houses
from warchest import report as reports
from warchest.compile import compile_house, compile_market
from warchest.core.codes import LOG_CODES
from warchest.core.errors import InputError
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.trace import Traced, lived
from warchest.house import House
from warchest.questions.autopsy import told
from warchest.report import words

HEAD = """
house: A house with shares of its own
as_of: 2026-01-02
currency: USD
cash: {cash}
limits: {{ltv_normal: 25%, ltv_max: 35%, cash_floor: {floor}}}
shares_outstanding: 1m
{own}
step: month
horizon: {horizon}
holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, volatility: 40%}}}}
debts: {debts}
{more}
"""


def house(
    debts: str = "{}",
    own: str = "",
    cash: str = "10m",
    horizon: str = "6mo",
    more: str = "market: {model: lognormal, rate: 0%}",
    floor: str = "0",
) -> House:
    text = HEAD.format(debts=debts, own=own, cash=cash, horizon=horizon, more=more, floor=floor)
    return houses.of(files.parse(text, "own.yaml"))


def on(found: House, prices: list[float]) -> Traced:
    """A house on these prices of Acme, the first of them today's; the last one lasts."""
    compiled = compile_house(found)
    full = np.array([*prices, *[prices[-1]] * (found.grid.steps + 1 - len(prices))])
    world = np.ones((len(compiled.origin.assets) + 1, found.grid.steps))
    world[0] = full[1:] / full[:-1]
    return lived(compiled.origin, world, np.ones(1))


def amounts(traced: Traced, code: str) -> list[tuple[int, float]]:
    """(step, amount) of every entry of a code."""
    return [(int(e.step), float(e.amount)) for e in traced.log if LOG_CODES[e.code] == code]


def balanced(found: House, traced: Traced) -> None:
    """The books say what the engine says, to the last digits."""
    books = told(found, compile_house(found), traced, 0, 1).to_dict()
    assert books["nav_books"] == pytest.approx(books["nav_engine"], rel=1e-12)


# ------------------------------------------------------------------ preferred

SERIES = "{{Series A: {{kind: preferred, principal: 10m, coupon: 12%, counted: 50%{more}}}}}"


def test_a_preferred_coupon_is_paid_while_it_can_be() -> None:
    """31 days of January at 12 %: 10m x 12 % x 31 / 365; nothing is added."""
    found = house(SERIES.format(more=""))
    traced = on(found, [100.0])
    assert amounts(traced, "interest paid")[0] == (1, pytest.approx(10e6 * 0.12 * 31 / 365))
    assert amounts(traced, "interest capitalised") == []
    assert traced.final.debts[0].principal == 10e6
    assert traced.path[0] == pytest.approx(100e6 + traced.final.purses[0, 0].cash - 5e6)  # half of it counts
    balanced(found, traced)


def test_a_coupon_waits_above_the_ceiling_and_bears_the_coupon_itself() -> None:
    """With 40m of bonds Acme at 80 makes LTV (50 - cash) / 80 > 35 %: from then on coupons are added, and bear coupons."""
    debts = SERIES.format(more="")[:-1] + ", Bond: {kind: bond, principal: 40m}}"
    found = house(debts, cash="10m", more="dividends: 12k\nmarket: {model: lognormal, rate: 0%}")
    traced = on(found, [100.0, 80.0])
    days = np.diff([d.toordinal() for d in found.grid.dates])
    # LTV that is looked at is the one of the last date: it is above the ceiling after step 1
    assert [step for step, _ in amounts(traced, "interest paid")] == [1]
    expected = 10e6
    for step, n in enumerate(days[1:], 2):
        assert dict(amounts(traced, "interest capitalised"))[step] == pytest.approx(expected * 0.12 * n / 365)
        expected *= 1.0 + 0.12 * n / 365
    assert traced.final.debts[0].principal == pytest.approx(expected)
    assert [step for step, _ in amounts(traced, "dividend paid")] == [1]  # and none while coupons wait
    balanced(found, traced)


def test_a_coupon_waits_when_cash_is_short_and_nothing_is_sold_for_it() -> None:
    found = house(SERIES.format(more=""), cash="150k")
    traced = on(found, [100.0])
    paid = amounts(traced, "interest paid")
    assert [step for step, _ in paid] == [1]  # 101,918; then 48,082 are not enough
    assert len(amounts(traced, "interest capitalised")) == 5
    assert amounts(traced, "sold") == [] and traced.final.lines[0].shares == 1e6


def test_owed_in_cash_a_coupon_is_interest_like_any() -> None:
    """Shares are sold for it; missed, it is no default of the house unless the file says so."""
    found = house(SERIES.format(more=", coupon_in: cash"), cash="0")
    traced = on(found, [100.0])
    assert sum(a for _, a in amounts(traced, "sold")) == pytest.approx(
        10e6 * 0.12 * (found.grid.dates[-1] - found.grid.dates[0]).days / 365
    )
    bare = HEAD.replace("holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, volatility: 40%}}}}\n", "")
    for more, defaults in (("", 0), (", cross_default: true", 1)):
        text = bare.format(
            debts=SERIES.format(more=f", coupon_in: cash{more}"),
            own="",
            cash="50k",
            horizon="6mo",
            more="market: {model: lognormal, rate: 0%}",
            floor="0",
        )
        poor = houses.of(files.parse(text, "own.yaml"))
        left = lived(compile_house(poor).origin, np.ones((1, 6)), np.ones(1))
        assert int(left.final.houses[0].ended) == defaults


def test_an_accrued_coupon_compounds_to_its_effective_rate() -> None:
    found = house(SERIES.format(more=", coupon_in: accrued"), horizon="1y")
    traced = on(found, [100.0])
    assert traced.final.debts[0].principal == pytest.approx(10e6 * 1.12, rel=1e-12)
    assert amounts(traced, "interest paid") == []
    balanced(found, traced)


def test_preferred_is_paid_behind_the_bonds_in_a_default() -> None:
    """30m of bonds fall due; Acme at 32 brings 32m with no cash: bonds whole, 2m for the preferred's 10m."""
    debts = "{Notes: {kind: bond, principal: 30m, maturity: 2026-03-02}, " + SERIES.format(more="")[1:]
    found = house(debts, cash="0")
    traced = on(found, [100.0, 32.0, 29.0])
    names = compile_house(found).names.debts
    repaid = {names[e.row]: float(e.amount) for e in traced.log if LOG_CODES[e.code] == "principal repaid"}
    lost = {names[e.row]: float(e.amount) for e in traced.log if LOG_CODES[e.code] == "written off"}
    assert repaid["Notes"] == pytest.approx(29e6) and lost["Notes"] == pytest.approx(1e6)
    assert "Series A" not in repaid and lost["Series A"] > 10e6  # with the coupons that waited
    balanced(found, traced)


# ------------------------------------------------------------------ convertible

NOTE = "{{Note: {{kind: convertible, principal: 20m, coupon: 0%, conversion_price: {strike}, maturity: 2026-05-02{more}}}}}"
PRICE = "share_price: 90"


def test_a_convertible_becomes_shares_where_they_are_worth_more() -> None:
    """Today NAV is 10 + 100 - 20 = 90m, 90 a share. At Acme 150 it is 140: above the strike of 100, 200,000 shares are given."""
    found = house(NOTE.format(strike=100, more=""), PRICE)
    traced = on(found, [100.0, 150.0])
    assert amounts(traced, "converted into own shares") == [(4, 20e6)]
    entry = next(e for e in traced.log if LOG_CODES[e.code] == "converted into own shares")
    assert (entry.shares, entry.price) == (pytest.approx(200e3), pytest.approx(140.0))
    assert traced.final.debts[0].principal == 0.0
    assert traced.final.stocks[0].outstanding == pytest.approx(1.2e6)
    assert traced.path[0] == pytest.approx(160e6)  # nothing was paid, nothing is owed
    balanced(found, traced)


def test_a_convertible_is_repaid_where_the_shares_are_worth_less() -> None:
    found = house(NOTE.format(strike=100, more=""), PRICE)
    traced = on(found, [100.0, 105.0])
    assert amounts(traced, "converted into own shares") == []
    assert sum(a for _, a in amounts(traced, "principal repaid")) == pytest.approx(20e6)
    assert traced.final.stocks[0].outstanding == 1e6
    balanced(found, traced)


def test_its_holders_ask_for_their_money_on_the_put_date_only_if_the_shares_are_worth_less() -> None:
    note = NOTE.format(strike=100, more=", put_date: 2026-03-02, rolls: 100%")
    asked = on(house(note, PRICE), [100.0, 100.0])
    assert amounts(asked, "principal repaid")[0][0] == 2 and amounts(asked, "rolled") == []
    kept = on(house(note, PRICE), [100.0, 150.0])
    assert amounts(kept, "principal repaid") == []
    assert amounts(kept, "converted into own shares") == [(4, 20e6)]
    later = on(
        house(note, PRICE), [100.0, 150.0, 150.0, 90.0]
    )  # worth more on the put date, less at maturity: it rolls
    assert amounts(later, "rolled") == [(4, 20e6)] and amounts(later, "converted into own shares") == []


# ------------------------------------------------------------------ the price, and what is done at it


def test_the_price_is_nav_a_share_times_the_premium() -> None:
    """81 is 10 % below 90; Acme at 120 makes NAV 110 a share, and the price 99."""
    traced = on(house("{Bond: {kind: bond, principal: 20m}}", "share_price: 81"), [100.0, 120.0])
    columns = dict(zip(("shares", "share_price"), traced.path[-4:-2], strict=True))
    assert columns == {"shares": 1e6, "share_price": pytest.approx(99.0)}


def test_the_premium_is_drawn_back_by_half_in_its_half_life() -> None:
    """From a discount of 10 % to none: ln .9 / 2 after three months."""
    traced = on(house(own="share_price: 99\nown_share: {premium: 0%, half_life: 3mo}", horizon="3mo"), [100.0])
    assert traced.final.stocks[0].premium == pytest.approx(0.5 * math.log(0.9))


def test_the_premium_follows_its_law() -> None:
    """Ornstein-Uhlenbeck: mean m + (q - m) k^n, variance s^2 dt (1 - k^2n) / (1 - k^2); correlation with the factor as loaded."""
    own = "share_price: 132\nown_share: {premium: -20%, half_life: 6mo, volatility: 30%, loadings: {world: 1}}"
    market = "market: {model: lognormal, factors: {world: {volatility: 18%}}, rate: 0%}"
    found = house(own=own, horizon="2y", more=market)
    paths = warchest.simulate(found, paths=20_000, seed=3, threads=1).paths
    q = np.log(paths["share_price"].to_numpy(float) * 1e6 / paths["nav_marked"].to_numpy(float))
    k, n = 0.5 ** (1 / 6), 24
    mean = math.log(0.8) + (math.log(1.2) - math.log(0.8)) * k**n
    variance = 0.3**2 / 12 * (1 - k ** (2 * n)) / (1 - k**2)
    assert abs(q.mean() - mean) < 4 * math.sqrt(variance / len(q))
    assert abs(q.var() / variance - 1) < 4 * math.sqrt(2 / len(q))
    assert compile_market(found).betas.shape[1] == 2  # Acme's process and the premium's


def test_new_shares_at_a_premium_add_to_what_each_is_worth() -> None:
    """NAV 110m, 1m shares, price 165: 2 % a month is 20,000 shares at 165 x .9 = 148.5; then NAV a share is 112.97 / 1.02."""
    own = "share_price: 165\nown_share: {half_life: 100y, issues: {above: 20%, a_year: 24%, discount: 10%}}"
    found = house(own=own, horizon="1mo")
    traced = on(found, [100.0])
    assert amounts(traced, "own shares sold") == [(1, pytest.approx(20_000 * 148.5))]
    assert traced.path[0] == pytest.approx(110e6 + 2.97e6)
    assert traced.final.stocks[0].outstanding == pytest.approx(1.02e6)
    assert traced.path[0] / 1.02e6 > 110.0
    balanced(found, traced)
    closed = own.replace("above: 20%", "above: 60%")
    assert amounts(on(house(own=closed, horizon="1mo"), [100.0]), "own shares sold") == []


def test_new_shares_are_not_to_be_sold_in_a_bust_that_says_so() -> None:
    own = "share_price: 165\nown_share: {half_life: 100y, issues: {above: 20%, a_year: 24%}}"
    market = "market: {{model: regimes, rate: 0%, regimes: {{boom: {{lasts: 3y}}, bust: {{lasts: 1y, new_shares: {open}}}}}}}"
    for open_, sold in (("true", [1, 2, 3]), ("false", [1])):
        found = house(own=own, horizon="3mo", more=market.format(open=open_))
        world = np.ones((3, 3))
        world[-1] = [0, 1, 1]
        traced = lived(compile_house(found).origin, world, np.ones(1))
        assert [step for step, _ in amounts(traced, "own shares sold")] == sold


def test_buy_backs_at_a_discount_stop_at_the_cash_floor_and_the_normal_ltv() -> None:
    """Price 55 at a discount of 50 %: 5 % a month is 50,000 shares for 2.75m. With a floor of 8m only 2m are spent, once."""
    own = "share_price: 55\nown_share: {half_life: 100y, buy_backs: {below: -40%, a_year: 60%}}"
    found = house(own=own, horizon="1mo")
    traced = on(found, [100.0])
    assert amounts(traced, "own shares bought") == [(1, pytest.approx(2.75e6))]
    assert traced.final.stocks[0].outstanding == pytest.approx(950e3)
    assert traced.path[0] / 950e3 > 110.0
    balanced(found, traced)
    floor = house(own=own, horizon="3mo", floor="8m")
    traced = on(floor, [100.0])
    assert amounts(traced, "own shares bought") == [(1, pytest.approx(2e6))]
    geared = house("{Bond: {kind: bond, principal: 33m}}", own, horizon="3mo")  # LTV 23 %; room to 25 % is 2m
    geared = geared.changed({"share_price": 38.5})
    assert amounts(on(geared, [100.0]), "own shares bought")[0] == (1, pytest.approx(min(2e6, 50e3 * 38.5)))


def test_a_rights_issue_saves_a_house_that_nobody_lends_to() -> None:
    """Everything is pledged, 5m fall due: 5m / (45 x .8) shares are sold at 20 % below the price; without them it ends."""
    debts = (
        "{Loan: {kind: margin_loan, principal: 50m, secured_on: {Acme: all}, rate: 0%, call_at: 70%, reset_to: 60%, close_out_at: 80%}, "
        "Notes: {kind: bond, principal: 5m, maturity: 2026-02-02}}"
    )
    own = "share_price: 45\nown_share: {half_life: 100y, rights_issue: {most: 20%, discount: 20%}}"
    found = house(debts, own, cash="0", horizon="3mo")
    traced = on(found, [100.0])
    assert amounts(traced, "own shares sold") == [(1, pytest.approx(5e6))]
    assert traced.final.stocks[0].outstanding == pytest.approx(1e6 + 5e6 / (45 * 0.8))
    assert traced.final.lines[0].shares == 1e6
    balanced(found, traced)
    small = on(house(debts, own.replace("20%, discount", "5%, discount"), cash="0", horizon="3mo"), [100.0])
    assert amounts(small, "own shares sold") == [(1, pytest.approx(50e3 * 36))]
    assert small.final.lines[0].shares < 1e6  # what is still missing is sold above the loan
    without = on(house(debts, "share_price: 45", cash="0", horizon="3mo"), [100.0])
    assert without.final.lines[0].shares < 1e6


def test_a_house_without_value_has_a_share_worth_nothing() -> None:
    """NAV of 110 - 200 = -90m: nothing; at Acme 300 it is 110m and the share 110 less the stated discount of 20 %."""
    debts = "{Bond: {kind: bond, principal: 200m}}"
    found = house(debts, "share_price: 5\nown_share: {premium: -20%}")
    traced = on(found, [100.0, 100.0, 300.0])
    assert warchest.simulate(found, paths=8, threads=1).sample.share == (0.0, 1e6)
    assert traced.path[PATH_COLUMNS.index("share_price")] == pytest.approx(110 * 0.8)


def test_what_hangs_on_own_shares_is_told_with_its_line() -> None:
    text = HEAD.replace("shares_outstanding: 1m\n", "").format(
        debts=NOTE.format(strike="0 EUR", more=", put_date: 2026-06-02"), own="own_share: {loadings: {world: 1}}", cash="1m",
        horizon="1y", more="fx: {EURUSD: 1.1}", floor="0",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        houses.of(files.parse(text, "own.yaml"))
    words = str(caught.value)
    for part in ("there is no shares_outstanding", "the own share in USD", "is not above zero", "is not before the maturity",
                 "nothing says what the share costs", "'world' is not a factor"):  # fmt: skip
        assert part in words


def test_a_run_tells_the_own_share_beside_nav() -> None:
    run = warchest.simulate(house(own="share_price: 99"), paths=500, seed=1, threads=1)
    own = run.to_dict()["own_share"]
    assert own["today"] == {"price": pytest.approx(99.0), "nav_per_share": pytest.approx(110.0), "shares": 1e6}
    assert own["shares"]["p05"] == own["shares"]["p95"] == 1e6
    assert own["price"]["p50"] == pytest.approx(0.9 * own["nav_per_share"]["p50"], rel=1e-6)
    assert own["growth"]["value"] == pytest.approx(run.to_dict()["growth"]["value"], abs=1e-7)
    bare = HEAD.replace("shares_outstanding: 1m\n", "").format(
        debts="{}", own="", cash="1m", horizon="6mo", more="", floor="0"
    )
    assert "own_share" not in warchest.simulate(houses.of(files.parse(bare, "x.yaml")), paths=8, threads=1).to_dict()


def test_the_report_tells_what_a_share_is_worth(tmp_path: Path) -> None:
    found = house(own="share_price: 99")
    run = warchest.simulate(found, paths=200, seed=1, threads=1)
    page = reports.write(run.save(tmp_path / "run"), tmp_path / "page.html").read_text(encoding="utf-8")
    assert "What does that make a share?" in page
    own = run.to_dict()["own_share"]
    for told_ in (own["price"]["p50"], own["nav_per_share"]["p05"], own["price"]["p95"]):
        assert f">{words.price(told_)}<" in page
