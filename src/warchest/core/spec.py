"""What a declared thing is: frozen, strict about its keys, every field with a sentence and a unit."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Callable
from typing import Annotated, Any, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from warchest.core import units
from warchest.core.units import Amount, Duration, Rate


class Frozen(dict[Any, Any]):
    """A mapping that nobody changes.

    >>> Frozen(world=1.2)["tech"] = 0.5
    Traceback (most recent call last):
    ...
    TypeError: this mapping is frozen
    """

    def _refuse(self, *args: object, **named: object) -> NoReturn:
        raise TypeError("this mapping is frozen")

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[type, tuple[dict[Any, Any]]]:
        return Frozen, (dict(self),)


def _frozen(value: Any) -> Any:
    if isinstance(value, dict):
        return Frozen({key: _frozen(inner) for key, inner in value.items()})
    return tuple(map(_frozen, value)) if isinstance(value, list) else value


class Spec(BaseModel):
    """A frozen part of a house file that refuses keys it does not know."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        protected_namespaces=(),
    )

    def model_post_init(self, context: object) -> None:
        """Freeze the mappings too."""
        for name, value in self.__dict__.items():
            if isinstance(value, dict):
                self.__dict__[name] = _frozen(value)


def _text(description: str, *examples: str) -> WithJsonSchema:
    """The JSON Schema of a value that is read from text or a number (draft 7: no tuples)."""
    return WithJsonSchema({"type": ["string", "number"], "description": description, "examples": list(examples)})


def _checked(
    read: Callable[[Any], Any], kind: type, low: float | None = None, words: str = "", high: float | None = None
) -> BeforeValidator:
    def check(value: Any) -> Any:
        if isinstance(value, kind) and kind is not float:
            return value
        found = read(value)
        size = getattr(found, "value", getattr(found, "number", found))
        if low is not None and size < low:
            raise ValueError(f"'{value}' {words}")
        if high is not None and getattr(found, "level", size) > high:
            raise ValueError(f"'{value}' is absurd; at most {high:.0%} a year")
        return found

    return BeforeValidator(check)


def _quoted(value: Any) -> str:
    if isinstance(value, (dict, list, tuple)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return "nothing" if value is None else f"'{value}'"


def _date(value: Any) -> dt.date:
    """A date of the file, quoted or not."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    like = isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)
    if like:
        with contextlib.suppress(ValueError):
            return dt.date.fromisoformat(value)
    raise ValueError(
        f"{_quoted(value)} is {'no day of the calendar' if like else 'not a date'}; year-month-day: 2026-01-31"
    )


def _text_value(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f'{_quoted(value)} is not a text; quote what looks like a number: "7"')
    return value


def currency(value: Any) -> str:
    """A currency by its three capital letters."""
    if not isinstance(value, str) or not re.fullmatch("[A-Z]{3}", value):
        raise ValueError(f"{_quoted(value)} is not a currency; three capital letters, like USD")
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
Volatility = Annotated[
    float, _checked(units.rate, float, 0.0, "is negative; a rate from 0% up: 40% or 0.4", 3.0), _rate_schema
]
"""A rate a year from 0 up."""
Interest = Annotated[
    Rate,
    _checked(units.interest, Rate, high=1.0),
    PlainSerializer(lambda r: f"floating + {r.level:.10g}" if r.floating else r.level),
    _text("an effective rate a year, or over the market's floating rate", "5%", "floating + 2.5%"),
]
Shares = Annotated[float, _checked(units.count, float), _text("a number of shares", "700k", "1_000_000")]
Span = Annotated[
    Duration,
    _checked(units.duration, Duration, 0.0, "is negative; a duration from 0 up"),
    PlainSerializer(lambda d: f"{d.number:.10g}{d.unit}"),
    WithJsonSchema({"type": "string", "examples": ["3d", "2w", "6mo", "5y"]}),
]
"""A duration: d (business days), w, mo, y."""
Currency = Annotated[str, BeforeValidator(currency), Field(pattern="^[A-Z]{3}$")]
"""A currency by its three capital letters."""
Number = Annotated[float, _checked(_whole, float), WithJsonSchema({"type": "number"})]
Positive = Annotated[
    float,
    _checked(_whole, float, 1e-12, "is not above zero; a number above 0: 4 or 0.5"),
    WithJsonSchema({"type": "number"}),
]
Truth = Annotated[bool, BeforeValidator(units.truth), WithJsonSchema({"type": "boolean"})]
