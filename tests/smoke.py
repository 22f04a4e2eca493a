"""Tries an installed Warchest from outside the source tree; `make wheel` runs it in another environment."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def warchest(*arguments: str) -> str:
    command = [str(Path(sys.executable).with_name("warchest")), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
    if run.returncode:
        sys.exit(f"warchest {' '.join(arguments)} ended with status {run.returncode}:\n{run.stdout}{run.stderr}")
    return run.stdout


def main() -> None:
    import warchest as package

    if not Path(package.__file__).is_relative_to(sys.prefix):
        sys.exit(f"tried {package.__file__}, which is not what was installed")
    house = Path("mine.yaml")
    house.write_text(warchest("new", "founder"), encoding="utf-8")
    warchest("check", "mine.yaml")
    value = json.loads(warchest("value", "mine.yaml", "--json"))
    run = json.loads(warchest("simulate", "mine.yaml", "--paths", "256", "--seed", "1", "--json"))
    warchest("report", "mine.yaml")
    if not list(Path().glob("**/*.html")):
        sys.exit("warchest report wrote no page")
    print(f"wheel: {value['house']}, NAV {value['nav']:,.0f}, {run['paths']} paths, one report")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        main()
