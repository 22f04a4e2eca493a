"""What the numbers rest on: assumptions, sources, definitions and the run itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from warchest.report import words
from warchest.report.folder import RunView
from warchest.report.section import Section, Table

LIMITS = (
    "Odds follow from the assumptions of the house file; they are not forecasts.",
    "Taxes on gains are not modelled.",
    "An unfinished bet counts at its truth in the final NAV.",
)


CONFIDENCE = (
    "[H] the issuer's or a regulator's own page, or two independent pages; [M] one secondary page; "
    "[L] recalled, not confirmed: an assumption; [D] arithmetic on the others."
)


def section(run: RunView) -> Section:
    """Assumptions, sources, definitions, run facts."""
    tables = (
        _texts("Assumptions", run.file.get("assumptions")),
        _texts("Sources", run.file.get("sources")),
        Table("Definitions", ("measure", "meaning"), tuple(words.DEFINITIONS.items()), "ll"),
        _facts(run),
    )
    stated = len(run.file.get("assumptions") or ())
    assumed = f"{stated} stated assumption{'' if stated == 1 else 's'}, and " if stated else "The house file, and "
    return Section(
        key="about",
        question="What do these numbers rest on?",
        title=f"{assumed}one run of {run.count:,} paths",
        tables=tuple(table for table in tables if table is not None),
        notes=LIMITS,
    )


def _texts(title: str, found: Any) -> Table | None:
    texts = [found] if isinstance(found, str) else list(found or ())
    if not texts:
        return None
    rows = tuple((str(n), str(text)) for n, text in enumerate(texts, 1))
    marked = any(re.search(r"\[[HMLD]\]", text) for _, text in rows)
    return Table(title, ("", ""), rows, "rl", CONFIDENCE if marked else "")


def _facts(run: RunView) -> Table:
    known: dict[str, Any] = {
        **run.manifest,
        **{
            k: run.simulate[k]
            for k in ("paths", "seed", "step", "grid", "horizon_years", "policy")
            if k in run.simulate
        },
    }
    hashes = known.pop("hashes", None)
    names = {
        "warchest": "Warchest",
        "python": "Python",
        "numpy": "NumPy",
        "numba": "numba",
        "horizon_years": "horizon, years",
    }
    first = [key for key in ("paths", "seed", "step", "grid", "horizon_years", "policy") if key in known]
    rest = sorted(key for key in known if key not in first)
    rows = [(names.get(key, key), f"{run.count:,}" if key == "paths" else _fact(known[key])) for key in (*first, *rest)]
    if isinstance(hashes, Mapping):
        rows += [(f"SHA-256 of {name}", str(hashes[name])) for name in sorted(hashes)]
    return Table(
        "The run",
        ("", ""),
        tuple(rows),
        "ll",
        "Same house file, seed, paths and versions give the same numbers.",
    )


def _fact(value: Any) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_fact(value[key])}" for key in sorted(value))
    return f"{value:g}" if isinstance(value, float) else str(value)
