"""Random houses of every part, market and policy: laws that hold at every entry of the log and after every step.

`PROPERTIES=5000 pytest tests/test_properties.py` draws that many houses, other ones each time, and looks at all steps of them.
"""

from __future__ import annotations

import os
from collections import Counter
from functools import partial
from pathlib import Path

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import strategies
from path_laws import Case, faults
from warchest import files
from warchest import house as houses
from warchest.compile import compile_house, compile_market, outcomes
from warchest.core.codes import LOG_CODES
from warchest.engine.run import Variant, run
from warchest.engine.trace import Traced, lived, traces
from warchest.house import House

LONG = int(os.environ.get("PROPERTIES", 0))
EXAMPLES = LONG or 150
HERE = Path(strategies.__file__).parent
CRASH = 0.1
"""What a crash leaves of a price."""
seen: Counter[str] = Counter()
each = partial(
    settings, deadline=None, derandomize=not LONG, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def house_of(text: str) -> House:
    return houses.of(files.parse(text, str(HERE / "house.yaml")))


def cases(house: House, seed: int, crash: int) -> list[Case]:
    """Two paths as the market draws them, and the second again with a crash of 90 % of every price in one step."""
    compiled = compile_house(house)
    variant = Variant(compiled.origin, partial(outcomes, house), compiled.own)
    found = []
    for traced in traces(compile_market(house), variant, [0, 1], seed):
        multiples = variant.outcomes(traced.drawn.uniforms[None], traced.drawn.times[None])[0]
        found.append(Case(compiled, traced, multiples))
    last = found[-1]
    drawn = last.traced.drawn
    world = drawn.world.copy()
    world[: len(compiled.origin.assets), crash % house.grid.steps] *= CRASH
    again = lived(compiled.origin, world, last.multiples, drawn.times, drawn.uniforms, compiled.own)
    return [*found, last._replace(traced=again)]


def steps_of(house: House, seed: int) -> list[int]:
    steps = house.grid.steps
    return list(range(1, steps + 1)) if LONG else sorted({1 + seed % steps, steps})


@each(max_examples=EXAMPLES)
@given(strategies.texts(), st.integers(0, 1000), st.integers(0, 60))
def test_every_law_holds_on_every_path(text: str, seed: int, crash: int) -> None:
    house = house_of(text)
    for case in cases(house, seed, crash):
        found = faults(case, steps_of(house, seed))
        assert found == [], text
        seen.update(LOG_CODES[code] for code in case.traced.log["code"])
