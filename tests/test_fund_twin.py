"""Houses with funds, lived by the engine and by tests/fund_twin.py, which was written from docs/engine.md alone."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

import fund_twin
import random_funds
from houses import house
from warchest.compile import Compiled, compile_house, compile_market, members
from warchest.core.codes import LOG_CODES
from warchest.engine.offers import Offers, offers
from warchest.engine.trace import Traced, lived
from warchest.house import House

PATHS = 4
SEEDS = range(50)


def world_of(found: House, rng: np.random.Generator) -> np.ndarray:
    """Returns (steps, assets + benchmark + currencies) with shocks that make calls late and funds fail."""
    compiled = compile_house(found)
    steps, dt = found.grid.steps, found.grid.dt
    assets, currencies = len(compiled.origin.assets), len(compiled.names.currencies)
    heavy = np.sqrt(np.minimum(50.0, 3.0 / rng.chisquare(3, (steps, 1))))
    moves = 0.5 * np.sqrt(dt) * heavy * (rng.standard_normal((steps, assets)) + rng.standard_normal((steps, 1)))
    rates = 0.1 * np.sqrt(dt) * rng.standard_normal((steps, currencies))
    rates[:, 0] = 0.0
    return np.exp(np.concatenate([moves, rates], axis=1))


def given(found: House, seed: int) -> tuple[np.ndarray, np.ndarray, Offers, np.ndarray, np.ndarray]:
    """A table of returns, outcomes of bets, the deals' times, outcomes and how many rows each flow has."""
    rng, market = np.random.default_rng(seed), compile_market(found)
    world = world_of(found, rng)
    draws = rng.choice([0.0, 0.5, 1.0, 4.0], len(market.tied_from))
    offered = offers(market.flows, found.grid.dt, found.grid.steps, 1, lambda n: np.random.default_rng((seed, n)))
    return (
        world,
        draws,
        offered,
        rng.choice([0.0, 0.3, 1.0, 7.0], offered.times.shape[1]),
        market.flows[:, 0].astype(int),
    )


def engine(found: House, seed: int) -> tuple[Compiled, Traced]:
    """One path by the engine."""
    compiled = compile_house(found)
    world, draws, offered, ends, _ = given(found, seed)
    multiples = np.concatenate([draws, ends]) if len(draws) + len(ends) else np.ones(1)
    return compiled, lived(compiled.origin, world.T, multiples, offered.times[0])


def both(found: House, seed: int) -> tuple[dict[str, Any], Compiled, Traced]:
    """One path by the twin and by the engine, on the same table of returns."""
    world, draws, offered, ends, counts = given(found, seed)
    rows, at = [], 0
    for count in counts:
        times = offered.times[0, at : at + count]
        rows.append([(int(s), int(e), float(m)) for (s, e), m in zip(times, ends[at : at + count], strict=True)])
        at += count
    return fund_twin.live(found, world, draws, rows), *engine(found, seed)


def differences(found: House, seed: int) -> list[str]:
    """Where engine and twin part."""
    told, _, traced = both(found, seed)
    life, wrong = traced.final, []
    scale = 1e-9 * max(1e6, *(abs(x) for record in told["houses"].values() for x in record["nav"]))

    def same(what: str, ours: float, theirs: float, size: float = 1.0) -> None:
        if not abs(ours - theirs) <= scale * size:
            wrong.append(f"{what}: engine {ours}, twin {theirs}")

    top = told["houses"][()]
    row = dict(
        zip(__import__("warchest.core.path_tables", fromlist=["PATH_COLUMNS"]).PATH_COLUMNS, traced.path, strict=True)
    )
    ended = top["nav"] if row["default"] != row["default"] else top["nav"][: int(row["default"]) + 1]
    for t, nav in enumerate(ended):
        if t > 0 and not abs(traced.through[t][0] - nav) <= scale:
            wrong.append(f"top nav at step {t}: engine {traced.through[t][0]}, twin {nav}")
            break
    same("true nav", row["nav"], told["nav"])
    same("cheque", row["cheque"], told["cheque"])
    for name in ("default", "fund_default"):
        ours = None if row[name] != row[name] else int(row[name])
        if ours != told[name]:
            wrong.append(f"{name}: engine {ours}, twin {told[name]}")
    for member in members(found)[:-1]:
        record, fund, titles = told["houses"][member.titles], life.funds[member.number], member.titles
        if life.houses[member.number].ended:
            continue
        same(f"{titles} nav", life.houses[member.number].nav, record["nav"][-1])
        same(f"{titles} carry", fund.worth, record["carry"][-1])
        ours = float(life.investors.units[fund.investor_from : fund.investor_to].sum())
        for name in ("fee_owed", "hurdle_owed", "carried"):
            same(f"{titles} {name}", fund[name], record[name][-1])
        for k, name in zip(range(fund.investor_from, fund.investor_to), member.house.spec.investors, strict=True):
            stake = life.investors[k]
            same(f"{titles} {name} called", stake.called, record["called"][name][-1])
            all_units = sum(units[-1] for units in record["units"].values())
            if (
                all_units > 0.0 and ours > 0.0
            ):  # forfeited units go to the others: only shares of all units are compared
                same(f"{titles} {name} units", stake.units / ours, record["units"][name][-1] / all_units, 1e-6)
            same(f"{titles} {name} worth", stake.worth, record["worth"][name][-1])
    return wrong


@pytest.mark.parametrize("seed", SEEDS)
def test_the_engine_lives_funds_as_the_twin_does(seed: int) -> None:
    found = house(random_funds.text(seed))
    for k in range(PATHS):
        assert differences(found, 1000 * seed + k) == []


def test_the_houses_are_hard_enough() -> None:
    """Late and failed calls, defaults, stakes sold: all happen on the paths that are compared."""
    seen: Counter[str] = Counter()
    for seed in SEEDS:
        found = house(random_funds.text(seed))
        for k in range(PATHS):
            _, _, traced = both(found, 1000 * seed + k)
            seen.update({LOG_CODES[code] for code in traced.log["code"]})
            moved = [(LOG_CODES[e["code"]], e["row"], e["step"]) for e in traced.log if e["other"] >= 0]
            called = {(row, step) for what, row, step in moved if what == "capital called"}
            seen["late"] += any(what == "capital paid" and (row, step) not in called for what, row, step in moved)
    for what in (
        "capital called",
        "call failed",
        "stake sold",
        "default",
        "shared out",
        "carry paid",
        "fee to manager",
        "late",
    ):
        assert seen[what] > 1, (what, seen)
