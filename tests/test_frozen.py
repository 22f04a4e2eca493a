"""What is declared is frozen: no field is set, no key is added, in no spec and in no mapping of one."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

import warchest
from warchest import cases
from warchest.core.spec import Spec
from warchest.house.schema import parts

HOUSES = Path(__file__).parent / "houses"
FILES = [*cases.names(), *sorted(str(path) for path in HOUSES.glob("*.yaml") if ".expect" not in path.name)]


def things(node: Any) -> Iterator[Any]:
    """Every spec and mapping within a house."""
    if isinstance(node, BaseModel):
        yield node
        for name in type(node).model_fields:
            yield from things(getattr(node, name))
    elif isinstance(node, dict):
        yield node
        for inner in node.values():
            yield from things(inner)
    elif isinstance(node, tuple):
        for inner in node:
            yield from things(inner)


@pytest.mark.parametrize("name", FILES, ids=lambda name: Path(name).stem)
def test_nothing_in_a_house_can_be_changed(name: str) -> None:
    house = warchest.load(name)
    for thing in things(house.spec):
        if isinstance(thing, dict):
            for change in (
                lambda t=thing: t.__setitem__("new", 1),
                lambda t=thing: t.update(new=1),
                lambda t=thing: t.setdefault("new", 1),
                lambda t=thing: t.__ior__({"new": 1}),
                thing.clear,
                thing.popitem,
            ):
                with pytest.raises(TypeError, match="frozen"):
                    change()
            assert "new" not in thing
            continue
        for field in type(thing).model_fields:
            with pytest.raises(ValidationError, match="frozen"):
                setattr(thing, field, None)
        with pytest.raises((ValidationError, ValueError)):
            thing.new = 1
    with pytest.raises(AttributeError):
        house.spec = None
    with pytest.raises(TypeError):
        house.fx["USD"] = 1.0


@pytest.mark.parametrize("kind", parts().values(), ids=lambda kind: kind.__name__)
def test_every_part_is_a_frozen_spec_that_refuses_unknown_keys(kind: type[BaseModel]) -> None:
    assert issubclass(kind, Spec)
    assert kind.model_config["frozen"] is True
    with pytest.raises(ValidationError, match="Extra inputs"):
        kind.model_validate({"no_such_field": 1})


def test_a_frozen_house_can_be_copied_and_sent() -> None:
    spec = warchest.load("softbank-2023").spec
    assert copy.deepcopy(spec) == spec
    assert pickle.loads(pickle.dumps(spec)) == spec
