"""Funds inside houses: books of every house, and investors who together have what the fund has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import random_funds
import warchest
from houses import house
from test_autopsy import worth_of
from test_fund_twin import engine, world_of
from warchest.compile import Compiled, compile_house, compile_market
from warchest.core.codes import LOG_CODES
from warchest.core.layout import Life, copied
from warchest.engine.offers import offers
from warchest.engine.trace import lived
from warchest.questions.autopsy import Autopsy, told
from warchest.results.ledger import OF_FUNDS

SEEDS = range(100, 140)
EXACT = 1e-9


def text_of(seed: int, style: str) -> str:
    return random_funds.text(seed).replace("waterfall: {", f"waterfall: {{style: {style}, ")


def told_of(seed: int, style: str = "european") -> Autopsy:
    found = house(text_of(seed, style))
    compiled, traced = engine(found, seed)
    return told(found, compiled, traced, 0, seed)


def size_of(found: Autopsy) -> float:
    """What is held and promised on the first day: rounding is measured against it."""
    life = found.books.origin
    held = float((life.lines.shares * life.assets.worth[life.lines.asset]).sum())
    return max(
        1e6, held + float(life.investors.commitment.sum()), *(abs(h["nav_engine"]) for h in found.found["houses"])
    )


@pytest.mark.parametrize("style", ["european", "american"])
@pytest.mark.parametrize("seed", SEEDS)
def test_every_house_of_a_tree_has_books_that_balance(seed: int, style: str) -> None:
    found = told_of(seed, style)
    for own in found.found["houses"]:
        assert abs(own["nav_books"] - own["nav_engine"]) <= EXACT * size_of(found), own["name"]


@pytest.mark.parametrize("seed", SEEDS[::8])
def test_beancount_agrees_across_all_levels(seed: int, tmp_path: Path) -> None:
    """The file is accepted, and all its assets and debts are worth what all houses' books say together."""
    from beancount import loader

    found = told_of(seed)
    path = found.save_beancount(tmp_path / "tree.beancount")
    assert loader.load_file(str(path))[1] == []
    together = sum(own["nav_books"] for own in found.found["houses"])
    assert abs(worth_of(found.beancount())[0] - together) <= 10 * EXACT * size_of(found)


def stakes_of(life: Life, h: int) -> float:
    """What all investors of a fund and its manager have in it, top currency; only for stakes of which nothing was sold."""
    fund = life.funds[h]
    return float(life.investors.worth[fund.investor_from : fund.investor_to].sum() + fund.worth)


def cut_at(compiled: Compiled, world: np.ndarray, multiples: np.ndarray, times: np.ndarray, step: int) -> Life:
    start = copied(compiled.origin)
    start.clock[0].steps = step
    return lived(start, world[:step].T, multiples, times).final


@pytest.mark.parametrize("style", ["european", "american"])
@pytest.mark.parametrize("seed", SEEDS[::4])
def test_investors_and_manager_have_the_fund_at_every_step(seed: int, style: str) -> None:
    """The worths of all stakes and of the carry add up to the fund's NAV, or to all that may still be called, if it lacks more."""
    found = house(text_of(seed, style))
    rng = np.random.default_rng(seed)
    compiled, market = compile_house(found), compile_market(found)
    world = world_of(found, rng)
    offered = offers(market.flows, found.grid.dt, found.grid.steps, 1, lambda n: np.random.default_rng((seed, n)))
    multiples = rng.choice([0.0, 0.5, 1.0, 4.0], max(1, len(market.ties)))
    looked = 0
    for step in range(1, found.grid.steps + 1, max(1, found.grid.steps // 18)):
        life = cut_at(compiled, world, multiples, offered.times[0], step)
        for h in range(life.top):
            fund = life.funds[h]
            rows = life.investors[fund.investor_from : fund.investor_to]
            if life.houses[h].ended or not (rows.part == 1.0).all():
                continue
            looked += 1
            fx = float(life.currencies[life.houses[h].home].fx)
            left = float((rows.commitment - rows.called).sum()) * fx
            expected = max(float(life.houses[h].nav), -left)
            assert abs(stakes_of(life, h) - expected) <= EXACT * max(
                1e6, abs(expected), float(rows.commitment.sum()) * fx
            )
    assert looked > 0


def test_a_traced_path_with_funds_is_the_path_of_the_run() -> None:
    found = house(random_funds.text(101))
    run = warchest.simulate(found, paths=260, seed=5)
    for k in (0, 255, 259):
        again = warchest.autopsy(found, path=k, seed=5).to_dict()
        assert np.float32(again["nav_engine"]) == run.paths.iloc[k]["nav_marked"]
        assert np.float32(again["end"]["nav"]) == run.paths.iloc[k]["nav"]


def test_every_movement_of_a_fund_is_told() -> None:
    """Each code that belongs to funds occurs, and has a sentence that names who it is of."""
    seen = set()
    for seed in SEEDS:
        found = told_of(seed)
        for m, row in zip(found.moved, found.found["movements"], strict=True):
            seen.add(LOG_CODES[m.code])
            assert row["text"].endswith(".")
    assert {LOG_CODES[code] for code in OF_FUNDS} <= seen
