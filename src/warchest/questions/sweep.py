"""One house with one bet of any size: lives the same paths once for each cheque."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from warchest.compile import Compiled, compile_house, compile_market, outcomes
from warchest.core.layout import Array, Life, copied
from warchest.engine.run import Variant, run
from warchest.house import House
from warchest.results import curve
from warchest.results.curve import Sizes
from warchest.results.outcome import columns_of
from warchest.simulation import true_nav

SIZES = 48
"""Cheques of the curve, besides nothing and those that are asked about."""
SMALLEST = 0.005
"""The smallest cheque of the curve, share of the largest."""
NEAR = 12
"""Cheques looked at again around the best one and around where a cap binds."""
HUGE = 1e6
"""A cheque, in sizes of the house, that no limit lets through: ALL IN."""
Outcomes = Callable[[Array], Array]


def lives(paths: int) -> int:
    """About how many paths a sizing lives, all sizes together: what a bar of progress needs."""
    return paths * (2 * SIZES + 2 * NEAR + 20)


class Sweep:
    """One house with one bet of any size: lives the same paths once for each cheque."""

    def __init__(self, house: House, bet: str, threads: int | None, progress: Callable[[int], None]) -> None:
        limit = getattr(house.spec.policy, "limit", "ltv_max")
        limit = "funding" if limit == "none" else limit  # ALL IN goes as far as money does
        self.house, self.bet, self.threads, self.progress = house, bet, threads, progress
        self.market = compile_market(house)
        self.cut: Compiled = compile_house(house.changed({"policy": {"kind": "planned", "limit": "funding"}}))
        self.bound: Compiled = compile_house(house.changed({"policy": {"kind": "planned", "limit": limit}}))
        self.rows = [b for b, name in enumerate(self.cut.names.bets) if name == bet]
        self.fx = float(self.cut.origin.currencies[int(self.cut.origin.bets[self.rows[0]].currency)].fx)
        self.stated = self.fx * sum(float(self.cut.origin.bets[b].cheque) for b in self.rows)
        self.start = true_nav(self.cut.origin)
        self.years = house.grid.steps * house.grid.dt
        self.done = 0

    def table(self, cheque: float, compiled: Compiled | None = None) -> Life:
        """The house's tables with another cheque, its tranches in proportion."""
        origin = copied((compiled or self.cut).origin)
        for b in self.rows:
            origin.bets[b].cheque *= cheque / self.stated
        return origin

    def outcomes(self, drawn: Mapping[str, Outcomes] | None = None) -> Outcomes:
        """Multiples of all bets from uniform draws; `drawn` are other ways than the file's, by bet."""
        usual, names = partial(outcomes, self.house), list(self.house.spec.bets)
        if not drawn:
            return usual

        def multiples(uniforms: Array) -> Array:
            found = usual(uniforms)
            for name, draw in drawn.items():
                found[:, names.index(name)] = draw(uniforms[:, names.index(name)])
            return found

        return multiples

    def live(self, variants: Sequence[Variant], paths: int, seed: int) -> list[Mapping[str, Array]]:
        """Columns (paths,) that each variant left, on the same paths."""
        threads = self.threads or os.cpu_count() or 1
        before = self.done
        lived = run(
            self.market, variants, len(self.house.spec.bets), paths, seed, threads, 0,
            lambda done: self.progress(before + done * len(variants)),
        )  # fmt: skip
        self.done += paths * len(variants)
        return [columns_of(found.paths) for found in lived]

    def at(
        self, cheques: Sequence[float] | Array, paths: int, seed: int, drawn: Mapping[str, Outcomes] | None = None
    ) -> Sizes:
        """What each cheque leaves; one that cannot be funded on its date is cut."""
        cheques = np.unique(np.asarray(cheques, dtype=float))
        draw = self.outcomes(drawn)
        return Sizes(cheques, self.live([Variant(self.table(x), draw) for x in cheques], paths, seed))

    def all_in(self, paths: int, seed: int, compiled: Compiled | None = None) -> Mapping[str, Array]:
        """What the largest cheque leaves that the house's limit lets through."""
        size = HUGE * max(abs(self.start), self.stated)
        return self.live([Variant(self.table(size, compiled or self.bound), self.outcomes())], paths, seed)[0]

    def point(self, cheque: float, columns: Mapping[str, Array]) -> dict[str, Any]:
        """A row of the curve."""
        return curve.point(cheque, columns, self.start, self.years)

    def logs(self, columns: Mapping[str, Array]) -> Array:
        """Growth of each path."""
        return curve.logs(columns, self.start, self.years)
