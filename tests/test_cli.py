"""The command line: exit statuses, one JSON object and nothing else, files that load again, and how long one waits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import warchest
from warchest import cases
from warchest.house.schema import parts

HOUSES = Path(__file__).parent / "houses"
Said = tuple[int, str, str]


def process(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "warchest", *words], capture_output=True, text=True, check=False)


# Exit statuses


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["check", "founder"], 0, ""),
        (["check", "nowhere.yaml"], 2, "nowhere.yaml  no such file"),
        (["check", "."], 2, ".  is a folder"),
        (["check", "foundr"], 2, "no such file"),
        (["value", "founder", "--bet", "Rokt"], 2, "did you mean 'Rocket'?"),
        (["value", "strategy-2022", "--bet", "Rocket"], 2, "bets: none"),
        (["value", "founder", "--in", "EUR"], 2, "currencies with a rate in the file: USD"),
        (["value", "founder", "--in", "usd"], 2, "did you mean 'USD'?"),
        (["new", "foundr"], 2, "did you mean 'founder'?"),
        (["schema", "listd"], 2, "did you mean 'listed'?"),
        (["simulate", "founder", "--policy", "all-in"], 2, "did you mean 'all_in'?"),
        (["simulate", "founder", "--paths", "0"], 2, "--paths"),
        (["vlaue", "founder"], 2, "vlaue"),
        (["diff", "softbank-2023", "founder"], 1, "one house is in JPY, the other in USD"),
        (["cases"], 0, ""),
    ],
)
def test_a_command_leaves_with_its_status(run: Callable[..., Said], words: list[str], status: int, said: str) -> None:
    left, out, err = run(*words)
    assert left == status
    assert said in err
    assert (out == "") == (status != 0)


def test_what_cannot_be_done_is_one_sentence(run: Callable[..., Said]) -> None:
    assert run("diff", "softbank-2023", "founder")[2].count("\n") == 1


def test_a_pair_that_stands_still_is_noted_and_fine(run: Callable[..., Said]) -> None:
    status, out, err = run("check", HOUSES / "two-lines.yaml")
    assert status == 0
    assert out == "One asset in two lines: fine. 2 holdings, 1 debt, 0 bets, 260 week steps.\n"
    assert err.startswith("note: EURUSD does not move")


def test_a_reader_that_leaves_early_sees_no_traceback() -> None:
    code = (
        "import sys, subprocess as s; "
        "p = s.Popen([sys.executable, '-m', 'warchest', *sys.argv[1:]], stdout=s.PIPE, stderr=s.PIPE); "
        "p.stdout.close(); print(p.stderr.read().decode()); p.wait()"
    )
    for words in (["value", "softbank-2023"], ["schema"], ["new", "softbank-2023", "--full"]):
        ran = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)
        assert ran.stdout.strip() == ""


# JSON

VALUE = (
    "house as_of currency nav holdings_value gross_holdings_value net_debt debt cash ltv gross_ltv nav_per_share discount "
    "war_chest holdings debts maturities currencies"
).split()
BELOW = {
    "holdings": "name value secured_debt equity share",
    "debts": "name kind face deduction counted ltv call_price close_out_price call_price_all_pledged headroom",
    "maturities": "year due",
    "currencies": "currency exposure",
}
CHEST = "amount after_commitments binding ceilings funding sources".split()
SIMULATE = (
    "paths seed step grid horizon_years policy probabilities by_month time_above_max nav growth max_drawdown".split()
)
ODDS = {"margin_call", "forced_sale", "breach", "default", "ruin", "loss", "halved"}


@pytest.mark.parametrize("name", cases.names())
def test_value_as_json_has_the_keys_of_the_contract(run: Callable[..., Said], name: str) -> None:
    status, out, err = run("value", name, "--json")
    found = json.loads(out)
    assert (status, err) == (0, "")
    assert set(VALUE) <= set(found)
    for key, inner in BELOW.items():
        assert all(set(inner.split()) <= set(item) for item in found[key])
    assert set(CHEST) <= set(found["war_chest"])
    assert all(set(c) == {"ltv", "amount", "after_commitments"} for c in found["war_chest"]["ceilings"])
    assert all(set(s) == {"name", "amount"} for s in found["war_chest"]["sources"])
    assert found == warchest.load(name).value().to_dict()


def test_simulate_as_json_has_the_keys_of_the_contract(run: Callable[..., Said]) -> None:
    status, out, _ = run("simulate", "founder", "--paths", "300", "--seed", "7", "--threads", "2", "--json")
    found = json.loads(out)
    assert status == 0
    assert set(SIMULATE) <= set(found)
    assert (found["house"], found["as_of"], found["currency"]) == ("A founder with pledged shares", "2026-01-02", "USD")
    loan = next(loan for loan in found["loans"] if loan["name"] == "Lombard loan")
    assert loan["calls"]["p"] >= loan["odds"]["12"]["p"] > 0.0
    assert (found["paths"], found["seed"], found["step"], found["policy"]) == (300, 7, "week", "planned")
    assert set(found["probabilities"]) == ODDS
    assert all(set(p) == {"p", "se", "low", "high"} for p in found["probabilities"].values())
    assert all(p["low"] <= p["p"] <= p["high"] for p in found["probabilities"].values())
    assert set(found["by_month"]) == {"3", "12", "36"}
    assert all(set(odds) >= {"margin_call", "forced_sale", "default"} for odds in found["by_month"].values())
    assert set(found["nav"]) >= {"mean", "se", "p05", "p25", "p50", "p75", "p95"}
    assert set(found["growth"]) >= {"value", "se", "floors"}
    assert set(found["max_drawdown"]) >= {"p50", "p95"}
    assert found["max_drawdown"]["p95"] <= found["max_drawdown"]["p50"] <= 0
    assert str(len(warchest.load("founder").grid.dates) - 1) in found["grid"]
    assert found == warchest.simulate(warchest.load("founder"), paths=300, seed=7).to_dict()


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    elif isinstance(value, list):
        for n, inner in enumerate(value):
            yield from leaves(inner, (*path, str(n)))
    else:
        yield path, value


RATIOS = {
    "ltv",
    "gross_ltv",
    "ltv_normal",
    "ltv_max",
    "discount",
    "share",
    "pledged",
    "headroom",
    "call_at",
    "premium",
    "ltv_after",
    "year",
}
OWN = {"call_price", "close_out_price", "call_price_all_pledged"}  # in the collateral's currency, as the contract says


@pytest.mark.parametrize("name", ["softbank-2023", str(HOUSES / "currencies.yaml"), str(HOUSES / "every-debt.yaml")])
def test_another_currency_divides_every_amount_by_its_rate(run: Callable[..., Said], name: str) -> None:
    house = warchest.load(name)
    code = "USD" if "USD" in house.fx else "EUR"
    own = dict(leaves(json.loads(run("value", name, "--json")[1])))
    other = dict(leaves(json.loads(run("value", name, "--json", "--in", code)[1])))
    assert own.keys() == other.keys()
    assert other["currency",] == code
    for path, amount in own.items():
        asked = path[0] == "bets" and path[-1] == "cheque"  # stands beside its own currency
        if isinstance(amount, float) and not asked and path[-1] not in RATIOS | OWN:
            assert other[path] == pytest.approx(amount / house.fx[code], rel=1e-14), path
        elif path != ("currency",):
            assert other[path] == amount, path


def test_what_is_not_finite_is_null_in_json(run: Callable[..., Said], tmp_path: Path) -> None:
    path = tmp_path / "owing.yaml"
    path.write_text("house: Owing\nas_of: 2026-01-02\ncurrency: USD\ndebts: {Notes: {kind: bond, principal: 1m}}\n")
    status, out, _ = run("value", path, "--json")
    assert status == 0
    assert json.loads(out)["ltv"] is None
    assert "∞" in run("value", path)[1]


# Files to start from


@pytest.mark.parametrize("full", [[], ["--full"]])
@pytest.mark.parametrize("name", cases.names())
def test_a_new_file_is_the_same_house(run: Callable[..., Said], tmp_path: Path, name: str, full: list[str]) -> None:
    status, text, _ = run("new", name, *full)
    assert status == 0
    path = tmp_path / "mine.yaml"
    path.write_text(text, "utf-8")
    assert warchest.load(path).spec == warchest.load(name).spec


@pytest.mark.parametrize("name", cases.names())
def test_every_default_in_a_full_file_can_be_uncommented(run: Callable[..., Said], tmp_path: Path, name: str) -> None:
    lines = run("new", name, "--full")[1].splitlines()
    path = tmp_path / "mine.yaml"
    for n, line in enumerate(lines):
        words = line.lstrip()
        if words.startswith("# ") and not words.startswith("#  ") and ":  #" not in words:
            lines[n] = line[: len(line) - len(words)] + words.removeprefix("# ")
    path.write_text("\n".join(lines) + "\n", "utf-8")
    assert warchest.load(path).spec == warchest.load(name).spec


def test_a_new_founder_is_a_short_file_that_any_field_can_join(run: Callable[..., Said]) -> None:
    assert len(run("new")[1].splitlines()) <= 11
    full = run("new", "founder", "--full")[1]
    for part in (
        "house",
        "limits",
        "lending",
        "borrowing",
        "listed",
        "margin_loan",
        "student_t",
        "planned",
        "bet",
        "table",
    ):
        for name, field in parts()[part].model_fields.items():
            assert f"{field.alias or name}:" in full, f"{part}.{name}"


# Schemas

DRAFT7 = set(
    "$schema $ref definitions title description default examples type properties required additionalProperties items enum const "
    "anyOf oneOf allOf minItems maxItems minimum maximum exclusiveMinimum exclusiveMaximum pattern format maxProperties minLength "
    "propertyNames".split()
)
TYPES = {"object", "array", "string", "number", "integer", "boolean", "null"}


def nodes(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema."""
    if isinstance(node, bool):
        return
    yield place, node
    for key in ("properties", "definitions"):
        for name, inner in node.get(key, {}).items():
            yield from nodes(inner, f"{place}/{key}/{name}")
    for key in ("items", "additionalProperties", "propertyNames"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key], f"{place}/{key}")
    for key in ("anyOf", "oneOf", "allOf"):
        for n, inner in enumerate(node.get(key, ())):
            yield from nodes(inner, f"{place}/{key}/{n}")


@pytest.mark.parametrize("part", [None, *parts()])
def test_a_schema_is_draft_7_and_describes_every_field(run: Callable[..., Said], part: str | None) -> None:
    status, out, err = run("schema", *([part] if part else []))
    schema = json.loads(out)
    assert (status, err) == (0, "")
    assert schema["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert schema["type"] == "object"
    assert schema["additionalProperties"] is False
    for place, node in nodes(schema):
        assert set(node) <= DRAFT7, place
        types = node.get("type", [])
        assert set([types] if isinstance(types, str) else types) <= TYPES, place
        assert set(node.get("required", ())) <= set(node.get("properties", {})), place
        if "$ref" in node:
            room, _, name = node["$ref"].removeprefix("#/").partition("/")
            assert room == "definitions" and name in schema["definitions"], place
        for name, field in node.get("properties", {}).items():
            assert field.get("description", "").strip(), f"{place}: {name}"


# What changed


def test_a_bridge_adds_up(run: Callable[..., Said]) -> None:
    status, out, _ = run("diff", "softbank-2023", HOUSES / "softbank-2023-12.yaml", "--json")
    found = json.loads(out)
    assert status == 0
    assert found["change"] == pytest.approx(found["to"]["nav"] - found["from"]["nav"], rel=1e-12)
    assert sum(part["amount"] for part in found["parts"]) == pytest.approx(found["change"], rel=1e-9)
    assert all(set(part) == {"name", "cause", "amount"} for part in found["parts"])
    assert [part["name"] for part in found["parts"] if part["cause"] == "sold"] == ["T-Mobile contingent consideration"]


@pytest.mark.parametrize("name", cases.names())
def test_nothing_changed_against_itself(run: Callable[..., Said], name: str) -> None:
    found = json.loads(run("diff", name, name, "--json")[1])
    assert (found["change"], found["parts"]) == (0.0, [])


# How long one waits


def best(*words: str) -> float:
    """The quickest of three real runs, in seconds."""
    took = []
    for _ in range(3):
        start = time.perf_counter()
        assert process(*words).returncode == 0
        took.append(time.perf_counter() - start)
    return min(took)


SLOW = float(os.environ.get("WARCHEST_SLOW_MACHINE", "2"))
"""How many times slower than promised a machine that runs tests beside other work may be."""


def test_help_comes_at_once() -> None:
    assert best("--help") < 0.3 * SLOW


def test_a_value_comes_at_once() -> None:
    assert best("value", "softbank-2023") < 1.5 * SLOW
