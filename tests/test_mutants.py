"""The table of mutants fits the code it breaks; `make mutants` shows that each is caught."""

from __future__ import annotations

import re

import mutants


def test_every_mutant_still_fits() -> None:
    assert mutants.misfits(mutants.ALL) == []
    assert all(m.old != m.new for m in mutants.ALL)


def test_every_mutant_has_a_name_of_its_own() -> None:
    assert len({m.name for m in mutants.ALL}) == len({m[2:5] for m in mutants.ALL}) == len(mutants.ALL)


def test_every_test_that_is_named_is_there() -> None:
    for mutant in mutants.ALL:
        for test in mutant.tests:
            file, _, name = test.partition("::")
            function = re.sub(r"\[.*", "", name).rpartition(".")[2]
            assert f"def {function}(" in (mutants.ROOT / file).read_text(encoding="utf-8"), test
