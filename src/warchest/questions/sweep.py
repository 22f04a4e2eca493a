"""Many sizes in one pass: the market of a path is drawn once, the house lives it once for each size."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from warchest.compile import Compiled, compile_house, compile_market, outcomes
from warchest.core.errors import CannotError
from warchest.core.layout import Array, Life, copied, without_returns
from warchest.core.units import say
from warchest.engine.run import Variant, run
from warchest.house import House
from warchest.policies import Fraction
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
Draws = Callable[[Array, Array], Array]


def lives(paths: int) -> int:
    """About how many paths a sizing lives, all sizes together: what a bar of progress needs."""
    return paths * (2 * SIZES + 2 * NEAR + 20)


class Sweep(ABC):
    """One house that differs in one size: lives the same paths once for each."""

    def __init__(self, house: House, compiled: Compiled, threads: int | None, progress: Callable[[int], None]) -> None:
        self.house, self.threads, self.progress = house, threads, progress
        self.market = compile_market(house)
        self.own = compiled.own
        self.start = true_nav(compiled.origin)
        if self.start <= 0.0:
            raise CannotError(f"NAV is {say(self.start, house.spec.currency)}: growth needs one above zero")
        self.years = house.grid.steps * house.grid.dt
        self.done = 0

    @abstractmethod
    def table(self, size: float) -> Life:
        """The house's tables at one size."""

    def outcomes(self, drawn: Mapping[str, Outcomes] | None = None) -> Draws:
        """Multiples of all bets from uniform draws; `drawn` are other ways than the file's, by bet."""
        usual, names = partial(outcomes, self.house), list(self.house.spec.bets)
        if not drawn:
            return usual

        def multiples(uniforms: Array, times: Array) -> Array:
            found = usual(uniforms, times)
            for name, draw in drawn.items():
                found[:, names.index(name)] = draw(uniforms[:, names.index(name)])
            return found

        return multiples

    def live(self, variants: Sequence[Variant], paths: int, seed: int) -> list[Mapping[str, Array]]:
        """Columns (paths,) that each variant left, on the same paths."""
        threads = self.threads or os.cpu_count() or 1
        before = self.done
        silent = [Variant(without_returns(v.origin), v.outcomes, self.own) for v in variants]
        lived = run(
            self.market, silent, paths, seed, threads, 0,
            lambda done: self.progress(before + done * len(variants)),
        )  # fmt: skip
        self.done += paths * len(variants)
        return [columns_of(found.paths) for found in lived]

    def at(
        self, sizes: Sequence[float] | Array, paths: int, seed: int, drawn: Mapping[str, Outcomes] | None = None
    ) -> Sizes:
        """What each size leaves."""
        sizes = np.unique(np.asarray(sizes, dtype=float))
        draw = self.outcomes(drawn)
        return Sizes(sizes, self.live([Variant(self.table(x), draw) for x in sizes], paths, seed))

    def point(self, cheque: float, columns: Mapping[str, Array]) -> dict[str, Any]:
        """A row of the curve."""
        return curve.point(cheque, columns, self.start, self.years)

    def logs(self, columns: Mapping[str, Array]) -> Array:
        """Growth of each path."""
        return curve.logs(columns, self.start, self.years)


class Cheques(Sweep):
    """One bet of any size; a cheque that cannot be funded on its date is cut to what can be."""

    def __init__(self, house: House, bet: str, threads: int | None, progress: Callable[[int], None]) -> None:
        limit = getattr(house.spec.policy, "limit", "ltv_max")
        limit = "funding" if limit == "none" else limit  # ALL IN goes as far as money does
        self.bet = bet
        self.cut: Compiled = compile_house(house.changed({"policy": {"kind": "planned", "limit": "funding"}}))
        self.bound: Compiled = compile_house(house.changed({"policy": {"kind": "planned", "limit": limit}}))
        self.rows = [b for b, name in enumerate(self.cut.names.bets) if name == bet]
        self.fx = float(self.cut.origin.currencies[int(self.cut.origin.bets[self.rows[0]].currency)].fx)
        self.stated = self.fx * sum(float(self.cut.origin.bets[b].cheque) for b in self.rows)
        super().__init__(house, self.cut, threads, progress)
        if self.seen() <= 0.0:
            raise CannotError(
                f"{bet} is dated after the horizon, {house.grid.dates[-1]}: with a longer one it has a size"
            )

    def table(self, size: float, compiled: Compiled | None = None) -> Life:
        """The house's tables with another cheque, its tranches in proportion."""
        origin = copied((compiled or self.cut).origin)
        for b in self.rows:
            origin.bets[b].cheque *= size / self.stated
        return origin

    def seen(self) -> float:
        """Share of the bet's life, from its first cheque to its end, that lies within the horizon."""
        rows, steps = self.cut.origin.bets[self.rows], self.house.grid.steps
        start, end = int(rows["start"].min()), int(rows["end"].max())
        return 0.0 if start >= steps else min(1.0, (steps - start) / (end - start))

    def all_in(self, paths: int, seed: int, compiled: Compiled | None = None) -> Mapping[str, Array]:
        """What the largest cheque leaves that the house's limit lets through."""
        size = HUGE * max(abs(self.start), self.stated)
        return self.live([Variant(self.table(size, compiled or self.bound), self.outcomes())], paths, seed)[0]


class Shares(Sweep):
    """One listed holding at any constant share of NAV."""

    def __init__(self, house: House, holding: str, threads: int | None, progress: Callable[[int], None]) -> None:
        policy = house.spec.policy
        every = policy.every if isinstance(policy, Fraction) else Fraction(holding=holding, share="0%").every
        kept = {"kind": "fraction", "holding": holding, "share": "0%", "every": f"{every.number:g}{every.unit}"}
        compiled = compile_house(house.changed({"policy": kept}))
        self.origin = compiled.origin
        super().__init__(house, compiled, threads, progress)

    def table(self, size: float) -> Life:
        """The house's tables with another share."""
        origin = copied(self.origin)
        origin.houses[origin.top].kept_share = size
        return origin
