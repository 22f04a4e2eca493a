"""What long work says on standard error while it lasts, and what it says when it is stopped."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def living(total: int) -> Iterator[Callable[[int], None]]:
    """Progress of paths being lived; Ctrl-C says how far it came."""
    from warchest.engine.run import Stopped

    say_if_compiling()
    try:
        with _progress(total) as report:
            yield report
    except Stopped as stopped:
        print(f"Stopped after {stopped.args[0]:,} of {total:,} paths; nothing was saved.", file=sys.stderr, flush=True)
        os._exit(1)  # a thread may be deep in the compiler, and would be waited for


def say_if_compiling() -> None:
    """The first run of all takes longer, and says why."""
    from warchest.core.kernel import is_cached

    if not is_cached():
        print("Compiling the engine for this machine, once: about half a minute.", file=sys.stderr, flush=True)


class _progress:  # noqa: N801
    """A bar on standard error, silent when that is not a terminal."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.bar: Any = None

    def __enter__(self) -> Callable[[int], None]:
        if not sys.stderr.isatty():
            return lambda done: None
        from rich.console import Console
        from rich.progress import Progress

        self.bar = Progress(console=Console(stderr=True), transient=True)
        self.bar.start()
        task = self.bar.add_task("paths", total=self.total)
        return lambda done: self.bar.update(task, completed=done)

    def __exit__(self, *found: object) -> None:
        if self.bar is not None:
            self.bar.stop()
