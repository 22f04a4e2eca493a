"""The command line itself: its name, its errors and its exit status."""

from __future__ import annotations

import os
import sys
from typing import Any, NoReturn

import typer

app = typer.Typer(
    name="warchest",
    help="Simulate an investment house: what it is worth, how much it can bet, and what happens if it is wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def main() -> None:
    """Run the command line; errors become one sentence and an exit status: 1 cannot be done, 2 wrong input."""
    from warchest.core.errors import CannotError, InputError

    try:
        app()
    except InputError as error:
        _leave(str(error), 2)
    except CannotError as error:
        _leave(str(error), 1)
    except KeyboardInterrupt:
        _leave("Stopped; nothing was saved.", 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _leave(f"{error.filename or 'a file'}: {error.strerror or error}", 1)


def _leave(words: str, status: int) -> NoReturn:
    print(words, file=sys.stderr, flush=True)
    sys.exit(status)


def load(file: str) -> Any:
    """A house, from a file or a case."""
    from warchest import api

    return api.load(file)
