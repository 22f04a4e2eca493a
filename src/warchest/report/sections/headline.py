"""The first page: what the house is worth, how geared it is, what it can deploy, and the odds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warchest.report import words
from warchest.report.folder import RunView, outlook
from warchest.report.section import Card, Section, Table


def section(run: RunView) -> Section:
    """NAV, LTV, war chest, odds, and the rows set side by side."""
    value = run.value
    return Section(
        key="headline",
        question="Where do we stand, and what would one more bet mean?",
        title=_title(run),
        lead=tuple(bet_sentence(run, bet) for bet in value.get("bets") or ()),
        cards=tuple(_cards(run)),
        tables=tuple(_table(run, name) for name in run.outlooks),
        notes=tuple(dict.fromkeys(filter(None, map(_note, run.rows)))),
    )


def bet_sentence(run: RunView, bet: Mapping[str, Any]) -> str:
    """What the asked cheque would do to the house's LTV."""
    cheque = words.say(bet["cheque"], bet.get("currency") or run.currency)
    after, now = bet.get("ltv_after"), run.value["ltv"]
    start = f"The asked cheque of {cheque} for {bet['name']} would take LTV (net debt / equity value of holdings)"
    if after is None:
        return f"{start} beyond any number: it would leave nothing to owe against."
    move = f"{start} from {words.share(now)} to {words.share(after)}"
    return f"{move}, {_against(run, after, bet.get('above'))}."


def _against(run: RunView, ltv: float, above: str | None) -> str:
    if above:
        return f"above {ceiling_name(run, above)}"
    return "within its ceilings" if run.ceilings else "with no ceiling stated"


def ceiling_name(run: RunView, name: str) -> str:
    """A limit of the house as a sentence names it."""
    if not run.ceilings:
        return name
    low, high = run.ceilings[0]["ltv"], run.ceilings[-1]["ltv"]
    known = {
        "ltv_normal": f"the house's ceiling of {words.share(low, 0)} for normal times",
        "ltv_max": f"the house's own ceiling of {words.share(high, 0)}, even in an emergency",
    }
    return known.get(name, name)


def _note(row: Mapping[str, Any]) -> str:
    """What a row's own figures do not show; a cheque as large as the limit is cut to it by design."""
    cut = "" if row.get("policy") == "all_in" or not row.get("cut") else words.share(row["cut"])
    said = [str(row["note"])] if row.get("note") else []
    said += [f"the cheque had to be cut on {cut} of paths, outlook: {outlook(row)}"] if cut else []
    return f"{row['row']}: {'; '.join(said)}." if said else ""


def _table(run: RunView, name: str) -> Table:
    """Odds, time above the ceiling and median NAV of each row; a column nobody fills is left out."""
    rows = run.under(name)
    scale = run.scale
    columns: dict[str, list[str]] = {
        "": [str(row["row"]) for row in rows],
        "mean cheque": [run.money(row["cheque"]) if row.get("cheque") else words.NONE for row in rows],
        "LTV after": [words.share(row.get("ltv_after")) for row in rows],
    }
    for key, measure in words.ODDS.items():
        columns[measure] = [run.odds((row.get("probabilities") or {}).get(key)) for row in rows]
    columns["time above ceiling"] = [time_above(run, row.get("time_above_max")) for row in rows]
    columns["time in defence"] = [words.share(row.get("time_in_defence")) for row in rows]
    columns[f"median NAV, {scale}"] = [scale.of((row.get("nav") or {}).get("p50")) for row in rows]
    filled = {key: cells for key, cells in columns.items() if set(cells) != {words.NONE}}
    after = "LTV after: net debt / equity value of holdings once the cheque is paid. "
    return Table(
        title=f"Odds over {run.horizon}, outlook: {name}",
        header=tuple(filled),
        rows=tuple(zip(*filled.values(), strict=True)),
        align="l" + "r" * (len(filled) - 1),
        caption=f"{after if 'LTV after' in filled else ''}{run.run}",
    )


def time_above(run: RunView, value: Any) -> str:
    """A share of time, with its error where it has one."""
    found = words.prob(value)
    return run.odds(found) if found else words.share(value)


def _title(run: RunView) -> str:
    value = run.value
    parts = [f"NAV is {run.money(value['nav'])} at an LTV of {words.share(value['ltv'])}"]
    if run.ceilings:
        name = run.second or (run.currency, 1.0)
        room = [(c["amount"] / name[1], c["ltv"]) for c in run.ceilings]
        sums = [f"{words.say(amount, name[0])} up to {words.share(ltv, 0)}" for amount, ltv in room if amount > 0]
        parts.append(f"there is room for {words.listed(sums)}" if sums else "there is no room for a cheque")
        funding = value["war_chest"]["funding"] / name[1]
        if sums and funding < room[-1][0]:
            parts[-1] += f", money for {words.say(max(funding, 0.0), name[0])}"
    return "; ".join(parts)


def _cards(run: RunView) -> list[Card]:
    value, cards = run.value, []
    cards.append(Card("NAV", run.money(value["nav"]), f"on {value['as_of']}"))
    if value.get("nav_per_share") is not None:
        discount = value.get("discount")
        side = "discount" if (discount or 0.0) >= 0 else "premium"
        note = "" if discount is None else f"the share trades at a {side} of {words.share(abs(discount))}"
        cards.append(Card("NAV a share", words.per_share(value["nav_per_share"], run.currency), note))
    cards.append(Card("LTV of the house", words.share(value["ltv"]), _band(run)))
    cards.append(Card("Gross LTV", words.share(value["gross_ltv"]), "everything owed less cash, of gross holdings"))
    funding = (value.get("war_chest") or {}).get("funding")
    for ceiling in run.ceilings:
        after = ceiling.get("after_commitments")
        said = [] if after is None else [f"after commitments {run.say(after)}"]
        said += (
            [f"only {run.say(funding)} can be funded"] if funding is not None and funding < ceiling["amount"] else []
        )
        label = f"War chest to an LTV of {words.share(ceiling['ltv'], 0)}"
        cards.append(Card(label, run.say(ceiling["amount"]), "; ".join(said)))
    year = words.prob(((run.simulate.get("by_month") or {}).get("12") or {}).get("margin_call"))
    if year:
        note = f"policy {run.policy}; {run.count:,} paths"
        cards.append(Card("Odds of a margin call in 12 months", run.odds(year), note))
    return cards


def _band(run: RunView) -> str:
    if not run.ceilings:
        return "net debt / equity value of holdings"
    ltv = run.value["ltv"]
    below = [c["ltv"] for c in run.ceilings if ltv is not None and ltv <= c["ltv"]]
    where = f"below the ceiling of {words.share(below[0], 0)}" if below else "above every ceiling of the house"
    return f"{where}; ceilings {words.listed(words.share(c['ltv'], 0) for c in run.ceilings)}"
