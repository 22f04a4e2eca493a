"""Fields that several policies share."""

from __future__ import annotations

from typing import Literal

from warchest.core.spec import Span, Spec

Limit = Literal["ltv_normal", "ltv_max", "funding", "none"]


class Policy(Spec):
    """What every policy may say."""

    every: Span | None = None
    """Time between further decision dates, for policies that rebalance; cheques are written on the bets' own dates."""


class Betting(Policy):
    """What every policy that writes cheques may say."""

    limit: Limit = "ltv_max"
    """What bounds the cheques: an LTV ceiling of `limits`, `funding` alone, or `none` (what is missing is borrowed)."""
