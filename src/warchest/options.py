"""Options that commands share: what they say, how their values are read, and how a wrong one is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Annotated, Any

import typer

File = Annotated[str, typer.Argument(metavar="FILE", help="A house file, or the name of a case (`warchest cases`).")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object on standard output, nothing else.")]
In = Annotated[str | None, typer.Option("--in", metavar="CURRENCY", help="Amounts in another currency of the file.")]
Paths = Annotated[int, typer.Option(min=1, max=100_000_000, help="Number of paths.")]
Sample = Annotated[int, typer.Option(min=2, max=100_000_000, help="Number of paths; errors need two at least.")]
Seed = Annotated[int, typer.Option(min=0, help="Path K of a seed is always the same path.")]
Threads = Annotated[int | None, typer.Option(min=1, max=1024, help="Threads; all cores if left out.")]
PolicyKind = Annotated[
    str | None,
    typer.Option(
        metavar="POLICY", help="A kind (hold, all_in, band, ...), a Python file or a row, not the file's policy."
    ),
]


def known(option: str, name: str | None, choices: Iterable[str], what: str) -> None:
    """Refuse a name that the file (or the project) does not have."""
    from warchest.core.errors import InputError, Problem, nearest

    choices = list(choices)
    if name is not None and name not in choices:
        allowed = f"{what}: {', '.join(choices) or 'none'}"
        raise InputError(Problem(option, None, "", f"there is no '{name}'", allowed, nearest(name, choices)))


def unused(option: str, given: object, beside: str) -> None:
    """Refuse an option that would say nothing beside another."""
    from warchest.core.errors import InputError, Problem

    if given is not None:
        raise InputError(Problem(option, None, "", f"says nothing beside {beside}", "leave it out"))


def read(option: str, text: str, reader: Callable[[Any], Any]) -> Any:
    """A value of the command line, read as in a file; what is wrong with it is said in the same words."""
    from warchest.core.errors import InputError, Problem

    try:
        return reader(text)
    except ValueError as error:
        what, _, allowed = str(error).partition("; ")
        raise InputError(Problem(option, None, "", what, allowed)) from None


def a_cheque(value: str) -> Any:
    """An amount above nothing."""
    from warchest.core.units import amount

    found = amount(value)
    if found.value <= 0.0:
        raise ValueError(f"'{value}' is no cheque; an amount above zero")
    return found


def a_cap(value: str) -> float:
    """Odds that may not be passed; nothing at all cannot be shown by any number of paths."""
    from warchest.core.units import share

    found = share(value)
    if not 0.0 < found < 1.0:
        raise ValueError(f"'{value}' caps nothing, or everything; between 0% and 100%, or none")
    return found


def a_fall(value: str) -> tuple[float, float]:
    """A fall of NAV and its odds."""
    deep, at, often = value.partition("@")
    if not at:
        raise ValueError(f"'{value}' is no drawdown cap; a fall and its odds: 50%@5%")
    return a_cap(deep), a_cap(often)


def a_year(value: str) -> int:
    """A year of a commitment."""
    if not (value.isdigit() and len(value) == 4):
        raise ValueError(f"'{value}' is no year; a commitment is YEAR=AMOUNT: 2026=100m")
    return int(value)


def print_json(value: Any) -> None:
    """One JSON object and nothing else."""
    import json

    print(json.dumps(_finite(value), indent=1, allow_nan=False, ensure_ascii=False))


def _finite(value: Any) -> Any:
    """JSON has no infinity: an LTV without holdings is null."""
    if isinstance(value, dict):
        return {key: _finite(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(inner) for inner in value]
    return None if isinstance(value, float) and value - value != 0.0 else value
