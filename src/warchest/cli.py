"""The command line: one command, one question; everything heavy is imported when it is asked."""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer

from warchest.options import (
    File,
    In,
    Json,
    Paths,
    PolicyKind,
    Seed,
    Threads,
    a_cap,
    a_cheque,
    a_fall,
    a_year,
    known,
    print_json,
    read,
    unused,
)  # fmt: skip
from warchest.progress import living, say_if_compiling

app = typer.Typer(
    name="warchest",
    help="Simulate an investment house: what it is worth, how much it can bet, and what happens if it is wrong.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    add_completion=False,
)


def main() -> None:
    """Run the command line; errors become one sentence and an exit status: 1 cannot be done, 2 wrong input."""
    from warchest.core.errors import CannotError, InputError

    try:
        app()
    except InputError as error:
        _leave(str(error), 2)
    except CannotError as error:
        _leave(str(error), 1)
    except KeyboardInterrupt:
        _leave("Stopped; nothing was saved.", 1)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _leave(f"{error.filename or 'a file'}: {error.strerror or error}", 1)


def _leave(words: str, status: int) -> NoReturn:
    print(words, file=sys.stderr, flush=True)
    sys.exit(status)


def _load(file: str) -> Any:
    from warchest import api

    return api.load(file)


@app.command()
def check(file: File) -> None:
    """Read a house file and say every problem at once; exit status 2 if there is one."""
    house = _load(file)
    spec = house.spec
    for pair in spec.fx:
        if pair not in spec.market.currencies:
            print(f"note: {pair} does not move (no market.currencies.{pair})", file=sys.stderr)
    print(
        f"{spec.house}: fine. {len(spec.holdings)} holdings, {len(spec.debts)} debts, {len(spec.bets)} bets, "
        f"{house.grid.steps:,} {spec.step} steps."
    )


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
    house = _load(file)
    known("--bet", bet, house.spec.bets, "bets")
    known("--in", in_, house.fx, "currencies with a rate in the file")
    found = house.value(bet).to_dict(in_)
    if json:
        print_json(found)
    else:
        from warchest.questions import text

        print(text.value(found))


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
    house = _load(file)
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


@app.command()
def size(
    file: File,
    bet: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME", help="The bet, or all; may be left out where there is one. Again for several together."
        ),
    ] = None,
    holding: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="Instead of a bet: a listed holding, kept at a constant share of NAV."),
    ] = None,
    cheque: Annotated[
        str | None, typer.Option(metavar="X", help="The asked cheque (60bn USD); the file's if left out.")
    ] = None,
    ruin_cap: Annotated[str, typer.Option(metavar="P", help="Largest odds of ruin, or none.")] = "5%",
    drawdown_cap: Annotated[
        str | None, typer.Option(metavar="FALL@P", help="Largest odds of a fall of NAV from its peak: 50%@5%.")
    ] = None,
    ltv_cap: Annotated[str | None, typer.Option(metavar="L", help="Largest LTV right after the cheque.")] = None,
    paths: Paths = 10_000,
    seed: Seed = 1,
    threads: Threads = None,
    json: Json = False,
    in_: In = None,
) -> None:
    """How much should we bet? Growth and ruin against the cheque, the best size, and what ALL IN would need you to believe."""
    from warchest.core.units import share
    from warchest.questions.share import size_share
    from warchest.questions.size import size as sized
    from warchest.questions.sweep import lives
    from warchest.questions.together import size_together

    house = _load(file)
    if "all" in (bet or ()) and "all" not in house.spec.bets:
        bet = list(house.spec.bets)
    bet = list(dict.fromkeys(bet or ()))
    for name in bet:
        known("--bet", name, house.spec.bets, "bets")
    known("--in", in_, house.fx, "currencies with a rate in the file")
    one = {"--cheque": cheque, "--ltv-cap": ltv_cap, **({"--bet": bet or None, "--in": in_} if holding else {})}
    if holding or len(bet) > 1:
        for option, given in one.items():
            unused(option, given, "--holding" if holding else "several bets")
    written = None if cheque is None else read("--cheque", cheque, a_cheque)
    known("--cheque", None if written is None else written.currency, house.fx, "currencies")
    asked = None if written is None else house.home(written)
    cap = None if ruin_cap == "none" else read("--ruin-cap", ruin_cap, a_cap)
    fall = None if drawdown_cap in (None, "none") else read("--drawdown-cap", drawdown_cap, a_fall)
    ltv = None if ltv_cap in (None, "none") else read("--ltv-cap", ltv_cap, share)
    from warchest.questions import text

    if holding is not None:
        known("--holding", holding, house.spec.holdings, "holdings")
        with living(lives(paths)) as progress:
            kept = size_share(house, holding, cap, fall, paths, seed, threads, progress).to_dict()
        print_json(kept) if json else print(text.share(kept))
        return
    if len(bet) > 1:
        with living(lives(paths) * len(bet)) as progress:
            several = size_together(house, bet, cap, fall, paths, seed, threads, progress).to_dict(in_)
        print_json(several) if json else print(text.together(several))
        return
    with living(lives(paths)) as progress:
        found = sized(house, bet[0] if bet else None, asked, cap, fall, ltv, paths, seed, threads, progress).to_dict(
            in_
        )
    print_json(found) if json else print(text.size(found))


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
def pace(
    commit: Annotated[
        list[str], typer.Option(metavar="YEAR=X", help="A commitment of that year: 2026=100m. Again for each year.")
    ],
    calls: Annotated[
        str,
        typer.Option(
            metavar="P,P,...", help="Share of what is not called yet that is called each year; the last goes on."
        ),
    ] = "25%,33.333333%,50%",
    life: Annotated[
        int, typer.Option(min=1, max=100, metavar="YEARS", help="Until a fund has paid out everything.")
    ] = 12,
    bow: Annotated[float, typer.Option(min=0, metavar="B", help="The larger, the later it pays out.")] = 2.5,
    growth: Annotated[str, typer.Option(metavar="P", help="Of what is held, a year.")] = "13%",
    income: Annotated[str, typer.Option(metavar="P", help="The least paid out of what is held, a year.")] = "0%",
    cash: Annotated[str | None, typer.Option(metavar="X", help="Money at hand for calls.")] = None,
    json: Json = False,
) -> None:
    """When does the money come back? A programme of fund commitments, year by year (Takahashi and Alexander)."""
    from warchest.core.units import amount, rate, share
    from warchest.questions import text
    from warchest.questions.pace import pace as paced

    amounts: dict[int, float] = {}
    currency = None if cash is None else read("--cash", cash, amount).currency
    for item in commit:
        year, _, much = item.partition("=")
        when, found = read("--commit", year, a_year), read("--commit", much, amount)
        amounts[when] = amounts.get(when, 0.0) + found.value
        currency = currency or found.currency
        known("--commit", found.currency, [currency or ""], "one currency")
    projected = paced(
        amounts,
        calls=[read("--calls", part, share) for part in calls.split(",")],
        life=life,
        bow=bow,
        growth=read("--growth", growth, rate),
        income=read("--income", income, share),
        most=None if cash is None else read("--cash", cash, amount).value,
    ).to_dict()
    print_json(projected) if json else print(text.pace(projected, currency))


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
    house = _load(file)
    name = Path(file).stem
    folder = save or Path(f"{name}-run")
    run = _simulated(house, paths, seed, None, threads, rows=True)
    run = replace(run, sizes=_sized(house, paths, seed, threads))
    run.save(folder)
    page = reports.write(folder, out or Path(f"{name}.html"))
    print(printed.report(house, run))
    print(f"\nRun: {folder.resolve()}\nPage: {page.resolve()}")


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

        sys.stdout.write(filled(_load(case)))
    else:
        sys.stdout.write((cases.FOLDER / f"{case}.yaml").read_text(encoding="utf-8"))


@app.command("cases")
def list_cases() -> None:
    """The houses that come with the project."""
    from warchest import cases

    for name in cases.names():
        house = _load(name)
        print(f"{name:16s}  {house.name} ({house.spec.as_of.isoformat()}, {house.spec.currency})")


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

    house = _load(file)
    say_if_compiling()
    found = lived_again(house, path, seed, policy)
    if beancount is not None:
        found.save_beancount(beancount)
    if json:
        print_json(found.to_dict())
    else:
        from warchest.questions.story import story

        print(story(found))


@app.command()
def diff(before: File, after: File, json: Json = False) -> None:
    """What changed: the bridge from one house file's NAV to another's."""
    from warchest.questions import text
    from warchest.questions.diff import diff as bridge

    found = bridge(_load(before), _load(after)).to_dict()
    if json:
        print_json(found)
    else:
        print(text.diff(found))
