"""Policies side by side: the same markets to the bit, paired errors by hand, and words for what cannot be compared."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import warchest
from houses import house
from warchest.compile import compile_house, compile_market, outcomes
from warchest.core.codes import MODE, SOLD
from warchest.core.errors import InputError
from warchest.engine.run import MARKET_STREAM, Variant, Workspace, generator
from warchest.engine.trace import trace
from warchest.questions import compared_text, same_paths
from warchest.questions.compare import chosen, compare, usual
from warchest.report import answers
from warchest.results import paired

HOUSE = """
house: Attack and defence
as_of: 2026-01-02
currency: USD
cash: 1m
limits: {{ltv_normal: 25%, ltv_max: 45%}}
holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, growth: -10%, volatility: 40%}}}}
debts:
  Loan: {{kind: margin_loan, principal: 20m, secured_on: {{Acme: 400k}}, rate: 4%, call_at: 65%, reset_to: 55%, close_out_at: 80%}}
  Notes: {{kind: bond, principal: 10m, coupon: 3%, maturity: 2026-12-31}}
market: {{model: student_t, tail: 5, rate: 2%}}
policy: {{kind: hold}}
step: month
horizon: 2y
{more}
"""
SELL = "def policy(see):\n    return 0.0, {} if see.step == 0 else 0.0, 0.0\n"


def made(more: str = "") -> Any:
    return house(HOUSE.format(more=more))


# The same markets


def test_every_policy_sees_the_same_prices_to_the_bit() -> None:
    """The market of a path is drawn from the compiled market and the seed alone, and those are equal bit for bit."""
    founder = warchest.load("founder")
    worlds = []
    for kind in ("hold", "planned", "band", "all_in", "sell_winners"):
        changed = founder.deciding(kind)
        market = compile_market(changed)
        assert same_paths.same_world(compile_market(founder), market)
        work = Workspace(market, [compile_house(changed).origin])
        rng = generator(3, 0, MARKET_STREAM)
        worlds.append(np.stack([work.fill(rng).copy() for _ in range(5)]))
    assert worlds[0].std() > 0.0
    assert all(np.array_equal(worlds[0], world) for world in worlds[1:])


def test_what_each_policy_leaves_is_what_simulate_leaves() -> None:
    """Lived together or alone: the paths, and so every number, are the same to the bit."""
    founder = warchest.load("founder")
    kinds = ["planned", "hold", "band", "all_in"]
    ways = same_paths.live([founder.deciding(kind) for kind in kinds], paths=300, seed=4, threads=1)
    found = compare(founder, kinds, paths=300, seed=4, threads=1).to_dict()
    for kind, way, row in zip(kinds, ways, found["policies"], strict=True):
        run = warchest.simulate(founder, paths=300, seed=4, policy=kind, threads=1)
        for name, column in way.sample.columns.items():
            assert np.array_equal(column, run.sample.columns[name], equal_nan=True), (kind, name)
        told = run.to_dict()
        for key in ("probabilities", "by_month", "time_above_max", "nav", "growth", "max_drawdown"):
            assert row[key] == told[key], (kind, key)
        assert row["loans"] == run.loans
        assert row["kind"] == kind


def test_band_and_hold_differ_only_where_band_sold() -> None:
    """A path on which band was never in defence is hold's path, to the bit; on the others it sold."""
    ways = same_paths.live([made().deciding("hold"), made().deciding("band")], paths=800, seed=1, threads=1)
    held, band = (way.sample.columns for way in ways)
    never = band["defence"] == 0.0
    assert 50 < never.sum() < 750
    for name in held:
        if name != "defence":
            assert np.array_equal(held[name][never], band[name][never], equal_nan=True), name
    assert np.mean(held["nav"][~never] != band["nav"][~never]) > 0.5
    path = int(np.flatnonzero(~never)[0])
    with_it, without = (told(made().deciding(kind), path) for kind in ("band", "hold"))
    first = next(n for n, entry in enumerate(with_it) if entry.code == MODE)
    assert first > 0
    assert [tuple(e) for e in with_it[:first]] == [tuple(e) for e in without[:first]]
    assert any(e.code == SOLD and e.step == with_it[first].step for e in with_it[first:])


def told(changed: Any, path: int) -> list[Any]:
    """The log of one path of seed 1."""
    compiled = compile_house(changed)
    variant = Variant(compiled.origin, partial(outcomes, changed), compiled.own)
    return list(trace(compile_market(changed), variant, path, 1).log)


def test_a_policy_of_ones_own_stands_beside_the_others(tmp_path: Path) -> None:
    mine, yours = tmp_path / "mine.py", tmp_path / "b" / "mine.py"
    yours.parent.mkdir()
    mine.write_text(SELL.format("5e6"))
    yours.write_text(SELL.format("50e6"))
    found = compare(made(), ["hold", str(mine), str(yours)], paths=300, seed=1, threads=1)
    assert found.table.index.tolist() == ["hold", "mine.py", str(yours)]
    growth = found.table["growth"]
    assert growth.nunique() == 3
    assert growth.iloc[0] < growth.iloc[1] < growth.iloc[2]  # a share that falls 10 % a year is better sold


def test_a_row_of_the_file_is_compared_with_its_parameters() -> None:
    rows = "rows: {Early: {policy: {kind: band, defend_above: 35%, back_to: 20%}}}"
    found = compare(made(rows), ["band", "Early"], paths=200, threads=1).to_dict()
    late, early = found["policies"]
    assert (late["kind"], early["kind"], early["policy"]) == ("band", "band", "Early")
    assert early["defence"] > late["defence"]


# Differences


def test_the_paired_error_of_odds_by_hand() -> None:
    """Of 10 paths: 3 hit here alone, 1 there alone. d = .2; var = (4 - 4 / 10) / 100 = .036."""
    here = np.array([1, 1, 1, 1, 0, 0, 0, 0, 0, 0], dtype=bool)
    there = np.array([1, 0, 0, 0, 1, 0, 0, 0, 0, 0], dtype=bool)
    found = paired.of_odds(here, there)
    assert (found["only_here"], found["only_there"]) == (3, 1)
    assert found["difference"] == pytest.approx(0.2)
    assert found["se"] == pytest.approx(math.sqrt(0.036))
    signs = here.astype(float) - there  # the same from the differences themselves, with n instead of n - 1
    assert found["se"] == pytest.approx(signs.std() / math.sqrt(10))
    assert not found["apart"]


def test_the_paired_error_of_means_by_hand() -> None:
    """Differences 1, 3: mean 2, standard deviation sqrt(2), over sqrt(2): 1."""
    assert paired.of_means(np.array([2.0, 5.0]), np.array([1.0, 2.0])) == {
        "difference": 2.0, "se": pytest.approx(1.0), "apart": False,
    }  # fmt: skip


def test_log_nav_is_of_amounts_with_the_floor_of_growth() -> None:
    """NAV 200 against 100 from the same 100: ln 2; one that lost all counts as 1 % of 100."""
    dead = {key: np.array([np.nan, np.nan]) for key in paired.HAPPENED.values()}
    found = paired.differences(
        {"nav": np.array([200.0, 100.0]), **dead}, {"nav": np.array([100.0, 0.0]), **dead}, 100.0, 100.0, 2.0
    )
    assert found["log_nav"]["difference"] == pytest.approx((math.log(2.0) + math.log(100.0)) / 2)
    assert found["growth"]["difference"] == pytest.approx(found["log_nav"]["difference"] / 2)
    assert found["loss"]["difference"] == -0.5


def test_the_paired_error_covers_what_other_seeds_say() -> None:
    """Differences of 12 seeds scatter by the error that one of them claims: chi-square of 11, between its 0.1 and 99.9 %."""
    found = [compare(made(), ["hold", "band"], paths=256, seed=seed, threads=1).to_dict() for seed in range(12)]
    for key in ("log_nav", "ruin"):
        cells = [f["differences"][0][key] for f in found]
        seen = np.var([c["difference"] for c in cells], ddof=1) * 11 / np.mean([c["se"] ** 2 for c in cells])
        assert 1.8 < seen < 31.3, key


def test_pairing_pays() -> None:
    """The same markets leave a smaller error than two runs apart would."""
    found = compare(made(), ["hold", "band"], paths=512, threads=1).to_dict()
    hold, band = found["policies"]
    alone = math.hypot(hold["growth"]["se"], band["growth"]["se"])
    assert found["differences"][0]["growth"]["se"] < 0.7 * alone


def test_the_differences_are_those_of_the_columns() -> None:
    found = compare(warchest.load("founder"), ["planned", "all_in"], paths=500, seed=2, threads=1)
    planned, all_in = found.to_dict()["policies"]
    difference = found.to_dict()["differences"][0]
    assert difference["growth"]["difference"] == pytest.approx(all_in["growth"]["value"] - planned["growth"]["value"])
    for key in ("ruin", "default", "margin_call", "forced_sale", "breach", "loss", "halved"):
        gap = all_in["probabilities"][key]["p"] - planned["probabilities"][key]["p"]
        assert difference[key]["difference"] == pytest.approx(gap), key
        assert difference[key]["only_here"] - difference[key]["only_there"] == pytest.approx(500 * gap), key
    table = found.table
    assert table.loc["all_in", "growth_change"] == difference["growth"]["difference"]
    assert math.isnan(table.loc["planned", "growth_change"])
    assert table.loc["planned", "median_nav"] == planned["nav"]["p50"]


# What is compared, and words


def test_what_is_compared_if_nothing_is_named() -> None:
    assert usual(warchest.load("founder")) == ["planned", "hold", "band", "all_in"]
    assert usual(made()) == ["hold", "band"]
    assert list(chosen(made(), ["band"])) == ["hold", "band"]  # one alone is held against the file's own
    assert list(chosen(made(), "band")) == ["hold", "band"]


@pytest.mark.parametrize(
    ("policies", "words"),
    [
        (["hold", "bnd"], "there is no 'bnd'"),
        (["hold", "bnd"], "policies: hold, planned, all_in, fraction, spread, band, sell_winners, or a Python file"),
        (["hold", "bnd"], "did you mean 'band'?"),
        (["band", "band"], "'band' is named twice"),
        (["hold"], "'hold' is the file's own policy"),
        (["hold", "spread"], "spread needs 'positions'"),
        (["hold", "spread"], "--policy  "),
        (["hold", "nowhere.py"], "there is no nowhere.py"),
        (["bnd", "all-in"], "2 problems"),
    ],
)
def test_what_cannot_be_compared_is_said(policies: list[str], words: str) -> None:
    with pytest.raises(InputError) as caught:
        compare(made(), policies, paths=10)
    assert words in str(caught.value)


Said = tuple[int, str, str]


def test_the_command_says_what_python_says(run: Callable[..., Said]) -> None:
    words = ["compare", "founder", "--policy", "planned", "--policy", "band", "--paths", "300", "--threads", "1"]
    status, out, _ = run(*words, "--json")
    found = warchest.load("founder").compare(["planned", "band"], paths=300, threads=1).to_dict()
    assert status == 0
    assert json.loads(out) == json.loads(json.dumps(found))
    status, out, _ = run(*words)
    assert out.strip() == compared_text.compare(found).strip()
    assert "defence" in out and "Rescued" in out and "cannot be told apart with 300 paths" in out
    status, out, err = run("compare", "founder", "--policy", "hold", "--policy", "bnd")
    assert (status, out) == (2, "")
    assert "did you mean 'band'?" in err


def test_the_package_keeps_ten_names() -> None:
    assert len(warchest.__all__) == 10


def test_a_folder_holds_the_page_the_table_and_the_answer(run: Callable[..., Said], tmp_path: Path) -> None:
    folder = tmp_path / "side by side"
    words = ["compare", "founder", "--policy", "hold", "--policy", "band", "--paths", "200", "--out", folder]
    assert run(*words)[0] == 0
    found = json.loads((folder / "answer.json").read_text("utf-8"))
    assert found == json.loads(json.dumps(warchest.load("founder").compare(["hold", "band"], paths=200).to_dict()))
    page = (folder / "page.html").read_text("utf-8")
    assert page == answers.build(found)
    for text in ("What does each do that hold does not?", "median NAV", *found["said"]):
        assert text.replace("'", "&#39;") in page.replace("\N{NO-BREAK SPACE}", " "), text
    rows = (folder / "table.csv").read_text("utf-8").splitlines()
    assert [row.split(",")[0] for row in rows] == ["policy", "hold", "band"]
    assert run(*words)[0] == 0  # an earlier answer is replaced
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "mine.txt").write_text("mine")
    status, _, err = run(*words[:-1], tmp_path / "other")
    assert status == 1
    assert "other things in it" in err
    assert (tmp_path / "other" / "mine.txt").exists()


def test_any_command_takes_the_name_of_a_row(run: Callable[..., Said], tmp_path: Path) -> None:
    """`simulate --policy Early` lives what the row says."""
    (tmp_path / "h.yaml").write_text(
        made("rows: {Early: {policy: {kind: band, defend_above: 35%, back_to: 20%}}}").tree.text
    )
    status, out, err = run("simulate", tmp_path / "h.yaml", "--policy", "Early", "--paths", "50", "--json")
    assert status == 0, err
    assert '"policy": "band"' in out
