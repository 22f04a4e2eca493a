"""How geared the house is, against its own ceilings."""

from __future__ import annotations

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table


def section(run: RunView) -> Section:
    """LTV on its band, and how both LTVs are reckoned."""
    ltv = run.value["ltv"]
    return Section(
        key="leverage",
        question="How geared are we, and where are our own limits?",
        title=_title(run),
        figures=_band(run) if run.ceilings and ltv is not None else (),
        tables=(_reckoned(run), *_debts(run)),
        notes=(
            f"Two measures, never mixed: LTV of the house is {words.share(ltv)} "
            f"(net debt / equity value of holdings), gross LTV is {words.share(run.value['gross_ltv'])}.",
        ),
    )


def _title(run: RunView) -> str:
    ltv = run.value["ltv"]
    if ltv is None:
        return "LTV of the house cannot be told: the holdings are worth nothing"
    above = [c["ltv"] for c in run.ceilings if ltv > c["ltv"]]
    below = [c["ltv"] for c in run.ceilings if ltv <= c["ltv"]]
    if above:
        return f"LTV of the house is {words.share(ltv)}, above the ceiling of {words.share(above[-1], 0)}"
    if below:
        gap = words.share(below[0] - ltv).replace(" %", " points")
        return f"LTV of the house is {words.share(ltv)}, {gap} below the ceiling of {words.share(below[0], 0)}"
    return f"LTV of the house is {words.share(ltv)}; the house states no ceiling"


def _band(run: RunView) -> tuple[Figure, ...]:
    marks = [(run.value["ltv"], f"today {words.share(run.value['ltv'])}")]
    for bet in run.value.get("bets") or ():
        if bet.get("ltv_after") is not None:
            cheque = words.say(bet["cheque"], bet.get("currency") or run.currency)
            marks.append((bet["ltv_after"], f"with {cheque} for {bet['name']}: {words.share(bet['ltv_after'])}"))
    for row in run.under(run.outlooks[0]) if run.outlooks else ():
        after = row.get("ltv_after")
        if after is not None and all(abs(after - level) > 5e-4 for level, _ in marks):
            marks.append((after, f"{row['row']}: {words.share(after)}"))
    ceilings = [c["ltv"] for c in run.ceilings]
    top = 1.15 * max([*ceilings, *(level for level, _ in marks)])
    names = ["normal times", "only in an emergency"] if len(ceilings) == 2 else ["allowed"] * len(ceilings)
    over = [name.partition(":")[0] for level, name in marks[1:] if level > ceilings[-1]]
    title = (
        f"Above the ceiling of {words.share(ceilings[-1], 0)}: {words.listed(over)}"
        if over
        else _standing(marks[0][0], ceilings)
    )
    shown = [(100 * level, name) for level, name in marks]
    low = 1.15 * min(0.0, *(level for level, _ in marks))
    edges = [100 * low, *(100 * c for c in ceilings), 100 * top]
    return (
        Figure(
            key="ltv-band",
            title=title,
            plot=charts.zones(edges, [*names, "above every ceiling"], shown, "LTV of the house, %"),
            caption="LTV of the house = net debt / equity value of holdings, at today's prices, right "
            "after each cheque; nothing here is simulated.",
        ),
    )


def _standing(ltv: float, ceilings: list[float]) -> str:
    above = [words.share(c, 0) for c in ceilings if ltv > c]
    below = [words.share(c, 0) for c in ceilings if ltv <= c]
    sides = [f"above the ceiling of {above[-1]}"] if above else []
    sides += [f"below that of {below[0]}" if above else f"below the ceiling of {below[0]}"] if below else []
    return f"Today's LTV of {words.share(ltv)} is {words.listed(sides)}"


def _reckoned(run: RunView) -> Table:
    v = run.value
    scale = words.unit([v["gross_holdings_value"]], run.currency)
    counted = v["net_debt"] + v["cash"]
    rows = (
        ("Counted debt", scale.of(counted), scale.of(v["debt"]), "Everything owed, at face"),
        ("less cash", scale.of(v["cash"]), scale.of(v["cash"]), "less cash"),
        ("Net debt", scale.of(v["net_debt"]), scale.of(v["debt"] - v["cash"]), "Gross net debt"),
        (
            "Holdings value (equity)",
            scale.of(v["holdings_value"]),
            scale.of(v["gross_holdings_value"]),
            "Gross holdings",
        ),
        ("LTV of the house", words.share(v["ltv"]), words.share(v["gross_ltv"]), "Gross LTV"),
    )
    return Table(
        title=f"The two LTVs, {scale}",
        header=("LTV of the house", "", "", "gross LTV"),
        rows=rows,
        align="lrrl",
        caption=f"{words.DEFINITIONS['net debt']} {words.DEFINITIONS['gross LTV']}",
        total=True,
    )


def _debts(run: RunView) -> tuple[Table, ...]:
    debts = [d for d in run.value["debts"] if d["kind"] != "payable"]
    payable = sum(d["face"] for d in run.value["debts"] if d["kind"] == "payable")
    if not debts:
        return ()
    still = f" {run.money(payable)} still to pay for holdings comes off their gross value." if payable else ""
    scale = words.unit([d["face"] for d in debts], run.currency)
    rows = tuple(
        (
            d["name"],
            str(d["kind"]).replace("_", " "),
            scale.of(d["face"]),
            scale.of(d["deduction"]),
            scale.of(d["counted"]),
        )
        for d in debts
    )
    sums = [scale.of(sum(d[key] or 0.0 for d in debts)) for key in ("face", "deduction", "counted")]
    return (
        Table(
            title=f"What is owed, {scale}",
            header=("", "kind", "face", "deduction", "counted"),
            rows=(*rows, ("Sum", "", *sums)),
            align="llrrr",
            caption="Face: what is owed. Deduction: what comes off its collateral without recourse. "
            f"Counted: what enters net debt.{still}",
            total=True,
        ),
    )
