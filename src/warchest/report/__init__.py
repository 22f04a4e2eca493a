"""A saved run as one self-contained HTML page; it needs the run's folder and nothing else."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from warchest.core.errors import CannotError
from warchest.report import folder as _folder
from warchest.report import page
from warchest.report.folder import RunView
from warchest.report.section import Section
from warchest.report.sections import ALL, OF_FUNDS


def sections(run: RunView) -> tuple[Section, ...]:
    """Every section that this run has something to say in."""
    chosen = OF_FUNDS if run.file.get("investors") else ALL
    return tuple(section for section in (make(run) for make in chosen) if section is not None)


def build(folder: Path) -> str:
    """The page of a saved run: no clock, no chance, the same text every time."""
    run = _folder.read(folder)
    return page.render(run, sections(run))


def write(folder: Path, out: Path) -> Path:
    """Build the page and put it at `out`, whole or not at all."""
    return put(build(folder), out)


def put(text: str, out: Path) -> Path:
    """Put a page at `out`, whole or not at all."""
    beside = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(out)
    except OSError as error:
        raise CannotError(f"{out} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink()
    return out


__all__ = ["RunView", "build", "put", "sections", "write"]
