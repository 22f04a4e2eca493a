"""A second engine, written from docs/engine.md alone: NumPy over paths, one stage after the other.

Every function takes `at`: the paths it acts on, as an array of indices (or ALL). Amounts are arrays over those paths.
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


def live(house, world, multiples, draws=None):
    """Live every path of the table; a dict of arrays over paths."""
    life = Life(house, np.asarray(world, dtype=float), np.asarray(multiples, dtype=float))
    life.record(0)
    life.decide(0)
    life.look(0)
    for k in range(1, life.T + 1):
        life.mark(k)
        life.accrue(k)
        life.pay_dues(k)
        life.test(k)
        life.cure(k)
        life.cover(k)
        life.decide(k)
        life.record(k)
    return life.told()


def less(held, gone):
    """What is left of a thing when part of it goes; rounding leaves none over."""
    left = held - gone
    return np.where(left > TINY * gone, left, 0.0)


class Life:
    """The state of all paths; one method for each stage."""

    # ------------------------------------------------------------------ the house as arrays
    def __init__(self, house, world, multiples):
        spec, grid = house.spec, house.grid
        self.house, self.spec, self.grid, self.world, self.M = house, spec, grid, world, multiples
        self.P, self.T = world.shape[:2]
        self.paths = np.arange(self.P)
        self.dt, self.b, self.rate = grid.dt, BUSINESS_DAYS[grid.step], spec.market.rate
        self.codes = currencies(house)
        self.C = len(self.codes)
        self.fx = np.tile([house.fx[c] for c in self.codes], (self.P, 1))
        self.cash = self.zeros(self.C)
        for code, amount in spec.cash.items():
            self.cash[:, self.codes.index(code or spec.currency)] += amount.value
        self._holdings()
        self.debts = [d for s in spec.debts.values() for d in self._debts(s)]
        self.new = self._new_loans()
        self.unsecured = self._owed("borrowing", 0, 0.0, rate=(1 + self.rate + spec.borrowing.spread) ** self.dt - 1)
        self.debts += [*self.new.values(), self.unsecured]
        self.margin = [d for d in self.debts if d.kind == "margin_loan"]
        self.forwards = [d for d in self.debts if d.kind == "prepaid_forward"]
        self.facilities = [d for d in self.debts if d.kind == "facility"]
        self.payables = [d for d in self.debts if d.kind == "payable"]
        held = (self.free + sum((d.pledged @ np.eye(self.K)[d.on] for d in self.debts if d.on), 0.0))[0]
        self.events = Counter()
        self.dust = 1e-14 * (sum(n * self.price(h)[0] for h, n in enumerate(held)) + self.worth_of_cash()[0])
        self.bets = [self._bet(n, b) for n, b in enumerate(spec.bets.values())]
        self.costs, self.dividend = self.zeros(), self.zeros()
        self.floor_amount = house.home(spec.limits.cash_floor) if isinstance(spec.limits.cash_floor, Amount) else None
        days = spec.limits.sale_days
        self.sale_days = days.number if days.unit == "d" else days.years * 252
        self.alive = np.ones(self.P, dtype=bool)
        self.watched = self.alive.copy()  # alive at the last record
        self.left = self.zeros()
        never = [np.full(self.P, np.nan) for _ in range(6)]
        self.first = dict(
            zip(("first_call", "first_sale", "first_breach", "default", "ruin", "halved"), never, strict=True)
        )
        self.calls, self.cheque, self.cut, self.above = self.zeros(), self.zeros(), self.zeros(), self.zeros()
        self.paths_of = {name: np.zeros((self.P, self.T + 1)) for name in ("nav", "nav_marked", "ltv", "cash")}
        self.cash_min = np.full(self.P, np.inf)

    def zeros(self, *shape):
        return np.zeros((self.P, *shape))

    def _code(self, amount):
        return self.codes.index(amount.currency or self.spec.currency)

    def _holdings(self):
        spec = self.spec
        names = list(spec.holdings)
        own = [n for n in names if spec.holdings[n].asset is None]
        self.A = self.K = len(own)  # all holdings of one asset are one line
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
        self.S, self.mk = np.tile(price, (self.P, 1)), np.tile(mark, (self.P, 1))
        self.S, self.mk = self.S.reshape(self.P, self.A).astype(float), self.mk.reshape(self.P, self.A).astype(float)
        self.sold = self.zeros(self.A)
        self.asset = list(range(self.K))
        self.line = {n: own.index(spec.holdings[n].asset or n) for n in names}
        self.size = {}
        self.cur = np.array([a.c for a in self.assets], dtype=int)
        shares = np.zeros(self.K)
        for n, k in self.line.items():
            h = spec.holdings[n]
            first = spec.holdings[own[k]]
            self.size[n] = h.shares if h.kind == "listed" else self.house.home(h.value) / self.house.home(first.value)
            shares[k] += self.size[n]
        self.free = np.tile(np.array(shares, dtype=float), (self.P, 1)).reshape(self.P, self.K)

        def liquidity(k):
            a = self.assets[self.asset[k]]
            if not a.listed:
                return (1, 0.0, k)
            return (0, -np.inf if a.volume is None else -a.volume * price[self.asset[k]] * self.fx[0, a.c], k)

        first = list(dict.fromkeys(self.line[n] for n in spec.sell_order))
        order = first + sorted((k for k in range(self.K) if k not in first), key=liquidity)
        self.listed_order = [k for k in order if self.assets[self.asset[k]].listed]
        self.private_order = [k for k in order if not self.assets[self.asset[k]].listed]

    def _owed(self, kind, c, principal, **terms):
        """One debt: its terms and its state over paths."""
        d = SimpleNamespace(
            kind=kind, c=c, rate=0.0, spread_rate=0.0, coupon=0.0, spread=0.0, capitalised=False, recourse=True, counted=1.0,
            rank=1, cross=True, on=[], rolls=0.0, rolls_for=NEVER,
            principal=np.full(self.P, float(principal)), interest=self.zeros(), due=self.zeros(),
            maturity=np.full(self.P, NEVER), rolled=np.zeros(self.P, dtype=bool),
            call=np.full(self.P, -1), closing=np.zeros(self.P, dtype=bool),
        )  # fmt: skip
        d.__dict__.update(terms)
        d.pledged = self.zeros(len(d.on))
        return d

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
        found = [self._owed("bond", self._code(money), money.value, **terms) for _, money in ladder]
        for d, k in zip(found, steps, strict=True):
            d.maturity[:] = k
        return found

    def _debt(self, s):
        dt = self.dt

        def step(date):
            return max(1, self.grid.on(date))  # nothing falls due on as_of itself

        common = {"counted": s.counted, "rank": s.rank, "cross": s.cross_default}
        if s.kind == "payable":
            d = self._owed("payable", 0, 0.0, recourse=False, **common)
            d.instalments = [
                SimpleNamespace(k=step(date), c=self._code(x), unpaid=np.full(self.P, x.value), due=self.zeros())
                for date, x in sorted(s.instalments.items())
            ]
            return d
        if s.kind == "prepaid_forward":
            ((name, n),) = s.secured_on.items()
            k = self.line[name]
            d = self._owed(s.kind, self.assets[self.asset[k]].c, 0.0, on=[k], recourse=False, **common)
            d.floor, d.cap, d.above, d.step = s.floor.value, s.cap.value, s.above, step(s.maturity)
            self._pledge(d, name, n)
            return d
        c = self._code(s.limit if s.kind == "facility" else s.principal)
        terms = dict(common, **self._rolling(s, step(s.maturity) if s.maturity else NEVER))
        r = s.rate.level + (self.rate if s.rate.floating else 0.0)
        terms |= {"rate": (1 + r) ** dt - 1, "spread_rate": (1 + r + s.roll_spread) ** dt - 1}
        terms["capitalised"] = getattr(s, "interest", "paid") == "capitalised"
        if s.kind == "margin_loan":
            terms |= {"on": list(dict.fromkeys(self.line[n] for n in s.secured_on)), "recourse": s.recourse}
        d = self._owed(s.kind, c, (s.drawn if s.kind == "facility" else s.principal).value, **terms)
        d.maturity[:] = step(s.maturity) if s.maturity else NEVER
        if s.kind == "facility":
            d.limit, d.fee = np.full(self.P, s.limit.value), s.commitment_fee
        if s.kind == "margin_loan":
            self._triggers(d, s)
            for name, n in s.secured_on.items():
                self._pledge(d, name, n)
        return d

    def _triggers(self, d, s):
        d.call_at, d.reset, d.out, d.cure = s.call_at, s.reset_to, s.close_out_at, self.grid.span(s.cure)

    def _pledge(self, d, name, n):
        k = self.line[name]
        shares = np.minimum(self.free[:, k], self.size[name] if n == "all" else n)
        d.pledged[:, d.on.index(k)] += shares
        self.free[:, k] -= shares

    def _new_loans(self):
        lending, found = self.spec.lending, {}
        if lending is not None:
            r = lending.rate.level + (self.rate if lending.rate.floating else 0.0)
            for k in range(self.K):
                a = self.assets[self.asset[k]]
                if a.listed:
                    found[k] = self._owed(
                        "margin_loan", a.c, 0.0, on=[k], rate=(1 + r) ** self.dt - 1, recourse=lending.recourse
                    )
                    self._triggers(found[k], lending)
                    found[k].is_new = True
        return found

    def _bet(self, n, b):
        payments = b.payments
        c = self.codes.index(b.currency) if b.currency else self._code(payments[0].cheque)
        now = self.fx[0, c]  # cheques and capacity are amounts in the bet's currency, at the rates of as_of
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
            first=self.zeros(),
        )  # fmt: skip

    # ------------------------------------------------------------------ the balance
    def price(self, k, at=ALL, true=True):
        """Price of a share of holding k in the house's currency."""
        a = self.asset[k]
        return (self.S if true else self.mk)[at, a] * self.fx[at, self.cur[a]]

    def collateral(self, d, at=ALL):
        """Value of what is pledged to a debt, in the debt's currency."""
        value = sum((d.pledged[at, j] * self.price(k, at) for j, k in enumerate(d.on)), np.zeros(1))
        return value / self.fx[at, d.c]

    def settlement(self, d, S, N):
        """What a forward on N shares takes at price S: shares delivered, and cash on top."""
        between = np.where(d.floor < S, N * d.floor / S, N)
        if d.above == "cash_difference":
            return between, np.maximum(0.0, S - d.cap) * N
        return np.where(d.cap < S, N * d.floor / d.cap, between), np.zeros_like(S)

    def bet_truth(self, bet, k):
        return bet.v + (self.M[:, bet.n] - 1) * (bet.pace * k - bet.since)

    def put_in(self, at, bet, v, k):
        """Value received of a payment dated step k: its truth runs from v then to v x M at the bet's end."""
        pace = v / (bet.end - k)
        bet.v[at] += v
        bet.pace[at] += pace
        bet.since[at] += pace * k

    def take_out(self, at, bet, part):
        for x in (bet.v, bet.pace, bet.since):
            x[at] *= 1 - part

    def worth_of_cash(self, at=ALL):
        return (self.cash[at] * self.fx[at]).sum(axis=1)

    def overdue(self, at=ALL):
        """All that is due and not paid, in the house's currency."""
        total = self.costs[at].copy()
        for d in self.debts:
            total += (d.interest[at] + d.due[at]) * self.fx[at, d.c]
        for x in self.instalments():
            total += x.due[at] * self.fx[at, x.c]
        for bet in self.bets:
            for x in bet.later:
                total += x.due[at] * self.fx[at, bet.c]
        return total

    def instalments(self):
        return [x for d in self.payables for x in d.instalments]

    def balance(self, k, true=False):
        """H and D of every path."""
        H = self.zeros()
        held = self.free.copy()
        for d in self.debts:
            for j, line in enumerate(d.on):
                held[:, line] += d.pledged[:, j]
        for line in range(self.K):
            H += held[:, line] * self.price(line, ALL, true)
        for bet in self.bets:
            H += (self.bet_truth(bet, k) if true else bet.v) * self.fx[:, bet.c]
        for x in self.instalments():
            H -= x.unpaid * self.fx[:, x.c]
        D = self.overdue() - self.worth_of_cash()
        for d in self.debts:
            if d.kind == "prepaid_forward":
                S = self.S[:, self.asset[d.on[0]]]
                shares, money = self.settlement(d, S, d.pledged[:, 0])
                H -= (shares * S + money) * self.fx[:, d.c]
            elif not d.recourse:
                if d.on:
                    H -= np.minimum(d.principal + d.due, self.collateral(d)) * self.fx[:, d.c]
                    D -= d.due * self.fx[:, d.c]  # its lender has the collateral and nothing else
            else:
                D += d.counted * d.principal * self.fx[:, d.c]
        return H, D

    def ltv(self, k):
        H, D = self.balance(k)
        safe = np.where(H > 0, H, 1.0)
        return np.where(H > 0, D / safe, np.where(D > 0, np.inf, 0.0))

    def floor(self, k, at=ALL):
        """Cash that is not bet."""
        if self.floor_amount is not None:
            return np.full(self.paths[at].size, self.floor_amount)
        total, until = np.zeros(self.paths[at].size), k + self.grid.span(self.spec.limits.cash_floor)
        for d in self.debts:
            if d.recourse:
                total += np.where(d.maturity[at] <= until, d.principal[at], 0.0) * self.fx[at, d.c]
        return total

    # ------------------------------------------------------------------ money
    def pay(self, at, want, c):
        """Pay from cash: own currency first, then the house's, then the largest; what was paid."""
        left, rows = want.copy(), self.paths[at]
        for source in dict.fromkeys((c, 0)):
            if not left.any():
                break
            left = self._take(rows, np.full(rows.size, source), left, c)
        for _ in range(self.C - 1):
            if not left.any():
                break
            left = self._take(rows, np.argmax(self.cash[rows] * self.fx[rows], axis=1), left, c)
        return want - np.where((left <= TINY * want) | (left * self.fx[at, c] <= self.dust), 0.0, left)

    def _take(self, rows, source, left, c):
        there = self.fx[rows, c] / self.fx[rows, source]
        has = self.cash[rows, source]
        enough = has >= left * there
        self.cash[rows, source] = np.where(enough, has - left * there, 0.0)
        return np.where(enough, 0.0, left - has / there)

    def settle(self, at=ALL):
        """Cash pays what is due, in the order of the rules."""
        owed = self.debts
        secured = [d for d in owed if d.kind == "margin_loan"]
        other = [d for d in owed if d.kind != "margin_loan"]
        grown = [d for d in other if d.capitalised]
        rest = [d for d in other if not d.capitalised and d.kind != "prepaid_forward"]
        for d in secured + other:
            self._meet(at, d, "interest", d.c)
        self._meet(at, self, "costs", 0)
        for d in secured + self.forwards + grown + rest:
            self._meet(at, d, "due", d.c)
        for x in self.instalments():
            self._meet(at, x, "due", x.c)
        for bet in self.bets:
            for x in bet.later:
                if x.due[at].any():
                    paid = self._meet(at, x, "due", bet.c)
                    self.count("tranche", paid > 0)
                    self.put_in(at, bet, paid * bet.got, x.step)
        for d in secured:
            self.release(d)

    def _meet(self, at, owner, name, c):
        due = getattr(owner, name)
        if not due[at].any():
            return 0.0
        paid = self.pay(at, due[at], c)
        due[at] -= paid
        return paid

    def release(self, d):
        """A secured loan repaid in full frees its collateral; call and close-out are over."""
        done = np.flatnonzero((d.principal + d.due <= 0) & (d.pledged.any(axis=1) | d.closing | (d.call >= 0)))
        if done.size:
            for j, k in enumerate(d.on):
                self.free[done, k] += d.pledged[done, j]
            d.pledged[done], d.call[done], d.closing[done] = 0.0, -1, False

    def repay(self, at, d, amount):
        """Lower what a loan owes, what is overdue first."""
        before = d.due[at] + d.principal[at]
        over = np.maximum(TINY * amount, self.dust / self.fx[at, d.c])
        amount = np.where((amount > 0) & (before - amount <= over), before, amount)
        first = np.minimum(amount, d.due[at])
        d.due[at] -= first
        d.principal[at] = np.where(amount >= before, 0.0, d.principal[at] - (amount - first))
        d.due[at] = np.where(amount >= before, 0.0, d.due[at])
        self.release(d)

    # ------------------------------------------------------------------ sales
    def room(self, at, k, days):
        """Shares of holding k that may still be sold this step."""
        a = self.assets[self.asset[k]]
        if a.volume is None:
            return np.full(at.size, np.inf)
        return np.maximum(0.0, a.participation * a.volume * days - self.sold[at, self.asset[k]])

    def block(self, h):
        """Discount of a sale where no volume is given."""
        a = self.assets[self.asset[h]]
        return a.block if a.volume is None else 0.0

    def impact(self, a, n, days):
        """I and J of Almgren et al. for n shares over days."""
        safe = np.where(days > 0, days, 1.0)
        slip = 0.314 * a.daily * (n / a.volume) * (a.outstanding / a.volume) ** 0.25
        return slip, slip / 2 + 0.142 * a.daily * (n / (a.volume * safe)) ** 0.6

    def sell(self, at, k, n, days):
        """Sell n shares of holding k; what comes in, in the asset's currency. The caller takes the shares away."""
        i = self.asset[k]
        a, P = self.assets[i], self.S[at, i]
        self.sold[at, i] += n
        if a.volume is None:
            return n * P * (1 - a.block)
        slip, J = self.impact(a, n, np.full(at.size, float(days)))
        self.S[at, i] = self.mk[at, i] = P * np.exp(-slip)
        return n * P * np.exp(-J)

    def count(self, name, happened):
        self.events[name] += int(np.sum(happened))

    def forced(self, at, k):
        self.note("first_sale", at, k)

    def note(self, name, at, k):
        first = self.first[name]
        first[at] = np.where(np.isnan(first[at]), k, first[at])

    def lends(self, h, at):
        """What a lender gives on a free share of holding h, for each unit of value; nothing while its loan is called."""
        if h not in self.new:
            return np.zeros(at.size)
        d = self.new[h]
        return np.where((d.call[at] >= 0) | d.closing[at], 0.0, self.spec.lending.advance_rate)

    def raise_money(self, at, X, days, k, forced):
        """One round of sales and new loans on free listed shares; what is still missing of X (house's currency)."""
        asked, X, adv = X, X.copy(), {h: self.lends(h, at) for h in self.listed_order}
        could = sum((adv[h] * self.free[at, h] * self.price(h, at) for h in self.listed_order), np.zeros(at.size))
        short = np.where(X - could > TINY * X, X - could, 0.0)
        for h in self.listed_order if short.any() else ():
            more = 1.0 - self.block(h) - adv[h]  # what a unit of value sold brings on top of lending on it
            P = self.price(h, at)
            wanted = np.where(more > 0, short / (np.where(more > 0, more, 1.0) * P), 0.0)
            n = np.minimum(np.minimum(self.free[at, h], wanted), self.room(at, h, days))
            short = np.maximum(0.0, short - n * P * more)
            X -= self._sell_free(at, h, n, days, k, forced)
        X = np.maximum(X, 0.0)
        for h in self.listed_order if self.new else ():
            P = self.price(h, at)
            could = adv[h] * self.free[at, h] * P
            amount = np.minimum(could, X)
            amount = np.where(TINY * asked < X, amount, 0.0)
            amount = np.where((amount > 0) & (amount >= (1 - TINY) * could), could, amount)
            use = self.free[at, h] * np.where(amount > 0, amount / np.where(amount > 0, could, 1.0), 0.0)
            X -= amount
            d, drawn = self.new[h], amount > 0
            self.count("new loan in cover" if forced else "new loan for a bet", drawn)
            self.free[at, h] -= use
            d.pledged[at, 0] += use
            d.principal[at] += amount / self.fx[at, d.c]
            self.cash[at, d.c] += amount / self.fx[at, d.c]
            d.maturity[at] = np.where(drawn, k + self.grid.span(self.spec.lending.maturity), d.maturity[at])
        return X

    def _take_free(self, at, h, n):
        """Free shares go; rounding leaves none over."""
        self.free[at, h] = less(self.free[at, h], n)

    def _take_pledged(self, at, d, j, n):
        d.pledged[at, j] = less(d.pledged[at, j], n)

    def _sell_free(self, at, h, n, days, k, forced):
        """Sell free shares into cash; what came in, in the house's currency."""
        some = n > 0
        if not some.any():
            return np.zeros(at.size)
        got = np.zeros(at.size)
        self.count("sale in cover" if forced else "sale for a bet", some)
        rows, c = at[some], self.assets[self.asset[h]].c
        got[some] = self.sell(rows, h, n[some], days)
        self._take_free(at, h, n)
        self.cash[at, c] += got
        if forced:
            self.forced(rows, k)
        return got * self.fx[at, c]

    def draw_facilities(self, at, X):
        for d in self.facilities:
            draw = np.minimum(np.maximum(0.0, d.limit[at] - d.principal[at] - d.due[at]), X / self.fx[at, d.c])
            self.count("facility drawn", draw > 0)
            d.principal[at] += draw
            self.cash[at, d.c] += draw
            X = np.maximum(0.0, X - draw * self.fx[at, d.c])
        return X

    # ------------------------------------------------------------------ 1 mark, 2 accrue, 3 pay
    def mark(self, k):
        self.k, moves = k, self.world[:, k - 1]
        self.S *= moves[:, : self.A]
        self.fx *= moves[:, self.A : self.A + self.C]
        self.sold[:] = 0.0
        for i, a in enumerate(self.assets):
            if a.listed or k % a.marked == 0:
                self.mk[:, i] = self.S[:, i]
        for bet in self.bets:
            if k == bet.end:
                self.count("bet ended", bet.v > 0)
                self.cash[:, bet.c] += bet.v * self.M[:, bet.n]
                self.take_out(ALL, bet, 1.0)
                for x in bet.later:
                    self.count("tranche lapsed", x.due > 0)
                    x.due = self.zeros()  # too late

    def accrue(self, k):
        self.cash *= (1 + self.rate) ** self.dt
        for h in range(self.K):
            a = self.assets[self.asset[h]]
            if a.income:
                held = self.free[:, h].copy()
                for d in self.debts:
                    held += sum((d.pledged[:, j] for j, line in enumerate(d.on) if line == h), np.zeros(1))
                self.cash[:, a.c] += held * self.S[:, self.asset[h]] * a.income
        days = (self.grid.dates[k] - self.grid.dates[k - 1]).days
        self.accrued = [(d, self._interest(d, days)) for d in self.debts]
        for d, interest in self.accrued:
            if d.capitalised:
                d.principal += interest
        late = self.overdue() > self.dust
        above = self.last_ltv > self.spec.limits.ltv_max + EPS
        self.count("dividend skipped", self.alive & (late | above))
        self.dividend = np.where(late | above, 0.0, self._yearly(self.spec.dividends, k))

    def _yearly(self, asked, k):
        if isinstance(asked, Amount):
            return np.where(self.alive, self.house.home(asked) * self.dt, 0.0)
        return asked * self.dt * np.maximum(0.0, np.where(self.alive, self.last_nav, 0.0))

    def _interest(self, d, days):
        if d.kind == "bond":
            return (d.principal + d.due) * (d.coupon + d.rolled * d.spread) * (days / 365)
        interest = (d.principal + d.due) * np.where(d.rolled, d.spread_rate, d.rate)
        if d.kind == "facility":
            interest += np.maximum(0.0, d.limit - d.principal - d.due) * d.fee * (days / 365)
        return interest

    def pay_dues(self, k):
        falls = [d for d in self.debts if (d.maturity == k).any()]
        ltv = self.ltv(k) if falls else self.zeros()  # before anything of today is due
        self.costs += self._yearly(self.spec.costs, k)
        for d, interest in self.accrued:
            if not d.capitalised:
                d.interest += np.where(interest * self.fx[:, d.c] > self.dust, interest, 0.0)
        for d in falls:
            keep = np.where(ltv > self.spec.limits.ltv_max + EPS, 0.0, d.rolls)
            self._mature(d, k, keep)
        for d in self.forwards:
            if d.step == k:
                i = self.asset[d.on[0]]
                shares, money = self.settlement(d, self.S[:, i], d.pledged[:, 0])
                self.count("forward below", self.alive & (self.S[:, i] <= d.floor))
                self.count("forward above", self.alive & (self.S[:, i] > d.cap))
                self.count("forward between", self.alive & (self.S[:, i] > d.floor) & (self.S[:, i] <= d.cap))
                self.free[:, d.on[0]] += less(d.pledged[:, 0], shares)
                d.pledged[:] = 0.0
                d.due += money
        for x in self.instalments():
            if x.k == k:
                x.due += x.unpaid
                x.unpaid = self.zeros()
        for bet in self.bets:
            for x in bet.later:
                if x.step == k:
                    x.due += bet.first * x.part
        self.settle()
        self.count("dividend paid", self.pay(ALL, self.dividend, 0) > 0)

    def _mature(self, d, k, keep):
        at = np.flatnonzero(d.maturity == k)
        keep = keep[at]
        if d.rolls:
            self.count("rolled", (keep > 0) & (d.principal[at] > 0))
            self.count("roll refused", (keep <= 0) & (d.principal[at] > 0))
        d.due[at] += d.principal[at] * (1 - keep)
        d.principal[at] *= keep
        d.rolled[at] |= keep > 0
        d.maturity[at] = np.where(keep > 0, k + d.rolls_for, NEVER)
        if d.kind == "facility":
            d.limit[at] *= keep

    # ------------------------------------------------------------------ 4 test, 5 cure
    def test(self, k):
        for d in self.margin:
            L = d.principal + d.due
            looked = (L > 0) & ~d.closing
            if not looked.any():
                continue
            C = self.collateral(d)
            running = looked & (d.call >= 0)
            self.count("call lapsed", running & (d.reset * C >= L))
            d.call = np.where(running, np.where(d.reset * C >= L, -1, d.call - 1), d.call)
            opens = looked & ~running & (d.call_at * C <= L)
            d.call[opens] = d.cure
            self.calls += opens
            self.note("first_call", np.flatnonzero(opens), k)
            out = looked & ((d.out * C <= L) | (C <= 0))
            self._fall_due(np.flatnonzero(out), d)

    def _fall_due(self, at, d):
        """The lender waits no longer: no call and no maturity any more, the collateral pays."""
        d.closing[at], d.call[at], d.maturity[at] = True, -1, NEVER

    def cure(self, k):
        due = [(d.call == 0) & ~d.closing for d in self.margin]
        at = np.flatnonzero(np.any(due, axis=0)) if due else np.zeros(0, dtype=int)
        if at.size:
            need = np.full((at.size, len(self.margin)), np.inf)
            for m, d in enumerate(self.margin):
                short = (d.principal + d.due - d.reset * self.collateral(d)) * self.fx[:, d.c]
                need[:, m] = np.where(due[m][at], short[at], np.inf)
            order = np.argsort(need, axis=1, kind="stable")
            self.count("two calls at once", np.isfinite(need).sum(axis=1) > 1)
            for r in range(len(self.margin)):
                turn = np.where(np.isfinite(need[np.arange(at.size), order[:, r]]), order[:, r], -1)
                for m, d in enumerate(self.margin):
                    if (turn == m).any():
                        self._cure(at[turn == m], d, k)
        for d in self.margin:
            if not d.recourse:
                self._fall_due(np.flatnonzero((d.due > 0) & ~d.closing), d)
            self._close_out(np.flatnonzero(d.closing), d, k)

    def _need(self, at, d, bearable=0.0):
        """What would cure a loan; what is bearable counts as met."""
        need = d.principal[at] + d.due[at] - d.reset * self.collateral(d, at)
        return np.where(need > bearable, need, 0.0)

    def _cure(self, at, d, k):
        """Cash, then more collateral, then sales; what is not cured is closed out."""
        bearable = EPS * (d.principal[at] + d.due[at])
        want = self._need(at, d)
        if not d.recourse:
            want = np.minimum(want, np.maximum(0.0, self.worth_of_cash(at) - self.floor(k, at)) / self.fx[at, d.c])
        self.repay(at, d, self.pay(at, want, d.c))
        if d.recourse:
            for j, h in enumerate(d.on):
                P = self.price(h, at) / self.fx[at, d.c]
                n = np.minimum(self.free[at, h], self._need(at, d, bearable) / (d.reset * P))
                self._take_free(at, h, n)
                d.pledged[at, j] += n
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
            P = self.price(h, at) / self.fx[at, d.c] * (1 - self.block(h))
            n = np.minimum(np.minimum(self.free[at, h], self._need(at, d, bearable) / P), self.room(at, h, self.b))
            self._take_free(at, h, n)
            self._sell_and_repay(at, d, h, n, k)
        for j, h in enumerate(d.on):
            P = self.price(h, at) / self.fx[at, d.c]
            lowers = 1 - self.block(h) - d.reset
            wanted = self._need(at, d, bearable) / (lowers * P) if lowers > 0 else np.zeros(at.size)
            n = np.minimum(np.minimum(d.pledged[at, j], wanted), self.room(at, h, self.b))
            n = np.where(self._need(at, d, bearable) > 0, n, 0.0)
            self._take_pledged(at, d, j, n)
            self._sell_and_repay(at, d, h, n, k)

    def _sell_and_repay(self, at, d, h, n, k):
        """Sell n shares of holding h; the money goes to the loan at once, what is over to cash."""
        some = n > 0
        if some.any():
            at = at[some]
            c = self.assets[self.asset[h]].c
            got = self.sell(at, h, n[some], self.b) * self.fx[at, c] / self.fx[at, d.c]
            owed = d.principal[at] + d.due[at]
            self.cash[at, c] += np.maximum(0.0, got - owed) * self.fx[at, d.c] / self.fx[at, c]
            self.repay(at, d, np.minimum(got, owed))
            self.forced(at, k)

    def _close_out(self, at, d, k):
        """The lender sells until the loan is repaid, as far as today's volume goes."""
        if not at.size:
            return
        for j, h in enumerate(d.on):
            for _ in range(ROUNDS):
                owed = (d.principal[at] + d.due[at]) * self.fx[at, d.c]
                wanted = owed / (self.price(h, at) * (1 - self.block(h)))
                n = np.minimum(np.minimum(d.pledged[at, j], wanted), self.room(at, h, self.b))
                self._take_pledged(at, d, j, n)
                self._sell_and_repay(at, d, h, n, k)
        gone = at[~d.pledged[at].any(axis=1) & d.closing[at]]
        self.count("close-out with shortfall", d.principal[gone] + d.due[gone] > 0)
        self.count("close-out with surplus", d.principal[at] + d.due[at] <= 0)
        self.count("close-out goes on", (d.principal[at] + d.due[at] > 0) & d.pledged[at].any(axis=1))
        if d.recourse:
            d.due[gone] += d.principal[gone]
        else:
            self.count("written off", d.principal[gone] + d.due[gone] > 0)
            d.due[gone] = 0.0
        d.principal[gone], d.closing[gone] = 0.0, False

    # ------------------------------------------------------------------ 6 cover
    def _late(self, at):
        return at[self.overdue(at) > self.dust]

    def cover(self, k):
        at = self._late(self.paths)
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
            way(at, k)
            at = self._late(at)
        waits = np.zeros(at.size, dtype=bool)
        spent = [self.room(at, h, self.b) <= TINY * self.free[at, h] for h in range(self.K)]
        for h in self.listed_order:
            waits |= (self.free[at, h] > 0) & spent[h]
        for d in self.margin:
            loan, value = d.principal[at] + d.due[at], self.collateral(d, at)
            waits |= d.closing[at] & (d.pledged[at] > 0).any(axis=1)
            for j, h in enumerate(d.on):
                spent_too = self.room(at, h, self.b) <= TINY * d.pledged[at, j]
                waits |= (loan > 0) & (d.pledged[at, j] > 0) & spent_too & ((1 - self.block(h) - TINY) * value > loan)
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
        for bet in self.bets:
            for x in bet.later:
                ends |= x.due[at] > 0
        self.count("default that goes on", ~ends)
        if ends.any():
            self._default(at[ends], k)

    def _from_cash(self, at, k):
        self.settle(at)

    def _from_facilities(self, at, k):
        self.draw_facilities(at, self.overdue(at))
        self.settle(at)

    def _from_shares(self, at, k):
        for _ in range(ROUNDS):  # paying may free collateral, which then serves too
            need = self.overdue(at)
            still = self.raise_money(at, need, self.b, k, True)
            self.settle(at)
            at = self._late(at)
            if not at.size or (still >= need).all():
                break

    def _from_collateral(self, at, k):
        for d in self.margin:
            if d.recourse:
                due = at[(d.due[at] > 0) & (d.pledged[at] > 0).any(axis=1)]
                self._fall_due(due, d)
                self._close_out(due, d, k)
        self.settle(at)

    def _from_calls(self, at, k):
        """Running calls are met at once, and what cannot be cured is closed out."""
        for d in self.margin:
            called = at[(d.call[at] >= 0) & (d.principal[at] + d.due[at] > 0)]
            if called.size:
                self._cure(called, d, k)
        for d in self.margin:
            self._close_out(at[d.closing[at]], d, k)
        self.settle(at)

    def _from_above_loans(self, at, k):
        """Pledged shares are sold: of the value the lender gets loan / collateral, the house the rest."""
        for _ in range(ROUNDS):
            start = self.overdue(at)
            still = self.raise_money(at, start, self.b, k, True)
            sold = bool((still < start).any())
            self.settle(at)
            at = self._late(at)
            if not at.size:
                return
            need = self.overdue(at)
            for h in self.listed_order:
                for d in (d for d in self.margin if h in d.on):
                    j = d.on.index(h)
                    loan = (d.principal[at] + d.due[at]) * self.fx[at, d.c]
                    value = self.collateral(d, at) * self.fx[at, d.c]
                    ratio = loan / np.where(value > 0, value, 1.0)
                    gain, P = 1 - self.block(h) - ratio, self.price(h, at)
                    able = (loan > 0) & (d.call[at] < 0) & ~d.closing[at] & (value > 0) & (gain > TINY) & (need > 0)
                    wanted = need / np.where(able, gain * P, 1.0)
                    n = np.minimum(np.minimum(wanted, d.pledged[at, j]), self.room(at, h, self.b))
                    n = np.where(able, n, 0.0)
                    some = n > 0
                    if some.any():
                        who, c = at[some], self.assets[self.asset[h]].c
                        need -= n * P * gain
                        self._take_pledged(who, d, j, n[some])
                        theirs = np.minimum(d.principal[who] + d.due[who], (n * P * ratio)[some] / self.fx[who, d.c])
                        self.cash[who, c] += self.sell(who, h, n[some], self.b)
                        self.repay(who, d, self.pay(who, theirs, d.c))
                        self.forced(who, k)
                        self.count("sold above its loan", some)
                        sold = True
            if not sold:
                return
            self.settle(at)
            at = self._late(at)
            if not at.size:
                return

    def _from_rest(self, at, k):
        """Private holdings, then bets, as far as needed; then all of it pays."""
        need = self.overdue(at)
        for h in self.private_order:
            net = self.price(h, at) * (1 - self.assets[self.asset[h]].discount)
            part = np.where(net > 0, need / np.where(net > 0, net, 1.0), 0.0)
            n, c = np.minimum(self.free[at, h], part), self.assets[self.asset[h]].c
            self._take_free(at, h, n)
            self.cash[at, c] += n * net / self.fx[at, c]
            need = np.where(n < part, need - n * net, 0.0)
            self.count("private sold", n > 0)
            self.forced(at[n > 0], k)
        for bet in self.bets:
            if k >= bet.step:
                net = self.bet_truth(bet, k)[at] * (1 - bet.discount)
                want = need / self.fx[at, bet.c]
                part = np.where(net > 0, np.minimum(1.0, want / np.where(net > 0, net, 1.0)), 0.0)
                self.take_out(at, bet, part)
                self.cash[at, bet.c] += part * net
                need = np.where(want > net, want - net, 0.0) * self.fx[at, bet.c]
                self.count("bet sold", part > 0)
                self.forced(at[part > 0], k)
        self.settle(at)

    # ------------------------------------------------------------------ default
    def _default(self, at, k):
        """Everything is sold, claims are paid by rank, the shareholder keeps what is left."""
        house, claims = self.worth_of_cash(at), self.overdue(at)
        for bet in self.bets:  # nobody can claim a cheque
            for x in bet.later:
                claims -= x.due[at] * self.fx[at, bet.c]
        held = np.zeros(at.size, dtype=bool)
        for d in self.forwards:
            S = self.S[at, self.asset[d.on[0]]]
            held |= d.pledged[at, 0] > 0
            shares, money = self.settlement(d, S, d.pledged[at, 0])
            kept = np.minimum(d.pledged[at, 0], np.where(d.floor < S, shares + money / S, shares))
            self.free[at, d.on[0]] += less(d.pledged[at, 0], kept)
            d.pledged[at] = 0.0
        each = [self._worth_in_default(at, h) for h in range(self.K)]
        for h in range(self.K):
            held |= self.free[at, h] > 0
            house += self.free[at, h] * each[h]
        for bet in self.bets:
            if k >= bet.step:
                held |= bet.v[at] > 0
                house += self.bet_truth(bet, k)[at] * (1 - bet.discount) * self.fx[at, bet.c]
        for d in self.debts:
            claim = d.principal[at] * self.fx[at, d.c]
            if d.kind == "margin_loan":
                claims -= d.due[at] * self.fx[at, d.c]  # what is overdue of it is secured too
                claim += d.due[at] * self.fx[at, d.c]
                brings = sum((d.pledged[at, j] * each[h] for j, h in enumerate(d.on)), np.zeros(at.size))
                held |= brings > 0
                house += np.maximum(0.0, brings - claim)
                claim = np.maximum(0.0, claim - brings) if d.recourse else 0.0
            claims += claim
        for x in self.instalments():
            claims += x.unpaid[at] * self.fx[at, x.c]
        self.forced(at[held], k)
        self.left[at], self.alive[at] = np.maximum(0.0, house - claims), False
        self._empty(at)

    def _worth_in_default(self, at, h):
        i = self.asset[h]
        a, P = self.assets[i], self.price(h, at)
        if not a.listed:
            return P * (1 - a.discount)
        if a.volume is None:
            return P * (1 - a.block)
        n = sum((self.free[at, line] for line in range(self.K) if self.asset[line] == i), np.zeros(at.size))
        for d in self.margin:
            n = n + sum((d.pledged[at, j] for j, line in enumerate(d.on) if self.asset[line] == i), np.zeros(at.size))
        days = np.maximum(1.0, n / (a.participation * a.volume))
        return P * np.exp(-self.impact(a, n, days)[1])

    def _empty(self, at):
        for x in [self.cash, self.free, self.costs, self.dividend]:
            x[at] = 0.0
        for d in self.debts:
            d.principal[at] = d.interest[at] = d.due[at] = d.pledged[at] = 0.0
            d.call[at], d.closing[at], d.maturity[at] = -1, False, NEVER
            if d.kind == "facility":
                d.limit[at] = 0.0
        for x in self.instalments():
            x.unpaid[at] = x.due[at] = 0.0
        for bet in self.bets:
            bet.first[at] = 0.0
            for x in bet.later:
                x.due[at] = 0.0
            self.take_out(at, bet, 1.0)

    # ------------------------------------------------------------------ 7 decide
    def decide(self, k):
        policy = self.spec.policy
        today = [bet for bet in self.bets if bet.step == k]
        if not today or policy.kind == "hold":
            return
        at = self.paths[self.alive & (self.overdue() <= self.dust)]
        stated = np.stack([bet.stated * self.fx[at, bet.c] for bet in today], axis=1)
        total = stated.sum(axis=1)
        most = np.stack([bet.capacity * self.fx[at, bet.c] for bet in today], axis=1)
        weight = stated / total[:, None]
        m = weight @ np.array([bet.got for bet in today])
        funds, above = self._funding(at, k)
        limit = np.full(at.size, np.inf) if policy.limit == "none" and policy.kind == "planned" else funds
        if policy.limit in ("ltv_normal", "ltv_max"):
            level = getattr(self.spec.limits, policy.limit)
            H, D = self.balance(k)
            limit = np.minimum(limit, np.maximum(0.0, (level * H[at] - D[at]) / (1 - level * m)))
        limit = np.where(limit > TINY * total, limit, 0.0)
        if policy.kind == "planned":
            cheques = np.minimum(np.minimum(1.0, limit / total)[:, None] * stated, most)
        else:
            cheques = np.minimum(limit[:, None] * weight, most)
        wanted = cheques.sum(axis=1)
        missing = self._draw(at, wanted, above, k, policy.limit == "none")
        cheques *= np.where(wanted > 0, 1 - missing / np.where(wanted > 0, wanted, 1.0), 0.0)[:, None]
        for bet, cheque in zip(today, cheques.T, strict=True):
            money = cheque / self.fx[at, bet.c]
            self.count("cheque", money > 0)
            bet.first[at] = money
            self.put_in(at, bet, money * bet.got, k)
            self.pay(at, money, bet.c)
            self.cheque[at] += cheque
        late = self.paths[self.alive & (self.overdue() > self.dust)]
        self.cut[late] = 1.0
        self.cut[at] = np.maximum(self.cut[at], cheques.sum(axis=1) < total * (1 - EPS))

    def _funding(self, at, k):
        above = np.maximum(0.0, self.worth_of_cash(at) - self.floor(k, at))
        funds = above.copy()
        for d in self.facilities:
            funds += np.maximum(0.0, d.limit[at] - d.principal[at] - d.due[at]) * self.fx[at, d.c]
        used = np.zeros((at.size, self.A))
        for h in self.listed_order:
            i = self.asset[h]
            brings, lends = 1 - self.block(h), self.lends(h, at)
            sellable = np.minimum(self.free[at, h], np.maximum(0.0, self.room(at, h, self.sale_days) - used[:, i]))
            sellable = np.where(brings > lends, sellable, 0.0)
            used[:, i] += sellable
            funds += (brings * sellable + lends * (self.free[at, h] - sellable)) * self.price(h, at)
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
        self.cash[at, 0] += borrow
        return X - borrow

    # ------------------------------------------------------------------ 8 record
    def record(self, k):
        for name, true in (("nav", True), ("nav_marked", False)):
            H, D = self.balance(k, true)
            self.paths_of[name][:, k] = np.where(self.alive, H - D, self.left)
        self.look(k)
        nav, true = self.paths_of["nav_marked"], self.paths_of["nav"]
        ltv = self.last_ltv
        cash = np.where(self.alive, self.worth_of_cash(), self.left)
        self.paths_of["ltv"][:, k], self.paths_of["cash"][:, k] = ltv, cash
        self.cash_min = np.where(self.watched, np.minimum(self.cash_min, cash), self.cash_min)
        self.watched = self.alive.copy()
        if k:
            breach = ltv > self.spec.limits.ltv_max + EPS
            self.above += breach
            self.note("first_breach", np.flatnonzero(breach), k)
            self.note("halved", np.flatnonzero(nav[:, k] <= 0.5 * nav[:, 0]), k)
            self.note(
                "ruin", np.flatnonzero(true[:, k] <= self.spec.limits.ruin_at * true[:, 0] + EPS * abs(true[:, 0])), k
            )

    def look(self, k):
        """NAV and LTV on which the next step's costs and dividends rest; those of step 0 are after the decision."""
        H, D = self.balance(k)
        self.last_nav = np.where(self.alive, H - D, self.left)
        self.last_ltv = np.where(self.alive, np.minimum(self.ltv(k), ABOVE), ABOVE)

    def told(self):
        nav = self.paths_of["nav_marked"]
        peak = np.maximum.accumulate(nav, axis=1)
        fall = np.where(peak > 0, nav / np.where(peak > 0, peak, 1.0) - 1, 0.0)
        return {
            "events": self.events,
            "nav": self.paths_of["nav"][:, -1],
            "nav_marked": nav[:, -1],
            "nav_min": self.paths_of["nav"].min(axis=1),
            "max_drawdown": fall.min(axis=1),
            "ltv_peak": self.paths_of["ltv"].max(axis=1),
            "cash_min": self.cash_min,
            "time_above_max": self.above / self.T,
            "calls": self.calls,
            **self.first,
            "cheque": self.cheque,
            "cut": self.cut,
            "nav_path": nav,
            "true_path": self.paths_of["nav"],
            "ltv_path": self.paths_of["ltv"],
            "cash_path": self.paths_of["cash"],
        }
