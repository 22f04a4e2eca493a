"""Policies of the user's own, tried before anything is lived with them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

from warchest.core.errors import InputError, Problem
from warchest.core.kernel import Own, try_policy
from warchest.core.layout import Array, table
from warchest.core.sight import Sight

ALLOWED = "numbers, if, for, while, math, tables of constants; it gives three numbers: cheques, sales, what to remember"

AMOUNTS = "three finite numbers in every case; cheques or sales below 0 are none"


class AstrayError(InputError):
    """A policy gave something else than amounts while it was lived."""

    closing: ClassVar[str] = "no answer is given."


def refuse_faulty(own: Own) -> None:
    """InputError, with the line, where a policy cannot be compiled or gives something else than three numbers."""
    for policy in own:
        found = _fault(policy)
        if found is not None:
            line, words = found
            code = policy.__code__
            raise InputError(Problem(code.co_filename, line or code.co_firstlineno, "policy", words, ALLOWED))


def refuse_astray(own: Own, levels: Iterable[Array]) -> None:
    """AstrayError where a policy gave something else than amounts on the paths just lived; `levels` are theirs."""
    for rows in levels:
        for row in rows[rows.astray >= 0]:
            code = own[int(row.own)].__code__
            words = f"gave on step {int(row.astray)} what is no amount: infinite, or not a number"
            raise AstrayError(Problem(code.co_filename, code.co_firstlineno, "policy", words, AMOUNTS))


@functools.cache
def _fault(policy: Callable[..., Any]) -> tuple[int | None, str] | None:
    return try_policy(policy, table(Sight, [Sight()])[0])
