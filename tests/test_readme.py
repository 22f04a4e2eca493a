"""The README shows what the program prints, to the letter."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

import warchest
from warchest import cases
from warchest.cli import app

README = (Path(__file__).resolve().parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_headline_is_what_the_program_prints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown = re.search(r"```text\n(.*?)```", README, re.DOTALL)
    assert shown, "README.md shows no output"
    monkeypatch.chdir(tmp_path)
    printed = CliRunner().invoke(app, ["report", "softbank-2023"]).stdout
    assert printed.split("\nRun: ")[0].rstrip() == shown[1].rstrip()
    tables = tmp_path / "softbank-2023-run" / "tables.json"
    found = json.loads(tables.read_text(encoding="utf-8"))["sizes"][0]
    best, need, dollar = found["best"], found["belief_needed"], warchest.load("softbank-2023").fx["USD"] * 1e9
    told = " ".join(README.split())
    assert (
        f"says {best['cheque'] / dollar:.1f}bn USD (95 % interval {best['low'] / dollar:.1f}bn to {best['high'] / dollar:.1f}bn)"
        in told
    )
    assert f"for the {need['cheque'] / dollar:.1f}bn that could be raised on the day" in told
    multiples = need["mean_multiple"], need["mean_multiple_today"]
    assert "would have to return {:.1f}x on average instead of {:.1f}x".format(*multiples) in told


def test_the_house_file_shown_is_the_one_that_is_written() -> None:
    shown = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert shown
    assert shown[1] == (cases.FOLDER / "founder.yaml").read_text(encoding="utf-8")
