"""What each lender can ask for, at which price, and how likely that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table

MONTHS = ("3", "12", "36")


def section(run: RunView) -> Section | None:
    """The margin table, and the odds of a call."""
    loans = [d for d in run.value["debts"] if d.get("headroom") is not None or d["kind"] == "margin_loan"]
    if not loans:
        return None
    odds = {loan["name"]: loan.get("odds") or {} for loan in run.tables.get("loans") or ()}
    called = {name: (found.get("12") or {}).get("p", 0.0) for name, found in odds.items()}
    callable_ = [d for d in loans if d.get("headroom") is not None]
    near = min(callable_, key=lambda d: (-called.get(d["name"], 0.0), d["headroom"]), default=None)
    title = f"{len(loans)} loan{'s' if len(loans) > 1 else ''} with a call level"
    if near:
        title = f"The likeliest call is {near['name']}: its collateral may fall by {words.share(near['headroom'])}"
    return Section(
        key="margin",
        question="When can a lender call?",
        title=title,
        figures=(*_figure(run, loans, odds), *_distance(loans)),
        tables=(_table(run, loans, odds), *_taken_up(run, loans, odds)),
    )


def _table(run: RunView, loans: Sequence[Mapping[str, Any]], odds: Mapping[str, Mapping[str, Any]]) -> Table:
    scale = words.unit([d["face"] for d in loans], run.currency)
    header = (
        "", f"loan, {scale}", f"collateral, {scale}", "LTV of the loan", "called at", "price at the call",
        "price of close-out", "call price, all pledged", "may fall by",
        *(f"odds in {m} months" for m in MONTHS),
    )  # fmt: skip
    rows = tuple(
        (
            d["name"],
            scale.of(d["face"]),
            scale.of(d["face"] / d["ltv"] if d.get("ltv") else None),
            words.share(d.get("ltv")),
            words.share(call_level(d), 0),
            words.price(d.get("call_price")),
            words.price(d.get("close_out_price")),
            words.price(d.get("call_price_all_pledged")),
            words.share(d.get("headroom")),
            *(run.odds(words.prob((odds.get(d["name"]) or {}).get(m))) for m in MONTHS),
        )
        for d in loans
    )
    return Table(
        title="The margin table",
        header=header,
        rows=rows,
        align="l" + "r" * (len(header) - 1),
        caption="LTV of the loan = loan / collateral, what is owed ahead of it on the same shares included. "
        "Prices in the collateral's currency; all pledged: if "
        f"every share still free were pledged too. {words.DEFINITIONS['margin call']} {run.run}",
    )


def _taken_up(
    run: RunView, loans: Sequence[Mapping[str, Any]], odds: Mapping[str, Mapping[str, Any]]
) -> tuple[Table, ...]:
    """Loans that the house does not owe today but takes up on some paths."""
    known = {d["name"] for d in loans}
    rows = tuple(
        (name, *(run.odds(words.prob(chances.get(m))) for m in MONTHS))
        for name, chances in odds.items()
        if name not in known
    )
    if not rows:
        return ()
    header = ("", *(f"called within {m} months" for m in MONTHS))
    caption = f"Odds that the loan is taken up and then called. {run.run}"
    return (Table("Loans taken up on the way", header, rows, "lrrr", caption),)


def call_level(debt: Mapping[str, Any]) -> float | None:
    """The LTV at which the loan is called: as stated, else from its LTV and its distance."""
    stated = debt.get("call_at")
    if stated is not None:
        return float(stated)
    ltv, headroom = debt.get("ltv"), debt.get("headroom")
    return ltv / (1 - headroom) if ltv and headroom is not None and headroom < 1 else None


def _figure(
    run: RunView, loans: Sequence[Mapping[str, Any]], odds: Mapping[str, Mapping[str, Any]]
) -> tuple[Figure, ...]:
    named = [d["name"] for d in loans if any(words.prob(p) for p in (odds.get(d["name"]) or {}).values())]
    if not named:
        return ()
    series: dict[str, list[tuple[float, float, float] | None]] = {}
    for month in MONTHS:
        found = [words.prob(odds[name].get(month)) for name in named]
        if any(found):
            series[f"within {month} months"] = [
                (100 * p["p"], 100 * p["low"], 100 * p["high"]) if p else None for p in found
            ]
    last = [m for m in MONTHS if f"within {m} months" in series][-1]
    worst = max(named, key=lambda name: (words.prob(odds[name].get(last)) or {"p": 0.0})["p"])
    prob = words.prob(odds[worst].get(last)) or {"p": 0.0, "se": 0.0}
    return (
        Figure(
            key="call-odds",
            title=f"{worst} is called on {run.rough(prob)} of paths within {last} months",
            plot=charts.dots(named, series, "% of paths with a call"),
            caption=f"{words.DEFINITIONS['margin call']} Bars: 95 % interval. {run.run}",
        ),
    )


def _distance(loans: Sequence[Mapping[str, Any]]) -> tuple[Figure, ...]:
    known = sorted((d for d in loans if d.get("headroom") is not None), key=lambda d: (d["headroom"], d["name"]))
    if len(known) < 2:
        return ()
    first, last = known[0], known[-1]
    return (
        Figure(
            key="headroom",
            title=f"The collateral of {first['name']} may fall by {words.share(first['headroom'], 0)} "
            f"before a call, that of {last['name']} by {words.share(last['headroom'], 0)}",
            plot=charts.bars(
                [d["name"] for d in known],
                {"": [100 * d["headroom"] for d in known]},
                "% fall until the call",
            ),
            caption="Distance: 1 − LTV of the loan / call level, at today's prices, nothing paid or pledged; "
            "nothing here is simulated.",
        ),
    )
