"""Rules that the columns of a path do not show, each on a house small enough to be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from houses import house, mixed
from warchest.compile import compile_house
from warchest.core.codes import REPAID
from warchest.engine import run as blocks
from warchest.engine.trace import lived
from warchest.simulation import simulate

RANKS = """
house: What a forward frees is all there is
as_of: 2026-01-02
currency: USD
holdings: {Acme: {kind: listed, shares: 1m, price: 130, volatility: 40%}}
debts:
  Forward: {kind: prepaid_forward, secured_on: {Acme: 1m}, floor: 60, cap: 200, maturity: 2028-01-03}
  Junior: {kind: bond, principal: 30m, maturity: 2026-01-09, rank: 2}
  Other junior: {kind: bond, principal: 18m, maturity: 2028-01-03, rank: 2}
  Senior: {kind: bond, principal: 16m, maturity: 2028-01-03}
market: {model: lognormal, rate: 0%}
step: week
horizon: 2w
"""


def test_a_default_pays_by_rank_and_in_proportion_within_one() -> None:
    """At 100 the forward takes 600k shares and frees 40m: 16m are senior, and 24m are half of the 48m behind them."""
    compiled = compile_house(house(RANKS))
    world = np.ones((2, 2))
    world[0, 0] = 100 / 130
    log = lived(compiled.origin, world, np.ones(1)).log
    paid = {compiled.names.debts[e.row]: e.amount for e in log if e.code == REPAID and e.amount > 0.0}
    assert paid == pytest.approx({"Senior": 16e6, "Junior": 15e6, "Other junior": 9e6}, rel=1e-9)


def test_no_two_draws_share_a_stream(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block opens one stream for the prices and one for each bet."""
    opened: list[tuple[int, int, int]] = []

    def generator(seed: int, block: int, stream: int) -> np.random.Generator:
        opened.append((seed, block, stream))
        return true(seed, block, stream)

    true = blocks.generator
    monkeypatch.setattr(blocks, "generator", generator)
    simulate(mixed(), paths=600, seed=4)
    assert sorted(opened) == [(4, block, stream) for block in range(3) for stream in range(2)]


def test_every_block_is_another_world() -> None:
    nav = simulate(mixed(), paths=2 * blocks.BLOCK, seed=4).paths["nav"].to_numpy()
    assert not np.array_equal(nav[: blocks.BLOCK], nav[blocks.BLOCK :])
