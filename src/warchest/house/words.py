"""From a validator's complaint to a sentence with a place: what was found, what is allowed, the nearest match."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from warchest.core.errors import Problem, dotted, nearest
from warchest.files import Tree


def problems(error: ValidationError, tree: Tree, top: type[BaseModel]) -> list[Problem]:
    """Every complaint as a Problem with its line."""
    return [_problem(dict(e), tree, top) for e in error.errors(include_url=False)]


def _problem(found: dict[str, Any], tree: Tree, top: type[BaseModel]) -> Problem:
    path, spec = _walk(found["loc"], found["type"], tree.data, top)
    what, allowed, hint = _say(found, path, spec)
    return Problem(tree.file, tree.line(path), dotted(path), what, allowed, hint)


def _walk(loc: Sequence[Any], kind: str, data: Any, top: type[BaseModel]) -> tuple[tuple[Any, ...], Any]:
    """The place in the file (without the validator's own tags) and the spec that was asked there."""
    path: list[Any] = []
    asked: list[Any] = [top]
    node = data
    for n, part in enumerate(loc):
        last = n == len(loc) - 1
        inside = isinstance(node, dict) and part in node
        inside = inside or (isinstance(node, (list, tuple)) and isinstance(part, int) and part < len(node))
        if inside:
            node = node[part]
        elif not (last and kind in ("missing", "extra_forbidden")):
            tagged = [a for a in asked if _tag(a) == part]
            asked = tagged or asked
            continue
        path.append(part)
        if not (last and kind in ("missing", "extra_forbidden")):
            asked = [b for a in asked for b in _below(a, part)]
    return tuple(path), asked[0] if asked else None


def _tag(spec: Any) -> Any:
    for name in ("kind", "model"):
        if name in getattr(spec, "model_fields", {}):
            return spec.model_fields[name].default
    return None


def _below(spec: Any, part: Any) -> Iterator[Any]:
    """The specs that may stand under one key of a spec or mapping."""
    if isinstance(spec, type) and issubclass(spec, BaseModel):
        for name, field in spec.model_fields.items():
            if part in (name, field.alias):
                yield from _specs(field.annotation)
    elif get_origin(spec) is dict:
        yield from _specs(get_args(spec)[1])
    elif get_origin(spec) is tuple:
        yield from _specs(get_args(spec)[0])


def _specs(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if (isinstance(annotation, type) and origin is None and issubclass(annotation, BaseModel)) or origin in (
        dict,
        tuple,
    ):
        yield annotation
    else:
        for inner in get_args(annotation):
            yield from _specs(inner)


def field_names(spec: type[BaseModel]) -> list[str]:
    """The keys a spec knows, as they are written in a file."""
    return [field.alias or name for name, field in spec.model_fields.items()]


def a_kind(spec: type[BaseModel]) -> str:
    """`a listed holding`, `a margin_loan`, `limits`: how a message names a spec."""
    tag = _tag(spec)
    words = str(tag) if tag else spec.__name__.removesuffix("File").lower()
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _say(found: dict[str, Any], path: tuple[Any, ...], spec: Any) -> tuple[str, str, str]:
    kind, context, value = found["type"], found.get("ctx", {}), found.get("input")
    if kind == "extra_forbidden":
        names = field_names(spec) if spec else []
        return "unknown field", f"{a_kind(spec)} has: {', '.join(names)}", nearest(str(path[-1]), names)
    if kind == "missing":
        described = ""
        if spec is not None:
            field = next((f for n, f in spec.model_fields.items() if (f.alias or n) == path[-1]), None)
            described = (field.description or "") if field else ""
        return "is missing", described, ""
    if kind == "union_tag_invalid":
        tags = [t.strip(" '") for t in str(context.get("expected_tags", "")).split(",")]
        return (
            f"'{context.get('tag')}' is not a kind",
            f"kinds: {', '.join(tags)}",
            nearest(str(context.get("tag")), tags),
        )
    if kind == "union_tag_not_found":
        if not isinstance(value, dict):
            return (
                f"{_quoted(value)} is not a mapping",
                "a part is written as `Name:` with its fields below, `kind` first",
                "",
            )
        return (
            "kind is missing",
            f"write {str(context.get('discriminator', 'kind')).strip(chr(39))}: and one of the kinds",
            "",
        )
    if kind in ("value_error", "assertion_error"):
        words, _, rest = str(context.get("error", found["msg"])).partition("; ")
        return words, rest, ""
    if kind == "literal_error":
        allowed = [a.strip(" '") for a in str(context["expected"]).replace(" or ", ", ").split(",")]
        return f"{_quoted(value)} is not allowed", f"allowed: {', '.join(allowed)}", nearest(str(value), allowed)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return f"{_quoted(value)} is not a mapping", "fields, one a line, indented below the name", ""
    if kind == "tuple_type":
        return f"{_quoted(value)} is not a list", "write [a, b, c]", ""
    if kind == "string_pattern_mismatch":
        return f"{_quoted(value)} is not a currency", "three capital letters, like USD", ""
    if kind == "too_short":
        return "is empty", "at least one is needed", ""
    return f"{_quoted(value)} is not allowed", found["msg"], ""


def _quoted(value: Any) -> str:
    text = "nothing" if value is None else f"'{value}'"
    return text if len(text) < 60 else text[:56] + "...'"
