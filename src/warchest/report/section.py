"""What a section of the report is: plain, frozen data that can be read without a browser."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Card:
    """One number of the headline: what it is, the number, and what to hold it against."""

    label: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Figure:
    """A picture: its title says what it shows, its caption says how that is defined and counted."""

    key: str
    title: str
    plot: Mapping[str, Any]
    """A plotly figure: `data` and `layout`, numbers and text only."""
    caption: str
    wide: bool = True
    """False: it may stand beside another one."""


@dataclass(frozen=True)
class Table:
    """Rows of text already formatted; `align` has one letter a column, l or r."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    align: str
    caption: str = ""
    total: bool = False
    """Whether the last row is the sum of the others."""

    def __post_init__(self) -> None:
        widths = {len(self.header), len(self.align), *map(len, self.rows)}
        if len(widths) != 1:
            raise ValueError(f"table '{self.title}': rows of different widths {sorted(widths)}")


@dataclass(frozen=True)
class Section:
    """One question and its answer."""

    key: str
    question: str
    title: str
    lead: tuple[str, ...] = ()
    cards: tuple[Card, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    notes: tuple[str, ...] = ()
