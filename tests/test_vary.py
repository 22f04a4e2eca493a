"""One field over several values: the numbers are those of the edited file, the prices the same, and words for what cannot be."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import warchest
from houses import house
from warchest import files
from warchest.cases import find as case
from warchest.core.errors import CannotError, InputError
from warchest.questions import field as fields
from warchest.questions.vary import vary

live = partial(vary, paths=300, seed=4, threads=1)
FOUNDER = case("founder")


def edited(tmp_path: Path, old: str, new: str) -> Any:
    """The founder's file with one text replaced by hand."""
    text = Path(FOUNDER).read_text("utf-8")
    assert text.count(old) == 1
    path = tmp_path / "edited.yaml"
    path.write_text(text.replace(old, new), "utf-8")
    return warchest.load(path)


@pytest.mark.parametrize(
    ("field", "value", "old", "new"),
    [
        ("cash", "40m", "cash: 5m", "cash: 40m"),
        ("debts.Lombard loan.call_at", "66%", "call_at: 70%", "call_at: 66%"),
        ("debts.Lombard loan.cure", "15d", "reset_to: 60%", "reset_to: 60%, cure: 15d"),
        ("bets.Rocket.outcome.multiples[2]", "6", "multiples: [0, 1, 3, 10]", "multiples: [0, 1, 6, 10]"),
        ("holdings.Acme.volatility", "30%", "volatility: 40%", "volatility: 30%"),
        ("horizon", "2y", "house:", "horizon: 2y\nhouse:"),
    ],
)
def test_a_value_is_what_simulate_makes_of_the_edited_file(
    field: str, value: str, old: str, new: str, tmp_path: Path
) -> None:
    """Cash, trigger, cure length, an entry of a list, the world, the grid: all as if the file had been written so."""
    row = next(r for r in live(warchest.load("founder"), field, [value]).found["curve"] if r["value"] == value)
    told = warchest.simulate(edited(tmp_path, old, new), paths=300, seed=4, threads=1).to_dict()
    for key in ("probabilities", "nav", "growth", "max_drawdown", "time_above_max"):
        assert row[key] == told[key], key
    own = next(r for r in live(warchest.load("founder"), field, [value]).found["curve"] if r["own"])
    assert row["nav"] != own["nav"]


def test_curves_of_cash_trigger_and_cure_share_their_paths() -> None:
    """More cash is never less NAV on any path of this house; what the rest do is shown, not asserted."""
    founder = warchest.load("founder")
    cash = live(founder, "cash", ["0", "20m", "40m"]).found
    assert [row["value"] for row in cash["curve"]] == ["0", "5m", "20m", "40m"]
    assert [row["x"] for row in cash["curve"]] == [0.0, 5e6, 20e6, 40e6]
    logs = [row["log_nav"]["value"] for row in cash["curve"]]
    assert cash["same_paths"] and logs == sorted(logs) and len(set(logs)) == 4
    for field, values in (("debts.Lombard loan.call_at", ["65%", "75%"]), ("debts.Lombard loan.cure", ["0d", "20d"])):
        found = live(founder, field, values).found
        assert found["same_paths"] and found["loan"] == "Lombard loan"
        calls = [next(x["calls"]["p"] for x in row["loans"] if x["name"] == "Lombard loan") for row in found["curve"]]
        assert calls == sorted(calls, reverse=True)


def test_another_world_is_said_to_be_one() -> None:
    """A volatility makes other prices: differences are those of runs apart, and no path is rescued."""
    found = live(warchest.load("founder"), "holdings.Acme.volatility", ["60%"]).found
    change = next(row["change"] for row in found["curve"] if not row["own"])
    rows = {row["own"]: row for row in found["curve"]}
    assert not found["same_paths"] and not change["same_paths"] and "only_here" not in change["ruin"]
    error = np.hypot(*(rows[own]["probabilities"]["margin_call"]["se"] for own in (True, False)))
    assert change["margin_call"]["se"] == pytest.approx(error)


def test_the_own_value_is_not_lived_twice_and_left_out_stands_first() -> None:
    """70 % and 0.7 differ in unit only by how they are written; what the file leaves out has no number."""
    founder = warchest.load("founder")
    assert [row["value"] for row in live(founder, "debts.Lombard loan.call_at", ["70%", "75%"]).found["curve"]] == [
        "70%",
        "75%",
    ]
    found = live(founder, "debts.Lombard loan.cure", ["10d", "2d"]).found
    assert [row["value"] for row in found["curve"]] == ["left out", "2d", "10d"]
    assert found["own"] is None and found["unit"] == "d" and found["curve"][0]["own"] and found["curve"][0]["x"] is None


def test_a_name_may_hold_dots_and_brackets() -> None:
    """The longest name that fits is taken, and a list's entry by its number."""
    tree = files.parse(
        "debts:\n  A. loan: {call_at: 70%}\n  A: {call_at: 60%}\nbets: {B: {tranches: [{cheque: 1m}, {cheque: 2m}]}}"
    )
    assert fields.find(tree, "debts.A. loan.call_at").value == "70%"
    assert fields.find(tree, "debts.A.call_at").value == "60%"
    second = fields.find(tree, "bets.B.tranches[1].cheque")
    assert second.value == "2m" and second.name == "bets.B.tranches[1].cheque"
    assert second.change(tree.data, "5m") == {"bets": {"B": {"tranches": [{"cheque": "1m"}, {"cheque": "5m"}]}}}


@pytest.mark.parametrize(
    ("field", "values", "words"),
    [
        ("debts.Lombard lon.cure", ["3d"], ("there is no 'Lombard lon'", "did you mean 'Lombard loan'")),
        (
            "debts.Lombard loan.cura",
            ["3d", "5d"],
            ("FIELD  debts", "unknown field", "did you mean 'cure'", "1 problem;"),
        ),
        ("debts.Lombard loan", ["3"], ("holds more than one value", "call_at")),
        ("debts.Lombard loan.call_at.x", ["3"], ("there is no 'x'", "nothing is inside of it")),
        ("bets.Rocket.outcome.odds[9]", ["3"], ("there is no '[9]'", "[3]")),
        (
            "debts.Lombard loan.call_at",
            ["65", "50%"],
            ("VALUE 65 ", "65 looks like percent", "VALUE 50%", "out of order", "2 problems"),
        ),
        ("debts.Lombard loan.call_at", ["65%", "65 %"], ("'65 %' is named twice",)),
        ("", ["65%"], ("no field is named",)),
    ],
)
def test_what_cannot_be_varied_is_said_at_once(field: str, values: list[str], words: tuple[str, ...]) -> None:
    """Every wrong value is told by itself, before a path is lived: it stands on no line of the file."""
    with pytest.raises(InputError) as error:
        live(warchest.load("founder"), field, values, paths=10**9)
    for word in words:
        assert word in str(error.value)


@pytest.mark.parametrize("words", [("vary", "founder", "cash", "1m"), ("compare", "founder"), ("size", "founder")])
def test_one_path_has_no_error_bar(run: Callable[..., tuple[int, str, str]], words: tuple[str, ...]) -> None:
    status, out, err = run(*words, "--paths", "1")
    assert status == 2 and not out and "greater than or equal to 2" in err


def test_sections_that_a_life_does_not_read_are_refused() -> None:
    """A shock's size changes no life; a curve of it would be flat and mislead."""
    stressed = house(Path(FOUNDER).read_text("utf-8") + "shocks: {bad: {factors: {world: -20%}}}\n")
    with pytest.raises(CannotError, match="is not read by a house's own life"):
        live(stressed, "shocks.bad.factors.world", ["-30%"])
    with pytest.raises(CannotError, match="needs values"):
        live(stressed, "cash", [])


def test_the_command_prints_writes_and_returns_the_same_numbers(
    tmp_path: Path, run: Callable[..., tuple[int, str, str]]
) -> None:
    """Text, JSON and folder come from one answer; the page is the same to the byte."""
    words = ["vary", "founder", "debts.Lombard loan.cure", "0d", "20d", "--paths", "200", "--seed", "4"]
    found = json.loads(run(*words, "--json", "--out", tmp_path / "one")[1])
    alone = live(warchest.load("founder"), "debts.Lombard loan.cure", ["0d", "20d"], paths=200).found
    assert found == json.loads(json.dumps(alone))
    text = run(*words, "--out", tmp_path / "two")[1]
    assert "left out (the file's)" in text and "Call of Lombard loan" in text
    pages = [(tmp_path / folder / "page.html").read_bytes() for folder in ("one", "two")]
    assert pages[0] == pages[1] and b"Odds against debts.Lombard loan.cure" in pages[0]
    table = (tmp_path / "one" / "table.csv").read_text("utf-8").splitlines()
    assert len(table) == 4 and table[0].startswith("value,x,own,loan_call,loan_call_se,median_nav")


def test_a_value_may_be_negative_and_a_wrong_option_is_told(run: Callable[..., tuple[int, str, str]]) -> None:
    status, out, _ = run("vary", "founder", "holdings.Acme.growth", "-5%", "8%", "--paths", "200")
    assert status == 0 and "\n-5% " in out
    status, _, err = run("vary", "founder", "cash", "5m", "--pahts", "200")
    assert status == 2 and "there is no '--pahts'" in err and "did you mean '--paths'?" in err


def test_one_value_that_the_file_has_is_said_to_be_it(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "This is what the file has" in run("vary", "founder", "cash", "5m", "--paths", "50")[1]


def test_values_on_grids_of_their_own_are_said_to_be(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "each on its own grid" in run("vary", "founder", "horizon", "1y", "2y", "--paths", "50")[1]
