"""What falls due, against what is there to pay it."""

from __future__ import annotations

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table


def section(run: RunView) -> Section | None:
    """The maturity ladder beside cash and undrawn facilities."""
    due = {str(m["year"]): float(m["due"]) for m in run.value.get("maturities") or ()}
    cash = run.value["cash"]
    if not due:
        return None
    undrawn = run.value.get("undrawn")
    stock = {"cash": cash, **({"undrawn facilities": undrawn} if undrawn else {})}
    floor = run.value.get("cash_floor")
    there, covered = sum(stock.values()), _covered(sum(stock.values()), due)
    scale = words.unit([*due.values(), there], run.currency, least=1)
    lines = [(floor / scale.size, f"cash floor {run.money(floor)}")] if floor else []
    years = list(due)
    if covered == years:
        title = f"What is there now pays everything that falls due to {years[-1]}"
    elif covered:
        title = f"What is there now pays all that falls due to {covered[-1]}, not {years[len(covered)]}"
    else:
        title = f"What is there now does not pay what falls due in {years[0]}"
    figure = Figure(
        key="ladder",
        title=f"{run.money(there)} is there; {run.money(sum(due.values()))} falls due by {years[-1]}",
        plot=charts.ladder(
            {k: v / scale.size for k, v in stock.items()},
            {k: v / scale.size for k, v in due.items()},
            str(scale),
            lines,
        ),
        caption="Cash and undrawn facilities on the as-of date against what falls due each year, before "
        "anything is lent again; interest, dividends and running costs left out. Nothing here is simulated.",
    )
    return Section(
        key="liquidity",
        question="What falls due, and is the money there?",
        title=title,
        figures=(figure,),
        tables=(_table(run, stock, due, floor),),
    )


def _covered(there: float, due: dict[str, float]) -> list[str]:
    years = []
    for year, amount in due.items():
        there -= amount
        if there < 0:
            break
        years.append(year)
    return years


def _table(run: RunView, stock: dict[str, float], due: dict[str, float], floor: float | None) -> Table:
    scale = words.unit([*stock.values(), *due.values()], run.currency)
    left = sum(stock.values())
    rows = [("There now", "", scale.of(left))]
    for year, amount in due.items():
        left -= amount
        rows.append((year, scale.of(amount), scale.of(left)))
    parts = [f"{name} {run.money(amount)}" for name, amount in stock.items()]
    kept = f" Cash floor: {run.money(floor)}." if floor else ""
    return Table(
        title=f"What is left if nothing is lent again, {scale}",
        header=("", "falls due", "left"),
        rows=tuple(rows),
        align="lrr",
        caption=f"There now: {words.listed(parts)}.{kept}",
    )
