"""A bet: an investment not made yet, with the outcome the world draws and the belief the house decides on."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, model_validator

from warchest.bets.correlation_ventures import CorrelationVentures
from warchest.bets.lognormal import Lognormal
from warchest.bets.power_law import PowerLaw
from warchest.bets.table import Table
from warchest.core.spec import Currency, Date, Money, Number, Share, Spec, Volatility

Outcome = Annotated[Table | Lognormal | PowerLaw | CorrelationVentures, Field(discriminator="kind")]


class Tranche(Spec):
    """One payment of a bet that is paid in parts."""

    date: Date
    """When it is paid."""
    cheque: Money
    """How much is paid."""


class Bet(Spec):
    """A bet: a cheque on a date, at a premium, with an outcome.

    Source: value received = cheque / (1 + premium); final value = value received x multiple.
    """

    cheque: Money | None = None
    """The asked cheque; with tranches it is their sum and is left out."""
    date: Date | None = None
    """When the (first) cheque is written; with tranches it is the first one's and is left out."""
    premium: Volatility = 0.0
    """What is paid over the value received, share of that value."""
    outcome: Outcome
    """How it ends: the distribution the world draws from."""
    belief: Outcome | None = None
    """How the house thinks it ends: the distribution it decides on."""
    capacity: Money | None = None
    """The largest cheque the other side takes."""
    currency: Currency | None = None
    """Currency the bet is held in; left out: that of its cheque."""
    tranches: tuple[Tranche, ...] = ()
    """The bet in parts: the policy decides the first, the rest are commitments."""
    loadings: dict[str, Number] = {}
    """Correlation of the outcome's normal score with each factor's; the sum of their squares is at most 1."""
    noise: Volatility = 0.0
    """How wrong the house is about an idea like this: standard deviation of the log of the multiple it believes in."""
    spread: Volatility = 0.0
    """How different such ideas really are: standard deviation of the log of their true multiples."""
    ideas: Annotated[Number, Field(ge=1, le=1_000_000)] = 1.0
    """From how many ideas the best-looking one is taken."""
    sale_discount: Share = 0.3
    """What a hurried sale before the end costs, share of the true value."""

    @model_validator(mode="after")
    def _one_form(self) -> Bet:
        if self.tranches:
            if self.cheque is not None or self.date is not None:
                raise ValueError("tranches stand beside cheque or date; cheque and date, or tranches: [{date, cheque}]")
            dates = [t.date for t in self.tranches]
            if dates != sorted(set(dates)):
                raise ValueError("tranches are out of order; each date after the one before")
        elif self.cheque is None or self.date is None:
            missing = "cheque" if self.cheque is None else "date"
            raise ValueError(f"{missing} is missing; cheque and date, or tranches: [{{date, cheque}}]")
        return self

    @property
    def payments(self) -> tuple[Tranche, ...]:
        """The cheques in order of date; one if there are no tranches."""
        if self.tranches:
            return self.tranches
        assert self.cheque is not None and self.date is not None
        return (Tranche(date=self.date, cheque=self.cheque),)
