"""A run: labelled paths, bands and odds, and the folder they are saved in."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.core.calendar import Grid
from warchest.core.layout import Array
from warchest.core.path_tables import PATH_COLUMNS
from warchest.results import measures

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = (5, 25, 50, 75, 95)
BANDS = ("nav", "ltv", "cash")
KEPT = 20_000
"""Paths from which the bands are made: the first ones."""


@dataclass(frozen=True)
class Sample:
    """What one way of living the paths left: columns (paths,) of float32, amounts in the house's currency."""

    columns: Mapping[str, Array]
    start: float
    years: float
    step: str
    steps: int
    share: tuple[float, float] | None = None
    """Price and number of the own shares today, where the file says their number."""

    def measured(self) -> dict[str, Any]:
        """Odds, NAV, growth and drawdown of these paths."""
        defence = float(np.mean(self.columns["defence"], dtype=np.float64))
        own = measures.own_share(self.columns, self.start, self.share, self.years)
        return {
            "probabilities": measures.odds(self.columns, self.start),
            "by_month": measures.by_month(self.columns, self.step, self.steps),
            "time_above_max": float(np.mean(self.columns["time_above_max"], dtype=np.float64)),
            "nav": measures.nav(self.columns),
            "growth": measures.growth(self.columns, self.start, self.years),
            "max_drawdown": measures.drawdown(self.columns, self.start),
            **({"time_in_defence": defence} if defence > 0.0 else {}),
            **({} if own is None else {"own_share": own}),
        }


@dataclass(frozen=True)
class Run:
    """Paths lived: `.paths` and `.bands` as data frames, `.to_dict()` as the contract has it, `.save(folder)`."""

    house: str
    house_text: str = field(repr=False)
    currency: str
    grid: Grid
    seed: int
    policy: str
    sample: Sample = field(repr=False)
    band_values: Array = field(repr=False)  # (kept, points, 3) float32
    band_every: int
    loans: list[dict[str, Any]] = field(repr=False)
    rows: list[dict[str, Any]] = field(repr=False)
    versions: Mapping[str, str] = field(repr=False)
    house_files: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Texts of the files that the house's own names, by where they lie beside it."""
    funds: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """What each fund was for its investors; as `funds` in `.to_dict()`."""
    sizes: list[dict[str, Any]] = field(default_factory=list, repr=False)
    """Answers of `warchest size` that the report shows."""
    deaths: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The answer of `warchest autopsy --deaths` that the report shows; empty where no path is dead."""

    stress: Mapping[str, Any] = field(default_factory=dict, repr=False)
    """The answer of `warchest stress --reverse` that the report shows."""

    @property
    def count(self) -> int:
        """Number of paths."""
        return len(self.sample.columns["nav"])

    @cached_property
    def paths(self) -> pd.DataFrame:
        """One row a path in path order, float32; steps where something first happened, NaN where it never did."""
        import pandas as pd

        return pd.DataFrame({"path": np.arange(self.count, dtype=np.int32), **self.sample.columns})

    @cached_property
    def bands(self) -> pd.DataFrame:
        """Quantiles through time of NAV and LTV at marks and of cash, from the first 20,000 paths (column `paths`)."""
        import pandas as pd

        kept, points, _ = self.band_values.shape
        quantiles = np.quantile(self.band_values[:, :, : len(BANDS)], [q / 100 for q in QUANTILES], axis=0)
        frames = []
        for n, measure in enumerate(BANDS):
            columns = {f"p{q:02d}": quantiles[k, :, n] for k, q in enumerate(QUANTILES)}
            steps = np.arange(points) * self.band_every
            dates = [self.grid.dates[s].isoformat() for s in steps]
            frames.append(pd.DataFrame({"date": dates, "step": steps, "measure": measure, **columns, "paths": kept}))
        return pd.concat(frames, ignore_index=True)

    @cached_property
    def _measured(self) -> dict[str, Any]:
        return self.sample.measured()

    def to_dict(self) -> dict[str, Any]:
        """The object of `warchest simulate --json`."""
        return {
            "house": self.house,
            "as_of": self.grid.dates[0].isoformat(),
            "currency": self.currency,
            "paths": self.count,
            "seed": self.seed,
            "step": self.grid.step,
            "grid": self.grid.sentence(),
            "horizon_years": self.sample.years,
            "policy": self.policy,
            **self._measured,
            "loans": self.loans,
            **({"funds": self.funds} if self.funds else {}),
        }

    def to_frame(self) -> pd.DataFrame:
        """The odds as a table: one row a probability."""
        import pandas as pd

        return pd.DataFrame({k: v for k, v in self._measured["probabilities"].items() if v is not None}).T

    def save(self, folder: str | os.PathLike[str]) -> Path:
        """Write the run folder: beside first, then renamed, so that nothing is ever half-written."""
        target = Path(folder)
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.exists() and not (target / "manifest.json").exists() and any(target.iterdir()):
            raise FileExistsError(f"{target} is a folder with other things in it; name a new one or an earlier run")
        beside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
        try:
            (beside / "house.yaml").write_bytes(self.house_text.encode())
            for name, text in self.house_files.items():
                if (beside / name).exists():
                    raise FileExistsError(
                        f"a fund's file cannot be called {name}: the run's folder has one of that name"
                    )
                (beside / name).parent.mkdir(parents=True, exist_ok=True)
                (beside / name).write_bytes(text.encode())
            self.paths.to_parquet(beside / "paths.parquet", index=False)
            self.bands.to_parquet(beside / "bands.parquet", index=False)
            tables = {
                "simulate": {key: value for key, value in self.to_dict().items() if key != "loans"},
                "loans": self.loans,
                "rows": self.rows,
                "sizes": self.sizes,
                "deaths": self.deaths,
                "stress": self.stress,
            }
            _write_json(beside / "tables.json", tables)
            hashes = {
                p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(beside.rglob("*")) if p.is_file()
            }
            facts = {key: self.to_dict()[key] for key in ("paths", "seed", "step", "grid", "horizon_years", "policy")}
            _write_json(
                beside / "manifest.json", {**self.versions, **facts, "currency": self.currency, "hashes": hashes}
            )
            beside.chmod(0o755)
            if target.exists():
                shutil.rmtree(target)
            beside.rename(target)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        return target


def _write_json(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, indent=1, allow_nan=False) + "\n", encoding="utf-8")


def versions() -> dict[str, str]:
    """Versions of what made a run."""
    from importlib.metadata import version

    return {"python": platform.python_version(), **{name: version(name) for name in ("warchest", "numpy", "numba")}}


def columns_of(paths: Array) -> dict[str, Array]:
    """The engine's rows (paths, columns) as named columns."""
    return {name: paths[:, n] for n, name in enumerate(PATH_COLUMNS)}
