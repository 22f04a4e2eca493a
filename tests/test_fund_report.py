"""What a fund's own page and its print-out say."""

from __future__ import annotations

from pathlib import Path

import pytest

import warchest
from houses import house
from warchest import report
from warchest.questions import printed
from warchest.report import folder
from warchest.results.outcome import Run
from warchest.simulation import simulate

INSIDE = """
house: A house with a fund
as_of: 2026-01-02
currency: USD
cash: 60m
holdings:
  Acme: {kind: listed, shares: 1m, price: 50, volatility: 30%}
  Growth fund:
    kind: fund
    investor: Ours
    house:
      investors: {Ours: {commitment: 20m}, Theirs: {commitment: 20m}}
      fees: {management: 2%}
      policy: {kind: planned, limit: funding}
      bets: {Rocket: {cheque: 30m, date: 2026-03-02, outcome: {kind: table, multiples: [0, 3], odds: [50%, 50%], years: 2}}}
rows:
  As it is: {}
  Small fund: {holdings: {Growth fund: {change: {bets: {Rocket: {cheque: 3m}}}}}}
horizon: 3y
step: month
"""


@pytest.fixture(scope="module")
def seed() -> Run:
    return simulate(warchest.load("seed-fund"), paths=200, seed=2, rows=True)


def test_a_fund_alone_has_its_own_page(seed: Run, tmp_path: Path) -> None:
    saved = seed.save(tmp_path / "run")
    sections = report.sections(folder.read(saved))
    assert [s.key for s in sections] == ["funds", "fans", "currencies", "about"]
    first = sections[0]
    assert first.title.startswith("Seed Fund I makes ")
    assert first.lead[0].startswith("Seed Fund I: common investors get ")
    beside = [f"The rows side by side: {name}" for name in dict.fromkeys(row["outlook"] for row in seed.rows)]
    assert len(beside) == 3
    assert [t.title for t in first.tables] == [
        "Net to common investors",
        "Money, mean of all paths",
        *beside,
        "Bets and deals",
    ]
    assert report.build(saved) == report.build(saved)


def test_ten_thirty_and_three_hundred_bets_stand_side_by_side(seed: Run) -> None:
    said = printed.report(warchest.load("seed-fund"), seed)
    assert [
        words
        for words in ("Ten bets", "Thirty bets", "Three hundred bets", "if all ended as drawn")
        if words not in said
    ] == []
    assert "Margin call" not in said
    deals = {row["row"]: row["funds"][0]["deals"] for row in seed.rows if row["outlook"] == seed.rows[0]["outlook"]}
    assert (deals["Ten bets"], deals["Thirty bets"]) == (10.0, 30.0)
    assert deals["Three hundred bets"] > 250


def test_a_house_with_a_fund_tells_both(tmp_path: Path) -> None:
    found = house(INSIDE)
    run = simulate(found, paths=100, seed=2, rows=True)
    said = printed.simulate(found, run)
    assert "Margin call" in said and "Growth fund" in said
    assert [f["name"] for f in run.to_dict()["funds"]] == ["Growth fund"]
    keys = [s.key for s in report.sections(folder.read(run.save(tmp_path / "run")))]
    assert keys[0] == "headline" and "funds" in keys
    worth = {h["name"]: h for h in warchest.simulate(found, paths=2, seed=1).to_dict()["funds"]}
    assert worth["Growth fund"]["paid_in"]["mean"] > 0
    small = next(row for row in run.rows if row["row"] == "Small fund")["funds"][0]
    assert small["paid_in"]["mean"] < run.funds[0]["paid_in"]["mean"]


def test_a_fund_in_a_file_beside_is_the_fund_written_inside(tmp_path: Path) -> None:
    """The same house, its fund in a file of its own: the same worth, and the same paths to the last bit."""
    own = "investors: {Ours: {commitment: 20m}, Theirs: {commitment: 20m}}\nfees: {management: 2%}\n"
    own += "policy: {kind: planned, limit: funding}\nbets: {Rocket: {cheque: 30m, date: 2026-03-02, outcome: "
    own += "{kind: table, multiples: [0, 3], odds: [50%, 50%], years: 2}}}\n"
    (tmp_path / "fund.yaml").write_text(
        f"house: Growth fund\nas_of: 2026-01-02\ncurrency: USD\n{own}", encoding="utf-8"
    )
    start, end = INSIDE.index("    house:\n"), INSIDE.index("rows:")
    (tmp_path / "house.yaml").write_text(INSIDE[:start] + "    file: fund.yaml\n" + INSIDE[end:], encoding="utf-8")
    beside = simulate(warchest.load(tmp_path / "house.yaml"), paths=64, seed=3)
    inside = simulate(house(INSIDE), paths=64, seed=3)
    assert beside.paths.equals(inside.paths)
    saved = beside.save(tmp_path / "run")
    (tmp_path / "fund.yaml").unlink()
    assert "Growth fund" in report.build(saved)  # the run's folder is all that a page needs


def test_a_bridge_does_not_call_money_that_was_paid_in_a_gain() -> None:
    before = house(INSIDE)
    paid = before.changed(
        {
            "cash": "58m",
            "holdings": {
                "Growth fund": {
                    "change": {"cash": "4m", "investors": {"Ours": {"paid": "2m"}, "Theirs": {"paid": "2m"}}}
                }
            },
        }
    )
    parts = {(part["name"], part["cause"]): part["amount"] for part in warchest.diff(before, paid).to_dict()["parts"]}
    assert parts == {("Growth fund", "worth, with money called and paid out"): 2e6, ("Cash", "cash"): -2e6}
