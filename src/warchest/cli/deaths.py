"""Why did it die? One path told, the worst, a typical one; or all dead paths together."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from warchest.cli.app import app, load
from warchest.options import File, Json, PolicyKind, Seed, Threads, print_json, unused
from warchest.progress import living, say_if_compiling


@app.command()
def autopsy(
    file: File,
    path: Annotated[int | None, typer.Option(min=0, metavar="K", help="Number of the path, from 0.")] = None,
    worst: Annotated[bool, typer.Option("--worst", help="The path of --paths that ends worst.")] = False,
    typical: Annotated[
        bool, typer.Option("--typical-ruin", help="The ruined path of --paths nearest the medians.")
    ] = False,
    deaths: Annotated[
        bool, typer.Option("--deaths", help="All dead paths: causes, days, and what would have saved them.")
    ] = False,
    paths: Annotated[
        int | None, typer.Option(min=1, max=100_000_000, help="Number of paths looked at; 10,000 if left out.")
    ] = None,
    seed: Seed = 1,
    policy: PolicyKind = None,
    threads: Threads = None,
    out: Annotated[Path | None, typer.Option(metavar="HTML", help="Write one self-contained page of the path.")] = None,
    beancount: Annotated[
        Path | None, typer.Option(metavar="OUT", help="Write the books as a Beancount file that bean-check accepts.")
    ] = None,
    json: Json = False,
) -> None:
    """Why did that path die? What killed it, what would have saved it, and its movements, with books that balance."""
    _one_of(path, worst, typical, deaths)
    for option, given in (("--paths", paths), ("--threads", threads)):
        unused(option, given if path is not None else None, "--path")
    for option, target in (("--out", out), ("--beancount", beancount)):
        unused(option, target if deaths else None, "--deaths")
    house = load(file)
    count = paths or 10_000
    if deaths:
        _deaths(house, count, seed, policy, threads, json)
        return
    rule = None
    if path is None:
        path, rule = _chosen(house, worst, count, seed, policy, threads)
    _told(house, path, seed, policy, {"of_paths": count, "rule": rule} if rule else {}, out, beancount, json)


def _one_of(path: int | None, worst: bool, typical: bool, deaths: bool) -> None:
    from warchest.core.errors import InputError, Problem

    given = [
        name
        for name, said in (
            ("--path", path is not None),
            ("--worst", worst),
            ("--typical-ruin", typical),
            ("--deaths", deaths),
        )
        if said
    ]
    if len(given) != 1:
        found = f"{' and '.join(given)} together" if given else "no path is named"
        raise InputError(Problem("autopsy", None, "", found, "one of --path K, --worst, --typical-ruin, --deaths"))


def _deaths(house: Any, paths: int, seed: int, policy: str | None, threads: int | None, json: bool) -> None:
    from warchest.questions import death_text
    from warchest.questions.deaths import MOST, explained, lives

    with living(paths) as report:
        lived = lives(house, paths, seed, policy, threads, report)
    with living(min(MOST, lived.dead)) as report:
        found = explained(lived, progress=report).to_dict()
    print_json(found) if json else print(death_text.deaths(found))


def _chosen(house: Any, worst: bool, paths: int, seed: int, policy: str | None, threads: int | None) -> tuple[int, str]:
    """The path that was asked for by its kind, and the rule by which it was found."""
    from warchest.questions import chosen
    from warchest.simulation import simulate

    with living(paths) as report:
        columns = simulate(house, paths, seed, policy, threads, False, report).sample.columns
    return (chosen.worst(columns), chosen.WORST) if worst else (chosen.typical_ruin(columns), chosen.TYPICAL)


def _told(
    house: Any,
    path: int,
    seed: int,
    policy: str | None,
    chosen: dict[str, Any],
    out: Path | None,
    beancount: Path | None,
    json: bool,
) -> None:
    from warchest.questions import death_text
    from warchest.questions.autopsy import autopsy as lived_again
    from warchest.questions.story import story

    say_if_compiling()
    found = lived_again(house, path, seed, policy)
    saved = found.found["saved_by"]
    if beancount is not None:
        found.save_beancount(beancount)
    if out is not None:
        from warchest.questions.seen import seen
        from warchest.report.autopsy import write

        written = write(found.to_dict(), seen(found), {**saved, **chosen}, out)
    if json:
        print_json({**found.to_dict(), **chosen})
        return
    if chosen:
        print(f"Path {path} of {chosen['of_paths']:,}: {chosen['rule']}.")
    head, _, body = story(found).partition("\n\n")
    print("\n\n".join(part for part in (head, death_text.rescued(saved, found.found["currency"]), body) if part))
    if out is not None:
        print(f"\nPage: {written.resolve()}")
