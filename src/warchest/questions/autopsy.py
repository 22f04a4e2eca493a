"""Why did that path die? One path told movement by movement, with books that balance."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warchest.compile import Compiled, compile_house, compile_market, outcomes
from warchest.core import codes
from warchest.core.errors import CannotError
from warchest.core.fund_tables import RETURNS_COLUMNS
from warchest.core.layout import Array
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.run import Variant, funds_of
from warchest.engine.trace import Traced, trace
from warchest.house import House
from warchest.markets import RegimesMarket
from warchest.questions.rescue import rescue
from warchest.results import closing
from warchest.results.beancount import Chart, Journal, about
from warchest.results.cause_words import Words
from warchest.results.causes import chain
from warchest.results.closing import Prices
from warchest.results.ledger import Books
from warchest.results.links import CAUSES, Chain
from warchest.results.telling import IN_SHARES, Movement, Teller, movements

if TYPE_CHECKING:
    import pandas as pd

FIRSTS = ("first_call", "first_sale", "first_breach", "halved", "ruin", "default")
WITH_ANOTHER = frozenset({codes.CONVERTED, codes.WRITTEN, codes.BET_ENDED, codes.BET_SOLD})
"""Codes whose second number is money too."""


@dataclass(frozen=True)
class Autopsy:
    """One path: `.to_dict()`, `.to_frame()` with a row a movement, `.chain`, `.beancount()` and `.save_beancount(file)`."""

    found: Mapping[str, Any] = field(repr=False)
    house: House = field(repr=False)
    moved: list[Movement] = field(repr=False)
    teller: Teller = field(repr=False)
    books: Books = field(repr=False)
    opening: Prices = field(repr=False)
    closing: Prices = field(repr=False)
    compiled: Compiled = field(repr=False)
    traced: Traced = field(repr=False)
    chain: Chain = field(repr=False)

    @property
    def through(self) -> Array:
        """(T + 1, 3) NAV, LTV and cash at marks."""
        return self.traced.through

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest autopsy --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a movement."""
        import pandas as pd

        return pd.DataFrame(self.found["movements"])

    def beancount(self) -> str:
        """The books as a Beancount file: every movement, and the prices of the first and the last day."""
        names, grid, found = self.teller.names, self.house.grid, self.found
        chart = Chart(names, [int(bet.first) for bet in self.books.origin.bets], self.house.name)
        title = f"{self.house.name}: path {found['path']} of seed {found['seed']}, policy {found['policy']}"
        journal = Journal(chart, title, self.house.spec.currency, grid.dates[0])
        journal.prices(grid.dates[0], self.opening)
        journal.transaction(grid.dates[0], "What the house has and owes today.", self.books.opening)
        for m in self.moved:
            date, words = grid.dates[m.step], self.teller.sentence(m)
            if m.sides:
                journal.transaction(date, words, m.sides)
            else:
                journal.note(date, words, about(m.code, m.row))
        journal.prices(grid.dates[found["end"]["step"]], self.closing)
        remarks = [
            f"{title}, {found['grid']}.",
            f"NAV at marks on {found['end']['date']}: {found['nav_books']!r} {self.house.spec.currency} "
            "is the sum of quantity x price over Assets and Liabilities.",
            "A debt that takes something else than its face off the NAV is a commodity with a price of its own.",
        ]
        return journal.text(self.closing, remarks)

    def save_beancount(self, path: str | os.PathLike[str]) -> Path:
        """Write the Beancount file: beside first, then renamed, so that it is never half-written."""
        target = Path(path)
        if target.is_dir():
            raise CannotError(f"{target} is a folder; name a file")
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(self.beancount())
            Path(beside).chmod(0o644)
            Path(beside).replace(target)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise
        return target


def autopsy(house: House, path: int, seed: int = 1, policy: str | None = None) -> Autopsy:
    """Live path `path` of a seed again and tell it: the path that `simulate` has in row `path`.

    `cause` is null where the house lives, else its `code`, its `text` and what it is `of`; `chain` holds its links: `n, kind, date,
    step, who, text, amount, currency, because` (the numbers of the links each came from) and `led_to_end`;
    `saved_by` is what `rescue` finds.
    A movement has `date, step, what, who, text, amount, currency, shares, price`, and `value`: what money was changed into, what
    a cheque bought or a bet was marked at, the collateral of a called loan, the LTV at which the mode changed.
    `regimes` has the regime of the market on the first date, and each later one with its date; empty in markets without regimes.

    >>> import warchest
    >>> found = autopsy(warchest.load("founder"), path=3).to_dict()
    >>> round(found["nav_books"] / found["nav_engine"], 9)
    1.0
    """
    if path < 0 or seed < 0:
        raise CannotError("paths are numbered from 0, and the seed is at least 0")
    house = house.deciding(policy)
    compiled = compile_house(house)
    variant = Variant(compiled.origin, partial(outcomes, house), compiled.own)
    traced = trace(compile_market(house), variant, path, seed)
    found = told(house, compiled, traced, path, seed)
    return replace(found, found={**found.found, "saved_by": rescue(house, compiled, traced)})


def told(house: House, compiled: Compiled, traced: Traced, path: int, seed: int) -> Autopsy:
    """What was lived, as movements and books."""
    books = Books(compiled.origin, traced.log)
    killed = chain(compiled.origin, traced)
    opening = closing.prices(books, compiled.origin)
    moved = list(movements(books, traced.log))
    at = closing.prices(books, traced.final)
    teller = Teller(house.name, compiled.names, house.grid, compiled.origin)
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency,
        "path": path, "seed": seed, "policy": house.policy, "step": house.spec.step, "grid": house.grid.sentence(),
        **_summary(house, traced),
        "nav_books": closing.nav(books, at),
        "nav_engine": float(traced.path[PATH_COLUMNS.index("nav_marked")]),
        "houses": [
            {"name": name, "nav_books": closing.nav(books, at, h), "nav_engine": _nav(traced, h)}
            for h, name in enumerate(compiled.names.houses)
        ],
        "funds": [_fund(compiled, traced, int(h)) for h in funds_of(compiled.origin)],
        **_causes(house, compiled, killed),
        "regimes": _regimes(house, compiled, traced),
        "movements": [_row(m, teller) for m in moved],
    }  # fmt: skip
    return Autopsy(found, house, moved, teller, books, opening, at, compiled, traced, killed)


def _regimes(house: House, compiled: Compiled, traced: Traced) -> list[dict[str, Any]]:
    """The regime of the first date, and every other that the market turned to while the house lived."""
    if not isinstance(house.spec.market, RegimesMarket):
        return []
    names, origin, dates = list(house.spec.market.regimes), compiled.origin, house.grid.dates
    now = int(origin.clock[0].regime)
    found = [{"date": dates[0].isoformat(), "step": 0, "regime": names[now]}]
    rows = traced.drawn.world[len(origin.assets) + len(origin.currencies) :]
    for step, regime in enumerate(rows[0][: _last(house, traced)] if len(rows) else (), 1):
        if int(regime) != now:
            now = int(regime)
            found.append({"date": dates[step].isoformat(), "step": step, "regime": names[now]})
    return found


def _last(house: House, traced: Traced) -> int:
    """The step on which the house ended, or the last of its horizon."""
    ended = [int(entry["step"]) for entry in traced.log if entry["code"] == codes.DEFAULTED and entry["other"] != 1]
    return ended[0] if ended else house.grid.steps


def _causes(house: House, compiled: Compiled, killed: Chain) -> dict[str, Any]:
    """The cause of the end, null where the house lives, and the chain of causes."""
    words = Words(compiled.names, house.grid, compiled.origin)
    cause = {"code": killed.cause, "text": CAUSES[killed.cause], "of": words.of(killed)} if killed.cause else None
    return {"cause": cause, "chain": words.rows(killed)}


def _fund(compiled: Compiled, traced: Traced, h: int) -> dict[str, Any]:
    """What one fund was for its common investors on this path, in its own currency; null where there is no one rate."""
    row = {key: float(traced.final.returns[0, h][key]) for key in RETURNS_COLUMNS}
    kept = ("paid_in", "paid_out", "left", "irr", "gross_irr", "fees", "carry")
    return {
        "name": compiled.names.houses[h], "currency": compiled.names.currencies[int(traced.final.houses[h].home)],
        **{key: None if math.isnan(row[key]) else row[key] for key in kept},
        "tvpi": (row["paid_out"] + row["left"]) / row["paid_in"] if row["paid_in"] > 0.0 else None,
    }  # fmt: skip


def _nav(traced: Traced, h: int) -> float:
    """NAV of one house at marks when its path was over."""
    if h == traced.final.top:
        return float(traced.path[PATH_COLUMNS.index("nav_marked")])
    return 0.0 if traced.final.houses[h].ended else float(traced.final.houses[h].nav)


def _summary(house: House, traced: Traced) -> dict[str, Any]:
    """Start, end, and the dates on which something first happened; amounts in the house's currency."""
    row = dict(zip(PATH_COLUMNS, map(float, traced.path), strict=True))
    dates = house.grid.dates

    def date(step: float) -> str | None:
        return None if math.isnan(step) else dates[int(step)].isoformat()

    last = _last(house, traced)
    nav, ltv, cash = (float(x) for x in traced.through[0])
    return {
        "start": {"date": dates[0].isoformat(), "nav": nav, "ltv": ltv, "cash": cash},
        "end": {
            "date": dates[last].isoformat(), "step": last, "nav": row["nav"], "nav_marked": row["nav_marked"],
            "ltv": float(traced.through[last][1]), "cash": float(traced.through[last][2]),
        },
        **{key: date(row[key]) for key in FIRSTS},
        "calls": int(row["calls"]),
        **{key: row[key] for key in ("cheque", "nav_min", "max_drawdown", "ltv_peak", "time_above_max")},
    }  # fmt: skip


def _row(m: Movement, teller: Teller) -> dict[str, Any]:
    """A movement as JSON has it; null where a code has no such number."""
    told = m.code in (codes.CALLED, codes.LAPSED, codes.MODE)
    money = m.code not in (codes.PLEDGED, codes.RELEASED, codes.PASSED, codes.MARKED)
    return {
        "date": teller.date(m.step),
        "step": m.step,
        "what": m.what,
        "who": teller.who(m),
        "text": teller.sentence(m),
        "amount": m.amount if money else None,
        "currency": teller.names.currencies[m.currency],
        "shares": m.shares if m.code in IN_SHARES else None,
        "price": m.price if m.price > 0.0 and not told and m.code != codes.ROLLED else None,
        "value": m.price if told else m.shares if m.code in WITH_ANOTHER else None,
    }
