"""In which currencies NAV stands."""

from __future__ import annotations

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table


def section(run: RunView) -> Section | None:
    """Exposure by currency."""
    found = sorted(run.value.get("currencies") or (), key=lambda c: (-abs(c["exposure"]), c["currency"]))
    if not found:
        return None
    scale = words.unit([c["exposure"] for c in found], run.currency, least=1)
    foreign = sum(c["exposure"] for c in found if c["currency"] != run.currency)
    nav = run.value["nav"]
    title = f"All of NAV stands in {run.currency}"
    if foreign and nav > 0:
        tenth = run.money(abs(foreign) / 10)
        moves = "loses" if foreign > 0 else "gains"
        part = words.share(abs(foreign) / 10 / nav)
        title = f"If every other currency fell by a tenth, NAV {moves} {tenth}: {part} of it"
    exact = words.unit([c["exposure"] for c in found], run.currency)
    rows = tuple(
        (c["currency"], exact.of(c["exposure"]), words.share(c["exposure"] / nav) if nav else words.NONE) for c in found
    )
    return Section(
        key="currencies",
        question="In which currencies do we stand?",
        title=title,
        figures=_figure(run, found, scale),
        tables=(
            Table(
                title=f"Exposure, {exact}",
                header=("", "exposure", "of NAV"),
                rows=rows,
                align="lrr",
                caption="Equity value of holdings, plus cash, less counted debt, at the file's rates.",
            ),
        ),
    )


def _figure(run: RunView, found: list[dict[str, float]], scale: words.Unit) -> tuple[Figure, ...]:
    if len(found) < 2:
        return ()
    first, nav = found[0], run.value["nav"]
    part = f" ({words.share(first['exposure'] / nav, 0)} of NAV)" if nav > 0 else ""
    return (
        Figure(
            key="exposure",
            title=f"The largest exposure is {first['currency']}: {run.money(first['exposure'])}{part}",
            plot=charts.bars(
                [str(c["currency"]) for c in found],
                {"": [c["exposure"] / scale.size for c in found]},
                str(scale),
            ),
            caption="What moves with each currency: equity value of holdings, plus cash, less counted "
            "debt, in the house's currency. Nothing here is simulated.",
        ),
    )
