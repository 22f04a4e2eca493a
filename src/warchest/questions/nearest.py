"""The nearest point at which something happens: the smallest shock of all directions, in standard deviations."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from warchest.core.layout import Array

Happens = Callable[[Array], Array]
"""Whether something happens at points (N, axes): (N,) truth values."""

SEED = 20_231_001
MOST = 12.0
"""Standard deviations beyond which nothing is looked for."""
TURNS = (1.0, 0.5, 0.25, 0.1, 0.03, 0.01)
"""How far a direction is turned towards the normal of the boundary; the best of them is kept."""
ROUNDS = 60
IDLE = 4
"""Rounds without a gain after which a direction is left."""
FARTHER = 1.3
"""How far beyond the best distance so far a way is still looked along, to feel the slope there."""
RESTARTS = 6


class Effort(NamedTuple):
    """How hard to look: costly things are looked at less often."""

    grid: float = 0.1  # standard deviations between two looks along a ray
    halvings: int = 46  # of the interval in which it happens
    directions: int = 160  # random ones to start from
    best: int = 4  # of these are followed
    turn: float = 1e-4  # of a direction, to feel the slope of the boundary
    checked: int = 100_000  # random shocks that are nearer and must not do it


class Found(NamedTuple):
    """The nearest point (axes,), its distance, and how many random shocks that are nearer were looked at."""

    point: Array
    distance: float
    checked: int
    nearer: int  # of these did it too: 0, or the search has failed


def reach(happens: Happens, ways: Array, most: float, effort: Effort) -> Array:
    """How far along each way (N, axes) it first happens, in lengths of the way; infinite where it does not up to `most`.

    >>> reach(lambda z: z[:, 0] >= 2.0, np.array([[1.0, 0.0], [0.5, 0.0], [0.0, 1.0]]), 5.0, Effort()).round(9).tolist()
    [2.0, 4.0, inf]
    """
    lengths = np.linalg.norm(ways, axis=1)
    count = max(24, int(np.ceil(most / effort.grid)))
    looks = most * np.arange(1, count + 1) / count
    unit = ways / lengths[:, None]
    there = happens((unit[:, None, :] * looks[:, None]).reshape(-1, ways.shape[1])).reshape(len(ways), count)
    hit = there.any(axis=1)
    high = looks[there.argmax(axis=1)]
    low = high - most / count
    for _ in range(effort.halvings if hit.any() else 0):
        middle = (low + high) / 2.0
        now = happens(unit * middle[:, None])
        high, low = np.where(now, middle, high), np.where(now, low, middle)
    return np.where(hit, high / lengths, np.inf)


def follow(happens: Happens, way: Array, far: float, effort: Effort) -> tuple[Array, float]:
    """Turn one direction (axes,) until its boundary is met at a right angle: the nearest point of this part of it.

    The inverse of the distance along a way is linear in the way where the boundary is flat, so its slope is the plane there.
    Where planes meet in an edge (a floor, a limited liability) the nearest point of what all of them leave is aimed at.

    Source: the design point of Hasofer and Lind (1974), found as by Rackwitz and Fiessler (1978), with slopes by looking.
    """
    planes: list[Array] = []
    at, idle = way, 0
    for _ in range(ROUNDS):
        slope = _slope(happens, at, far * FARTHER, effort)
        if not slope.any():
            break
        planes = [*planes, slope][-2 * len(way) - 4 :]
        aims = [aim / np.linalg.norm(aim) for aim in (slope, least(np.array(planes))) if aim.any()]
        turned = np.array([(1.0 - a) * way + a * aim for aim in aims for a in TURNS])
        turned /= np.maximum(np.linalg.norm(turned, axis=1), 1e-12)[:, None]
        lengths = reach(happens, turned, far * FARTHER, effort)
        best = int(np.argmin(lengths))
        idle = 0 if lengths[best] < far * (1.0 - 1e-12) else idle + 1
        if lengths[best] < far:
            way, far = turned[best], float(lengths[best])
        if idle > IDLE:
            break
        at = way if not idle else aims[-idle % len(aims)]  # felt from beyond an edge, the other plane shows
    return way, far


def _slope(happens: Happens, way: Array, most: float, effort: Effort) -> Array:
    """The plane of the boundary along a way: the g of g z = 1."""
    axes = len(way)
    tilt = effort.turn * np.vstack([np.eye(axes), -np.eye(axes)])
    inverse = 1.0 / reach(happens, way + tilt, most, effort)
    return np.asarray((inverse[:axes] - inverse[axes:]) / (2.0 * effort.turn))


def least(planes: Array) -> Array:
    """The point (axes,) nearest to nought with g z >= 1 for each plane g (N, axes); nought where there is none.

    Source: Lawson and Hanson, Solving Least Squares Problems (1974), least distance programming.

    >>> least(np.array([[0.5, 0.0], [0.0, 0.25]])).round(9).tolist()
    [2.0, 4.0]
    """
    from scipy.optimize import nnls

    axes = planes.shape[1]
    wanted = np.zeros(axes + 1)
    wanted[-1] = 1.0
    system = np.vstack([planes.T, np.ones(len(planes))])
    rest = system @ nnls(system, wanted)[0] - wanted
    return np.zeros(axes) if abs(rest[-1]) < 1e-12 else np.asarray(-rest[:-1] / rest[-1])


def nearest(
    happens: Happens, axes: int, starts: Array | None = None, effort: Effort | None = None, most: float = MOST
) -> Found | None:
    """The nearest point to nought at which it happens, in any direction; None where there is none up to `most`.

    It looks along many directions, turns the best of them until none gets shorter, and then tries to prove itself wrong with
    random shocks that are nearer.

    Args:
        happens: whether it happens at points (N, axes).
        axes: number of axes.
        starts: (N, axes) directions worth a look.
        effort: how hard to look.
        most: how far to look.

    >>> found = nearest(lambda z: 3.0 * z[:, 0] + 4.0 * z[:, 1] >= 10.0, 2)
    >>> found.point.round(6).tolist(), round(found.distance, 9), found.nearer
    ([1.2, 1.6], 2.0, 0)
    """
    effort = effort or Effort()
    if bool(happens(np.zeros((1, axes)))[0]):
        return Found(np.zeros(axes), 0.0, 0, 0)
    rng = np.random.Generator(np.random.SFC64(SEED))
    ways = [np.eye(axes), -np.eye(axes), -np.ones((1, axes)), rng.standard_normal((effort.directions, axes))]
    if starts is not None:
        ways.insert(0, np.asarray(starts, dtype=float).reshape(-1, axes))
    every = np.concatenate(ways)
    every = every[np.linalg.norm(every, axis=1) > 0.0]
    every /= np.linalg.norm(every, axis=1)[:, None]
    lengths = reach(happens, every, most, effort)
    if not np.isfinite(lengths).any():
        return None
    order = [n for n in np.argsort(lengths, kind="stable") if np.isfinite(lengths[n])][: effort.best]
    way, far = min((follow(happens, every[n], float(lengths[n]), effort) for n in order), key=lambda found: found[1])
    nearer = 0
    for _ in range(RESTARTS):
        near = _around(rng, way, effort) * far * (1.0 - 1e-9)
        inside = _within(rng, axes, effort.checked) * far * (1.0 - 1e-6)
        points = np.concatenate([near, inside])
        hits = points[happens(points)]
        nearer = len(hits)
        if not nearer:
            break
        closest = hits[np.argmin(np.linalg.norm(hits, axis=1))]
        size = float(np.linalg.norm(closest))
        length = float(reach(happens, (closest / size)[None], size, effort)[0])
        way, far = follow(happens, closest / size, min(length, size), effort)
    return Found(way * far, far, effort.checked, nearer)


def _around(rng: np.random.Generator, way: Array, effort: Effort) -> Array:
    """Directions around one, some close and some less."""
    scales = np.repeat([0.3, 0.1, 0.03, 0.01, 0.003], effort.directions)
    found = way + scales[:, None] * rng.standard_normal((len(scales), len(way))) / np.sqrt(len(way))
    return np.asarray(found / np.linalg.norm(found, axis=1)[:, None])


def _within(rng: np.random.Generator, axes: int, count: int) -> Array:
    """Points (count, axes) spread evenly over the ball of radius 1."""
    found = rng.standard_normal((count, axes))
    return np.asarray(found / np.linalg.norm(found, axis=1)[:, None] * rng.random((count, 1)) ** (1.0 / axes))
