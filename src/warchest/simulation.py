"""The run: compile, blocks, label."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from warchest.bets.deals import below
from warchest.compile import Compiled, compile_house, compile_market, members, outcomes
from warchest.core.errors import CannotError
from warchest.core.layout import LTV_SHOWN, Life
from warchest.core.market import Market
from warchest.engine.balance import balance, ltv_of, sheet
from warchest.engine.own_share import open_premium, price_at
from warchest.engine.returns import TEN
from warchest.engine.run import Lived, Variant, funds_of, run
from warchest.engine.stakes import opened
from warchest.house import House
from warchest.results import measures
from warchest.results.funds import j_curves, samples
from warchest.results.outcome import KEPT, Run, Sample, columns_of, versions

BASE = "As in the file"
"""Name of the outlook that changes nothing."""


def simulate(
    house: House,
    paths: int = 10_000,
    seed: int = 1,
    policy: str | None = None,
    threads: int | None = None,
    rows: bool = False,
    progress: Callable[[int], None] = lambda done: None,
) -> Run:
    """Live a house's paths; with `rows`, also each of the file's rows under each of its outlooks, on the same paths.

    Args:
        house: what `warchest.load` gave.
        paths: number of paths, numbered from 0.
        seed: path k of a seed is the same path however many are lived.
        policy: a kind of policy (hold, planned, all_in, band, ...), or a Python file, instead of the file's.
        threads: how many to use; all cores if left out.
        rows: whether the file's rows and outlooks are lived too.
        progress: called with the number of paths done.

    >>> import warchest
    >>> run = simulate(warchest.load("founder"), paths=256, seed=1)
    >>> run.count
    256
    """
    if paths < 1 or seed < 0:
        raise CannotError("paths must be at least 1 and the seed at least 0")
    house = house.deciding(policy)
    market = compile_market(house)
    ways: list[tuple[str, str, House]] = [("", "", house)]
    if rows:
        ways += variants(house)
    compiled = [compile_house(way) for _, _, way in ways]
    for way, _, changed in ways:
        _same_world(market, compile_market(changed), way)
    lived = run(
        market,
        [Variant(c.origin, partial(outcomes, h), c.own) for c, (_, _, h) in zip(compiled, ways, strict=True)],
        paths=paths,
        seed=seed,
        threads=threads or os.cpu_count() or 1,
        kept=KEPT,
        progress=progress,
    )
    samples = [_sample(h, c, found) for (_, _, h), c, found in zip(ways, compiled, lived, strict=True)]
    return Run(
        house=house.name,
        house_text=house.tree.text,
        currency=house.spec.currency,
        grid=house.grid,
        seed=seed,
        policy=house.policy,
        sample=samples[0],
        band_values=lived[0].bands,
        band_every=int(compiled[0].origin.clock[0].band_every),
        loans=_loans(house, compiled[0], lived[0], paths),
        rows=[
            _row(*way, c, s, found)
            for way, c, s, found in zip(ways[1:], compiled[1:], samples[1:], lived[1:], strict=True)
        ],
        funds=_funds(house, compiled[0], lived[0]),
        house_files=house.beside,
        versions=versions(),
    )


def variants(house: House) -> list[tuple[str, str, House]]:
    """Every row under every outlook, the file's own first: (row, outlook, house)."""
    spec = house.spec
    outlooks: dict[str, Any] = {BASE: {}, **spec.outlooks} if spec.rows else {}
    return [
        (row, outlook, house.changed(seen, ("outlooks", outlook)).changed(change, ("rows", row)))
        for outlook, seen in outlooks.items()
        for row, change in spec.rows.items()
    ]


def _same_world(market: Market, other: Market, way: str) -> None:
    """Rows and outlooks must not move the world: they are lived on the same paths."""
    mended = (
        other._replace(flows=np.column_stack([other.flows[:, :-1], market.flows[: len(other.flows), -1:]]))
        if other.flows.shape == market.flows.shape
        else other
    )  # deals end as soon as the file's own outcome says
    for mine, theirs in zip(market, mended, strict=True):
        if not np.array_equal(mine, theirs):
            raise CannotError(f"row '{way}' or its outlook changes how prices move; rows are lived on the same paths")


def true_nav(origin: Life) -> float:
    """NAV with true values at step 0, in the house's currency."""
    life = opened(origin)
    gross, hidden, net_debt, _ = sheet(life, life.top, 0)
    return float(gross - life.houses[life.top].deducted - net_debt + hidden)


def _sample(house: House, compiled: Compiled, lived: Lived) -> Sample:
    years = house.grid.steps * house.grid.dt
    return Sample(
        columns_of(lived.paths),
        true_nav(compiled.origin),
        years,
        house.grid.step,
        house.grid.steps,
        _own_share(compiled),
    )


def _own_share(compiled: Compiled) -> tuple[float, float] | None:
    """Price today, in the house's currency, and number of the own shares; none where the file says no number."""
    origin = compiled.origin
    if not len(origin.stocks):
        return None
    life = opened(origin)
    holdings_value, net_debt = balance(life, life.top)
    open_premium(life, holdings_value - net_debt)
    return float(price_at(life, holdings_value - net_debt)), float(origin.stocks[0].outstanding)


def told(house: House, compiled: Compiled, lived: Lived) -> tuple[Sample, list[dict[str, Any]], list[dict[str, Any]]]:
    """What one way of living the paths left: its sample, odds of a call on each loan, and its funds (without their curves)."""
    paths, bare = len(lived.paths), lived._replace(bands=np.zeros((0, 0, 3), dtype=np.float32))
    return _sample(house, compiled, lived), _loans(house, compiled, lived, paths), _funds(house, compiled, bare)


def _loans(house: House, compiled: Compiled, lived: Lived, paths: int) -> list[dict[str, Any]]:
    """Odds of a call on each secured loan of the file; new loans of the run only where one was ever called."""
    found = []
    own = compiled.origin.houses[compiled.origin.top]
    for d in range(int(own.debt_from), int(own.loan_to)):
        name, calls = compiled.names.debts[d], lived.calls[d]
        if name in house.spec.debts or calls.sum() > 0:
            odds = measures.call_odds(calls, paths, house.grid.step)
            found.append({"name": name, "odds": odds, "calls": measures.probability(int(calls.sum()), paths)})
    return found


def _funds(house: House, compiled: Compiled, lived: Lived) -> list[dict[str, Any]]:
    """Every house with investors, children before parents; with its J-curve where bands were kept."""
    origin, names, everyone = compiled.origin, compiled.names, members(house)
    rows = [int(h) for h in funds_of(origin)]
    if not rows:
        return []
    codes = [names.currencies[int(origin.houses[h].home)] for h in rows]
    found = samples(
        [names.houses[h] for h in rows], codes, rows, lived.returns, [_tens(everyone[h].house) for h in rows]
    )
    told = [sample.measured() for sample in found]
    if lived.bands.shape[1]:
        every = int(origin.clock[0].band_every)
        dates = [house.grid.dates[k * every].isoformat() for k in range(lived.bands.shape[1])]
        for fund, curve in zip(told, j_curves(lived.bands, len(rows), dates), strict=True):
            fund["j_curve"] = curve
    return told


def _tens(house: House) -> float | None:
    """Odds that a deal brings ten times its money, where all have the same: one flow, and nothing but its outcome in the way."""
    flows = list(house.spec.deals.values())
    if len(flows) != 1 or house.spec.bets:
        return None
    flow = flows[0]
    if flow.dilution or flow.follow_on or flow.crowding:
        return None
    return 1.0 - below(flow.outcome, TEN * (1.0 + flow.premium))


def _ltv_after(house: House, compiled: Compiled, cheque: float) -> float:
    """LTV if the mean cheque were written today at the bets' premiums: (D + x) / (H + m x)."""
    holdings_value, net_debt = balance(opened(compiled.origin), compiled.origin.top)
    asked = {name: sum(house.home(p.cheque) for p in bet.payments) for name, bet in house.spec.bets.items()}
    received = sum(amount / (1.0 + house.spec.bets[name].premium) for name, amount in asked.items())
    worth = received / sum(asked.values()) if asked else 1.0
    return float(min(LTV_SHOWN, ltv_of(holdings_value + worth * cheque, net_debt + cheque)))


def _row(row: str, outlook: str, house: House, compiled: Compiled, sample: Sample, lived: Lived) -> dict[str, Any]:
    cheques = np.asarray(sample.columns["cheque"], dtype=np.float64)
    cut = float(np.mean(sample.columns["cut"], dtype=np.float64))
    mean = float(cheques.mean())
    return {
        "row": row, "outlook": outlook, "policy": house.policy, "cheque": mean, "cut": cut,
        "ltv_after": _ltv_after(house, compiled, mean),
        **sample.measured(),
        **({"funds": funds} if (funds := _funds(house, compiled, lived)) else {}),
    }  # fmt: skip
