"""The answer of `compare` or `vary` as a folder: a page, a table and the whole answer."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from warchest.core.errors import CannotError
from warchest.report import page, side_by_side
from warchest.report.folder import RunView

if TYPE_CHECKING:
    from warchest.report.section import Section

ANSWER = "answer.json"


def build(found: Mapping[str, Any]) -> str:
    """The page of an answer: no clock, no chance, the same text every time."""
    value = {key: found[key] for key in ("house", "as_of", "currency")}
    manifest = {
        "warchest": version("warchest"),
        **{key: found[key] for key in ("paths", "seed", "grid", "horizon_years")},
    }
    run = RunView(value, {}, manifest, {}, pd.DataFrame(), pd.DataFrame())
    sections: tuple[Section, ...] = side_by_side.sections(run, found)
    return page.written(
        sections,
        version=str(manifest["warchest"]),
        house=str(found["house"]),
        as_of=str(found["as_of"]),
        currency=run.currency,
        about=f"{run.count:,} paths over {run.horizon}",
        made=f"from its {ANSWER}; the same answer makes the same file",
    )


def free(folder: Path) -> None:
    """Refuse a folder that holds other things than an answer; asked before any path is lived."""
    if folder.exists() and not folder.is_dir():
        raise CannotError(f"{folder} is a file; name a folder.")
    if folder.exists() and not (folder / ANSWER).exists() and any(folder.iterdir()):
        raise CannotError(f"{folder} is a folder with other things in it; name a new one or an earlier answer.")


def write(found: Mapping[str, Any], frame: pd.DataFrame, folder: Path) -> Path:
    """Write page.html, table.csv and answer.json, all or none; a folder with other things in it is left alone."""
    free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    except OSError as error:
        raise CannotError(f"{folder} cannot be written: {(error.strerror or str(error)).lower()}.") from error
    try:
        (beside / ANSWER).write_text(json.dumps(found, indent=1, allow_nan=False, ensure_ascii=False) + "\n", "utf-8")
        frame.to_csv(beside / "table.csv", index=False, lineterminator="\n")
        (beside / "page.html").write_text(build(found), "utf-8", newline="\n")
        beside.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder
