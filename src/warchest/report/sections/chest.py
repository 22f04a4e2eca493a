"""How much the house could deploy: by source, and which limit binds."""

from __future__ import annotations

from warchest.report import charts, words
from warchest.report.folder import RunView
from warchest.report.section import Figure, Section, Table


def section(run: RunView) -> Section | None:
    """The war chest as a build-up, against the ceilings."""
    chest = run.value.get("war_chest")
    if not chest:
        return None
    after = chest.get("after_commitments")
    room = f"The largest cheque today is {run.say(chest['amount'])}"
    if chest["amount"] <= 0:
        room = f"There is no room for a cheque: the house is {run.say(-chest['amount'])} above its limit"
    lead = [f"The limit that binds is the {chest['binding']}."] if chest.get("binding") else []
    if after is not None:
        lead.append(f"After what is already committed: {run.say(after)}.")
    return Section(
        key="chest",
        question="How much could we deploy, and from where?",
        title=room,
        lead=(" ".join(lead),) if lead else (),
        figures=_sources(run),
        tables=(_limits(run),),
        notes=(words.DEFINITIONS["war chest"],),
    )


def _sources(run: RunView) -> tuple[Figure, ...]:
    chest = run.value["war_chest"]
    sources = [s for s in chest.get("sources") or () if s["amount"]]
    if not sources:
        return ()
    scale = words.unit([chest["funding"]], run.currency, least=1)
    steps = [(s["name"], s["amount"] / scale.size, False) for s in sources]
    first = max(sources, key=lambda s: s["amount"])
    return (
        Figure(
            key="chest-sources",
            title=f"{run.money(chest['funding'])} could be raised; the largest part: {first['name']}",
            plot=charts.bridge([*steps, ("Funding", chest["funding"] / scale.size, True)], str(scale)),
            caption="Funding: cash above its floor, undrawn facilities, new loans on unpledged listed "
            "holdings, what sells within the days allowed, unsecured borrowing; each share counted once, "
            "pledged ones not at all. Today's prices; nothing here is simulated.",
        ),
    )


def _limits(run: RunView) -> Table:
    chest = run.value["war_chest"]
    entries: list[tuple[str, float, float | None]] = [
        (f"LTV ceiling {words.share(c['ltv'], 0)}", c["amount"], c.get("after_commitments")) for c in run.ceilings
    ]
    entries += [(s["name"], s["amount"], None) for s in chest.get("sources") or ()]
    entries += [("Funding, all sources", chest["funding"], None)]
    scale = words.unit([amount for _, amount, _ in entries], run.currency)
    second = run.second
    rows = tuple(
        (
            name,
            *((words.say(amount / second[1]),) if second else ()),
            scale.of(amount),
            "" if after is None else scale.of(after),
        )
        for name, amount, after in entries
    )
    header = ("", *((f"in {second[0]}",) if second else ()), "largest cheque", "after commitments")
    return Table(
        title=f"What limits the cheque, {scale}",
        header=header,
        rows=rows,
        align="l" + "r" * (len(header) - 1),
        caption="Ceiling: (ceiling x holdings value − net debt) / (1 − ceiling x value received for each "
        "unit paid); negative means already above by that much.",
        total=True,
    )
