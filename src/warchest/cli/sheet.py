"""What a house file says: checked, worth, compared, and files to start from."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from warchest.cli.app import app, load
from warchest.options import (
    File,
    In,
    Json,
    known,
    print_json,
)


@app.command()
def check(file: File) -> None:
    """Read a house file and say every problem at once; exit status 2 if there is one."""
    house = load(file)
    spec = house.spec
    for pair in spec.fx:
        if pair not in spec.market.currencies:
            print(f"note: {pair} does not move (no market.currencies.{pair})", file=sys.stderr)
    counts = {
        "holding": len(spec.holdings),
        "debt": len(spec.debts),
        "bet": len(spec.bets),
        f"{spec.step} step": house.grid.steps,
    }
    said = ", ".join(f"{n:,} {name}{'' if n == 1 else 's'}" for name, n in counts.items())
    print(f"{spec.house}: fine. {said}.")


@app.command()
def value(
    file: File,
    bet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Work out the war chest at this bet's premium.")
    ] = None,
    json: Json = False,
    in_: In = None,
) -> None:
    """What are we worth, how geared, how much can we deploy, and where does each lender call?"""
    house = load(file)
    known("--bet", bet, house.spec.bets, "bets")
    known("--in", in_, house.fx, "currencies with a rate in the file")
    found = house.value(bet).to_dict(in_)
    if json:
        print_json(found)
    else:
        from warchest.questions import text

        print(text.value(found))


@app.command()
def diff(before: File, after: File, json: Json = False) -> None:
    """What changed: the bridge from one house file's NAV to another's."""
    from warchest.questions import text
    from warchest.questions.diff import diff as bridge

    found = bridge(load(before), load(after)).to_dict()
    if json:
        print_json(found)
    else:
        print(text.diff(found))


@app.command()
def schema(
    part: Annotated[
        str | None, typer.Argument(help="A kind of part (listed, margin_loan, table, ...); the whole file if left out.")
    ] = None,
) -> None:
    """The JSON Schema (draft 7) that editors use: every field with its unit and default."""
    from warchest.house.schema import parts
    from warchest.house.schema import schema as schema_of

    known("PART", part, parts(), "parts")
    print_json(schema_of(part))


@app.command()
def new(
    case: Annotated[str, typer.Argument(help="The case to start from.")] = "founder",
    full: Annotated[bool, typer.Option("--full", help="Every field, with its sentence and its default.")] = False,
) -> None:
    """Write a house file to start from: `warchest new founder > mine.yaml`."""
    from warchest import cases

    known("CASE", case, cases.names(), "cases")
    if full:
        from warchest.questions.template import full as filled

        sys.stdout.write(filled(load(case)))
    else:
        sys.stdout.write((cases.FOLDER / f"{case}.yaml").read_text(encoding="utf-8"))


@app.command("cases")
def list_cases() -> None:
    """The houses that come with the project."""
    from warchest import cases

    for name in cases.names():
        house = load(name)
        print(f"{name:16s}  {house.name} ({house.spec.as_of.isoformat()}, {house.spec.currency})")
