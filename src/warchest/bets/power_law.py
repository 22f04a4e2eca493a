"""A power law of winners, after a stated chance of losing everything, cut at a cap."""

from __future__ import annotations

import math
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from warchest.core.spec import Positive, Share, Spec

EXAMPLE = """
{kind: power_law, shape: 1.3, cap: 1000, loss: 65%, years: 7}
"""


class PowerLaw(Spec):
    """An outcome in which a few winners pay for all: P(M > m) falls as m^-shape between `least` and `cap`.

    The cap is the model: at shapes up to 1 there is no mean without one, so `warchest size` shows other caps beside it.

    Source: Othman, "Startup growth and venture returns" (2019): density exponent 2.0 at five years is shape 1.0; the law is
    cut at the cap, P(M > m) = (m^-a - c^-a) / (l^-a - c^-a) for a win.
    """

    kind: Literal["power_law"] = "power_law"
    """Always `power_law`."""
    shape: Positive
    """Exponent of the tail of winners (density exponent less 1): the smaller, the wilder."""
    cap: Positive
    """The largest multiple of the value received."""
    least: Positive = 1.0
    """The smallest multiple of a win."""
    loss: Share = 0.0
    """Probability that nothing comes back."""
    years: Annotated[Positive, Field(le=100)]
    """Years from the cheque to the end."""

    @model_validator(mode="after")
    def _in_order(self) -> PowerLaw:
        if self.cap <= self.least:
            raise ValueError(
                f"cap is {self.cap:g}, not above the least multiple of a win, {self.least:g}; a larger one"
            )
        return self

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Multiples at uniform draws `u` in [0, 1), any shape.

        >>> PowerLaw(shape=1, cap=100, loss="50%", years=5).quantile(np.array([0.2, 0.5])).tolist()
        [0.0, 1.0]
        """
        u = np.asarray(u, dtype=float)
        if self.loss >= 1.0:
            return np.zeros_like(u)
        win = np.clip((u - self.loss) / (1.0 - self.loss), 0.0, 1.0)
        low, high = self.least**-self.shape, self.cap**-self.shape
        return np.where(u >= self.loss, (low - win * (low - high)) ** (-1.0 / self.shape), 0.0)

    def capped(self, times: float) -> PowerLaw:
        """The same law with its cap so many times as high."""
        return self.model_copy(update={"cap": max(self.cap * times, 1.01 * self.least)})

    def mean(self) -> float:
        """Mean multiple, losses included.

        >>> round(PowerLaw(shape=1, cap=1e6, years=5).mean(), 1)
        13.8
        """
        a, low, high = self.shape, self.least, self.cap
        mass = low**-a - high**-a
        moment = math.log(high / low) if a == 1.0 else a * (low ** (1.0 - a) - high ** (1.0 - a)) / (a - 1.0)
        return float((1.0 - self.loss) * moment / mass)
