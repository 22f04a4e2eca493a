"""How much to bet, and when money comes back."""

from __future__ import annotations

from typing import Annotated

import typer

from warchest.cli.app import app, load
from warchest.options import (
    File,
    In,
    Json,
    Sample,
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
)
from warchest.progress import living


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
    paths: Sample = 10_000,
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

    house = load(file)
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
