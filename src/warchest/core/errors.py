"""What went wrong, in words: where, what was found, what is allowed, the nearest match."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

LONGEST = 300  # characters of one part of a message; a file may quote megabytes
WIDEST = 76  # a hint is aligned with the others up to this column


@dataclass(frozen=True)
class Problem:
    """One thing wrong with an input: a place, what was found there, what is allowed."""

    file: str
    line: int | None
    where: str
    found: str
    allowed: str = ""
    hint: str = ""

    @property
    def place(self) -> str:
        """`house.yaml:9`, or the file alone where no line is known."""
        return _shown(self.file if self.line is None else f"{self.file}:{self.line}")


class InputError(Exception):
    """The input is wrong; every problem is told at once and nothing was run."""

    status: ClassVar[int] = 2
    closing: ClassVar[str] = "nothing was run."

    def __init__(self, problems: Problem | Iterable[Problem], advice: str = "") -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        self.advice = advice
        super().__init__(self.problems, advice)

    def __str__(self) -> str:
        count = len(self.problems)
        closing = f"{count} problem{'' if count == 1 else 's'}; {self.closing}"
        return "\n".join([*_laid_out(self.problems), f"{closing} {self.advice}".strip()])


class CannotError(Exception):
    """It could not be done, said in one sentence."""

    status: ClassVar[int] = 1


def dotted(path: Sequence[object]) -> str:
    """The place in a file as a person writes it.

    >>> dotted(("bets", "Rocket", "tranches", 0, "date"))
    'bets.Rocket.tranches[0].date'
    """
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def nearest(word: str, choices: Iterable[str]) -> str:
    """The choice most like the word, capitals apart; empty where none is near.

    >>> nearest("volatilty", ["shares", "price", "volatility"])
    'volatility'
    >>> nearest("moon", ["shares", "price"])
    ''
    """
    by_fold: dict[str, str] = {}
    for choice in choices:
        by_fold.setdefault(choice.casefold()[:100], choice)
    found = difflib.get_close_matches(word.casefold()[:100], by_fold, n=1)
    return by_fold[found[0]] if found else ""


def _laid_out(problems: Sequence[Problem]) -> list[str]:
    margin = max((len(problem.place) for problem in problems), default=0) + 2
    hinted = [len(_shown(problem.allowed)) for problem in problems if problem.hint]
    column = max((width for width in hinted if width <= WIDEST), default=0)
    lines = []
    for problem, following in zip(problems, (*problems[1:], None), strict=True):
        first = "   ".join(_shown(part) for part in (problem.where, problem.found) if part)
        lines.append(f"{problem.place:<{margin}}{first}")
        second = _shown(problem.allowed)
        if problem.hint:
            gap = f"{second:<{column}}     " if second else ""
            second = f"{gap}did you mean '{_shown(problem.hint)}'?"
        elif following and (following.allowed, following.hint) == (problem.allowed, ""):
            continue  # said once, under the last of them
        if second:
            lines.append(" " * margin + second)
    return lines


def _shown(text: str) -> str:
    """Safe for a terminal: control characters written out, and not endless."""
    if len(text) > LONGEST:
        text = text[: LONGEST - 1] + "…"
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
