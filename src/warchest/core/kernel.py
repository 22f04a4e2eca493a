"""The one door to the compiler.

Rules are plain Python functions; `compiled` gives their machine-code twins. The disk cache is keyed by a hash of the
sources of every rule, since the compiler itself does not notice an edit in another module.
"""

from __future__ import annotations

import dis
import hashlib
import os
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

_compiled: dict[Any, Any] = {}
_lock = threading.RLock()


def rule(function: Function) -> Function:
    """Mark a function of scalars and arrays as part of the engine; it stays plain Python until `compiled` is asked."""
    function.__rule__ = True  # type: ignore[attr-defined]
    return function


def compiled(function: Callable[..., Any]) -> Any:
    """The compiled twin of a rule and of every rule it names; GIL released, no fast-math, equal bits everywhere."""
    with _lock:
        key = function.__code__
        if key not in _compiled:
            _compiled[key] = _compile(function)
        return _compiled[key]


def _compile(function: Callable[..., Any]) -> Any:
    import numba

    code = function.__code__
    called = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    rules = {name: function.__globals__.get(name) for name in sorted(called)}
    names = {name: compiled(value) for name, value in rules.items() if hasattr(value, "__rule__")}
    twin = types.FunctionType(code, {**function.__globals__, **names}, function.__name__, function.__defaults__)
    twin.__module__, twin.__qualname__ = function.__module__, function.__qualname__
    folder = _cache_folder()
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = str(folder or "")
        return numba.njit(nogil=True, cache=folder is not None, error_model="numpy")(twin)
    finally:
        numba.config.CACHE_DIR = before


def is_cached() -> bool:
    """Whether an earlier run left compiled code of exactly these sources."""
    folder = _cache_folder()
    return folder is not None and any(folder.rglob("*.nbc"))


def sources() -> list[Path]:
    """The files whose text decides what is compiled."""
    root = Path(__file__).resolve().parent.parent
    return sorted([*root.glob("engine/*.py"), *root.glob("*/*_rule.py"), root / "core/layout.py", root / "core/kernel.py"])


def fingerprint() -> str:
    """Hash of the sources of every rule and of the versions that compile them."""
    import numba
    import numpy

    digest = hashlib.sha256(f"{numba.__version__} {numpy.__version__} {sys.version_info[:2]}".encode())
    for path in sources():
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


_folder: list[Path | None] = []


def _cache_folder() -> Path | None:
    if not _folder:
        base = os.environ.get("WARCHEST_CACHE") or os.environ.get("XDG_CACHE_HOME") or "~/.cache"
        folder = Path(base).expanduser() / "warchest" / fingerprint()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / ".writable").touch()
            _folder.append(folder)
        except OSError:
            _folder.append(None)
    return _folder[0]
