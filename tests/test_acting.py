"""Policies that look and act: attack and defence with memory, selling winners, one of the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import warchest
from houses import house
from warchest.compile import compile_house
from warchest.core import kernel
from warchest.core.codes import MODE, SOLD, WRITTEN
from warchest.core.errors import InputError
from warchest.core.path_tables import PATH_COLUMNS
from warchest.core.sight import Sight
from warchest.engine.trace import lived
from warchest.policies.band_rule import mode_of, sales_of
from warchest.policies.own import parse

HOUSE = """
house: Attack and defence
as_of: 2026-01-02
currency: USD
cash: 5m
limits: {{ltv_normal: 25%, ltv_max: 50%}}
holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, volatility: 40%}}}}
debts: {{Notes: {{kind: bond, principal: 30m}}}}
market: {{model: lognormal, rate: 0%}}
policy: {policy}
step: month
horizon: 6mo
"""
LOAN = {"kind": "margin_loan", "rate": "0%", "call_at": "85%", "reset_to": "70%", "close_out_at": "95%"}
BAND = "{kind: band, attack_below: 20%, defend_above: 40%, back_to: 30%}"


def at_prices(policy: str, prices: list[float], change: dict[str, Any] | None = None):
    """The house, with a change of its file, lived at these prices, month by month from 100."""
    compiled = compile_house(house(HOUSE.format(policy=policy)).edited(change or {}))
    world = np.ones((2, 6))
    world[0, : len(prices)] = np.array(prices) / np.array([100.0, *prices[:-1]])
    return lived(compiled.origin, world, np.ones(1))


def test_the_mode_changes_above_one_level_and_below_another() -> None:
    """Hysteresis: between the levels the mode stays what it was."""
    assert [mode_of(m, ltv, 0.2, 0.4) for m in (0.0, 1.0) for ltv in (0.1, 0.3, 0.5)] == [0, 0, 1, 0, 1, 1]
    assert sales_of(100.0, 40.0, 0.25) == 20.0
    assert sales_of(100.0, 10.0, 0.25) == 0.0


def test_defence_begins_sells_back_and_ends() -> None:
    """D = 25m. At 60 LTV is 41.7 %: x = (25 - .3 x 60) / .7 = 10m is sold; at 200 the rest is far below 20 %: attack again."""
    traced = at_prices(BAND, [60.0, 60.0, 60.0, 200.0, 200.0, 200.0])
    modes = [(int(e.step), int(e.other)) for e in traced.log if e.code == MODE]
    assert modes == [(1, 1), (4, 0)]
    sold = [(int(e.step), float(e.amount)) for e in traced.log if e.code == SOLD]
    assert sold == [(1, pytest.approx(10e6))]
    assert traced.through[1, 1] == pytest.approx(0.30)
    assert traced.path[PATH_COLUMNS.index("defence")] == pytest.approx(3 / 6)  # three of six months in defence


@pytest.mark.parametrize("price", [61.0, 55.0, 40.0, 30.0])
def test_a_defence_sale_never_raises_ltv(price: float) -> None:
    """Without impact or discount: (D - x) / (H - x) <= D / H while D < H."""
    held = at_prices("{kind: hold}", [price])
    band = at_prices(BAND, [price])
    assert band.through[1, 1] <= held.through[1, 1] + 1e-12
    assert band.through[1, 0] == pytest.approx(held.through[1, 0])  # and costs nothing


def test_a_defence_sale_of_pledged_shares_pays_the_lender_his_part() -> None:
    """H = 60m, D = 20m + 20m: x = (40 - .6 x 60) / .4 = 10m of shares are sold; a third is the lender's, whose loan stays at 1/3.

    With a floor of 8m in cash two thirds of the sale must be 8m: 12m are sold, and LTV falls to 28 / 48.
    """
    debts = {"Notes": {"principal": "20m"}, "Loan": {**LOAN, "principal": "20m", "secured_on": {"Acme": "all"}}}
    band = "{kind: band, attack_below: 50%, defend_above: 65%, back_to: 60%}"
    for floor, sold, ltv in (("0", 10e6, 0.60), ("8m", 12e6, 28 / 48)):
        traced = at_prices(band, [60.0], {"cash": "0", "debts": debts, "limits": {"cash_floor": floor}})
        sales = [float(e.amount) for e in traced.log if e.code == SOLD]
        assert sales == [pytest.approx(sold)]
        assert traced.through[1, 1] == pytest.approx(ltv)
        assert traced.through[1, 2] == pytest.approx(sold * 2 / 3)
        loan = next(debt for debt in traced.final.debts if debt.call_at == 0.85)
        assert loan.principal == pytest.approx(20e6 - sold / 3)


def test_free_shares_are_sold_before_pledged_ones() -> None:
    """100,000 free shares bring 6m of the 10m of defence, pledged ones the other 4m: LTV is back to where it should be."""
    debts = {"Notes": {"principal": "22m"}, "Loan": {**LOAN, "principal": "18m", "secured_on": {"Acme": "900k"}}}
    band = "{kind: band, attack_below: 50%, defend_above: 65%, back_to: 60%}"
    traced = at_prices(band, [60.0], {"cash": "0", "debts": debts})
    assert [float(e.amount) for e in traced.log if e.code == SOLD] == [pytest.approx(6e6), pytest.approx(4e6)]
    assert traced.through[1, 1] == pytest.approx(0.60)


@pytest.mark.parametrize(("price", "written"), [(60.0, []), (200.0, [3])])
def test_defence_makes_no_bets(price: float, written: list[int]) -> None:
    """A cheque of April is written where LTV is below the band, and lapses where the house is in defence."""
    sure = {"kind": "table", "multiples": [2], "odds": ["100%"], "years": 4}
    bets = {"Rocket": {"cheque": "1m", "date": "2026-04-02", "outcome": sure}}
    traced = at_prices(BAND.replace("back_to: 30%", "back_to: 39%"), [price] * 6, {"bets": bets})
    assert [int(e.step) for e in traced.log if e.code == WRITTEN] == written


def test_winners_are_sold_once_for_each_doubling() -> None:
    """`sell_winners` from 100: a quarter at 200, no more at 210, a quarter of the rest at 400."""
    policy = "{kind: sell_winners, above: 2, part: 25%, every: 1mo}"
    traced = at_prices(policy, [200.0, 210.0, 400.0, 400.0, 400.0, 400.0])
    sold = [(int(e.step), float(e.shares)) for e in traced.log if e.code == SOLD]
    assert sold == [(1, pytest.approx(250e3)), (3, pytest.approx(187.5e3))]


OWN = """
LEVEL = 0.40

def over(see):
    return max(0.0, (see.net_debt - 0.3 * see.holdings_value) / 0.7)

def policy(see):
    memory = see.memory
    if see.ltv > LEVEL:
        memory = 1.0
    elif see.ltv < 0.2:
        memory = 0.0
    return see.asked, over(see) if memory > 0.0 else 0.0, memory
"""


def test_a_policy_of_ones_own_is_lived_like_a_built_in_one(tmp_path: Path) -> None:
    """`policy: {file: mine.py}` that says what `band` says leaves the same paths, to the bit."""
    (tmp_path / "mine.py").write_text(OWN)
    text = HOUSE.replace("kind: listed,", "kind: listed, growth: -20%,")
    (tmp_path / "own.yaml").write_text(text.format(policy="{kind: own, file: mine.py, every: 1mo}"))
    (tmp_path / "band.yaml").write_text(text.format(policy=BAND))
    band = warchest.simulate(warchest.load(tmp_path / "band.yaml"), paths=400, seed=2)  # first, as from the disk cache
    own = warchest.simulate(warchest.load(tmp_path / "own.yaml"), paths=400, seed=2)
    assert own.policy == "mine.py"
    assert own.paths.equals(band.paths)
    assert 0.0 < float(band.paths["defence"].mean()) < 1.0
    assert band.to_dict()["time_in_defence"] == pytest.approx(float(band.paths["defence"].mean()))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("def policy(see):\n    return see.ltvv, 0.0, 0.0\n", 2, "did you mean 'ltv'"),
        ("def policy(see):\n    return nothing(see), 0.0, 0.0\n", 2, "is not defined"),
        ("def policy(see):\n    x = [see.nav]\n    return x[0], 0.0, 0.0\n", 2, "list or an array"),
        ("def policy(see):\n    return see.nav\n", 1, "it gives float64"),
        ("def policy(see, more):\n    return 0.0, 0.0, 0.0\n", 1, "def policy"),
        ("policy = 3\n", None, "has no function"),
        ("def policy(see):\n  return (\n", 2, "never closed"),
        (
            "def policy(see):\n    if see.ltv > 0.3:\n        return 0.0, 1.0\n    return 0.0, 0.0, 0.0\n",
            3,
            "gives 2 numbers here",
        ),
        ("def policy(see):\n    if see.ltv > 0.3:\n        return 0.0, 1.0, 0.0\n", 1, "may end without giving"),
        ("def policy(see):\n    for k in range(3):\n        return 0.0, 0.0, 0.0\n", 1, "may end without giving"),
        (
            "def policy(see):\n    if see.ltv > 0.3:\n        return\n    return 0.0, 0.0, 0.0\n",
            3,
            "gives nothing here",
        ),
        ("def policy(see):\n    return see.asked, see.cash / (see.ltv - see.ltv), 0.0\n", 1, "what is no amount"),
        ("def policy(see):\n    return see.cash / (see.ltv - see.ltv), 0.0, 0.0\n", 1, "what is no amount"),
        ("def policy(see):\n    return 0.0, 0.0, (see.ltv - see.ltv) / 0.0\n", 1, "on step 0 what is no amount"),
        ("1 / 0\ndef policy(see):\n    return 0.0, 0.0, 0.0\n", 1, "ZeroDivisionError"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int | None, words: str
) -> None:
    (tmp_path / "mine.py").write_text(text)
    (tmp_path / "own.yaml").write_text(HOUSE.format(policy="{file: mine.py}"))
    with pytest.raises(InputError) as caught:
        warchest.simulate(warchest.load(tmp_path / "own.yaml"), paths=10, seed=1)
    assert words in str(caught.value)
    assert caught.value.problems[0].line == line
    assert Path(caught.value.problems[0].file).name == "mine.py"


def test_every_case_that_gives_three_numbers_is_let_through(tmp_path: Path) -> None:
    """Branches that all return, a loop that returns from inside, and functions inside with returns of their own."""
    text = (
        "def policy(see):\n    def half(x):\n        return x / 2\n    for k in range(3):\n        if see.ltv > k:\n"
        "            continue\n        if k == 2:\n            return 0.0, half(see.nav), 0.0\n        else:\n"
        "            return see.asked, 0.0, 1.0\n    raise ValueError\n"
    )
    (tmp_path / "mine.py").write_text(text)
    parse(tmp_path / "mine.py")


def test_a_missing_policy_is_told_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(HOUSE.format(policy="{file: mine.py}"))
    with pytest.raises(InputError, match="there is no mine"):
        warchest.load(tmp_path / "own.yaml")


def test_the_skeleton_of_the_docs_is_a_policy_and_every_field_is_told(tmp_path: Path) -> None:
    page = (Path(__file__).parent.parent / "docs" / "own-policy.md").read_text(encoding="utf-8")
    (tmp_path / "mine.py").write_text(page.split("```python\n")[1].split("```")[0])
    (tmp_path / "own.yaml").write_text(HOUSE.format(policy="{file: mine.py}"))
    run = warchest.simulate(warchest.load(tmp_path / "own.yaml"), paths=20, seed=1)
    assert run.policy == "mine.py"
    assert [field for field in Sight._fields if f"`{field}`" not in page] == []


CONSTANT = "SALES = {}\n\ndef policy(see):\n    return 0.0, SALES if see.step == 0 else 0.0, 0.0\n"


def test_several_policies_of_ones_own_are_each_lived(tmp_path: Path) -> None:
    """Rows with files of their own in one run, and a file whose constant alone was changed: nobody gets another's."""
    for name, sales in (("a", 10e6), ("b", 20e6), ("c", 30e6)):
        (tmp_path / f"{name}.py").write_text(CONSTANT.format(sales))
    rows = "rows: {b: {policy: {file: b.py}}, c: {policy: {file: c.py}}, again: {policy: {file: b.py}}, none: {policy: {kind: hold}}}\n"
    (tmp_path / "own.yaml").write_text(HOUSE.format(policy="{kind: planned}") + rows)
    made = warchest.load(tmp_path / "own.yaml")
    run = warchest.simulate(made, paths=60, seed=1, policy=str(tmp_path / "a.py"))
    assert told_sales(made.deciding(str(tmp_path / "a.py"))) == 10e6
    found = {row["row"]: row["nav"] for row in warchest.simulate(made, paths=60, seed=1, rows=True).rows}
    assert found["b"] == found["again"] != found["c"]
    assert found["none"]["p50"] != found["b"]["p50"]
    (tmp_path / "a.py").write_text(CONSTANT.format(15e6))
    assert told_sales(made.deciding(str(tmp_path / "a.py"))) == 15e6
    assert run.policy == "a.py"
    # Machine code is found by name: what is compiled with a policy must not be taken for what the disk cache holds.
    twins = [twin for (_, _, own), twin in kernel._compiled.items() if own]
    assert twins
    assert all("_with_" in twin.py_func.__qualname__ for twin in twins)


def told_sales(made) -> float:
    """What was sold on the first date of path 0."""
    from warchest.compile import compile_market, outcomes
    from warchest.engine.run import Variant
    from warchest.engine.trace import trace

    compiled = compile_house(made)
    variant = Variant(compiled.origin, lambda u, times: outcomes(made, u, times), compiled.own)
    log = trace(compile_market(made), variant, 0, 1).log
    return float(sum(e.amount for e in log if e.code == SOLD and e.step == 0))


def test_a_fund_that_looks_is_not_asleep() -> None:
    """A fund without cash or debts, in which nothing moves but prices, still wakes for a policy that sells."""
    for policy, asleep in (("{kind: hold}", 1), ("{kind: sell_winners}", 0), ("{kind: band}", 0)):
        made = house(FUND.format(policy=policy))
        assert int(compile_house(made).origin.funds[0].asleep) == asleep


FUND = """
house: A house with a fund
as_of: 2026-01-02
currency: USD
cash: 5m
holdings:
  Pot:
    kind: fund
    investor: us
    house:
      house: Pot
      holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, volatility: 40%}}}}
      investors: {{us: {{kind: common, commitment: 100m, paid: 100m}}}}
      policy: {policy}
market: {{model: lognormal, rate: 0%}}
step: month
horizon: 6mo
"""
