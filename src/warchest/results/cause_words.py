"""Links of a chain of causes in plain dated sentences, and as JSON has them."""

from __future__ import annotations

import math
from typing import Any

from warchest.compile import Names
from warchest.core.calendar import Grid
from warchest.core.layout import Life
from warchest.core.units import percent, say
from warchest.results.links import CHOSEN, ROUTINE, Chain, Link
from warchest.results.replayed import CAPITAL, COSTS, DIFFERENCE, INTEREST, PRINCIPAL, SHORTFALL, TRANCHE, Item

MISSING = {
    SHORTFALL: "what its close-out left of", PRINCIPAL: "principal of", INTEREST: "interest on", DIFFERENCE: "cash on",
    TRANCHE: "a tranche of", CAPITAL: "capital called by",
}  # fmt: skip
"""What may be missing at a default, before the name of what it is of; costs stand alone."""


class Words:
    """Words for the links of one house's chains: names, dates, money."""

    def __init__(self, names: Names, grid: Grid, origin: Life) -> None:
        self.names, self.grid, self.origin = names, grid, origin

    def rows(self, chain: Chain) -> list[dict[str, Any]]:
        """Every link as JSON has it; `because`: the numbers `n` of the links it came from, `led_to_end`: whether it led to the end."""
        led = set(chain.roots())
        return [
            {
                "n": n, "kind": link.kind, "date": self.date(link.step), "step": link.step, "who": self.who(link),
                "text": self.sentence(link), "amount": link.amount or None,
                "currency": self.names.currencies[link.currency], "because": list(link.because), "led_to_end": n in led,
            }
            for n, link in enumerate(chain.links)
        ]  # fmt: skip

    def date(self, step: float) -> str:
        """The date of a step."""
        return self.grid.dates[int(step)].isoformat()

    def who(self, link: Link) -> str:
        """The asset, debt, bet or house a link is of."""
        if link.kind in ("fall", "impact"):
            return self.names.assets[link.row]
        if link.kind in ("sale", "pledged"):
            return self.names.assets[link.row]
        if link.kind == "bet":
            return self.names.bets[link.row]
        if link.kind in ("default", "ruin"):
            return self.names.houses[link.row]
        if link.kind == "due":
            return self.item(Item(link.item, link.row))
        return self.names.debts[link.row] if link.row >= 0 else "costs"

    def of(self, chain: Chain) -> str:
        """What the cause of a death is of: the debt with its collateral as of today, the bet, the fund, costs; else the house."""
        if chain.item is None:
            return self.names.houses[self.origin.top]
        name = self.item(chain.item)
        if chain.item.kind in (SHORTFALL, PRINCIPAL):
            debt = self.origin.debts[chain.item.row]
            lines = [int(pledge.line) for pledge in self.origin.pledges[debt.pledge_from : debt.pledge_to]]
            on = [self.names.assets[line] for line in lines]
            return f"{name}, on {' and '.join(on)}" if on else name
        return f"interest on {name}" if chain.item.kind == INTEREST else name

    def item(self, item: Item | None) -> str:
        """What something overdue is of: the debt, the bet, the fund, or costs."""
        if item is None or item.kind == COSTS:
            return "costs"
        if item.kind == TRANCHE:
            return self.names.bets[item.row]
        if item.kind == CAPITAL:
            return self.names.houses[int(self.origin.investors[item.row].house)]
        return self.names.debts[item.row]

    def sentence(self, link: Link) -> str:
        """A link in one or two sentences, without its date."""
        n, who = link.numbers, self.who(link)
        much = say(link.amount, self.names.currencies[link.currency])
        match link.kind:
            case "fall":
                return self._fall(link)
            case "bet":
                value = say(n["value"], self.names.currencies[link.currency])
                return f"{who} ends: {much} of its {value} is lost."
            case "call":
                return f"The lender of {who} calls: the loan of {much} is {self._stands(n)}{self._why(n)}."
            case "paid":
                return f"{much} is paid to the lender of {who}."
            case "pledged":
                return f"{n['shares']:,.0f} more shares of {who} are pledged to {self.names.debts[int(n['debt'])]}."
            case "sale":
                return self._sale(link, who, much)
            case "impact":
                down = percent(1.0 - math.exp(-n["log"]))
                until = f" by {self.date(n['last'])}" if n["last"] > link.step else ""
                return f"Its own sales push {who} down by {down}{until}, for good."
            case "met":
                return f"{who}: the call is met; the loan is {much} now."
            case "lapsed":
                return f"{who}: the call lapses."
            case "close-out":
                return f"The lender of {who} closes out the loan of {much}: {self._closed(link)}."
            case "due":
                return self._due(link, who, much)
            case "default":
                return self._default(link)
            case "loss":
                return f"{who[0].upper()}{who[1:]}: {much} is never paid; whoever is owed it bears the loss."
        return "NAV at true values is at or below the ruin level. Nothing that fell due was missed by then."

    def _fall(self, link: Link) -> str:
        n, code = link.numbers, self.names.currencies[link.currency]
        own = f"; own sales alone pushed it down by {percent(n['own'])}" if n["own"] > 0.0 else ""
        cost = (
            f"; {'without them ' if own else ''}the shares of today lost {say(n['cost'], code)}" if "cost" in n else ""
        )
        return (
            f"{self.who(link)} has fallen by {percent(-n['change'])} since {self.date(n['high_step'])}, "
            f"from {_price(n['high'])} to {_price(n['now'])} {code}{own}{cost}."
        )

    def _stands(self, n: dict[str, float]) -> str:
        return (
            f"{percent(n['ltv'])} of its collateral, {percent(n['level'])} is the limit"
            if "ltv" in n
            else "without collateral"
        )

    def _why(self, n: dict[str, float]) -> str:
        """What the same loan would be elsewhere: at the prices of the last high, and without own sales."""
        parts = [f"at the prices of the last high it would be {percent(n['at_high'])}"] if "at_high" in n else []
        if "without" in n:
            parts.append(f"without the impact of own sales {percent(n['without'])}, and there would be no call")
        return f"; {'; '.join(parts)}" if parts else ""

    def _closed(self, link: Link) -> str:
        if link.item == "overdue":
            return "its principal is overdue"
        if link.item == "behind":
            return "one behind it on the same collateral is closed out"
        if link.item == "unmet":
            return "the call could not be met with cash, shares or sales"
        first = "before any call could be met" if link.item == "gap" else "without waiting"
        return f"it is {self._stands(link.numbers)}, so it sells {first}{self._why(link.numbers)}"

    def _sale(self, link: Link, who: str, much: str) -> str:
        n = link.numbers
        shares = f"{n['shares']:,.0f} shares of {who}" if self._listed(link.row) else f"part of {who}"
        until = f", until {self.date(n['last'])}" if n["last"] > link.step else ""
        verb = "are" if self._listed(link.row) else "is"
        if link.item == ROUTINE:
            return f"There is no cash for interest and costs: {shares} {verb} sold for {much}{until}."
        from_ = f" pledged to {self.names.debts[int(n['pledged'])]}" if n["pledged"] >= 0.0 else ""
        own = " by choice" if link.item == CHOSEN else ""
        return f"{shares[0].upper()}{shares[1:]}{from_} {verb} sold{own} for {much}{until}."

    def _listed(self, line: int) -> bool:
        return bool(self.origin.assets[self.origin.lines[line].asset].mark_every == 0)

    def _due(self, link: Link, who: str, much: str) -> str:
        match link.item:
            case kind if kind == SHORTFALL:
                return f"The collateral of {who} is gone and {much} is still owed."
            case kind if kind == PRINCIPAL:
                if link.numbers["refused"]:
                    most = percent(float(self.origin.houses[self.origin.top].ltv_max))
                    ltv = percent(link.numbers["ltv"])
                    return f"{who}: {much} falls due and is not rolled: LTV is above {most} ({ltv} at the last record)."
                return f"{who}: {much} falls due{' and does not roll' if link.numbers['rolls'] < 1.0 else ''}."
            case kind if kind == INTEREST:
                return f"{who}: interest is not paid any more; {much} in the end."
            case kind if kind == COSTS:
                return f"Costs are not paid any more; {much} in the end."
            case kind if kind == DIFFERENCE:
                return f"{who}: a cash difference of {much} is due."
            case kind if kind == TRANCHE:
                return f"{who}: a tranche of {much} is due."
        return f"{who} calls {much} of what was committed to it."

    def _default(self, link: Link) -> str:
        parts = []
        for key, amount in link.numbers.items():
            kind, row = key.split()
            words = MISSING.get(kind, "")
            name = self.item(Item(kind, int(row)))
            parts.append(f"{say(amount, self.names.currencies[0])} {words} {name}".replace("  ", " "))
        end = " The house lives on." if link.item == "lives" else ""
        missing = f" ({'; '.join(parts)})" if parts else ""
        return f"Default: {say(link.amount, self.names.currencies[0])} is missing{missing}.{end}"


LARGE = 1e6
"""A price from here on is that of a whole company."""


def _price(price: float) -> str:
    if price >= LARGE:
        return say(price)
    return f"{price:,.2f}" if price >= 1.0 else f"{price:.4g}"
