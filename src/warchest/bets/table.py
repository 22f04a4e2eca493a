"""An outcome given as a table of multiples and odds."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field, model_validator

from warchest.core.spec import Number, Positive, Share, Spec

EXAMPLE = """
{kind: table, multiples: [0, 1, 3, 10], odds: [60%, 20%, 15%, 5%], years: 4}
"""


class Table(Spec):
    """An outcome with finitely many multiples of the value received, each with its odds.

    Source: inverse of the cumulated odds at one uniform draw a path; buckets as in Correlation Ventures (2014).
    """

    kind: Literal["table"] = "table"
    """Always `table`."""
    multiples: Annotated[tuple[Number, ...], Field(min_length=1)]
    """What comes back for each unit of value received; from 0 up."""
    odds: Annotated[tuple[Share, ...], Field(min_length=1)]
    """Probability of each multiple, in the same order; they add up to 100%."""
    years: Annotated[Positive, Field(le=100)]
    """Years from the cheque to the end."""

    @model_validator(mode="after")
    def _adds_up(self) -> Table:
        if len(self.multiples) != len(self.odds):
            raise ValueError(f"odds are {len(self.odds)} for {len(self.multiples)} multiples; one for each")
        if abs(sum(self.odds) - 1.0) > 1e-9:
            raise ValueError(f"odds add up to {100 * sum(self.odds):.6g}%; they must add up to 100%")
        if min(self.multiples) < 0:
            raise ValueError(f"multiples hold {min(self.multiples):g}; the least one can get back is 0")
        return self

    def quantile(self, u: np.ndarray) -> np.ndarray:
        """Multiples at uniform draws `u` in [0, 1), any shape.

        >>> Table(multiples=[0, 3], odds=["40%", "60%"], years=4).quantile(np.array([0.39, 0.41])).tolist()
        [0.0, 3.0]
        """
        order = np.argsort(self.multiples, kind="stable")
        edges = np.cumsum(np.asarray(self.odds)[order])[:-1]
        return np.asarray(self.multiples, dtype=float)[order][np.searchsorted(edges, u, side="right")]

    def mean(self) -> float:
        """Mean multiple."""
        return float(np.dot(self.multiples, self.odds))
