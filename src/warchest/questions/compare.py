"""Which policy? Several of them lived on the same markets, and what each does to the paths that the first does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from warchest.core.errors import InputError, Problem
from warchest.house import OPTION, House
from warchest.policies import KINDS
from warchest.questions import same_paths
from warchest.questions.same_paths import Way
from warchest.questions.verdict import verdict
from warchest.results import paired

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """Policies side by side: `.table` one row a policy, `.to_dict()` everything."""

    found: Mapping[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest compare --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a policy: NAV, growth, odds with their errors, and the differences from the first (`_change`, `_change_se`)."""
        import pandas as pd

        changes = {d["policy"]: d for d in self.found["differences"]}
        rows = [
            {"policy": row["policy"], **flat(row, changes.get(row["policy"], {}))} for row in self.found["policies"]
        ]
        return pd.DataFrame(rows)

    @property
    def table(self) -> pd.DataFrame:
        """The same as `.to_frame()`, with the policies as its index."""
        return self.to_frame().set_index("policy")


def compare(
    house: House,
    policies: Sequence[str] = (),
    paths: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Comparison:
    """Live the same markets under several policies; the first is what the others are held against.

    Args:
        house: what `warchest.load` gave.
        policies: kinds (hold, band, ...), Python files, or names of the file's `rows`. The file's own kind keeps the file's
            parameters, another has its defaults. One alone is held against the file's own; none: see `usual`.
        paths: paths for each policy.
        seed: path k of a seed is the same path as in `simulate`.
        threads: how many to use; all cores if left out.
        progress: called with the number of paths lived, all policies together.

    Source: common random numbers, Glasserman, "Monte Carlo Methods in Financial Engineering" (2003), section 4.2.

    >>> import warchest
    >>> found = warchest.load("founder").compare(["hold", "planned"], paths=256)
    >>> found.table.index.tolist(), found.table.cheque.tolist()
    (['hold', 'planned'], [0.0, 15000000.0])
    """
    named = chosen(house, policies)
    ways = same_paths.live(list(named.values()), paths, seed, threads, progress)
    first, *others = named
    rows = [
        {"policy": name, "kind": way.house.spec.policy.kind, **same_paths.measured(way)}
        for name, way in zip(named, ways, strict=True)
    ]
    differences = [
        {"policy": name, "against": first, "same_paths": way.world == ways[0].world, **change(way, ways[0])}
        for name, way in zip(others, ways[1:], strict=True)
    ]
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency,
        "paths": paths, "seed": seed, "step": house.grid.step, "grid": house.grid.sentence(),
        "horizon_years": ways[0].sample.years, "nav": ways[0].sample.start,
        "against": first, "policies": rows, "differences": differences,
    }  # fmt: skip
    said = [verdict(f"{d['policy']} against {first}", d, paths) for d in differences]
    return Comparison({**found, "said": said})


def lives(house: House, policies: Sequence[str], paths: int) -> int:
    """How many paths a comparison lives, all policies together."""
    return len(chosen(house, policies)) * paths


def usual(house: House) -> list[str]:
    """What is compared if nothing is named: the file's own policy, and hold, planned, band and all_in where they apply."""
    spec = house.spec
    kinds = ["hold", *(["planned"] if spec.bets else []), "band", *(["all_in"] if spec.bets else [])]
    return list(dict.fromkeys([spec.policy.kind, *kinds]))


def chosen(house: House, policies: Sequence[str]) -> dict[str, House]:
    """The house under each policy, by the name it is shown under; InputError names every one that cannot be."""
    if isinstance(policies, str):
        policies = [policies]
    own = house.spec.policy.kind
    names = list(policies) or usual(house)
    if len(names) == 1 and names[0] != own:
        names = [own, *names]
    problems: list[Problem] = []
    if len(names) == 1:
        allowed = f"another one beside it: {', '.join(kind for kind in KINDS if kind != own)}, or a Python file"
        problems.append(Problem(OPTION, None, "", f"'{names[0]}' is the file's own policy", allowed))
    found: dict[str, House] = {}
    seen: dict[str, str] = {}
    for name in names:
        if (same := str(Path(name).resolve()) if name.endswith(".py") else name) in seen:
            problems.append(Problem(OPTION, None, "", f"'{name}' is named twice", "each policy once"))
            continue
        seen[same] = name
        try:
            found[_short(name, found)] = house.deciding(name)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    return found


def _short(name: str, taken: Iterable[str]) -> str:
    """A Python file's own name, and its whole path where another is called so too."""
    short = Path(name).name if name.endswith(".py") else name
    return name if short in taken else short


def change(here: Way, there: Way) -> dict[str, Any]:
    """What one way leaves differently from another: path by path where they share the world, else as two runs apart."""
    if here.world == there.world:
        return paired.differences(
            here.sample.columns, there.sample.columns, here.sample.start, there.sample.start, here.sample.years
        )
    return paired.apart(same_paths.measured(here), same_paths.measured(there))


def flat(row: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a table: numbers by name, of each probability its share of paths and standard error."""
    growth = row["growth"] or {}
    found: dict[str, Any] = {
        "median_nav": row["nav"]["p50"], "p05_nav": row["nav"]["p05"], "p95_nav": row["nav"]["p95"],
        "growth": growth.get("value"), "growth_se": growth.get("se"), "max_drawdown": row["max_drawdown"]["p50"],
        "time_above_max": row["time_above_max"], "cheque": row["cheque"], "cash_min": row["cash_min"]["p50"],
        "defence": row["defence"],
    }  # fmt: skip
    for name, odds in row["probabilities"].items():
        found |= {name: None if odds is None else odds["p"], f"{name}_se": None if odds is None else odds["se"]}
    for name, cell in changes.items():
        if isinstance(cell, Mapping):
            found |= {f"{name}_change": cell["difference"], f"{name}_change_se": cell["se"]}
    return found
