"""What Python users import: `load` gives a house that can be asked."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from warchest import house as houses
from warchest.questions.autopsy import autopsy
from warchest.questions.compare import Comparison, compare
from warchest.questions.diff import diff
from warchest.questions.kelly import kelly
from warchest.questions.share import size_share
from warchest.questions.size import size
from warchest.questions.stress import Stress, stress
from warchest.questions.together import size_together
from warchest.questions.value import Value, value
from warchest.questions.vary import Curve, vary
from warchest.simulation import simulate

__all__ = ["House", "autopsy", "diff", "kelly", "load", "simulate", "size", "size_share", "size_together", "value"]


class House(houses.House):
    """A validated house; `.value()` answers at once, `warchest.simulate(house)` lives it."""

    def value(self, bet: str | None = None) -> Value:
        """NAV, LTV, call prices and the war chest."""
        return value(self, bet)

    def stress(self, shocks: Sequence[str] | None = None) -> Stress:
        """Named shocks (all if left out), the smallest shock that causes each event, and a map of two factors."""
        return stress(self, shocks)

    def compare(self, policies: Sequence[str] = (), **more: Any) -> Comparison:
        """Policies side by side on the same markets; `paths`, `seed`, ... as in `questions.compare.compare`."""
        return compare(self, policies, **more)

    def vary(self, name: str, values: Sequence[Any], **more: Any) -> Curve:
        """One field of the file over several values on the same markets; `paths`, `seed`, ... as in `questions.vary.vary`."""
        return vary(self, name, values, **more)


def load(path: str | os.PathLike[str]) -> House:
    """Read a house file, or a case by its name; InputError with every problem at once.

    >>> load("founder").value().to_dict()["nav"]
    65000000.0
    """
    found = houses.load(path)
    return House(found.spec, found.tree, found.fx, found.funds, found.files)
