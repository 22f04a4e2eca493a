"""The policy `planned`."""

from __future__ import annotations

from typing import Literal

from warchest.policies.common import Betting

EXAMPLE = """
{kind: planned}
"""


class Planned(Betting):
    """The stated cheques on their dates, cut to the limit.

    Source: the cheque as the house announced it; the ceiling (l H - D) / (1 - l m), docs/engine.md.
    """

    kind: Literal["planned"] = "planned"
    """Always `planned`."""
