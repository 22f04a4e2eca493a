"""What if this one number were another? A field of the house file over several values, each lived on the same markets."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

from warchest.core.errors import CannotError, InputError, Problem
from warchest.house import House
from warchest.house.words import UNKNOWN
from warchest.questions import field as fields
from warchest.questions import same_paths
from warchest.questions.compare import change, flat
from warchest.questions.field import MISSING, Field, measure
from warchest.questions.verdict import verdict

if TYPE_CHECKING:
    import pandas as pd

LEFT_OUT = "left out"
SECTIONS = ("rows", "outlooks", "shocks")
"""Sections that one life of the house does not read."""


@dataclass(frozen=True)
class Curve:
    """What the house leaves against the value of one field: `.table` one row a value, `.to_dict()` everything."""

    found: Mapping[str, Any] = field(repr=False)

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest vary --json`."""
        return dict(self.found)

    def to_frame(self) -> pd.DataFrame:
        """One row a value: NAV, growth, odds with their errors, and the differences from the file's own (`_change`, `_change_se`)."""
        import pandas as pd

        loan, rows = self.found["loan"], self.found["curve"]
        return pd.DataFrame([
            {**{key: row[key] for key in ("value", "x", "own")}, **_call(row, loan), **flat(row, row["change"] or {})} for row in rows
        ])  # fmt: skip

    @property
    def table(self) -> pd.DataFrame:
        """The same as `.to_frame()`, with the values as its index."""
        return self.to_frame().set_index("value")


def vary(
    house: House,
    name: str,
    values: Sequence[Any],
    paths: int = 10_000,
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Curve:
    """Live the house with one field at each of several values; the file's own value is what the others are held against.

    Args:
        house: what `warchest.load` gave.
        name: the field by its dotted name, as `cash`, `debts.Lombard loan.call_at` or `bets.Rocket.tranches[0].cheque`.
        values: as the file would write them: "60%", "10d", "5m USD", 0.6. All are read, and refused together, before any is lived.
        paths: paths for each value.
        seed: path k of a seed is the same path as in `simulate`.
        threads: how many to use; all cores if left out.
        progress: called with the number of paths lived, all values together.

    Values that leave the market as it is are lived on the same prices, and differences have paired errors; a field of the market,
    the grid or a holding's volatility makes another world, whose differences are those of runs apart (`same_paths` says which).

    Source: common random numbers, Glasserman, "Monte Carlo Methods in Financial Engineering" (2003), section 4.2.

    >>> import warchest
    >>> found = warchest.load("founder").vary("cash", ["0", "20m"], paths=256)
    >>> found.table.index.tolist()
    ['0', '5m', '20m']
    """
    where = fields.find(house.tree, name)
    versions = _versions(house, where, values)
    own = next(n for n, version in enumerate(versions) if version.own)
    ways = same_paths.live([version.house for version in versions], paths, seed, threads, progress)
    rows = [
        {
            "value": version.value, "x": version.x, "own": version.own, **same_paths.measured(way),
            "change": None if version.own else {"same_paths": way.world == ways[own].world, **change(way, ways[own])},
        }
        for version, way in zip(versions, ways, strict=True)
    ]  # fmt: skip
    against = versions[own].value
    others = [row for row in rows if row["change"]]
    found = {
        "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency,
        "paths": paths, "seed": seed, "step": house.grid.step, "grid": house.grid.sentence(),
        "horizon_years": ways[own].sample.years, "nav": ways[own].sample.start,
        "field": where.name, "unit": versions[own].unit, "own": None if where.value is MISSING else against,
        "against": f"the file's ({against})", "loan": _loan(house, where),
        "same_paths": all(row["change"]["same_paths"] for row in others), "curve": rows,
    }  # fmt: skip
    said = [verdict(f"{row['value']} against the file's ({against})", row["change"], paths) for row in others]
    return Curve({**found, "said": said})


def lives(values: Sequence[Any], paths: int) -> int:
    """How many paths are lived at most, all values together, the file's own among them."""
    return (len(values) + 1) * paths


class Version(NamedTuple):
    """The house at one value of the field."""

    value: str
    x: float | None
    unit: str
    own: bool
    house: House


def _versions(house: House, where: Field, values: Sequence[Any]) -> list[Version]:
    """The house at each value and at the file's own, sorted where all are numbers of one unit; every refusal at once."""
    if where.path[0] in SECTIONS:
        raise CannotError(
            f"{where.name} is not read by a house's own life; vary a field outside of {', '.join(SECTIONS)}."
        )
    if isinstance(values, str) or not values:
        raise CannotError(f"{where.name} needs values to try, as a list of them.")
    read = [fields.read(value) if isinstance(value, str) else value for value in values]
    problems: list[Problem] = []
    found = (
        [] if any(_same(value, where.value) for value in read) else [Version(_said(where.value), None, "", True, house)]
    )
    for n, value in enumerate(read):
        if any(_same(value, other) for other in read[:n]):
            problems.append(Problem("VALUE", None, "", f"'{value}' is named twice", "each value once"))
            continue
        try:
            own = _same(value, where.value)
            changed = house if own else house.edited(where.change(house.tree.data, value))
            found.append(Version(_said(value), None, "", own, changed))
        except InputError as error:
            problems.extend(_asked_for(problem, house, where, value) for problem in error.problems)
    if problems:
        raise InputError(dict.fromkeys(problems))
    return _measured(found)


def _asked_for(problem: Problem, house: House, where: Field, value: Any) -> Problem:
    """A problem of a file that holds `value`, told of the value, or of a field that no file has."""
    if problem.file != house.tree.file:
        return problem
    unknown = problem.found == UNKNOWN and problem.where == where.name
    return replace(problem, file="FIELD" if unknown else f"VALUE {value}", line=None)


def _measured(versions: list[Version]) -> list[Version]:
    """Numbers and one unit beside the values, and in their order, where they have that."""
    told = {v.value: measure(fields.read(v.value)) for v in versions if v.value != LEFT_OUT}
    units = {m[1] for m in told.values() if m is not None}
    if None in told.values() or len(units) > 1:
        return versions
    unit = units.pop()
    found = [Version(v.value, m[0] if (m := told.get(v.value)) else None, unit, v.own, v.house) for v in versions]
    return sorted(found, key=lambda v: float("-inf") if v.x is None else v.x)


def _same(value: Any, other: Any) -> bool:
    """Whether two values are written alike, or are the same number of the same unit."""
    if value is MISSING or other is MISSING:
        return False
    mine, yours = measure(value), measure(other)
    return str(value) == str(other) or (mine is not None and mine == yours)


def _said(value: Any) -> str:
    return LEFT_OUT if value is MISSING else str(value)


def _loan(house: House, where: Field) -> str | None:
    """The loan whose own calls are told beside the house's: the one the field belongs to."""
    if where.path[0] != "debts" or len(where.path) < 2:
        return None
    debt = house.spec.debts.get(str(where.path[1]))
    return str(where.path[1]) if debt is not None and hasattr(debt, "call_at") else None


def _call(row: Mapping[str, Any], loan: str | None) -> dict[str, Any]:
    """The odds that this loan is called, with their error."""
    calls = next((x["calls"] for x in row["loans"] if x["name"] == loan), None)
    return {} if loan is None else {"loan_call": calls and calls["p"], "loan_call_se": calls and calls["se"]}
