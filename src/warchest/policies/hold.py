"""The policy `hold`."""

from __future__ import annotations

from typing import Literal

from warchest.policies.common import Policy

EXAMPLE = """
{kind: hold}
"""


class Hold(Policy):
    """No bets: what falls due is paid, calls are met, nothing else is done.

    Source: the base line every other policy is compared with.
    """

    kind: Literal["hold"] = "hold"
    """Always `hold`."""
