"""Every code block of the docs runs, each page in an empty folder and a namespace of its own."""

from __future__ import annotations

import contextlib
import doctest
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import settings
from sybil import Sybil
from sybil.example import Example
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

# The same examples on every run and machine; a slow first call is a compilation, no fault.
settings.register_profile("warchest", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("warchest")

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
PATH = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
PLAIN = {"COLUMNS": "110", "TERMINAL_WIDTH": "110", "NO_COLOR": "1", "TERM": "dumb"}


class ConsoleParser(CodeBlockParser):
    """Runs `$ command` lines; output that is shown below one is compared, `...` stands for anything."""

    language = "console"

    def evaluate(self, example: Example) -> str | None:
        for block in ("\n" + example.parsed).split("\n$ ")[1:]:
            command, _, shown = block.partition("\n")
            run = subprocess.run(
                command,
                shell=True,
                capture_output=True,
                text=True,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **PLAIN, "PATH": PATH},
                timeout=240,
            )
            got = run.stdout + run.stderr
            if run.returncode:
                return f"$ {command}\nended with status {run.returncode}:\n{got}"
            if shown.strip() and not doctest.OutputChecker().check_output(shown.strip(), got.strip(), OPTIONS):
                return f"$ {command}\nshown:\n{shown}\ngot:\n{got}"
        return None


def enter(namespace: dict[str, Any]) -> None:
    """Give the page an empty folder to work in."""
    stack = namespace["_stack"] = contextlib.ExitStack()
    stack.enter_context(contextlib.chdir(stack.enter_context(tempfile.TemporaryDirectory())))


def leave(namespace: dict[str, Any]) -> None:
    """Go back to where the page was entered from."""
    namespace["_stack"].close()


pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=OPTIONS), ConsoleParser(), SkipParser()],
    patterns=["README.md", "docs/*.md"],
    setup=enter,
    teardown=leave,
).pytest()
