"""Broken houses: each is refused whole, in its expected words, before anything runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from warchest.cli import main

BAD = Path(__file__).parent / "bad_houses"
NAMES = sorted(path.stem for path in BAD.glob("*.yaml"))
FOREIGN = ("Traceback", "Error", "Input should", "pydantic", "validation", "NoneType", "class '")
"""Words of the machinery, which no user should see."""


def expected(name: str) -> list[str]:
    return (BAD / f"{name}.words").read_text("utf-8").splitlines()


@pytest.mark.parametrize("name", NAMES)
def test_a_broken_house_is_refused_in_its_expected_words(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(BAD)
    monkeypatch.setattr(sys, "argv", ["warchest", "check", f"{name}.yaml"])
    with pytest.raises(SystemExit) as left:
        main()
    said = capsys.readouterr()
    assert left.value.code == 2
    assert said.out == ""
    for words in expected(name):
        assert words in said.err, f"{name}.yaml should say {words!r}, and says:\n{said.err}"
    places = [words for words in expected(name) if words.startswith(f"{name}.yaml:")]
    count = said.err.splitlines()[-1].partition(" ")[0]
    assert count == str(len(places)), f"{name}.words names {len(places)} problems, told were:\n{said.err}"
    assert not [words for words in FOREIGN if words in said.err]


def test_every_broken_house_has_its_words_and_every_words_its_house() -> None:
    assert sorted(path.stem for path in BAD.glob("*.words")) == NAMES


@pytest.mark.parametrize(
    ("command", "name"), [("check", "several_at_once"), ("value", "triangle"), ("diff", "cycle_of_two")]
)
def test_a_real_command_says_the_same(command: str, name: str) -> None:
    files = [f"{name}.yaml"] * (2 if command == "diff" else 1)
    ran = subprocess.run(
        [sys.executable, "-m", "warchest", command, *files], cwd=BAD, capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "Traceback" not in ran.stderr
    assert all(words in ran.stderr for words in expected(name))
