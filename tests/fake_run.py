"""A run folder and the answer of `warchest value`, both written by hand, for the tests of the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

PATHS, STEPS = 400, 60
HOUSE = """\
house: The House of Test
as_of: 2023-09-30
currency: JPY
sources: [the accounts of the house, a page of its own]
assumptions: [the loans are called at 35 %]
"""
QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


def prob(p: float) -> dict[str, float]:
    se = (p * (1 - p) / PATHS) ** 0.5
    return {"p": p, "se": se, "low": max(p - 2 * se, 0.0), "high": min(p + 2 * se + 0.01, 1.0)}


def house_value() -> dict[str, Any]:
    """What `warchest value` would say of a house, by hand."""

    def holding(name: str, value: float, debt: float) -> dict[str, Any]:
        equity = value - debt
        return {
            "name": name, "value": value, "secured_debt": debt, "equity": equity, "share": equity / 10e12
        }  # fmt: skip

    def loan(name: str, face: float, ltv: float, call: float, headroom: float) -> dict[str, Any]:
        prices = {"call_price": call, "close_out_price": 0.7 * call, "call_price_all_pledged": 0.8 * call}
        debt = {"name": name, "kind": "margin_loan", "face": face, "deduction": face, "counted": 0.0}
        return {**debt, "ltv": ltv, "headroom": headroom, "call_at": ltv / (1 - headroom), **prices}

    never = dict.fromkeys(("ltv", "headroom", "call_price", "close_out_price", "call_price_all_pledged"))
    bonds = {"name": "Bonds", "kind": "bond", "face": 7e12, "deduction": 0.0, "counted": 7e12, **never}
    loans = [loan("Margin", 1.26e12, 0.21, 32.1, 0.4), loan("Phone loan", 0.57e12, 0.36, 1012.5, 0.39)]
    chest = {
        "amount": 0.8e12,
        "after_commitments": -1.0e12,
        "binding": "ceiling",
        "funding": 4.1e12,
        "ceilings": [
            {"ltv": 0.25, "amount": 0.8e12, "after_commitments": -1.0e12},
            {"ltv": 0.35, "amount": 2.4615e12, "after_commitments": 0.66e12},
        ],
        "sources": [
            {"name": "cash above its floor", "amount": 3.1e12},
            {"name": "undrawn facilities", "amount": 1e12},
        ],
    }
    bet = {
        "name": "Oracle",
        "cheque": 60e9,
        "currency": "USD",
        "cheque_home": 9e12,
        "ltv_after": 0.573,
        "above": "ltv_max",
    }
    return {
        "house": "The House of Test",
        "as_of": "2023-09-30",
        "currency": "JPY",
        "nav": 8.1e12,
        "holdings_value": 10.0e12,
        "gross_holdings_value": 11.83e12,
        "net_debt": 1.9e12,
        "debt": 8.83e12,
        "cash": 5.1e12,
        "cash_floor": 2e12,
        "undrawn": 1e12,
        "ltv": 0.19,
        "gross_ltv": 0.315,
        "nav_per_share": 11187.4,
        "discount": 0.435,
        "war_chest": chest,
        "holdings": [
            holding("Chips", 5.59e12, 1.26e12),
            holding("Phones", 3.24e12, 0.57e12),
            holding("Funds", 3e12, 0),
        ],
        "debts": [*loans, bonds],
        "maturities": [{"year": year, "due": 1.4e12} for year in range(2023, 2028)],
        "currencies": [{"currency": "USD", "exposure": 5.0e12}, {"currency": "JPY", "exposure": 3.1e12}],
        "bets": [bet],
    }


def run_tables() -> dict[str, Any]:
    """What a run leaves in tables.json, by hand."""
    base = {
        "margin_call": 0.3,
        "forced_sale": 0.1,
        "breach": 0.4,
        "default": 0.0,
        "ruin": 0.02,
        "loss": 0.35,
        "halved": 0.2,
    }
    nav = {"mean": 11e12, "se": 0.2e12, "p05": 2.5e12, "p25": 6e12, "p50": 9.5e12, "p75": 14e12, "p95": 26e12}
    tail = {
        "growth": {"value": 0.031, "se": 0.004, "floors": {}},
        "max_drawdown": {"p50": -0.45, "p95": -0.83},
    }
    rows = [
        {
            "row": row, "outlook": outlook, "note": note, "cheque": cheque, "ltv_after": after,
            "probabilities": {key: prob(min(p * (0.6 + 0.35 * n + shift), 1.0)) for key, p in base.items()},
            "nav": {key: x * (1 + 0.05 * n - shift) for key, x in nav.items()},
            "time_above_max": 0.05 * n, **tail,
        }
        for outlook, shift in (("As in the file", 0.0), ("gloomier", 0.2), ("brighter", -0.2))
        for n, (row, cheque, after, note) in enumerate((
            ("hold", 0.0, None, ""), ("ALL IN to 25 %", 0.8e12, 0.25, ""),
            ("ALL IN to 35 %", 2.46e12, 0.35, "cut on 3 % of paths"), ("the asked 60bn", 9e12, 0.573, ""),
        ))
    ]  # fmt: skip
    soon = {"margin_call": 0.2, "forced_sale": 0.1, "default": 0.0}
    simulate = {
        "paths": PATHS,
        "seed": 1234,
        "step": "month",
        "grid": "looked at on 60 dates, the last 2028-09-30",
        "horizon_years": 5.0,
        "policy": "hold",
        "probabilities": {key: prob(p) for key, p in base.items()},
        "by_month": {m: {key: prob(p * f) for key, p in soon.items()} for m, f in (("3", 0.2), ("12", 0.6), ("36", 1))},
        "time_above_max": 0.07,
        "nav": nav,
        **tail,
    }
    calls = (("Margin", 0.22), ("Phone loan", 0.31))
    loans = [
        {"name": name, "odds": {"3": prob(0.0), "12": prob(0.1), "36": prob(p)}, "calls": prob(p)} for name, p in calls
    ]
    soon_none = {"3": prob(0.0), "12": prob(0.0), "36": prob(0.05)}
    loans.append({"name": "New loan on Chips", "odds": soon_none, "calls": prob(0.05)})
    return {"simulate": simulate, "loans": loans, "rows": rows}


def save(path: Path, house: str = HOUSE) -> Path:
    """A run folder, written by hand."""
    rng = np.random.default_rng(7)
    path.mkdir()
    (path / "house.yaml").write_text(house, encoding="utf-8")
    versions = {"warchest": "0.1.0", "python": "3.11.7", "numpy": "2.0", "numba": "0.68"}
    manifest = {**versions, "seed": 1234, "paths": PATHS, "hashes": {"house.yaml": "ab" * 32}}
    (path / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (path / "tables.json").write_text(json.dumps(run_tables()), encoding="utf-8")
    nav = 8.1e12 * np.exp(np.cumsum(rng.normal(0.003, 0.08, (PATHS, STEPS)), axis=1))
    cash = 5.1e12 + 2e10 * (nav / 8.1e12 - 1.5) * np.arange(STEPS)
    bands = [
        {"date": date, "step": step + 1, "measure": name, "paths": PATHS}
        | {key: np.quantile(lived[:, step], q) for key, q in QUANTILES.items()}
        for name, lived in (("nav", nav), ("ltv", 1.9e12 / (nav + 1.9e12)), ("cash", cash))
        for step, date in enumerate(pd.date_range("2023-10-31", periods=STEPS, freq="ME"))
    ]
    pd.DataFrame(bands).to_parquet(path / "bands.parquet")
    fall = (nav / np.maximum.accumulate(nav, axis=1) - 1).min(axis=1)
    paths = {"nav": nav[:, -1], "max_drawdown": fall, "weight": np.ones(PATHS)}
    pd.DataFrame(paths).astype("float32").rename_axis("path").reset_index().to_parquet(path / "paths.parquet")
    return path
