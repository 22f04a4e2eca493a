"""One field of a house file, by its dotted name: found, read as a number, and written anew."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from warchest.core.errors import InputError, Problem, dotted, nearest
from warchest.core.units import POWERS
from warchest.files import Tree, value_of

_PLACE = re.compile(r"\[(\d+)\]")
_MEASURE = re.compile(
    r"([-+\N{MINUS SIGN}]?[0-9_]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?) *(%|k|m|M|bn|tn)? *([A-Z]{3}|d|w|mo|y)?"
)
MISSING = object()


class Field(NamedTuple):
    """A place in a house file and what it holds; `MISSING` where the file leaves it out."""

    path: tuple[str | int, ...]
    value: Any

    @property
    def name(self) -> str:
        """As a person writes it."""
        return dotted(self.path)

    def change(self, data: Mapping[str, Any], value: Any) -> dict[str, Any]:
        """What has to be merged into the file's data so that this field holds `value`.

        >>> Field(("debts", "Loan", "call_at"), "70%").change({"debts": {"Loan": {"call_at": "70%"}}}, "65%")
        {'debts': {'Loan': {'call_at': '65%'}}}
        """
        found: dict[str, Any] = _nested(data, self.path, value)
        return found


def find(tree: Tree, words: str) -> Field:
    r"""The field that `words` name: names joined by dots, each as the file writes it, with dots and spaces if it has them.

    InputError says how far the file goes along with the words, and what it has there.

    >>> from warchest import files
    >>> find(files.parse("cash: 5m\ndebts: {A loan: {call_at: 70%}}"), "debts.A loan.call_at").value
    '70%'
    """
    here: Any = tree.data
    path: list[str | int] = []
    left = words.strip()
    while left:
        if isinstance(here, Sequence) and not isinstance(here, str) and (match := _PLACE.match(left)):
            if int(match[1]) >= len(here):
                raise _unknown(tree, path, left, [f"[{n}]" for n in range(len(here))])
            step: str | int = int(match[1])
            left = left[match.end() :].removeprefix(".")
        elif isinstance(here, Mapping):
            names = [str(n) for n in here if left == str(n) or left.startswith((f"{n}.", f"{n}["))]
            if not names and ("." in left or "[" in left):
                raise _unknown(tree, path, left, [str(n) for n in here])
            if not names:
                return Field((*path, left), MISSING)
            step = max(names, key=len)
            left = left[len(step) :].removeprefix(".")
        else:
            raise _unknown(tree, path, left, [])
        path.append(step)
        here = here[step]
    if not path:
        raise InputError(Problem(tree.file, None, "", "no field is named", "as debts.Loan.call_at"))
    if isinstance(here, (Mapping, list)):
        inside = [str(n) for n in here] if isinstance(here, Mapping) else [f"[{n}]" for n in range(len(here))]
        allowed = f"one of its fields: {', '.join(inside)}"
        raise InputError(Problem(tree.file, tree.line(tuple(path)), dotted(path), "holds more than one value", allowed))
    return Field(tuple(path), here)


def _unknown(tree: Tree, path: Sequence[str | int], left: str, has: Sequence[str]) -> InputError:
    word = left.split(".")[0]
    where = dotted(path)
    allowed = f"here are: {', '.join(has)}" if has else "nothing is inside of it"
    return InputError(
        Problem(
            tree.file,
            tree.line(tuple(path)) if path else None,
            where,
            f"there is no '{word}'",
            allowed,
            nearest(word, has),
        )
    )


def _nested(data: Any, path: Sequence[str | int], value: Any) -> Any:
    if not path:
        return value
    step, *rest = path
    if isinstance(step, int):
        return [_whole(item, rest, value) if n == step else item for n, item in enumerate(data)]
    inside = data.get(step) if isinstance(data, Mapping) else None
    return {step: _nested(inside, rest, value)}


def _whole(item: Any, path: Sequence[str | int], value: Any) -> Any:
    """An entry of a list is replaced whole, so it takes its other fields along."""
    return {**item, **_nested(item, path, value)} if path else value


def read(text: str) -> Any:
    """A value as the command line gives it, as a house file would read it."""
    return value_of(text.strip())


def measure(value: Any) -> tuple[float, str] | None:
    """The number that a value is and its unit, for an axis: percent, days, weeks, months, years, or a currency; None for words.

    >>> measure("65%"), measure("5m USD"), measure(0.65), measure("10d"), measure("hold")
    ((65.0, '%'), (5000000.0, 'USD'), (0.65, ''), (10.0, 'd'), None)
    """
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, (int, float)):
        return float(value), ""
    match = _MEASURE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None or (match[2] == "%" and match[3]):
        return None
    number = float(match[1].replace("_", "").replace("\N{MINUS SIGN}", "-"))
    return number * 10.0 ** POWERS.get(match[2] or "", 0), "%" if match[2] == "%" else match[3] or ""
