"""One house lived twice: by the engine and by its twin (tests/twin.py), on the same table of returns."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

import twin
from warchest import files
from warchest import house as houses
from warchest.compile import compile_house
from warchest.core.layout import Entry, Handle, Life, copied, dtype_of
from warchest.core.market import given
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.run import Workspace, generator
from warchest.house import House

MONEY = ("nav", "nav_marked", "nav_min", "cash_min", "cheque")
UNKNOWN = frozenset({"weight", "fund_default", "defence", "shares", "share_price", "share_drawdown"})
"""Columns of which the twin knows nothing: it has no policy that remembers, and no own shares."""
FIRSTS = ("first_call", "first_sale", "first_breach", "default", "ruin", "halved")


def house_of(text: str) -> House:
    return houses.of(files.parse(text, "twin.yaml"))


def table(house: House, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Returns with shocks so heavy that calls, sales and defaults are daily bread; the house's currency stands still."""
    rng = np.random.default_rng(seed)
    steps, dt = house.grid.steps, house.grid.dt
    assets = sum(h.asset is None for h in house.spec.holdings.values())
    currencies = len(twin.currencies(house))
    heavy = np.sqrt(np.minimum(50.0, 3.0 / rng.chisquare(3, (n, steps, 1))))
    shocks = 0.7 * (rng.standard_normal((n, steps, assets)) + rng.standard_normal((n, steps, 1)))
    rates = 0.12 * np.sqrt(dt) * rng.standard_normal((n, steps, currencies))
    rates[:, :, 0] = 0.0
    world = np.exp(np.concatenate([0.4 * np.sqrt(dt) * heavy * shocks, rates], axis=2))
    return world, rng.choice([0.0, 0.5, 1.0, 3.0], (n, max(1, len(house.spec.bets))))


class Lived(NamedTuple):
    """What the compiled engine leaves."""

    columns: dict[str, np.ndarray]  # of each path
    start: Life
    life: Life  # at the end of the last path

    def log(self) -> np.ndarray:
        """What happened on the last path, if a log was kept."""
        assert self.life.clock.logged[0] <= len(self.life.log), "the log was too short"
        return self.life.log[: self.life.clock.logged[0]]


def lived(house: House, world: np.ndarray, multiples: np.ndarray, entries: int = 0, steps: int | None = None) -> Lived:
    """Live every path of the table with the compiled engine; its first steps only, where that is asked."""
    origin = compile_house(house).origin
    if steps is not None:
        origin.clock.steps[0] = steps
    n = len(world)
    log = np.zeros(entries, dtype_of(Entry)).view(np.recarray)
    work = Workspace(given(), [origin], worlds=world.transpose(0, 2, 1))
    work.lives = [Handle(copied(origin, paths=n)._replace(log=log))]
    (rows,) = work.live(generator(0, 0, 0), multiples[None], np.empty((1, n, 0, 3)))
    return Lived(dict(zip(PATH_COLUMNS, rows.T, strict=True)), origin, work.lives[0].life)


def agrees(column: str, ours: np.ndarray, theirs: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Steps, counts and flags exactly, the rest to 1e-9 (money: of the path's NAV at the start, where that is larger)."""
    same = (np.isnan(ours) & np.isnan(theirs)) | (ours == theirs)
    if column in (*MONEY, "max_drawdown", "ltv_peak"):
        size = np.maximum(np.abs(theirs), scale if column in MONEY else 1.0)
        same |= np.abs(ours - theirs) <= 1e-9 * size
    return same


def differences(theirs: dict[str, np.ndarray], told: dict[str, np.ndarray]) -> dict[str, str]:
    """Columns in which engine and twin part, with how many paths and the first of them."""
    scale = np.abs(told["nav_path"][:, 0])
    wrong = {}
    for column in PATH_COLUMNS:
        if column in UNKNOWN:
            continue
        same = agrees(column, theirs[column], told[column], scale)
        if not same.all():
            p = int(np.flatnonzero(~same)[0])
            wrong[column] = f"{np.sum(~same)} paths, first {p}: engine {theirs[column][p]}, twin {told[column][p]}"
    return wrong


def happened(told: dict[str, np.ndarray]) -> dict[str, int]:
    """How often each event happened."""
    found = dict(told["events"])
    found |= {name.removeprefix("first_"): int(np.sum(~np.isnan(told[name]))) for name in FIRSTS}
    return found | {"cut": int(told["cut"].sum())}
