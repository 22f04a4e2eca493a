"""From a validator's complaint to a sentence with a place: what was found, what is allowed, the nearest match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from warchest.core.errors import nearest
from warchest.core.units import Amount

Path = tuple[Any, ...]
Found = tuple[Path, str, str, str]
"""A place in the file, what was found there, what is allowed, the nearest match."""

ROOMS = {"holdings": " holding", "bets": " outcome", "markets": " market", "policies": " policy"}
SHOWN = 8
"""Fields named beside a nearest match; without one all are."""


def complaints(error: ValidationError, data: Mapping[str, Any], top: type[BaseModel]) -> list[Found]:
    """Every complaint in words; a misspelled field is not also told as missing."""
    found = [_complaint(dict(e), data, top) for e in error.errors(include_url=False)]
    meant = {(*path[:-1], hint) for path, what, _, hint in found if what == UNKNOWN and hint}
    return [f for f in found if not (f[1] == MISSING and f[0] in meant)]


UNKNOWN, MISSING = "unknown field", "is missing"


def _complaint(found: dict[str, Any], data: Mapping[str, Any], top: type[BaseModel]) -> Found:
    path, asked = _walk(found["loc"], found["type"], data, top)
    spec = asked[0] if asked else None
    if found["type"].startswith("union_tag") or (found["type"] == "model_attributes_type" and len(asked) > 1):
        return _kind(found, path, asked)
    what, allowed, hint = _say(found, path, spec)
    field, _, rest = what.partition(" ")
    if found["type"] == "value_error" and field in getattr(spec, "model_fields", {}):
        path, what = (*path, field), rest  # a check of the whole part that blames one field
    return path, what, allowed, hint


def _walk(loc: Sequence[Any], kind: str, data: Any, top: type[BaseModel]) -> tuple[Path, list[Any]]:
    """The place in the file (without the validator's own tags) and the specs that may stand there."""
    path: list[Any] = []
    asked: list[Any] = [top]
    node = data
    for n, part in enumerate(loc):
        if len(asked) > 1 and any(_tag(a) == part for a in asked):  # a tag, though a field may have its name
            asked = [a for a in asked if _tag(a) == part]
            continue
        new = n == len(loc) - 1 and kind in ("missing", "extra_forbidden")
        key = next((k for k in node if part in (k, str(k), repr(k))), None) if isinstance(node, dict) else None
        if key is not None:
            node = node[key]
        elif isinstance(node, (list, tuple)) and isinstance(part, int) and part < len(node):
            node = node[part]
        elif not new:
            continue
        path.append(part if key is None else key)
        if not new:
            asked = [b for a in asked for b in _below(a, part)]
    return tuple(path), asked


def _tag(spec: Any) -> Any:
    fields = getattr(spec, "model_fields", {})
    return next((fields[name].default for name in ("kind", "model") if name in fields), None)


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
    if origin in (dict, tuple) or (
        isinstance(annotation, type) and origin is None and issubclass(annotation, BaseModel)
    ):
        yield annotation
    else:
        for inner in get_args(annotation):
            yield from _specs(inner)


def field_names(spec: type[BaseModel]) -> list[str]:
    """The keys a spec knows, as they are written in a file: its own first, then those it shares."""
    own = vars(spec).get("__annotations__", {})
    ordered = sorted(spec.model_fields.items(), key=lambda item: item[0] not in own)
    return [field.alias or name for name, field in ordered]


def a_kind(spec: type[BaseModel]) -> str:
    """`a listed holding has`, `a margin_loan has`, `limits have`: how a message names a spec."""
    name = spec.__name__.removesuffix("File").lower()
    if name in ("limits", "lending", "borrowing"):
        return f"{name} {'have' if name == 'limits' else 'has'}"
    tag = _tag(spec)
    words = f"{tag}{ROOMS.get(spec.__module__.split('.')[1], '')}" if tag else name
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words} has"


def _kind(found: dict[str, Any], path: Path, asked: Sequence[Any]) -> Found:
    """A part without its kind, with one that there is not, or that is no part at all."""
    value, context = found["input"], found.get("ctx", {})
    key = "model" if "model" in asked[0].model_fields else "kind"
    tags = [str(_tag(a)) for a in asked]
    allowed = f"{key}s: {', '.join(tags)}"
    if found["type"] == "union_tag_invalid":
        return (*path, key), f"{quoted(value[key])} is not a {key}", allowed, nearest(str(context["tag"]), tags)
    if not isinstance(value, Mapping):
        hint = f"{{{key}: {near}}}" if (near := nearest(str(value), tags)) else ""
        what = "is empty" if value is None else f"{quoted(value)} is not a mapping"
        return path, what, f"`{key}:` and its other fields, one a line, below the name; {allowed}", hint
    return (*path, key), MISSING, allowed, ""


def _say(found: dict[str, Any], path: Path, spec: Any) -> tuple[str, str, str]:
    kind, context, value = found["type"], found.get("ctx", {}), found.get("input")
    if kind == "extra_forbidden":
        names = field_names(spec) if spec else []
        hint = nearest(str(path[-1]), names)
        shown = [*names[:SHOWN], "..."] if hint and len(names) > SHOWN else names
        return UNKNOWN, f"{a_kind(spec)}: {', '.join(shown)}" if spec else "", hint
    if kind == "missing":
        fields = spec.model_fields.items() if spec else ()
        return MISSING, next((f.description or "" for n, f in fields if (f.alias or n) == path[-1]), ""), ""
    if kind in ("value_error", "assertion_error"):
        words, _, rest = str(context.get("error", found["msg"])).partition("; ")
        return words, rest, ""
    if kind == "literal_error":
        allowed = [a.strip(" '") for a in str(context["expected"]).replace(" or ", ", ").split(",")]
        return f"{quoted(value)} is not allowed", f"allowed: {', '.join(allowed)}", nearest(str(value), allowed)
    if kind in PLAIN:
        words, allowed_words = PLAIN[kind]
        limits = {k: v for k, v in context.items() if isinstance(v, (int, float))}
        return "is empty" if value is None else f"{quoted(value)} {words}", allowed_words.format(**limits), ""
    if kind == "too_short":
        return "is empty", "at least one is needed", ""
    return f"{quoted(value)} is not allowed", found["msg"], ""


FIELDS = "its fields, one a line, indented below the name"
PLAIN = {
    "model_type": ("is not a mapping", FIELDS),
    "model_attributes_type": ("is not a mapping", FIELDS),
    "dict_type": ("is not a mapping", "{{name: value}}, or one `name: value` a line, indented below"),
    "string_type": ("is not a name", "a text; quote what looks like a number or a date"),
    "tuple_type": ("is not a list", "write [a, b, c]"),
    "int_type": ("is not a whole number", "a plain whole number: 1"),
    "greater_than": ("is too small", "above {gt:g}"),
    "greater_than_equal": ("is too small", "at least {ge:g}"),
    "less_than": ("is too large", "below {lt:g}"),
    "less_than_equal": ("is too large", "at most {le:g}"),
}
"""A validator's type of complaint: what was found, and what is allowed."""


def quoted(value: Any) -> str:
    """A value as a message shows it."""
    if isinstance(value, (Mapping, list, tuple)):
        return "a mapping" if isinstance(value, Mapping) else "a list"
    text = "nothing" if value is None else str(value).lower() if isinstance(value, bool) else f"'{value}'"
    return text if len(text) < 60 else text[:56] + "...'"


def names_of(lines: Iterable[str], what: str = "holdings") -> str:
    """What there is, as a refusal names it."""
    return f"{what}: {', '.join(lines) or 'none'}"


def said(amount: Amount) -> str:
    """An amount as the file has it."""
    return f"{amount.value:,.15g} {amount.currency}" if amount.currency else f"{amount.value:,.15g}"
