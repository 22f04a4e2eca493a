"""exp of a row, in operations that every processor rounds alike: the same bits on every machine, several at a time."""

from __future__ import annotations

import numpy as np

from warchest.core.kernel import rule

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01
LN2_LOW = 1.90821492927058770002e-10
"""ln 2 in two parts, the first exact when multiplied by a small whole number (Cody and Waite 1980)."""
SHIFT = 6755399441055744.0
"""1.5 x 2^52: adding and taking it away rounds to a whole number."""
P0, P1, P2 = 9.99999999999999999910e-1, 3.02994407707441961300e-2, 1.26177193074810590878e-4
Q0, Q1, Q2, Q3 = 2.00000000000000000009, 2.27265548208155028766e-1, 2.52448340349684104192e-3, 3.00198505138664455042e-6
LARGEST = 700.0
"""Beyond this a double overflows or vanishes."""


@rule
def exponentials(row, whole, real):
    """Replace each x of a row by exp(x): x = k ln 2 + r, exp(x) = 2^k (1 + 2 p / (q - p)), p = r P(r^2), q = Q(r^2).

    The last bit may differ from a correctly rounded one. Source: Moshier, "Methods and Programs for Mathematical
    Functions" (1989), the rational approximation of Cephes' exp; Cody and Waite (1980), ch. 6, for the reduction.
    """
    for j in range(row.shape[0]):
        x = min(LARGEST, max(-LARGEST, row[j]))
        k = (x * LOG2_E + SHIFT) - SHIFT
        r = (x - k * LN2_HIGH) - k * LN2_LOW
        z = r * r
        p = r * (P0 + z * (P1 + z * P2))
        q = Q0 + z * (Q1 + z * (Q2 + z * Q3))
        row[j] = 1.0 + 2.0 * (p / (q - p))
        whole[j] = (np.int64(k) + 1023) << 52
    for j in range(row.shape[0]):
        row[j] *= real[j]
