"""House files of real houses, each figure with its source."""

from __future__ import annotations

import os
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
SHOCKS = FOLDER / "shocks.yaml"
"""Shocks of the past: no house, so no case."""


def names() -> list[str]:
    """Names of the cases that come with the project."""
    return sorted(path.stem for path in FOLDER.glob("*.yaml") if path != SHOCKS)


def find(path: str | os.PathLike[str]) -> Path:
    """A case's file by its name, any other path as it is; a file of that name in the folder comes first."""
    case = FOLDER / f"{os.fspath(path)}.yaml"
    if not Path(path).exists() and os.fspath(path) in names():
        return case
    return Path(path)
