"""What happens next: paths lived, and reported."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from warchest.cli.app import app, load
from warchest.options import (
    File,
    Json,
    Paths,
    PolicyKind,
    Seed,
    Threads,
    print_json,
)
from warchest.progress import living


@app.command()
def simulate(
    file: File,
    policy: PolicyKind = None,
    paths: Paths = 10_000,
    seed: Seed = 1,
    threads: Threads = None,
    save: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write a run folder (and live the file's rows and outlooks).")
    ] = None,
    json: Json = False,
) -> None:
    """What happens next: odds of a margin call, forced sale, default and ruin; NAV, growth and drawdown."""
    house = load(file)
    run = _simulated(house, paths, seed, policy, threads, rows=save is not None)
    if save is not None:
        run.save(save)
    if json:
        print_json(run.to_dict())
    else:
        from warchest.questions import printed

        print(printed.simulate(house, run))


def _simulated(house: Any, paths: int, seed: int, policy: str | None, threads: int | None, rows: bool) -> Any:
    from warchest.simulation import simulate

    with living(paths) as report:
        return simulate(house, paths, seed, policy, threads, rows, report)


def _sized(house: Any, paths: int, seed: int, threads: int | None) -> list[dict[str, Any]]:
    """A sizing of every bet that can be sized."""
    from warchest.core.errors import CannotError
    from warchest.questions.size import size as sized
    from warchest.questions.sweep import lives

    found = []
    for bet in house.spec.bets:
        with contextlib.suppress(CannotError), living(lives(paths)) as progress:  # a house without NAV has no growth
            found.append(sized(house, bet, paths=paths, seed=seed, threads=threads, progress=progress).to_dict())
    return found


TOLD = 100
"""Dead paths that a report lives again."""


def _dead(house: Any, run: Any, threads: int | None) -> dict[str, Any]:
    """Why the dead paths of a run are dead; nothing where none is. A fund that stands alone has a report of its own."""
    from warchest.questions.deaths import explained, lives

    if not run.paths["ruin"].notna().any() or house.spec.investors:
        return {}
    with living(run.count) as report:
        lived = lives(house, run.count, run.seed, None, threads, report)
    return explained(lived, TOLD).to_dict()


def _stressed(house: Any) -> dict[str, Any]:
    """What breaks the house; nothing of a fund that stands alone, whose report is another one."""
    from warchest.questions.stress import stress

    return {} if house.spec.investors else stress(house).to_dict()


@app.command()
def report(
    file: Annotated[
        str, typer.Argument(metavar="FILE|DIR", help="A house file, a case, or the folder of a saved run.")
    ],
    out: Annotated[
        Path | None, typer.Option(metavar="HTML", help="Where the page goes; NAME.html if left out.")
    ] = None,
    save: Annotated[Path | None, typer.Option(metavar="DIR", help="Where the run goes; NAME-run if left out.")] = None,
    paths: Paths = 10_000,
    seed: Seed = 1,
    threads: Threads = None,
) -> None:
    """The headline, and one self-contained HTML page with everything; rebuilt from a saved run it is the same page."""
    from warchest import report as reports
    from warchest.questions import printed

    folder = Path(file)
    if (folder / "manifest.json").exists():
        name = folder.name.removesuffix("-run")
        print(f"{reports.write(folder, out or folder.parent / f'{name}.html').resolve()}")
        return
    house = load(file)
    name = Path(file).stem
    folder = save or Path(f"{name}-run")
    run = _simulated(house, paths, seed, None, threads, rows=True)
    run = replace(
        run, sizes=_sized(house, paths, seed, threads), deaths=_dead(house, run, threads), stress=_stressed(house)
    )
    run.save(folder)
    page = reports.write(folder, out or Path(f"{name}.html"))
    print(printed.report(house, run))
    print(f"\nRun: {folder.resolve()}\nPage: {page.resolve()}")
