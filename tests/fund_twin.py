"""A second engine for trees of houses: one path at a time, plain floats, written from docs/engine.md and nothing else.

`live` lives one path of a house with funds inside it. What it does not know it refuses (NotImplementedError).
All amounts of a thing are in its own currency; `value` means money of the top house's currency.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from warchest.core.units import Amount, Duration
from warchest.debts import Bond
from warchest.holdings import Listed
from warchest.house import House

NEVER = 1 << 30
SMALL = 1e-10
"""Share of what was to be paid that is rounding, and nothing."""


def left_of(part: float) -> float:
    """What is left when a part is gone."""
    return 0.0 if 1.0 - part <= 1e-12 * part else 1.0 - part


@dataclass
class Asset:
    """All shares of one listed thing, or a private thing as one share."""

    name: str
    listed: bool
    cur: str
    shares: float
    price: float
    truth: float
    column: int
    dividend: float = 0.0
    discount: float = 0.0
    marked: int = 1

    def shrink(self, part: float) -> None:
        self.shares *= left_of(part)


@dataclass
class Debt:
    """One row of a bond, or unsecured borrowing (`rate` a year)."""

    cur: str
    principal: float
    coupon: float = 0.0
    rate: float | None = None
    roll_coupon: float = 0.0
    maturity: int = NEVER
    tenor: int = NEVER
    rolls: float = 0.0
    counted: float = 1.0
    cross: bool = True
    late_interest: float = 0.0
    late_principal: float = 0.0


@dataclass
class Bet:
    """A bet or a deal; `parts` are [start, value] of each cheque, for a deal one that grows by follow-ons; `price` is the mark of one."""

    cur: str
    premium: float
    discount: float
    start: int
    end: int
    multiple: float
    stated: list[tuple[int, float]] = field(default_factory=list)
    capacity: float = math.inf
    flow: Flow | None = None
    parts: list[list[float]] = field(default_factory=list)
    price: float = 1.0
    received: float = 0.0
    cost: float = 0.0
    first: float = 0.0
    factor: float = 0.0
    late: list[list[float]] = field(default_factory=list)
    over: bool = False

    @property
    def mark(self) -> float:
        return self.price * sum(value for _, value in self.parts)

    def growth(self, start: float, t: int) -> float:
        return 1.0 + (self.multiple - 1.0) * min(1.0, (t - start) / (self.end - start))

    def truth(self, t: int) -> float:
        return sum(value * self.growth(start, t) for start, value in self.parts)

    def take(self, start: int, cheque: float, at: float = 1.0) -> None:
        """A cheque is paid: its value stands from `start` on, or joins what a deal has, `at` truth / value."""
        got = cheque / (1.0 + self.premium)
        if self.flow is None or not self.parts:
            self.parts.append([start, got])
        else:
            self.parts[0][1] += got / at
        self.received, self.cost = self.received + got, self.cost + cheque

    def shrink(self, part: float) -> None:
        left = left_of(part)
        self.parts = [[start, value * left] for start, value in self.parts]
        self.received, self.cost = self.received * left, self.cost * left


@dataclass
class Flow:
    """A flow of deals."""

    spec: Any
    number: int
    cur: str
    cheque: float
    depth: float
    rounds: int
    last: int
    mean: float
    rows: Sequence[Any]
    money: float = 0.0
    taken: int = 0

    def crowd(self) -> float:
        return (1.0 + self.money / self.depth) ** self.spec.crowding if self.spec.crowding else 1.0


@dataclass
class Investor:
    """An investor of a fund; `part` of it is the parent's, `capital` is a preferred one's."""

    name: str
    common: bool
    commitment: float
    called: float
    capital: float
    coupon: float
    units: float
    part: float
    owed: float = 0.0
    worth: tuple[float, float] = (0.0, 0.0)

    @property
    def uncalled(self) -> float:
        return max(0.0, self.commitment - self.called)


@dataclass
class Home:
    """The state of one house. `parent` is None of the top one."""

    path: tuple[str, ...]
    house: House
    parent: Home | None
    holding: Any
    cur: str
    cash: dict[str, float]
    assets: list[Asset]
    debts: list[Debt]
    bets: list[Bet]
    flows: list[Flow]
    investors: list[Investor]
    manager: bool
    borrowed: Debt
    children: list[Home] = field(default_factory=list)
    capital: float = 0.0
    late_costs: float = 0.0
    due_costs: float = 0.0
    unpaid: float = 0.0
    since: int = NEVER
    fee: float = 0.0
    hurdle: float = 0.0
    profit: float = 0.0
    carried: float = 0.0
    kept: float = 0.0
    kept_ever: float = 0.0
    size: float = 0.0
    carry: tuple[float, float] = (0.0, 0.0)
    cheque: float = 0.0
    cut: bool = False
    over: bool = False
    default: int | None = None
    forced: int | None = None
    record: dict[str, Any] = field(default_factory=dict)

    @property
    def owing(self) -> list[Debt]:
        return [*self.debts, self.borrowed]

    def shrink(self, part: float) -> None:
        """Of the stake in it, a part is sold."""
        for i in self.investors:
            i.part *= left_of(part)

    @property
    def uncalled(self) -> float:
        return sum(i.uncalled for i in self.investors)

    @property
    def running(self) -> list[Bet]:
        return [bet for bet in self.bets if bet.parts and not bet.over]


def houses_of(house: House) -> Iterator[House]:
    """A house and all inside it, from the top, depth first."""
    yield house
    for child in house.funds.values():
        yield from houses_of(child)


def ladder(debt: Any) -> list[tuple[Any, Amount]]:
    """When a bond falls due, and what of it."""
    if not isinstance(debt, Bond):
        raise NotImplementedError(f"debts of kind {debt.kind}")
    return sorted(debt.maturities.items()) if debt.maturities else [(debt.maturity, debt.principal)]


def currencies(house: House) -> list[str]:
    """The codes in the order of the world's columns."""
    found = [house.spec.currency]
    for one in houses_of(house):
        spec, of = one.spec, one.currency_of
        found.append(spec.currency)
        found += [code or spec.currency for code in spec.cash]
        for line in spec.priced.values():
            amount = line.price if isinstance(line, Listed) else line.value
            found += [of(amount)] if amount is not None else []
        for debt in spec.debts.values():
            found += [of(amount) for _, amount in ladder(debt)]
        for bet in spec.bets.values():
            found += [bet.currency or of(bet.payments[0].cheque), *(of(p.cheque) for p in bet.payments)]
        found += [of(flow.cheque) for flow in spec.deals.values()]
    return list(dict.fromkeys(found))


class Life:
    """One path."""

    def __init__(self, house: House, world: Any, draws: Sequence[float], offers: Sequence[Any]) -> None:
        self.grid, self.world = house.grid, world
        self.dt, self.steps = self.grid.dt, self.grid.steps
        self.rate = house.spec.market.rate
        self.codes, self.code = currencies(house), house.spec.currency
        self.fx = {code: house.fx[code] for code in self.codes}
        self.start_fx = dict(self.fx)
        self.t, self.level, self.peak = 0, 1.0, 1.0
        self.columns, self.draws, self.offers = 0, iter(draws), iter(offers)
        if house.spec.investors:
            raise NotImplementedError("investors of the top house")
        self.down: list[Home] = []  # parents before children
        self.top = self.home(house, None, None, ())
        self.up = list(self.after(self.top))  # children before parents
        self.benchmark = house.spec.market.benchmark is not None
        if world.shape[1] != self.columns + self.benchmark + len(self.codes):
            raise ValueError(f"{world.shape[1]} columns for {self.columns} assets and {self.codes}")

    def after(self, home: Home) -> Iterator[Home]:
        for child in home.children:
            yield from self.after(child)
        yield home

    # ---- a house as its file has it

    def home(self, house: House, parent: Home | None, holding: Any, path: tuple[str, ...]) -> Home:
        spec, cur = house.spec, house.spec.currency
        if spec.lending is not None or spec.dividends:
            raise NotImplementedError("lending, dividends of a house")
        if spec.policy.kind == "fraction" and spec.policy.holding is not None:
            raise NotImplementedError("fraction of a holding")
        if spec.waterfall.style != "european":
            raise NotImplementedError("a deal-by-deal waterfall")
        cash = dict.fromkeys(self.codes, 0.0)
        for code, amount in spec.cash.items():
            cash[code or cur] += amount.value
        investors = []
        for name, i in spec.investors.items():
            total, paid, back = (house.home(a) / house.fx[cur] for a in (i.commitment, i.paid, i.returned))
            common, part = i.kind == "common", float(holding is not None and holding.investor == name)
            units, own = (paid, 0.0) if common else (0.0, max(0.0, paid - back))
            investors.append(Investor(name, common, total, paid, own, i.coupon, units, part))
        home = Home(
            path, house, parent, holding, cur, cash, self.assets(house), self.debts(house), self.bets(house), self.flows(house),
            investors, holding is not None and holding.manager, Debt(cur, 0.0, rate=self.rate + spec.borrowing.spread),
        )  # fmt: skip
        back = sum(house.home(i.returned) / house.fx[cur] for i in spec.investors.values() if i.kind == "common")
        home.capital = max(0.0, sum(i.called for i in investors if i.common) - back)
        home.size = sum(i.commitment for i in investors)
        self.down.append(home)
        home.children = [
            self.home(child, home, spec.holdings[name], (*path, name)) for name, child in house.funds.items()
        ]
        return home

    def assets(self, house: House) -> list[Asset]:
        found: dict[str, Asset] = {}
        for name, line in house.spec.priced.items():
            if line.asset is not None:
                continue
            amount = line.price if isinstance(line, Listed) else line.value
            asset = Asset(name, isinstance(line, Listed), house.currency_of(amount), 1.0, amount.value, 0, self.columns)
            if isinstance(line, Listed):
                if line.daily_volume is not None:
                    raise NotImplementedError("daily_volume")
                asset.shares, asset.truth = line.shares, amount.value
                asset.dividend, asset.discount = line.dividend_yield, line.block_discount
            else:
                asset.truth = amount.value * (1.0 - line.overmarked)
                asset.marked, asset.discount = self.grid.span(line.marked), line.sale_discount
            found[name] = asset
            self.columns += 1
        for line in house.spec.priced.values():
            if line.asset is not None:
                asset = found[line.asset]
                if isinstance(line, Listed):
                    asset.shares += line.shares
                elif house.currency_of(line.value) != asset.cur:
                    raise NotImplementedError("lines of one private asset in two currencies")
                else:
                    more = (asset.price + line.value.value) / asset.price
                    asset.price, asset.truth = asset.price * more, asset.truth * more
        return list(found.values())

    def debts(self, house: House) -> list[Debt]:
        found = []
        for debt in house.spec.debts.values():
            due = [NEVER if date is None else max(1, self.grid.on(date)) for date, _ in ladder(debt)]
            tenor = self.grid.span(debt.rolls_for) if debt.rolls_for is not None else due[-1]
            for step, (_, amount) in zip(due, ladder(debt), strict=True):
                terms = (debt.coupon, None, debt.coupon + debt.roll_spread, step, tenor)
                more = (debt.rolls, debt.counted, debt.cross_default)
                found.append(Debt(house.currency_of(amount), amount.value, *terms, *more))
        return found

    def bets(self, house: House) -> list[Bet]:
        found = []
        for bet in house.spec.bets.values():
            cur = bet.currency or house.currency_of(bet.payments[0].cheque)
            stated = [(self.grid.on(p.date), house.home(p.cheque) / self.start_fx[cur]) for p in bet.payments]
            start, last = stated[0][0], max([step for step, _ in stated if step < NEVER], default=NEVER)
            end = max(start + max(1, round(bet.outcome.years / self.dt)), last + 1)
            made = Bet(cur, bet.premium, bet.sale_discount, start, end, float(next(self.draws)), stated)
            if bet.capacity is not None:
                made.capacity = house.home(bet.capacity) / self.start_fx[cur]
            found.append(made)
        return found

    def flows(self, house: House) -> list[Flow]:
        found = []
        for number, flow in enumerate(house.spec.deals.values()):
            cur = house.currency_of(flow.cheque)
            depth = house.home(flow.depth) / self.start_fx[cur] if flow.depth is not None else math.inf
            rounds = self.grid.span(flow.rounds) if flow.rounds is not None else NEVER
            last, mean = self.grid.span(flow.until), flow.a_year * flow.until.years
            found.append(Flow(flow, number, cur, flow.cheque.value, depth, rounds, last, mean, next(self.offers)))
        return found

    # ---- the balance

    def money(self, home: Home) -> float:
        """All cash, as a value."""
        return sum(amount * self.fx[code] for code, amount in home.cash.items())

    def held(self, home: Home, true: bool) -> float:
        """Holdings and stakes, without bets."""
        own = sum(a.shares * (a.truth if true else a.price) * self.fx[a.cur] for a in home.assets)
        stakes = sum(i.worth[true] * i.part for fund in home.children for i in fund.investors)
        return own + stakes + sum(fund.carry[true] for fund in home.children if fund.manager)

    def gross(self, home: Home, true: bool = False) -> float:
        bets = sum((bet.truth(self.t) if true else bet.mark) * self.fx[bet.cur] for bet in home.running)
        return self.held(home, true) + bets

    def overdue(self, home: Home, calls: bool = True) -> float:
        debts = sum((d.late_interest + d.late_principal) * self.fx[d.cur] for d in home.owing)
        tranches = sum(amount * self.fx[bet.cur] for bet in home.bets for _, amount in bet.late)
        called = sum(child.unpaid * self.fx[child.cur] for child in home.children) if calls else 0.0
        return debts + tranches + home.late_costs + called

    def net_debt(self, home: Home) -> float:
        counted = sum(d.counted * (d.principal - d.late_principal) * self.fx[d.cur] for d in home.owing)
        return counted + self.overdue(home) + (home.fee - home.unpaid) * self.fx[home.cur] - self.money(home)

    def nav(self, home: Home, true: bool = False) -> float:
        return self.gross(home, true) - self.net_debt(home)

    def ltv(self, home: Home) -> float:
        gross, debt = self.gross(home), self.net_debt(home)
        debt = max(0.0, debt - home.uncalled * self.fx[home.cur]) if debt > 0.0 else debt
        return debt / gross if gross > 0.0 else math.inf if debt > 0.0 else 0.0

    def strained(self, home: Home) -> bool:
        return self.ltv(home) > home.house.spec.limits.ltv_max * (1.0 + 1e-9)

    def above_floor(self, home: Home) -> float:
        floor = home.house.spec.limits.cash_floor
        if isinstance(floor, Duration):
            until = self.t + self.grid.span(floor)
            least = sum(d.principal * self.fx[d.cur] for d in home.debts if d.maturity <= until)
        else:
            least = home.house.home(floor)
        return max(0.0, self.money(home) - least)

    def pay(self, home: Home, value: float, first: str) -> float:
        """Pay from cash: `first`, then the house's own currency, then the largest. What is left unpaid, as a value."""
        left = value
        rest = sorted(home.cash, key=lambda code: -home.cash[code] * self.fx[code])
        for code in dict.fromkeys([first, home.cur, *rest]):
            there = home.cash[code] * self.fx[code]
            if there <= left:
                left, home.cash[code] = left - there, 0.0
            else:
                home.cash[code] -= left / self.fx[code]
                return 0.0
        return 0.0 if left <= SMALL * value else left

    # ---- a fund and its investors

    def weights(self, fund: Home, but: Investor | None = None) -> list[float]:
        """How the common investors (but one) share."""
        common = [i.common and i is not but for i in fund.investors]
        for of in ("units", "commitment"):
            found = [getattr(i, of) * there for i, there in zip(fund.investors, common, strict=True)]
            if sum(found) > 0.0:
                return [x / sum(found) for x in found]
        return [there / sum(common) if but is None else 0.0 for there in common]

    def waterfall(self, fund: Home, x: float) -> tuple[list[float], list[float], float, float, float, float]:
        """X by tiers: each one's coupons, each one's preferred capital, common capital, hurdle, the commons' profit beyond, carry."""
        terms, rest = fund.house.spec.waterfall, x
        owed = sum(i.owed for i in fund.investors)
        part = min(1.0, rest / owed) if owed > 0.0 else 0.0
        coupons = [i.owed * part for i in fund.investors]
        rest -= min(rest, owed)
        preferred = sum(i.capital for i in fund.investors)
        part = min(1.0, rest / preferred) if preferred > 0.0 else 0.0
        capitals = [i.capital * part for i in fund.investors]
        rest -= min(rest, preferred)
        back = min(rest, fund.capital)
        rest -= back
        hurdle = min(rest, fund.hurdle)
        rest -= hurdle
        # the catch-up c: carried + catch_up c = carry x (profit + hurdle + carried + c)
        lag = terms.carry * (fund.profit + hurdle + fund.carried) - fund.carried
        caught = min(rest, lag / (terms.catch_up - terms.carry)) if terms.catch_up > terms.carry and lag > 0.0 else 0.0
        rest -= caught
        carry = terms.catch_up * caught + terms.carry * rest
        return coupons, capitals, back, hurdle, caught + rest - carry, carry

    def share_out(self, fund: Home, x: float) -> None:
        """X of the fund's currency goes through the waterfall."""
        coupons, capitals, back, hurdle, profit, carry = self.waterfall(fund, x)
        for i, w, coupon, capital in zip(fund.investors, self.weights(fund), coupons, capitals, strict=True):
            i.owed, i.capital = i.owed - coupon, i.capital - capital
            self.give(fund, (coupon + capital + w * (back + hurdle + profit)) * i.part)
        self.give(fund, carry if fund.manager else 0.0)
        fund.capital, fund.hurdle = fund.capital - back, fund.hurdle - hurdle
        fund.profit, fund.carried = fund.profit + hurdle + profit, fund.carried + carry

    def give(self, fund: Home, x: float) -> None:
        """The parent gets X of the fund's currency."""
        if x > 0.0:
            fund.parent.cash[fund.cur] += x

    def look(self, fund: Home) -> None:
        """What everybody's stake is worth: (marks, truths), as values."""
        if fund.parent is None:
            return
        (marks, carry), (truths, true_carry) = self.worths(fund, False), self.worths(fund, True)
        fund.carry = (carry, true_carry)
        for i, mark, truth in zip(fund.investors, marks, truths, strict=True):
            i.worth = (mark, truth)

    def worths(self, fund: Home, true: bool) -> tuple[list[float], float]:
        if fund.over:
            return [0.0] * len(fund.investors), 0.0
        nav, terms, fx = self.nav(fund, true) / self.fx[fund.cur], fund.house.spec.waterfall, self.fx[fund.cur]
        coupons, capitals, back, hurdle, profit, carry = self.waterfall(fund, max(0.0, nav))
        lack = fund.capital - back
        gain = fund.profit + hurdle + profit + fund.carried + carry - lack
        excess = fund.carried + carry - terms.carry * max(0.0, gain)
        claw = min(fund.carried, max(0.0, excess, lack + fund.hurdle - hurdle)) if terms.clawback else 0.0
        borne = min(1.0, max(0.0, -nav) / fund.uncalled) if fund.uncalled > 0.0 else 0.0
        each = zip(fund.investors, self.weights(fund), coupons, capitals, strict=True)
        common = back + hurdle + profit + claw
        return [(c + p + w * common - borne * i.uncalled) * fx for i, w, c, p in each], (carry - claw) * fx

    def call(self, fund: Home, x: float) -> None:
        """X of the fund's currency is called; the parent pays what it has, and owes the rest."""
        part = min(1.0, x / fund.uncalled) if x > 0.0 and fund.uncalled > 0.0 else 0.0
        for i in fund.investors if part > 0.0 else ():
            ask = i.uncalled * part
            self.count(fund, i, ask)
            mine = ask * i.part
            if mine > 0.0:
                self.ready(fund.parent, (fund.unpaid + mine) * self.fx[fund.cur])
            fund.cash[fund.cur] += ask - mine
            if mine > 0.0:
                fund.since = self.t if fund.unpaid <= 0.0 else fund.since
                fund.unpaid += mine
                left = self.pay(fund.parent, fund.unpaid * self.fx[fund.cur], fund.cur) / self.fx[fund.cur]
                fund.cash[fund.cur] += fund.unpaid - left
                fund.unpaid = left

    def ready(self, parent: Home, need: float) -> None:
        """A parent that is a fund, and lacks cash for a call, calls its own investors first."""
        missing = need - self.money(parent)
        if parent.parent is not None and missing > 1e-14 * self.money(self.top):
            self.call(parent, missing / self.fx[parent.cur])

    def to_invest(self, home: Home) -> float:
        """Cash that cheques may use: above the floor; of a fund from its first date on what is kept or may be recycled."""
        above, terms = max(0.0, self.above_floor(home)), home.house.spec.waterfall
        if home.parent is None or self.t < self.grid.span(terms.every):
            return above
        more = 0.0
        if self.t <= self.grid.span(home.house.spec.fees.period):
            more = max(0.0, terms.recycling * home.size - home.kept_ever)
        return min(above, (home.kept + more) * self.fx[home.cur])

    def count(self, fund: Home, i: Investor, x: float) -> None:
        """X more (or less) counts as called from an investor."""
        i.called += x
        if i.common:
            i.units, fund.capital = max(0.0, i.units + x), max(0.0, fund.capital + x)
        else:
            i.capital = max(0.0, i.capital + x)

    def uncall(self, fund: Home) -> Investor:
        """What the parent has not paid is called no more; the investor that the parent is or was."""
        i = next(i for i in fund.investors if i.name == fund.holding.investor)
        self.count(fund, i, -fund.unpaid)
        fund.unpaid, fund.since = 0.0, NEVER
        return i

    def fail(self, parent: Home) -> None:
        """Calls that the parent has left unpaid for too long."""
        for fund in parent.children:
            terms = fund.house.spec.waterfall
            if fund.unpaid > 0.0 and self.t - fund.since >= self.grid.span(terms.grace):
                i = self.uncall(fund)
                i.commitment = i.called
                weights = self.weights(fund, but=i)
                lost = terms.forfeit * i.units if sum(weights) > 0.0 else 0.0
                i.units -= lost
                for o, w in zip(fund.investors, weights, strict=True):
                    o.units += lost * w
                self.look(fund)

    # ---- the stages

    def live(self) -> dict[str, Any]:
        for home in self.up:
            self.look(home)
            self.note(home)
        self.top.size = self.top.record["true"][0]
        for home in self.up:
            self.decide(home)
            self.look(home)
        while self.t < self.steps:
            self.t += 1
            self.mark()
            for home in self.up:
                if not home.over:
                    self.accrue(home)
                    self.due(home)
                    self.cover(home)
                if home.parent is not None and not home.over:
                    self.dates(home)
                self.look(home)
            for home in self.up:
                if not home.over:
                    self.decide(home)
                self.look(home)
                self.note(home)
        return self.told()

    def mark(self) -> None:
        """Stage 1, for all houses."""
        returns = [float(r) for r in self.world[self.t - 1]]
        for code, r in zip(self.codes, returns[self.columns + self.benchmark :], strict=True):
            self.fx[code] *= r
        if self.benchmark:
            self.level *= returns[self.columns]
            self.peak = max(self.peak, self.level)
        for home in self.down:
            for asset in home.assets:
                asset.truth *= returns[asset.column]
                if asset.listed or self.t % asset.marked == 0:
                    asset.price = asset.truth
            for flow in home.flows:
                flow.money *= math.exp(-self.dt)
            for bet in home.running:
                shut = bet.flow.spec.exits_close if bet.flow is not None else 0.0
                if self.t >= bet.end and not (shut > 0.0 and self.level < self.peak * (1.0 - shut)):
                    home.cash[bet.cur] += bet.truth(self.t)
                    bet.over, bet.late = True, []
                elif bet.flow is not None and self.round(bet):
                    bet.price = bet.growth(bet.start, self.t) * (1.0 + bet.flow.spec.overmarked) * bet.flow.crowd()

    def round(self, deal: Bet) -> bool:
        age = self.t - deal.start
        return age > 0 and self.t < deal.end and age % deal.flow.rounds == 0

    def accrue(self, home: Home) -> None:
        """Stage 2."""
        spec = home.house.spec
        for code in home.cash:
            home.cash[code] *= (1.0 + self.rate) ** self.dt
        for a in home.assets:
            home.cash[a.cur] += a.shares * a.price * ((1.0 + a.dividend) ** self.dt - 1.0)
        share = 0.0 if isinstance(spec.costs, Amount) else spec.costs
        amount = home.house.home(spec.costs) if isinstance(spec.costs, Amount) else 0.0
        home.due_costs = (share * max(0.0, home.record["nav"][-1]) + amount) * self.dt
        if home.parent is None:
            return
        for i in home.investors:
            i.owed += i.coupon * i.capital * self.days() / 365.0
        home.hurdle += (home.capital + home.hurdle) * ((1.0 + spec.waterfall.hurdle) ** self.dt - 1.0)
        rate, base = spec.fees.management, sum(i.commitment for i in home.investors)
        if self.t > self.grid.span(spec.fees.period):
            rate = spec.fees.management if spec.fees.after is None else spec.fees.after
            cost = sum(bet.cost * self.fx[bet.cur] for bet in home.running)
            base = max(0.0, cost + self.held(home, False)) / self.fx[home.cur]
        home.fee += rate * self.dt * base

    def days(self) -> int:
        return (self.grid.dates[self.t] - self.grid.dates[self.t - 1]).days

    def due(self, home: Home) -> None:
        """Stage 3: what is due today, then what cash pays of it."""
        rolls = not self.strained(home)
        for d in home.owing:
            rate = d.coupon * self.days() / 365.0 if d.rate is None else (1.0 + d.rate) ** self.dt - 1.0
            d.late_interest += d.principal * rate
        home.late_costs, home.due_costs = home.late_costs + home.due_costs, 0.0
        for d in home.debts:
            if self.t == d.maturity:
                fresh = d.principal - d.late_principal
                again = d.rolls * fresh if rolls else 0.0
                d.late_principal += fresh - again
                if again > 0.0:
                    d.coupon, d.maturity = d.roll_coupon, self.t + d.tenor
        for bet in home.running:
            for step, cheque in bet.stated[1:]:
                if self.t == max(step, bet.start + 1) and bet.factor > 0.0:
                    bet.late.append([step, cheque * bet.factor])
        self.pay_all(home)

    def pay_all(self, home: Home) -> None:
        """Cash pays what is due and overdue, in order."""
        for d in home.owing:
            d.late_interest = self.pay(home, d.late_interest * self.fx[d.cur], d.cur) / self.fx[d.cur]
        home.late_costs = self.pay(home, home.late_costs, self.code)
        for d in home.owing:
            left = self.pay(home, d.late_principal * self.fx[d.cur], d.cur) / self.fx[d.cur]
            d.principal, d.late_principal = d.principal - d.late_principal + left, left
        for bet in home.bets:
            for part in bet.late:
                left = self.pay(home, part[1] * self.fx[bet.cur], bet.cur) / self.fx[bet.cur]
                bet.take(int(part[0]), part[1] - left)
                part[1] = left
            bet.late = [part for part in bet.late if part[1] > 0.0]
        for fund in home.children:
            if fund.unpaid > 0.0:
                left = self.pay(home, fund.unpaid * self.fx[fund.cur], fund.cur) / self.fx[fund.cur]
                fund.cash[fund.cur] += fund.unpaid - left
                fund.unpaid, fund.since = left, fund.since if left > 0.0 else NEVER
                self.look(fund)

    def clear(self, home: Home, start: float) -> bool:
        """Pay; whether nothing is overdue any more, but for rounding."""
        self.pay_all(home)
        if self.overdue(home) > SMALL * start:
            return False
        for d in home.owing:
            d.principal, d.late_interest, d.late_principal = d.principal - d.late_principal, 0.0, 0.0
        for bet in home.bets:
            bet.late = []
        for fund in home.children:
            fund.unpaid, fund.since = 0.0, NEVER
        home.late_costs = 0.0
        return True

    def cover(self, home: Home) -> None:
        """Stage 6."""
        start = self.overdue(home)
        if start <= 0.0:
            return
        if home.parent is not None:
            self.call(home, start / self.fx[home.cur] - home.unpaid)
        if self.clear(home, start):
            return
        for what in ("listed", "private", "stakes"):
            if self.sell(home, what, self.overdue(home)) > 0.0:
                self.force(home)
            if self.clear(home, start):
                return
        self.fail(home)
        if home.unpaid > 0.0 or self.overdue(home, calls=False) <= SMALL * start:
            return
        spared = sum((d.late_interest + d.late_principal) * self.fx[d.cur] for d in home.owing if not d.cross)
        home.default = self.t if home.default is None else home.default
        if self.overdue(home, calls=False) - spared > SMALL * start:
            self.end(home)

    def force(self, home: Home) -> None:
        home.forced = self.t if home.forced is None else home.forced

    def sell(self, home: Home, what: str, need: float) -> float:
        """Listed holdings, private ones and bets, or stakes are sold as far as needed; what that brings, as a value."""
        things, got = [], 0.0
        if what == "stakes":
            for fund in home.children:
                worth = sum(i.worth[True] * i.part for i in fund.investors) * (1.0 - fund.holding.sale_discount)
                things.append((worth, fund.cur, fund))
        else:
            lines = home.house.spec.priced
            first = [lines[n].asset or n for n in home.house.spec.sell_order if n in lines]
            rank = {name: k for k, name in reversed(list(enumerate(first)))}
            for a in sorted(home.assets, key=lambda a: rank.get(a.name, NEVER)):
                if a.listed == (what == "listed"):
                    things.append((a.shares * a.truth * (1.0 - a.discount) * self.fx[a.cur], a.cur, a))
            for bet in home.running if what == "private" else ():
                things.append((bet.truth(self.t) * (1.0 - bet.discount) * self.fx[bet.cur], bet.cur, bet))
        for worth, cur, thing in things:
            if worth > 0.0 and got < need * (1.0 - SMALL):
                part = min(1.0, (need - got) / worth)
                home.cash[cur] += part * worth / self.fx[cur]
                thing.shrink(part)
                got += part * worth
        return got

    def end(self, home: Home) -> None:
        """Default: everything is sold, claims are paid, the rest is the shareholder's or goes through the waterfall."""
        stakes = [i.part for fund in home.children if not fund.over for i in fund.investors]
        if any([*(a.shares for a in home.assets), *(bet.mark for bet in home.running), *stakes]):
            self.force(home)
        for fund in home.children:
            self.uncall(fund)
            self.look(fund)
        for what in ("listed", "private", "stakes"):
            self.sell(home, what, math.inf)
        for fund in home.children:
            fund.shrink(1.0)
            fund.manager = False
        claims = sum((d.principal + d.late_interest) * self.fx[d.cur] for d in home.owing) + home.late_costs
        left = max(0.0, self.money(home) - claims)
        home.cash = {**dict.fromkeys(self.codes, 0.0), self.code: left}
        home.assets, home.debts, home.bets, home.flows = [], [], [], []
        home.borrowed.principal = home.borrowed.late_interest = home.late_costs = home.fee = 0.0
        home.over = True
        if home.parent is not None:
            self.share_out(home, left / self.fx[home.cur])
            home.cash[self.code] = home.hurdle = home.kept = 0.0
            for i in home.investors:
                i.owed = 0.0

    def dates(self, fund: Home) -> None:
        """A fund's dates: coupons, fee, what is shared out."""
        spec = fund.house.spec
        if self.t % self.grid.span(spec.waterfall.every) or self.overdue(fund) > 0.0:
            return
        for attempt in (1, 2):
            owed = sum(i.owed for i in fund.investors)
            if owed > 0.0:
                left = self.pay(fund, owed * self.fx[fund.cur], fund.cur) / self.fx[fund.cur]
                for i in fund.investors:
                    self.give(fund, i.owed * (1.0 - left / owed) * i.part)
                    i.owed *= left / owed
                if attempt == 1:
                    self.call(fund, left)
        for attempt in (1, 2):
            left = self.pay(fund, fund.fee * self.fx[fund.cur], fund.cur) / self.fx[fund.cur]
            self.give(fund, fund.fee - left if fund.manager else 0.0)
            fund.fee = left
            if attempt == 1:
                self.call(fund, left)
        if sum(i.owed for i in fund.investors) + fund.fee > 0.0 or fund.unpaid > 0.0 or self.strained(fund):
            return
        out = self.above_floor(fund) / self.fx[fund.cur]
        if self.t <= self.grid.span(spec.fees.period):
            fund.kept = min(fund.kept, out)
            most = spec.waterfall.recycling * fund.size - fund.kept_ever
            more = min(out - fund.kept, max(0.0, most))
            fund.kept, fund.kept_ever = fund.kept + more, fund.kept_ever + more
        else:
            fund.kept = 0.0
        out -= fund.kept
        if out > 0.0:
            self.pay(fund, out * self.fx[fund.cur], fund.cur)
            self.share_out(fund, out)

    # ---- stage 7

    def asked(self, home: Home) -> list[tuple[Bet, float]]:
        """What the day's bets, deals and follow-ons ask, each with its cheque; a premium is today's."""
        policy = home.house.spec.policy
        if policy.kind == "hold":
            return []
        found = [(bet, bet.stated[0][1]) for bet in home.bets if bet.flow is None and bet.start == self.t]
        for flow in home.flows:
            size, most = flow.cheque, math.inf
            if policy.kind == "spread":
                size = max(0.0, policy.size * home.size / policy.positions) * self.fx[home.cur] / self.fx[flow.cur]
                n = policy.positions * flow.mean / sum(f.mean for f in home.flows)
                most = math.ceil(n * min(1.0, self.t / flow.last)) - flow.taken
            elif policy.kind == "fraction":
                worth = home.record["nav"][-1] + home.uncalled * self.fx[home.cur]
                size = max(0.0, policy.share * worth) / self.fx[flow.cur]
            today = [row for row in flow.rows if row[0] == self.t]
            for start, end, multiple in today if most == math.inf else today[: max(0, most)]:
                deal = Bet(
                    flow.cur, (1.0 + flow.spec.premium) * flow.crowd() - 1.0, flow.spec.sale_discount,
                    int(start), int(end), float(multiple), flow=flow,
                )  # fmt: skip
                if size > 0.0:
                    flow.taken += 1
                    found.append((deal, size))
        for deal in home.running:
            again = deal.flow is not None and self.round(deal) and deal.flow.spec.follow_on > 0.0
            if again and deal.received > 0.0 and deal.growth(deal.start, self.t) >= 1.0:
                deal.premium = (1.0 + deal.flow.spec.premium) * deal.flow.crowd() - 1.0
                found.append((deal, deal.flow.spec.follow_on * deal.first))
        return found

    def decide(self, home: Home) -> None:
        """Stage 7."""
        asks = self.asked(home)
        spec, policy = home.house.spec, home.house.spec.policy
        total = sum(cheque * self.fx[bet.cur] for bet, cheque in asks)
        if total <= 0.0:
            return
        if self.overdue(home) > 0.0:
            home.cut = True
            return
        received = sum(cheque * self.fx[bet.cur] / (1.0 + bet.premium) for bet, cheque in asks) / total
        uncalled = home.uncalled * self.fx[home.cur]
        limit = home.house.home(spec.borrowing.limit) / self.start_fx[home.cur]
        credit = max(0.0, limit - home.borrowed.principal) * self.fx[home.cur]
        shares = sum(a.shares * a.price * (1.0 - a.discount) * self.fx[a.cur] for a in home.assets if a.listed)
        most = self.to_invest(home) + uncalled + shares + credit
        if policy.limit in ("ltv_max", "ltv_normal"):
            limit = getattr(spec.limits, policy.limit)
            room = limit * self.gross(home) - self.net_debt(home) + uncalled
            most = min(most, room / (1.0 - limit * received))
        elif policy.limit == "none":
            most, credit = most if policy.kind == "all_in" else math.inf, math.inf
        factor = max(0.0, most) / total
        if factor <= 1e-12:  # nothing but rounding
            home.cut = True
            return
        factor = factor if policy.kind == "all_in" else min(1.0, factor)
        cheques = [min(factor * cheque, bet.capacity) for bet, cheque in asks]
        wanted = sum(min(cheque, bet.capacity) * self.fx[bet.cur] for bet, cheque in asks)
        written = sum(cheque * self.fx[bet.cur] for cheque, (bet, _) in zip(cheques, asks, strict=True))
        there = self.raise_money(home, written, credit)
        part = 1.0 if there >= written * (1.0 - 1e-12) else there / written
        home.cut |= part < 1.0 - 1e-9 or (policy.kind != "all_in" and written < wanted * (1.0 - 1e-9))
        for cheque, (bet, stated) in zip(cheques, asks, strict=True):
            if cheque * part > 0.0:
                self.write(home, bet, cheque * part, stated)
        home.bets.sort(key=lambda bet: -1 if bet.flow is None else bet.flow.number)

    def raise_money(self, home: Home, total: float, credit: float) -> float:
        """Money for cheques: cash, calls, sales of listed shares, unsecured borrowing; what is there in the end."""
        there = self.to_invest(home)
        if home.parent is not None and self.t >= self.grid.span(home.house.spec.waterfall.every):
            used = min(there, total) / self.fx[home.cur]
            home.kept_ever += max(0.0, used - home.kept)
            home.kept = max(0.0, home.kept - used)
        if total > there and home.parent is not None:
            before = self.money(home)
            self.call(home, (total - there) / self.fx[home.cur])
            there += self.money(home) - before
        if total - there > SMALL * total:
            there += self.sell(home, "listed", total - there)
        if total - there > SMALL * total and credit > 0.0:
            more = min(total - there, credit)
            home.borrowed.principal += more / self.fx[home.cur]
            home.cash[home.cur] += more / self.fx[home.cur]
            there += more
        return there

    def write(self, home: Home, bet: Bet, cheque: float, stated: float) -> None:
        """One cheque is paid."""
        value = cheque * self.fx[bet.cur]
        self.pay(home, value, bet.cur)
        home.cheque += value
        if not bet.parts:
            bet.first, bet.factor = cheque, cheque / stated
            home.bets += [bet] if bet.flow is not None else []
        bet.take(self.t, cheque, bet.growth(bet.start, self.t))
        if bet.flow is not None:
            bet.flow.money += cheque

    # ---- stage 8

    def note(self, home: Home) -> None:
        ltv = math.inf if home.over else self.ltv(home)
        row = {"nav": self.nav(home), "true": self.nav(home, True), "cash": self.money(home), "ltv": ltv}
        if home.investors:
            row |= {"carry": home.carry[0], "owed": home.unpaid, "coupons": sum(i.owed for i in home.investors)}
            row |= {"fee_owed": home.fee, "hurdle_owed": home.hurdle, "carried": home.carried}
        for key, value in row.items():
            home.record.setdefault(key, []).append(value)
        for i in home.investors:
            part = i.part if i.name == home.holding.investor else 1.0
            found = {"worth": i.worth[0] * part, "true_worth": i.worth[1] * part, "called": i.called, "units": i.units}
            for key, value in found.items():
                home.record.setdefault(key, {}).setdefault(i.name, []).append(value)

    def told(self) -> dict[str, Any]:
        top = self.top
        ends = [home.default for home in self.down if home.parent is not None and home.default is not None]
        return {
            "houses": {home.path: home.record for home in self.down},
            "nav": top.record["true"][-1],
            "nav_marked": top.record["nav"][-1],
            "written": {home.path: home.cheque for home in self.down},
            "cuts": {home.path: home.cut for home in self.down},
            "cheque": top.cheque,
            "cut": top.cut,
            "default": top.default,
            "fund_default": min(ends, default=None),
            "forced_sale": top.forced,
        }


def live(house: House, world: Any, draws: Sequence[float], offers: Sequence[Any]) -> dict[str, Any]:
    """One path of a house; see `told` for what comes back.

    `houses` has what was seen of each house at every step (step 0: before any decision), by its path of holding names, () for
    the top one: nav, true, cash, ltv, values. Of a fund also: worth, true_worth (values; of the parent's stake those of the
    part that it still has), called, units (the whole stake), each by investor; carry (its worth, a value), owed (called from
    the parent and not paid), coupons, fee_owed, hurdle_owed and carried, in the fund's currency.
    """
    return Life(house, world, draws, offers).live()
