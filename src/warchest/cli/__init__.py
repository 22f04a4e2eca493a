"""The command line: one command, one question; everything heavy is imported when it is asked."""

from warchest.cli import compares, deaths, lives, sheet, sizes, stress
from warchest.cli.app import app, main

__all__ = ["app", "compares", "deaths", "lives", "main", "sheet", "sizes", "stress"]

ORDER = (
    "check", "value", "simulate", "compare", "vary", "size", "stress", "pace", "report", "schema", "new", "cases", "autopsy", "diff",
)  # fmt: skip
"""The commands as `warchest --help` lists them."""

app.registered_commands.sort(key=lambda c: ORDER.index(c.name or getattr(c.callback, "__name__", "")))
