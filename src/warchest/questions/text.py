"""Answers as readable tables for a terminal; the numbers are those of the JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from warchest.core.units import chance, percent, say, span

HOUSE_LTV = "LTV (net debt / equity value of holdings)"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns as wide as their widest cell; the first `left` ones to the left, numbers to the right.

    >>> print(table(["what", "much"], [["a", "1.0"], ["bb", "10.0"]]))
    what  much
    ----  ----
    a      1.0
    bb    10.0
    """
    lines = [list(header), ["-" * len(cell) for cell in header], *map(list, rows)]
    widths = [max(len(line[n]) for line in lines) for n in range(len(header))]
    lines[1] = ["-" * width for width in widths]
    return "\n".join(
        "  ".join(
            cell.ljust(w) if n < left else cell.rjust(w) for n, (cell, w) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    )


def size(s: Mapping[str, Any]) -> str:
    """The answer of `warchest size`: what to say first, then the curve, then the belief that the cheque would need."""
    money, n = _money(s), s["paths"]
    said = "\n".join(s["said"])
    about = f"{n:,} paths for each cheque, seed {s['seed']}, {span(s['horizon_years'])}, {s['grid']}. ± is one standard error."
    if s["others"]:
        about += f" The other bets ({', '.join(s['others'])}) are made as in the file, and what is written counts them."
    best = s["best"]
    marked = [("", row) for row in _thinned(s["curve"], s["asked"])]
    marked += [("ALL IN", s["all_in"]), ("asked", s["asked"])]
    odds = ("loss", "margin_call", "forced_sale", "breach", "default", "ruin")
    names = ("Cheque", "", "Written (mean)", "Growth a year", "Median NAV")
    header = [*names, *(key.replace("_", " ").capitalize() for key in odds)]
    rows = [
        [money(row["cheque"]), name, money(row["written"]), f"{percent(row['growth'], 2)} ±{100 * row['growth_se']:.2f}",
         money(row["median_nav"]), *(chance(row[k], n) for k in odds)]
        for name, row in marked
    ]  # fmt: skip
    parts = [f"{s['house']}, {s['as_of']}: how much on {s['bet']}?\n\n{said}", table(header, rows, left=2)]
    if best is not None:
        parts.append(
            f"Best size {money(best['cheque'])} (95 % interval {money(best['low'])} to {money(best['high'])}): growth "
            f"{percent(best['growth'], 2)} ±{100 * best['growth_se']:.2f} a year on a fresh seed "
            f"({percent(best['growth_searched'], 2)} where it was searched; nothing at all: {percent(best['growth_of_nothing'], 2)}), "
            f"ruin {chance(best['ruin'], n)}."
        )
    if s["belief_needed"] is not None and s["belief_needed"]["relative_entropy"] > 0.0:
        parts.append(_belief(s["belief_needed"], money))
    if s["intuition"] is not None:
        i = s["intuition"]
        parts.append(
            f"Intuition: on its belief the house would write {money(i['cheque'])} and expect {percent(i['growth_believed'])} a year; "
            f"the world gives {percent(i['growth'], 2)} ±{100 * i['growth_se']:.2f} and ruin {chance(i['ruin'], n)}. "
            f"Against the best size that costs {percent(i['growth_cost'], 2)} a year."
        )
    if s["winners_curse"] is not None:
        parts.append(_curse(s["winners_curse"], money))
    if s["caps_of_tail"] is not None:
        rows = [
            [f"{c['cap']:,g}x", f"{c['mean_multiple']:.2f}x", money(c["cheque"]),
             f"{percent(c['growth'], 2)} ±{100 * c['growth_se']:.2f}", chance(c["ruin"], n)]
            for c in s["caps_of_tail"]
        ]  # fmt: skip
        header = ["Cap of the tail", "Mean multiple", "Best size", "Growth a year", "Ruin"]
        parts.append(f"The cap is the model; with others:\n{table(header, rows)}")
    return "\n\n".join([*parts, about])


def together(s: Mapping[str, Any]) -> str:
    """The answer of `warchest size` for several bets."""
    n, money, t = s["paths"], _money(s), s["together"]
    rows = [
        [b["bet"], money(b["cheque"]), f"{money(b['low'])} to {money(b['high'])}", money(b["alone"]), money(b["asked"])]
        for b in s["bets"]
    ]
    keys = ("loss", "margin_call", "forced_sale", "default", "ruin")
    odds = ", ".join(f"{key.replace('_', ' ')} {chance(t[key], n)}" for key in keys)
    return "\n\n".join([
        f"{s['house']}, {s['as_of']}: how much on {', '.join(b['bet'] for b in s['bets'])}?\n\n{s['said'][0]}",
        table(["Bet", "Best together", "95 % interval", "Best alone", "Asked"], rows),
        f"Growth {percent(t['growth'], 2)} ±{100 * t['growth_se']:.2f} a year on a fresh seed; {odds}.",
        f"{n:,} paths for each size, seed {s['seed']}, {s['rounds']} rounds, {s['grid']}. ± is one standard error.",
    ])  # fmt: skip


def share(s: Mapping[str, Any]) -> str:
    """The answer of `warchest size --holding`."""
    n, money = s["paths"], _money(s)
    keys = ("loss", "halved", "default", "ruin")
    header = ["Share of NAV", "Growth a year", "Median NAV", *(key.capitalize() for key in keys)]
    rows = [
        [percent(row["share"]), f"{percent(row['growth'], 2)} ±{100 * row['growth_se']:.2f}", money(row["median_nav"]),
         *(chance(row[k], n) for k in keys)]
        for k, row in enumerate(s["curve"]) if k % 4 == 0
    ]  # fmt: skip
    about = f"{n:,} paths for each share, seed {s['seed']}, {span(s['horizon_years'])}, {s['grid']}. ± is one standard error."
    said = "\n".join(s["said"])
    return "\n\n".join(
        [f"{s['house']}, {s['as_of']}: how much in {s['holding']}?\n\n{said}", table(header, rows), about]
    )


def _curse(w: Mapping[str, Any], money: Callable[[float], str]) -> str:
    """The best-looking of many ideas, what believing it costs, and the size that repairs it."""
    looks, true = w["on_looks"], w["shrunken"]

    def growth(found: Mapping[str, Any]) -> str:
        return f"{percent(found['growth'], 2)} ±{100 * found['growth_se']:.2f} a year"

    return (
        f"Winner's curse: the best-looking of {w['ideas']:,.0f} ideas looks {w['looks']:.2f} times as good as the outcome, "
        f"and is {w['is']:.2f} times as good. Believing it writes {money(looks['cheque'])}, expects "
        f"{percent(looks['growth_believed'])} and gets {growth(looks)}; the shrunken size, {money(true['cheque'])}, "
        f"gets {growth(true)}."
    )


def _belief(found: Mapping[str, Any], money: Callable[[float], str]) -> str:
    """Today's odds beside those that would make the cheque the best one."""
    rows = [
        [f"{m:.3g}x", percent(today), percent(needed)]
        for m, today, needed in zip(found["multiples"], found["odds_today"], found["odds"], strict=True)
    ]
    rows.append(["mean", f"{found['mean_multiple_today']:.2f}x", f"{found['mean_multiple']:.2f}x"])
    title = f"To make {money(found['cheque'])} the best size (relative entropy {found['relative_entropy']:.3f}):"
    return f"{title}\n{table(['Multiple', 'Odds today', 'Odds needed'], rows)}"


def _thinned(rows: Sequence[Mapping[str, Any]], asked: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A dozen rows of the curve for a screen; all of them are in the JSON."""
    rest = [row for row in rows if row["cheque"] != asked["cheque"]]
    return [row for n, row in enumerate(rest) if n == 0 or (len(rest) - 1 - n) % 4 == 0]


def _share(value: float | None) -> str:
    return "–" if value is None else percent(value)


def _ltv(value: float | None) -> str:
    return "∞" if value is None else percent(value)


def _price(value: float | None, currency: str | None) -> str:
    return "–" if value is None else f"{value:,.2f} {currency}"


def headline(v: Mapping[str, Any]) -> list[str]:
    """NAV, both LTVs and the war chest in sentences."""
    money = _money(v)
    first = f"{v['house']}, {v['as_of']}: NAV {money(v['nav'])}"
    if v["nav_per_share"] is not None:
        first += f", {v['nav_per_share']:,.0f} {v['currency']} a share"
    if v["discount"] is not None:
        first += f" (the share trades {percent(abs(v['discount']))} {'below' if v['discount'] >= 0 else 'above'} it)"
    lines = [
        first,
        f"{HOUSE_LTV} {_ltv(v['ltv'])}; gross LTV ((faces − cash) / gross holdings) {_share(v['gross_ltv'])}",
    ]
    chest = v["war_chest"]
    ceilings = "; ".join(
        f"{money(c['amount'])} to an LTV of {percent(c['ltv'], 0)} ({money(c['after_commitments'])} after commitments)"
        for c in chest["ceilings"]
    )
    lines.append(f"War chest: {ceilings}.")
    now = (
        f"the largest cheque now is {money(chest['amount'])} (the {chest['binding']} binds), "
        f"{money(chest['after_commitments'])} after commitments"
        if chest["amount"] > 0.0
        else f"there is nothing to bet: the {chest['binding']} is passed by {money(-chest['amount'])}"
        if chest["amount"] < 0.0
        else "there is nothing to bet with"
    )
    lines.append(f"Funding: {money(chest['funding'])} can be raised; {now}.")
    for bet in v["bets"]:
        where = {
            "ltv_max": "above the house's own ceiling",
            "ltv_normal": "above its normal limit, below its ceiling",
            None: "within its limits",
        }
        lines.append(
            f"{bet['name']}: the asked {say(bet['cheque'], bet['currency'])} would mean an LTV of "
            f"{_ltv(bet['ltv_after'])}, {where[bet['above']]}."
        )
    return lines


def _money(v: Mapping[str, Any]) -> Any:
    def money(amount: float) -> str:
        return say(amount, v["currency"])

    return money


def value(v: Mapping[str, Any]) -> str:
    """The whole answer of `warchest value`."""
    money = _money(v)
    blocks = ["\n".join(headline(v))]
    rows = [
        [h["name"], money(h["value"]), money(h["secured_debt"]), money(h["equity"]), _share(h["share"])]
        for h in v["holdings"]
    ]
    rows.append(
        [
            "Holdings value",
            money(v["gross_holdings_value"]),
            money(v["gross_holdings_value"] - v["holdings_value"]),
            money(v["holdings_value"]),
            "",
        ]
    )
    rows.append([f"Net debt (counted debt − cash of {money(v['cash'])})", "", "", money(-v["net_debt"]), ""])
    rows.append(["NAV", "", "", money(v["nav"]), ""])
    blocks.append(table(["Holding", "Gross", "Secured, no recourse", "Equity", "Share"], rows))
    debts = [
        [d["name"], money(d["face"]), money(d["deduction"]), money(d["counted"]),
         _share(d["ltv"]), _share(d["call_at"]), _share(d["headroom"]),
         *(_price(d[key], d["price_currency"]) for key in ("call_price", "close_out_price", "call_price_all_pledged"))]
        for d in v["debts"]
    ]  # fmt: skip
    if debts:
        head = [
            "Debt",
            "Face",
            "Deduction",
            "Counted",
            "Loan LTV",
            "Call at",
            "Headroom",
            "Call price",
            "Close-out price",
            "Call, all pledged",
        ]
        blocks.append(table(head, debts))
    blocks.append(
        table(
            ["War chest: funding by source", "Amount"],
            [[s["name"], money(s["amount"])] for s in v["war_chest"]["sources"]],
        )
    )
    if v["maturities"]:
        blocks.append(
            table(["Falls due in cash", "Amount"], [[str(m["year"]), money(m["due"])] for m in v["maturities"]])
        )
    blocks.append(
        table(["NAV by currency", "Exposure"], [[c["currency"], money(c["exposure"])] for c in v["currencies"]])
    )
    return "\n\n".join(blocks)


ODDS = {
    "margin_call": "Margin call", "forced_sale": "Forced sale", "default": "Default", "ruin": "Ruin", "halved": "NAV halved",
    "breach": "Breach (LTV above its ceiling)", "loss": "Loss (final NAV below today's)",
}  # fmt: skip


def simulate(s: Mapping[str, Any], currency: str) -> str:
    """The answer of `warchest simulate`."""
    n = s["paths"]
    p = s["probabilities"]
    head = f"{n:,} paths of {span(s['horizon_years'])}, seed {s['seed']}, policy {s['policy']}; {s['grid']}."
    odds = [
        [words, _odds(p[key], n), *(_within(s, key, months, n) for months in ("3", "12", "36"))]
        for key, words in ODDS.items()
    ]
    blocks = [head, table(["Odds ± standard error", "Whole horizon", "3 months", "12 months", "36 months"], odds)]
    nav = s["nav"]
    blocks.append(table(
        ["Final NAV, true values", "5 %", "25 %", "median", "75 %", "95 %", "mean ± se"],
        [["", *(say(nav[k], currency) for k in ("p05", "p25", "p50", "p75", "p95")),
          f"{say(nav['mean'], currency)} ±{say(nav['se'], currency)}"]],
    ))  # fmt: skip
    lines = [f"Share of time above the LTV ceiling: {percent(s['time_above_max'])}."]
    if "time_in_defence" in s:
        lines.append(f"Share of time in which the policy defends: {percent(s['time_in_defence'])}.")
    if s["growth"] is not None:
        floors = ", ".join(f"{percent(g)} at a floor of {percent(float(f))}" for f, g in s["growth"]["floors"].items())
        lines.append(
            f"Growth of log NAV a year: {percent(s['growth']['value'])} ±{percent(s['growth']['se'], 2)} ({floors})."
        )
    deep = s["max_drawdown"]
    lines.append(
        f"Deepest fall of NAV from its peak: {_share(deep['p50'])} on the median path; "
        f"5 % of paths fall deeper than {_share(deep['p95'])}."
    )
    if "own_share" in s:
        lines += _own_share(s["own_share"], currency)
    blocks.append("\n".join(lines))
    return "\n\n".join(blocks)


def _own_share(own: Mapping[str, Any], currency: str) -> list[str]:
    """The own share at the end, against today."""

    def told(key: str) -> str:
        low, middle, high = (f"{own[key][q]:,.2f}" for q in ("p05", "p50", "p95"))
        return (
            f"{middle} {currency} on the median path ({low} to {high} on nine of ten), today {own['today'][key]:,.2f}"
        )

    count = own["shares"]["p50"] / own["today"]["shares"] - 1.0
    return [
        f"NAV a share at the end: {told('nav_per_share')}; growth of its log a year {percent(own['growth']['value'])} "
        f"±{percent(own['growth']['se'], 2)}.",
        f"Price of the own share at the end: {told('price')}; deepest fall {_share(own['max_drawdown']['p50'])} on the median path, "
        f"5 % fall deeper than {_share(own['max_drawdown']['p95'])}.",
        f"Own shares at the end: {own['shares']['p50']:,.0f} on the median path ({'+' if count >= 0 else '−'}{percent(abs(count))}).",
    ]


def _within(s: Mapping[str, Any], key: str, months: str, n: int) -> str:
    found = s["by_month"][months].get(key)
    return _odds(found, n)


def _odds(found: Mapping[str, float] | None, n: int) -> str:
    """A chance with its error; a dash where the question has no answer (beyond the horizon, or of a NAV below zero)."""
    return "–" if found is None else chance(found, n)


def loans(found: Sequence[Mapping[str, Any]], n: int) -> str:
    """Odds of a call on each secured loan."""
    lines = [[x["name"], *(_odds(x["odds"][m], n) for m in ("3", "12", "36")), _odds(x["calls"], n)] for x in found]
    return table(["Odds of a call ± standard error", "3 months", "12 months", "36 months", "Whole horizon"], lines)


def rows(found: Sequence[Mapping[str, Any]], n: int, currency: str) -> str:
    """The file's rows side by side, outlook by outlook."""
    blocks = []
    for outlook in dict.fromkeys(row["outlook"] for row in found):
        lines = [
            [row["row"], say(row["cheque"], currency), percent(row["ltv_after"]),
             *(_odds(row["probabilities"][k], n) for k in ("margin_call", "forced_sale", "default", "ruin", "halved")),
             percent(row["time_above_max"]), say(row["nav"]["p50"], currency)]
            for row in found if row["outlook"] == outlook
        ]  # fmt: skip
        head = [
            outlook,
            "Cheque (mean)",
            "LTV with it",
            "Margin call",
            "Forced sale",
            "Default",
            "Ruin",
            "NAV halved",
            "Time above ceiling",
            "Median NAV",
        ]
        blocks.append(table(head, lines))
    return "\n\n".join(blocks)


def diff(found: Mapping[str, Any]) -> str:
    """The bridge of `warchest diff`."""
    currency = found["currency"]
    lines = [[f"NAV {found['from']['as_of']}", "", say(found["from"]["nav"], currency)]]
    lines += [[part["name"], part["cause"], say(part["amount"], currency)] for part in found["parts"]]
    lines.append([f"NAV {found['to']['as_of']}", "", say(found["to"]["nav"], currency)])
    return table(["From NAV to NAV", "by", "Amount"], lines, left=2)


def pace(p: Mapping[str, Any], currency: str | None = None) -> str:
    """The answer of `warchest pace`: a row a year, and when the money is back."""
    columns = ["committed", "called", "distributed", "nav", "net", "uncalled"]
    names = ["Committed", "Called", "Paid out", "Worth at the end", "Net so far", "Not called yet"]
    if p["years"][0]["left"] is not None:
        columns, names = [*columns, "left"], [*names, "Cash left"]
    rows = [[str(row["year"]), *(say(float(row[c])) for c in columns)] for row in p["years"]]
    said = [
        f"Deepest in {p['deepest']['year']}: {say(-float(p['deepest']['net']), currency)} paid in that has not come back."
    ]
    said.append("It never comes back." if p["back"] is None else f"The money is back in {p['back']}.")
    short = [row["year"] for row in p["years"] if row["left"] is not None and row["left"] < 0.0]
    if short:
        said.append(f"The money at hand runs out in {short[0]}.")
    if p["tvpi"] is not None:
        said.append(f"TVPI {p['tvpi']:.2f}.")
    return table(["Year", *names], rows) + "\n\n" + " ".join(said)
