"""The door to the compiler, and rules that must give the same bits compiled and plain."""

from __future__ import annotations

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from houses import mixed
from warchest.compile import compile_house, compile_market
from warchest.core import kernel
from warchest.core.kernel import compiled
from warchest.core.layout import copied
from warchest.core.market import given
from warchest.engine.dispatch import live_chunk
from warchest.engine.exponential import exponentials
from warchest.engine.run import Workspace, generator, rows_of


def powers(width: int) -> tuple[np.ndarray, np.ndarray]:
    whole = np.zeros(width, dtype=np.int64)
    return whole, whole.view(np.float64)


def test_exponentials_are_exp_to_the_last_bits() -> None:
    x = np.concatenate([np.linspace(-30, 30, 2_001), np.random.default_rng(1).normal(size=2_000) * 0.05, [0.0, -0.0]])
    found = x.copy()
    compiled(exponentials)(found, *powers(len(x)))
    truth = np.array([math.exp(v) for v in x])
    assert np.max(np.abs(found / truth - 1.0)) <= 2 * np.finfo(float).eps


def test_exponentials_are_the_same_bits_compiled_and_plain() -> None:
    x = np.random.default_rng(2).normal(size=257)
    fast, plain = x.copy(), x.copy()
    compiled(exponentials)(fast, *powers(len(x)))
    exponentials(plain, *powers(len(x)))
    np.testing.assert_array_equal(fast, plain)


def test_a_path_is_the_same_compiled_and_plain() -> None:
    """The step is plain Python; its compiled twin lives the same path to the last bits, events exactly."""
    house = mixed(model="lognormal")
    origin, market = compile_house(house).origin, compile_market(house)
    drawn, rng = Workspace(market, [origin]), generator(5, 0, 0)
    work = Workspace(given(), [origin], paths=3, worlds=np.array([drawn.fill(rng).copy() for _ in range(3)]))
    plain, ends, bands = copied(origin, paths=3), np.full((1, 3, 1), 4.0), np.empty((1, 3, 0, 3))
    times = np.zeros((3, 0, 2), dtype=np.int64)
    (fast,) = work.live(rng, ends, bands)
    live_chunk(rng, work.market, work.room, work.worlds, [origin], [plain], ends, times, bands, work.firsts)
    np.testing.assert_allclose(fast, rows_of(plain, 3), rtol=1e-12, equal_nan=True)


@pytest.mark.parametrize("name", ["engine/step.py", "debts/margin_loan_rule.py", "core/layout.py", "core/handle.py"])
def test_an_edit_in_any_rule_is_noticed(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(kernel.__file__).resolve().parent.parent
    copy = tmp_path / "warchest"
    shutil.copytree(root, copy, ignore=shutil.ignore_patterns("__pycache__", "assets"))
    monkeypatch.setattr(kernel, "__file__", str(copy / "core" / "kernel.py"))
    before = kernel.fingerprint()
    assert before == kernel.fingerprint()
    path = copy / name
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert kernel.fingerprint() != before


def test_a_cache_that_cannot_be_written_is_done_without() -> None:
    """A rule still compiles where no folder can be made."""
    code = (
        "import numpy as np; from warchest.core.kernel import compiled, is_cached; "
        "from warchest.debts.margin_loan_rule import cure_need; assert not is_cached(); "
        "print(round(compiled(cure_need)(70.0, 100.0, 0.6), 9))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "WARCHEST_CACHE": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout.strip(), done.returncode) == ("10.0", 0), done.stderr
