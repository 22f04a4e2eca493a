"""A house file to start from: a case as it is, or every field with its sentence and default."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from warchest.core.units import Amount, Duration, Rate
from warchest.house import House
from warchest.house.spec import Borrowing, Lending, Limits
from warchest.house.words import field_names

GROUPS = (Limits, Lending, Borrowing)
"""Fields at the top that hold fields of their own."""


def full(house: House) -> str:
    """The house's file with every field: those it says, and, as comments, what the others are when left out.

    >>> import warchest
    >>> "# costs: 0" in full(warchest.load("founder"))
    True
    """
    return "\n".join(_fields(house.spec, house.tree.data, "")) + "\n"


def _fields(spec: BaseModel, data: Mapping[str, Any], indent: str) -> list[str]:
    lines = []
    for key, name, field in _ordered(type(spec)):
        value = getattr(spec, name)
        comment = f"  # {field.description}"
        if key not in data:
            lines += _left_out(key, field, value, indent)
        elif isinstance(value, BaseModel):
            lines += [f"{indent}{key}:{comment}", *_fields(value, data[key], indent + "  ")]
        elif isinstance(value, Mapping) and value and all(isinstance(v, BaseModel) for v in value.values()):
            lines.append(f"{indent}{key}:{comment}")
            for part, inner in value.items():
                lines += [f"{indent}  {_scalar(part)}:", *_fields(inner, data[key][part], indent + "    ")]
        else:
            lines.append(f"{indent}{key}: {_flow(data[key])}{comment}")
    return lines


def _ordered(spec: type[BaseModel]) -> list[tuple[str, str, FieldInfo]]:
    """Key, name and field of a spec, its own before those it shares."""
    fields = {field.alias or name: (name, field) for name, field in spec.model_fields.items()}
    return [(key, *fields[key]) for key in field_names(spec)]


def _left_out(key: str, field: FieldInfo, value: Any, indent: str) -> list[str]:
    """A field with its default as a comment; where that is a group of fields, each of them."""
    below = next((kind for kind in get_args(field.annotation) or (field.annotation,) if kind in GROUPS), None)
    if below is None:
        return [f"{indent}# {key}: {_shown(value)}".rstrip() + f"  # {field.description}"]
    lines = [f"{indent}# {key}:  # {field.description}"]
    for inner, name, part in _ordered(below):
        default = value if value is None else getattr(value, name)
        default = part.default if default is None and not part.is_required() else default
        lines.append(f"{indent}#   {inner}: {_shown(default)}".rstrip() + f"  # {part.description}")
    return lines


def _shown(value: Any) -> str:
    """A default as it would be written; nothing for what has none."""
    if value is None:
        return ""
    if isinstance(value, Amount):
        return f"{value.value:g}" + (f" {value.currency}" if value.currency else "")
    if isinstance(value, Duration):
        return f"{value.number:g}{value.unit}"
    if isinstance(value, Rate):
        return f"floating + {100 * value.level:g}%" if value.floating else f"{100 * value.level:g}%"
    if isinstance(value, BaseModel):
        return (
            "{"
            + ", ".join(f"{f.alias or n}: {_shown(getattr(value, n))}" for n, f in type(value).model_fields.items())
            + "}"
        )
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """A value as YAML reads it back the same."""
    from warchest.files import parse

    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    try:
        same = parse(f"a: {{b: {text}}}", "").data == {"a": {"b": value}}
    except Exception:
        same = False
    return text if same else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
