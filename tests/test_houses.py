"""Small houses whose numbers were worked out by hand: NAME.yaml, and NAME.expect.yaml beside it.

An expectation mirrors the object of `warchest value --json`; what that lists, it names. Numbers are written as in a
house file, `± something` says how far off they may be, `nothing` is null. `bet: NAME` asks at that bet's premium.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import warchest
from houses import house
from warchest import files
from warchest.core import units
from warchest.core.errors import InputError

HOUSES = Path(__file__).parent / "houses"
NAMES = sorted(path.stem for path in HOUSES.glob("*.yaml") if ".expect" not in path.name)


def number(written: object) -> float:
    if isinstance(written, str) and written.endswith("%"):
        return float(written.removesuffix("%")) / 100
    return units.amount(written).value


def named(found: list[dict[str, Any]], name: str) -> Any:
    """The item of a list that is called so: by its name, year, currency or LTV; its amount if it has only that."""
    for item in found:
        key, *rest = item
        own = item[key]
        if str(own) == name or (key == "ltv" and own == pytest.approx(number(name), rel=1e-12)):
            return item[rest[0]] if len(rest) == 1 else item
    pytest.fail(f"{name!r} is not among {[next(iter(item.values())) for item in found]}")


def compared(found: Any, wanted: Any, place: str) -> Iterator[str]:
    if isinstance(wanted, Mapping):
        for key, inner in wanted.items():
            below = named(found, str(key)) if isinstance(found, list) else found[key]
            yield from compared(below, inner, f"{place}.{key}".removeprefix("."))
        return
    if wanted == "nothing" or isinstance(found, str):
        if found != (None if wanted == "nothing" else wanted):
            yield f"{place}: {found}, expected {wanted}"
        return
    middle, _, width = str(wanted).partition("±")
    value = number(middle.strip() if width else wanted)
    within = number(width.strip()) if width else max(1e-12, 1e-9 * abs(value))
    if found is None or not abs(found - value) <= within:
        yield f"{place}: {found}, expected {wanted}"


@pytest.mark.parametrize("name", NAMES)
def test_a_house_is_worth_what_was_worked_out_by_hand(name: str) -> None:
    wanted = dict(files.read(HOUSES / f"{name}.expect.yaml").data)
    found = warchest.load(HOUSES / f"{name}.yaml").value(wanted.pop("bet", None)).to_dict()
    wrong = list(compared(found, wanted, ""))
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("name", NAMES)
def test_what_adds_up_adds_up(name: str) -> None:
    v = warchest.load(HOUSES / f"{name}.yaml").value().to_dict()
    near = lambda x: pytest.approx(x, rel=1e-12, abs=1e-3)  # noqa: E731
    assert sum(h["equity"] for h in v["holdings"]) == near(v["holdings_value"])
    assert sum(h["value"] for h in v["holdings"]) == near(v["gross_holdings_value"])
    assert sum(d["counted"] for d in v["debts"]) - v["cash"] == near(v["net_debt"])
    assert sum(d["face"] for d in v["debts"] if d["kind"] != "payable") == near(v["debt"])
    assert v["holdings_value"] - v["net_debt"] == near(v["nav"])
    assert sum(c["exposure"] for c in v["currencies"]) == near(v["nav"])
    assert sum(s["amount"] for s in v["war_chest"]["sources"]) == near(v["war_chest"]["funding"])
    assert sum(h["share"] for h in v["holdings"]) == near(1.0)


def test_every_house_has_its_expectations() -> None:
    assert sorted(path.name.removesuffix(".expect.yaml") for path in HOUSES.glob("*.expect.yaml")) == NAMES


def test_a_date_may_be_quoted() -> None:
    """As spreadsheets and JSON write it; a day that is none is refused either way, and a key is still written once."""
    text = "house: X\nas_of: {}\ncurrency: USD\ncash: 5m\ndebts: {{L: {{kind: bond, maturities: {{{}: 5m}}}}}}\n"
    plain, quoted = (
        house(text.format(*dates)) for dates in (("2026-01-02", "2027-01-02"), ('"2026-01-02"', "'2027-01-02'"))
    )
    assert plain.spec == quoted.spec
    for first, second, words in (
        ('"2026-02-30"', "2027-01-02", "'2026-02-30' is no day of the calendar"),
        ('"2026-1-2"', "2027-01-02", "'2026-1-2' is not a date"),
        ("2026-01-02", "2027-01-02: 1m, '2027-01-02'", "written twice"),
    ):
        with pytest.raises(InputError) as error:
            house(text.format(first, second))
        assert words in str(error.value)
