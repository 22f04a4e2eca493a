"""What breaks us? Shocks named and shocks found."""

from __future__ import annotations

from typing import Annotated

import typer

from warchest.cli.app import app, load
from warchest.options import File, In, Json, known, print_json
from warchest.progress import say_if_compiling


@app.command()
def stress(
    file: File,
    shock: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A shock of the file, or dot-com, 2008, covid, 2022; again for several. All if left out.",
        ),
    ] = None,
    reverse: Annotated[
        bool, typer.Option("--reverse", help="Also the smallest shock that causes a call, a breach, ruin, a default.")
    ] = False,
    heat: Annotated[
        list[str] | None,
        typer.Option(
            metavar="FACTOR", help="A factor of the map of LTV; again for a second one. The first two if left out."
        ),
    ] = None,
    json: Json = False,
    in_: In = None,
) -> None:
    """What breaks us? Shocks at once and after cures and close-outs, and the smallest shock that breaks the house."""
    from warchest.core.errors import InputError, Problem
    from warchest.house.shocks import available

    house = load(file)
    names = [name for name, _, _ in available(house.spec.shocks)]
    for name in shock or ():
        known("--shock", name, names, "shocks")
    for name in heat or ():
        known("--heat", name, house.spec.market.factors, "factors")
    if len(heat or ()) > 2:
        raise InputError(Problem("--heat", None, "", f"{len(heat or ())} factors", "a map has one or two"))
    known("--in", in_, house.fx, "currencies with a rate in the file")
    from warchest.questions.stress import stress as stressed

    say_if_compiling()
    found = stressed(house, shock, reverse, heat).to_dict(in_)
    if json:
        print_json(found)
    else:
        from warchest.questions import stress_text

        print(stress_text.stress(found))
