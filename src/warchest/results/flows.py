"""What an investor's cash flows say: multiples of the money, the internal rate of return with its status, market equivalents.

Amounts are the investor's: what is paid in is negative, what comes out is positive. Times are years from the first flow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import brentq

from warchest.core.errors import CannotError
from warchest.core.inputs import number, vector
from warchest.core.layout import Array

if TYPE_CHECKING:
    import numpy.typing as npt

LOWEST, HIGHEST = -0.999, 1000.0
"""Rates a year between which several roots are looked for."""
POINTS = 20_000


@dataclass(frozen=True)
class Multiples:
    """What came out, and what is left, for each unit paid in."""

    dpi: float
    """Paid out / paid in."""
    rvpi: float
    """What is left / paid in."""
    tvpi: float
    """Both together."""


def multiples(amounts: npt.ArrayLike, nav: float = 0.0) -> Multiples:
    """DPI, RVPI and TVPI of flows (n,) and of what is left.

    Source: CFA Institute, Global Investment Performance Standards: paid-in capital, distributions, residual value.

    >>> found = multiples([-125, 19, 38], nav=122.7)
    >>> round(found.dpi, 3), round(found.rvpi, 3), round(found.tvpi, 3)
    (0.456, 0.982, 1.438)
    """
    flows, left = vector("amounts", amounts), number("nav", nav)
    paid_in, paid_out = -float(flows[flows < 0.0].sum()), float(flows[flows > 0.0].sum())
    if paid_in <= 0.0:
        raise CannotError("amounts hold nothing that was paid in; at least one must be negative")
    return Multiples(paid_out / paid_in, left / paid_in, (paid_out + left) / paid_in)


@dataclass(frozen=True)
class Irr:
    """The internal rate of return, a year; `value` only where there is exactly one."""

    value: float | None
    rates: tuple[float, ...]
    """Every rate at which the flows are worth nothing today."""

    @property
    def status(self) -> str:
        """`one rate`, `several rates` or `no rate`."""
        return ("no rate", "one rate")[len(self.rates)] if len(self.rates) < 2 else "several rates"


def irr(amounts: npt.ArrayLike, times: npt.ArrayLike | None = None) -> Irr:
    """The rates r with sum(a / (1 + r)^t) = 0, for amounts a (n,) at times t (n,), in years; one apart if left out.

    Flows that change sign once have one rate at most; where they change it more often every rate between -99.9 % and
    100,000 % is looked for, and none is chosen silently.

    Source: Descartes' rule of signs for real exponents (Jameson 2006).

    >>> round(irr([-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]).value, 10)
    0.086630948
    >>> found = irr([-50, -100, 600, 300, -100])
    >>> found.value is None, found.status, [round(r, 2) for r in found.rates]
    (True, 'several rates', [-0.77, 1.85])
    """
    a = vector("amounts", amounts)
    t = np.arange(len(a), dtype=float) if times is None else vector("times", times, len(a))
    t, place = np.unique(t, return_inverse=True)
    a = np.bincount(place, a)
    t, a = t[a != 0.0] - t[0], a[a != 0.0]

    def worth(u: float) -> float:
        """Of all flows at ln(1 + r) = u, seen from where they stay finite."""
        return float(a @ np.exp(-u * (t - (t[0] if u > 0 else t[-1]))))

    changes = int(np.sum(a[1:] * a[:-1] < 0.0))
    if changes == 0:
        return Irr(None, ())
    if changes == 1:
        reach = 1.0
        while worth(-reach) * worth(reach) > 0.0:
            reach *= 2.0
        rate = float(np.expm1(brentq(worth, -reach, reach, xtol=1e-14)))
        return Irr(rate, (rate,))
    grid = np.linspace(np.log1p(LOWEST), np.log1p(HIGHEST), POINTS)
    side = np.sign([worth(u) for u in grid])
    on = [float(u) for u in grid[side == 0.0]]
    between = [k for k, product in enumerate(side[1:] * side[:-1]) if product < 0.0]
    roots = sorted(on + [brentq(worth, grid[k], grid[k + 1], xtol=1e-14) for k in between])
    rates = tuple(float(np.expm1(u)) for u in roots)
    return Irr(rates[0] if len(rates) == 1 else None, rates)


@dataclass(frozen=True)
class MarketEquivalent:
    """A fund beside an index that was bought and sold on the same days."""

    ks: float
    """Kaplan-Schoar: what came out / what was paid in, both grown with the index to the end."""
    index_nav: float
    """Long-Nickels: what the same flows would have left in the index."""
    ln: Irr
    """Rate of the flows with that as what is left: compare with the fund's own."""
    direct_alpha: Irr
    """Rate a year above the index's."""


def market_equivalent(
    amounts: npt.ArrayLike, index: npt.ArrayLike, nav: float, times: npt.ArrayLike | None = None
) -> MarketEquivalent:
    """Public market equivalents of flows (n,) beside an index (n,) on the same dates, with `nav` left on the last.

    Source: Long and Nickels (1996); Kaplan and Schoar (2005); Gredil, Griffiths and Stucke (2014) for Direct Alpha.

    >>> found = market_equivalent([-100, -50, 60, 10, 0], [100, 105, 115, 117, 120], nav=110)
    >>> round(found.ks, 6), round(found.index_nav, 5)
    (1.032303, 104.27775)
    >>> round(100 * found.ln.value, 5), round(100 * found.direct_alpha.value, 5)
    (5.30237, 1.08985)
    """
    a = vector("amounts", amounts)
    level, left = vector("index", index, len(a)), number("nav", nav)
    if (level <= 0.0).any():
        raise CannotError("index holds a level that is not above zero")
    grown = a * level[-1] / level
    paid_in = -float(grown[grown < 0.0].sum())
    if paid_in <= 0.0:
        raise CannotError("amounts hold nothing that was paid in; at least one must be negative")
    index_nav = -float(grown.sum())
    return MarketEquivalent(
        (float(grown[grown > 0.0].sum()) + left) / paid_in,
        index_nav,
        irr(_and_last(a, index_nav), times),
        irr(_and_last(grown, left), times),
    )


def _and_last(amounts: Array, more: float) -> Array:
    found = amounts.copy()
    found[-1] += more
    return found
