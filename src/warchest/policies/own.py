"""A policy of the user's own, in a Python file."""

from __future__ import annotations

import ast
import builtins
import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, Literal

from warchest.core.errors import InputError, Problem, nearest
from warchest.core.sight import Sight
from warchest.core.spec import Span, Text
from warchest.core.units import Duration
from warchest.policies.common import Betting

EXAMPLE = """
{kind: own, file: mine.py, every: 1mo}
"""
NAME = "policy"
"""What the function is called."""
GIVEN = ("cheques", "sales", "what to remember")
"""The numbers it gives."""


class Own(Betting):
    """One function of your own, `policy(see)` in a Python file: it is given what it sees, and says what to write, sell and remember.

    Source: your own; docs/own-policy.md has the skeleton, the checklist and every field of `see`.
    """

    kind: Literal["own"] = "own"
    """Always `own`; may be left out beside `file`."""
    file: Text
    """The Python file, as seen from the house file's folder. It is run: name only a file that you have read."""
    every: Span = Duration(1, "mo")
    """Time between decision dates; the first is today."""


def parse(path: Path) -> ast.Module:
    """The file's tree, read but not run; InputError where it is missing, no Python, or has no `policy(see)`."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except OSError as error:
        raise InputError(Problem(str(path), None, "", error.strerror or "cannot be read", "a Python file")) from None
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise InputError(Problem(str(path), line, "", getattr(error, "msg", str(error)), "Python")) from None
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    if NAME not in functions:
        hint = nearest(NAME, functions)
        raise InputError(Problem(str(path), None, "", "has no function `policy(see)`", "docs/own-policy.md", hint))
    given = functions[NAME].args
    if len(given.args) != 1 or given.vararg or given.kwonlyargs or given.kwarg or given.posonlyargs:
        line = functions[NAME].lineno
        raise InputError(Problem(str(path), line, NAME, "does not take one thing", "def policy(see):"))
    problems = [*_unseen(tree, given.args[0].arg, path), *_undefined(tree, path), *_ungiven(functions[NAME], path)]
    if problems:
        raise InputError(problems, "docs/own-policy.md lists what a policy sees.")
    return tree


def _unseen(tree: ast.Module, see: str, path: Path) -> Iterator[Problem]:
    """Fields that nobody sees, wherever the file asks for one."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name) or node.value.id != see:
            continue
        if node.attr not in Sight._fields:
            allowed = f"a policy sees: {', '.join(Sight._fields)}"
            hint = nearest(node.attr, Sight._fields)
            yield Problem(str(path), node.lineno, f"{see}.{node.attr}", "is not seen", allowed, hint)


def _undefined(tree: ast.Module, path: Path) -> Iterator[Problem]:
    """Names that the functions use and nothing defines."""
    made = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            made.add(node.name)
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            made |= {(name.asname or name.name).split(".")[0] for name in node.names}
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Name)
            and node.id not in made
            and not hasattr(builtins, node.id)
            and node.id != "__file__"
        ):
            yield Problem(
                str(path), node.lineno, node.id, "is not defined", "a name of this file, or of what it imports", ""
            )


def _ungiven(policy: ast.FunctionDef, path: Path) -> Iterator[Problem]:
    """Cases in which it gives nothing, or a number of numbers that is not three."""
    asked = f"three numbers in every case: {', '.join(GIVEN)}"
    inner = [
        node for node in ast.walk(policy) if isinstance(node, (ast.FunctionDef, ast.Lambda)) and node is not policy
    ]
    others = {node for function in inner for node in ast.walk(function)}
    for node in ast.walk(policy):
        if not isinstance(node, ast.Return) or node in others:
            continue
        if isinstance(node.value, ast.Tuple) and len(node.value.elts) != len(GIVEN):
            yield Problem(str(path), node.lineno, NAME, f"gives {len(node.value.elts)} numbers here", asked)
        if node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None):
            yield Problem(str(path), node.lineno, NAME, "gives nothing here", asked)
    if _falls_through(policy.body):
        yield Problem(str(path), policy.lineno, NAME, "may end without giving anything", asked)


def _falls_through(body: list[ast.stmt]) -> bool:
    """Whether what is run from here may reach its end; of `try` and `match` only the compiler can tell."""
    last = body[-1]
    if isinstance(last, (ast.If, ast.For)):
        branches = [last.body, last.orelse] if isinstance(last, ast.If) else [last.orelse]
        return any(not branch or _falls_through(branch) for branch in branches)
    if isinstance(last, ast.While):
        return not (isinstance(last.test, ast.Constant) and last.test.value)
    return not isinstance(last, (ast.Return, ast.Raise, ast.With, ast.Try, ast.Match))


def check(path: Path, house: str, line: int | None) -> None:
    """Refuse a policy that cannot be one, without running it; a missing file is told at its line of the house file."""
    if not path.is_file():
        raise InputError(
            Problem(house, line, "policy.file", f"there is no {path.name}", f"a Python file in {path.parent}")
        )
    parse(path)


def read(path: Path) -> Callable[..., Any]:
    """Run the file and return its function, ready for the compiler, with every function of the file that it may name.

    The same text gives the same function, so that it is compiled once.
    """
    parse(path)
    return _read(path, path.read_text(encoding="utf-8"))


@functools.cache
def _read(path: Path, text: str) -> Callable[..., Any]:
    code = compile(text, str(path), "exec")
    inside: dict[str, Any] = {"__name__": "warchest_own_policy", "__file__": str(path)}
    try:
        exec(code, inside)
    except Exception as error:  # whatever a user's file may do wrong is told, with its line
        line = _line(error, str(path))
        words = f"{type(error).__name__}: {error}"
        raise InputError(Problem(str(path), line, "", words, "a file that can be run")) from None
    for value in inside.values():
        if isinstance(value, FunctionType) and value.__code__.co_filename == str(path):
            value.__rule__ = True  # type: ignore[attr-defined]
    found: Callable[..., Any] = inside[NAME]
    return found


def _line(error: BaseException, file: str) -> int | None:
    """The line of a file on which something was raised."""
    at, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            at = trace.tb_lineno
        trace = trace.tb_next
    return at
