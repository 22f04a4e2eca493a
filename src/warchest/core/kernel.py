"""The one door to the compiler.

Rules are plain Python functions; `compiled` gives their machine-code twins. The disk cache is keyed by a hash of the
sources of every rule, since the compiler itself does not notice an edit in another module.
"""

from __future__ import annotations

import dis
import hashlib
import os
import re
import sys
import threading
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Function = TypeVar("Function", bound=Callable[..., Any])

Own = tuple[Callable[..., Any], ...]
"""Policies of the user's own: functions that the loader marked as rules."""

_compiled: dict[Any, Any] = {}
_lock = threading.RLock()


def rule(function: Function) -> Function:
    """Mark a function of scalars and arrays as part of the engine; it stays plain Python until `compiled` is asked."""
    function.__rule__ = True  # type: ignore[attr-defined]
    return function


def inlined(function: Function) -> Function:
    """Mark a small rule on the way of every step: it is written into its callers."""
    function.__rule__ = "inlined"  # type: ignore[attr-defined]
    return function


def compiled(function: Callable[..., Any], own: Own = ()) -> Any:
    """The compiled twin of a rule, with every rule it names inside; GIL released, no fast-math, equal bits everywhere.

    `own` are policies of the user's own, which stand in for the rule `own_policy`.
    """
    return _twin(function, True, own)


def _twin(function: Callable[..., Any], entry: bool, own: Own) -> Any:
    with _lock:
        key = function, entry, own
        if key not in _compiled:
            _compiled[key] = _compile(function, entry, own)
        return _compiled[key]


def try_policy(policy: Callable[..., Any], see: Any) -> tuple[int | None, str] | None:
    """What keeps a policy of the user's own from being compiled and giving three numbers: its line and words; None: nothing."""
    import numba as _numba
    from numba.core import errors, types

    numba: Any = _numba
    try:
        found = numba.njit(_nrt=False)(_twin(policy, False, ()).py_func)
        found.compile((numba.typeof(see),))
    except KeyError as error:
        return None, f"{error} is not a field of what it sees"
    except errors.NumbaError as error:
        text = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
        file = re.escape(Path(policy.__code__.co_filename).name)
        lines = re.findall(file + r'"?\)?[,:]? ?(?:line |\(?)(\d+)', text)
        told = [t for t in text.splitlines() if t.strip() and not t.startswith(("Failed in", "During", "File", "-"))]
        words = told[0].strip() if told else "it cannot be compiled"
        words = words.replace("NRT required but not enabled", "it makes a list or an array")
        return (int(lines[-1]) if lines else None), words
    given = found.overloads[(numba.typeof(see),)].signature.return_type
    parts = list(given) if isinstance(given, (types.UniTuple, types.Tuple)) else []
    if [isinstance(part, types.Number) for part in parts] != [True] * 3:
        return None, f"it gives {given}"
    return None


def _chosen(own: Own, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    """One rule of several policies: the one of a number."""
    for policy in reversed(own):
        otherwise = _one_of(_twin(policy, False, ()), _twin(otherwise, False, ()))
    return otherwise


def _one_of(first: Any, others: Any) -> Callable[..., Any]:
    def one_of(see: Any, which: Any) -> Any:
        if which == 0:
            cheques, sales, memory = first(see)
            return float(cheques), float(sales), float(memory)
        return others(see, which - 1)

    return rule(one_of)


def _compile(function: Callable[..., Any], entry: bool, own: Own) -> Any:
    import numba as _numba

    import warchest.core.handle  # noqa: F401  how the compiler reads a life's tables

    numba: Any = _numba  # its stubs know neither its settings nor what intrinsics look like
    code = function.__code__
    called = {i.argval for i in dis.get_instructions(code) if i.opname == "LOAD_GLOBAL"}
    rules: dict[str, Any] = {name: function.__globals__.get(name) for name in sorted(called)}
    if own and "own_policy" in rules:
        rules["own_policy"] = _chosen(own, rules["own_policy"])
    names = {name: _twin(value, False, own) for name, value in rules.items() if hasattr(value, "__rule__")}
    twin = types.FunctionType(
        code, {**function.__globals__, **names}, function.__name__, function.__defaults__, function.__closure__
    )
    # Machine code is found by name, and what the disk cache holds may have any name of a rule but this.
    other = f"_with_{len(_compiled)}" if own else ""
    twin.__module__, twin.__qualname__ = function.__module__, function.__qualname__ + other
    options: dict[str, Any] = {"nogil": True, "error_model": "numpy"}
    if function.__rule__ == "inlined":  # type: ignore[attr-defined]
        options["forceinline"] = True
    folder = _cache_folder() if entry and not own else None  # a policy in a file is compiled anew each time
    before = numba.config.CACHE_DIR
    try:
        numba.config.CACHE_DIR = str(folder or "")
        # Rules allocate nothing, so nobody need count references.
        found = numba.njit(_nrt=False, cache=folder is not None, **options)(twin)
    finally:
        numba.config.CACHE_DIR = before
    if not entry:
        _gather(found, function.__rule__ == "inlined")  # type: ignore[attr-defined]
    return _for_types_alone(found)


def _for_types_alone(dispatcher: Any) -> Any:
    """Compile once for whole numbers, not once for each constant that is passed: a third of the time."""
    from numba.core import types

    compile_for = dispatcher.compile

    def compile_(signature: Any) -> Any:
        if isinstance(signature, tuple):
            signature = tuple(types.unliteral(t) for t in signature)
        return compile_for(signature)

    dispatcher.compile = compile_
    return dispatcher


def _gather(dispatcher: Any, inlined: bool) -> None:
    """Let an inner rule be optimised and turned into machine code only once, as a part of what Python calls.

    The compiler would do it for every rule with all that it calls: two thirds of the time.
    """
    compiler, context = dispatcher._compiler, dispatcher.targetctx
    compile_for = compiler.compile

    def flags_for(flags: Any) -> Any:
        flags.forceinline = inlined  # else a rule takes over what its caller is
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        return flags

    def compile_(args: Any, return_type: Any) -> Any:
        found = compile_for(args, return_type)
        library = found.library

        def finalize() -> None:
            for part in dict.fromkeys(library._linking_libraries):
                library._final_module.link_in(part._get_module_for_linking(), preserve=True)
            library._finalized = True

        def only_within(*args: Any) -> Any:
            raise TypeError(f"{dispatcher.py_func.__name__} is compiled only within other rules")

        library.finalize = finalize
        context.insert_user_function(only_within, found.fndesc, [library])
        return found._replace(entry_point=only_within)

    compiler._customize_flags = flags_for
    compiler.compile = compile_
    dispatcher._insert = lambda *args: None  # Python never calls it


def is_cached() -> bool:
    """Whether an earlier run left compiled code of exactly these sources."""
    folder = _cache_folder()
    return folder is not None and any(folder.rglob("*.nbc"))


def sources() -> list[Path]:
    """The files whose text decides what is compiled."""
    root = Path(__file__).resolve().parent.parent
    return sorted(
        [
            *root.glob("engine/*.py"),
            *root.glob("*/*_rule.py"),
            *(
                root / "core" / name
                for name in (
                    "codes.py",
                    "fund_tables.py",
                    "handle.py",
                    "kernel.py",
                    "layout.py",
                    "market.py",
                    "sight.py",
                )
            ),
        ]
    )


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
        _folder.append(_writable(Path(base).expanduser() / "warchest" / fingerprint()))
    return _folder[0]


def _writable(folder: Path) -> Path | None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".writable").touch()
    except OSError:
        return None
    return folder
