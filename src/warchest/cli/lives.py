"""What happens next: paths lived, reported, and one of them told."""

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
from warchest.progress import living, say_if_compiling


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
    run = replace(run, sizes=_sized(house, paths, seed, threads))
    run.save(folder)
    page = reports.write(folder, out or Path(f"{name}.html"))
    print(printed.report(house, run))
    print(f"\nRun: {folder.resolve()}\nPage: {page.resolve()}")


@app.command()
def autopsy(
    file: File,
    path: Annotated[int, typer.Option(min=0, metavar="K", help="Number of the path, from 0.")],
    seed: Seed = 1,
    policy: PolicyKind = None,
    beancount: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write the books as a Beancount file that bean-check accepts.")
    ] = None,
    json: Json = False,
) -> None:
    """Why did that path die? Its movements in plain words, with books that balance."""
    from warchest.questions.autopsy import autopsy as lived_again

    house = load(file)
    say_if_compiling()
    found = lived_again(house, path, seed, policy)
    if beancount is not None:
        found.save_beancount(beancount)
    if json:
        print_json(found.to_dict())
    else:
        from warchest.questions.story import story

        print(story(found))
