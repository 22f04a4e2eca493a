"""What a shock leads to: the months after it, lived by the engine without a decision and without another move of a price."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from warchest.compile import compile_house
from warchest.core import codes
from warchest.core.layout import HOLD, MARGIN, Array
from warchest.core.market import given
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.run import Workspace, generator
from warchest.engine.trace import lived
from warchest.house import House
from warchest.questions.autopsy import Autopsy, told
from warchest.results.telling import Movement, merged

MONTHS = 3
"""Time that sales have after the longest cure."""
TOGETHER = 512
"""Lives that lie in memory at once."""
LATER = 1 << 29
"""A step that does not come: no deal is offered."""
LOUD = frozenset({
    codes.CALLED, codes.LAPSED, codes.CURED, codes.CLOSING, codes.SOLD, codes.BET_SOLD, codes.STAKE_SOLD, codes.PLEDGED,
    codes.DRAWN, codes.WRITTEN_OFF, codes.UNPAID_PRINCIPAL, codes.CALL_FAILED, codes.DEFAULTED, codes.DELIVERED,
})  # fmt: skip
"""What is told of the months after a shock."""


class Aftermath:
    """One house, ready to live the months after any shock."""

    def __init__(self, house: House) -> None:
        cure = max((int(d.cure) for d in compile_house(house).origin.debts if d.kind == MARGIN), default=0)
        self.months = MONTHS + math.ceil(12.0 * cure * house.grid.dt)
        self.house = house.lasting(f"{self.months}mo")
        self.compiled = compile_house(self.house)
        origin = self.compiled.origin
        origin.houses.policy[:] = HOLD
        origin.stocks.issue[:], origin.stocks.buy[:] = 0.0, 0.0
        offers = int(np.count_nonzero(origin.bets.offer >= 0))
        self._multiples = np.ones(max(1, int(max(origin.bets.draw, default=0)) + 1))
        self._times = np.full((offers, 2), LATER, dtype=np.int64)

    def worlds(self, moved: Array) -> Array:
        """Tables of returns (K, A + C, T): the shock (K, A + C) on the first step, and nothing after it."""
        found = np.ones((*moved.shape, self.house.grid.steps))
        found[:, :, 0] = moved
        return found

    def rows(self, moved: Array) -> Array:
        """What the engine keeps of each life (K, columns) after shocks (K, A + C)."""
        found = []
        for at in range(0, len(moved), TOGETHER):
            worlds = self.worlds(moved[at : at + TOGETHER])
            count = len(worlds)
            work = Workspace(given(), [self.compiled.origin], paths=count, worlds=worlds)
            multiples = np.broadcast_to(self._multiples, (1, count, len(self._multiples))).copy()
            times = np.broadcast_to(self._times, (count, *self._times.shape)).copy()
            rows = work.live(generator(0, 0, 0), multiples, np.empty((1, count, 0, 3)), times)
            found.append(rows[0].copy())
        return np.concatenate(found)

    def defaults(self, moved: Array) -> Array:
        """Whether the house is in default within these months, after each shock (K, A + C)."""
        return np.asarray(~np.isnan(self.rows(moved)[:, PATH_COLUMNS.index("default")]))

    def story(self, world: Array) -> Autopsy:
        """The months after one shock (A + C,), with every movement and books that balance."""
        traced = lived(self.compiled.origin, self.worlds(world[None])[0], self._multiples, self._times)
        return told(self.house, self.compiled, traced, 0, 0)

    def told(self, world: Array) -> dict[str, Any]:
        """What the months after one shock (A + C,) bring; amounts in the house's currency at the rates after it."""
        story = self.story(world)
        found, end = story.to_dict(), story.to_dict()["end"]
        names = self.compiled.names
        calls = {
            key: list(dict.fromkeys(names.debts[m.row] for m in story.moved if m.code == code))
            for key, code in (("called", codes.CALLED), ("cured", codes.CURED), ("closed_out", codes.CLOSING))
        }
        return {
            "months": self.months, "grid": found["grid"], "date": end["date"],
            "nav": end["nav_marked"], "true_nav": end["nav"], "ltv": None if found["default"] else end["ltv"], "cash": end["cash"],
            **calls,
            **{key: found[key] for key in ("first_call", "first_sale", "first_breach", "ruin", "default")},
            "unfinished": bool(self._closing(story)),
            "sold": self._sold(story, world),
            "told": [{"date": self.house.grid.dates[m.step].isoformat(), "text": story.teller.sentence(m)} for m in _loud(story)],
        }  # fmt: skip

    def _closing(self, story: Autopsy) -> bool:
        """Whether some loan is still being closed out when these months are over."""
        closing = {m.row for m in story.moved if m.code == codes.CLOSING}
        over = {m.row for m in story.moved if m.code in (codes.WRITTEN_OFF, codes.UNPAID_PRINCIPAL)}
        repaid = {m.row for m in story.moved if m.code == codes.REPAID and m.left <= 1e-9 * max(m.amount, 1.0)}
        return story.to_dict()["default"] is None and bool(closing - over - repaid)

    def _sold(self, story: Autopsy, world: Array) -> list[dict[str, Any]]:
        """What was sold that no policy chose: of each asset its shares, the part of what was held, and what it brought."""
        origin, names = self.compiled.origin, self.compiled.names
        after = [float(c.fx * w) for c, w in zip(origin.currencies, world[len(origin.assets) :], strict=True)]
        found: dict[str, dict[str, Any]] = {}
        for m in story.moved:
            if m.code == codes.SOLD:
                row = found.setdefault(
                    names.assets[m.row], {"name": names.assets[m.row], "shares": 0.0, "share": 0.0, "amount": 0.0}
                )
                row["shares"] += m.shares
                row["share"] += m.shares / float(origin.lines[m.row].shares)
                row["amount"] += m.amount * after[m.currency]
        return list(found.values())


def _loud(story: Autopsy) -> list[Movement]:
    """What is worth telling, the rounds of one step as one."""
    steps: dict[int, list[Movement]] = {}
    for m in story.moved:
        if m.code in LOUD:
            steps.setdefault(m.step, []).append(m)
    return [m for step in sorted(steps) for m in merged(steps[step])]


def nothing(after: Mapping[str, Any]) -> bool:
    """Whether nobody had to act in the months after a shock.

    >>> nothing({"called": [], "sold": [], "default": None})
    True
    """
    return not (after["called"] or after["sold"] or after["default"])
