"""All dead paths of a run: what killed them, how long it took, who bears it, and what would have saved them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from warchest.compile import Compiled, compile_house, compile_market, outcomes
from warchest.core.errors import CannotError
from warchest.core.layout import Array, without_returns
from warchest.core.market import Market
from warchest.engine.run import Variant, run
from warchest.engine.trace import traces
from warchest.house import House
from warchest.questions.chosen import ends, waits
from warchest.questions.remedies import Remedy, applied
from warchest.results.cause_words import Words
from warchest.results.causes import chain
from warchest.results.links import CAUSES, Chain, losses
from warchest.results.measures import probability
from warchest.results.outcome import columns_of
from warchest.simulation import true_nav

if TYPE_CHECKING:
    import pandas as pd

MOST = 500
"""Dead paths that are lived again with their log, unless another number is asked."""
QUANTILES = (0.25, 0.50, 0.75)


class Lives(NamedTuple):
    """A house and what its remedies make of it, lived on the same paths."""

    house: House
    compiled: Compiled
    market: Market
    paths: Mapping[str, Array]  # columns (paths,)
    remedies: tuple[tuple[Remedy, Mapping[str, Array]], ...]
    seed: int

    @property
    def dead(self) -> int:
        """Number of paths that end in ruin."""
        return int((~np.isnan(self.paths["ruin"])).sum())


@dataclass(frozen=True)
class Deaths:
    """The dead paths of a run: `.to_dict()`, and `.to_frame()` with a row a path that was lived again."""

    found: Mapping[str, Any] = field(repr=False)
    rows: list[dict[str, Any]] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest autopsy --deaths --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a dead path: its cause, what that is of, first call, end (dates), days between, the asset that cost most, unpaid."""
        import pandas as pd

        columns = ("path", "cause", "of", "first_call", "end", "days", "asset", "closed_out", "unpaid")
        return pd.DataFrame(self.rows, columns=list(columns))


def deaths(
    house: House,
    paths: int = 10_000,
    seed: int = 1,
    policy: str | None = None,
    threads: int | None = None,
    most: int = MOST,
) -> Deaths:
    """Why a house dies, over all dead paths of a run, and what would have saved it on the same paths.

    Args:
        house: what `warchest.load` gave.
        paths: number of paths, numbered from 0.
        seed: path k of a seed is the same path however many are lived.
        policy: a kind of policy, or a Python file with one, instead of the file's.
        threads: how many to use; all cores if left out.
        most: dead paths that are lived again with their log; beyond it the causes are those of the paths before the next dead one.

    >>> import warchest
    >>> found = deaths(warchest.load("founder"), paths=2048).to_dict()
    >>> sum(cause["count"] for cause in found["causes"]) == found["dead"]
    True
    """
    return explained(lives(house, paths, seed, policy, threads), most)


def lives(
    house: House,
    paths: int,
    seed: int,
    policy: str | None = None,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Lives:
    """Live the paths of a house, and each of its remedies on the same ones."""
    if paths < 1 or seed < 0:
        raise CannotError("paths must be at least 1 and the seed at least 0")
    house = house.deciding(policy)
    market, own = compile_market(house), compile_house(house)
    remedies = applied(house)
    ways = [(own, house), *((compile_house(changed), changed) for _, changed in remedies)]
    for remedy, changed in remedies:
        same_world(market, compile_market(changed), remedy.key)
    variants = [Variant(without_returns(c.origin), partial(outcomes, h), c.own) for c, h in ways]
    lived = run(market, variants, paths, seed, threads or os.cpu_count() or 1, 0, progress)
    first, *others = (columns_of(found.paths) for found in lived)
    tried = tuple((remedy, columns) for (remedy, _), columns in zip(remedies, others, strict=True))
    return Lives(house, own, market, first, tried, seed)


def same_world(market: Market, other: Market, remedy: str) -> None:
    """Refuse a remedy that changes how prices move: then it could not be held against the same paths."""
    for mine, theirs in zip(market, other, strict=True):
        if not np.array_equal(mine, theirs):
            raise CannotError(f"the remedy '{remedy}' changes how prices move, so it cannot be tried on the same paths")


def explained(lived: Lives, most: int = MOST, progress: Callable[[int], None] = lambda done: None) -> Deaths:
    """What the paths say: causes, days, losses, remedies. CannotError where none is dead."""
    house, own, columns = lived.house, lived.compiled, lived.paths
    count = len(columns["ruin"])
    dead = np.flatnonzero(~np.isnan(columns["ruin"]))
    if not len(dead):
        raise CannotError(f"none of {count:,} paths is ruined, so nothing killed the house; try more --paths")
    # paths before the next dead one: so many hits in so many paths is an unbiased share (Haldane 1945)
    looked = count if len(dead) <= most else int(dead[most])
    dead_looked = dead[:most]
    variant = Variant(without_returns(own.origin), partial(outcomes, house), own.own)
    words, end, wait = Words(own.names, house.grid, own.origin), ends(columns), waits(columns)
    rows = []
    told = traces(lived.market, variant, dead_looked.tolist(), lived.seed)
    for n, (path, traced) in enumerate(zip(dead_looked, told, strict=True), 1):
        killed = chain(own.origin, traced)
        rows.append(_row(house, own, words, killed, int(path), columns, traced.drawn.world))
        progress(n)
    days = _days(house, columns)
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency,
        "paths": count, "seed": lived.seed, "policy": house.spec.policy.kind, "step": house.spec.step,
        "grid": house.grid.sentence(), "horizon_years": house.grid.steps * house.grid.dt,
        "dead": len(dead), "ruin": probability(len(dead), count),
        "default": probability(int((~np.isnan(columns["default"])).sum()), count),
        "traced": len(rows), "traced_of": looked,
        "causes": _causes(rows, looked),
        "above_again": _above_again(house, own, columns),
        "closed_out": probability(sum(row["closed_out"] for row in rows), len(rows)),
        "called": probability(int((~np.isnan(wait[dead])).sum()), len(dead)),
        "days_from_call": quantiles(days[~np.isnan(days)]),
        "years_to_end": quantiles(end[dead] * house.grid.dt),
        "assets": _assets(rows),
        "unpaid": _unpaid(rows, looked),
        "remedies": [_tried(remedy, columns, after) for remedy, after in lived.remedies],
    }  # fmt: skip
    return Deaths(found, rows)


def _row(
    house: House, own: Compiled, words: Words, killed: Chain, path: int, columns: Mapping[str, Array], world: Array
) -> dict[str, Any]:
    """One dead path in short; `unpaid` by debt, in the house's currency at the rates of its day."""
    dates, call = house.grid.dates, float(columns["first_call"][path])
    called = call <= killed.end
    lost = losses(own.origin, world, killed.end)
    worst = max(lost, key=lambda a: lost[a], default=-1)
    unpaid: dict[str, float] = {}
    count = len(own.origin.assets)
    for link in killed.links:
        if link.kind == "loss" and link.step <= killed.end:
            fx = float(own.origin.currencies[link.currency].fx) * float(
                world[count + link.currency, : link.step].prod()
            )
            unpaid[words.who(link)] = unpaid.get(words.who(link), 0.0) + fx * link.amount
    return {
        "path": path, "cause": killed.cause, "of": words.of(killed),
        "first_call": dates[int(call)].isoformat() if called else None, "end": dates[killed.end].isoformat(),
        "days": (dates[killed.end] - dates[int(call)]).days if called else None,
        "asset": own.names.assets[worst] if worst >= 0 and lost[worst] > 0.0 else None,
        "closed_out": killed.closed, "unpaid": unpaid,
    }  # fmt: skip


def _above_again(house: House, own: Compiled, columns: Mapping[str, Array]) -> dict[str, float] | None:
    """Of the ruined paths without a default, the share whose NAV is above the ruin level again at the end; None where all default."""
    alive = ~np.isnan(columns["ruin"]) & np.isnan(columns["default"])
    level = house.spec.limits.ruin_at * true_nav(own.origin)
    above = int((np.asarray(columns["nav"], dtype=np.float64)[alive] > level).sum())
    return probability(above, int(alive.sum())) if alive.any() else None


def _days(house: House, columns: Mapping[str, Array]) -> Array:
    """Calendar days from the first call to the end of each path; NaN where there was none before it, or no end."""
    dates = house.grid.dates
    since = np.array([(date - dates[0]).days for date in dates], dtype=np.float64)
    end, wait = ends(columns), waits(columns)
    found = np.full(len(end), np.nan)
    known = ~np.isnan(wait)
    found[known] = since[end[known].astype(int)] - since[(end - wait)[known].astype(int)]
    return found


def quantiles(values: Array) -> dict[str, Any] | None:
    """Quartiles with 95 % intervals by order statistics, and how many values there are; None where there are none.

    The ends of an interval are null where there are too few values for one: a median needs six.
    Source: Conover, Practical Nonparametric Statistics, "confidence interval for a quantile": exact, by the binomial distribution.

    >>> found = quantiles(np.arange(1.0, 102.0))
    >>> found["p50"], found["p50_low"], found["p50_high"], found["count"]
    (51.0, 41.0, 61.0, 101)
    >>> quantiles(np.array([1.0, 2.0, 3.0]))["p50_low"] is None
    True
    """
    from scipy.stats import binom

    n = len(values)
    if n == 0:
        return None
    ordered = np.sort(np.asarray(values, dtype=np.float64))
    found: dict[str, Any] = {"count": n}
    for q in QUANTILES:
        name = f"p{100 * q:.0f}"
        low, high = int(binom.ppf(0.025, n, q)), int(binom.ppf(0.975, n, q)) + 1
        known = low >= 1 and high <= n
        found[name] = float(np.quantile(ordered, q))
        found[f"{name}_low"] = float(ordered[low - 1]) if known else None
        found[f"{name}_high"] = float(ordered[high - 1]) if known else None
    return found


def _causes(rows: list[dict[str, Any]], looked: int) -> list[dict[str, Any]]:
    """Causes by what they are of, the most frequent first; `p` of all paths, `of_dead` of the dead."""
    counts = Counter((row["cause"], row["of"]) for row in rows)
    found = []
    for (code, of), hits in sorted(counts.items(), key=lambda known: (-known[1], known[0])):
        days = [row["days"] for row in rows if (row["cause"], row["of"]) == (code, of) and row["days"] is not None]
        found.append({
            "code": code, "text": CAUSES[code], "of": of, "count": hits, "probability": probability(hits, looked),
            "of_dead": probability(hits, len(rows)), "days_from_call": quantiles(np.array(days)),
        })  # fmt: skip
    return found


def _assets(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Which asset cost the dead most, by the world's prices and today's shares."""
    counts = Counter(row["asset"] for row in rows if row["asset"] is not None)
    return [{"asset": name, "count": n, "of_dead": probability(n, len(rows))} for name, n in counts.most_common()]


def _unpaid(rows: list[dict[str, Any]], looked: int) -> list[dict[str, Any]]:
    """What each lender is never paid: on how many paths, and how much on average where it happens, with its standard error."""
    names = dict.fromkeys(name for row in rows for name in row["unpaid"])
    found = []
    for name in names:
        lost = np.array([row["unpaid"][name] for row in rows if name in row["unpaid"]])
        error = float(lost.std(ddof=1) / np.sqrt(len(lost))) if len(lost) > 1 else None
        found.append(
            {"debt": name, "probability": probability(len(lost), looked), "mean": float(lost.mean()), "se": error}
        )
    return sorted(found, key=lambda known: -known["probability"]["p"])


def _tried(remedy: Remedy, before: Mapping[str, Array], after: Mapping[str, Array]) -> dict[str, Any]:
    """One remedy held against the same paths; the change of the odds of ruin has the error of paired paths."""
    was, dead = ~np.isnan(before["ruin"]), ~np.isnan(after["ruin"])
    n, saved, killed = len(was), int((was & ~dead).sum()), int((~was & dead).sum())
    change = (killed - saved) / n
    error = float(np.sqrt(max(0.0, (killed + saved) / n - change**2) / n))
    return {
        "key": remedy.key, "text": remedy.words, "ruin": probability(int(dead.sum()), n),
        "change": {"value": change, "se": error}, "saved": saved, "killed": killed,
        "saved_of_dead": probability(saved, int(was.sum())),
        "median_nav": {"before": float(np.median(before["nav"])), "after": float(np.median(after["nav"]))},
    }  # fmt: skip
