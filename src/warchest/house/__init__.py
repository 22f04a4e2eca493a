"""House: the frozen, validated whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import ValidationError

from warchest import files
from warchest.cases import find
from warchest.core.calendar import Grid, grid
from warchest.core.errors import InputError, Problem, dotted, nearest
from warchest.core.units import Amount
from warchest.files import Tree
from warchest.house import checks, funds
from warchest.house.merge import merged
from warchest.house.pruned import crossing
from warchest.house.rates import rates
from warchest.house.spec import HouseFile
from warchest.house.words import MISSING, Found, complaints
from warchest.policies import KINDS, Own, own

FIXED = ("as_of", "currency", "fx", "market", "horizon", "step", "rows", "outlooks")
"""What no row or outlook may change: the world and the grid belong to all of them."""
OPTION = "--policy"
"""Where a policy is asked for that the file does not have."""
EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class House:
    """A validated house: its file, its exchange rates (`fx`: the house's currency for one unit) and the funds inside it."""

    spec: HouseFile
    tree: Tree = field(repr=False)
    fx: Mapping[str, float]
    funds: Mapping[str, House] = field(default_factory=lambda: EMPTY)
    """The houses inside it, by the name of the holding; their `fx` is the top house's."""
    files: Mapping[str, Tree] = field(default_factory=lambda: EMPTY, repr=False)
    """Files of the houses inside it, as they were read."""

    @property
    def name(self) -> str:
        """Name of the house."""
        return self.spec.house

    @property
    def policy(self) -> str:
        """How it decides, in a word: the kind of its policy, or the name of its Python file."""
        return Path(self.spec.policy.file).name if isinstance(self.spec.policy, Own) else self.spec.policy.kind

    @property
    def grid(self) -> Grid:
        """The dates on which triggers are looked at."""
        return grid(self.spec.as_of, self.spec.step, self.spec.horizon)

    @property
    def beside(self) -> dict[str, str]:
        """Texts of the files of funds inside it, and of its own policy, by where they lie beside its own."""
        folder = Path(self.tree.file).parent
        found = {Path(path): tree.text for path, tree in self.files.items()}
        if isinstance(self.spec.policy, Own):
            policy = self.beside_it(self.spec.policy.file)
            found[policy] = policy.read_text(encoding="utf-8")
        return {p.relative_to(folder).as_posix(): text for p, text in found.items() if p.is_relative_to(folder)}

    def beside_it(self, file: str) -> Path:
        """A file that the house names, as seen from the folder of its own."""
        return Path(self.tree.file).parent / file

    def home(self, amount: Amount) -> float:
        """An amount in the house's currency at today's rates."""
        return amount.value * self.fx[amount.currency or self.spec.currency]

    def currency_of(self, amount: Amount) -> str:
        """The currency of an amount; the house's where none is written."""
        return amount.currency or self.spec.currency

    def deciding(self, policy: str | None) -> House:
        """This house under another policy: a kind, a Python file (`mine.py`) or the name of a row; None changes nothing.

        What is wrong with a policy that the file does not have is told as what was asked for, not at a line of the file.
        """
        if policy is None or policy == self.spec.policy.kind:
            return self
        rows = self.spec.rows
        if policy in rows and policy not in KINDS:
            return self.changed(rows[policy], ("rows", policy))
        if not policy.endswith(".py") and policy not in KINDS:
            allowed = f"policies: {', '.join(KINDS)}, or a Python file{'; rows: ' if rows else ''}{', '.join(rows)}"
            raise InputError(
                Problem(OPTION, None, "", f"there is no '{policy}'", allowed, nearest(policy, [*KINDS, *rows]))
            )
        change = {"kind": "own", "file": str(Path(policy).resolve())} if policy.endswith(".py") else {"kind": policy}
        try:
            return self.changed({"policy": change})
        except InputError as error:
            mine = [_asked_for(p, policy) if p.file == self.tree.file else p for p in error.problems]
            raise InputError(mine, error.advice) from None

    def lasting(self, horizon: str) -> House:
        """This house over another horizon, such as `10y`; rows and outlooks left out."""
        return self.edited({"horizon": horizon})

    def changed(self, change: Mapping[str, Any], where: tuple[str, ...] = ()) -> House:
        """This house with some fields of its file replaced (mappings are merged, a part of another kind replaced whole)."""
        for key in change:
            if key in FIXED:
                raise InputError(
                    Problem(self.tree.file, self.tree.line((*where, key)), dotted((*where, key)), "cannot be changed here",
                            f"rows and outlooks share one world; they may change anything but {', '.join(FIXED)}")
                )  # fmt: skip
        if isinstance(policy := change.get("policy"), Mapping) and "file" in policy:
            change = {**change, "policy": {"kind": Own.model_fields["kind"].default, **policy}}
        return self.edited(change, where)

    def edited(self, change: Mapping[str, Any], where: tuple[str, ...] = ()) -> House:
        """The same with any field, those of the world too; rows and outlooks are left out."""
        data = merged(self.tree.data, change)
        for section in ("rows", "outlooks"):
            data.pop(section, None)
        return _validated(
            Tree(self.tree.file, self.tree.text, data, self.tree.lines), where, self.tree.data, self.files
        )


def _validated(
    tree: Tree, where: tuple[str, ...] = (), known: Mapping[str, Any] = EMPTY, files: Mapping[str, Tree] = EMPTY
) -> House:
    """The house of a tree; `where` is the row or outlook it was changed by, `known` the file it was changed from."""
    spec, found = _spec(tree)
    problems = [_problem(f, tree, where, known) for f in found]
    if spec is None or problems:
        raise _refused(problems)
    if isinstance(spec.policy, Own):
        own.check(Path(tree.file).parent / spec.policy.file, tree.file, tree.line((*where, "policy", "file")))
    fx = MappingProxyType(rates(spec))
    inside = funds.Funds(dict(files), fx, _spec)
    children = inside.of(spec, tree)
    if inside.problems:
        raise _refused(replace(p, where=f"{dotted(where)}: {p.where}") if where else p for p in inside.problems)
    return House(spec, tree, fx, _houses(children, fx, inside.files), MappingProxyType(inside.files))


def _houses(
    children: Mapping[str, funds.Child], fx: Mapping[str, float], files: Mapping[str, Tree]
) -> Mapping[str, House]:
    return MappingProxyType(
        {name: House(c.spec, c.tree, fx, _houses(c.funds, fx, files)) for name, c in children.items()}
    )


def _spec(tree: Tree) -> tuple[HouseFile | None, list[Found]]:
    """A file's spec, and every problem in it."""
    try:
        spec = HouseFile.model_validate(tree.data)
    except ValidationError as error:
        found = complaints(error, tree.data, HouseFile)
        return None, found + crossing(tree.data, found)
    return spec, checks.check(spec)


def _problem(found: Found, tree: Tree, where: tuple[str, ...], known: Mapping[str, Any]) -> Problem:
    path, what, allowed, hint = found
    place = dotted(path)
    if where:
        place = f"{dotted(where)}: {place}"
        section = known.get(path[0]) if len(path) > 1 else None
        if isinstance(section, Mapping) and path[1] not in section:  # a name the file does not know: a slip
            hint = hint or nearest(str(path[1]), map(str, section))
    return Problem(tree.file, tree.line((*where, *path)), place, what, allowed, hint)


def _asked_for(problem: Problem, policy: str) -> Problem:
    """A problem with a policy that the file does not have."""
    place, _, field = problem.where.partition(".")
    if place != "policy":
        return problem
    if problem.found == MISSING:
        what = f"write it in the file, as the policy or in a row under `rows`: {{kind: {policy}, {field}: ...}}"
        return Problem(OPTION, None, "", f"{policy} needs '{field}'", what)
    return replace(problem, file=OPTION, line=None, where="")


def _refused(problems: Iterable[Problem]) -> InputError:
    """Every problem, from the top of the file down, each once."""
    ordered = sorted(dict.fromkeys(problems), key=lambda p: p.line or 0)
    return InputError(ordered, "`warchest schema` shows every field with its unit.")


def of(tree: Tree) -> House:
    """The house of a file's tree; InputError with every problem at once."""
    house = _validated(tree)
    found: list[Problem] = []
    for section in ("rows", "outlooks"):
        for name, change in getattr(house.spec, section).items():
            try:
                house.changed(change, (section, name))
            except InputError as error:
                found.extend(error.problems)
    if found:
        raise _refused(found)
    return house


def load(path: str | os.PathLike[str]) -> House:
    """Read a house file, or a case by its name.

    >>> load("founder").name
    'A founder with pledged shares'
    """
    return of(files.read(find(path)))
