"""How fast the engine is, as ratios within one run: `make bench` prints the table and writes docs/benchmarks.md.

The yardstick is what `numpy.random.default_rng` needs for the same count of normals (factors, currencies and own shocks)
on as many threads. Every figure is the median of five rounds; the rounds go through all rows in turn.
"""

from __future__ import annotations

import os
import platform
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from statistics import median

import numpy as np

import warchest
from warchest import files
from warchest import house as houses
from warchest.compile import compile_house, compile_market, outcomes
from warchest.engine.run import BLOCK, Variant, Workspace, generator, run
from warchest.house import House

ROUNDS = 5
PATHS = 4096
MANY = 1_000_000
PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def flagship(model: str, step: str = "day") -> House:
    """The flagship case on another grid and in another market."""
    text = warchest.load("softbank-2023").tree.text
    text = re.sub(r"\nstep: \w+", f"\nstep: {step}", re.sub(r"model: \w+", f"model: {model}", text))
    if model == "lognormal":
        text = re.sub(r"\n  tail:.*", "", text)
    return houses.of(files.parse(text, f"softbank-2023, {model}, {step}"))


def seconds(work: Callable[[], object]) -> float:
    """How long it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def normals(count: int, threads: int) -> None:
    """Draw `count` normals with NumPy's default generator, in parts that stay in the cache."""

    def part(seed: int) -> None:
        rng, room = np.random.default_rng(seed), np.empty(1 << 14)
        for _ in range(count // threads // len(room)):
            rng.standard_normal(out=room)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(part, range(threads)))


def measured(model: str) -> list[tuple[str, float, str]]:
    """Rows of one market: what, times the yardstick, remark."""
    house = flagship(model)
    market, origin = compile_market(house), compile_house(house).origin
    variants = [Variant(origin, partial(outcomes, house))]
    width = len(market.betas) + len(market.own)
    count = PATHS * house.grid.steps * width

    def live(threads: int) -> None:
        run(market, variants, PATHS, 1, threads, 0)

    def fill() -> None:
        work = Workspace(market, [origin])
        for block in range(PATHS // BLOCK):
            rng = generator(1, block, 0)
            for _ in range(BLOCK):
                work.fill(rng)

    works = {
        "normals 1": lambda: normals(count, 1), "all 1": lambda: live(1), "market 1": fill,
        "normals 2": lambda: normals(count, 2), "all 2": lambda: live(2),
    }  # fmt: skip
    live(2)
    took = defaultdict(list)
    for _ in range(ROUNDS):
        for name, work in works.items():
            took[name].append(seconds(work))
    mid = {name: median(found) for name, found in took.items()}
    per = mid["all 1"] / (PATHS * house.grid.steps) * 1e9
    return [
        (f"{model}: all stages, one thread", mid["all 1"] / mid["normals 1"], f"{per:.0f} ns a path and step"),
        (f"{model}: the market stage alone, one thread", mid["market 1"] / mid["normals 1"], ""),
        (f"{model}: all stages, two threads", mid["all 2"] / mid["normals 2"], "against two threads of normals"),
        (f"{model}: one thread / two threads", mid["all 1"] / mid["all 2"], "the speed-up"),
    ]


COMPILE = """
import time, warchest
house = warchest.load("founder")
start = time.perf_counter()
warchest.simulate(house, paths=256)
print(time.perf_counter() - start)
"""
LARGE = f"""
import warchest
warchest.simulate(warchest.load("softbank-2023"), paths={MANY})
"""


def compiling() -> tuple[float, float]:
    """Seconds of a first run with an empty cache, and of the next with a full one."""
    with tempfile.TemporaryDirectory() as folder:
        found = [
            float(
                subprocess.check_output([sys.executable, "-c", COMPILE], env={**os.environ, "WARCHEST_CACHE": folder})
            )
            for _ in range(2)
        ]
    return found[0], found[1]


def memory() -> float:
    """Gigabytes at the most of a process that lives a million paths on the week grid."""
    subprocess.check_call([sys.executable, "-c", LARGE])
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024 / 1e9


def main() -> None:
    """Print the table and write the page."""
    rows = [
        f"| {what} | {ratio:.2f} | {remark} |"
        for m in ("lognormal", "student_t")
        for what, ratio, remark in measured(m)
    ]
    first, later = compiling()
    table = [
        "| SoftBank Group, 30 September 2023, day grid, five years | ratio | |", "|---|---|---|", *rows, "",
        f"- First run, nothing compiled yet: {first:.0f} s; the next: {later:.1f} s (a house of the kind `founder`, 256 paths).",
        f"- {MANY:,} paths of the flagship, week grid: {memory():.2f} GB at the most.",
    ]  # fmt: skip
    about = f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores, {PATHS:,} paths."
    page = ["# How fast", *(__doc__ or "").partition("\n\n")[2].strip().splitlines(), "", about, "", *table, ""]
    print("\n".join([about, "", *table]))
    PAGE.write_text("\n".join(["# How fast", "", *page[1:]]), encoding="utf-8")


if __name__ == "__main__":
    main()
