"""What tests of several files are given."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from warchest.cli import main

Said = tuple[int, str, str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """A command in this process: its status, standard output and standard error."""

    def command(*words: str | Path) -> Said:
        monkeypatch.setattr(sys, "argv", ["warchest", *map(str, words)])
        status = 0
        try:
            main()
        except SystemExit as left:
            status = int(left.code or 0)
        said = capsys.readouterr()
        assert "Traceback" not in said.out + said.err
        return status, said.out, said.err

    return command
