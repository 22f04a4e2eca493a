"""Policies of the user's own, tried before anything is lived with them."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from warchest.core.errors import InputError, Problem
from warchest.core.kernel import Own, try_policy
from warchest.core.layout import table
from warchest.core.sight import Sight

ALLOWED = "numbers, if, for, while, math, tables of constants; it gives three numbers: cheques, sales, what to remember"


def refuse_faulty(own: Own) -> None:
    """InputError, with the line, where a policy cannot be compiled or gives something else than three numbers."""
    for policy in own:
        found = _fault(policy)
        if found is not None:
            line, words = found
            code = policy.__code__
            raise InputError(Problem(code.co_filename, line or code.co_firstlineno, "policy", words, ALLOWED))


@functools.cache
def _fault(policy: Callable[..., Any]) -> tuple[int | None, str] | None:
    return try_policy(policy, table(Sight, [Sight()])[0])
