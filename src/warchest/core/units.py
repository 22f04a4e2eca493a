"""Amounts, shares, rates and durations: read as people write them, and said back.

Every reader raises `UnitError`, a `ValueError` that says what was found and what is allowed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import NamedTuple

UNKNOWN = "\N{EN DASH}"
STEPS = (("", 0), ("k", 3), ("m", 6), ("bn", 9), ("tn", 12))
POWERS = {"k": 3, "m": 6, "M": 6, "bn": 9, "tn": 12}
NUMBER = r"(?:[0-9]+(?:_[0-9]+)*(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,4})?"
SIGN = "[-+\N{MINUS SIGN}]"
LARGEST = 1e18  # an amount or a count beyond this is a slip, whatever the currency
LARGEST_RATE = 10.0
BARE = 1.5  # a bare number beyond this, where a fraction is due, was meant as percent
YEARS = {"d": 252, "w": 52, "mo": 12, "y": 1}  # units in a year; d counts business days
LONGEST_YEARS = 1000

_AMOUNT = re.compile(rf"({SIGN}?)({NUMBER}) *(k|m|M|bn|tn)? *([A-Z]{{3}})?")
_PERCENT = re.compile(rf"({SIGN}?)({NUMBER}) *(%?)")
_FLOATING = re.compile(rf"floating(?: *({SIGN}) *({NUMBER} *%?))?")
_DURATION = re.compile(rf"({NUMBER}) *(d|w|mo|y)")

AMOUNT_WORDS = "an amount is a number with k, m, bn, tn (m is million): 8.5bn, 205m USD, 1_500_000"
COUNT_WORDS = "a number of shares is above 0, with k, m, bn, tn (m is million): 700k, 1_500_000"
INTEREST_WORDS = "a rate of interest is fixed or floating: 5%, floating, floating + 2.5%"
DURATION_WORDS = "a duration is a number with d (business days), w, mo or y: 3d, 6mo, 5y"


class UnitError(ValueError):
    """What was found is not what is allowed; both are kept apart for whoever lays them out."""

    def __init__(self, found: str, allowed: str) -> None:
        self.found, self.allowed = found, allowed
        super().__init__(found, allowed)

    def __str__(self) -> str:
        return f"{self.found}; {self.allowed}"


class Amount(NamedTuple):
    """Money: a value, and its currency where one was written."""

    value: float
    currency: str | None


class Rate(NamedTuple):
    """Interest a year: a level, on top of the floating rate or by itself."""

    level: float
    floating: bool


class Duration(NamedTuple):
    """A number of business days (d), weeks (w), months (mo) or years (y)."""

    number: float
    unit: str

    @property
    def years(self) -> float:
        """In years of 252 business days, 52 weeks or 12 months."""
        return self.number / YEARS[self.unit]


def amount(x: object) -> Amount:
    """An amount of money, in the currency written or in none.

    >>> amount("5.1tn JPY")
    Amount(value=5100000000000.0, currency='JPY')
    >>> amount(1_500_000)
    Amount(value=1500000.0, currency=None)
    """
    if isinstance(x, str) and (match := _AMOUNT.fullmatch(x.strip())):
        sign, digits, suffix, currency = match.groups()
        value = _float(sign, digits, POWERS.get(suffix, 0))
        return Amount(_within(value, LARGEST, x, AMOUNT_WORDS), currency)
    return Amount(_within(_bare(x, "an amount", AMOUNT_WORDS), LARGEST, x, AMOUNT_WORDS), None)


def count(x: object) -> float:
    """A number of shares, above zero.

    >>> count("700k")
    700000.0
    """
    match = _AMOUNT.fullmatch(x.strip()) if isinstance(x, str) else None
    if match and match[4] is None:
        value = _float(match[1], match[2], POWERS.get(match[3], 0))
    else:
        value = _bare(x, "a number of shares", COUNT_WORDS)
    if value <= 0:
        raise UnitError(f"{_quoted(x)} is not above 0", COUNT_WORDS)
    return _within(value, LARGEST, x, COUNT_WORDS)


def share(x: object, *, low: float = 0.0, high: float = 1.0) -> float:
    """A part of something, as percent or as a fraction.

    >>> share("35%"), share(0.35)
    (0.35, 0.35)
    """
    words = f"a share is between {100 * low:g}% and {100 * high:g}%: 35% or 0.35"
    value = _fraction(x, "a share", words)
    if not low <= value <= high:
        raise UnitError(f"{_quoted(x)} is out of range", words)
    return value


def rate(x: object) -> float:
    """A rate of growth or interest a year, above -100 %, as percent or as a fraction.

    >>> rate("-8%"), rate(0.07)
    (-0.08, 0.07)
    """
    words = "a rate is above -100% and at most 1000%: 7% or 0.07"
    value = _fraction(x, "a rate", words)
    if not -1 < value <= LARGEST_RATE:
        raise UnitError(f"{_quoted(x)} is out of range", words)
    return value


def interest(x: object) -> Rate:
    """A rate of interest, fixed or over the floating rate of the market.

    >>> interest("floating + 2.5%")
    Rate(level=0.025, floating=True)
    >>> interest("5%")
    Rate(level=0.05, floating=False)
    """
    if isinstance(x, str) and "floating" in x.casefold():
        match = _FLOATING.fullmatch(x.strip())
        if not match:
            raise UnitError(f"{_quoted(x)} is not a rate of interest", INTEREST_WORDS)
        return Rate(rate(match[1] + match[2]) if match[1] else 0.0, True)
    return Rate(rate(x), False)


def duration(x: object) -> Duration:
    """A length of time with its unit.

    >>> duration("6mo")
    Duration(number=6.0, unit='mo')
    >>> duration("6mo").years
    0.5
    """
    match = _DURATION.fullmatch(x.strip()) if isinstance(x, str) else None
    if not match:
        raise UnitError(f"{_quoted(x)} is not a duration", DURATION_WORDS)
    length = Duration(_float("", match[1]), match[2])
    _within(length.years, LONGEST_YEARS, x, DURATION_WORDS)
    return length


def truth(x: object) -> bool:
    """True or false, and nothing that merely looks like it.

    >>> truth(True)
    True
    """
    if isinstance(x, bool):
        return x
    raise UnitError(f"{_quoted(x)} is not true or false", "write true or false")


def number(x: object) -> float:
    """A plain finite number.

    >>> number(4)
    4.0
    """
    words = "a plain number: 4 or 0.5"
    if isinstance(x, str):
        raise UnitError(f"{_quoted(x)} is not a number", words)
    return _within(_bare(x, "a number", words), math.inf, x, words)


def say(value: float, currency: str | None = None, digits: int = 1) -> str:
    """An amount as a screen shows it.

    >>> say(18.35e12, "JPY")
    '18.4tn JPY'
    >>> say(0)
    '0'
    """
    if not math.isfinite(value):
        text = UNKNOWN if math.isnan(value) else f"{_minus(value)}∞"
    elif value == 0:
        text = "0"
    else:
        for suffix, power in STEPS:
            scaled = round(abs(value) / 10**power, digits)
            body = f"{scaled:,.{digits}f}{suffix}"
            if scaled < 1000:  # after rounding: 999.96m is 1.0bn
                break
        text = _minus(value, body) + body
    return f"{text} {currency}" if currency else text


def span(years: float) -> str:
    """A number of years as a screen shows it.

    >>> span(5.0), span(1.0), span(0.5)
    ('5 years', '1 year', '0.5 years')
    """
    return f"{years:.3g} year{'' if years == 1.0 else 's'}"


def percent(x: float, digits: int = 1) -> str:
    """A fraction as percent.

    >>> percent(0.104)
    '10.4 %'
    """
    if not math.isfinite(x):
        return UNKNOWN if math.isnan(x) else f"{_minus(x)}∞"
    body = f"{abs(100 * x):,.{digits}f}"
    return f"{_minus(x, body)}{body} %"


def chance(prob: Mapping[str, float], n: int, digits: int = 1) -> str:
    """A probability with its standard error, estimated from n paths.

    >>> chance({"p": 0.031, "se": 0.002}, 20_000)
    '3.1 % ±0.2'
    >>> chance({"p": 0.0, "se": 0.0}, 20_000)
    '< 1 in 20,000'
    """
    p, error = prob["p"], 100 * prob["se"]
    if n < 1 or not math.isfinite(p):
        return UNKNOWN
    if p <= 0:
        return f"< 1 in {n:,}"
    if p >= 1:
        return f"> {n - 1:,} in {n:,}"
    if error > 0:  # enough digits that neither the error nor a rare thing reads as 0.0
        digits = min(max(digits, math.ceil(-math.log10(error))), 6)
    return f"{100 * p:.{digits}f} % ±{error:.{digits}f}"


def _float(sign: str, digits: str, power: int = 0) -> float:
    """Scaled in decimal, so that 1.1m is 1100000 exactly."""
    body, _, exponent = digits.lower().partition("e")
    value = float(f"{body}e{int(exponent or 0) + power}")
    return value if sign in ("", "+") else -value


def _bare(x: object, kind: str, allowed: str) -> float:
    if isinstance(x, (int, float)) and not isinstance(x, bool):
        try:
            return float(x)
        except OverflowError:
            return math.inf
    raise UnitError(f"{_quoted(x)} is not {kind}", allowed)


def _fraction(x: object, kind: str, allowed: str) -> float:
    match = _PERCENT.fullmatch(x.strip()) if isinstance(x, str) else None
    if match and match[3]:
        return _within(_float(match[1], match[2], -2), math.inf, x, allowed)
    value = _float(match[1], match[2]) if match else _bare(x, kind, allowed)
    value = _within(value, math.inf, x, allowed)
    if abs(value) > BARE:
        raise UnitError(f"{x} looks like percent", f"write {value:g}% or {value / 100:g}")
    return value


def _within(value: float, most: float, x: object, allowed: str) -> float:
    if math.isfinite(value) and abs(value) <= most:
        return value
    raise UnitError(f"{_quoted(x)} is {'too large' if value == value else 'not finite'}", allowed)


def _quoted(x: object) -> str:
    if x is None:
        return "nothing"
    if isinstance(x, bool):
        return str(x).lower()
    if isinstance(x, (list, tuple, dict)):
        return "a mapping" if isinstance(x, dict) else "a list"
    if isinstance(x, int) and abs(x) > LARGEST:  # Python refuses to print very long integers
        return "a number of very many digits"
    text = str(x)
    return f"'{text if len(text) <= 60 else text[:59] + '…'}'"


def _minus(value: float, body: str = "1") -> str:
    return "\N{MINUS SIGN}" if value < 0 and body.strip("0.,") else ""


def signed(value: float, digits: int = 2) -> str:
    """A number with its sign; none where it reads as zero.

    >>> signed(-1.284), signed(0.52, 1), signed(-0.001)
    ('−1.28', '+0.5', '0.00')
    """
    body = f"{abs(value):.{digits}f}"
    return (_minus(value, body) or ("+" if body.strip("0.") else "")) + body
