"""The project's own rules: rooms as drawn, small modules, one door to the compiler, whole parts."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import re
import statistics
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parent.parent
SRC = ROOT / "src" / "warchest"
MODULES = sorted(SRC.rglob("*.py"))
PACKAGES = ("holdings", "debts", "bets", "markets", "policies")
SHARED = {"common.py", "bet.py", "deals.py"}
"""Modules of these packages that are no parts: what parts share, and the frame around a bet's outcome."""


def load_generate() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


generate = load_generate()


def part_files() -> list[Path]:
    return [
        path
        for package in PACKAGES
        for path in sorted((SRC / package).glob("*.py"))
        if path.name != "__init__.py" and path.name not in SHARED and not path.stem.endswith("_rule")
    ]


def spec_of(path: Path) -> Any:
    """The class of ALL that stands in this file; the test fails by the part's name if there is none."""
    package = importlib.import_module(f"warchest.{path.parent.name}")
    found = [spec for spec in package.ALL if spec.__module__ == f"warchest.{path.parent.name}.{path.stem}"]
    assert len(found) == 1, f"{path.parent.name}/__init__.py: ALL must list the one spec of {path.name}"
    return found[0]


each_part = pytest.mark.parametrize("path", part_files(), ids=lambda p: f"{p.parent.name}/{p.stem}")


# ------------------------------------------------------------------ rooms


def drawn_rooms() -> set[str]:
    """Paths of the ```rooms block of ARCHITECTURE.md: `name/` or `name.py` and words, two spaces a level."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    block = re.search(r"^```rooms\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    assert block, "ARCHITECTURE.md has no block that begins with ```rooms"
    rooms, parents = set(), [""]
    for line in block[1].splitlines():
        name = line.split()[0] if line.strip() else ""
        if not name or name == "src/warchest/":
            continue
        level = (len(line) - len(line.lstrip())) // 2
        level -= "src/warchest/" in block[1].splitlines()[0]
        assert 0 <= level < len(parents), f"ARCHITECTURE.md: '{line}' is indented too far"
        parents[level + 1 :] = [parents[level] + name]
        rooms.add(parents[level] + name)
    return rooms


def test_architecture_draws_the_real_rooms() -> None:
    drawn = drawn_rooms()
    there = [p for p in SRC.rglob("*") if p.is_dir() and any(p.glob("*.*")) and p.name != "__pycache__"]
    folders = {p.relative_to(SRC).as_posix() + "/" for p in there}
    files = {p.relative_to(SRC).as_posix() for p in SRC.glob("*.py")}
    detailed = {room for room in drawn if room.count("/") and not room.endswith("/")}
    assert {r for r in drawn if r.endswith("/")} == folders
    assert drawn - folders - detailed == files
    assert {room for room in detailed if not (SRC / room).is_file()} == set()


# ------------------------------------------------------------------ size


def test_modules_are_small() -> None:
    lines = {p.relative_to(SRC).as_posix(): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert {name: n for name, n in lines.items() if n > 400} == {}
    assert statistics.median(lines.values()) <= 150


# ------------------------------------------------------------------ the compiler, and what rules may import


def test_one_door_to_the_compiler() -> None:
    users = {
        p.relative_to(SRC).as_posix()
        for p in MODULES
        if re.search(r"\bnjit\b|\b(?:import|from) numba\b", p.read_text(encoding="utf-8"))
    }
    assert users == {"core/kernel.py", "core/handle.py"}, "handle.py only tells the compiler what a life looks like"
    for opener in (r"\b(?:n?jit|vectorize|cfunc|stencil)\b", r"\bwarchest\.core(?:\.| import )handle\b"):
        found = [p for p in MODULES if re.search(opener, p.read_text(encoding="utf-8"))]
        assert found == [SRC / "core" / "kernel.py"], "nothing else compiles, and only what compiles needs handle.py"


def imported(path: Path) -> set[str]:
    """Names of the modules that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full"
            found |= {node.module or ""}
    return found


@pytest.mark.parametrize("path", sorted(SRC.glob("*/*_rule.py")), ids=lambda p: p.stem)
def test_rules_import_only_core(path: Path) -> None:
    names = {name for name in imported(path) if name.split(".")[0] == "warchest"}
    assert {n for n in names if not n.startswith("warchest.core.") or n == "warchest.core.spec"} == set()


# ------------------------------------------------------------------ parts


def test_parts_exist() -> None:
    assert {path.parent.name for path in part_files()} == set(PACKAGES)


@each_part
def test_part_is_listed_under_one_name(path: Path) -> None:
    assert generate.kind(spec_of(path)) == path.stem


@each_part
def test_part_has_summary_and_source(path: Path) -> None:
    text = inspect.cleandoc(spec_of(path).__doc__ or "")
    assert text.splitlines()[:1] not in ([], [""]), f"{path.name}: the class has no summary"
    assert re.search(r"^Source: \S", text, re.MULTILINE), (
        f"{path.name}: no line of the docstring begins with 'Source: '"
    )


@each_part
def test_part_describes_every_field(path: Path) -> None:
    fields = spec_of(path).model_fields.items()
    assert [name for name, field in fields if not (field.description or "").strip()] == []


@each_part
def test_part_has_an_example_that_loads(path: Path) -> None:
    spec = spec_of(path)
    module = importlib.import_module(spec.__module__)
    assert hasattr(module, "EXAMPLE"), f"{path.name}: no EXAMPLE"
    data = YAML(typ="safe", pure=True).load(module.EXAMPLE)
    bodies = [data] if generate.tag(spec) in data else list(data.values())
    assert bodies
    for body in bodies:
        assert body[generate.tag(spec)] == path.stem
        spec.model_validate(body)


@each_part
def test_part_is_frozen_and_strict(path: Path) -> None:
    config = spec_of(path).model_config
    assert (config.get("frozen"), config.get("extra")) == (True, "forbid")


@each_part
def test_part_has_a_test(path: Path) -> None:
    names = rf"warchest\.{path.parent.name}\.{path.stem}(?:_rule)?\b|\b(?:kind|model): *{path.stem}\b"
    tests = [p for p in (ROOT / "tests").rglob("*") if p.suffix in {".py", ".yaml"} and p != Path(__file__)]
    texts = (p.read_text(encoding="utf-8", errors="replace") for p in tests if "bad" not in p.parent.name)
    assert any(re.search(names, text) for text in texts), f"no test names {path.stem}"


@each_part
def test_part_has_its_page(path: Path) -> None:
    spec = spec_of(path)
    page = ROOT / "docs" / "parts" / path.parent.name / f"{path.stem}.md"
    assert page.is_file(), f"docs/{page.relative_to(ROOT / 'docs')} is missing: run `make docs`"
    assert page.read_text(encoding="utf-8") == generate.part(spec), "stale: run `make docs`"


def test_every_generated_page_is_fresh() -> None:
    assert generate.stale(generate.pages()) == []
