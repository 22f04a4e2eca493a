"""The README shows what the program prints, to the letter."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from warchest import cases
from warchest.cli import app

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_headline_is_what_the_program_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown, "README.md shows no output"
    monkeypatch.chdir(tmp_path)
    printed = CliRunner().invoke(app, ["report", "softbank-2023"]).stdout
    assert printed.split("\nRun: ")[0].rstrip() == shown[1].rstrip()


def test_the_house_file_shown_is_the_one_that_is_written() -> None:
    shown = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown
    assert shown[1] == (cases.FOLDER / "founder.yaml").read_text(encoding="utf-8")
