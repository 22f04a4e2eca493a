"""Numbers and arrays that Python users hand over: read, or refused with what was found and what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from warchest.core.errors import CannotError
from warchest.core.layout import Array

if TYPE_CHECKING:
    import numpy.typing as npt


def number(name: str, value: float, allowed: str = "(-inf, inf)") -> float:
    """The value as a number of the interval, whose ends belong to it beside a square bracket; else CannotError.

    >>> number("p", 1, "[0, 1]")
    1.0
    """
    low, high = (float(end) for end in allowed[1:-1].split(","))
    try:
        x = float(value)
    except (TypeError, ValueError):
        raise CannotError(f"{name} is {value!r}; it must be a number in {allowed}") from None
    if low < x < high or (x == low and allowed[0] == "[") or (x == high and allowed[-1] == "]"):
        return x
    raise CannotError(f"{name} is {value}; it must be in {allowed}")


def numbers(name: str, values: npt.ArrayLike) -> Array:
    """The values as an array of finite numbers; else CannotError.

    >>> numbers("mu", [0.1, 1]).tolist()
    [0.1, 1.0]
    """
    try:
        found = np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise CannotError(f"{name} cannot be read as an array of numbers: it is {values!r:.60}") from None
    if not np.isfinite(found).all():
        at = np.argwhere(~np.isfinite(found))[0].tolist()
        raise CannotError(f"{name}{at or ''} is {found[tuple(at)]}; it must be finite")
    return found


def vector(name: str, values: npt.ArrayLike, n: int | None = None) -> Array:
    """The values as a vector of finite numbers, of length n where that is given; one number is a vector of one.

    >>> vector("weights", 2).tolist()
    [2.0]
    """
    found = numbers(name, values)
    found = found.reshape(1) if found.ndim == 0 else found
    if found.ndim != 1 or n not in (None, len(found)):
        wanted = "(n,)" if n is None else f"({n},)"
        raise CannotError(f"{name} has shape {found.shape}; it must be {wanted}, one number an asset")
    return found


def square(name: str, values: npt.ArrayLike, n: int) -> Array:
    """The values as a covariance of n assets, (n, n) and symmetric; one number is the variance of one asset.

    >>> square("covariance", 0.04, 1).tolist()
    [[0.04]]
    """
    found = numbers(name, values)
    found = found.reshape(1, 1) if found.ndim == 0 else found
    if found.shape != (n, n):
        raise CannotError(f"{name} has shape {found.shape}; it must be ({n}, {n}), one row an asset")
    if not np.allclose(found, found.T, rtol=1e-9, atol=0.0) or (np.diag(found) < 0.0).any():
        raise CannotError(f"{name} must be symmetric, with variances of at least 0 on its diagonal; it is\n{found}")
    return found
