"""YAML files read strictly: every line remembered, nothing guessed, every refusal in words.

The parser's events are walked here, not its objects: that stops early at a file that nests or
repeats without end, and leaves `NO`, `12:30` and 2026-02-30 as the text they are.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from warchest.core.errors import InputError, Problem, dotted, nearest
from warchest.core.units import NUMBER

LARGEST = 5_000_000  # bytes
DEEPEST = 30  # levels
WIDEST = 100_000  # characters of a line: the parser's time grows with the square of some
MOST = 100_000  # keys, values and items

PLAIN_WORDS = "anchors, aliases, merge keys and tags are not read; write the value out"
SHAPE_WORDS = "a file is lines of `name: value`, such as `house: A founder`"
COLUMN_WORDS = "one `name: value` a line, all in one column"
TAB_WORDS = "tabs cannot indent YAML; use spaces"

_INTEGER = re.compile(r"[-+]?[0-9]+(?:_[0-9]+)*")
_FLOAT = re.compile(rf"[-+]?{NUMBER}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WORDS = {
    "true": True,
    "false": False,
    "null": None,
    "Null": None,
    "NULL": None,
    "~": None,
    "": None,
}

Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Tree:
    """A file as read: its text as given, its data, and the line of every key and item."""

    file: str
    text: str
    data: dict[str, Any]
    lines: Mapping[Path_, int]

    def line(self, path: Sequence[object]) -> int | None:
        """The line of a place, or of the nearest place above it that has one."""
        steps = tuple(step if isinstance(step, int) else str(step) for step in path)
        for length in range(len(steps), -1, -1):
            if (line := self.lines.get(steps[:length])) is not None:
                return line
        return None


def read(path: str | os.PathLike[str]) -> Tree:
    """Read a file, or raise InputError with everything wrong with it."""
    file = os.fspath(path)
    try:
        status = Path(file).stat()
        if stat.S_ISDIR(status.st_mode):
            raise _refusal(file, "is a folder", "a YAML file is wanted")
        if not stat.S_ISREG(status.st_mode):
            raise _refusal(file, "is not an ordinary file", "a YAML file is wanted")
        if status.st_size > LARGEST:
            raise _too_large(file)
        raw = Path(file).read_bytes()
    except FileNotFoundError:
        raise _refusal(file, "no such file", hint=_neighbour(file)) from None
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise _refusal(file, f"cannot be read: {reason}") from None
    if b"\0" in raw:
        raise _refusal(file, "is not text: it holds zero bytes", "plain text in UTF-8")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        found = f"is not UTF-8: byte 0x{raw[error.start]:02x}"
        raise _refusal(file, found, "plain text; save the file as UTF-8", line) from None
    return parse(text, file)


def parse(text: str, file: str = "house.yaml") -> Tree:
    """Read the text of a file; `file` is only the name used in errors."""
    if len(text) > LARGEST:
        raise _too_large(file)
    for number, row in enumerate(text.splitlines(), 1):
        if len(row) > WIDEST:
            raise _refusal(file, "a very long line", f"at most {WIDEST:,} characters a line", number)
    walk = _Walk(file)
    try:
        for event in _events(text, file):
            walk.take(event)
    except InputError as error:
        walk.problems.extend(error.problems)
    if not walk.problems and not walk.documents:
        walk.problems.append(Problem(file, 1, "", "the file is empty", SHAPE_WORDS))
    if walk.problems:
        raise InputError(walk.problems)
    return Tree(file, text, walk.data, MappingProxyType(walk.lines))


def value_of(text: str) -> Any:
    """What a plain word means: a truth value, nothing, a number, a date, or itself.

    >>> [value_of(text) for text in ("6e10", "1_500_000", "true", "NO", "12:30")]
    [60000000000.0, 1500000, True, 'NO', '12:30']
    """
    if text in _WORDS:
        return _WORDS[text]
    if _DATE.fullmatch(text):
        try:
            return date.fromisoformat(text)
        except ValueError:  # 2026-02-30: refused later, by its field and with its line
            return text
    if len(text) < 400 and _INTEGER.fullmatch(text):
        return int(text)
    if len(text) < 400 and _FLOAT.fullmatch(text):
        value = float(text)
        return value if abs(value) < float("inf") else text
    return text


@dataclass
class _Frame:
    """A mapping or a list being filled; `first` marks where each key was first written."""

    path: Path_
    items: dict[Any, Any] | list[Any]
    key: Any = None
    waiting: bool = False
    first: dict[str, Any] = field(default_factory=dict)


class _Walk:
    """Builds the data from the parser's events, one at a time, without recursion."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.data: dict[str, Any] = {}
        self.lines: dict[Path_, int] = {}
        self.problems: list[Problem] = []
        self.noted: set[tuple[int, str]] = set()
        self.documents = 0
        self.nodes = 0
        self.stack: list[_Frame] = []

    def take(self, event: Any) -> None:
        """One event of the parser."""
        kind = type(event).__name__.removesuffix("Event")
        line = event.start_mark.line + 1 if event.start_mark else 1
        if kind == "DocumentStart":
            self._document(event, line)
        elif kind in ("MappingEnd", "SequenceEnd"):
            self.stack.pop()
        elif kind in ("Scalar", "Alias", "MappingStart", "SequenceStart"):
            self._node(kind, event, line)

    def _document(self, event: Any, line: int) -> None:
        self.documents += 1
        if self.documents > 1:
            raise self._refusal(line, "a second document starts here", "one document a file")
        if event.version or event.tags:
            self._note(line, "a % directive", "a file without lines that start with %")

    def _node(self, kind: str, event: Any, line: int) -> None:
        self.nodes += 1
        if self.nodes > MOST:
            raise self._refusal(line, f"more than {MOST:,} keys, values and items", "a smaller file")
        if len(self.stack) >= DEEPEST and kind.endswith("Start"):
            raise self._refusal(line, f"nested deeper than {DEEPEST} levels", "a flatter file")
        self._plain(kind, event, line)
        top = self.stack[-1] if self.stack else None
        if top is not None and isinstance(top.items, dict) and not top.waiting:
            self._key(top, kind, event, line)
            return
        if kind == "Scalar":
            value = value_of(event.value) if event.implicit[0] else event.value
        else:
            value = {"MappingStart": dict, "SequenceStart": list}.get(kind, str)()
        path = self._place(top, value, kind, line)
        if kind.endswith("Start"):
            self.stack.append(_Frame(path, value))

    def _place(self, top: _Frame | None, value: Any, kind: str, line: int) -> Path_:
        """Put a value where it belongs; returns its path."""
        if top is None:
            if not isinstance(value, dict):
                names = {"SequenceStart": "a list at the top", "Alias": "an alias at the top"}
                found = "the file is empty" if value is None else names.get(kind, "a bare text")
                raise self._refusal(line, found, SHAPE_WORDS)
            self.data = value
            self.lines[()] = line
            return ()
        if isinstance(top.items, list):
            path = (*top.path, len(top.items))
            self.lines[path] = line
            top.items.append(value)
            return path
        top.items[top.key] = value
        top.waiting = False
        return (*top.path, str(top.key))

    def _key(self, top: _Frame, kind: str, event: Any, line: int) -> None:
        if kind != "Scalar":
            found = {"Alias": "an alias", "MappingStart": "a mapping"}.get(kind, "a list")
            raise self._refusal(line, f"{found} where a name is due", SHAPE_WORDS)
        plain = event.implicit[0]
        if plain and event.value == "<<":
            self._note(line, "a merge key <<", PLAIN_WORDS)
        if not event.value:
            self._note(line, "a value without a name", SHAPE_WORDS)
        key = value_of(event.value) if plain else None
        top.key = key if isinstance(key, date) else event.value
        top.waiting = True
        path = (*top.path, event.value)
        before = top.first.setdefault(event.value, event.start_mark)
        if before is not event.start_mark:
            twice = f"written twice: lines {before.line + 1} and {line}"
            self.problems.append(Problem(self.file, line, dotted(path), twice, "each name once"))
        self.lines[path] = line

    def _plain(self, kind: str, event: Any, line: int) -> None:
        if kind == "Alias":
            self._note(line, f"an alias *{event.anchor}", PLAIN_WORDS)
            return
        if event.anchor is not None:
            self._note(line, f"an anchor &{event.anchor}", PLAIN_WORDS)
        if event.tag is not None:
            self._note(line, f"a tag {event.tag}", PLAIN_WORDS)

    def _where(self) -> str:
        if not self.stack:
            return ""
        top = self.stack[-1]
        if isinstance(top.items, list):
            return dotted((*top.path, len(top.items)))
        return dotted((*top.path, top.key) if top.waiting else top.path)

    def _note(self, line: int, found: str, allowed: str) -> None:
        if (line, found) not in self.noted:  # an alias bomb repeats itself
            self.noted.add((line, found))
            self.problems.append(Problem(self.file, line, self._where(), found, allowed))

    def _refusal(self, line: int, found: str, allowed: str) -> InputError:
        return InputError(Problem(self.file, line, self._where(), found, allowed))


def _events(text: str, file: str) -> Iterator[Any]:
    from ruamel.yaml import YAML  # here, not above: `--help` must not pay for it

    line = 1
    try:
        for event in YAML(typ="safe", pure=True).parse(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")):
            line = event.end_mark.line + 1 if event.end_mark else line
            yield event
    except Exception as error:  # the parser meets odd bytes with errors of many kinds
        raise InputError(_in_words(error, text, file, line)) from None


def _in_words(error: Exception, text: str, file: str, line: int) -> Problem:
    """A parser's complaint as one problem with its line."""
    said = str(getattr(error, "problem", None) or "")
    if (mark := getattr(error, "problem_mark", None)) is not None:
        line = mark.line + 1
    opened = getattr(error, "context_mark", None)
    if (place := getattr(error, "position", None)) is not None:
        code = getattr(error, "character", 0)
        code = ord(code) if isinstance(code, str) else code
        line = text.count("\n", 0, place) + 1
        return Problem(file, line, "", f"a control character, U+{code:04X}", "plain text in UTF-8")
    rows = text.splitlines()
    if "'\\t'" in said or (line <= len(rows) and re.match(r" *\t", rows[line - 1])):
        return Problem(file, line, "", "a tab", TAB_WORDS)
    if opened is not None and ("expected ',' or" in said or "end of stream" in said):
        line, seen = opened.line + 1, min(line, len(rows))
        if "," in said:
            allowed = f"close it, or put a comma between its items, before line {seen + 1}"
            return Problem(file, line, "", "a bracket opened here is not closed", allowed)
        return Problem(file, line, "", "a quote opened here is not closed", f"still open at line {seen}")
    for part, found, allowed in _COMPLAINTS:
        if part in said:
            return Problem(file, line, "", found, allowed)
    return Problem(file, line, "", "this cannot be read as YAML", said or SHAPE_WORDS)


_ASKEW = "this does not line up with what is above"
_COMPLAINTS = (  # the parser's words, ours for what was found and for what is allowed; first match
    ("cannot start any token", "a value starts with a character that YAML keeps", "put it in quotes"),
    ("mapping values are not", "a ': ' where none can be", f"{COLUMN_WORDS}; quote a text with ': ' in it"),
    ("could not find expected ':'", "a name without its ':'", SHAPE_WORDS),
    ("found '<scalar>'", "words after a value that had ended", "quote the whole text, or none of it"),
    ("found ']'", "a bracket that closes nothing", "brackets in pairs; quote a text that has one"),
    ("found '}'", "a bracket that closes nothing", "brackets in pairs; quote a text that has one"),
    ("expected <block end>", _ASKEW, COLUMN_WORDS),
    ("expected '<document start>'", _ASKEW, "lines at the top start in the first column"),
    ("sequence entries are not", "a '- ' where none can be", "each '- item' on its own line"),
    ("unknown escape", "an unknown escape after '\\'", "single quotes keep a '\\' as it is"),
    ("tag handle", "a tag", PLAIN_WORDS),
    ("alphabetic or numeric", "a '*' or '&' at the start of a value", "put it in quotes"),
)


def _refusal(file: str, found: str, allowed: str = "", line: int | None = None, hint: str = "") -> InputError:
    return InputError(Problem(file, line, "", found, allowed, hint))


def _too_large(file: str) -> InputError:
    return _refusal(file, "is too large", f"at most {LARGEST // 1_000_000} MB")


def _neighbour(file: str) -> str:
    """A YAML file beside the missing one with nearly its name."""
    path = Path(file)
    try:
        names = [other.name for other in path.parent.iterdir() if other.suffix in (".yaml", ".yml")]
    except OSError:
        return ""
    close = nearest(path.name, names)
    return str(path.with_name(close)) if close else ""
