"""How fast the engine is, as ratios within one run: `make bench` prints the table and writes docs/benchmarks.md.

The yardstick is what `numpy.random.default_rng` needs for the same count of normals (factors, currencies and own shocks)
on as many threads. Every figure is the median of five rounds; the rounds go through the rows of a table in turn.
"""

from __future__ import annotations

import os
import platform
import re
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
import others

import warchest
from warchest import files
from warchest import house as houses
from warchest.compile import compile_house, compile_market, outcomes
from warchest.engine.run import BLOCK, Variant, Workspace, generator, run
from warchest.house import House
from warchest.questions.sweep import Cheques

Row = tuple[str, float, str]
"""What, its ratio, a remark."""
ROUNDS = 5
PATHS = 4096
AT_ONCE = 98_304
FEW = 1024
MANY = 1_000_000
SIZED = 10_000
AT_SIZES = 64
LINES = Path(__file__).resolve().parent / "flagship.yaml"
"""The flagship with its funds as lines, so that what is measured stays the same house."""
PAGE = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"


def flagship(model: str, step: str = "day") -> House:
    """The flagship case on another grid and in another market."""
    text = LINES.read_text(encoding="utf-8")
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


def medians(works: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Median seconds of each work, the rounds going through all of them in turn."""
    took = defaultdict(list)
    for _ in range(ROUNDS):
        for name, work in works.items():
            took[name].append(seconds(work))
    return {name: median(found) for name, found in took.items()}


def engine(model: str) -> list[Row]:
    """Rows of one market: the engine against the yardstick."""
    house = flagship(model)
    market, origin = compile_market(house), compile_house(house).origin
    count = PATHS * house.grid.steps * (len(market.betas) + len(market.own))
    live = lives(house, PATHS)

    def fill() -> None:
        work = Workspace(market, [origin])
        for block in range(PATHS // BLOCK):
            rng = generator(1, block, 0)
            for _ in range(BLOCK):
                work.fill(rng)

    live(2)
    mid = medians({
        "normals 1": lambda: normals(count, 1), "all 1": lambda: live(1), "market 1": fill,
        "normals 2": lambda: normals(count, 2), "all 2": lambda: live(2),
    })  # fmt: skip
    per = mid["all 1"] / (PATHS * house.grid.steps) * 1e9
    return [
        (f"{model}: all stages, one thread", mid["all 1"] / mid["normals 1"], f"{per:.0f} ns a path and step"),
        (f"{model}: the market stage alone, one thread", mid["market 1"] / mid["normals 1"], ""),
        (f"{model}: all stages, two threads", mid["all 2"] / mid["normals 2"], "against two threads of normals"),
        (f"{model}: one thread / two threads", mid["all 1"] / mid["all 2"], "the speed-up"),
    ]


JUMPS = "jumps: {world: {a_year: 1}, own: {a_year: 0.5}}"
REGIMES = (
    "regimes: {boom: {lasts: 31mo}, bust: {lasts: 12mo, volatility: 1.9, own: 1.3, new_loans: false, exits: false}}"
)
HARD = {
    "jumps of the factor and of every holding": f"model: jumps\n  {JUMPS}",
    "two regimes": f"model: regimes\n  {REGIMES}",
    "own shocks with tails": "model: lognormal\n  own_tail: 4",
    "all three together": f"model: regimes\n  own_tail: 4\n  {JUMPS}\n  {REGIMES}",
}
"""What each market of the table of hard times says, beside the flagship's factors and rates."""


def hard_times() -> list[Row]:
    """What crashes cost: the flagship in harder markets, and under a policy that looks, against the same house in calm ones."""
    calm = flagship("lognormal")
    text = calm.tree.text
    found = {name: houses.of(files.parse(text.replace("model: lognormal", said), name)) for name, said in HARD.items()}
    found["lognormal, policy `band` every month"] = calm.deciding("band")
    works = {name: partial(lives(house, PATHS), 1) for name, house in {"calm": calm, **found}.items()}
    market = compile_market(calm)
    count = PATHS * calm.grid.steps * (len(market.betas) + len(market.own))
    for work in works.values():
        work()
    mid = medians({"normals": lambda: normals(count, 1), **works})
    return [
        (name, mid[name] / mid["calm"], f"{mid[name] / mid['normals']:.2f} of the calm market's normals")
        for name in found
    ]


def lives(house: House, paths: int) -> Callable[[int], None]:
    """All stages of the house as its file says, on so many threads."""
    market, origin = compile_market(house), compile_house(house).origin

    def live(threads: int) -> None:
        run(market, [Variant(origin, partial(outcomes, house))], paths, 1, threads, 0)

    return live


def opponents() -> list[Row]:
    """The same house vectorised with NumPy, on as many paths as it is fastest with; and the market alone with other libraries."""
    house = flagship("lognormal")
    market, live = compile_market(house), lives(house, AT_ONCE)
    works = {
        "twin": others.twin_life(house, market, AT_ONCE), "its normals": others.twin_normals(house, market, AT_ONCE),
        "engine": lambda: live(1),
    }  # fmt: skip
    mid = medians(works)
    count = FEW * house.grid.steps * (len(market.betas) + len(market.own))
    libraries = others.markets(house, market, FEW)
    few = medians({"normals": lambda: normals(count, 1), **libraries})
    return [
        ("all stages with NumPy / its own normals", mid["twin"] / mid["its normals"], f"{AT_ONCE:,} paths at once"),
        ("all stages with NumPy / all stages here", mid["twin"] / mid["engine"], "one thread each"),
        *((f"the market alone with {name}", few[name] / few["normals"], "against one thread of normals; " + THREADS[name])
          for name in libraries),
    ]  # fmt: skip


THREADS = {"JAX": "it takes all cores", "QuantLib": "one thread"}


def sizing() -> list[Row]:
    """64 cheques of the flagship's bet, against lives of one cheque and against `simulate`."""
    house = warchest.load(LINES)
    sweep = Cheques(house, "OpenAI", None, lambda done: None)
    asked = sweep.stated
    cheques = np.geomspace(0.005 * asked, asked, AT_SIZES)
    mid = medians({
        "sizes": lambda: sweep.at(cheques, SIZED, 1), "largest": lambda: sweep.at(cheques[-1:], SIZED, 1),
        "each": lambda: [sweep.at([x], SIZED, 1) for x in cheques],
        "simulate": lambda: warchest.simulate(house, paths=SIZED, rows=True),
    })  # fmt: skip
    return [
        (f"{AT_SIZES} cheques in one pass / each in a run of its own", mid["sizes"] / mid["each"], ""),
        (f"{AT_SIZES} cheques / one of {asked / 1e12:.1f}tn JPY", mid["sizes"] / mid["largest"], "one policy, one outlook"),
        (f"{AT_SIZES} cheques / `warchest simulate`", mid["sizes"] / mid["simulate"], "its four policies, each in four outlooks"),
    ]  # fmt: skip


FUND = """
  Fund {n}:
    kind: fund
    investor: House
    house:
      investors: {{House: {{commitment: 50m}}, Others: {{commitment: 50m}}}}
      fees: {{management: 2%}}
      waterfall: {{hurdle: 8%, carry: 20%}}
      deals:
        Rounds:
          {{a_year: 20, until: 5y, cheque: 800k, outcome: {{kind: correlation_ventures, years: 7}}, exit_spread: 0.3, rounds: 18mo}}
      policy: {{kind: planned, limit: funding}}
"""
FIVE = """
house: Five funds
as_of: 2026-01-01
currency: USD
cash: 300m
holdings: {funds}
market: {{model: lognormal, factors: {{world: {{volatility: 16%}}}}, benchmark: {{factor: world, growth: 8%}}, rate: 3%}}
horizon: 10y
step: month
"""
POSITIONS, DEALS = 12, 500
"""Lines of the flagship with its collars and cash, and deals of five funds on average."""


def funds() -> list[Row]:
    """Five funds of a hundred deals each, monthly over ten years, against the flagship: a position and a step, one thread."""
    five = houses.of(files.parse(FIVE.format(funds="".join(FUND.format(n=n + 1) for n in range(5))), "five.yaml"))
    line = flagship("student_t", "week")
    mid = medians({
        "five": lambda: warchest.simulate(five, paths=SIZED, threads=1),
        "lines": lambda: warchest.simulate(line, paths=SIZED, threads=1),
    })  # fmt: skip
    steps = DEALS * five.grid.steps, POSITIONS * line.grid.steps
    ratio = (mid["five"] / steps[0]) / (mid["lines"] / steps[1])
    return [
        (
            "a deal of five funds of 100 / a position of the flagship, each step",
            ratio,
            f"{SIZED:,} paths; returns of funds included",
        )
    ]


COMPILE = """
import time, warchest
house = warchest.load("founder")
start = time.perf_counter()
warchest.simulate(house, paths=256)
print(time.perf_counter() - start)
"""
LARGE = f"""
import re, warchest
warchest.simulate(warchest.load({str(LINES)!r}), paths={MANY})
print(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
"""
"""Of its own memory: what `getrusage` says of a child is at least what its parent had."""


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
    return float(subprocess.check_output([sys.executable, "-c", LARGE])) * 1024 / 1e9


def table(title: str, rows: list[Row]) -> list[str]:
    """A table of the page."""
    return [
        f"| {title} | ratio | |",
        "|---|---|---|",
        *(f"| {what} | {x:.2f} | {more} |" for what, x, more in rows),
        "",
    ]


def main() -> None:
    """Print the tables and write the page."""
    first, later = compiling()
    rows = [*engine("lognormal"), *engine("student_t")]
    about = f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} cores."
    tables = [
        *table(f"SoftBank Group, 30 September 2023, day grid, five years, {PATHS:,} paths", rows),
        *table("Hard times, the same house and grid, one thread: against lognormal", hard_times()),
        *table("Others, the same house and grid, lognormal", opponents()),
        *table(f"Sizing its bet, week grid, {SIZED:,} paths, all cores", sizing()),
        *table("A house with funds inside, month grid, ten years", funds()),
        f"- First run, nothing compiled yet: {first:.0f} s; the next: {later:.1f} s (a house of the kind `founder`, 256 paths).",
        f"- {MANY:,} paths of the flagship, week grid: {memory():.2f} GB at the most.",
    ]  # fmt: skip
    print("\n".join([about, "", *tables]))
    page = ["# How fast", "", *(__doc__ or "").partition("\n\n")[2].strip().splitlines(), "", about, "", *tables, ""]
    PAGE.write_text("\n".join(page), encoding="utf-8")


if __name__ == "__main__":
    main()
