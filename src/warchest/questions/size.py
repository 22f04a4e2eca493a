"""How much should we bet? Growth and odds against the cheque, the best size under caps, and what ALL IN would need."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.core.errors import CannotError, nearest
from warchest.core.inputs import number
from warchest.core.layout import Array
from warchest.core.units import percent, say
from warchest.engine.run import Variant
from warchest.house import House
from warchest.questions import belief, intuition
from warchest.questions.currency import in_currency
from warchest.questions.sweep import NEAR, SIZES, SMALLEST, Cheques, Sweep
from warchest.questions.value import value
from warchest.questions.vision import vision
from warchest.results import curve
from warchest.results.curve import Sizes

if TYPE_CHECKING:
    import pandas as pd

ENOUGH = 0.1
"""Half-width of the interval at a cap, share of the cap, at which no more paths are added."""
MOST_PATHS = 16
"""How many times the asked number of paths may be lived for that."""
STEP = 0.02
"""How far apart two cheques are between which marginal growth is measured, share of the cheque."""


@dataclass(frozen=True)
class Caps:
    """What the best size may not pass; a probability is held at its upper 95 % limit."""

    ruin: float | None = 0.05
    """Odds of ruin."""
    drawdown: tuple[float, float] | None = None
    """A fall of NAV from its peak (share), and its odds."""
    ltv: float | None = None
    """LTV right after the cheque, if it were written today."""

    def __post_init__(self) -> None:
        given = {"ruin cap": self.ruin, "LTV cap": self.ltv}
        given |= dict(zip(("fall of the drawdown cap", "odds of the drawdown cap"), self.drawdown or (), strict=False))
        for name, cap in given.items():
            if cap is not None:
                number(f"the {name}", cap, "[0, 1]" if name == "LTV cap" else "(0, 1)")


@dataclass(frozen=True)
class Size:
    """A sizing: `.to_dict()` as the contract has it, `.to_frame()` the curve."""

    found: Mapping[str, Any] = field(repr=False)
    fx: Mapping[str, float] = field(repr=False)

    def to_dict(self, currency: str | None = None) -> dict[str, Any]:
        """The object of `warchest size --json`, in the house's currency or another of the file's."""
        found = in_currency(self.found, self.fx, currency, AMOUNTS)
        return {**found, "said": sentences(found)}

    def to_frame(self) -> pd.DataFrame:
        """One row a cheque; of each probability its share of paths and standard error."""
        import pandas as pd

        rows = []
        for row in self.found["curve"]:
            flat: dict[str, Any] = {}
            for key, cell in row.items():
                flat |= {key: cell["p"], f"{key}_se": cell["se"]} if isinstance(cell, Mapping) else {key: cell}
            rows.append(flat)
        return pd.DataFrame(rows)


AMOUNTS = frozenset(
    {
        "cheque",
        "written",
        "low",
        "high",
        "mean_nav",
        "median_nav",
        "nav",
        "mean",
        "mean_se",
        "median",
        "p05",
        "p25",
        "p75",
        "p95",
    }
)
"""Keys whose numbers are amounts of the house's currency."""


def size(
    house: House,
    bet: str | None = None,
    cheque: float | None = None,
    ruin_cap: float | None = 0.05,
    drawdown_cap: tuple[float, float] | None = None,
    ltv_cap: float | None = None,
    paths: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Size:
    """Growth, median NAV and odds against the cheque of one bet, on the same paths at every size.

    Args:
        house: what `warchest.load` gave.
        bet: its name; may be left out where there is one.
        cheque: the asked cheque in the house's currency; the file's if left out.
        ruin_cap: largest odds of ruin of the best size (upper 95 % limit); None for no cap.
        drawdown_cap: (a fall of NAV from its peak, its largest odds).
        ltv_cap: largest LTV right after the cheque.
        paths: paths for each size; more are lived where a cap needs them.
        seed: path k of a seed is the same path as in `simulate`; the winner is scored on another seed.
        threads: how many to use; all cores if left out.
        progress: called with the number of paths lived, all sizes together.

    Source: Kelly (1956) for growth; Clopper and Pearson (1934) and pooled adjacent violators for the caps.

    >>> import warchest
    >>> found = size(warchest.load("founder"), "Rocket", paths=512).to_dict()
    >>> found["best"]["low"] <= found["best"]["cheque"] <= found["best"]["high"]
    True
    """
    name = _bet(house, bet)
    if paths < 2 or seed < 0:
        raise CannotError("paths must be at least 2 and the seed at least 0")
    caps = Caps(ruin_cap, drawdown_cap, ltv_cap)
    if cheque is not None:
        number("the asked cheque", cheque, "(0, inf)")
    sweep = Cheques(house, name, threads, progress)
    asked = sweep.stated if cheque is None else float(cheque)
    top = float(np.max(sweep.all_in(256, seed, sweep.cut)["cheque"]))
    top = top if top > 0.0 else asked
    cheques = [0.0, *np.geomspace(SMALLEST * top, top, SIZES), asked]
    swept = sweep.at(cheques, paths, seed)
    most, binds = most_within(sweep, swept, caps, paths, seed)
    best = best_of(sweep, swept, most, binds, paths, seed)
    largest = sweep.all_in(paths, seed)
    all_in = sweep.point(float(np.mean(largest["cheque"], dtype=np.float64)), largest)
    rows = [sweep.point(x, columns) for x, columns in zip(swept.cheques, swept.columns, strict=True)]
    at_asked = next(row for row in rows if row["cheque"] == asked)
    need, reason = _belief_needed(sweep, min(asked, at_asked["written"]), paths, seed)
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency, "bet": name,
        "paths": paths, "seed": seed, "grid": house.grid.sentence(), "horizon_years": sweep.years, "nav": sweep.start,
        "caps": {"ruin": caps.ruin, "drawdown": caps.drawdown, "ltv": caps.ltv},
        "curve": rows, "best": best, "cap_broken": binds if best is None else None, "all_in": all_in, "asked": at_asked,
        "belief_needed": need, "belief_needed_reason": reason,
        "seen": sweep.seen(), "others": [other for other in house.spec.bets if other != name],
        **intuition.asides(sweep, best, top, paths, seed),
        "vision": vision(house, name, paths, seed, threads or os.cpu_count() or 1),
    }  # fmt: skip
    return Size({**found, "said": sentences(found)}, house.fx)


def _bet(house: House, bet: str | None) -> str:
    names = list(house.spec.bets)
    if bet is None and len(names) == 1:
        return names[0]
    if not names:
        raise CannotError("this house has no bet; `bets:` names one, with its cheque, date and outcome")
    if bet not in names:
        near = nearest(bet, names) if bet else None
        what = f"'{bet}' is not a bet of this house" if bet else "say which bet"
        raise CannotError(f"{what}; it has {', '.join(names)}" + (f"; did you mean '{near}'?" if near else ""))
    return bet


def _hits(kind: str, caps: Caps, columns: Mapping[str, Array]) -> int:
    """Paths on which what a cap is about happened."""
    if kind == "ruin":
        return int(np.sum(~np.isnan(columns["ruin"])))
    assert caps.drawdown is not None
    return int(np.sum(np.asarray(columns["max_drawdown"], dtype=np.float64) <= -caps.drawdown[0]))


def most_within(sweep: Sweep, swept: Sizes, caps: Caps, paths: int, seed: int) -> tuple[float, str | None]:
    """Largest cheque within the caps and the cap that binds; -1 where not even a cheque of nothing is within them."""
    most, binds = float(swept.cheques[-1]), None
    odds = {"ruin": caps.ruin, "drawdown": caps.drawdown[1] if caps.drawdown else None}
    for kind, cap in odds.items():
        if cap is not None:
            found = _under(sweep, swept, kind, caps, cap, paths, seed)
            if found is None:
                return -1.0, kind
            if found < most:
                most, binds = found, kind
    if caps.ltv is not None:
        ceiling = _ceiling(sweep.house, getattr(sweep, "bet", None), caps.ltv)
        if ceiling < 0.0:
            return -1.0, "ltv"
        if ceiling < most:
            most, binds = ceiling, "ltv"
    return most, binds


def _under(sweep: Sweep, swept: Sizes, kind: str, caps: Caps, cap: float, paths: int, seed: int) -> float | None:
    """Largest cheque within one cap: paths are added near it until they tell it from its neighbours."""
    sizes, n = swept, paths
    while True:
        hits = np.array([_hits(kind, caps, columns) for columns in sizes.columns])
        found = curve.largest_under(sizes.cheques, hits, n, cap)
        wide = 1.96 * np.sqrt(cap * (1.0 - cap) / n) > ENOUGH * cap
        if found is None and hits[0] <= cap * n:  # not above the cap, but not known to be below
            if n >= MOST_PATHS * paths:
                raise CannotError(
                    f"{n:,} paths cannot tell whether odds are below {100 * cap:g} %: ask for more paths, or a larger cap"
                )
            n *= 2
            sizes = sweep.at(sizes.cheques, n, seed)
            continue
        if found is None or found >= swept.cheques[-1] or not wide or n >= MOST_PATHS * paths:
            return found
        k = int(np.searchsorted(swept.cheques, found))
        low, high = swept.cheques[max(0, k - 2)], swept.cheques[min(len(swept.cheques) - 1, k + 1)]
        n *= 2
        sizes = sweep.at([0.0, *np.linspace(low, high, NEAR)], n, seed)


def _ceiling(house: House, bet: str | None, ltv: float) -> float:
    from warchest.policies.all_in_rule import ceiling

    now, premium = value(house).to_dict(), house.spec.bets[bet].premium if bet else 0.0
    return float(ceiling(ltv, now["holdings_value"], now["net_debt"], 1.0 / (1.0 + premium)))


def best_of(sweep: Sweep, swept: Sizes, most: float, binds: str | None, paths: int, seed: int) -> dict[str, Any] | None:
    """The cheque of the highest growth up to `most`: looked at closer, with its interval, scored again on another seed."""
    if most < 0.0:
        return None
    sizes = swept
    growth = np.array([float(sweep.logs(columns).mean()) for columns in sizes.columns])
    first = curve.summit(sizes.cheques, growth, most)
    k = int(np.searchsorted(sizes.cheques, first))
    low, high = sizes.cheques[max(0, k - 2)], min(sizes.cheques[min(len(sizes.cheques) - 1, k + 1)], most)
    if high > low:
        sizes = sizes.joined(sweep.at(np.linspace(low, high, NEAR), paths, seed))
    each = np.array([sweep.logs(columns) for columns in sizes.columns])
    cheque = curve.summit(sizes.cheques, each.mean(axis=1), most)
    below, above = curve.interval(sizes.cheques, each, most, seed)
    fresh = int(np.random.SeedSequence(seed, spawn_key=(1,)).generate_state(1)[0])
    again = sweep.at([0.0, cheque], paths, fresh)
    row, nothing = (sweep.point(cheque, again.columns[n]) for n in (-1, 0))
    searched = float(np.interp(cheque, sizes.cheques, each.mean(axis=1)))
    at_most = cheque >= most * (1.0 - 1e-9)
    return {
        "cheque": cheque, "low": min(below, cheque), "high": max(above, cheque), "growth": row["growth"],
        "growth_se": row["growth_se"], "growth_searched": searched, "ruin": row["ruin"], "median_nav": row["median_nav"],
        "margin_call": row["margin_call"], "fresh_seed": fresh,
        "binds": binds if at_most and binds else None, "rising": bool(at_most and binds is None),
        "growth_of_nothing": nothing["growth"],
    }  # fmt: skip


def _belief_needed(sweep: Cheques, cheque: float, paths: int, seed: int) -> tuple[dict[str, Any] | None, str]:
    """Growth of the last part of a cheque under each multiple, on the same paths, and the odds that make its mean zero."""
    if cheque <= 0.0:
        return None, "The house cannot fund this cheque at all."
    table = belief.strata(sweep.house.spec.bets[sweep.bet].outcome)
    less, more = sweep.table(cheque * (1.0 - STEP)), sweep.table(cheque)
    variants = []
    for multiple in table.multiples:
        draw = sweep.outcomes({sweep.bet: partial(_always, float(multiple))})
        variants += [Variant(less, draw), Variant(more, draw)]
    lived = [sweep.logs(columns) for columns in sweep.live(variants, paths, seed)]
    slopes = [(after - before) / STEP for before, after in zip(lived[::2], lived[1::2], strict=True)]
    means = [float(slope.mean()) for slope in slopes]
    errors = [float(slope.std(ddof=1) / np.sqrt(len(slope))) for slope in slopes]
    return belief.needed(table, means, errors, cheque)


def _always(multiple: float, uniforms: Array) -> Array:
    return np.full(uniforms.shape, multiple)


def sentences(found: Mapping[str, Any]) -> list[str]:
    """The answer in sentences that a person can repeat; the first is the shortest."""
    best, asked, caps = found["best"], found["asked"], found["caps"]

    def money(amount: float) -> str:
        return say(amount, found["currency"])

    if best is None:
        broken = _cap(found["cap_broken"], caps)
        return [f"No cheque keeps this house within its cap ({broken}): not even a cheque of nothing does."]
    if best["cheque"] <= 0.0:
        first = f"Do not bet on {found['bet']}: every cheque grows slower than none."
    elif best["rising"]:
        first = f"The curve still rises at {money(best['cheque'])}, all that can be raised: money, not growth, is the limit."
    elif best["binds"]:
        capped = _cap(best["binds"], caps)
        first = f"Bet {money(best['cheque'])} on {found['bet']}: growth would like more, but the cap is {capped}."
    else:
        first = f"Bet {money(best['cheque'])} on {found['bet']}: more grows slower."
    said = [first]
    if asked["cheque"] > best["cheque"] > 0.0:
        cut = (
            f", of which {money(asked['written'])} can be raised" if asked["written"] < 0.999 * asked["cheque"] else ""
        )
        said.append(
            f"The asked {money(asked['cheque'])} is {asked['cheque'] / best['cheque']:.1f} times that{cut}: "
            f"on the same futures growth is {percent(asked['growth'])} a year instead of {percent(best['growth_searched'])}."
        )
    if found["seen"] < 1.0:
        said.append(
            f"The horizon sees {percent(found['seen'], 0)} of the life of {found['bet']}: an unfinished bet counts at its truth, "
            "part of the way to its outcome, so that a loss looks smaller than it will be. Lengthen the horizon to see it through."
        )
    need = found["belief_needed"]
    if need is None or need["relative_entropy"] == 0.0:
        return [*said, found["belief_needed_reason"]]
    return [
        *said,
        f"For {money(need['cheque'])} to be the best size, {found['bet']} would have to return "
        f"{need['mean_multiple']:.2f}x on average; today's odds say {need['mean_multiple_today']:.2f}x.",
    ]


def _cap(kind: str, caps: Mapping[str, Any]) -> str:
    """A cap in words."""
    if kind == "ltv":
        return f"an LTV of at most {percent(caps['ltv'])}"
    if kind == "ruin":
        return f"ruin on at most {100 * caps['ruin']:.4g} % of paths"
    fall, odds = caps["drawdown"]
    return f"a fall of NAV by {percent(fall, 0)} on at most {100 * odds:.4g} % of paths"
