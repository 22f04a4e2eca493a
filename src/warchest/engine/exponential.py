"""exp of a row, in operations that every processor rounds alike: the same bits on every machine, several at a time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warchest.core.kernel import rule
from warchest.core.layout import Array

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
"""ln 2 in two parts, the first exact when multiplied by a small whole number (Cody and Waite 1980)."""
SHIFT = 6755399441055744.0
"""1.5 x 2^52: adding and taking it away rounds to a whole number."""
LARGEST = 700.0
"""Beyond this a double overflows or vanishes."""


class Powers(NamedTuple):
    """Room for the powers of two of a row: the same memory as whole numbers and as reals."""

    whole: Array
    real: Array


def room(width: int) -> Powers:
    """Room for rows of `width` numbers."""
    whole = np.zeros(width, dtype=np.int64)
    return Powers(whole, whole.view(np.float64))


@rule
def exponentials(row, whole, real):
    """Replace each x of a row by exp(x): x = k ln 2 + r, exp(x) = 2^k P(r), with P the Taylor polynomial of degree 13.

    |r| <= ln(2) / 2, where the first term left out is below 5e-18. Source: Cody and Waite (1980), ch. 6.
    """
    for j in range(row.shape[0]):
        x = min(LARGEST, max(-LARGEST, row[j]))
        k = (x * LOG2_E + SHIFT) - SHIFT
        r = (x - k * LN2_HIGH) - k * LN2_LOW
        p = 1.0 / 6227020800.0
        p = p * r + 1.0 / 479001600.0
        p = p * r + 1.0 / 39916800.0
        p = p * r + 1.0 / 3628800.0
        p = p * r + 1.0 / 362880.0
        p = p * r + 1.0 / 40320.0
        p = p * r + 1.0 / 5040.0
        p = p * r + 1.0 / 720.0
        p = p * r + 1.0 / 120.0
        p = p * r + 1.0 / 24.0
        p = p * r + 1.0 / 6.0
        p = p * r + 0.5
        p = p * r + 1.0
        p = p * r + 1.0
        row[j] = p
        whole[j] = (np.int64(k) + 1023) << 52
    for j in range(row.shape[0]):
        row[j] *= real[j]
