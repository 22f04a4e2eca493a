"""Writes the pages that are made from the code: parts, the house file, commands.

`python docs/generate.py` writes them, `python docs/generate.py --check` names those that are stale.
"""

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args, get_origin

from pydantic import BaseModel

from warchest.core.units import Amount, Duration, Rate

DOCS = Path(__file__).resolve().parent
WIDTH = 100
PACKAGES = {
    "holdings": "What can be owned",
    "debts": "What can be owed",
    "bets": "How a bet can end",
    "markets": "How prices move",
    "policies": "How the house decides",
}
NOTE = "<!-- Made by docs/generate.py from the code: edit the docstrings there, then `make docs`. -->"


def _fields(spec: Any) -> dict[str, Any]:
    """Fields of a spec's class, or of its instance's."""
    return dict((spec if isinstance(spec, type) else type(spec)).model_fields)


def tag(spec: Any) -> str:
    """The field that names a part's kind: `kind`, or `model` for markets."""
    return "model" if "model" in _fields(spec) else "kind"


def kind(spec: Any) -> str:
    """What a house file calls the part."""
    return str(_fields(spec)[tag(spec)].default)


def parts() -> Iterator[tuple[str, Any]]:
    """Every part, with the package it stands in."""
    for package in PACKAGES:
        for spec in importlib.import_module(f"warchest.{package}").ALL:
            yield package, spec


def _prose(spec: Any) -> tuple[str, str, str]:
    """Summary, explanation and source of a spec's docstring."""
    text = inspect.getdoc(spec) or ""
    body, _, source = text.partition("Source:")
    summary, _, rest = body.strip().partition("\n\n")
    return _one_line(summary), rest.strip(), _one_line(source)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _written(schema: dict[str, Any]) -> str:
    """How a value is written: its choices or examples, else its type."""
    options = [s for s in schema.get("anyOf", [schema]) if s.get("type") != "null"]
    found: list[str] = []
    for option in options:
        if "const" in option or "enum" in option:
            found += [f"`{v}`" for v in option.get("enum", [option.get("const")])]
        elif option.get("examples"):
            found += [f"`{v}`" for v in option["examples"]]
        elif option.get("format") == "date":
            found.append("`2026-01-31`")
        elif option.get("type") == "boolean":
            found.append("`true`, `false`")
        elif option.get("type") == "object" or "$ref" in option or "oneOf" in option:
            found.append("mapping")
        elif option.get("type") == "array":
            found.append("list")
        elif option.get("type") in ("number", "integer"):
            found.append("number")
        else:
            names = {"string": "text", "object": "mapping"}
            types = option.get("type", "string")
            found += [names.get(t, t) for t in (types if isinstance(types, list) else [types])]
    return ", ".join(dict.fromkeys(found))


def _say(value: Any, percent: bool) -> str:
    """A default as the house file would write it."""
    if isinstance(value, Duration):
        return f"{value.number:.10g}{value.unit}"
    if isinstance(value, Amount):
        return f"{value.value:.10g} {value.currency or ''}".strip()
    if isinstance(value, Rate):
        level = f"{100 * value.level:.6g}%"
        return level if not value.floating else f"floating + {level}" if value.level else "floating"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{100 * value:.6g}%" if percent else f"{value:.10g}"
    return str(value)


def _default(field: Any, written: str) -> str:
    """What a field is if it is left out."""
    if field.is_required():
        return "**needed**"
    value = field.get_default(call_default_factory=True)
    if isinstance(value, BaseModel):
        return f"`{kind(value)}`" if tag(value) in _fields(value) else "as below"
    if value is None or value in ((), [], {}):
        return ""
    return f"`{_say(value, '%' in written)}`"


def table(spec: Any) -> list[str]:
    """The fields of a spec, a row each; the one that names the kind comes first."""
    schema = spec.model_json_schema()["properties"]
    rows = ["| field | meaning | written | if left out |", "|---|---|---|---|"]
    for name, field in sorted(spec.model_fields.items(), key=lambda item: item[0] != tag(spec)):
        meaning = _one_line(field.description or "").replace("|", "\\|")
        key = field.alias or name
        written = _written(schema[key])
        default = "**needed**" if name == tag(spec) else _default(field, written)
        rows.append(f"| `{key}` | {meaning} | {written} | {default} |")
    return rows


def inside(spec: Any, place: str = "") -> Iterator[tuple[str, Any]]:
    """What stands inside a spec without a kind of its own, by where it stands; parts have their own pages."""
    known = {spec for _, spec in parts()}
    for name, field in spec.model_fields.items():
        for prefix, inner in _specs(field.annotation, f"{place}{field.alias or name}"):
            if inner not in known:
                yield prefix, inner
                yield from inside(inner, f"{prefix}: ")


def _specs(annotation: Any, place: str) -> Iterator[tuple[str, Any]]:
    """The specs of an annotation; a mapping by name has `NAME` between."""
    if isinstance(annotation, type) and get_origin(annotation) is None and issubclass(annotation, BaseModel):
        yield place, annotation
    named = get_origin(annotation) in (dict, Mapping)
    for inner in get_args(annotation):
        yield from _specs(inner, f"{place}: NAME" if named else place)


def _sections(spec: Any, level: str) -> list[str]:
    """A table of each spec that stands inside another, once."""
    lines: list[str] = []
    seen = set()
    for place, inner in inside(spec):
        if inner in seen:
            continue
        seen.add(inner)
        summary, rest, source = _prose(inner)
        lines += [f"{level} `{place}`", "", summary, ""]
        lines += [rest, ""] if rest else []
        lines += [*table(inner), ""]
        lines += [f"**Source.** {source}", ""] if source else []
    return lines


def part(spec: Any) -> str:
    """The page of one part."""
    summary, rest, source = _prose(spec)
    example = sys.modules[spec.__module__].EXAMPLE.strip("\n")
    lines = [NOTE, "", f"# {kind(spec)}", "", summary]
    lines += ["", rest] if rest else []
    lines += ["", "```yaml", example, "```", "", *table(spec), "", f"**Source.** {source}", "", *_sections(spec, "##")]
    return "\n".join(lines)


def index() -> str:
    """The list of all parts."""
    lines = [
        NOTE,
        "",
        "# Parts",
        "",
        "What a house file is made of. Each page says what the part may say, with an",
    ]
    lines += [
        "example and the source of its formula; [the house file](../house-file.md) says where each stands.",
        "",
    ]
    for package, title in PACKAGES.items():
        lines += [f"## {title}", ""]
        specs = [spec for other, spec in parts() if other == package]
        lines += [f"- [`{kind(s)}`]({package}/{kind(s)}.md): {_prose(s)[0]}" for s in specs]
        lines += [
            "",
            "```{toctree}",
            ":hidden:",
            f":caption: {title}",
            "",
            *(f"{package}/{kind(s)}" for s in specs),
            "```",
            "",
        ]
    return "\n".join(lines)


def house_file() -> str:
    """The page of the whole house file and of what stands in it without a kind of its own."""
    from warchest import cases
    from warchest.house.spec import HouseFile

    example = Path(str(cases.__file__)).with_name("founder.yaml").read_text(encoding="utf-8").strip("\n")
    lines = [NOTE, "", "# The house file", "", "A mapping by name. This is the case `founder`, whole:", ""]
    lines += ["```yaml", example, "```", ""]
    lines += ["## House", "", _prose(HouseFile)[0], "", *table(HouseFile), "", *_sections(HouseFile, "##")]
    lines += ["The rest has [pages of its own](parts/index.md).", ""]
    return "\n".join(lines)


def commands() -> str:
    """What each command says of itself."""
    from typer.main import get_command

    from warchest.cli import app

    plain = {
        **os.environ,
        "TERMINAL_WIDTH": str(WIDTH),
        "COLUMNS": str(WIDTH),
        "NO_COLOR": "1",
        "TERM": "dumb",
    }
    lines = [NOTE, "", "# Commands", ""]
    for name in ["", *get_command(app).commands]:  # type: ignore[attr-defined]
        # In a process of its own, because the width is read once, on import.
        code = "import sys; from warchest.cli import main; sys.argv[0] = 'warchest'; main()"
        command = [sys.executable, "-c", code, *name.split(), "--help"]
        shown = subprocess.run(command, env=plain, capture_output=True, text=True, check=True).stdout
        shown = "\n".join(line.rstrip() for line in shown.strip("\n").splitlines())
        lines += [f"## {f'warchest {name}'.strip()}", "", "```text", shown, "```", ""]
    return "\n".join(lines)


def pages() -> dict[str, str]:
    """Every generated page: its path under docs/, and its text."""
    made = {f"parts/{package}/{kind(spec)}.md": part(spec) for package, spec in parts()}
    return {**made, "parts/index.md": index(), "house-file.md": house_file(), "commands.md": commands()}


def stale(made: dict[str, str]) -> list[str]:
    """What differs between the pages on disk and those that the code gives now."""
    there = {p.relative_to(DOCS).as_posix() for p in (DOCS / "parts").rglob("*.md")}
    found = [f"{name}: no such part any more" for name in sorted(there - set(made))]
    for name, text in made.items():
        path = DOCS / name
        if not path.is_file():
            found.append(f"{name}: missing")
        elif path.read_text(encoding="utf-8") != text:
            found.append(f"{name}: differs from the code")
    return found


def main(arguments: list[str]) -> int:
    """Write the pages, or compare them."""
    made = pages()
    if arguments == ["--check"]:
        found = stale(made)
        print(*found, *(["Run `make docs`."] if found else []), sep="\n", end="\n" if found else "")
        return 1 if found else 0
    for path in (DOCS / "parts").rglob("*.md"):
        if path.relative_to(DOCS).as_posix() not in made:
            path.unlink()
    for name, text in made.items():
        path = DOCS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
