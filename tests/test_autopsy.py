"""One path told: the run's own path, books that balance, the same NAV, a file that Beancount accepts."""

from __future__ import annotations

import itertools
import json
import math
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from typer.testing import CliRunner

import houses
import random_houses
import twin_houses
import warchest
from side_by_side import house_of, table
from warchest.cli import app, main
from warchest.compile import Compiled, compile_house
from warchest.core import codes
from warchest.core.codes import BOUGHT_BACK, INTO_SHARES, ISSUED, LOG_CODES, MODE
from warchest.core.errors import CannotError
from warchest.core.layout import FORWARD, PAYABLE, copied
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.trace import Traced, lived
from warchest.questions.autopsy import Autopsy, autopsy, told
from warchest.questions.story import is_dust, story
from warchest.results import closing
from warchest.results.accounts import OWED, OWNED, Account, Thing, against
from warchest.results.ledger import OF_FUNDS, Books
from warchest.results.telling import Movement, merged

PATHS = 10
EXACT = 1e-9
"""Of the largest amount of its kind: double precision leaves 1e-12 a step, anything larger is a mistake."""
LATE = """
house: A tranche that comes too late
as_of: 2026-01-02
currency: USD
cash: 5m
horizon: 1y
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, daily_volume: 1k}}
market: {model: lognormal, rate: 2%}
policy: {kind: planned, limit: none}
bets:
  Rocket:
    tranches: [{date: 2026-02-02, cheque: 5m}, {date: 2026-03-02, cheque: 5m}]
    outcome: {kind: table, multiples: [0, 2], odds: [60%, 40%], years: 0.2}
"""
HYBRID = """
house: A loan that counts half
as_of: 2026-01-02
currency: USD
cash: 1m
horizon: 2y
holdings: {Acme: {kind: listed, shares: 500k, price: 100, volatility: 40%, daily_volume: 30k}, Bolt: {kind: listed, shares: 400k, price: 50, volatility: 40%, daily_volume: 20k}}
debts:
  Lombard: {kind: margin_loan, principal: 20m, secured_on: {Acme: 450k}, counted: 50%, rate: 5%, call_at: 60%, reset_to: 50%, close_out_at: 80%}
  Hybrid: {kind: bond, principal: 6m, coupon: 4%, counted: 50%, maturity: 2026-12-01}
market: {model: lognormal, rate: 2%}
"""
THIRD = """
house: A forward on the third of three holdings, and one debt
as_of: 2026-01-02
currency: USD
horizon: 3mo
holdings: {A: {kind: listed, shares: 2m, price: 1, volatility: 40%}, B: {kind: listed, shares: 2m, price: 1, volatility: 40%}, C: {kind: listed, shares: 2m, price: 1, volatility: 40%}}
debts: {Forward: {kind: prepaid_forward, secured_on: {C: 600k}, floor: 0.7, cap: 0.7, maturity: 2026-02-02}}
market: {model: lognormal, rate: 0%}
"""
KEPT = """
house: Shares kept at a share above all of NAV, half of them pledged
as_of: 2026-01-02
currency: USD
cash: {USD: 5m, EUR: 1m}
fx: {EURUSD: 1.1}
horizon: 1y
borrowing: {limit: 200m, spread: 2%}
limits: {ltv_normal: 60%, ltv_max: 90%}
holdings: {Acme: {kind: listed, shares: 500k, price: 100 EUR, volatility: 40%, daily_volume: 100k}}
debts: {Lombard: {kind: margin_loan, principal: 10m, secured_on: {Acme: 250k}, rate: 5%, call_at: 60%, reset_to: 50%, close_out_at: 80%}}
market: {model: lognormal, rate: 2%}
policy: {kind: fraction, holding: Acme, share: 150%, every: 2w}
"""
TEXTS = {name: twin_houses.text(name) for name in twin_houses.HOUSES} | {
    "late": LATE,
    "hybrid": HYBRID,
    "third": THIRD,
    "kept": KEPT,
}
each_house = pytest.mark.parametrize("name", TEXTS)


@cache
def lives(name: str) -> tuple[Any, Compiled, list[Traced], np.ndarray, np.ndarray]:
    """A few paths of a house in a world so rough that everything happens."""
    house = house_of(TEXTS[name])
    compiled = compile_house(house)
    world, multiples = table(house, PATHS, seed=2)
    traced = [lived(compiled.origin, world[p].T, multiples[p]) for p in range(PATHS)]
    return house, compiled, traced, world, multiples


def column(traced: Traced, name: str) -> float:
    return float(traced.path[PATH_COLUMNS.index(name)])


def near(books: float, engine: float, size: float) -> bool:
    return abs(books - engine) <= EXACT * max(abs(engine), size)


def largest(books: Books, traced: Traced) -> dict[Thing, float]:
    """The most that was ever moved of each thing."""
    most: dict[Thing, float] = defaultdict(float)
    for p in books.opening:
        most[p.thing] = max(most[p.thing], abs(float(p.units)))
    fresh = Books(books.origin, traced.log)
    for entry in traced.log:
        for p in fresh.sides(entry):
            most[p.thing] = max(most[p.thing], abs(float(p.units)))
        fresh.post(fresh.sides(entry))
    return most


# ------------------------------------------------------------------ two sides


def balance(postings: list[Any]) -> dict[Any, Decimal]:
    """What is left over, by what it is counted in: shares that only change their place count as shares."""
    left: dict[Any, Decimal] = defaultdict(Decimal)
    for p in postings:
        left[p.thing if p.total is None else Thing("currency", p.of)] += (
            p.units if p.total is None else p.total.copy_sign(p.units)
        )
    return {thing: amount for thing, amount in left.items() if amount}


@each_house
def test_every_movement_has_two_sides(name: str) -> None:
    _, compiled, traced, _, _ = lives(name)
    for path in traced:
        books = Books(compiled.origin, path.log)
        assert balance(books.opening) == {}
        for entry in path.log:
            sides = books.sides(entry)
            assert balance(sides) == {}, LOG_CODES[entry["code"]]
            books.post(sides)


@each_house
def test_nothing_is_held_twice_or_below_zero(name: str) -> None:
    """After every step: cash, free and pledged shares and bets at least zero, debts at most; a default is paid from what it brings."""
    _, compiled, traced, _, _ = lives(name)
    for path in traced:
        books = Books(compiled.origin, path.log)
        most = largest(books, path)
        for step, entries in itertools.groupby(path.log, key=lambda e: int(e["step"])):
            for entry in entries:
                books.post(books.sides(entry))
            for (account, thing), units in books.held.items():
                bearable = EXACT * most[thing]
                if account.kind in OWNED:
                    assert float(units) >= -bearable, (step, account)
                elif account.kind in OWED:
                    assert float(units) <= bearable, (step, account)


# ------------------------------------------------------------------ the same NAV


@each_house
def test_the_books_end_with_what_the_engine_ends_with(name: str) -> None:
    """Every quantity, and NAV = quantities x prices to 1e-9 of itself or of the NAV at the start."""
    _, compiled, traced, _, _ = lives(name)
    for path in traced:
        books = Books(compiled.origin, path.log)
        most = largest(books, path)
        for entry in path.log:
            books.post(books.sides(entry))
        held = quantities(path)
        for key in {*held, *(k for k in books.held if k[0].kind in (*OWNED, *OWED))}:
            assert near(float(books.held[key]), held.get(key, 0.0), most[key[1]]), key
        worth = closing.nav(books, closing.prices(books, path.final))
        assert near(worth, column(path, "nav_marked"), abs(path.through[0][0]))


def quantities(path: Traced) -> dict[tuple[Account, Thing], float]:
    """What the engine's tables say at the end, by the accounts of the books."""
    life = path.final
    found: dict[tuple[Account, Thing], float] = defaultdict(float)
    for c, purse in enumerate(life.purses[0]):
        found[Account("cash", c), Thing("currency", c)] = float(purse.cash)
    for i, line in enumerate(life.lines):
        found[Account("free", i), Thing("share", i)] = float(line.free)
    for d, debt in enumerate(life.debts):
        own = Thing("currency", int(debt.currency))
        for pledge in life.pledges[debt.pledge_from : debt.pledge_to]:
            found[Account("pledged", int(pledge.line), d), Thing("share", int(pledge.line))] = float(pledge.shares)
            if debt.kind == FORWARD:
                found[Account("debt", d), Thing("debt", d)] = -float(pledge.shares)
        half = debt.kind not in (FORWARD, PAYABLE) and debt.recourse and debt.counted != 1.0
        late = debt.principal if debt.kind == FORWARD else debt.matured if half else 0.0
        found[Account("overdue", d), own] = -float(late)
        thing = Thing("debt", d) if half or not debt.recourse else own
        if debt.kind != FORWARD:
            found[Account("debt", d), thing] = -float(debt.principal - late)
        found[Account("arrears", d), own] = -float(debt.arrears)
    for b, bet in enumerate(life.bets):
        found[Account("bet", int(bet.first)), Thing("bet", int(bet.first))] += float(bet.value)
        found[Account("tranche", b), Thing("currency", int(bet.currency))] = -float(bet.owed)
    found[Account("costs"), Thing("currency", 0)] = -float(life.houses[0].owed)
    return found


@each_house
def test_nav_is_the_same_on_the_way(name: str) -> None:
    """A path cut short at some step ends there with the NAV that the whole one had."""
    _, compiled, traced, world, multiples = lives(name)
    steps = int(compiled.origin.clock[0].steps)
    for p, step in zip(range(PATHS), np.linspace(1, steps, PATHS, dtype=int), strict=True):
        short = copied(compiled.origin)
        short.clock[0].steps = step
        cut = lived(short, world[p, :step].T, multiples[p])
        books = Books(short, cut.log)
        for entry in cut.log:
            books.post(books.sides(entry))
        worth = closing.nav(books, closing.prices(books, cut.final))
        assert near(worth, float(traced[p].through[step][0]), abs(cut.through[0][0]))


@settings(max_examples=60)
@given(text=random_houses.texts)
def test_any_house_has_books_that_balance(text: str) -> None:
    """Whatever a file says: the same NAV by the books, by Beancount and by the engine (of it, or of what is held at the start)."""
    house = house_of(text)
    compiled = compile_house(house)
    world, multiples = table(house, 1, seed=3)
    found = told(house, compiled, lived(compiled.origin, world[0].T, multiples[0]), 0, 3)
    gross = sum(float(line.shares * compiled.origin.assets[line.asset].worth) for line in compiled.origin.lines)
    for worth in (found.found["nav_books"], worth_of(found.beancount())[0]):
        assert near(worth, found.found["nav_engine"], gross)
    assert story(found)


def test_everything_that_can_be_logged_was() -> None:
    seen = Counter(LOG_CODES[code] for name in TEXTS for path in lives(name)[2] for code in path.log["code"])
    of_funds = {
        LOG_CODES[code] for code in (*OF_FUNDS, MODE, ISSUED, BOUGHT_BACK, INTO_SHARES)
    }  # where these parts are tested
    assert [code for code in LOG_CODES if not seen[code] and code not in of_funds] == []


# ------------------------------------------------------------------ the path of a run


@pytest.mark.parametrize(("name", "seed", "policy"), [("softbank-2023", 1, None), ("founder", 5, "all_in")])
def test_a_traced_path_is_the_path_of_the_run(name: str, seed: int, policy: str | None) -> None:
    house = warchest.load(name)
    paths = warchest.simulate(house, paths=300, seed=seed, policy=policy).paths
    for k in (0, 17, 255, 256, 299):
        found = warchest.autopsy(house, path=k, seed=seed, policy=policy).to_dict()
        row = paths.iloc[k]
        assert np.float32(found["end"]["nav"]) == row["nav"]
        assert np.float32(found["nav_engine"]) == row["nav_marked"]
        for key in ("nav_min", "max_drawdown", "ltv_peak", "cheque", "time_above_max"):
            assert np.float32(found[key]) == row[key]
        for key in ("first_call", "first_sale", "first_breach", "halved", "ruin", "default"):
            step = row[key]
            assert found[key] == (None if math.isnan(step) else house.grid.dates[int(step)].isoformat())
        assert found["nav_books"] == pytest.approx(found["nav_engine"], rel=EXACT)


def test_a_log_that_is_too_short_is_written_again(monkeypatch: pytest.MonkeyPatch) -> None:
    _, compiled, traced, world, multiples = lives("three currencies")
    monkeypatch.setattr("warchest.engine.trace.ENTRIES", 3)
    again = lived(compiled.origin, world[0].T, multiples[0])
    assert again.log.tobytes() == traced[0].log.tobytes()
    assert again.path.tobytes() == traced[0].path.tobytes()


# ------------------------------------------------------------------ Beancount

NAMES = """
house: 'A "quoted" \\ house: 株式会社'
as_of: 2026-01-02
currency: USD
fx: {EURUSD: 1.1}
cash: {USD: 5m, EUR: 1m}
horizon: 6mo
lending: {advance_rate: 30%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
holdings:
  USD: {kind: listed, shares: 1m, price: 10, volatility: 40%}
  'true': {kind: listed, shares: 1m, price: 10 EUR, volatility: 40%}
  T: {kind: listed, shares: 1m, price: 10, volatility: 40%}
  3i: {kind: listed, shares: 1m, price: 10, volatility: 40%}
  株式: {kind: private, value: 4m, volatility: 40%}
  Société Générale d'Investissement et de Participation: {kind: private, value: 4m, volatility: 40%}
  Societe Generale d'Investissement et de Participations: {kind: private, value: 4m, volatility: 40%}
debts:
  株式: {kind: margin_loan, principal: 6m, secured_on: {USD: all}, recourse: false, rate: 5%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
  T: {kind: bond, principal: 9m, coupon: 3%, maturity: 2026-03-02}
  Hybrid: {kind: bond, principal: 2m EUR, coupon: 3%, counted: 50%}
market: {model: lognormal, rate: 2%}
"""


def autopsy_of(name: str, p: int) -> Autopsy:
    house, compiled, traced, _, _ = lives(name)
    return told(house, compiled, traced[p], p, 2)


def worth_of(text: str) -> tuple[float, str]:
    """NAV of a Beancount file from nothing but itself: units of Assets and Liabilities x their last prices."""
    from beancount import loader
    from beancount.core import data, inventory

    entries, errors, options = loader.load_string(text)
    assert [str(error.message) for error in errors] == []
    (home,) = options["operating_currency"]
    held, prices = inventory.Inventory(), {}
    for entry in entries:
        if isinstance(entry, data.Price):
            prices[entry.currency] = entry.amount
        elif isinstance(entry, data.Transaction):
            for posting in entry.postings:
                assert posting.units is not None and posting.units.number is not None
                if posting.account.startswith(("Assets:", "Liabilities:")):
                    held.add_amount(posting.units)

    def price(code: str) -> float:
        return 1.0 if code == home else float(prices[code].number) * price(prices[code].currency)

    return math.fsum(float(p.units.number) * price(p.units.currency) for p in held), home


@each_house
def test_beancount_accepts_the_books_and_makes_the_same_nav(name: str) -> None:
    for p in (0, 1):
        found = autopsy_of(name, p)
        worth, home = worth_of(found.beancount())
        assert home == found.found["currency"]
        assert near(worth, found.found["nav_engine"], abs(found.found["start"]["nav"]))


def test_any_name_becomes_one_that_beancount_reads() -> None:
    found = autopsy(houses.house(NAMES), path=2)
    text = found.beancount()
    assert near(worth_of(text)[0], found.found["nav_engine"], abs(found.found["start"]["nav"]))
    names = [line.split()[-1] for line in text.splitlines() if " open " in line]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(("name", "k"), [("softbank-2023", 17), ("founder", 3), ("strategy-2022", 4)])
def test_bean_check_accepts_the_file(tmp_path: Path, name: str, k: int) -> None:
    path = warchest.autopsy(warchest.load(name), path=k).save_beancount(tmp_path / "books.beancount")
    command = [sys.executable, "-m", "beancount.scripts.check", str(path)]
    check = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (check.returncode, check.stdout, check.stderr) == (0, "", "")
    assert [p.name for p in tmp_path.iterdir()] == ["books.beancount"]


def test_every_transaction_is_one_movement_and_every_thing_has_a_closing_price() -> None:
    found = autopsy_of("ranks", 0)
    text = found.beancount()
    moved = sum(bool(m.sides) for m in found.moved)
    assert sum(" * " in line for line in text.splitlines()) == moved + 1
    end = found.found["end"]["date"]
    named = {line.split()[2] for line in text.splitlines() if line.startswith("2026-01-02 commodity ")}
    priced = {line.split()[2] for line in text.splitlines() if line.startswith(f"{end} price ")}
    assert named - priced == {"USD"}


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    with pytest.raises(CannotError, match="is a folder"):
        autopsy_of("founder", 0).save_beancount(tmp_path)
    assert list(tmp_path.iterdir()) == []


# ------------------------------------------------------------------ the story


@each_house
def test_a_story_says_what_happened(name: str) -> None:
    for p in range(PATHS):
        found = autopsy_of(name, p)
        text = story(found)
        head, _, body = text.partition("\n\n")
        for key, words in {"first_call": "margin call", "first_sale": "forced sale", "default": "defaulted"}.items():
            assert (found.found[key] is not None) == (words in head and f"on {found.found[key]}" in head)
        assert "nan" not in text and "None" not in text
        dates = [line[:7] for line in body.splitlines()]
        assert dates == sorted(dates)
        for m in found.moved:
            assert found.teller.sentence(m).endswith(".")
        loud = {"call opened", "default", "rolled", "close-out began", "delivered", "bet ended"}
        for row in found.found["movements"]:
            assert row["what"] not in loud or f"{row['date']}  {row['text']}" in body


def test_what_is_quiet_is_summed_up_by_month() -> None:
    """A house with one bond and nothing else: a line a month, from January to January, with its interest."""
    house = houses.house(
        "house: Quiet\nas_of: 2026-01-02\ncurrency: USD\ncash: 50m\nhorizon: 1y\n"
        "debts: {Notes: {kind: bond, principal: 10m, coupon: 5.2%}}\nmarket: {model: lognormal, rate: 0%}\n"
    )
    found = autopsy(house, path=0)
    body = story(found).partition("\n\n")[2].splitlines()
    assert len(body) == 13 and len(found.moved) == 52
    assert "interest paid 39.9k USD" in body[1]  # 10m x 5.2 % x 28 / 365
    assert "No lender called, nothing was sold by force" in story(found)


def test_amounts_of_the_movements_are_the_cash_of_the_path() -> None:
    """JSON alone is enough to follow the money of a house with one currency."""
    found = autopsy_of("ladder", 0).to_dict()
    into = {"interest earned", "sold", "drawn"}
    out = {"interest paid", "principal repaid"}
    cash = found["start"]["cash"]
    for row in found["movements"]:
        cash += row["amount"] * ((row["what"] in into) - (row["what"] in out)) if row["amount"] else 0.0
    assert near(cash, found["end"]["cash"], found["start"]["cash"])
    assert set(found["movements"][0]) == set("date step what who text amount currency shares price value".split())


def test_against_makes_postings_whole() -> None:
    books = autopsy_of("founder", 0).books
    own = [p for p in books.opening if p.account.kind != "equity"]
    assert balance([*own, *against(Account("equity"), own)]) == {}


# ------------------------------------------------------------------ the command


def said(*words: str) -> Iterator[str]:
    ran = CliRunner().invoke(app, ["autopsy", *words])
    assert ran.exit_code == 0, ran.output
    yield ran.stdout


def test_the_command_tells_and_writes(tmp_path: Path) -> None:
    out = tmp_path / "new" / "books.beancount"
    (text,) = said("founder", "--path", "3", "--seed", "2", "--beancount", str(out))
    assert text.startswith("A founder with pledged shares, path 3 of seed 2, policy planned;")
    assert worth_of(out.read_text("utf-8"))[1] == "USD"
    (again,) = said("founder", "--path", "3", "--seed", "2", "--policy", "hold", "--beancount", str(out), "--json")
    found = json.loads(again)
    assert found == warchest.autopsy(warchest.load("founder"), path=3, seed=2, policy="hold").to_dict()
    assert "policy hold" in out.read_text("utf-8")
    assert len(warchest.autopsy(warchest.load("founder"), path=3).to_frame().columns) == 10


@pytest.mark.parametrize(
    ("words", "status", "expected"),
    [
        (["founder", "--path", "-1"], 2, "--path"),
        (["founder"], 2, "--path"),
        (["nowhere.yaml", "--path", "0"], 2, "no such file"),
        (["founder", "--path", "0", "--policy", "all-in"], 2, "did you mean 'all_in'?"),
        (["founder", "--path", "0", "--beancount", "."], 1, "is a folder; name a file"),
    ],
)
def test_the_command_leaves_with_its_status(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], words: list[str], status: int, expected: str
) -> None:
    monkeypatch.setattr(sys, "argv", ["warchest", "autopsy", *words])
    with pytest.raises(SystemExit) as left:
        main()
    printed = capsys.readouterr()
    assert left.value.code == status
    assert expected in printed.err and printed.out == ""


# ------------------------------------------------------------------ in which order it is told


def moved(code: int, amount: float = 0.0, shares: float = 0.0, left: float = 1.0) -> Movement:
    return Movement(3, code, 0, -1, 0, amount, shares, 0.0, left, ())


def test_rounds_are_one_but_not_across_what_they_led_to() -> None:
    """Two rounds of a sale cure a call, a third pays interest: what was sold for the call stands before it, the rest after."""
    sold, repaid = codes.SOLD, codes.REPAID
    found = merged([
        moved(sold, 10.0, 1.0), moved(repaid, 10.0), moved(sold, 5.0, 0.5), moved(repaid, 5.0),
        moved(codes.CURED, 40.0), moved(sold, 2.0, 0.2),
    ])  # fmt: skip
    assert [(m.code, m.amount, m.shares) for m in found] == [
        (sold, 15.0, 1.5), (repaid, 15.0, 0.0), (codes.CURED, 40.0, 0.0), (sold, 2.0, 0.2)
    ]  # fmt: skip


def test_only_what_would_read_as_nothing_is_not_told() -> None:
    """A crumb of a sale or repayment; not a million shares sold for nothing, nor the last crumb of a loan."""
    assert is_dust(moved(codes.SOLD, 1e-9, 1e-11)) and is_dust(moved(codes.REPAID, 1e-9))
    assert not is_dust(moved(codes.SOLD, 0.0, 1e6)) and not is_dust(moved(codes.REPAID, 1e-9, left=0.0))
    assert not is_dust(moved(codes.SOLD, 10.0, 0.01)) and not is_dust(moved(codes.CURED, 0.0))


def test_new_marks_are_told_before_what_is_done_at_them() -> None:
    """A private holding is marked and sold on one date: the mark first, as it came."""
    text = """
house: Marked and sold
as_of: 2026-01-02
currency: USD
cash: 0
holdings: {Shop: {kind: private, value: 20m, volatility: 30%, marked: 1mo}}
debts: {Notes: {kind: bond, principal: 5m, maturity: 2026-02-02}}
market: {model: lognormal, rate: 0%}
horizon: 2mo
step: month
"""
    words = story(autopsy(house_of(text), path=0)).splitlines()
    places = [
        next(n for n, line in enumerate(words) if key in line) for key in ("New marks: Shop", "Shop is sold", "of Shop")
    ]
    assert places[0] < min(places[1:])
