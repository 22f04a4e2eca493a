"""What the house is worth: the bridge from gross holdings to NAV, holding by holding."""

from __future__ import annotations

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table


def section(run: RunView) -> Section:
    """The NAV bridge and the table of the holdings."""
    value = run.value
    gross, equity, nav = value["gross_holdings_value"], value["holdings_value"], value["nav"]
    cash = value["cash"]
    steps = [
        ("Gross holdings", gross, True),
        ("Asset-backed deductions", equity - gross, False),
        ("Holdings value", equity, True),
        ("Counted debt", -(value["net_debt"] + cash), False),
        ("Cash", cash, False),
        ("NAV", nav, True),
    ]
    scale = words.unit([gross], run.currency, least=1)
    plot = charts.bridge([(label, amount / scale.size, total) for label, amount, total in steps], str(scale))
    share = f"{words.share(nav / gross, 0)} of" if gross > 0 else "against"
    bridge = Figure(
        key="nav-bridge",
        title=f"Of {run.money(gross)} of gross holdings {run.money(equity)} is left after the deductions, "
        f"{run.money(nav)} after net debt",
        plot=plot,
        caption=f"NAV = holdings value − net debt. Gross holdings: {words.DEFINITIONS['gross holdings']} "
        "Deductions: what asset-backed debt without recourse takes from its collateral. Marks of the as-of "
        "date; nothing here is simulated.",
    )
    tables = (_holdings(run), _steps(run, steps)) if value["holdings"] else (_steps(run, steps),)
    return Section(
        key="worth",
        question="What are we worth?",
        title=f"NAV is {run.money(nav)}, {share} gross holdings",
        lead=_largest(run),
        figures=(bridge, *_by_holding(run)),
        tables=tables,
    )


def _largest(run: RunView) -> tuple[str, ...]:
    ranked = sorted(run.value["holdings"], key=lambda h: (-h["equity"], h["name"]))[:3]
    if len(ranked) < 3:
        return ()
    names = [f"{h['name']} ({words.share(h['share'], 0)})" for h in ranked]
    together = words.share(sum(h["share"] or 0.0 for h in ranked), 0)
    return (f"The largest by equity value: {words.listed(names)}, together {together}.",)


def _by_holding(run: RunView) -> tuple[Figure, ...]:
    holdings = sorted(run.value["holdings"], key=lambda h: (-h["value"], h["name"]))
    if len(holdings) < 2:
        return ()
    scale = words.unit([h["value"] for h in holdings], run.currency, least=1)
    series = {"equity value": [h["equity"] / scale.size for h in holdings]}
    taken = [max(h["value"] - h["equity"], 0.0) for h in holdings]
    most = taken.index(max(taken))
    if taken[most] > 0 and holdings[most]["value"] > 0:
        series["taken by asset-backed debt"] = [amount / scale.size for amount in taken]
        part = words.share(taken[most] / holdings[most]["value"], 0)
        title = f"Asset-backed debt takes {part} of {holdings[most]['name']}"
    else:
        title = f"The largest holding is {holdings[0]['name']}; no debt without recourse weighs on any"
    return (
        Figure(
            key="holdings",
            title=title,
            plot=charts.bars([h["name"] for h in holdings], series, str(scale), (charts.BLUE, charts.ORANGE)),
            caption="Gross value of each holding, parted into equity value and deduction. Equity value: "
            f"{words.DEFINITIONS['equity value']} Nothing here is simulated.",
        ),
    )


def _holdings(run: RunView) -> Table:
    holdings = run.value["holdings"]
    scale = words.unit([h["value"] for h in holdings], run.currency)
    rows = [
        (
            h["name"],
            scale.of(h["value"]),
            scale.of(h["secured_debt"]),
            scale.of(h["equity"]),
            words.share(h["share"]),
        )
        for h in holdings
    ]
    sums = [scale.of(sum(h[key] for h in holdings)) for key in ("value", "secured_debt", "equity")]
    return Table(
        title=f"Holdings, {scale}",
        header=("", "gross value", "secured debt", "equity value", "share"),
        rows=(*rows, ("Sum", *sums, words.share(sum(h["share"] or 0.0 for h in holdings)))),
        align="lrrrr",
        caption="Secured debt: the deduction at today's prices. Share: of holdings value.",
        total=True,
    )


def _steps(run: RunView, steps: list[tuple[str, float, bool]]) -> Table:
    scale = words.unit([amount for _, amount, _ in steps], run.currency)
    return Table(
        title=f"From gross holdings to NAV, {scale}",
        header=("", "amount"),
        rows=tuple((label, scale.of(amount)) for label, amount, _ in steps),
        align="lr",
        total=True,
    )
