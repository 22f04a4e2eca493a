"""A lognormal outcome, with a chance of nothing."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from warchest.core.spec import Positive, Share, Spec, Volatility

EXAMPLE = """
{kind: lognormal, mean: 2.5, volatility: 80%, loss: 30%, years: 5}
"""


class Lognormal(Spec):
    """An outcome whose logarithm is normal, after a stated chance of losing everything.

    Source: M = mean / (1 - loss) x exp(s z - s^2 / 2), s = volatility x sqrt(years): so that E[M] = mean.
    """

    kind: Literal["lognormal"] = "lognormal"
    """Always `lognormal`."""
    mean: Positive
    """Mean multiple of the value received, losses included."""
    volatility: Volatility
    """Standard deviation of the log multiple a year, if not lost."""
    loss: Share = 0.0
    """Probability that nothing comes back."""
    cap: Positive | None = None
    """The largest multiple, where what is above belongs to somebody else; `mean` is the one before it."""
    years: Annotated[Positive, Field(le=100)]
    """Years from the cheque to the end."""

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Multiples at uniform draws `u` in [0, 1), any shape.

        >>> bool(Lognormal(mean=2, volatility="50%", loss="30%", years=4).quantile(np.array([0.2]))[0] == 0)
        True
        """
        from scipy.special import ndtri

        u = np.asarray(u, dtype=float)
        alive = u >= self.loss
        if self.loss >= 1.0:
            return np.zeros_like(u)
        rest = np.clip((u - self.loss) / (1.0 - self.loss), 1e-16, 1.0 - 1e-16)
        s = self.volatility * np.sqrt(self.years)
        found = np.where(alive, self.mean / (1.0 - self.loss) * np.exp(s * ndtri(rest) - 0.5 * s * s), 0.0)
        return found if self.cap is None else np.minimum(found, self.cap)
