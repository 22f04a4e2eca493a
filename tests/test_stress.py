"""Shocks at once and lived: by hand, against the engine's own sheet, in a file and from the past."""

from __future__ import annotations

import json
import math
from collections.abc import Callable

import numpy as np
import pytest

import warchest
from warchest import cases, files
from warchest import house as houses
from warchest.compile import compile_house
from warchest.core.errors import CannotError, InputError
from warchest.engine.balance import balance
from warchest.engine.looks import SHEET, Looker
from warchest.house import House
from warchest.house.shocks import Shock, shipped
from warchest.questions import stress_text
from warchest.questions.moves import shocked, space
from warchest.questions.stress import stress
from warchest.questions.value import value

FOUNDER = """
house: A founder with a loan
as_of: 2026-01-02
currency: USD
cash: 5m
limits: {ltv_normal: 45%, ltv_max: 55%}
holdings:
  Acme: {kind: listed, shares: 1m, price: 100, growth: 8%, volatility: 40%, loadings: {world: 1.2}}
  Shop: {kind: private, value: 20m, volatility: 30%, loadings: {world: 1}, overmarked: 10%, marked: 6mo}
debts: {Lombard: {kind: margin_loan, principal: 40m, secured_on: {Acme: 700k}, rate: 0%, call_at: 70%, reset_to: 60%, close_out_at: 90%}}
market: {model: lognormal, factors: {world: {volatility: 16%}}, rate: 0%}
shocks:
  bad year: {factors: {world: -20%}, source: our own}
  Acme alone: {holdings: {Acme: -25%}}
"""


def house(text: str = FOUNDER) -> House:
    return houses.of(files.parse(text, "stress.yaml"))


def of(found: dict, name: str) -> dict:
    return next(shock for shock in found["shocks"] if shock["name"] == name)


def test_a_shock_at_once_by_hand() -> None:
    """Acme at 75: H = 75 + 20 (the mark waits), D = 35; NAV 60, LTV 35 / 95. The loan: 40 / 52.5 = 76.2 %, cured by 40 - .6 x 52.5 = 8.5."""
    found = stress(house(), ["Acme alone"], smallest=False).to_dict()
    once = of(found, "Acme alone")["at_once"]
    assert once["nav"] == pytest.approx(60e6)
    assert once["ltv"] == pytest.approx(35 / 95)
    assert once["true_nav"] == pytest.approx(60e6 - 2e6)  # the shop fetches 18
    assert once["true_ltv"] == pytest.approx(35 / 93)
    (loan,) = once["loans"]
    assert (loan["ltv"], loan["called"], loan["closed_out"]) == (pytest.approx(40 / 52.5), True, False)
    assert once["cash_needed"] == pytest.approx(8.5e6) and once["short"] == pytest.approx(3.5e6)
    assert once["nav_change"] == pytest.approx(-25e6)
    assert {row["name"]: row["change"] for row in once["holdings"]} == {"Acme": pytest.approx(-25e6), "Shop": 0.0}


def test_the_months_after_a_shock_by_hand() -> None:
    """The call of 8.5m is due after a week: 5m of cash leave 35m on 52.5m, 66.7 %; 3.5m / (.6 x 75) = 77,778 free shares bring it to 60 %."""
    after = of(stress(house(), ["Acme alone"], smallest=False).to_dict(), "Acme alone")["after"]
    assert after["called"] == after["cured"] == ["Lombard"] and after["closed_out"] == [] and after["sold"] == []
    assert after["nav"] == pytest.approx(75e6 + 20e6 - 35e6)  # four months later the shop's mark of 20m still stands
    assert after["true_nav"] == pytest.approx(75e6 + 18e6 - 35e6)
    assert after["default"] is None and after["cash"] == pytest.approx(0.0)
    pledged = next(row["text"] for row in after["told"] if "pledged to" in row["text"])
    assert pledged.startswith("77,778 shares")


def test_holdings_that_are_not_named_move_with_their_loadings() -> None:
    """World -20 %: Acme x .8^1.2, the shop's truth x .8 while its mark waits."""
    found = of(stress(house(), ["bad year"], smallest=False).to_dict(), "bad year")
    moves = {row["name"]: row["move"] for row in found["holdings"]}
    assert moves == {"Acme": pytest.approx(0.8**1.2 - 1), "Shop": pytest.approx(-0.2)}
    assert found["at_once"]["nav"] == pytest.approx(100e6 * 0.8**1.2 + 20e6 - 35e6)
    assert found["at_once"]["true_nav"] == pytest.approx(100e6 * 0.8**1.2 + 18e6 * 0.8 - 35e6)


def test_the_look_is_the_engines_own_sheet() -> None:
    """The vectorised look at many shocks against `balance` on tables with those prices, for houses with funds and currencies."""
    rng = np.random.default_rng(5)
    for name in ("founder", "softbank-2023", "strategy-2022"):
        compiled = compile_house(warchest.load(name))
        looker = Looker(compiled.origin)
        width = len(compiled.origin.assets) + len(compiled.origin.currencies)
        worlds = np.exp(0.4 * rng.standard_normal((50, width)))
        worlds[:, len(compiled.origin.assets)] = 1.0
        sheets, _ = looker.after(worlds)
        for world, sheet in zip(worlds, sheets, strict=True):
            life = looker.life(world)
            held, owed = balance(life, life.top)
            assert sheet[SHEET.index("holdings_value")] == pytest.approx(held, rel=1e-12)
            assert sheet[SHEET.index("net_debt")] == pytest.approx(owed, rel=1e-9)
    today = looker.after(np.ones((1, width)))[0][0]
    assert today[SHEET.index("nav")] == pytest.approx(
        warchest.load("strategy-2022").value().to_dict()["nav"], rel=1e-12
    )


def test_a_shock_without_a_shock_changes_nothing() -> None:
    found = stress(house(), ["bad year"], smallest=False).to_dict()
    assert found["now"]["nav"] == pytest.approx(value(house()).to_dict()["nav"])
    assert found["unshocked"]["called"] == [] and found["unshocked"]["default"] is None


def test_shocks_of_the_past_have_sources_and_move_what_they_name() -> None:
    assert list(shipped()) == ["dot-com", "2008", "covid", "2022"]
    text = cases.SHOCKS.read_text(encoding="utf-8")
    for name, shock in shipped().items():
        assert shock.source != Shock.model_fields["source"].default, name
        for move in [*shock.factors.values(), *shock.holdings.values()]:
            assert -1.0 < move < 0.5
    for line in text.splitlines():
        if line.strip().endswith("%") or "%  " in line:
            assert "# H" in line or "# M" in line or "# L" in line or "# D" in line, line
    flagship = warchest.load("softbank-2023")
    moved = shocked(space(flagship, compile_house(flagship)), shipped()["2022"])
    names = space(flagship, compile_house(flagship)).assets
    assert moved.world[names.index("Alibaba")] == pytest.approx(1 - 0.468)
    levels = {
        "dot-com": (776.76, 1527.46),
        "2008": (676.53, 1565.15),
        "covid": (2237.40, 3386.15),
        "2022": (3577.03, 4796.56),
    }
    for name, (low, high) in levels.items():
        assert shipped()[name].factors["world"] == pytest.approx(low / high - 1, abs=6e-4)


def test_what_a_shock_does_not_know_is_said() -> None:
    found = of(stress(house(), ["covid"], smallest=False).to_dict(), "covid")
    assert found["unknown"] == ["tech", "crypto"] and found["still"] == []
    words = stress_text.stress(stress(house(), ["covid"], smallest=False).to_dict())
    assert "Not a factor or holding of this house, left out: tech, crypto." in words
    with pytest.raises(CannotError, match="did you mean 'covid'"):
        stress(house(), ["covdi"])


def test_wrong_shocks_are_told_with_their_line() -> None:
    with pytest.raises(InputError, match="'-120%' is out of range"):
        house(FOUNDER.replace("world: -20%", "world: -120%"))
    text = FOUNDER.replace("world: -20%", "wrld: -20%")
    text += "  nothing: {}\n  pair: {currencies: {USDJPY: 5%}}\n  ghost: {holdings: {Bcme: -5%}}\n"
    with pytest.raises(InputError) as caught:
        house(text)
    words = str(caught.value)
    assert "stress.yaml:13" in words
    for part in ("'wrld' is not a factor", "moves nothing", "'USDJPY' is not a pair of fx", "'Bcme' is not a holding"):
        assert part in words


def test_the_map_says_what_a_pair_of_moves_does() -> None:
    heat = stress(house(), [], smallest=False).to_dict()["heat"]
    assert heat["factors"] == ["world"] and len(heat["ltv"]) == 1
    n = heat["moves"].index(-0.3)
    assert heat["ltv"][0][n] == pytest.approx(35e6 / (100e6 * 0.7**1.2 + 20e6))
    assert heat["called"][0][n] == int(40e6 >= 0.7 * 70e6 * 0.7**1.2)


def test_the_command_answers_in_text_and_json(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, err = run("stress", "founder", "--shock", "2022", "--json")
    found = json.loads(out)
    assert (status, err) == (0, "") and [s["name"] for s in found["shocks"]] == ["2022"] and found["reverse"] is None
    status, out, _ = run("stress", "founder", "--shock", "2022")
    assert status == 0 and "LTV at once if world moves" in out
    status, _, err = run("stress", "founder", "--shock", "2023")
    assert status == 2 and "dot-com" in err
    assert math.isclose(found["now"]["nav"], 65e6)


ABROAD = (
    FOUNDER.replace("cash: 5m", "cash: {USD: 5m, EUR: 10m}\nfx: {EURUSD: 1.25}")
    .replace("Shop: {kind: private, value: 20m,", "Shop: {kind: private, value: 16m EUR,")
    .replace(
        "rate: 0%}\nshocks:",
        "currencies: {EURUSD: {volatility: 8%, loadings: {world: 0.5}}}, rate: 0%}\nshocks:\n  euro: {currencies: {EURUSD: -20%}, holdings: {Acme: -25%}}",
    )
)


def test_another_currency_is_told_at_the_rate_that_a_shock_leaves() -> None:
    """The euro falls from 1.25 to 1: what is in euros stays what it was, and a loan of 40m dollars is 40m euros after it, not 32m."""
    found = stress(house(ABROAD), ["euro"], smallest=True).to_dict("EUR")
    assert found["currency"] == "EUR"
    shock = of(found, "euro")
    once, now = shock["at_once"], found["now"]
    assert now["nav"] == pytest.approx((5 + 12.5 + 100 + 20 - 40) / 1.25 * 1e6)
    assert once["nav"] == pytest.approx((5 + 10 + 75 + 16 - 40) * 1e6)
    assert once["nav_change"] == pytest.approx(once["nav"] - now["nav"])
    assert once["nav_move"] == pytest.approx(once["nav"] / now["nav"] - 1.0)
    changes = {row["name"]: row["change"] for row in once["holdings"]}
    assert changes == {"Acme": pytest.approx(75e6 - 80e6), "Shop": pytest.approx(0.0, abs=1e-6)}
    assert once["other"] == pytest.approx(once["nav_change"] - sum(changes.values()))
    (loan,) = once["loans"]
    assert (loan["loan"], loan["collateral"], loan["cure_need"]) == (
        pytest.approx(40e6), pytest.approx(52.5e6), pytest.approx(8.5e6)
    )  # fmt: skip
    assert shock["after"]["nav"] == pytest.approx(once["nav"])  # nothing earns, moves or costs
    assert shock["after"]["cost"] == pytest.approx(0.0, abs=1e-3)
    dollars = stress(house(ABROAD), ["euro"], smallest=True).to_dict()
    for there, here in zip(found["reverse"], dollars["reverse"], strict=True):
        for key in ("shock", "factors_only"):
            if here[key] is not None:
                rate = 1.25 * (1.0 + here[key]["currencies"][0]["move"])
                assert there[key]["nav"] == pytest.approx(here[key]["nav"] / rate)
    heat, home = found["heat"], dollars["heat"]
    for move, there, here in zip(heat["moves"], heat["nav"][0], home["nav"][0], strict=True):
        assert there == pytest.approx(here / (1.25 * (1.0 + move) ** 0.5))


def test_a_currency_without_a_rate_is_refused() -> None:
    with pytest.raises(CannotError, match="no exchange rate for CHF"):
        stress(house(ABROAD), ["euro"], smallest=False).to_dict("CHF")


def test_what_only_the_truth_shows_is_said() -> None:
    """A shock of a private holding moves no mark: the text says what it does to NAV with true values."""
    found = stress(house(FOUNDER + "  shop gone: {holdings: {Shop: -50%}}\n"), ["shop gone"], smallest=False)
    text = stress_text.stress(found.to_dict())
    assert "At once: no mark moves." in text
    assert "with true values NAV goes from 83.0m USD to 74.0m USD" in text
    assert "NAV 85.0m USD (83.0m USD with true values)" in text


def test_a_loan_that_has_lost_its_collateral_is_closed_out_once() -> None:
    """Its rest falls due at once: while Acme and the shop are sold for it, nobody closes it out again."""
    text = FOUNDER + "  crash: {holdings: {Acme: -70%}}\n"
    told = [
        row["text"] for row in of(stress(house(text), ["crash"], smallest=False).to_dict(), "crash")["after"]["told"]
    ]
    assert "Lombard: 19.0m USD is due and its collateral is gone." in told
    assert told[-1] == "39.7 % of Shop is sold for 5.0m USD."
    assert len([one for one in told if "closes out" in one]) == 1
