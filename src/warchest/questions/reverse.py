"""What breaks us? The smallest shock, in standard deviations of a year, that causes a call, a breach, ruin or a default."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from scipy.special import ndtr

from warchest.compile import Compiled
from warchest.core.layout import MARGIN, Array
from warchest.engine.balance import ROUNDING
from warchest.engine.looks import SHEET, Looker
from warchest.house import House
from warchest.questions.aftermath import Aftermath
from warchest.questions.moves import NOBODYS, Space, told_moves
from warchest.questions.nearest import MOST, Effort, Found, nearest

NAV, TRUE, LTV, HELD, DEBT = (SHEET.index(name) for name in ("nav", "true_nav", "ltv", "holdings_value", "net_debt"))
COSTLY = Effort(grid=0.25, halvings=32, directions=32, best=2, turn=1e-3, checked=2_000)
"""For what has to be lived before one knows."""
SHOWN = 0.01
"""Part of the whole distance below which an axis is not told."""
KINDS = ("call", "breach", "breach_at_truth", "ruin", "default")
"""A call on a loan; LTV above its ceiling with marks, and once marks have caught up; true NAV gone; default in the months after."""


class Event(NamedTuple):
    """Something that a shock may cause: its kind, of which loan, and whether it happens after gross returns (K, A + C)."""

    kind: str  # of KINDS
    loan: str | None
    happens: Callable[[Array], Array]
    lived: bool = False


def loans_of(compiled: Compiled) -> list[int]:
    """Rows of the margin loans that owe something, in the tree of houses."""
    debts = compiled.origin.debts
    return [
        d for d in range(len(debts))
        if debts[d].kind == MARGIN and debts[d].principal > 0.0 and debts[d].pledge_to > debts[d].pledge_from
    ]  # fmt: skip


def events(house: House, compiled: Compiled, looker: Looker, after: Aftermath | None) -> Iterator[Event]:
    """What is looked for: a call on each loan, LTV above its ceiling, NAV gone; and default, which has to be lived."""
    debts, limits = compiled.origin.debts, house.spec.limits
    for d in loans_of(compiled):

        def called(worlds: Array, d: int = d) -> Array:
            loans = looker.after(worlds)[1][:, d]
            return np.asarray(loans[:, 0] >= debts[d].call_at * loans[:, 1])

        yield Event("call", compiled.names.debts[d], called)
    today = looker.after(np.ones((1, len(compiled.origin.assets) + len(compiled.origin.currencies))))[0][0]
    ceiling = limits.ltv_max * (1.0 + ROUNDING)
    if not house.spec.investors:
        yield Event("breach", None, lambda w: looker.after(w)[0][:, LTV] > ceiling)
        if any(asset.mark_every > 0 for asset in compiled.origin.assets):
            yield Event("breach_at_truth", None, lambda w: true_ltv(looker.after(w)[0]) > ceiling)
    if today[TRUE] > 0.0:
        least = float(limits.ruin_at * today[TRUE] + ROUNDING * today[TRUE])
        yield Event("ruin", None, lambda w: looker.after(w)[0][:, TRUE] <= least)
    if after is not None:
        yield Event("default", None, after.defaults, lived=True)


def true_ltv(sheets: Array) -> Array:
    """LTV of sheets (K, columns) if every private holding were marked at its truth; infinite where nothing is held against debt."""
    held = sheets[:, HELD] + sheets[:, TRUE] - sheets[:, NAV]
    owed = sheets[:, DEBT]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(held > 0.0, owed / held, np.where(owed > 0.0, np.inf, 0.0))


def reverse(
    house: House, compiled: Compiled, found: Space, looker: Looker, after: Aftermath | None
) -> list[dict[str, Any]]:
    """The smallest shock for each event: over factors and own shocks together, over the factors alone, and all prices alike.

    A standard deviation is that of a year's log return, drift left out. `odds` is Phi(-distance): how likely a year ends at least
    as far along this one direction; a yardstick, not the odds of the event.

    Source: Hasofer and Lind (1974): the distance to the nearest point of failure, in standard deviations.
    """
    scaled, factors = found.scaled(), len(found.factors)
    if not scaled.shape[1]:
        return []
    rows: list[dict[str, Any]] = []
    ways: list[Array] = []  # worst directions so far: good places to start for what is costly
    for event in events(house, compiled, looker, after):
        effort = COSTLY if event.lived else None
        starts = np.array(ways).reshape(-1, scaled.shape[1])
        best = _nearest(event, scaled, starts, effort)
        alone = _nearest(event, scaled[:, :factors], starts[:, :factors], effort) if factors else None
        if best is not None and alone is not None and alone.distance < best.distance:  # one more place to start from
            point = np.concatenate([alone.point, np.zeros(scaled.shape[1] - factors)])
            best = best._replace(point=point, distance=alone.distance)
        if best is not None and best.distance > 0.0:
            ways.append(best.point)
        if alone is not None and alone.distance > 0.0:
            ways.append(np.concatenate([alone.point, np.zeros(scaled.shape[1] - factors)]))
        rows.append(
            {
                "event": event.kind,
                "loan": event.loan,
                "how": "lived" if event.lived else "at once",
                "shock": _told(found, looker, scaled, best),
                "factors_only": _told(found, looker, scaled[:, :factors], alone),
                "all_alike": _alike(event, found),
            }
        )
    return rows


def finite(ltv: float) -> float | None:
    """An LTV; none where there is debt and nothing held against it."""
    return float(ltv) if np.isfinite(ltv) else None


def _nearest(event: Event, scaled: Array, starts: Array, effort: Effort | None) -> Found | None:
    return nearest(lambda z: event.happens(np.exp(z @ scaled.T)), scaled.shape[1], starts, effort)


def _told(found: Space, looker: Looker, scaled: Array, best: Found | None) -> dict[str, Any] | None:
    """A smallest shock: its distance and odds, how far it goes along each axis, and what it does holding by holding."""
    if best is None:
        return None
    world = np.exp(scaled @ best.point)
    sheet = looker.after(world[None])[0][0]
    sigma = np.concatenate([found.sigma, found.own[found.alone]])
    axes = [
        {"name": name, "kind": "factor" if n < len(found.factors) else "own", "sd": float(sd), "move": float(np.expm1(sd * sigma[n]))}
        for n, (name, sd) in enumerate(zip(found.axes, best.point, strict=False))
        if abs(sd) >= SHOWN * best.distance and best.distance > 0.0
    ]  # fmt: skip
    return {
        "distance": best.distance, "odds": float(ndtr(-best.distance)), "axes": axes,
        **told_moves(found, world),
        "nav": float(sheet[NAV]), "true_nav": float(sheet[TRUE]),
        "ltv": float(sheet[LTV]), "true_ltv": finite(true_ltv(sheet[None])[0]),
        "checked": best.checked, "nearer": best.nearer,
    }  # fmt: skip


def _alike(event: Event, found: Space) -> float | None:
    """The move of all prices alike, currencies standing still, at which it happens; None where even a fall to nothing does not."""
    count = sum(name not in NOBODYS for name in found.assets)
    logs = np.zeros((1, len(found.assets) + len(found.currencies)))
    logs[0, :count] = -1.0
    best = nearest(
        lambda z: event.happens(np.exp(np.maximum(z, 0.0) @ logs)), 1, None, COSTLY._replace(best=1, checked=0), MOST
    )
    return None if best is None else float(np.expm1(-best.distance))
