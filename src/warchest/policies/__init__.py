"""How the house decides."""

from warchest.policies.all_in import AllIn
from warchest.policies.band import Band
from warchest.policies.fraction import Fraction
from warchest.policies.hold import Hold
from warchest.policies.own import Own
from warchest.policies.planned import Planned
from warchest.policies.sell_winners import SellWinners
from warchest.policies.spread import Spread

ALL = (Hold, Planned, AllIn, Fraction, Spread, Band, SellWinners, Own)

KINDS = tuple(str(spec.model_fields["kind"].default) for spec in ALL if spec is not Own)
"""Kinds that can be named; one's own policy is named by its file."""
