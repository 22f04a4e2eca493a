"""What somebody once found wrong, and must not come back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import partial

import numpy as np
import pytest

from houses import house
from warchest.questions import text
from warchest.simulation import simulate

PLEDGED = """
house: All of it pledged
as_of: 2026-01-02
currency: USD
cash: 10m
holdings: {{Acme: {{kind: listed, shares: 1m, price: 100, growth: 5%, volatility: 40%}}}}
debts: {{Loan: {{kind: margin_loan, principal: 40m, secured_on: {{Acme: all}}, rate: 5%, call_at: 70%, reset_to: 60%, close_out_at: 80%}}}}
market: {{model: lognormal}}
step: {step}
horizon: 3y
"""


@pytest.mark.parametrize("step", ["week", "month"])
def test_a_house_that_could_still_sell_is_not_in_default(step: str) -> None:
    """Interest that cash cannot meet is met by selling pledged shares above their loan: who defaults has nothing left."""
    paths = simulate(house(PLEDGED.format(step=step)), paths=4_000, seed=2).paths
    failed = paths[~np.isnan(paths["default"])]
    assert (failed["nav"] <= 1.0).all()
    assert np.isnan(paths["default"]).mean() > 0.9


def test_a_default_of_a_house_that_held_something_is_a_forced_sale() -> None:
    broke = (
        PLEDGED.format(step="week")
        .replace("cash: 10m", "cash: 0")
        .replace("40m, sec", "69m, sec")
        .replace("40%}}", "200%}}")
    )
    paths = simulate(house(broke), paths=2_000, seed=2).paths
    failed = paths[~np.isnan(paths["default"])]
    assert len(failed) > 0
    assert not np.isnan(failed["first_sale"]).any()


def test_no_odds_beyond_the_horizon() -> None:
    run = simulate(house(PLEDGED.format(step="week").replace("3y", "1mo")), paths=256, seed=1)
    told = run.to_dict()["by_month"]
    assert told["3"]["margin_call"] is told["12"]["margin_call"] is told["36"]["default"] is None
    assert run.loans[0]["odds"]["12"] is None
    assert "–" in text.simulate(run.to_dict(), "USD")
    assert "–" in text.loans(run.loans, run.count)


def test_what_has_no_meaning_below_zero_is_not_told() -> None:
    notes = "debts: {Notes: {kind: bond, principal: 90m, maturity: 2029-01-02}, "
    run = simulate(house(PLEDGED.format(step="month").replace("debts: {", notes)), paths=256, seed=1)
    told = run.to_dict()
    assert run.sample.start < 0
    assert told["growth"] is told["probabilities"]["halved"] is told["probabilities"]["loss"] is None
    assert told["max_drawdown"] == {"p50": None, "p95": None}
    assert "–" in text.simulate(told, "USD")


@pytest.mark.parametrize("paths", [8_000_000, 100_000_000])
def test_ctrl_c_stops_within_a_second_and_says_what_was_done(paths: int) -> None:
    simulate(house(PLEDGED.format(step="week")), paths=256, seed=1)  # compiled and cached
    command = [sys.executable, "-m", "warchest", "simulate", "founder", "--paths", str(paths)]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a job in the background would not hear it
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ, preexec_fn=heard
    ) as running:
        time.sleep(6.0)
        running.send_signal(signal.SIGINT)
        asked = time.monotonic()
        said = running.communicate(timeout=30)[1]
        took = time.monotonic() - asked
    assert running.returncode == 1
    assert f"of {paths:,} paths; nothing was saved." in said
    assert "Traceback" not in said
    assert took < 2.0  # a second, and a busy machine
