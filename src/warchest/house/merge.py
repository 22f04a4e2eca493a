"""A file's data with some of its fields replaced."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any


def merged(data: Any, change: Any) -> Any:
    """Mappings are merged, field by field; a part of another kind is replaced whole."""
    if not isinstance(data, Mapping) or not isinstance(change, Mapping):
        return copy.deepcopy(change)
    for tag in ("kind", "model"):
        if tag in change and change[tag] != data.get(tag):
            return copy.deepcopy(dict(change))
    return {**data, **{key: merged(data.get(key), value) for key, value in change.items()}}
