"""Side by side on the same markets: policies, and values of one field of the house file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from warchest.cli.app import app, load
from warchest.options import File, Json, PolicyKind, Sample, Seed, Threads, known, print_json
from warchest.progress import living

Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write a folder: page.html, table.csv, answer.json.")]


@app.command()
def compare(
    file: File,
    policy: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND|FILE|ROW",
            help="A kind (hold, band, ...), a Python file or a row of the file; again for each. The first is what the others "
            "are held against. Left out: the file's own, hold, planned, band, all_in.",
        ),
    ] = None,
    paths: Sample = 10_000,
    seed: Seed = 1,
    threads: Threads = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """Which policy? Several on the same markets: NAV, growth and odds of each, and what each does that the first does not."""
    from warchest.questions import compare as question
    from warchest.questions import compared_text

    house = load(file)
    if out is not None:
        from warchest.report import answers

        answers.free(out)
    named = policy or []
    with living(question.lives(house, named, paths)) as progress:
        found = question.compare(house, named, paths, seed, threads, progress)
    if out is not None:
        answers.write(found.to_dict(), found.to_frame(), out)
    print_json(found.to_dict()) if json else print(compared_text.compare(found.to_dict()))


@app.command(context_settings={"ignore_unknown_options": True})  # a value may be negative
def vary(
    context: typer.Context,
    file: File,
    name: Annotated[
        str, typer.Argument(metavar="FIELD", help="A field of the house file: cash, 'debts.Lombard loan.call_at'.")
    ],
    values: Annotated[
        list[str], typer.Argument(metavar="VALUE", help="Values to try, as the file would write them: 60% 10d 5m.")
    ],
    policy: PolicyKind = None,
    paths: Sample = 10_000,
    seed: Seed = 1,
    threads: Threads = None,
    out: Out = None,
    json: Json = False,
) -> None:
    """What if one number were another? A field over several values on the same markets: odds and growth against it."""
    from warchest.questions import compared_text
    from warchest.questions import vary as question

    options = [option for parameter in context.command.params for option in parameter.opts if option.startswith("--")]
    for value in values:
        known("vary", value if value.startswith("--") else None, options, "options")
    house = load(file).deciding(policy)
    if out is not None:
        from warchest.report import answers

        answers.free(out)
    with living(question.lives(values, paths)) as progress:
        found = question.vary(house, name, values, paths, seed, threads, progress)
    if out is not None:
        answers.write(found.to_dict(), found.to_frame(), out)
    print_json(found.to_dict()) if json else print(compared_text.vary(found.to_dict()))
