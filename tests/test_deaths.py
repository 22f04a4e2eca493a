"""Why houses die: chains of causes computed by hand, one cause a death, which path is worst, and what saves on the same paths."""

from __future__ import annotations

import json
import math
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import houses
import test_autopsy as told_paths
import twin_houses
import warchest
from side_by_side import house_of
from warchest.cli import main
from warchest.compile import compile_house
from warchest.core import codes
from warchest.core.errors import CannotError
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.sales import permanent_impact
from warchest.engine.trace import Traced, lived
from warchest.house import House
from warchest.questions import chosen, remedies
from warchest.questions.autopsy import told
from warchest.questions.deaths import deaths, explained, lives, quantiles, same_world
from warchest.questions.rescue import rescue
from warchest.questions.seen import seen
from warchest.questions.story import killed, story
from warchest.report import autopsy as page
from warchest.results.causes import chain
from warchest.results.links import CAUSES, KINDS
from warchest.results.replayed import Replay

CRASH = """
house: A founder and one loan
as_of: 2026-01-02
currency: USD
cash: 0
step: week
horizon: 3mo
holdings: {Acme: {kind: listed, shares: 1000, price: 100, volatility: 40%}}
debts: {Loan: {kind: margin_loan, principal: 60000, secured_on: {Acme: 1000}, rate: 0%, call_at: 70%, reset_to: 60%, close_out_at: 90%, cure: 1w}}
market: {model: lognormal, rate: 0%}
"""
"""The loan is 60 % of its collateral; the price falls to 120 -> 80 (75 %: a call), then to 50 (120 %: closed out, 10,000 short)."""
MATURES = """
house: A house whose bond does not roll
as_of: 2026-01-02
currency: USD
cash: 1000
limits: {ltv_max: 35%}
step: week
horizon: 3mo
holdings: {Acme: {kind: listed, shares: 1000, price: 100, volatility: 40%}}
debts: {Notes: {kind: bond, principal: 30000, coupon: 0%, maturity: 2026-01-16, rolls: 100%}}
market: {model: lognormal, rate: 0%}
"""
COSTLY = """
house: A house eaten by its costs
as_of: 2026-01-02
currency: USD
cash: 100
costs: 5200
step: week
horizon: 3mo
market: {model: lognormal, rate: 0%}
"""
IMPACT = """
house: A house that sells into its own call
as_of: 2026-01-02
currency: USD
cash: 0
costs: 1040000
step: week
horizon: 3mo
holdings: {Acme: {kind: listed, shares: 100000, price: 10, volatility: 40%, daily_volume: 10000, outstanding: 1m, participation: 100%}}
debts: {Loan: {kind: margin_loan, principal: 300000, secured_on: {Acme: 50000}, rate: 0%, call_at: 62%, reset_to: 50%, close_out_at: 95%, cure: 4w}}
market: {model: lognormal, rate: 0%}
"""
FRAGILE = """
house: A house that often dies
as_of: 2026-01-02
currency: USD
cash: 1m
limits: {ltv_normal: 40%, ltv_max: 50%}
costs: 600k
dividends: 300k
horizon: 3y
step: month
holdings:
  Acme: {kind: listed, shares: 1m, price: 100, growth: 0%, volatility: 60%, daily_volume: 100k, outstanding: 20m}
  Bolt: {kind: listed, shares: 100k, price: 50 EUR, volatility: 40%}
fx: {EURUSD: 1.1}
debts:
  Lombard: {kind: margin_loan, principal: 40m, secured_on: {Acme: 700k}, rate: 6%, call_at: 65%, reset_to: 55%, close_out_at: 80%}
  Notes: {kind: bond, principal: 12m, coupon: 6%, maturity: 2027-06-30, rolls: 60%}
market: {model: lognormal, rate: 3%, currencies: {EURUSD: {volatility: 8%}}}
policy: {kind: planned, limit: none}
bets: {Rocket: {cheque: 10m, date: 2026-06-01, outcome: {kind: table, multiples: [0, 3], odds: [70%, 30%], years: 1}}}
"""
PATHS = 600


def on(text: str, prices: list[float]) -> tuple[House, Traced]:
    """A house of one asset and one currency, lived on these prices, the last of them to the horizon."""
    house = house_of(text)
    full = np.array([*prices, *[prices[-1]] * (house.grid.steps + 1 - len(prices))])
    world = np.ones((2 if house.spec.holdings else 1, house.grid.steps))
    if house.spec.holdings:
        world[0] = full[1:] / full[:-1]
    return house, lived(compile_house(house).origin, world, np.ones(1))


def links(house: House, traced: Traced) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = told(house, compile_house(house), traced, 0, 1).found["chain"]
    return found


@cache
def fragile() -> tuple[House, Any, Any]:
    house = houses.house(FRAGILE)
    living = lives(house, PATHS, 1, threads=1)
    return house, living, explained(living)


# ------------------------------------------------------------------ chains by hand


def test_a_crash_is_told_from_the_price_to_the_lender() -> None:
    """100, 120, 80: 60,000 / 80,000 = 75 % is called; at 120 it was 50 %. At 50 it is 120 %: closed out, 10,000 are never paid."""
    house, traced = on(CRASH, [100, 120, 80, 50])
    found = links(house, traced)
    dates = [date.isoformat() for date in house.grid.dates]
    kinds = [(link["kind"], link["step"], link["because"]) for link in found]
    assert kinds == [
        ("fall", 2, []), ("call", 2, [0]), ("fall", 3, []), ("close-out", 3, [1, 2]), ("sale", 3, [3]), ("due", 3, [3, 4]),
        ("default", 3, [5]), ("loss", 3, [6]),
    ]  # fmt: skip
    assert found[0]["text"] == f"Acme has fallen by 33.3 % since {dates[1]}, from 120.00 to 80.00 USD."
    assert (
        "is 75.0 % of its collateral" in found[1]["text"]
        and "at the prices of the last high it would be 50.0 %" in found[1]["text"]
    )
    assert "is 120.0 % of its collateral, 90.0 % is the limit" in found[3]["text"]
    assert (found[4]["amount"], found[5]["amount"], found[6]["amount"], found[7]["amount"]) == (
        50000.0,
        10000.0,
        10000.0,
        10000.0,
    )
    assert all(link["led_to_end"] for link in found)
    assert chain(compile_house(house).origin, traced).cause == "called"


def test_a_gap_leaves_no_time_to_meet_a_call() -> None:
    house, traced = on(CRASH, [100, 50])
    assert chain(compile_house(house).origin, traced).cause == "gap"
    assert "before any call could be met" in next(x["text"] for x in links(house, traced) if x["kind"] == "close-out")


def test_a_refused_roll_is_the_cause_of_its_default() -> None:
    """Net debt 29,000; at 55 LTV is 29 / 55 = 53 % > 35 %. The bond is due, shares are sold, and what was sold is gone with the rest."""
    house, traced = on(MATURES, [100, 55, 25])
    found = chain(compile_house(house).origin, traced)
    assert found.cause == "refused" and found.end == 2
    due = next(x for x in links(house, traced) if x["kind"] == "due")
    assert "is not rolled: LTV is above 35.0 % (52.7 % at the last record)" in due["text"]
    fall = links(house, traced)[due["because"][0]]
    assert fall["kind"] == "fall" and "from 100.00 to 55.00" in fall["text"]  # at 100 LTV would be 29 %
    assert [x["amount"] for x in links(house, traced) if x["kind"] == "loss"] == [pytest.approx(30000 - 1000 - 25000)]


def test_a_bond_that_never_rolls_is_another_cause() -> None:
    house, traced = on(MATURES.replace(", rolls: 100%", ""), [100, 55, 25])
    assert chain(compile_house(house).origin, traced).cause == "due"


def test_costs_without_cash_are_a_cause_of_their_own() -> None:
    """100 a week of 5,200 a year, and 100 in the till: the second week cannot be paid."""
    house, traced = on(COSTLY, [1.0])
    found = chain(compile_house(house).origin, traced)
    assert (found.cause, found.end) == ("income", 2)
    default = next(x for x in links(house, traced) if x["kind"] == "default")
    assert default["text"] == "Default: 100.0 USD is missing (100.0 USD costs)."


def test_own_sales_open_a_call_only_where_it_would_not_stand_without_them() -> None:
    """300,000 / (50,000 x 10) = 60 % of collateral, called at 62 %: a flat market, and only the house itself pushes the price down.

    Each week it sells for 20,000 of costs; I = .314 s (n/V)(Theta/V)^(1/4), summed until exp(-I) x 10 x 50,000 x 62 % < 300,000.
    """
    house, traced = on(IMPACT, [10.0])
    found = chain(compile_house(house).origin, traced)
    sigma, pushed, n = 0.4 / math.sqrt(252), 0.0, 0
    sold = [e for e in traced.log if e["code"] == codes.SOLD]
    call = next(link for link in found.links if link.kind == "call")
    for entry in sold:
        if entry["step"] < call.step:
            pushed += permanent_impact(float(entry["shares"]), sigma, 10000.0, 1e6)
            n += 1
    assert n > 0 and math.exp(-pushed) * 10 * 50000 * 0.62 <= 300000.0
    assert call.numbers["without"] == pytest.approx(0.6) and call.numbers["ltv"] == pytest.approx(
        0.6 * math.exp(pushed)
    )
    impact = [found.links[n] for n in call.because]
    assert {link.kind for link in impact} >= {"impact"}
    assert sum(link.numbers["log"] for link in impact if link.kind == "impact") == pytest.approx(pushed)
    assert all(found.links[n].kind == "sale" for link in impact for n in link.because if link.kind == "impact")


def test_a_call_that_the_market_made_is_not_laid_to_own_sales() -> None:
    house, traced = on(IMPACT, [10.0, 6.5])
    call = next(link for link in chain(compile_house(house).origin, traced).links if link.kind == "call")
    assert "without" not in call.numbers and "at_high" in call.numbers


@pytest.mark.parametrize("name", told_paths.TEXTS)
def test_the_log_read_again_is_the_life(name: str) -> None:
    """Prices, principals, collateral at each call and what is missing at a default are the engine's own numbers."""
    _, compiled, traced, _, _ = told_paths.lives(name)
    for one in traced:
        replay = Replay(compiled.origin, one.log, one.drawn.world)
        for entry in replay:
            if entry.code in (codes.CALLED, codes.LAPSED) and entry.price > 0.0:
                assert replay.principal[entry.row] == pytest.approx(entry.amount, rel=1e-9)
                assert replay.collateral(entry.row) == pytest.approx(entry.price, rel=1e-3 if name == "kept" else 1e-9)
            if entry.code == codes.DEFAULTED:
                assert sum(replay.missing(entry.row).values()) == pytest.approx(entry.amount, rel=1e-9)
                break


@pytest.mark.parametrize("name", twin_houses.HOUSES)
def test_chains_are_sound_whatever_happens(name: str) -> None:
    """Links come from earlier ones, every default has a cause and says what is missing, and the sentences are whole."""
    house, compiled, traced, _, _ = told_paths.lives(name)
    for one in traced:
        found = chain(compiled.origin, one)
        path = dict(zip(PATH_COLUMNS, one.path, strict=True))
        dead = not (math.isnan(path["default"]) and math.isnan(path["ruin"]))
        assert dead == (found.cause in CAUSES) == (found.end >= 0)
        for n, link in enumerate(found.links):
            assert link.kind in KINDS
            assert all(0 <= b < len(found.links) and found.links[b].step <= link.step and b != n for b in link.because)
        texts = [link["text"] for link in links(house, one)]
        assert all(text.endswith(".") and "nan" not in text and "None" not in text for text in texts)


# ------------------------------------------------------------------ all deaths


def test_every_dead_path_has_one_cause_and_counts_add_up() -> None:
    house, _living, found = fragile()
    run = warchest.simulate(house, paths=PATHS, seed=1, threads=1)
    ruined = run.paths["ruin"].notna()
    d = found.to_dict()
    assert d["dead"] == ruined.sum() == d["traced"] > 60
    assert list(found.to_frame()["path"]) == list(run.paths["path"][ruined])
    assert sum(cause["count"] for cause in d["causes"]) == d["dead"]
    assert len({row["code"] for row in d["causes"]}) >= 3
    assert Counter(found.to_frame()["cause"]) == Counter({
        code: sum(row["count"] for row in d["causes"] if row["code"] == code) for code in {row["code"] for row in d["causes"]}
    })  # fmt: skip
    assert d["causes"] == sorted(d["causes"], key=lambda row: -row["count"]) and json.dumps(d, allow_nan=False)


def test_who_is_above_the_ruin_level_again_is_counted() -> None:
    _, living, found = fragile()
    paths = living.paths
    alive = ~np.isnan(paths["ruin"]) & np.isnan(paths["default"])
    assert found.to_dict()["above_again"]["p"] == pytest.approx((paths["nav"][alive] > 0.0).mean())


def test_days_are_from_the_first_call_to_the_end() -> None:
    house, _living, found = fragile()
    frame, run = found.to_frame(), warchest.simulate(house, paths=PATHS, seed=1, threads=1).paths
    for row in frame.itertuples():
        end = run["default"][row.path] if not math.isnan(run["default"][row.path]) else run["ruin"][row.path]
        call = run["first_call"][row.path]
        if call <= end:
            assert row.days == (house.grid.dates[int(end)] - house.grid.dates[int(call)]).days
        else:
            assert row.first_call is None
    assert found.to_dict()["days_from_call"]["p50"] == np.median(frame["days"].dropna())


def test_when_there_are_too_many_dead_the_causes_stop_before_the_next() -> None:
    """Forty dead traced: they are all the dead before the 41st, whose number is the count of paths looked at."""
    _, living, whole = fragile()
    d = explained(living, most=40).to_dict()
    dead = list(whole.to_frame()["path"])
    assert (d["traced"], d["traced_of"]) == (40, dead[40])
    assert sum(row["count"] for row in d["causes"]) == 40


def test_quantiles_of_a_known_law_lie_in_their_intervals() -> None:
    """Of 200 samples of uniform numbers the median's 95 % interval holds one half about 95 % of the time: within 4 se."""
    rng = np.random.default_rng(5)
    held = [(q := quantiles(rng.random(101))) and q["p50_low"] <= 0.5 <= q["p50_high"] for _ in range(400)]
    assert abs(np.mean(held) - 0.95) <= 4 * math.sqrt(0.95 * 0.05 / 400)


# ------------------------------------------------------------------ what would have saved it


def test_more_cash_saves_exactly_the_paths_that_a_house_with_that_cash_lives() -> None:
    house, _living, found = fragile()
    nav = warchest.simulate(house, paths=1, threads=1).sample.start
    richer = house.changed({"cash": f"{1e6 + 0.1 * nav:.6f} USD"})
    before, after = (
        warchest.simulate(h, paths=PATHS, seed=1, threads=1).paths["ruin"].notna() for h in (house, richer)
    )
    row = next(row for row in found.to_dict()["remedies"] if row["key"] == "more cash")
    assert (row["saved"], row["killed"]) == (int((before & ~after).sum()), int((~before & after).sum()))
    assert row["ruin"]["p"] == after.mean() and row["saved"] > 0
    paired = after.astype(float) - before.astype(float)
    assert row["change"]["value"] == pytest.approx(paired.mean())
    assert row["change"]["se"] == pytest.approx(paired.std(ddof=0) / math.sqrt(PATHS))


def test_every_remedy_keeps_the_world_and_todays_balance() -> None:
    """Nothing is given away: but for new money, each leaves NAV where it was, less what its sales cost."""
    house, living, _ = fragile()
    nav = warchest.simulate(house, paths=1, threads=1).sample.start
    tried = remedies.applied(house)
    assert [remedy.key for remedy, _ in tried] == [remedy.key for remedy in remedies.ALL]
    for remedy, changed in tried:
        same_world(living.market, warchest.compile.compile_market(changed), remedy.key)
        left = warchest.simulate(changed, paths=1, threads=1).sample.start / nav
        if remedy.key == "more cash":
            assert left == pytest.approx(1.1)
        elif remedy.key == "less pledged":
            assert (
                0.9 < left < 1.0
            )  # what selling 100,000 shares of Acme costs; Bolt has no daily volume and sells at its price
        else:
            assert left == pytest.approx(1.0)


def test_less_pledged_sells_what_repays_a_quarter() -> None:
    """Without impact: 40m of loan, 10m repaid by 100,000 shares at 100."""
    changed = remedies.less_pledged(warchest.load("founder"))
    assert changed is not None
    loan = changed.spec.debts["Lombard loan"]
    assert (loan.principal.value, loan.secured_on["Acme"]) == (30e6, pytest.approx(600e3))


def test_remedies_that_change_nothing_are_left_out() -> None:
    keys = [remedy.key for remedy, _ in remedies.applied(house_of(CRASH))]
    assert keys == ["more cash", "less pledged", "longer cure", "earlier defence"]


def test_the_least_cash_of_a_crash_is_what_was_missing() -> None:
    """The loan of 60,000 is closed out at 50,000 (the price stays at 50): 10,000 more in cash, and nothing is missing.

    With 12,000 at the call (75 % to 60 % of 80,000 is 48,000) it is cured, but is then 48,000 / 50,000 = 96 %: closed out, and lives. With c
    in cash the loan is 60,000 - c; NAV c + 50,000 - 60,000 is above zero from 10,000 on.
    """
    house, traced = on(CRASH, [100, 120, 80, 50])
    found = told(house, compile_house(house), traced, 0, 1)
    saved = rescue(found.house, found.compiled, found.traced)
    assert saved["cash"] == pytest.approx(10000.0, rel=2e-3)
    assert {row["key"]: row["saved"] for row in saved["remedies"]} == {
        "more cash": False, "less pledged": False, "longer cure": False,  # 4,000; 15,000 repaid leaves 45,000 on 850 shares worth 42,500
        "earlier defence": True,  # LTV is 60 % today: the pledged shares are sold at 100 and repay the loan
    }  # fmt: skip


# ------------------------------------------------------------------ which path


def test_worst_is_worst_and_typical_is_one_of_the_ruined() -> None:
    _house, living, _ = fragile()
    paths = living.paths
    worst, typical = chosen.worst(paths), chosen.typical_ruin(paths)
    first = np.nanmin(paths["default"])
    assert paths["default"][worst] == first
    assert paths["nav"][worst] == paths["nav"][paths["default"] == first].min()
    assert not math.isnan(paths["ruin"][typical]) and typical == chosen.typical_ruin(paths)
    low, high = np.quantile(chosen.ends(paths)[~np.isnan(paths["ruin"])], (0.05, 0.95))
    assert low <= chosen.ends(paths)[typical] <= high


def test_where_nobody_dies_there_is_no_typical_ruin() -> None:
    alive = {name: np.full(7, np.nan) for name in ("ruin", "default", "first_call")} | {
        "nav_min": np.ones(7),
        "nav": np.arange(7.0),
    }
    with pytest.raises(CannotError, match="none of 7 paths is ruined"):
        chosen.typical_ruin(alive)
    assert chosen.worst(alive) == 0
    with pytest.raises(CannotError, match="none of 20 paths is ruined"):
        deaths(houses.house(COSTLY.replace("cash: 100", "cash: 1m")), paths=20, threads=1)


# ------------------------------------------------------------------ what is shown


def test_the_story_names_each_link_and_where_it_came_from() -> None:
    house, traced = on(CRASH, [100, 120, 80, 50])
    found = told(house, compile_house(house), traced, 0, 1)
    text = story(found)
    assert "What killed it: a loan was called, the call could not be met" in text and "(Loan, on Acme)" in text
    assert "  2. 2026-01-16  The lender of Loan calls" in text and "(from 1)" in text
    alive = told(*(lambda h, t: (h, compile_house(h), t, 0, 1))(*on(CRASH, [100, 120])))
    assert list(killed(alive.to_dict())) == [] and rescue(alive.house, alive.compiled, alive.traced) == {
        "remedies": None,
        "cash": None,
    }


def test_the_page_of_a_path_stands_alone_and_says_the_same() -> None:
    house, traced = on(CRASH, [100, 120, 80, 50])
    found = told(house, compile_house(house), traced, 0, 1)
    through = seen(found)
    assert (
        through["loans"][0]["call"][:3] == [pytest.approx(60000 / 700)] * 3 and through["loans"][0]["call"][3] is None
    )
    assert through["loans"][0]["price"] == pytest.approx([100, 120, 80, 50])
    text = page.build(found.to_dict(), through, rescue(found.house, found.compiled, found.traced))
    assert text == page.build(found.to_dict(), through, rescue(found.house, found.compiled, found.traced))
    for link in found.to_dict()["chain"]:
        assert link["kind"] == "fall" or link["text"].split(":")[0] in text
    assert "connect-src &#39;none&#39;" in text and "The least new cash" in text


def test_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "fragile.yaml"
    file.write_text(FRAGILE, encoding="utf-8")

    def said(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["warchest", "autopsy", *words])
        status = 0
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        caught = capsys.readouterr()
        return status, caught.out, caught.err

    few = ("--paths", "300", "--threads", "1")
    status, out, _ = said(str(file), "--deaths", *few, "--json")
    assert status == 0 and {"causes", "remedies", "days_from_call", "unpaid"} <= json.loads(out).keys()
    assert "What would have saved it" in said(str(file), "--deaths", *few)[1]
    status, out, _ = said(str(file), "--worst", *few, "--json")
    worst = json.loads(out)
    assert status == 0 and worst["of_paths"] == 300 and worst["cause"]["code"] in CAUSES
    status, out, _ = said(str(file), "--typical-ruin", *few, "--out", str(tmp_path / "page.html"))
    assert status == 0 and (tmp_path / "page.html").stat().st_size > 1_000_000
    status, out, _ = said(str(file), "--path", str(worst["path"]), "--json")
    assert json.loads(out)["chain"] == worst["chain"]
    assert said(str(file))[0] == 2 and "one of --path K" in said(str(file))[2]
    assert "--path and --worst together" in said(str(file), "--path", "1", "--worst")[2]
    assert said("strategy-2022", "--typical-ruin", "--paths", "1", "--threads", "1")[0] == 1
