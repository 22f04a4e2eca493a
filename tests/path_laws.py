"""Laws that every path of every house obeys; each gives the faults it found, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from replay import Key, Replay
from warchest.compile import Compiled
from warchest.core import codes
from warchest.core.layout import MARGIN, Array, Life, copied
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.trace import Traced, lived
from warchest.results import closing
from warchest.results.ledger import Books

NOTHING = 1e-9
FIRSTS = ("first_call", "first_sale", "first_breach", "default", "ruin", "halved", "fund_default")
MAY_BE_UNSAID = {*FIRSTS, "shares", "share_price", "share_drawdown"}
ENTRIES = 60
"""Most entries a step of each debt, line, bet, house and currency: the rounds of stage 6 are eight."""


class Case(NamedTuple):
    """One path of one house, with all that it needs to be lived again."""

    compiled: Compiled
    traced: Traced
    multiples: Array


def cut(case: Case, step: int) -> Traced:
    """The same path, over after some steps."""
    short, drawn = copied(case.compiled.origin), case.traced.drawn
    short.clock[0].steps = step
    world = np.ascontiguousarray(drawn.world[:, :step])
    return lived(short, world, case.multiples, drawn.times, drawn.uniforms, case.compiled.own)


def faults(case: Case, steps: list[int]) -> list[str]:
    """Every law on the whole path, and on what it was after some of its steps."""
    whole = case.traced
    found = [*numbers(whole), *ends(case.compiled.origin, whole), *entries(case.compiled.origin, whole)]
    for step in steps:
        part = cut(case, step)
        found += [f"after step {step}: {fault}" for fault in (*no_peeking(whole, part, step), *numbers(part))]
        for law in (tables, books, entries):
            found += [f"after step {step}: {fault}" for fault in law(case.compiled.origin, part)]
    return found


def numbers(traced: Traced) -> Iterator[str]:
    """NAV, LTV and cash are numbers on every date, and so is every column that is not a step of what never happened."""
    if not np.isfinite(traced.through).all():
        step = int(np.flatnonzero(~np.isfinite(traced.through).all(axis=1))[0])
        yield f"NAV, LTV, cash of step {step} are {traced.through[step]}"
    for name, value in zip(PATH_COLUMNS, traced.path, strict=True):
        if not np.isfinite(value) and not (np.isnan(value) and name in MAY_BE_UNSAID):
            yield f"{name} is {value}"
    for name in ("currencies", "assets", "lines", "debts", "pledges", "bets", "houses", "purses", "funds", "investors"):
        rows = getattr(traced.final, name)
        for column in rows.dtype.names:
            if np.isnan(rows[column].astype(float)).any():
                yield f"{name}.{column} is not a number"


def ends(origin: Life, traced: Traced) -> Iterator[str]:
    """All steps are lived, and nothing goes round in circles."""
    steps = int(origin.clock[0].steps)
    if len(traced.through) != steps + 1:
        yield f"{len(traced.through)} dates of {steps + 1}"
    rows = sum(len(t) for t in (origin.debts, origin.lines, origin.bets, origin.houses, origin.currencies))
    if len(traced.log) > ENTRIES * (steps + 1) * (rows + 1):
        yield f"{len(traced.log)} entries of {steps} steps and {rows} rows"
    if (np.diff(traced.log["step"]) < 0).any():
        yield "the log goes back in time"


def no_peeking(whole: Traced, part: Traced, step: int) -> Iterator[str]:
    """What was lived until a date does not depend on how much comes after it."""
    if part.through.tobytes() != whole.through[: step + 1].tobytes():
        yield "NAV, LTV or cash are not those of the whole path"
    if part.log.tobytes() != whole.log[whole.log["step"] <= step].tobytes():
        yield "the log is not that of the whole path"


def entries(origin: Life, traced: Traced) -> Iterator[str]:
    """The log alone: nothing below zero at any entry, and in the end what the tables say."""
    replay = Replay(origin, traced.log)
    for entry in traced.log:
        replay.post(entry)
    yield from replay.faults[:5]
    life = traced.final
    said = quantities(life)
    for key in {*said, *replay.held}:
        if key[0] in KNOWN and not abs(replay.held[key] - said.get(key, 0.0)) <= replay.small(key):
            yield f"{key} is {said.get(key, 0.0):.17g} in the tables, {replay.held[key]:.17g} by the log"


KNOWN = frozenset({"cash", "free", "pledged", "debt", "arrears", "bet", "tranche", "costs", "call"})


def quantities(life: Life) -> dict[Key, float]:
    """What the tables say, by the keys of a replay."""
    found: dict[Key, float] = {}
    for h, purses in enumerate(life.purses):
        found |= {("cash", h, c): float(purse.cash) for c, purse in enumerate(purses)}
        found["costs", h] = float(life.houses[h].owed)
    for i, line in enumerate(life.lines):
        found["free", i] = float(line.free)
    for pledge in life.pledges:
        key = "pledged", int(pledge.line), int(pledge.debt)
        found[key] = found.get(key, 0.0) + float(pledge.shares)
    for d, debt in enumerate(life.debts):
        found["debt", d], found["arrears", d] = float(debt.principal), float(debt.arrears)
    for b, bet in enumerate(life.bets):
        first = int(bet.first)
        found["bet", first] = found.get(("bet", first), 0.0) + float(bet.value)
        found["tranche", b] = float(bet.owed)
    for k, investor in enumerate(life.investors):
        found["call", k] = float(investor.owed)
    return found


NEVER_BELOW_ZERO = {
    "purses": ("cash",), "lines": ("shares", "free"), "pledges": ("shares",), "assets": ("price", "mark"),
    "debts": ("principal", "matured", "arrears", "limit"), "bets": ("value", "owed"), "houses": ("owed",),
    "investors": ("owed", "part", "units", "capital"),
}  # fmt: skip


def tables(origin: Life, traced: Traced) -> Iterator[str]:
    """Nothing below zero; shares are free or pledged, once; what is overdue is owed; what owes nothing has no collateral."""
    life = traced.final
    for name, columns in NEVER_BELOW_ZERO.items():
        rows = getattr(life, name)
        for column in (c for c in columns if c in rows.dtype.names):
            if (rows[column] < 0.0).any():
                yield f"{name}.{column} is {rows[column]}"
    pledged = np.bincount(life.pledges.line, life.pledges.shares, len(life.lines)) if len(life.pledges) else 0.0
    if (
        len(life.lines)
        and (abs(life.lines.free + pledged - life.lines.shares) > NOTHING * (1.0 + origin.lines.shares)).any()
    ):
        yield f"shares {life.lines.shares} are not those free {life.lines.free} and those pledged {pledged}"
    if (life.debts.matured > life.debts.principal * (1.0 + NOTHING)).any():
        yield f"more is overdue {life.debts.matured} than is owed {life.debts.principal}"
    if (life.investors.called > life.investors.commitment * (1.0 + NOTHING)).any():
        yield f"more is called {life.investors.called} than was committed {life.investors.commitment}"
    idle = (life.debts.kind == MARGIN) & (life.debts.principal + life.debts.arrears == 0.0)
    for pledge in life.pledges:
        if idle[pledge.debt] and pledge.shares > 0.0:
            yield f"debt {pledge.debt} owes nothing and holds {pledge.shares} shares of line {pledge.line}"


def books(origin: Life, traced: Traced) -> Iterator[str]:
    """Of every house: quantities x prices is the NAV of the engine."""
    kept = Books(origin, traced.log)
    for entry in traced.log:
        kept.post(kept.sides(entry))
    at = closing.prices(kept, traced.final)
    held = float(np.sum(origin.lines.shares * origin.assets.worth[origin.lines.asset])) if len(origin.lines) else 0.0
    moved = float(traced.log["amount"].max(initial=0.0)) * float(traced.final.currencies.fx.max())
    size = max(1.0, held, moved, float(np.sum(origin.investors.commitment)))
    for h in range(len(origin.houses)):
        top = h == origin.top
        engine = float(traced.path[PATH_COLUMNS.index("nav_marked")]) if top else float(traced.final.houses[h].nav)
        if not top and traced.final.houses[h].ended:
            engine = 0.0
        worth = closing.nav(kept, at, h)
        if not abs(worth - engine) <= NOTHING * max(size, abs(engine)):
            yield f"NAV of house {h} is {worth:.17g} by the books and {engine:.17g} by the engine"


def defaulted(traced: Traced) -> bool:
    return bool((traced.log["code"] == codes.DEFAULTED).any())
