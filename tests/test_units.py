"""Units: what is read, what is refused, and how amounts are said back."""

from __future__ import annotations

import math
import pickle
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warchest.core import units
from warchest.core.units import Amount, Duration, Rate, UnitError

READERS: list[Callable[[object], object]] = [
    units.amount,
    units.share,
    units.rate,
    units.interest,
    units.count,
    units.duration,
    units.truth,
    units.number,
]


@pytest.mark.parametrize(
    ("written", "value", "currency"),
    [
        ("8.5bn", 8_500_000_000, None),
        ("5.1tn JPY", 5_100_000_000_000, "JPY"),
        ("205m USD", 205_000_000, "USD"),
        ("205M USD", 205_000_000, "USD"),
        ("205mUSD", 205_000_000, "USD"),
        ("205 m USD", 205_000_000, "USD"),
        ("5 MXN", 5, "MXN"),
        ("5MXN", 5, "MXN"),
        ("5MMXN", 5_000_000, "MXN"),
        ("1_500_000", 1_500_000, None),
        ("1.1m", 1_100_000, None),
        ("100 USD", 100, "USD"),
        ("-3m", -3_000_000, None),
        ("\N{MINUS SIGN}3m", -3_000_000, None),
        ("+3m", 3_000_000, None),
        (".5k", 500, None),
        ("6e10", 6e10, None),
        ("1.5e9 USD", 1.5e9, "USD"),
        (" 5m ", 5_000_000, None),
        (1_500_000, 1_500_000, None),
        (0, 0, None),
        (-2.5, -2.5, None),
        ("1e18", 1e18, None),
    ],
)
def test_amounts(written: object, value: float, currency: str | None) -> None:
    assert units.amount(written) == Amount(value, currency)


@pytest.mark.parametrize(
    "written",
    [
        "8.5b",
        "8.5B",
        "8.5Bn",
        "5K",
        "5mn",
        "5mm",
        "5mil",
        "$5m",
        "USD 5m",
        "5m usd",
        "5m USDT",
        "5 US",
        "1,500,000",
        "1,5m",
        "1__0",
        "_1",
        "5%",
        "5m USD USD",
        "--5",
        "5 5",
        "",
        " ",
        "m",
        "USD",
        "٣m",
        "nan",
        "inf",
        "1e19",
        "1e999",
        "2000000tn",
        "9" * 400,
        "1e99999",
        None,
        True,
        [],
        {},
        b"5",
        math.nan,
        math.inf,
        -math.inf,
        1e19,
        10**400,
        object(),
    ],
)
def test_what_is_not_an_amount(written: object) -> None:
    with pytest.raises(UnitError, match=r"k, m, bn, tn \(m is million\).*8\.5bn"):
        units.amount(written)


@pytest.mark.parametrize(
    ("written", "value"),
    [("35%", 0.35), ("35 %", 0.35), (0.35, 0.35), ("0.35", 0.35), (0, 0), (1, 1), ("100%", 1)],
)
def test_shares(written: object, value: float) -> None:
    assert units.share(written) == value


def test_a_share_keeps_to_its_bounds() -> None:
    assert units.share("300%", high=3) == 3
    assert units.share("-20%", low=-1) == -0.2
    for written in ("101%", 1.2, "-1%", -0.01):
        with pytest.raises(UnitError, match="out of range; a share is between 0% and 100%"):
            units.share(written)


@pytest.mark.parametrize("read", [units.share, units.rate, units.interest])
def test_a_bare_number_that_looks_like_percent_is_refused(read: Callable[[object], object]) -> None:
    with pytest.raises(UnitError) as caught:
        read(7.0)
    assert str(caught.value) == "7.0 looks like percent; write 7% or 0.07"
    with pytest.raises(UnitError, match=r"55 looks like percent; write 55% or 0\.55"):
        read(55)
    with pytest.raises(UnitError, match="looks like percent"):
        read("7")
    with pytest.raises(UnitError, match=r"-7 looks like percent; write -7% or -0\.07"):
        read(-7)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("7%", 0.07),
        (0.07, 0.07),
        ("-8%", -0.08),
        ("\N{MINUS SIGN}8%", -0.08),
        ("150%", 1.5),
        ("1000%", 10),
        (1.5, 1.5),
        ("-99.9%", -0.999),
        (0, 0),
    ],
)
def test_rates(written: object, value: float) -> None:
    assert units.rate(written) == value


@pytest.mark.parametrize("written", ["-100%", -1, "1001%", "7%%", "7pc", "x", None, True, "1e999%"])
def test_what_is_not_a_rate(written: object) -> None:
    with pytest.raises(UnitError, match="above -100% and at most 1000%"):
        units.rate(written)


@pytest.mark.parametrize(
    ("written", "level", "floating"),
    [
        ("5%", 0.05, False),
        (0.05, 0.05, False),
        ("floating", 0, True),
        ("floating + 2.5%", 0.025, True),
        ("floating+2.5%", 0.025, True),
        ("floating - 0.5%", -0.005, True),
        ("floating \N{MINUS SIGN} 0.5 %", -0.005, True),
        ("floating + 0.025", 0.025, True),
    ],
)
def test_interest(written: object, level: float, floating: bool) -> None:
    assert units.interest(written) == Rate(level, floating)


@pytest.mark.parametrize("written", ["floating 2%", "Floating + 2%", "floating +", "2% + floating"])
def test_what_is_not_interest(written: str) -> None:
    with pytest.raises(UnitError, match=r"floating \+ 2\.5%"):
        units.interest(written)


def test_a_floating_margin_may_not_be_a_bare_percent() -> None:
    with pytest.raises(UnitError, match="looks like percent"):
        units.interest("floating + 2.5")


def test_counts() -> None:
    assert units.count("700k") == 700_000
    assert units.count("1_000") == units.count(1000) == 1000
    assert units.count(0.5) == 0.5
    for written in (
        0,
        "0",
        -1,
        "-5k",
        "5k USD",
        "all",
        "700K",
        None,
        True,
        math.nan,
        "1e19",
        10**400,
    ):
        with pytest.raises(UnitError, match="a number of shares is above 0"):
            units.count(written)


@pytest.mark.parametrize(
    ("written", "number", "unit", "years"),
    [
        ("3d", 3, "d", 3 / 252),
        ("2w", 2, "w", 2 / 52),
        ("6mo", 6, "mo", 0.5),
        ("1.5 y", 1.5, "y", 1.5),
        ("0d", 0, "d", 0),
    ],
)
def test_durations(written: str, number: float, unit: str, years: float) -> None:
    length = units.duration(written)
    assert length == Duration(number, unit)
    assert length.years == years


@pytest.mark.parametrize("written", ["3", 3, "3m", "3D", "-3d", "3 days", "1y 6mo", "1e9y", "", None, True])
def test_what_is_not_a_duration(written: object) -> None:
    with pytest.raises(UnitError, match="3d, 6mo, 5y"):
        units.duration(written)


def test_truth() -> None:
    assert units.truth(True) is True
    assert units.truth(False) is False
    for written in ("yes", "true", "NO", 1, 0, None):
        with pytest.raises(UnitError, match="true or false"):
            units.truth(written)


def test_unit_errors_are_value_errors() -> None:
    assert issubclass(UnitError, ValueError)


def test_numbers() -> None:
    assert units.number(4) == 4
    assert units.number(-0.5) == -0.5
    refused: list[object] = ["4", True, None, math.nan, math.inf, 10**400, []]
    for written in refused:
        with pytest.raises(UnitError, match="a plain number"):
            units.number(written)


def test_a_number_too_long_to_print_is_refused_in_words() -> None:
    for read in (units.amount, units.count, units.share, units.number):
        with pytest.raises(UnitError, match="a number of very many digits is too large"):
            read(10**5000)


def test_an_error_says_what_was_found_and_what_is_allowed_apart() -> None:
    with pytest.raises(UnitError) as caught:
        units.amount("8.5b")
    error = pickle.loads(pickle.dumps(caught.value))
    assert error.found == "'8.5b' is not an amount"
    assert error.allowed.startswith("an amount is a number")
    assert str(error) == f"{error.found}; {error.allowed}"


@pytest.mark.parametrize("read", READERS)
@settings(deadline=None)
@given(
    x=st.one_of(
        st.text(),
        st.floats(),
        st.integers(),
        st.booleans(),
        st.none(),
        st.lists(st.integers()),
        st.dates(),
    )
)
def test_no_value_makes_anything_but_a_unit_error(read: Callable[[object], object], x: object) -> None:
    try:
        got = read(x)
    except UnitError as error:
        got = error
    if isinstance(got, UnitError):
        assert got.found
        assert got.allowed
    else:
        parts = got if isinstance(got, tuple) else (got,)
        assert all(math.isfinite(part) for part in parts if isinstance(part, float))


# Said back


@pytest.mark.parametrize(
    ("value", "currency", "digits", "said"),
    [
        (18.35e12, "JPY", 1, "18.4tn JPY"),
        (205e6, None, 1, "205.0m"),
        (205e6, "USD", 0, "205m USD"),
        (-3e6, None, 1, "\N{MINUS SIGN}3.0m"),
        (999.96e6, None, 1, "1.0bn"),
        (999.94e6, None, 1, "999.9m"),
        (149.58, "USD", 2, "149.58 USD"),
        (999.99, None, 0, "1k"),
        (0, "USD", 1, "0 USD"),
        (-0.01, None, 1, "0.0"),
        (1234.5e12, None, 1, "1,234.5tn"),
        (math.nan, "USD", 1, "\N{EN DASH} USD"),
        (-math.inf, None, 1, "\N{MINUS SIGN}∞"),
    ],
)
def test_amounts_said(value: float, currency: str | None, digits: int, said: str) -> None:
    assert units.say(value, currency, digits) == said


@settings(deadline=None)
@given(
    st.floats(-9.9e14, 9.9e14),
    st.one_of(st.none(), st.sampled_from(["USD", "JPY"])),
    st.integers(0, 6),
)
def test_what_is_said_is_read_back(value: float, currency: str | None, digits: int) -> None:
    again = units.amount(units.say(value, currency, digits))
    step = next((10.0**power for _, power in units.STEPS if abs(value) < 1000 * 10.0**power), 1e12)
    # half a unit of the last digit, of the next step up where rounding reaches it
    assert abs(again.value - value) <= max(0.5 * step * 10.0**-digits, abs(value) * 1e-3) * 1.000001
    assert again.currency == currency
    assert math.copysign(1, again.value) == math.copysign(1, value) or again.value == 0


def test_percent() -> None:
    assert units.percent(0.104) == "10.4 %"
    assert units.percent(-0.25, 0) == "\N{MINUS SIGN}25 %"
    assert units.percent(-0.00001) == "0.0 %"
    assert units.percent(12.5) == "1,250.0 %"
    assert units.percent(math.nan) == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("p", "se", "said"),
    [
        (0.031, 0.002, "3.1 % ±0.2"),
        (0.0, 0.0, "< 1 in 20,000"),
        (1.0, 0.0, "> 19,999 in 20,000"),
        (0.00005, 0.00005, "0.005 % ±0.005"),
        (0.5, 0.0034, "50.0 % ±0.3"),
        (math.nan, math.nan, "\N{EN DASH}"),
    ],
)
def test_chances_carry_their_error(p: float, se: float, said: str) -> None:
    assert units.chance({"p": p, "se": se, "low": 0.0, "high": 1.0}, 20_000) == said
