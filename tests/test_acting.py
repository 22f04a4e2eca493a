"""Policies that look and act: attack and defence with memory, selling winners, one of the user's own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import warchest
from houses import house
from warchest.compile import compile_house
from warchest.core.codes import MODE, SOLD
from warchest.core.errors import InputError
from warchest.core.layout import PATH_COLUMNS
from warchest.engine.trace import lived
from warchest.policies.band_rule import mode_of, sales_of

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
BAND = "{kind: band, attack_below: 20%, defend_above: 40%, back_to: 30%}"


def at_prices(policy: str, prices: list[float]):
    """The house lived at these prices, month by month from 100."""
    compiled = compile_house(house(HOUSE.format(policy=policy)))
    world = np.ones((2, 6))
    world[0, : len(prices)] = np.array(prices) / np.array([100.0, *prices[:-1]])
    return lived(compiled.origin, world, np.ones(1))


def test_the_mode_changes_above_one_level_and_below_another() -> None:
    """Hysteresis: between the levels the mode stays what it was."""
    assert [mode_of(m, ltv, 0.2, 0.4) for m in (0.0, 1.0) for ltv in (0.1, 0.3, 0.5)] == [0, 0, 1, 0, 1, 1]
    assert sales_of(100.0, 40.0, 5.0, 0.0, 0.25) == 20.0
    assert sales_of(100.0, 10.0, 5.0, 12.0, 0.25) == 7.0  # only the cash floor is missing


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
    assert own.policy == "own"
    assert own.paths.equals(band.paths)
    assert 0.0 < float(band.paths["defence"].mean()) < 1.0


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


def test_a_missing_policy_is_told_at_its_line(tmp_path: Path) -> None:
    (tmp_path / "own.yaml").write_text(HOUSE.format(policy="{file: mine.py}"))
    with pytest.raises(InputError, match="there is no mine"):
        warchest.load(tmp_path / "own.yaml")
