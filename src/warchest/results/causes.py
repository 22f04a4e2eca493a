"""The chain of causes of one path: what moved, who called, what was sold, what was missing, and who bears it."""

from __future__ import annotations

import math
from dataclasses import replace

from warchest.core import codes, layout
from warchest.core.layout import Life
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.calls import FROM_BEHIND
from warchest.engine.trace import Traced
from warchest.results.links import CHOSEN, ROUTINE, Chain, Link, ancestors, losses
from warchest.results.replayed import (
    CAPITAL,
    COSTS,
    DIFFERENCE,
    INTEREST,
    PRINCIPAL,
    SHORTFALL,
    TRANCHE,
    Item,
    Replay,
)

NEAR = 1e-9
"""Share by which rounding may miss a level."""
MATTERS = 0.1
"""Share of what falling prices cost from which on a fall is named among the causes of a NAV that is gone."""
INCOME = {codes.UNPAID_INTEREST: INTEREST, codes.UNPAID_COSTS: COSTS}


def chain(origin: Life, traced: Traced) -> Chain:
    """The chain of causes of one path of the top house.

    Args:
        origin: the tables of step 0.
        traced: the path, lived again with its log.

    A link is stated only where the log shows it, or where the arithmetic of its own numbers does: a fall opened a call if the loan
    stood below `call_at` at the prices of the last high; own sales opened it if it would stand below without their impact.
    """
    return _Builder(origin, traced).build(dict(zip(PATH_COLUMNS, map(float, traced.path), strict=True)))


class _Builder:
    def __init__(self, origin: Life, traced: Traced) -> None:
        self.origin, self.top, self.through = origin, origin.top, traced.through
        self.replay = Replay(origin, traced.log, traced.drawn.world)
        self.links: list[Link] = []
        self.calls: dict[int, int] = {}
        self.closings: dict[int, int] = {}
        self.how: dict[int, str] = {}
        self.dues: dict[Item, int] = {}
        self.refused: set[int] = set()
        self.rolled: dict[int, int] = {}
        self.looked: dict[tuple[int, int], int] = {}
        self.together: dict[object, int] = {}
        self.impacts: dict[int, list[int]] = {}
        self.sale: layout.Entry | None = None
        self.since: dict[Item, int] = {}
        self.epoch = 0
        self.default = -1
        self.missing: dict[Item, float] = {}

    def build(self, path: dict[str, float]) -> Chain:
        for entry in self.replay:
            if entry.house == self.top or entry.code in (codes.CAPITAL_CALLED, codes.CALL_FAILED):
                self._read(entry)
        ends = path["default"] if not math.isnan(path["default"]) else path["ruin"]
        end = -1 if math.isnan(ends) else int(ends)
        cause, item = "", None
        if self.default >= 0:
            cause, item = self._cause()
            if not any(self.links[n].kind in ("fall", "bet") for n in ancestors(self.links, [self.default])):
                self._spent()
        elif end >= 0:
            cause = "worth"
            self._worth(end)
        return Chain(self._ordered(), end, cause, item, bool(self.how))

    # ------------------------------------------------------------------ reading

    def _read(self, e: layout.Entry) -> None:
        if self.sale is not None:
            self._sold(self.sale, e)
            self.sale = None
        if e.code == codes.CALLED:
            self._called(e)
        elif e.code in (codes.LAPSED, codes.CURED) and e.row in self.calls:
            kind = "lapsed" if e.code == codes.LAPSED else "met"
            self._add(Link(kind, e.step, e.row, e.amount, e.currency, (self.calls.pop(e.row),)))
        elif e.code == codes.CLOSING:
            self._closing(e)
        elif e.code == codes.SOLD and self.default < 0:
            self.sale = e
        elif e.code == codes.REPAID and e.row in self.calls and Item(PRINCIPAL, e.row) not in self.replay.overdue:
            self._sum("paid", e, e.row, (self.calls[e.row],))
        elif e.code == codes.PLEDGED and (called := self._first_of(self.calls, e.other)) >= 0:
            self._sum("pledged", e, e.row, (self.calls[called],), debt=float(e.other))
        elif e.code == codes.ROLLED:
            self.rolled[e.row] = e.step
        elif e.code == codes.DEFAULTED and e.row == self.top and self.default < 0:
            self._defaulted(e)
        elif e.code == codes.BET_ENDED:
            if e.amount < e.shares * (1.0 - NEAR):
                self._add(Link("bet", e.step, e.row, e.shares - e.amount, e.currency, (), "", {"value": e.shares}))
        elif e.code == codes.WRITTEN_OFF:
            self._lost(e)
        else:
            self._due(e)

    def _first_of(self, known: dict[int, int], d: int) -> int:
        """The first loan among those known, of one and those behind it on the same collateral; -1: none."""
        while d >= 0 and d not in known:
            d = int(self.origin.debts[d].behind)
        return d

    def _called(self, e: layout.Entry) -> None:
        """A call, and what opened it: falls since the last high, own sales where it would not stand without them."""
        level = float(self.origin.debts[e.row].call_at)
        because, numbers = self._moved(e, level)
        self.epoch += 1
        self.calls[e.row] = self._add(Link("call", e.step, e.row, e.amount, e.currency, because, "", numbers))

    def _moved(self, e: layout.Entry, level: float) -> tuple[tuple[int, ...], dict[str, float]]:
        """Why a loan stands at a level: links, and the numbers that show it."""
        d, r = e.row, self.replay
        collateral = r.collateral(d)
        owed = e.amount + r.owed_ahead(d)
        numbers = {"collateral": collateral, "level": level}
        if collateral <= 0.0:
            return (), numbers
        numbers["ltv"] = owed / collateral
        falls = {a: fall for a in r.assets_of(d) if (fall := self._fall(a, d, e.step)) is not None}
        because: list[int] = []
        before = r.collateral(d, {a: f.numbers["high"] / f.numbers["now"] for a, f in falls.items()})
        if falls and owed < level * before:
            numbers["at_high"] = owed / before
            because += [self._add(fall) for fall in falls.values()]
        own = {a: math.exp(r.impact[a]) for a in r.assets_of(d) if r.impact[a] > 0.0}
        without = r.collateral(d, own)
        if own and owed < level * without * (1.0 - NEAR):
            numbers["without"] = owed / without
            because += [n for a in own for n in self.impacts.get(a, [])]
        for a in r.assets_of(d):
            self.looked[a, d] = e.step
        return tuple(because), numbers

    def _fall(self, a: int, d: int, step: int) -> Link | None:
        """How far an asset fell since its last high, in the currency of a debt (d = -1: the house's)."""
        r, own = self.replay, int(self.origin.assets[a].currency)
        there = int(self.origin.debts[d].currency) if d >= 0 else 0
        first = self.looked.get((a, d), 0)
        seen = [r.prices[s][a] * r.rates[s][own] / r.rates[s][there] for s in range(first, step)]
        now = r.price[a] * r.fx[own] / r.fx[there]
        if not seen or now >= max(seen):
            return None
        high = max(seen)
        at = first + seen.index(high)
        moved = 1.0 - math.exp(min(0.0, r.impacts[at][a] - r.impact[a]))
        numbers = {"high": high, "high_step": float(at), "now": now, "change": now / high - 1.0, "own": moved}
        return Link("fall", step, a, now, there, (), "", numbers)

    def _closing(self, e: layout.Entry) -> None:
        d, r = e.row, self.replay
        if Item(SHORTFALL, d) in r.overdue:
            return  # there is no collateral left to sell
        item = Item(PRINCIPAL, d)
        collateral = r.collateral(d)
        level = float(self.origin.debts[d].close_out_at)
        call = self.calls.pop(d, -1)
        numbers: dict[str, float] = {}
        because: tuple[int, ...]
        behind = self._first_of(self.closings, d)
        if e.other == FROM_BEHIND:
            how, because = "behind", (self.closings[behind],)
        elif e.other == 1:
            how, because = "overdue", tuple(self.dues[i] for i in (item,) if i in self.dues)
        elif e.amount + r.owed_ahead(d) >= level * collateral * (1.0 - NEAR):
            fell, numbers = self._moved(e, level)
            how = "gap" if call >= 0 and self.links[call].step == e.step else "level"
            because = (*((call,) if call >= 0 else ()), *fell)
        else:
            how, because, numbers = "unmet", (call,) if call >= 0 else (), {"collateral": collateral}
        self.epoch += 1
        self.how[d] = self.how[behind] if how == "behind" else how
        self.closings[d] = self._add(Link("close-out", e.step, d, e.amount, e.currency, because, how, numbers))

    def _sold(self, e: layout.Entry, following: layout.Entry) -> None:
        """A sale, and whom it was for: the loan that is repaid right after it, else what is overdue."""
        d = following.row if following.code == codes.REPAID else -1
        d = self._first_of({**self.closings, **self.calls}, d) if d >= 0 else d
        closing = d in self.closings
        if closing or d in self.calls:
            because: tuple[int, ...] = (self.closings[d] if closing else self.calls[d],)
        else:
            because = tuple(self.dues.values())
        routine = not because and bool(self.replay.missing(self.top))
        # what is sold day after day, for interest or by a lender, is one link until the next call or close-out
        when = -self.epoch if routine or closing else e.step
        n = self._sum("sale", e, e.row, because, when, shares=e.shares, pledged=float(e.other))
        self.links[n] = replace(self.links[n], item=ROUTINE if routine else "" if because else CHOSEN)
        a, moved = int(self.origin.lines[e.row].asset), self.replay.moved
        if moved > 0.0:
            key = ("impact", a, when, because, e.other)
            if key not in self.together:
                self.together[key] = self._add(Link("impact", e.step, a, 0.0, e.currency, (n,), "", {"log": 0.0}))
                self.impacts.setdefault(a, []).append(self.together[key])
            known = self.links[self.together[key]]
            sales = known.because if n in known.because else (*known.because, n)
            numbers = {"log": known.numbers["log"] + moved, "now": self.replay.price[a], "last": float(e.step)}
            self.links[self.together[key]] = replace(known, because=sales, numbers=numbers)

    def _due(self, e: layout.Entry) -> None:
        """What became due and was not paid at once; what was paid since is forgotten."""
        for paid in [known for known in self.dues if known not in self.replay.overdue]:
            del self.dues[paid]
        if e.code in INCOME:
            if Item(INCOME[e.code], e.row) not in self.replay.overdue:
                self.since[Item(INCOME[e.code], e.row)] = e.step
            return
        found = {
            codes.TRANCHE_DUE: Item(TRANCHE, e.row),
            codes.UNPAID_PRINCIPAL: Item(SHORTFALL if e.other == 1 else PRINCIPAL, e.row),
            codes.DIFFERENCE: Item(DIFFERENCE, e.row), codes.CAPITAL_CALLED: Item(CAPITAL, e.row),
        }  # fmt: skip
        item = found.get(e.code)
        if item is None or item in self.dues or (item.kind == CAPITAL and e.other != self.top):
            return
        because: tuple[int, ...] = ()
        numbers: dict[str, float] = {}
        if item.kind == SHORTFALL and e.row in self.closings:
            n = self.closings[e.row]
            because = (n, *(k for k, link in enumerate(self.links) if link.kind == "sale" and n in link.because))
        elif item.kind == PRINCIPAL:
            numbers["rolls"] = float(self.origin.debts[e.row].rolls)
            numbers["refused"] = float(numbers["rolls"] > 0.0 and self.rolled.get(e.row) != e.step)
            if numbers["refused"]:
                numbers["ltv"] = float(self.through[e.step - 1, 1])
                because = self._above(e.step, numbers["ltv"])
        self.dues[item] = self._add(Link("due", e.step, e.row, e.amount, e.currency, because, item.kind, numbers))

    def _defaulted(self, e: layout.Entry) -> None:
        self.missing = self.replay.missing(self.top)
        largest = sorted(self.missing, key=lambda item: -self.missing[item])
        for item in largest:
            if item.kind in (INTEREST, COSTS):
                due = self.replay.overdue[item]
                c = self.replay.currency(item)
                self.dues[item] = self._add(Link("due", self.since[item], item.row, due, c, (), item.kind))
        because = tuple(self.dues[item] for item in largest if item in self.dues)
        numbers = {f"{item.kind} {item.row}": self.missing[item] for item in largest}
        self.default = self._add(
            Link("default", e.step, e.row, e.amount, 0, because, "lives" if e.other == 1 else "", numbers)
        )

    def _lost(self, e: layout.Entry) -> None:
        """What is never paid, and who bears it: after the default all of them, else the lender of a close-out."""
        because = (self.default,) if self.default >= 0 else ()
        if self.default < 0 and e.row in self.closings:
            because = (self.closings[e.row],)
        self._add(Link("loss", e.step, e.row, e.amount, e.currency, because))

    # ------------------------------------------------------------------ the end

    def _cause(self) -> tuple[str, Item | None]:
        if not self.missing:
            return "income", None
        item = max(self.missing, key=lambda i: self.missing[i])
        if item.kind == SHORTFALL:
            how = self.how.get(item.row, "")
            if how != "overdue":
                return ("gap" if how == "gap" else "called"), item
        if item.kind in (SHORTFALL, PRINCIPAL):
            known = [link for link in self.links if link.kind == "due" and link.row == item.row]
            refused = any(link.item == PRINCIPAL and link.numbers["refused"] for link in known)
            return ("refused" if refused else "due"), item
        names = {TRANCHE: "tranche", CAPITAL: "capital", DIFFERENCE: "forward"}
        return names.get(item.kind, "income"), item

    def _above(self, step: int, ltv: float) -> tuple[int, ...]:
        """Falls since today that put LTV above `ltv_max` at the last record: at today's prices, all else as it is, it would not be."""
        most, nav = float(self.origin.houses[self.top].ltv_max), float(self.through[step - 1, 0])
        if nav <= 0.0 or not most < ltv < layout.LTV_SHOWN:
            return ()
        held = nav / (1.0 - ltv)
        now = dict.fromkeys(range(len(self.origin.assets)), 0.0)
        for line, shares in zip(self.origin.lines, self.replay.shares, strict=True):
            if line.house == self.top:
                now[int(line.asset)] += shares
        lost = {a: n * (self._then(a, 0) - self._then(a, step - 1)) for a, n in now.items()}
        fell = {a: amount for a, amount in lost.items() if amount > 0.0}
        if ltv * held / (held + sum(fell.values())) > most:
            return ()
        return self._since_today(fell, step - 1, MATTERS * sum(fell.values()))

    def _worth(self, end: int) -> None:
        """NAV at the ruin level without a default: the falls since today, and the bets, that cost most."""
        fell, bets = self._cost(end)
        total = sum(x for x in (*fell.values(), *bets.values()))
        because = tuple(n for n, amount in bets.items() if amount > MATTERS * total)
        because += self._since_today(fell, end, MATTERS * total)
        self._add(Link("ruin", end, self.top, 0.0, 0, because))

    def _spent(self) -> None:
        """A house that cannot even pay what is due is empty: falls since today and bets that cost more than all that is never paid."""
        default = self.links[self.default]
        unpaid = sum(
            link.amount * self.replay.rates[default.step][link.currency]
            for link in self.links
            if link.kind == "loss" and self.default in link.because
        )
        fell, bets = self._cost(default.step)
        because = tuple(n for n, amount in bets.items() if amount > unpaid)
        because += self._since_today(fell, default.step, unpaid)
        self.links[self.default] = replace(default, because=default.because + because)

    def _cost(self, end: int) -> tuple[dict[int, float], dict[int, float]]:
        """What falls since today (by asset) and lost bets (by link) cost up to a step, top currency."""
        fell = {a: amount for a, amount in losses(self.origin, self.replay.world, end).items() if amount > 0.0}
        bets = {
            n: link.amount * self.replay.rates[link.step][link.currency]
            for n, link in enumerate(self.links)
            if link.kind == "bet" and link.step <= end
        }
        return fell, bets

    def _then(self, a: int, step: int) -> float:
        """The price of an asset at a step, top currency."""
        return self.replay.prices[step][a] * self.replay.rates[step][int(self.origin.assets[a].currency)]

    def _since_today(self, fell: dict[int, float], step: int, least: float) -> tuple[int, ...]:
        """A link for each fall since today that cost more than `least`."""
        found = []
        for a, amount in sorted(fell.items(), key=lambda known: -known[1]):
            high, now = self._then(a, 0), self._then(a, step)
            if amount > least and now < high:
                moved = 1.0 - math.exp(min(0.0, -self.replay.impacts[step][a]))
                numbers = {
                    "high": high,
                    "high_step": 0.0,
                    "now": now,
                    "change": now / high - 1.0,
                    "own": moved,
                    "cost": amount,
                }
                found.append(self._add(Link("fall", step, a, now, 0, (), "", numbers)))
        return tuple(found)

    def _add(self, link: Link) -> int:
        self.links.append(link)
        return len(self.links) - 1

    def _sum(
        self, kind: str, e: layout.Entry, row: int, because: tuple[int, ...], when: int | None = None, **numbers: float
    ) -> int:
        """The rounds of one thing on one date are one link."""
        fixed = {k: v for k, v in numbers.items() if k != "shares"}
        key = (kind, row, e.step if when is None else when, because, *fixed.values())
        if key not in self.together:
            self.together[key] = self._add(
                Link(kind, e.step, row, 0.0, e.currency, because, "", {"shares": 0.0, **fixed})
            )
        known = self.links[self.together[key]]
        summed = {**known.numbers, "shares": known.numbers["shares"] + e.shares, "last": float(e.step)}
        self.links[self.together[key]] = replace(known, amount=known.amount + e.amount, numbers=summed)
        return self.together[key]

    def _ordered(self) -> tuple[Link, ...]:
        """By step, and without what fell due and led to nothing."""
        used = {n for link in self.links for n in link.because}
        kept = [n for n, link in enumerate(self.links) if link.kind != "due" or n in used]
        kept.sort(key=lambda n: (self.links[n].step, self.links[n].kind not in ("fall", "bet")))
        place = {n: k for k, n in enumerate(kept)}
        return tuple(
            replace(self.links[n], because=tuple(place[b] for b in self.links[n].because if b in place)) for n in kept
        )
