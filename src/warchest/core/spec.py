"""What a declared thing is: frozen, strict about its keys, every field with a sentence and a unit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, PlainSerializer, WithJsonSchema

from warchest.core import units
from warchest.core.units import Amount, Duration, Rate


class Spec(BaseModel):
    """A frozen part of a house file that refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
    )


def _text(description: str, *examples: str) -> WithJsonSchema:
    """The JSON Schema of a value that is read from text or a number (draft 7: no tuples)."""
    return WithJsonSchema({"type": ["string", "number"], "description": description, "examples": list(examples)})


def _checked(read: Callable[[Any], Any], kind: type, low: float | None = None, words: str = "") -> BeforeValidator:
    def check(value: Any) -> Any:
        if isinstance(value, kind) and kind is not float:
            return value
        found = read(value)
        size = getattr(found, "value", getattr(found, "number", found))
        if low is not None and size < low:
            raise ValueError(f"'{value}' {words}")
        return found

    return BeforeValidator(check)


def _date(value: Any) -> dt.date:
    if isinstance(value, dt.datetime) or not isinstance(value, dt.date):
        raise ValueError(f"'{value}' is not a date; write 2026-01-31")
    return value


def _text_value(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"'{value}' is not a text")
    return value


def _whole(value: Any) -> float:
    return units.number(value)


def _say_amount(value: Amount) -> str | float:
    return value.value if value.currency is None else f"{value.value:.15g} {value.currency}"


_NOT_NEGATIVE = "is negative; only amounts from 0 up are allowed"
_amount_schema = _text("an amount of money: k, m, bn, tn, and a currency", "8.5bn", "5.1tn JPY", "205m USD")
_rate_schema = _text("a rate a year", "5%", "0.05")

Text = Annotated[str, BeforeValidator(_text_value)]
Date = Annotated[dt.date, BeforeValidator(_date), WithJsonSchema({"type": "string", "format": "date"})]
Money = Annotated[
    Amount, _checked(units.amount, Amount, 0.0, _NOT_NEGATIVE), PlainSerializer(_say_amount), _amount_schema
]
"""An amount of money from 0 up; without a currency it is the house's."""
SignedMoney = Annotated[Amount, _checked(units.amount, Amount), PlainSerializer(_say_amount), _amount_schema]
Share = Annotated[float, _checked(units.share, float), _text("a share of something from 0 to 1", "35%", "0.35")]
"""A fraction from 0 to 1."""
Growth = Annotated[float, _checked(units.rate, float), _rate_schema]
"""An effective rate a year; may be negative."""
Volatility = Annotated[float, _checked(units.rate, float, 0.0, "is negative"), _rate_schema]
"""A rate a year from 0 up."""
Interest = Annotated[
    Rate,
    _checked(units.interest, Rate),
    PlainSerializer(lambda r: f"floating + {r.level:.10g}" if r.floating else r.level),
    _text("an effective rate a year, or over the market's floating rate", "5%", "floating + 2.5%"),
]
Shares = Annotated[float, _checked(units.count, float), _text("a number of shares", "700k", "1_000_000")]
Span = Annotated[
    Duration,
    _checked(units.duration, Duration, 0.0, "is negative"),
    PlainSerializer(lambda d: f"{d.number:.10g}{d.unit}"),
    WithJsonSchema({"type": "string", "examples": ["3d", "2w", "6mo", "5y"]}),
]
"""A duration: d (business days), w, mo, y."""
Number = Annotated[float, _checked(_whole, float), WithJsonSchema({"type": "number"})]
Positive = Annotated[float, _checked(_whole, float, 1e-12, "is not above zero"), WithJsonSchema({"type": "number"})]
Truth = Annotated[bool, BeforeValidator(units.truth), WithJsonSchema({"type": "boolean"})]
