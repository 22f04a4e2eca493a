"""Several bets at once: the cheques that grow fastest together, on the same paths."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from warchest.core.errors import CannotError
from warchest.core.layout import Array, Life, copied
from warchest.core.units import say
from warchest.house import House
from warchest.questions.currency import in_currency
from warchest.questions.size import AMOUNTS, Caps, most_within
from warchest.questions.sweep import SMALLEST, Cheques
from warchest.results import curve

if TYPE_CHECKING:
    import pandas as pd

FEW = 20
"""Cheques of one bet that are looked at while the others stand."""
ROUNDS = 6
SETTLED = 0.02
"""Change of every cheque in a round, share of the largest, at which the rounds end."""


class Among(Cheques):
    """One bet of any size beside others of stated sizes."""

    def __init__(
        self, house: House, bet: str, others: Mapping[str, float], threads: int | None, progress: Callable[[int], None]
    ) -> None:
        super().__init__(house, bet, threads, progress)
        self.others = others

    def table(self, size: float, compiled: Any = None) -> Life:
        """The house's tables with this cheque and the others."""
        origin = copied((compiled or self.cut).origin)
        bets, names = origin.bets, (compiled or self.cut).names.bets
        wanted = {**self.others, self.bet: size}
        stated = {
            name: sum(float(b.cheque) * self._fx(b) for b, n in zip(bets, names, strict=True) if n == name)
            for name in wanted
        }
        for b, name in enumerate(names):
            if name in wanted:
                bets[b].cheque *= wanted[name] / stated[name]
        return origin

    def _fx(self, bet: Any) -> float:
        return float(self.cut.origin.currencies[int(bet.currency)].fx)


@dataclass(frozen=True)
class Together:
    """Several sizes: `.to_dict()`, and `.to_frame()` a row a bet."""

    found: Mapping[str, Any] = field(repr=False)
    fx: Mapping[str, float] = field(repr=False)

    def to_dict(self, currency: str | None = None) -> dict[str, Any]:
        """The object of `warchest size --bet A --bet B --json`."""
        found = in_currency(self.found, self.fx, currency, AMOUNTS | {"alone", "asked"})
        return {**found, "said": [_sentence(found)]}

    def to_frame(self) -> pd.DataFrame:
        """One row a bet."""
        import pandas as pd

        return pd.DataFrame(self.found["bets"])


def size_together(
    house: House,
    bets: Sequence[str],
    ruin_cap: float | None = 0.05,
    drawdown_cap: tuple[float, float] | None = None,
    paths: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Together:
    """The cheques of several bets that grow fastest together: one after another while the rest stand, until they settle.

    Growth is concave in the cheques as long as nothing is called or sold, so the rounds end at the top; with calls on the way they end
    where no single cheque can be changed for the better. Args are those of `warchest.size`; bets not named are made as planned.

    Source: Kelly (1956) for simultaneous bets; coordinate ascent on common random numbers.
    """
    missing = [name for name in bets if name not in house.spec.bets]
    if missing or len(set(bets)) < max(2, len(bets)):
        wrong = f"there is no {missing[0]!r}" if missing else "each is named once"
        raise CannotError(
            f"two or more bets are sized together, {wrong}; the house has {', '.join(house.spec.bets) or 'none'}"
        )
    caps = Caps(ruin_cap, drawdown_cap)
    sizes = dict.fromkeys(bets, 0.0)

    def best(name: str, others: Mapping[str, float]) -> Best:
        return _best(Among(house, name, others, threads, progress), caps, paths, seed)

    alone = {name: best(name, {other: 0.0 for other in bets if other != name}).cheque for name in bets}
    found_last = {}
    rounds, before = 0, dict(sizes)
    while rounds < ROUNDS:
        rounds, before = rounds + 1, dict(sizes)
        for name in bets:
            found_last[name] = best(name, {other: x for other, x in sizes.items() if other != name})
            sizes[name] = found_last[name].cheque
        if max(abs(sizes[n] - before[n]) for n in bets) <= SETTLED * max(sizes.values(), default=0.0):
            break
    limits = {name: one.interval(seed) for name, one in found_last.items()}
    last = Among(house, bets[-1], {name: sizes[name] for name in bets[:-1]}, threads, progress)
    fresh = int(np.random.SeedSequence(seed, spawn_key=(1,)).generate_state(1)[0])
    together = last.point(sum(sizes.values()), last.at([sizes[bets[-1]]], paths, fresh).columns[0])
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency,
        "paths": paths, "seed": seed, "fresh_seed": fresh, "grid": house.grid.sentence(), "rounds": rounds,
        "bets": [
            {"bet": n, "cheque": sizes[n], "low": limits[n][0], "high": limits[n][1], "alone": alone[n],
             "asked": sum(house.home(p.cheque) for p in house.spec.bets[n].payments)}
            for n in bets
        ],
        "together": together,
    }  # fmt: skip
    return Together(found, house.fx)


class Best(NamedTuple):
    """The best cheque of one bet, and what it was found among."""

    cheque: float
    cheques: Array
    each: Array  # (S, paths) logs
    most: float

    def interval(self, seed: int) -> tuple[float, float]:
        """95 % interval of the cheque."""
        if not len(self.cheques):
            return 0.0, 0.0
        low, high = curve.interval(self.cheques, self.each, self.most, seed)
        return min(low, self.cheque), max(high, self.cheque)


NOTHING = Best(0.0, np.empty(0), np.empty((0, 0)), 0.0)


def _best(sweep: Among, caps: Caps, paths: int, seed: int) -> Best:
    """The best cheque of one bet while the others stand: a coarse look, then a close one."""
    top = float(np.max(sweep.all_in(256, seed, sweep.cut)["cheque"])) - sum(sweep.others.values())
    if top <= 0.0:
        return NOTHING
    swept = sweep.at([0.0, *np.geomspace(4 * SMALLEST * top, top, FEW)], paths, seed)
    most, _ = most_within(sweep, swept, caps, paths, seed)
    if most <= 0.0:
        return NOTHING
    growth = np.array([float(sweep.logs(columns).mean()) for columns in swept.columns])
    k = int(np.searchsorted(swept.cheques, curve.summit(swept.cheques, growth, most)))
    low, high = swept.cheques[max(0, k - 2)], min(swept.cheques[min(len(swept.cheques) - 1, k + 1)], most)
    near = sweep.at(np.linspace(low, max(high, low), FEW // 2), paths, seed)
    joined = swept.joined(near)
    each = np.array([sweep.logs(columns) for columns in joined.columns])
    return Best(curve.summit(joined.cheques, each.mean(axis=1), most), joined.cheques, each, most)


def _sentence(found: Mapping[str, Any]) -> str:
    parts = " and ".join(f"{say(b['cheque'], found['currency'])} on {b['bet']}" for b in found["bets"])
    return f"Together: bet {parts}."
