"""Shocks: named moves of factors, holdings and currencies; those of a house file, and those that come with the project."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated

from pydantic import BeforeValidator, ValidationError, WithJsonSchema

from warchest import cases, files
from warchest.core import units
from warchest.core.errors import InputError, Problem, dotted
from warchest.core.spec import Spec, Text
from warchest.house.words import complaints

Move = Annotated[
    float,
    BeforeValidator(units.rate),
    WithJsonSchema({"type": ["string", "number"], "description": "a move at once, above -100%", "examples": ["-45%"]}),
]
"""A move at once, above -100 %: -45% is a fall by 45 %."""


class Shock(Spec):
    """Prices that move at once. What is not named moves with its loadings: 1 + move = product of (1 + factor's move)^beta."""

    factors: dict[Text, Move] = {}
    """Move of each factor, by name; one left out stands still."""
    holdings: dict[Text, Move] = {}
    """Move of single holdings, in their own currency, instead of what their loadings say; of a fund: of all that it holds."""
    currencies: dict[Text, Move] = {}
    """Move of pairs as quoted: USDJPY: 27% is a dollar that buys 27 % more yen."""
    source: Text = "own assumption"
    """Where its figures come from."""


class Shipped(Spec):
    """The file of shocks that come with the project."""

    shocks: dict[Text, Shock]
    """Shocks by name."""


@cache
def shipped() -> Mapping[str, Shock]:
    """The shocks that come with the project, by name.

    >>> list(shipped())
    ['dot-com', '2008', 'covid', '2022']
    >>> shipped()["2008"].factors["world"]
    -0.568
    """
    tree = files.read(cases.SHOCKS)
    try:
        return Shipped.model_validate(tree.data).shocks
    except ValidationError as error:
        raise InputError(
            Problem(tree.file, tree.line(path), dotted(path), what, allowed, hint)
            for path, what, allowed, hint in complaints(error, tree.data, Shipped)
        ) from None


def available(own: Mapping[str, Shock]) -> Iterator[tuple[str, Shock, bool]]:
    """The house's own shocks, then those that come with the project and have another name: (name, shock, own).

    >>> own = {"covid": Shock(factors={"world": "-10%"})}
    >>> next(available(own))[1].source
    'own assumption, instead of the covid that comes with Warchest'
    """
    known = shipped()
    for name, shock in own.items():
        instead = f"{shock.source.rstrip('.')}, instead of the {name} that comes with Warchest"
        yield name, shock.model_copy(update={"source": instead}) if name in known else shock, True
    yield from ((name, shock, False) for name, shock in known.items() if name not in own)
