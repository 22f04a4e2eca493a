"""A second engine, written from docs/engine.md alone: NumPy over paths, one stage after the other.

Arrays are (thing, path): one row for each asset, currency, debt. Most paths are quiet on most steps: their prices move,
cash pays what is due, nothing is called. They are lived together by a few sums over all paths, and the rules in full are
followed on the rest alone: every function that takes `at` acts on these paths, an array of indices. What the sums rest on
(interest, counted debt, shares held) is kept, and worked out again where a path was `touched`.
"""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import numpy as np

from warchest.core.calendar import BUSINESS_DAYS, NEVER
from warchest.core.units import Amount

ALL = slice(None)
EPS = 1e-9  # of a cure and of a ceiling: what counts as met
TINY = 1e-12  # what rounding leaves over
ABOVE = 10.0  # LTV that stands for "above every limit"
ROUNDS = 8
PART = 4096  # paths drawn at a time: as many as stay in the cache
OF_DEBTS = {
    "principal": float,
    "interest": float,
    "due": float,
    "maturity": np.int32,
    "terms": float,  # interest of a step, of a bond a year's coupon
    "call": np.int16,
    "closing": bool,
}
"""What each debt has on each path."""


def currencies(house):
    """House's currency, then cash's, then those of holdings, debts and bets in file order."""
    spec = house.spec
    found = [spec.currency, *spec.cash]
    for h in spec.holdings.values():
        found.append(getattr(h, "price", None) or getattr(h, "value", None))
    for d in spec.debts.values():
        found += [getattr(d, name, None) for name in ("principal", "limit", "floor")]
        for name in ("maturities", "instalments"):
            found += list((getattr(d, name, None) or {}).values())
    for b in spec.bets.values():
        found += [b.currency, *(payment.cheque for payment in b.payments)]
    codes = []
    for item in found:
        code = (item.currency or spec.currency) if isinstance(item, Amount) else item
        if code is not None and code not in codes:
            codes.append(code)
    return codes


def live(house, world, multiples):
    """Live every path of the table (paths, steps, assets + currencies); a dict of arrays over paths."""
    steps = (np.ascontiguousarray(moves.T) for moves in np.asarray(world, dtype=float).swapaxes(0, 1))
    return live_steps(house, steps, multiples)


def live_steps(house, steps, multiples, keep=True):
    """The same with the returns of one step after the other, each (assets + currencies, paths).

    Without `keep` only what is left at the end is told, not NAV, LTV and cash of every step.
    """
    life = Life(house, np.asarray(multiples, dtype=float), keep)
    with np.errstate(divide="ignore", invalid="ignore"):
        life.record(0)
        life.decide(0)
        life.look(0)
        for k, moves in enumerate(steps, 1):
            life.mark(k, moves)
            life.accrue(k)
            life.pay_dues(k)
            life.test(k)
            life.cure(k)
            life.cover(k)
            life.decide(k)
            life.record(k)
    return life.told(k)


def returns(market, rng, paths, steps):
    """Draw and work out lognormal returns, one step after the other: each (assets + currencies, paths).

    Each process has its drift, its loadings on the factors' shocks and its own shock. The assets come first, then the
    pairs of currencies; moves of the house's currencies are sums of theirs. The array given out is written over by the next step.
    """
    factors, processes = len(market.betas), len(market.own)
    assets = processes - market.combine.shape[1]
    together = np.column_stack([market.drift, market.betas.T])
    own = market.own[:, None]
    table = np.empty((assets + len(market.combine), paths))
    parts = [table[:, first : first + PART] for first in range(0, paths, PART)]
    rooms = {part.shape[1]: np.ones((1 + factors + processes, part.shape[1])) for part in parts}
    for _ in range(steps):
        for part in parts:
            shocks = rooms[part.shape[1]]  # a row of ones, the factors, the processes
            rng.standard_normal(out=shocks[1:])
            moves = shocks[1 + factors :]
            moves *= own
            moves += together @ shocks[: 1 + factors]
            np.exp(moves[:assets], out=part[:assets])
            np.exp(market.combine @ moves[assets:], out=part[assets:])
        yield table


def less(held, gone):
    """What is left of a thing when part of it goes; rounding leaves none over."""
    left = held - gone
    return np.where(left > TINY * gone, left, 0.0)


class Life:
    """The state of all paths; one method for each stage."""

    # ------------------------------------------------------------------ the house as arrays
    def __init__(self, house, multiples, keep=True):
        spec, grid = house.spec, house.grid
        self.house, self.spec, self.grid, self.M = house, spec, grid, np.ascontiguousarray(multiples.T)
        self.P = len(multiples)
        self.paths = np.arange(self.P)
        self.dt, self.b, self.rate = grid.dt, BUSINESS_DAYS[grid.step], spec.market.rate
        self.codes = currencies(house)
        self.C = len(self.codes)
        self.fx = self.wide([house.fx[c] for c in self.codes])
        self.cash = self.zeros(self.C)
        for code, amount in spec.cash.items():
            self.cash[self.codes.index(code or spec.currency)] += amount.value
        self._holdings()
        self.debts = []
        self.named = {}
        for name in self._in_ranks():
            self.debts += self._debts(spec.debts[name])
            self.named[name] = self.debts[-1]
        self.new = self._new_loans()
        self.unsecured = self._owed("borrowing", 0, 0.0, rate=(1 + self.rate + spec.borrowing.spread) ** self.dt - 1)
        self.debts += [*self.new.values(), self.unsecured]
        self.margin = [d for d in self.debts if d.kind == "margin_loan"]
        self.forwards = [d for d in self.debts if d.kind == "prepaid_forward"]
        self.facilities = [d for d in self.debts if d.kind == "facility"]
        self.payables = [d for d in self.debts if d.kind == "payable"]
        self.roots = [d for d in self.margin if d.chain[0] is d]  # whoever is behind one of them has its collateral too
        self.pledges = [(h, d, d.on.index(h)) for h in self.listed_order for d in self.roots if h in d.on]
        self.grown = [d for d in self.debts if d.capitalised]
        self.instalments = [x for d in self.payables for x in d.instalments]
        self._rows()
        self.events = Counter()
        self.bets = [self._bet(n, b) for n, b in enumerate(spec.bets.values())]
        self.tranches = [(bet, x) for bet in self.bets for x in bet.later]
        self.costs, self.dividend = self.zeros(), self.zeros()
        self.floor_amount = house.home(spec.limits.cash_floor) if isinstance(spec.limits.cash_floor, Amount) else None
        days = spec.limits.sale_days
        self.sale_days = days.number if days.unit == "d" else days.years * 252
        self.alive = np.ones(self.P, dtype=bool)
        self.all_alive = True
        self.watched = None  # alive at the last record, if not all were
        self.left = self.zeros()
        self._sums()
        self.dust = 1e-14 * float(self.held[:, 0] @ self.price[:, 0] + self.worth_of_cash()[0])
        firsts = ("first_call", "first_sale", "first_breach", "default", "ruin", "halved")
        self.first = {name: np.full(self.P, np.nan) for name in firsts}
        self.spared = {name: np.ones(self.P, dtype=bool) for name in firsts}  # where it has not happened yet
        self.calls, self.cheque, self.cut, self.above = self.zeros(), self.zeros(), self.zeros(), self.zeros()
        self.kept = {name: [] for name in ("nav", "nav_marked", "ltv", "cash")} if keep else None
        self.cash_min, self.peaks = np.full(self.P, np.inf), False

    def zeros(self, *shape):
        return np.zeros((*shape, self.P))

    def wide(self, column):
        """The same on all paths."""
        return np.repeat(np.array(column, dtype=float).reshape(-1, 1), self.P, axis=1)

    def _code(self, amount):
        return self.codes.index(amount.currency or self.spec.currency)

    def _holdings(self):
        spec = self.spec
        names = list(spec.holdings)
        whole = [n for n in names if spec.holdings[n].asset is None]
        own = sorted(whole, key=lambda n: spec.holdings[n].kind != "listed")  # listed ones first
        self.column = [whole.index(n) for n in own]  # of the table of returns
        self.K = len(own)  # all holdings of one asset are one line
        self.L = sum(spec.holdings[n].kind == "listed" for n in own)
        self.assets, price, mark = [], [], []
        for name in own:
            h = spec.holdings[name]
            a = SimpleNamespace(listed=h.kind == "listed", volume=None, growth=0.0)
            quoted = h.price if a.listed else h.value
            a.c = self._code(quoted)
            mark.append(quoted.value)
            price.append(quoted.value * (1.0 if a.listed else 1.0 - h.overmarked))
            if a.listed:
                a.volume, a.block, a.participation = h.daily_volume, h.block_discount, h.participation
                a.income = (1 + h.dividend_yield) ** self.dt - 1
                a.daily = h.volatility / np.sqrt(252)
                a.outstanding = h.outstanding or 200 * (h.daily_volume or 0.0)
            else:
                a.marked, a.discount, a.income = max(1, self.grid.span(h.marked)), h.sale_discount, 0.0
            self.assets.append(a)
        self.S, self.mk = self.wide(price), self.wide(mark)  # marks of private assets; those of listed ones are prices
        self.price = self.S * self.fx[[a.c for a in self.assets]]  # in the house's currency
        self.sold, self.any_sold = self.zeros(self.K), False
        self.line = {n: own.index(spec.holdings[n].asset or n) for n in names}
        self.size = {}
        shares = np.zeros(self.K)
        for n, k in self.line.items():
            h = spec.holdings[n]
            first = spec.holdings[own[k]]
            self.size[n] = h.shares if h.kind == "listed" else self.house.home(h.value) / self.house.home(first.value)
            shares[k] += self.size[n]
        self.free = self.wide(shares)

        def liquidity(k):
            a = self.assets[k]
            if not a.listed:
                return (1, 0.0, k)
            return (0, -np.inf if a.volume is None else -a.volume * price[k] * self.fx[a.c, 0], k)

        first = list(dict.fromkeys(self.line[n] for n in spec.sell_order))
        order = first + sorted((k for k in range(self.K) if k not in first), key=liquidity)
        self.listed_order = [k for k in order if self.assets[k].listed]
        self.private_order = [k for k in order if not self.assets[k].listed]

    def _owed(self, kind, c, principal, **terms):
        """One debt: its terms, and its state at the start."""
        d = SimpleNamespace(
            kind=kind, c=c, rate=0.0, spread_rate=0.0, coupon=0.0, spread=0.0, capitalised=False, recourse=True, counted=1.0,
            rank=1, cross=True, on=[], rolls=0.0, rolls_for=NEVER,
            principal=float(principal), interest=0.0, due=0.0, maturity=NEVER, call=-1, closing=False,
        )  # fmt: skip
        d.__dict__.update(terms)
        d.terms = d.coupon if kind == "bond" else d.rate
        d.pledged = self.zeros(len(d.on))
        d.chain = [d]
        return d

    def _in_ranks(self):
        """Names of debts, each loan followed by whoever stands behind it."""
        behind = {s.behind: name for name, s in self.spec.debts.items() if getattr(s, "behind", None)}
        found = []
        for name in self.spec.debts:
            while name is not None and name not in behind.values() and name not in found:
                found.append(name)
                while name in behind:
                    name = behind[name]
                    found.append(name)
        return found

    def owed(self, at, d, ahead=False):
        """What is owed on a debt, or on all ahead of it on its collateral, in its currency."""
        if not ahead:
            return d.principal[at] + d.due[at]
        found = 0.0
        for e in d.chain[: d.chain.index(d)]:
            found = found + (e.principal[at] + e.due[at]) * (self.fx[e.c][at] / self.fx[d.c][at])
        return found

    def owed_by_all(self, at, d):
        """What is owed on all loans on one collateral, in the currency of the first."""
        found = d.principal[at] + d.due[at]
        for e in d.chain[1:]:
            found = found + (e.principal[at] + e.due[at]) * (self.fx[e.c][at] / self.fx[d.c][at])
        return found

    def _rows(self):
        """One array of each column of the debts, over debts and paths, of which each debt has its row.

        Margin loans come first, then what else may bear interest.
        """
        rest = ("prepaid_forward", "payable")
        self.rows = sorted(self.debts, key=lambda d: (d.kind != "margin_loan", d.kind in rest))
        self.bearing = sum(d.kind not in rest for d in self.rows)
        for i, d in enumerate(self.rows):
            d.row = i
        for name, dtype in OF_DEBTS.items():
            table = np.empty((len(self.rows), self.P), dtype=dtype)
            setattr(self, name, table)
            for row, d in zip(table, self.rows, strict=True):
                row[:] = getattr(d, name)
                setattr(d, name, row)

    def _rolling(self, s, last):
        rolls_for = last if s.rolls_for is None else self.grid.span(s.rolls_for)
        return {"rolls": s.rolls, "rolls_for": max(1, rolls_for), "spread": s.roll_spread}

    def _debts(self, s):
        """One debt, or one for each maturity of a bond."""
        if s.kind != "bond":
            return [self._debt(s)]
        ladder = sorted(s.maturities.items()) if s.maturities is not None else [(s.maturity, s.principal)]
        steps = [NEVER if date is None else max(1, self.grid.on(date)) for date, _ in ladder]
        terms = {"counted": s.counted, "rank": s.rank, "cross": s.cross_default, "coupon": s.coupon}
        terms |= self._rolling(s, steps[-1])
        return [
            self._owed("bond", self._code(money), money.value, maturity=k, **terms)
            for k, (_, money) in zip(steps, ladder, strict=True)
        ]

    def _debt(self, s):
        dt = self.dt

        def step(date):
            return max(1, self.grid.on(date))  # nothing falls due on as_of itself

        common = {"counted": s.counted, "rank": s.rank, "cross": s.cross_default}
        if s.kind == "payable":
            d = self._owed("payable", 0, 0.0, recourse=False, **common)
            d.instalments = [
                SimpleNamespace(
                    k=step(date), c=self._code(x), unpaid=np.full(self.P, x.value), due=self.zeros(), ahead=True
                )
                for date, x in sorted(s.instalments.items())
            ]
            return d
        if s.kind == "prepaid_forward":
            ((name, n),) = s.secured_on.items()
            k = self.line[name]
            d = self._owed(s.kind, self.assets[k].c, 0.0, on=[k], recourse=False, **common)
            d.floor, d.cap, d.above, d.step, d.open = s.floor.value, s.cap.value, s.above, step(s.maturity), True
            self._pledge(d, name, n)
            return d
        c = self._code(s.limit if s.kind == "facility" else s.principal)
        terms = dict(common, **self._rolling(s, step(s.maturity) if s.maturity else NEVER))
        r = s.rate.level + (self.rate if s.rate.floating else 0.0)
        terms |= {"rate": (1 + r) ** dt - 1, "spread_rate": (1 + r + s.roll_spread) ** dt - 1}
        terms["capitalised"] = getattr(s, "interest", "paid") == "capitalised"
        terms["maturity"] = step(s.maturity) if s.maturity else NEVER
        if s.kind == "margin_loan":
            ahead = self.named.get(s.behind)
            on = ahead.on if ahead else list(dict.fromkeys(self.line[n] for n in s.secured_on))
            terms |= {"on": on, "recourse": s.recourse}
        d = self._owed(s.kind, c, (s.drawn if s.kind == "facility" else s.principal).value, **terms)
        if s.kind == "facility":
            d.limit, d.fee = np.full(self.P, s.limit.value), s.commitment_fee
        if s.kind == "margin_loan":
            self._triggers(d, s)
            for name, n in s.secured_on.items():
                self._pledge(d, name, n)
            if ahead:  # one collateral for both
                d.pledged, d.chain = ahead.pledged, ahead.chain
                d.chain.append(d)
        return d

    def _triggers(self, d, s):
        d.call_at, d.reset, d.out, d.cure = s.call_at, s.reset_to, s.close_out_at, self.grid.span(s.cure)

    def _pledge(self, d, name, n):
        k = self.line[name]
        shares = np.minimum(self.free[k], self.size[name] if n == "all" else n)
        d.pledged[d.on.index(k)] += shares
        self.free[k] -= shares

    def _new_loans(self):
        lending, found = self.spec.lending, {}
        if lending is not None:
            r = lending.rate.level + (self.rate if lending.rate.floating else 0.0)
            for k, a in enumerate(self.assets):
                if a.listed:
                    found[k] = self._owed(
                        "margin_loan", a.c, 0.0, on=[k], rate=(1 + r) ** self.dt - 1, recourse=lending.recourse
                    )
                    self._triggers(found[k], lending)
        return found

    def _bet(self, n, b):
        payments = b.payments
        c = self.codes.index(b.currency) if b.currency else self._code(payments[0].cheque)
        now = self.fx[c, 0]  # cheques and capacity are amounts in the bet's currency, at the rates of as_of
        home = [self.house.home(x.cheque) / now for x in payments]
        step = self.grid.on(payments[0].date)
        steps = [self.grid.on(payment.date) for payment in payments]
        end = max(step + max(1, round(b.outcome.years / self.dt)), *(k + 1 for k in steps if k < NEVER), 0)
        return SimpleNamespace(
            n=n, c=c, step=step, end=end, stated=home[0], capacity=np.inf if b.capacity is None else self.house.home(b.capacity) / now,
            later=[
                SimpleNamespace(step=self.grid.on(x.date), part=h / home[0], due=self.zeros())
                for x, h in zip(payments[1:], home[1:], strict=True)
            ],
            got=1 / (1 + b.premium), discount=b.sale_discount, v=self.zeros(), pace=self.zeros(), since=self.zeros(),
            first=self.zeros(), made=False,
        )  # fmt: skip

    # ------------------------------------------------------------------ sums that are kept
    def _sums(self):
        """The sums that quiet paths live on, and the terms of all debts that they need."""
        debts = self.rows
        bond = np.array([d.kind == "bond" for d in debts])
        paid = np.array([not d.capitalised for d in debts])
        weight = np.array([d.counted * d.recourse for d in debts])
        self.code = np.array([d.c for d in debts])
        self.in_currency = np.array([[float(d.c == c) for d in debts] for c in range(self.C)])
        n = self.bearing
        self.bond = bond[:n, None]
        self.flows = np.concatenate([self.in_currency * paid * ~bond, self.in_currency * paid * bond / 365])[:, :n]
        self.with_recourse = (self.in_currency * np.array([d.recourse for d in debts]))[:, :n]
        self.weight = (self.in_currency * paid * weight)[:, :n]
        self.dates = [{int(x) for x in np.unique(d.maturity)} for d in debts]  # steps on which it may mature
        self.flow = self.zeros(2 * self.C)
        self.stepwise, self.daily = (
            self.flow[: self.C],
            self.flow[self.C :],
        )  # interest of a step; coupons and fees of a day
        self.counted = self.zeros(self.C)
        self.unpaid = self.zeros(self.C)
        self.held = self.zeros(self.K)
        self.booked = self.zeros(self.C)  # private holdings at their marks
        self.owes = np.zeros((len(self.margin), self.P), dtype=bool)
        self.overdue_now = self.zeros()
        self.behind = self.paths[:0]
        for d in self.margin:
            d.owing = self.paths[:0]
        self._book()
        self.touched = np.ones(self.P, dtype=bool)
        self.tardy = np.ones(self.P, dtype=bool)  # where something may be overdue
        self.traded = np.ones(self.P, dtype=bool)  # where something was sold or delivered
        self.refresh()

    def refresh(self):
        """Sums of the paths that were touched."""
        self._refresh_holdings()
        self.touched[self.behind] = self.tardy[self.behind] = True
        at = np.flatnonzero(self.touched)
        if not at.size:
            return
        self.touched[at] = False
        tardy = np.flatnonzero(self.tardy)
        if 2 * at.size > self.P:
            at, late = ALL, tardy
        else:
            late = np.flatnonzero(self.tardy[at])
        n, m = self.bearing, len(self.margin)
        owed = self.principal[:n] if at is ALL else self.principal[:n].take(at, axis=1)
        self.counted[:, at] = self.weight @ owed
        if late.size:
            owed = owed.copy() if at is ALL else owed
            owed[:, late] += self.due[:n, tardy]
            self.tardy[tardy] = False
            self.overdue_now[tardy] = self.overdue(tardy)
            self.behind = np.flatnonzero(self.overdue_now)
        owes = owed[:m] > 0
        changed = (self.owes[:, at] != owes).any(axis=1)
        self.owes[:, at] = owes
        for d in self.margin:
            if changed[d.row]:
                d.owing = np.flatnonzero(self.owes[d.row])
        interest = owed * (self.terms[:n] if at is ALL else self.terms[:n].take(at, axis=1))
        self.flow[:, at] = self.flows @ interest
        for d in self.facilities:
            self.daily[d.c][at] += np.maximum(0.0, d.limit[at] - d.principal[at] - d.due[at]) * (d.fee / 365)
        still = [x for x in self.instalments if x.ahead]
        if still:
            self.unpaid[:, at] = 0.0
            for x in still:
                self.unpaid[x.c][at] += x.unpaid[at]

    def _refresh_holdings(self):
        at = np.flatnonzero(self.traded)
        if at.size:
            self.traded[at] = False
            held = self.free[: self.L].take(at, axis=1)
            for h, d, j in self.pledges + [(d.on[0], d, 0) for d in self.forwards if d.open]:
                held[h] += d.pledged[j][at]
            self.held[: self.L, at] = held

    def _book(self, at=ALL):
        """Private holdings, which nothing is lent on, and their marks."""
        self.booked[:, at] = 0.0
        for h in self.private_order:
            self.held[h][at] = self.free[h][at]
            self.booked[self.assets[h].c][at] += self.free[h][at] * self.mk[h][at]

    # ------------------------------------------------------------------ the balance
    def collateral(self, d, at=ALL):
        """Value of what is pledged to a debt, in the debt's currency."""
        value = d.pledged[0][at] * self.price[d.on[0]][at]
        for j, h in enumerate(d.on[1:], 1):
            value += d.pledged[j][at] * self.price[h][at]
        return value / self.fx[d.c][at]

    def settlement(self, d, S, N):
        """What a forward on N shares takes at price S: shares delivered, and cash on top."""
        between = np.where(d.floor < S, N * d.floor / S, N)
        if d.above == "cash_difference":
            return between, np.maximum(0.0, S - d.cap) * N
        return np.where(d.cap < S, N * d.floor / d.cap, between), np.zeros_like(S)

    def bet_truth(self, bet, k, at=ALL):
        return bet.v[at] + (self.M[bet.n][at] - 1) * (bet.pace[at] * k - bet.since[at])

    def put_in(self, at, bet, v, k):
        """Value received of a payment dated step k: its truth runs from v then to v x M at the bet's end."""
        pace = v / (bet.end - k)
        bet.made = True
        bet.v[at] += v
        bet.pace[at] += pace
        bet.since[at] += pace * k

    def take_out(self, at, bet, part):
        for x in (bet.v, bet.pace, bet.since):
            x[at] *= 1 - part

    def worth_of_cash(self, at=ALL):
        return self.home(at, self.cash)

    def home(self, at, amounts, there=False):
        """Amounts in each currency (on all paths, or `there` already on those at), in the house's currency."""
        if at is ALL:
            return np.einsum("cp,cp->p", amounts, self.fx)
        return np.einsum("cp,cp->p", amounts if there else amounts.take(at, axis=1), self.fx.take(at, axis=1))

    def late_in(self, at):
        """All that is due and not paid, in each currency."""
        n = self.bearing
        if at is ALL:
            total = self.in_currency @ self.due
            total += self.in_currency[:, :n] @ self.interest[:n]
        else:
            total = self.in_currency @ self.due.take(at, axis=1)
            total += self.in_currency[:, :n] @ self.interest[:n].take(at, axis=1)
        total[0] += self.costs[at]
        for x in self.instalments:
            total[x.c] += x.due[at]
        for bet, x in self.tranches:
            total[bet.c] += x.due[at]
        return total

    def overdue(self, at):
        """The same in the house's currency."""
        return self.home(at, self.late_in(at), True)

    def balance(self, k):
        """H with truths, H with marks, and D of every path."""
        self.refresh()
        same = np.einsum("kp,kp->p", self.held[: self.L], self.price[: self.L])
        truth = np.einsum("kp,kp->p", self.held[self.L :], self.price[self.L :])
        marked = self.home(ALL, self.booked)
        D, cash = self.home(ALL, self.counted), self.worth_of_cash()
        D -= cash
        D[self.behind] += self.overdue_now[self.behind]
        for bet in self.bets:
            if bet.made:
                truth += self.bet_truth(bet, k) * self.fx[bet.c]
                marked += bet.v * self.fx[bet.c]
        if any(x.ahead for x in self.instalments):
            same -= self.home(ALL, self.unpaid)
        for d in self.grown:
            if d.recourse:
                D += d.counted * d.principal * self.fx[d.c]
        for d in self.forwards:
            if d.open:  # below the floor all its shares, then the floor; above the cap more again
                S = self.S[d.on[0]]
                more = np.maximum(0.0, S - d.cap)
                more *= 1.0 if d.above == "cash_difference" else d.floor / d.cap
                more += np.minimum(S, d.floor)
                more *= d.pledged[0]
                same -= more * self.fx[d.c]
        for d in self.margin:
            if not d.recourse and d.owing.size:  # its lender has the collateral and nothing else
                value = d.pledged[0] * self.price[d.on[0]]
                for j, h in enumerate(d.on[1:], 1):
                    value += d.pledged[j] * self.price[h]
                if d.chain[0] is not d:
                    value = np.maximum(0.0, value - self.owed(ALL, d, ahead=True) * self.fx[d.c])
                loan = d.principal * self.fx[d.c]
                loan[self.behind] += d.due[self.behind] * self.fx[d.c][self.behind]
                np.minimum(loan, value, out=value)
                same -= value
                D[self.behind] -= d.due[self.behind] * self.fx[d.c][self.behind]
        truth += same
        marked += same
        return truth, marked, D, cash

    def ltv(self, H, D):
        if H.min() > 0:
            return D / H
        safe = np.where(H > 0, H, 1.0)
        return np.where(H > 0, D / safe, np.where(D > 0, np.inf, 0.0))

    def floor(self, k, at):
        """Cash that is not bet."""
        if self.floor_amount is not None:
            return np.full(at.size, self.floor_amount)
        n, until = self.bearing, k + self.grid.span(self.spec.limits.cash_floor)
        falls = self.principal[:n].take(at, axis=1) * (self.maturity[:n].take(at, axis=1) <= until)
        return self.home(at, self.with_recourse @ falls, True)

    # ------------------------------------------------------------------ money
    def pay(self, at, want, c):
        """Pay from cash: own currency first, then the house's, then the largest; what was paid."""
        left, fx = want, self.fx[c][at]
        for source in dict.fromkeys((c, 0)):
            there = 1.0 if source == c else fx / self.fx[source][at]
            has, asked = self.cash[source][at], left * there
            enough = has >= asked
            self.cash[source][at] = np.where(enough, has - asked, 0.0)
            if enough.all():
                return want
            left = np.where(enough, 0.0, left - has / there)
        for _ in range(self.C - 1):
            source = np.argmax(self.cash.take(at, axis=1) * self.fx.take(at, axis=1), axis=0)
            there = fx / self.fx[source, at]
            has, asked = self.cash[source, at], left * there
            enough = has >= asked
            self.cash[source, at] = np.where(enough, has - asked, 0.0)
            left = np.where(enough, 0.0, left - has / there)
            if enough.all():
                return want
        return want - np.where((left <= TINY * want) | (left * fx <= self.dust), 0.0, left)

    def purses(self, due, cash, fx):
        """Cash after everything due (in each currency) is paid, and where it is enough for that in whatever order.

        Its own currency pays first, then the house's, then the one other purse with money in it; with more of those
        the order tells which are emptied.
        """
        left = cash - due
        home, others = left[0], left[1:]
        for other, rate in zip(others, fx[1:], strict=True):
            lacks = np.minimum(other, 0.0)
            lacks *= rate
            home += lacks
        np.maximum(others, 0.0, out=others)
        enough = home >= 0
        short = np.flatnonzero(~enough)
        if short.size:
            purse, home_short = others.take(short, axis=1), home[short]
            there = np.einsum("cp,cp->p", purse, fx[1:].take(short, axis=1))
            rest = there + home_short
            enough[short] = ((cash[1:].take(short, axis=1) > 0).sum(axis=0) <= 1) & (rest >= -self.dust)
            others[:, short] = purse * (np.maximum(rest, 0.0) / np.where(there > 0, there, 1.0))
            home[short] = 0.0
        return left, enough

    def settle(self, at):
        """Cash pays what is due, in the order of the rules; where there is enough of it, all at once."""
        if not at.size:
            return
        before, fx = self.cash.take(at, axis=1), self.fx.take(at, axis=1)
        cash, enough = self.purses(self.late_in(at), before, fx)
        if enough.all():
            full, rest = at, at[:0]
        else:
            full, rest, cash = at[enough], at[~enough & (before > 0).any(axis=0)], cash[:, enough]
        if full.size:
            self._settle_all(full, cash)
        if rest.size:
            self._settle_in_order(rest)

    def _settle_all(self, at, cash):
        self.cash[:, at] = cash
        matured = [d for d in self.margin if d.due[at].any()]
        self.interest[: self.bearing, at] = 0.0
        self.due[:, at] = 0.0
        self.costs[at] = 0.0
        for x in self.instalments:
            x.due[at] = 0.0
        for bet, x in self.tranches:
            paid = x.due[at]
            if paid.any():
                self.count("tranche", paid > 0)
                self.put_in(at, bet, paid * bet.got, x.step)
                x.due[at] = 0.0
        for d in matured:
            self.release(at, d)

    def _settle_in_order(self, at):
        other = [d for d in self.debts if d.kind != "margin_loan"]
        rest = [d for d in other if not d.capitalised and d.kind != "prepaid_forward"]
        interest, due = (table.take(at, axis=1).any(axis=1) for table in (self.interest, self.due))
        for d in self.margin + other:
            if interest[d.row]:
                self._meet(at, d.interest, d.c)
        self._meet(at, self.costs, 0)
        for d in self.margin + self.forwards + [d for d in other if d.capitalised] + rest:
            if due[d.row]:
                self._meet(at, d.due, d.c)
        for x in self.instalments:
            self._meet(at, x.due, x.c)
        for bet, x in self.tranches:
            if x.due[at].any():
                paid = self._meet(at, x.due, bet.c)
                self.count("tranche", paid > 0)
                self.put_in(at, bet, paid * bet.got, x.step)
        for d in self.margin:
            if due[d.row]:
                self.release(at, d)

    def _meet(self, at, due, c):
        want = due[at]
        if not want.any():
            return 0.0
        paid = self.pay(at, want, c)
        due[at] = want - paid
        return paid

    def release(self, at, d):
        """A secured loan repaid in full frees its collateral; call and close-out are over."""
        done = at[d.principal[at] + d.due[at] <= 0]
        if done.size:
            last = done[self.owed_by_all(done, d.chain[0]) <= 0]
            for j, k in enumerate(d.on):
                self.free[k][last] += d.pledged[j][last]
            d.pledged[:, last] = 0.0
            d.call[done], d.closing[done] = -1, False
            self.touched[done] = True

    def repay(self, at, d, amount):
        """Lower what a loan owes, what is overdue first."""
        due, principal = d.due[at], d.principal[at]
        before = due + principal
        over = np.maximum(TINY * amount, self.dust / self.fx[d.c][at])
        amount = np.where((amount > 0) & (before - amount <= over), before, amount)
        first, all_of_it = np.minimum(amount, due), amount >= before
        d.principal[at] = np.where(all_of_it, 0.0, principal - (amount - first))
        d.due[at] = np.where(all_of_it, 0.0, due - first)
        self.touched[at] = True
        if len(d.chain) > 1:
            gone = at[all_of_it & (before > 0)]
            passes = (self.owed(gone, d, ahead=True) <= 0) & (self.owed_by_all(gone, d.chain[0]) > 0)
            self.count("passed on", passes & (d.pledged[:, gone] > 0).any(axis=0))
        self.release(at, d)

    # ------------------------------------------------------------------ sales
    def room(self, at, k, days):
        """Shares of holding k that may still be sold this step."""
        a = self.assets[k]
        if a.volume is None:
            return np.full(at.size, np.inf)
        return np.maximum(0.0, a.participation * a.volume * days - self.sold[k][at])

    def block(self, h):
        """Discount of a sale where no volume is given."""
        a = self.assets[h]
        return a.block if a.volume is None else 0.0

    def impact(self, a, n, days):
        """I and J of Almgren et al. for n shares over days."""
        safe = np.where(days > 0, days, 1.0)
        slip = 0.314 * a.daily * (n / a.volume) * (a.outstanding / a.volume) ** 0.25
        return slip, slip / 2 + 0.142 * a.daily * (n / (a.volume * safe)) ** 0.6

    def sell(self, at, k, n, days):
        """Sell n shares of holding k; what comes in, in the asset's currency. The caller takes the shares away."""
        a, P = self.assets[k], self.S[k][at]
        self.touched[at] = self.traded[at] = True
        if a.volume is None:
            return n * P * (1 - a.block)
        self.sold[k][at] += n
        self.any_sold = True
        slip, J = self.impact(a, n, np.full(at.size, float(days)))
        self.S[k][at] = lower = P * np.exp(-slip)
        self.price[k][at] = lower * self.fx[a.c][at]
        return n * P * np.exp(-J)

    def count(self, name, happened):
        self.events[name] += int(np.count_nonzero(happened))

    def forced(self, at, k):
        self.note("first_sale", at, k)

    def note(self, name, at, k):
        first = at[self.spared[name][at]]
        self.first[name][first], self.spared[name][first] = k, False

    def lends(self, h, at):
        """What a lender gives on a free share of holding h, for each unit of value; nothing while its loan is called."""
        if h not in self.new:
            return np.zeros(at.size)
        d = self.new[h]
        return np.where((d.call[at] >= 0) | d.closing[at], 0.0, self.spec.lending.advance_rate)

    def raise_money(self, at, X, days, k, forced):
        """One round of sales and new loans on free listed shares; what is still missing of X (house's currency)."""
        asked, X = X, X.copy()
        shares = {h: self.free[h][at] for h in self.listed_order}
        shares = {h: n for h, n in shares.items() if n.any()}
        adv = {h: self.lends(h, at) for h in shares}
        could = sum((adv[h] * n * self.price[h][at] for h, n in shares.items()), np.zeros(at.size))
        short = np.where(X - could > TINY * X, X - could, 0.0)
        for h, free in shares.items() if short.any() else ():
            more = 1.0 - self.block(h) - adv[h]  # what a unit of value sold brings on top of lending on it
            P = self.price[h][at]
            wanted = np.where(more > 0, short / (np.where(more > 0, more, 1.0) * P), 0.0)
            n = np.minimum(np.minimum(free, wanted), self.room(at, h, days))
            short = np.maximum(0.0, short - n * P * more)
            X -= self._sell_free(at, h, n, days, k, forced)
        return self._borrow(at, np.maximum(X, 0.0), asked, k, forced)

    def _borrow(self, at, X, asked, k, forced):
        """New loans on free listed shares; what is still missing of X."""
        for h in self.listed_order if self.new else ():
            wants = np.flatnonzero(TINY * asked < X)
            if not wants.size:
                break
            rows, d = at[wants], self.new[h]
            free = self.free[h][rows]
            could = self.lends(h, rows) * free * self.price[h][rows]
            drawn = np.flatnonzero(could > 0)
            if not drawn.size:
                continue
            wants, rows, free, could = wants[drawn], rows[drawn], free[drawn], could[drawn]
            amount = np.minimum(could, X[wants])
            amount = np.where(amount >= (1 - TINY) * could, could, amount)
            X[wants] -= amount
            self.count("new loan in cover" if forced else "new loan for a bet", amount > 0)
            use, money = free * (amount / could), amount / self.fx[d.c][rows]
            self.free[h][rows] = free - use
            d.pledged[0][rows] += use
            d.principal[rows] += money
            self.cash[d.c][rows] += money
            until = k + self.grid.span(self.spec.lending.maturity)
            d.maturity[rows] = until
            self.dates[d.row].add(until)
            self.touched[rows] = True
        return X

    def _take_free(self, at, h, n):
        """Free shares go; rounding leaves none over."""
        self.free[h][at] = less(self.free[h][at], n)
        self.touched[at] = True

    def _take_pledged(self, at, d, j, n):
        d.pledged[j][at] = less(d.pledged[j][at], n)
        self.touched[at] = True

    def _sell_free(self, at, h, n, days, k, forced):
        """Sell free shares into cash; what came in, in the house's currency."""
        some = n > 0
        if not some.any():
            return np.zeros(at.size)
        got = np.zeros(at.size)
        self.count("sale in cover" if forced else "sale for a bet", some)
        rows, c = at[some], self.assets[h].c
        got[some] = self.sell(rows, h, n[some], days)
        self._take_free(at, h, n)
        self.cash[c][at] += got
        if forced:
            self.forced(rows, k)
        return got * self.fx[c][at]

    def draw_facilities(self, at, X):
        for d in self.facilities:
            draw = np.minimum(np.maximum(0.0, d.limit[at] - d.principal[at] - d.due[at]), X / self.fx[d.c][at])
            self.count("facility drawn", draw > 0)
            d.principal[at] += draw
            self.cash[d.c][at] += draw
            self.touched[at] = True
            X = np.maximum(0.0, X - draw * self.fx[d.c][at])
        return X

    # ------------------------------------------------------------------ 1 mark, 2 accrue, 3 pay
    def mark(self, k, moves):
        self.fx *= moves[self.K :]
        for a, row, S, price in zip(self.assets, self.column, self.S, self.price, strict=True):
            S *= moves[row]
            np.multiply(S, self.fx[a.c], out=price)
        if self.any_sold:
            self.sold[:] = 0.0
            self.any_sold = False
        due = [h for h in self.private_order if k % self.assets[h].marked == 0]
        for h in due:
            self.mk[h] = self.S[h]
        if due:
            self._book()
        for bet in self.bets:
            if k == bet.end:
                self.count("bet ended", bet.v > 0)
                self.cash[bet.c] += bet.v * self.M[bet.n]
                self.take_out(ALL, bet, 1.0)
                bet.made = False
                for x in bet.later:
                    self.count("tranche lapsed", x.due > 0)
                    x.due[:] = 0.0  # too late
        if self.behind.size:
            self.overdue_now[self.behind] = self.overdue(self.behind)

    def accrue(self, k):
        self.cash *= (1 + self.rate) ** self.dt
        for h, a in enumerate(self.assets):
            if a.income:
                self.cash[a.c] += self.held[h] * self.S[h] * a.income
        self.days = (self.grid.dates[k] - self.grid.dates[k - 1]).days
        for d in self.grown:
            d.principal += (d.principal + d.due) * d.terms
        barred = self.last_ltv > self.spec.limits.ltv_max + EPS
        if self.behind.size:
            late = self.behind[self.overdue(self.behind) > self.dust]
            barred[late] = True
        self.count("dividend skipped", barred & self.alive)
        self.dividend = np.where(barred, 0.0, self._yearly(self.spec.dividends))

    def _yearly(self, asked):
        """What an amount, or a share of NAV, a year makes a step."""
        if isinstance(asked, Amount):
            amount = self.house.home(asked) * self.dt
        else:
            amount = asked * self.dt * np.maximum(0.0, self.last_nav) if asked else 0.0
        return amount if self.all_alive else np.where(self.alive, amount, 0.0)

    def _interest(self, at):
        """Interest of the step on each debt: what is up to dust is nothing."""
        n = self.bearing
        interest = (self.principal[:n].take(at, axis=1) + self.due[:n].take(at, axis=1)) * self.terms[:n].take(
            at, axis=1
        )
        interest *= np.where(self.bond, self.days / 365, 1.0)
        for d in self.grown:
            interest[d.row] = 0.0
        for d in self.facilities:
            undrawn = np.maximum(0.0, d.limit[at] - d.principal[at] - d.due[at])
            interest[d.row] += undrawn * (d.fee * self.days / 365)
        interest[interest * self.fx.take(at, axis=1)[self.code[:n]] <= self.dust] = 0.0
        return interest

    def pay_dues(self, k):
        """Quiet paths pay what is due and dividends from cash. On the others, all in its order."""
        falls = [d for d in self.debts if k in self.dates[d.row]]
        forwards = [d for d in self.forwards if d.step == k]
        instalments = [x for x in self.instalments if x.k == k]
        tranches = [(bet, x) for bet, x in self.tranches if x.step == k]
        busy = self.touched.copy()
        busy[self.behind] = True
        above = falling = np.zeros(self.P, dtype=bool)
        if any(d.rolls for d in falls):  # LTV before anything of this step is due
            above = self.ltv(*self.balance(k)[1:3]) > self.spec.limits.ltv_max + EPS
        for d in falls:  # what rolls in full is not due
            today = d.maturity == k
            falling = falling | today
            busy |= today & (above | (d.rolls < 1))
        for d in forwards:
            if d.above == "cash_difference":
                busy |= (d.pledged[0] > 0) & (d.cap < self.S[d.on[0]])
        for bet, _ in tranches:
            busy |= bet.first > 0
        costs = self._yearly(self.spec.costs)
        due = self.daily * self.days
        due += self.stepwise
        due[0] += costs
        due[0] += self.dividend
        for x in instalments:
            due[x.c] += x.unpaid
        left, enough = self.purses(due, self.cash, self.fx)
        poor = np.flatnonzero(~enough)
        busy[poor] |= falling[poor] | bool(instalments)
        self._put_off(poor, due, busy, costs)
        at = np.flatnonzero(busy)
        left[:, at] = self.cash.take(at, axis=1)
        left[:, self.waiting.at] = 0.0
        self.cash = left
        enough[at] = False
        self.count("dividend paid", enough & (self.dividend > 0))
        self._fall_behind(at, costs)
        for d in falls:
            self._mature(d, k, above)
        for d in forwards:
            self._deliver(d)
        for x in instalments:
            x.due[at] += x.unpaid[at]
            x.unpaid[:], x.ahead = 0.0, False
            self.touched[:] = True
        for bet, x in tranches:
            x.due += bet.first * x.part
        if at.size:
            self.settle(at)
            self.count("dividend paid", self.pay(at, self.dividend[at], 0) > 0)
        if k == 1:
            for d in self.margin:
                self.release(self.paths, d)

    def _put_off(self, poor, due, busy, costs):
        """Poor paths on which nothing but interest, costs and dividends is due: all cash goes, what is missing waits for cover.

        If cover finds all of it, the order in which it was paid is nobody's business. If it may not, `_in_order` follows it.
        """
        missing = np.einsum("cp,cp->p", due[:, poor] - self.cash[:, poor], self.fx[:, poor])
        put_off = (missing > self.dust) & ~busy[poor]
        busy[poor[~put_off]] = True
        at, missing = poor[put_off], missing[put_off] - self.dividend[poor[put_off]]
        self.count("dividend paid", (missing < 0) & (self.dividend[at] > 0))
        self.waiting = SimpleNamespace(
            at=at, missing=missing, cash=self.cash[:, at], costs=costs, open=missing > self.dust
        )

    def _fall_behind(self, at, costs):
        """Interest and costs of the step are due."""
        self.touched[at] = self.tardy[at] = True
        self.interest[: self.bearing, at] += self._interest(at)
        self.costs[at] += costs if np.isscalar(costs) else costs[at]

    def _in_order(self, at):
        """Of paths that were put off those among `at`: interest and costs are due and paid as far as the cash went."""
        waiting = self.waiting
        among = np.zeros(self.P, dtype=bool)
        among[at] = True
        which = np.flatnonzero(waiting.open & among[waiting.at])
        if which.size:
            at = waiting.at[which]
            waiting.open[which] = False
            self.cash[:, at] = waiting.cash[:, which]
            self._fall_behind(at, waiting.costs)
            self.settle(at)

    def _mature(self, d, k, above):
        at = np.flatnonzero(d.maturity == k)
        keep = np.where(above[at], 0.0, d.rolls)
        if d.rolls:
            self.count("rolled", (keep > 0) & (d.principal[at] > 0))
            self.count("roll refused", (keep <= 0) & (d.principal[at] > 0))
        d.due[at] += d.principal[at] * (1 - keep)
        d.principal[at] *= keep
        d.terms[at[keep > 0]] = d.coupon + d.spread if d.kind == "bond" else d.spread_rate
        d.maturity[at] = np.where(keep > 0, k + d.rolls_for, NEVER)
        self.touched[at] = True
        self.dates[d.row].add(k + d.rolls_for)
        if d.kind == "facility":
            d.limit[at] *= keep

    def _deliver(self, d):
        """A forward at maturity."""
        h = d.on[0]
        price = self.S[h]
        shares, money = self.settlement(d, price, d.pledged[0])
        self.count("forward below", self.alive & (price <= d.floor))
        self.count("forward above", self.alive & (price > d.cap))
        self.count("forward between", self.alive & (price > d.floor) & (price <= d.cap))
        self.free[h] += less(d.pledged[0], shares)
        d.pledged[:] = 0.0
        self.traded[:] = True
        d.due += money
        d.open = False

    # ------------------------------------------------------------------ 4 test, 5 cure
    def test(self, k):
        self.due_calls, tardy = [], self.tardy.any()
        for d in self.margin:
            at = d.owing
            if not at.size:
                continue
            where = ALL if 2 * at.size > self.P else at
            L, C = d.principal[where], self.collateral(d, where)
            if tardy:
                L = L + d.due[where]
            own = L
            if d.chain[0] is not d:
                L = L + self.owed(where, d, ahead=True)
            hot = (min(d.call_at, d.out) * C <= L) | (d.call[where] >= 0)
            hot = np.flatnonzero(hot)
            hot = hot[(own[hot] > 0) & ~d.closing[where][hot]]
            if not hot.size:
                continue
            at, L, C = self.paths[where][hot], L[hot], C[hot]
            self.count("call of one behind", (d.call[at] < 0) & (d.chain[0] is not d))
            call = d.call[at]
            running, lapsed = call >= 0, d.reset * C >= L
            self.count("call lapsed", running & lapsed)
            call = np.where(running, np.where(lapsed, -1, call - 1), call)
            opens = ~running & (d.call_at * C <= L)
            call[opens] = d.cure
            d.call[at] = call
            opened = at[opens]
            self.calls[opened] += 1
            self.note("first_call", opened, k)
            out = (d.out * C <= L) | (C <= 0)
            self._fall_due(at[out], d)
            due = at[(call == 0) & ~out]
            if due.size:
                self.due_calls.append((d, due))

    def _fall_due(self, at, d):
        """The lender waits no longer: no call and no maturity any more, the collateral pays, first those ahead on it."""
        d.closing[at], d.call[at], d.maturity[at] = True, -1, NEVER
        for e in d.chain[: d.chain.index(d)]:
            some = at[self.owed(at, e) > 0]
            self.count("closed out from behind", ~e.closing[some])
            e.closing[some], e.call[some], e.maturity[some] = True, -1, NEVER
        self.touched[at] = True

    def cure(self, k):
        events = [due for _, due in self.due_calls] + [
            np.flatnonzero(d.closing) for d in self.margin if d.closing.any()
        ]
        if events and self.waiting.at.size:
            self._in_order(np.concatenate(events))
        self._cure_calls(k)
        at = np.flatnonzero(self.tardy)
        for d in self.margin:
            if not d.recourse:
                self._fall_due(at[(d.due[at] > 0) & ~d.closing[at]], d)
        for d in self.margin:
            if d.closing.any():
                self._close_out(np.flatnonzero(d.closing), d, k)

    def _cure_calls(self, k):
        """Calls whose time is over, on each path the smallest need first."""
        if not self.due_calls:
            return
        at = np.unique(np.concatenate([due for _, due in self.due_calls]))
        need = np.full((len(self.due_calls), at.size), np.inf)
        for row, (d, due) in zip(need, self.due_calls, strict=True):
            short = self.owed(due, d) + self.owed(due, d, ahead=True) - d.reset * self.collateral(d, due)
            row[np.searchsorted(at, due)] = short * self.fx[d.c][due]
        self.count("two calls at once", np.isfinite(need).sum(axis=0) > 1)
        order = np.argsort(need, axis=0, kind="stable")
        for turn in order:
            turn = np.where(np.isfinite(need[turn, np.arange(at.size)]), turn, -1)
            for m, (d, _) in enumerate(self.due_calls):
                who = at[turn == m]
                who = who[d.call[who] == 0]  # not if one behind it was closed out meanwhile
                if who.size:
                    self._cure(who, d, k)

    def _need(self, at, d, bearable=0.0):
        """What would cure a loan; what is bearable counts as met."""
        own = self.owed(at, d)
        need = own + self.owed(at, d, ahead=True) - d.reset * self.collateral(d, at)
        return np.where((need > bearable) & (own > 0), need, 0.0)

    def _cure(self, at, d, k):
        """Cash, then more collateral, then sales; what is not cured is closed out."""
        bearable = EPS * (d.principal[at] + d.due[at])
        want = np.minimum(self._need(at, d), self.owed(at, d))
        if not d.recourse:
            want = np.minimum(want, np.maximum(0.0, self.worth_of_cash(at) - self.floor(k, at)) / self.fx[d.c][at])
        self.touched[at] = True
        self.repay(at, d, self.pay(at, want, d.c))
        if d.recourse:
            for j, h in enumerate(d.on):
                P = self.price[h][at] / self.fx[d.c][at]
                n = np.minimum(self.free[h][at], self._need(at, d, bearable) / (d.reset * P))
                self._take_free(at, h, n)
                d.pledged[j][at] += n
                self.count("more pledged", n > 0)
            for _ in range(ROUNDS):
                open_ = self._need(at, d, bearable) > 0
                if not open_.any():
                    break
                self._cure_by_sale(at[open_], d, k, bearable[open_])
        failed = self._need(at, d, bearable) > 0
        self.count("cured", ~failed)
        d.call[at] = -1
        self._fall_due(at[failed], d)

    def _cure_by_sale(self, at, d, k, bearable):
        for h in self.listed_order:
            free = self.free[h][at]
            if free.any():
                P = self.price[h][at] / self.fx[d.c][at] * (1 - self.block(h))
                money = np.minimum(self._need(at, d, bearable), self.owed(at, d))
                n = np.minimum(np.minimum(free, money / P), self.room(at, h, self.b))
                self._take_free(at, h, n)
                self._sell_and_repay(at, d, h, n, k)
        for j, h in enumerate(d.on):
            P = self.price[h][at] / self.fx[d.c][at]
            lowers = 1 - self.block(h) - d.reset
            wanted = self._need(at, d, bearable) / (lowers * P) if lowers > 0 else np.zeros(at.size)
            n = np.minimum(np.minimum(d.pledged[j][at], wanted), self.room(at, h, self.b))
            n = np.where(self._need(at, d, bearable) > 0, n, 0.0)
            self._take_pledged(at, d, j, n)
            self._sell_and_repay(at, d, h, n, k, common=True)

    def _sell_and_repay(self, at, d, h, n, k, common=False):
        """Sell n shares of holding h; the money goes to the loan at once (common: first to those ahead), what is over to cash."""
        some = n > 0
        if some.any():
            at = at[some]
            c = self.assets[h].c
            got = self.sell(at, h, n[some], self.b) * self.fx[c][at]
            for e in d.chain[: d.chain.index(d) + 1] if common else [d]:
                rate = self.fx[e.c][at]
                owed = self.owed(at, e)
                self.repay(at, e, np.minimum(got / rate, owed))
                got = np.maximum(0.0, got / rate - owed) * rate
            self.cash[c][at] += got / self.fx[c][at]
            self.forced(at, k)

    def _close_out(self, at, d, k):
        """The lender sells until the loan is repaid, as far as today's volume goes."""
        if not at.size:
            return
        self.touched[at] = self.tardy[at] = True
        for j, h in enumerate(d.on):
            for _ in range(ROUNDS):
                own = self.owed(at, d)
                owed = np.where(own > 0, own + self.owed(at, d, ahead=True), 0.0) * self.fx[d.c][at]
                wanted = owed / (self.price[h][at] * (1 - self.block(h)))
                n = np.minimum(np.minimum(d.pledged[j][at], wanted), self.room(at, h, self.b))
                if not n.any():
                    break
                self._take_pledged(at, d, j, n)
                self._sell_and_repay(at, d, h, n, k, common=True)
        gone = at[~d.pledged[:, at].any(axis=0) & d.closing[at]]
        self.count("close-out with shortfall", d.principal[gone] + d.due[gone] > 0)
        self.count("close-out with surplus", d.principal[at] + d.due[at] <= 0)
        self.count("close-out goes on", (d.principal[at] + d.due[at] > 0) & d.pledged[:, at].any(axis=0))
        if d.recourse:
            d.due[gone] += d.principal[gone]
        else:
            self.count("written off", d.principal[gone] + d.due[gone] > 0)
            d.due[gone] = 0.0
        d.principal[gone], d.closing[gone] = 0.0, False

    # ------------------------------------------------------------------ 6 cover
    def _late(self, at):
        return at[self.overdue(at) > self.dust] if at.size else at

    def cover(self, k):
        self._cover_at_once(k)
        at = self._late(np.flatnonzero(self.tardy))
        for way in (
            self._from_cash,
            self._from_facilities,
            self._from_shares,
            self._from_collateral,
            self._from_shares,  # what close-outs freed serves too
            self._from_collateral,
            self._from_calls,
            self._from_above_loans,
            self._from_rest,
        ):
            if not at.size:
                return
            if way(at, k):
                at = self._late(at)
        if not at.size:
            return
        waits = np.zeros(at.size, dtype=bool)
        for h in self.listed_order:
            free = self.free[h][at]
            waits |= (free > 0) & (self.room(at, h, self.b) <= TINY * free)
        for d in self.roots:
            loan, value = self.owed_by_all(at, d), self.collateral(d, at)
            for e in d.chain:
                waits |= e.closing[at] & (d.pledged[:, at] > 0).any(axis=0)
            for j, h in enumerate(d.on):
                spent_too = self.room(at, h, self.b) <= TINY * d.pledged[j][at]
                waits |= (loan > 0) & (d.pledged[j][at] > 0) & spent_too & ((1 - self.block(h) - TINY) * value > loan)
        self.count("waits", waits)
        at = at[~waits]
        self.note("default", at, k)
        self.note("ruin", at, k)
        ends = self.costs[at] > 0
        for d in self.debts:
            ends |= d.cross & ((d.interest[at] > 0) | (d.due[at] > 0))
        for d in self.payables:
            for x in d.instalments:
                ends |= d.cross & (x.due[at] > 0)
        for _, x in self.tranches:
            ends |= x.due[at] > 0
        self.count("default that goes on", ~ends)
        if ends.any():
            self._default(at[ends], k)

    def _cover_at_once(self, k):
        """What was put off, where new loans, or sales above loans, are sure to bring all of it."""
        at, missing = self.waiting.at[self.waiting.open], self.waiting.missing[self.waiting.open]
        if not at.size:
            return
        if self.facilities:
            self._in_order(at)
            return
        could, free = np.zeros(at.size), np.zeros(at.size, dtype=bool)
        for h in self.listed_order:
            shares = self.free[h][at]
            some = np.flatnonzero(shares)
            if some.size:
                free[some] = True
                who = at[some]
                could[some] += self.lends(h, who) * shares[some] * self.price[h][who]
        lent = could >= missing
        who = at[lent]
        self._borrow(who, missing[lent], missing[lent], k, True)
        self.cash[:, who] = 0.0
        above = ~free & all(self.assets[h].volume is None for h in self.listed_order)
        if above.any():
            above[above] = self._above(at[above], (1 + EPS) * missing[above])
            self._sell_above(at[above], missing[above], k)
            self.cash[:, at[above]] = 0.0
        rest = ~(lent | above)
        if rest.any():
            self._in_order(at[rest])

    def _above(self, at, need):
        """Where pledged shares are sure to bring what is needed above their loans; not while a call runs."""
        m = len(self.margin)
        total, sure = np.zeros(at.size), np.zeros(at.size, dtype=bool)
        quiet = ~((self.call[:m].take(at, axis=1) >= 0) | self.closing[:m].take(at, axis=1)).any(axis=0)
        for h, d, j in self.pledges:
            wants = np.flatnonzero(quiet & ~sure)
            who = at[wants]
            loan, value = self.owed_by_all(who, d), self.collateral(d, who)
            gain = 1 - self.block(h) - loan / np.where(value > 0, value, 1.0)
            able = (loan > 0) & (value > 0) & (gain > TINY)
            total[wants] += np.where(able, gain * d.pledged[j][who] * self.price[h][who], 0.0)
            sure = total > need
        return quiet & sure

    # each way says whether there was anything to try
    def _from_cash(self, at, k):
        self.settle(at)
        return True

    def _from_facilities(self, at, k):
        if self.facilities:
            self.draw_facilities(at, self.overdue(at))
            self.settle(at)
        return bool(self.facilities)

    def _from_shares(self, at, k):
        tried = False
        for _ in range(ROUNDS):  # paying may free collateral, which then serves too
            if not self.free[: self.L].take(at, axis=1).any():
                break
            tried, need = True, self.overdue(at)
            still = self.raise_money(at, need, self.b, k, True)
            self.settle(at)
            at = self._late(at)
            if not at.size or (still >= need).all():
                break
        return tried

    def _from_collateral(self, at, k):
        tried = False
        for d in self.margin:
            if d.recourse:
                due = at[d.due[at] > 0]
                due = due[(d.pledged.take(due, axis=1) > 0).any(axis=0)]
                if due.size:
                    tried = True
                    self._fall_due(due, d)
        for d in self.margin:
            if tried:
                self._close_out(at[d.closing[at]], d, k)
        if tried:
            self.settle(at)
        return tried

    def _from_calls(self, at, k):
        """Running calls are met at once, and what cannot be cured is closed out."""
        tried = False
        for d in self.margin:
            called = at[d.call[at] >= 0]
            called = called[d.principal[called] + d.due[called] > 0]
            if called.size:
                tried = True
                self._cure(called, d, k)
        for d in self.margin:
            closing = at[d.closing[at]]
            if closing.size:
                tried = True
                self._close_out(closing, d, k)
        if tried:
            self.settle(at)
        return tried

    def _from_above_loans(self, at, k):
        """Pledged shares are sold: of the value the lender gets loan / collateral, the house the rest."""
        for _ in range(ROUNDS):
            sold = False
            if self.free[: self.L].take(at, axis=1).any():
                start = self.overdue(at)
                still = self.raise_money(at, start, self.b, k, True)
                sold = bool((still < start).any())
                self.settle(at)
                at = self._late(at)
                if not at.size:
                    break
            sold |= self._sell_above(at, self.overdue(at), k)
            if not sold:
                break
            self.settle(at)
            at = self._late(at)
            if not at.size:
                break
        return True

    def _sell_above(self, at, need, k):
        """One round of sales of pledged shares as far as needed; whether anything was sold."""
        asked, sold = TINY * need, False
        for h, d, j in self.pledges:
            wants = np.flatnonzero(need > asked)
            if not wants.size:
                break
            who = at[wants]
            loan = self.owed_by_all(who, d)
            some = np.flatnonzero(loan)
            if not some.size:
                continue
            wants, who, loan = wants[some], who[some], loan[some]
            value = self.collateral(d, who)
            ratio = loan / np.where(value > 0, value, 1.0)
            gain, P = 1 - self.block(h) - ratio, self.price[h][who]
            able = (value > 0) & (gain > TINY)
            for e in d.chain:
                able &= (e.call[who] < 0) & ~e.closing[who]
            wanted = need[wants] / np.where(able, gain * P, 1.0)
            n = np.minimum(np.minimum(wanted, d.pledged[j][who]), self.room(who, h, self.b))
            some = np.flatnonzero(able & (n > 0))
            if some.size:
                wants, who, n, c = wants[some], who[some], n[some], self.assets[h].c
                V = n * P[some]
                need[wants] -= V * gain[some]
                self._take_pledged(who, d, j, n)
                theirs = V * ratio[some]
                self.cash[c][who] += self.sell(who, h, n, self.b)
                for e in d.chain:
                    part = np.minimum(self.owed(who, e), theirs / self.fx[e.c][who])
                    self.repay(who, e, self.pay(who, part, e.c))
                    theirs = np.maximum(0.0, theirs - part * self.fx[e.c][who])
                self.forced(who, k)
                self.events["sold above its loan"] += some.size
                sold = True
        return sold

    def _from_rest(self, at, k):
        """Private holdings, then bets, as far as needed; then all of it pays."""
        need = self.overdue(at)
        for h in self.private_order:
            net = self.price[h][at] * (1 - self.assets[h].discount)
            part = np.where(net > 0, need / np.where(net > 0, net, 1.0), 0.0)
            n, c = np.minimum(self.free[h][at], part), self.assets[h].c
            self._take_free(at, h, n)
            self.cash[c][at] += n * net / self.fx[c][at]
            need = np.where(n < part, need - n * net, 0.0)
            self.count("private sold", n > 0)
            self.forced(at[n > 0], k)
        self._book(at)
        for bet in self.bets:
            if bet.made:
                net = self.bet_truth(bet, k, at) * (1 - bet.discount)
                want = need / self.fx[bet.c][at]
                part = np.where(net > 0, np.minimum(1.0, want / np.where(net > 0, net, 1.0)), 0.0)
                self.take_out(at, bet, part)
                self.cash[bet.c][at] += part * net
                need = np.where(want > net, want - net, 0.0) * self.fx[bet.c][at]
                self.count("bet sold", part > 0)
                self.forced(at[part > 0], k)
        self.settle(at)
        return True

    # ------------------------------------------------------------------ default
    def _default(self, at, k):
        """Everything is sold, claims are paid by rank, the shareholder keeps what is left."""
        house, claims = self.worth_of_cash(at), self.overdue(at)
        for bet, x in self.tranches:  # nobody can claim a cheque
            claims -= x.due[at] * self.fx[bet.c][at]
        held = np.zeros(at.size, dtype=bool)
        for d in self.forwards:
            S, N = self.S[d.on[0]][at], d.pledged[0][at]
            held |= N > 0
            shares, money = self.settlement(d, S, N)
            kept = np.minimum(N, np.where(d.floor < S, shares + money / S, shares))
            self.free[d.on[0]][at] += less(N, kept)
            d.pledged[:, at] = 0.0
        each = [self._worth_in_default(at, h) for h in range(self.K)]
        for h in range(self.K):
            held |= self.free[h][at] > 0
            house += self.free[h][at] * each[h]
        for bet in self.bets:
            if bet.made:
                held |= bet.v[at] > 0
                house += self.bet_truth(bet, k, at) * (1 - bet.discount) * self.fx[bet.c][at]
        for d in self.debts:
            claim = d.principal[at] * self.fx[d.c][at]
            if d.kind == "margin_loan":
                claims -= d.due[at] * self.fx[d.c][at]  # what is overdue of it is secured too
                claim += d.due[at] * self.fx[d.c][at]
                if d.chain[0] is d:
                    brings = sum((d.pledged[j][at] * each[h] for j, h in enumerate(d.on)), np.zeros(at.size))
                    held |= brings > 0
                rest = np.maximum(0.0, brings - claim)
                if d.chain[-1] is d:
                    house += rest
                claim = np.maximum(0.0, claim - brings) if d.recourse else 0.0
                brings = rest  # what it leaves is the next one's
            claims += claim
        for x in self.instalments:
            claims += x.unpaid[at] * self.fx[x.c][at]
        self.forced(at[held], k)
        self.left[at], self.alive[at] = np.maximum(0.0, house - claims), False
        self.all_alive = False
        self._empty(at)

    def _worth_in_default(self, at, h):
        a, P = self.assets[h], self.price[h][at]
        if not a.listed:
            return P * (1 - a.discount)
        if a.volume is None:
            return P * (1 - a.block)
        n = self.free[h][at]
        for d in self.roots:
            for j, line in enumerate(d.on):
                if line == h:
                    n = n + d.pledged[j][at]
        days = np.maximum(1.0, n / (a.participation * a.volume))
        return P * np.exp(-self.impact(a, n, days)[1])

    def _empty(self, at):
        self.touched[at] = self.traded[at] = self.tardy[at] = True
        for x in [self.cash, self.free, self.principal, self.interest, self.due, *(d.pledged for d in self.debts)]:
            x[:, at] = 0.0
        self.costs[at] = self.dividend[at] = 0.0
        self._book(at)
        self.call[:, at], self.closing[:, at], self.maturity[:, at] = -1, False, NEVER
        for d in self.facilities:
            d.limit[at] = 0.0
        for x in self.instalments:
            x.unpaid[at] = x.due[at] = 0.0
        for bet in self.bets:
            bet.first[at] = 0.0
            for x in bet.later:
                x.due[at] = 0.0
            self.take_out(at, bet, 1.0)

    # ------------------------------------------------------------------ 7 decide
    def decide(self, k):
        policy = self.spec.policy
        if policy.kind == "fraction":
            if k % self.grid.span(policy.every) == 0:
                self._keep(policy, k)
            return
        today = [bet for bet in self.bets if bet.step == k]
        if not today or policy.kind == "hold":
            return
        late = self.overdue(ALL) > self.dust
        at = self.paths[self.alive & ~late]
        stated = np.stack([bet.stated * self.fx[bet.c][at] for bet in today])
        total = stated.sum(axis=0)
        most = np.stack([bet.capacity * self.fx[bet.c][at] for bet in today])
        weight = stated / total
        m = np.array([bet.got for bet in today]) @ weight
        funds, above = self._funding(at, k)
        limit = np.full(at.size, np.inf) if policy.limit == "none" and policy.kind == "planned" else funds
        if policy.limit in ("ltv_normal", "ltv_max"):
            level = getattr(self.spec.limits, policy.limit)
            _, H, D, _ = self.balance(k)
            limit = np.minimum(limit, np.maximum(0.0, (level * H[at] - D[at]) / (1 - level * m)))
        limit = np.where(limit > TINY * total, limit, 0.0)
        if policy.kind == "planned":
            cheques = np.minimum(np.minimum(1.0, limit / total) * stated, most)
        else:
            cheques = np.minimum(limit * weight, most)
        wanted = cheques.sum(axis=0)
        missing = self._draw(at, wanted, above, k, policy.limit == "none")
        cheques *= np.where(wanted > 0, 1 - missing / np.where(wanted > 0, wanted, 1.0), 0.0)
        for bet, cheque in zip(today, cheques, strict=True):
            money = cheque / self.fx[bet.c][at]
            self.count("cheque", money > 0)
            bet.first[at] = money
            self.put_in(at, bet, money * bet.got, k)
            self.pay(at, money, bet.c)
            self.cheque[at] += cheque
        self.cut[self.alive & late] = 1.0
        self.cut[at] = np.maximum(self.cut[at], cheques.sum(axis=0) < total * (1 - EPS))

    def _keep(self, policy, k):
        """All shares of one listed holding are brought to their share of NAV."""
        h = self.line[policy.holding]
        _, H, D, _ = self.balance(k)
        nav, worth = H - D, self.held[h] * self.price[h]
        gap = policy.share * nav - worth
        may = self.alive & (self.overdue(ALL) <= self.dust) & (nav > 0) & (self.price[h] > 0)
        for change, happened in (self._buy, gap > TINY * nav), (self._sell_back, gap < -TINY * nav):
            at = np.flatnonzero(may & happened)
            if at.size:
                change(at, h, abs(gap[at]), k)

    def _buy(self, at, h, gap, k):
        a, P = self.assets[h], self.price[h][at]
        n = np.minimum(gap / P, self.room(at, h, self.b))
        money = np.maximum(0.0, self.worth_of_cash(at) - self.floor(k, at))
        borrow = np.minimum(self._borrowable(at), np.maximum(0.0, n * P - money))
        self.unsecured.principal[at] += borrow
        self.cash[0][at] += borrow
        money += borrow
        n = np.minimum(n, money / P)
        some = (n > 0) & (money > TINY * gap)
        at, n = at[some], n[some]
        cost = n * self.S[h][at]
        if a.volume is not None:
            slip, J = self.impact(a, n, np.full(at.size, float(self.b)))
            self.S[h][at] *= np.exp(slip)
            self.price[h][at] = self.S[h][at] * self.fx[a.c][at]
            self.sold[h][at] += n
            self.any_sold = True
            cost *= np.exp(J)
        self.free[h][at] += n * self.pay(at, cost, a.c) / cost
        self.touched[at] = self.traded[at] = True
        self.events["bought"] += at.size

    def _sell_back(self, at, h, gap, k):
        n, c = np.minimum(gap / self.price[h][at], self.room(at, h, self.b)), self.assets[h].c
        n = np.minimum(self.free[h][at], n)
        some = np.flatnonzero(n > 0)
        self.cash[c][at[some]] += self.sell(at[some], h, n[some], self.b)
        self._take_free(at[some], h, n[some])
        self.events["sold back"] += some.size
        spare = np.maximum(0.0, self.worth_of_cash(at) - self.floor(k, at))
        amount = np.minimum(self.unsecured.principal[at], spare)
        self.count("repaid after it", amount > 0)
        self.repay(at, self.unsecured, self.pay(at, amount, 0))

    def _funding(self, at, k):
        above = np.maximum(0.0, self.worth_of_cash(at) - self.floor(k, at))
        funds = above.copy()
        for d in self.facilities:
            funds += np.maximum(0.0, d.limit[at] - d.principal[at] - d.due[at]) * self.fx[d.c][at]
        for h in self.listed_order:
            brings, lends, free = 1 - self.block(h), self.lends(h, at), self.free[h][at]
            sellable = np.minimum(free, self.room(at, h, self.sale_days))
            sellable = np.where(brings > lends, sellable, 0.0)
            funds += (brings * sellable + lends * (free - sellable)) * self.price[h][at]
        return funds + self._borrowable(at), above

    def _borrowable(self, at):
        return np.maximum(0.0, self.house.home(self.spec.borrowing.limit) - self.unsecured.principal[at])

    def _draw(self, at, wanted, above, k, without_limit):
        """Money for the cheques: cash above the floor, facilities, shares, unsecured; what is missing."""
        X = np.maximum(0.0, wanted - above)
        if not X.any():
            return X
        X = self.draw_facilities(at, X)
        X = self.raise_money(at, np.where(TINY * wanted < X, X, 0.0), self.sale_days, k, False)
        X = np.where(TINY * wanted < X, X, 0.0)
        borrow = X if without_limit else np.minimum(X, self._borrowable(at))
        self.count("borrowed unsecured", borrow > 0)
        self.unsecured.principal[at] += borrow
        self.cash[0][at] += borrow
        self.touched[at] = True
        return X - borrow

    # ------------------------------------------------------------------ 8 record
    def record(self, k):
        true, nav, ltv, cash = self._look(k)
        if self.watched is None:
            np.minimum(self.cash_min, cash, out=self.cash_min)
        else:
            self.cash_min = np.where(self.watched, np.minimum(self.cash_min, cash), self.cash_min)
        self.watched = None if self.all_alive else self.alive.copy()
        if k == 0:
            limits, self.half = self.spec.limits, 0.5 * nav
            self.ruined = limits.ruin_at * true + EPS * abs(true)
            self.nav_min, self.peak, self.fall, self.ltv_peak = true.copy(), nav.copy(), self.zeros(), ltv.copy()
        else:
            np.minimum(self.nav_min, true, out=self.nav_min)
            np.maximum(self.ltv_peak, ltv, out=self.ltv_peak)
            np.maximum(self.peak, nav, out=self.peak)
            fall = nav / self.peak
            fall -= 1
            np.minimum(self.fall, fall if self.peaks else np.where(self.peak > 0, fall, 0.0), out=self.fall)
            breach = ltv > self.spec.limits.ltv_max + EPS
            self.above += breach
            self._note_all("first_breach", breach, k)
            self._note_all("halved", nav <= self.half, k)
            self._note_all("ruin", true <= self.ruined, k)
        self.peaks = self.peaks or self.peak.min() > 0
        self.true = true
        if self.kept is not None:
            for rows, row in zip(self.kept.values(), (true, nav, ltv, cash), strict=True):
                rows.append(row)

    def _note_all(self, name, happened, k):
        happened &= self.spared[name]
        if happened.any():
            self.note(name, np.flatnonzero(happened), k)

    def _look(self, k):
        """True NAV, NAV, LTV and cash; on NAV and LTV the next step's costs and dividends rest."""
        H_true, H, D, cash = self.balance(k)
        H_true -= D
        nav, ltv = H - D, np.minimum(self.ltv(H, D), ABOVE)
        if not self.all_alive:
            H_true, nav, cash = (np.where(self.alive, x, self.left) for x in (H_true, nav, cash))
            ltv = np.where(self.alive, ltv, ABOVE)
        self.last_nav, self.last_ltv = nav, ltv
        return H_true, nav, ltv, cash

    def look(self, k):
        """After a decision: what costs and dividends of step 1 rest on."""
        self._look(k)

    def told(self, steps):
        paths = {}
        if self.kept is not None:
            names = {"nav": "true_path", "nav_marked": "nav_path", "ltv": "ltv_path", "cash": "cash_path"}
            paths = {names[name]: np.stack(rows, axis=1) for name, rows in self.kept.items()}
        return {
            "events": self.events,
            "nav": self.true,
            "nav_marked": self.last_nav,
            "nav_min": self.nav_min,
            "max_drawdown": self.fall,
            "ltv_peak": self.ltv_peak,
            "cash_min": self.cash_min,
            "time_above_max": self.above / steps,
            "calls": self.calls,
            **self.first,
            "cheque": self.cheque,
            "cut": self.cut,
            **paths,
        }
