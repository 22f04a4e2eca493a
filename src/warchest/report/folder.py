"""What a saved run holds, read from its folder and from nowhere else."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from warchest import files
from warchest.core.errors import CannotError
from warchest.core.units import say
from warchest.report import words

NAMES = ("house.yaml", "manifest.json", "tables.json", "bands.parquet", "paths.parquet")


@dataclass(frozen=True)
class RunView:
    """A run as the sections see it; nothing here is computed by living a path."""

    value: Mapping[str, Any]
    """The answer of `warchest value`."""
    file: Mapping[str, Any]
    """The house file, as data."""
    manifest: Mapping[str, Any]
    tables: Mapping[str, Any]
    bands: pd.DataFrame
    paths: pd.DataFrame

    @property
    def currency(self) -> str:
        """The house's currency."""
        return str(self.value.get("currency", ""))

    @property
    def simulate(self) -> Mapping[str, Any]:
        """The answer of `warchest simulate`."""
        return self.tables.get("simulate") or {}

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """The policies set side by side, each under each outlook; the run itself where there are none."""
        alone = [{"row": self.policy, **self.simulate}] if self.simulate.get("probabilities") else ()
        return self.tables.get("rows") or alone

    @property
    def count(self) -> int:
        """Number of paths."""
        return int(self.simulate.get("paths") or self.manifest.get("paths") or len(self.paths))

    @property
    def policy(self) -> str:
        """The kind of policy of the main run."""
        return str(self.simulate.get("policy") or self.manifest.get("policy") or "as in the file").replace("_", " ")

    @cached_property
    def outlooks(self) -> tuple[str, ...]:
        """The outlooks in the order of the rows; the first is the file's own."""
        return tuple(dict.fromkeys(map(outlook, self.rows)))

    def under(self, name: str) -> list[Mapping[str, Any]]:
        """The rows lived under one outlook."""
        return [row for row in self.rows if outlook(row) == name]

    @cached_property
    def scale(self) -> words.Unit:
        """One unit for the NAV of all rows, so that their tables can be laid side by side."""
        return words.unit([(row.get("nav") or {}).get("p50") for row in self.rows], self.currency)

    @property
    def horizon(self) -> str:
        """How long a path is, in words."""
        return words.span(float(self.simulate.get("horizon_years") or self.manifest.get("horizon_years") or 0))

    @cached_property
    def ceilings(self) -> Sequence[Mapping[str, Any]]:
        """The house's own LTV ceilings, lowest first."""
        return sorted(self.value.get("war_chest", {}).get("ceilings", ()), key=lambda c: c["ltv"])

    @property
    def grid(self) -> str:
        """The dates on which triggers are looked at."""
        return str(self.simulate.get("grid") or self.manifest.get("grid") or self.manifest.get("step"))

    @property
    def run(self) -> str:
        """The sentence that every chance needs beside it."""
        facts = [f"{self.count:,} paths", f"seed {self.simulate.get('seed', self.manifest.get('seed'))}"]
        return f"{', '.join(facts)}; {self.grid}; ± is one standard error."

    def money(self, value: float) -> str:
        """An amount of the house's currency."""
        return say(value, self.currency)

    def odds(self, prob: Mapping[str, float] | None) -> str:
        """A chance with its error, a dash where there is none."""
        return words.odds(prob, self.count)

    def rough(self, prob: Mapping[str, float]) -> str:
        """A chance for a title."""
        return words.rough(prob, self.count)

    def say(self, value: float) -> str:
        """An amount of the house's currency, and beside it the currency in which bets are written."""
        if self.second is None:
            return say(value, self.currency)
        name, rate = self.second
        return f"{say(value / rate, name)} ({say(value, self.currency)})"

    @cached_property
    def second(self) -> tuple[str, float] | None:
        """The bets' currency where it is not the house's, and what one of it costs in the house's."""
        for bet in self.value.get("bets") or ():
            name, home = str(bet.get("currency") or self.currency), bet.get("cheque_home")
            if name != self.currency and home and bet["cheque"]:
                return name, float(home) / float(bet["cheque"])
        return None


def outlook(row: Mapping[str, Any]) -> str:
    """The outlook a row was lived under."""
    return str(row.get("outlook") or "as in the file")


def house_value(path: Path) -> Mapping[str, Any]:
    """What `warchest value` says of the house file."""
    from warchest import house
    from warchest.questions.value import value

    return dict(value(house.load(path)).to_dict())


def read(folder: Path) -> RunView:
    """The run saved in a folder."""
    missing = [name for name in NAMES if not (folder / name).is_file()]
    if missing:
        raise CannotError(f"{folder} is not the folder of a saved run: {', '.join(missing)} missing.")
    try:
        manifest, tables = (json.loads((folder / name).read_text("utf-8")) for name in NAMES[1:3])
        bands, paths = (pd.read_parquet(folder / name) for name in NAMES[3:])
    except (OSError, ValueError) as error:
        raise CannotError(f"{folder} cannot be read as a saved run: {error}") from error
    tree = files.read(folder / "house.yaml")
    return RunView(house_value(folder / "house.yaml"), tree.data, manifest, tables, bands, paths)
