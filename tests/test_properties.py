"""Random houses of every part, market and policy: laws that hold at every entry of the log and after every step.

`PROPERTIES=5000 pytest tests/test_properties.py` draws that many houses, other ones each time, and looks at more of their steps.
"""

from __future__ import annotations

import os
from collections import Counter, defaultdict
from functools import partial
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import strategies
import warchest.bets
import warchest.debts
import warchest.holdings
import warchest.markets
import warchest.policies
from path_laws import Case, faults
from warchest import files
from warchest import house as houses
from warchest.compile import compile_house, compile_market, outcomes
from warchest.core.codes import LOG_CODES
from warchest.core.spec import Spec
from warchest.engine.run import Variant, run
from warchest.engine.trace import lived, traces
from warchest.house import House
from warchest.house.spec import HouseFile

LONG = int(os.environ.get("PROPERTIES", 0))
EXAMPLES = LONG or 240
HERE = Path(strategies.__file__).parent
CRASH = 0.1
"""What a crash leaves of a price."""
seen: Counter[str] = Counter()
each = partial(
    settings,
    deadline=None,
    derandomize=not LONG,
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def house_of(text: str) -> House:
    return houses.of(files.parse(text, str(HERE / "house.yaml")))


def cases(house: House, seed: int, crash: int) -> list[Case]:
    """Two paths as the market draws them, and the second again with a crash of 90 % in one step, which the next may make good."""
    compiled = compile_house(house)
    variant = Variant(compiled.origin, partial(outcomes, house), compiled.own)
    found = []
    for traced in traces(compile_market(house), variant, [0, 1], seed):
        multiples = variant.outcomes(traced.drawn.uniforms[None], traced.drawn.times[None])[0]
        found.append(Case(compiled, traced, multiples))
    last = found[-1]
    drawn = last.traced.drawn
    world = drawn.world.copy()
    assets, steps = len(compiled.origin.assets), house.grid.steps
    world[:assets, crash % steps] *= CRASH
    if crash % 2:
        world[:assets, (crash + 1) % steps] /= CRASH
    again = lived(compiled.origin, world, last.multiples, drawn.times, drawn.uniforms, compiled.own)
    return [*found, last._replace(traced=again)]


def steps_of(house: House, seed: int) -> list[int]:
    """Where paths are cut short: at some step and at the end; in a long run at some more."""
    steps = house.grid.steps
    return sorted({steps, *(1 + (seed + n * steps // 5) % steps for n in range(5 if LONG else 1))})


@each(max_examples=EXAMPLES)
@given(strategies.texts(), st.integers(0, 1000), st.integers(0, 60))
def test_every_law_holds_on_every_path(text: str, seed: int, crash: int) -> None:
    house = house_of(text)
    for case in cases(house, seed, crash):
        seen.update(LOG_CODES[code] for code in case.traced.log["code"])
        assert faults(case, steps_of(house, seed)) == []


RARE = {
    "carry paid",
    "call lapsed",
    "call cured",
    "cash difference owed",
    "converted into own shares",
    "passed on",
    "tranche lapsed",
}
"""What may happen to none of so few houses; a long run shows all of it but, most times, lapsed tranches."""


def test_almost_everything_happened() -> None:
    """Laws that nothing could break prove nothing: runs after the test above."""
    assert [code for code in LOG_CODES if not seen[code] and code not in RARE] == []


# ------------------------------------------------------------------ nothing is left out


def kinds_of(family: tuple[type[Spec], ...], field: str = "kind") -> set[str]:
    return {str(part.model_fields[field].default) for part in family}


@pytest.mark.parametrize(
    ("family", "drawn"),
    [
        (kinds_of(warchest.holdings.ALL), {*strategies.holdings.KINDS, "fund"}),
        (kinds_of(warchest.debts.ALL), {*strategies.debts.KINDS}),
        (kinds_of(warchest.bets.ALL), {*strategies.bets.KINDS}),
        (kinds_of(warchest.markets.ALL, "model"), {*strategies.markets.KINDS}),
        (kinds_of(warchest.policies.ALL), {*strategies.policies.KINDS}),
    ],
)
def test_every_kind_has_a_strategy(family: set[str], drawn: set[str]) -> None:
    """A part that is added is drawn, too: add it to the `KINDS` of its family in tests/strategies."""
    assert family - drawn == set()
    assert drawn - family == set()


NOT_LIVED = {
    "HouseFile": {"rows", "outlooks", "shocks", "sources", "assumptions"},
    "Fund": {"file", "change", "asset"},
}
"""Fields of a file that no single path can show."""


def said(part: Any, found: defaultdict[str, set[str]]) -> None:
    """Which fields of which parts a file says, and which kinds it has."""
    if isinstance(part, Spec):
        found[type(part).__name__] |= part.model_fields_set
        for name in part.model_fields_set:
            said(getattr(part, name), found)
    elif isinstance(part, (dict, tuple, list)):
        for item in part.values() if isinstance(part, dict) else part:
            said(item, found)


def test_every_field_of_every_part_is_drawn() -> None:
    """Also one that is added to a part that is there."""
    found: defaultdict[str, set[str]] = defaultdict(set)

    @each(max_examples=1000, phases=[Phase.generate], database=None)
    @given(strategies.texts())
    def look(text: str) -> None:
        house = house_of(text)
        for one in (house, *(inner for fund in house.funds.values() for inner in (fund, *fund.funds.values()))):
            said(one.spec, found)

    look()
    given_always = {"kind", "model"}
    missing = {model.__name__: lived_fields(model) - found[model.__name__] - given_always for model in specs(HouseFile)}
    assert {name: fields for name, fields in missing.items() if fields} == {}


def lived_fields(model: type[Spec]) -> set[str]:
    return {*model.model_fields} - NOT_LIVED.get(model.__name__, set())


def specs(model: type[Spec]) -> set[type[Spec]]:
    """Every part that a house file can have, however deep."""
    found, left = set(), [model]
    while left:
        part = left.pop()
        if part in found:
            continue
        found.add(part)
        for name in lived_fields(part):
            left += [
                leaf
                for leaf in leaves(part.model_fields[name].annotation)
                if isinstance(leaf, type) and issubclass(leaf, Spec)
            ]
    return found


def leaves(annotation: Any) -> list[Any]:
    parts = get_args(annotation)
    return [leaf for part in parts for leaf in leaves(part)] if parts else [annotation]


# ------------------------------------------------------------------ the same seed, the same bits


@each(max_examples=LONG or 30)
@given(strategies.texts(), st.integers(0, 1000))
def test_a_path_is_the_same_whatever_is_lived_beside_it(text: str, seed: int) -> None:
    """Alone, among others, on two threads, and with its log: path k of a seed is made of the same bits."""
    house = house_of(text)
    compiled, market = compile_house(house), compile_market(house)
    variant = Variant(compiled.origin, partial(outcomes, house), compiled.own)
    (few,), (many,) = (run(market, [variant], paths, seed, threads, kept=3) for paths, threads in ((3, 1), (300, 2)))
    assert few.paths.tobytes() == many.paths[:3].tobytes()
    assert few.bands.tobytes() == many.bands.tobytes()
    assert few.returns.tobytes() == many.returns[:3].tobytes()
    for k, traced in zip((2, 257), traces(market, variant, [2, 257], seed), strict=True):
        assert traced.path.astype(np.float32).tobytes() == many.paths[k].tobytes()
