"""House -> arrays: the last place where names exist."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from warchest.core import layout
from warchest.core.calendar import BUSINESS_DAYS, NEVER, Grid
from warchest.core.layout import Array, Debt, Life, Line, Pledge, table
from warchest.core.rows import Context, Row
from warchest.core.units import Amount, Duration, Rate
from warchest.holdings import Listed, Private
from warchest.house import House
from warchest.markets.common import Moving, Pair
from warchest.policies import Fraction
from warchest.policies.common import Policy

BUSINESS_YEAR = 252.0


@dataclass(frozen=True)
class Names:
    """What the rows of the arrays are called, for logs, tables and labels."""

    assets: tuple[str, ...]  # also of the lines: a house has one line of each asset
    debts: tuple[str, ...]
    bets: tuple[str, ...]
    draws: tuple[str, ...]
    currencies: tuple[str, ...]


class Compiled(NamedTuple):
    """The tables of a house at step 0, and what their rows are called."""

    origin: Life
    names: Names


def compile_house(house: House) -> Compiled:
    """The tables a house's life starts from, on its grid."""
    spec, grid = house.spec, house.grid
    currencies = _currencies(house)
    assets = [name for name, holding in spec.holdings.items() if holding.asset is None]
    lines = {name: assets.index(holding.asset or name) for name, holding in spec.holdings.items()}
    sizes = {name: size(house, name) for name in lines}
    shares = [sum(n for name, n in sizes.items() if lines[name] == i) for i in range(len(assets))]
    context = Context(grid, currencies, spec.market.rate, sizes, lines)
    rows = sorted((row for name, debt in spec.debts.items() for row in debt.rows(name, context)), key=_place)
    loans = [row for row in rows if row.debt.kind == layout.MARGIN]
    lending = {}
    if spec.lending is not None:
        for i, name in enumerate(assets):
            if isinstance(spec.holdings[name], Listed):
                lending[i] = len(loans)
                loans.append(_lending_row(house, context, i, name))
    spread = context.step_rate(Rate(spec.borrowing.spread, True))
    unsecured = Row("Unsecured borrowing", Debt(layout.BOND, 0, 0.0, rate=spread, roll_rate=spread))
    rows = [*loans, *(row for row in rows if row.debt.kind != layout.MARGIN), unsecured]
    pledges = [Pledge(d, i, n) for d, row in enumerate(rows) for i, n in row.pledges]
    ends = np.cumsum([len(row.pledges) for row in rows])
    bets, bet_names = _bets(house, grid, currencies)
    pledged = np.zeros(len(assets))
    for pledge in pledges:
        pledged[pledge.line] += pledge.shares
    order = _selling_order(house, assets)
    priced = [_asset(house, context, name) for name in assets]
    worth = sum(n * a.worth for n, a in zip(shares, priced, strict=True))
    worth += sum(amount.value * house.fx[code or spec.currency] for code, amount in spec.cash.items())
    origin = Life(
        clock=table(layout.Clock, [layout.Clock(grid.steps, grid.dt, float(BUSINESS_DAYS[grid.step]), max(1, -(-grid.steps // 130)))]),
        steps=table(layout.Step, _steps(grid, bets, spec.policy)),
        currencies=table(layout.Currency, [layout.Currency(house.fx[c]) for c in currencies]),
        assets=table(layout.Asset, priced),
        lines=table(layout.Line, [
            Line(0, i, lending.get(i, -1), order[i], shares[i], _rest(shares[i], pledged[i])) for i in range(len(assets))
        ]),
        debts=table(Debt, [
            row.debt._replace(pledge_from=int(end) - len(row.pledges), pledge_to=int(end))
            for row, end in zip(rows, ends, strict=True)
        ]),
        pledges=table(Pledge, pledges),
        bets=table(layout.Bet, bets),
        houses=table(layout.Owner, [_owner(house, context, worth, len(assets), [row.debt for row in rows], len(bets))]),
        purses=table(layout.Purse, _purses(house, currencies)).reshape(1, len(currencies)),
        paths=table(layout.Path, []),
        log=table(layout.Entry, []),
    )  # fmt: skip
    return Compiled(origin, Names(tuple(assets), tuple(r.name for r in rows), bet_names, tuple(spec.bets), currencies))


def _place(row: Row) -> int:
    """Secured loans first, then forwards, what is capitalised, the rest, instalments; in file order within each."""
    kinds = {layout.MARGIN: 0, layout.FORWARD: 1, layout.PAYABLE: 4}
    return kinds.get(row.debt.kind, 2 if row.debt.capitalised else 3)


def _rest(shares: float, pledged: float) -> float:
    """Free shares; all of them pledged in parts leave nothing over."""
    return max(0.0, shares - pledged) if abs(shares - pledged) > 1e-12 * shares else 0.0


def compile_market(house: House) -> layout.Market:
    """How prices move: the assets, then the pairs of `fx` that move something; currencies are sums of signed pairs."""
    spec = house.spec
    currencies = _currencies(house)
    ways = [_way(house, code) for code in currencies]
    pairs = [p for p in spec.fx if any(p in way for way in ways)]
    combine = np.array([[way.get(p, 0.0) for p in pairs] for way in ways]).reshape(len(currencies), len(pairs))
    still = Pair()
    moving = [spec.market.currencies.get(p, still) for p in pairs]
    processes = []
    for holding in spec.holdings.values():
        if holding.asset is None:
            growth = spec.market.rate if holding.growth is None else holding.growth
            processes.append(Moving(growth, holding.volatility or 0.0, holding.loadings))
    processes += [Moving(p.growth, p.volatility, p.loadings) for p in moving]
    return spec.market.numbers(processes, combine, house.grid.dt)._replace(**_ties(house))


def _ties(house: House) -> dict[str, Array]:
    """How the bets' outcomes hang on the factors, and over which steps: from the first cheque to the end, or to the horizon."""
    grid, factors, bets = house.grid, list(house.spec.market.factors), list(house.spec.bets.values())
    ties = np.zeros((len(bets), len(factors)))
    window = np.zeros((2, len(bets)), dtype=np.int64)
    for n, bet in enumerate(bets):
        start = grid.on(bet.payments[0].date)
        if bet.loadings and start < grid.steps:
            ties[n] = [bet.loadings.get(factor, 0.0) for factor in factors]
            window[:, n] = start, min(grid.steps, start + max(1, round(bet.outcome.years / grid.dt)))
    return {"ties": ties, "tied_from": window[0].copy(), "tied_to": window[1].copy()}


def _way(house: House, code: str) -> dict[str, float]:
    """The pairs whose product is the price of a currency in the house's own: +1 as quoted, -1 turned round."""
    ways: dict[str, dict[str, float]] = {house.spec.currency: {}}
    for _ in house.spec.fx:
        for pair in house.spec.fx:
            base, quote = pair[:3], pair[3:]
            if quote in ways and base not in ways:
                ways[base] = {**ways[quote], pair: ways[quote].get(pair, 0.0) + 1.0}
            elif base in ways and quote not in ways:
                ways[quote] = {**ways[base], pair: ways[base].get(pair, 0.0) - 1.0}
    return ways[code]


def outcomes(house: House, uniforms: Array) -> Array:
    """Multiples (paths, bets) from the bets' own uniform draws (paths, bets)."""
    multiples = np.ones((uniforms.shape[0], max(1, uniforms.shape[1])))
    for n, bet in enumerate(house.spec.bets.values()):
        multiples[:, n] = bet.outcome.quantile(uniforms[:, n])
    return multiples


def _currencies(house: House) -> tuple[str, ...]:
    """The house's currency first, then those that anything in the file is written in."""
    spec = house.spec
    amounts: list[Amount | None] = [
        getattr(h, "price", None) or getattr(h, "value", None) for h in spec.holdings.values()
    ]
    for debt in spec.debts.values():
        amounts += [getattr(debt, f, None) for f in ("principal", "limit", "floor")]
        amounts += list((getattr(debt, "maturities", None) or getattr(debt, "instalments", None) or {}).values())
    used = [a.currency for a in amounts if a is not None]
    for bet in spec.bets.values():
        used += [bet.currency, *(p.cheque.currency for p in bet.payments)]
    ordered = dict.fromkeys([spec.currency, *spec.cash, *used])
    return tuple(c for c in ordered if c)


def size(house: House, name: str) -> float:
    """Shares of a holding; of a private one, its mark in marks of its asset."""
    holding = house.spec.holdings[name]
    if isinstance(holding, Listed):
        return holding.shares
    if holding.asset is None:
        return 1.0
    other = house.spec.holdings[holding.asset]
    assert isinstance(other, Private)
    if other.value.value == 0.0:
        return 0.0
    return house.home(holding.value) / house.home(other.value)


def _lending_row(house: House, context: Context, line: int, name: str) -> Row:
    """The slot for a new loan on one listed asset, in the currency of its shares, with nothing drawn."""
    terms = house.spec.lending
    assert terms is not None
    rate = context.step_rate(terms.rate)
    debt = Debt(
        layout.MARGIN,
        context.currencies.index(_currency_of_line(house, name)),
        0.0,
        rate=rate,
        roll_rate=rate,
        recourse=int(terms.recourse),
        call_at=terms.call_at,
        reset_to=terms.reset_to,
        close_out_at=terms.close_out_at,
        cure=context.cure(terms.cure),
    )
    return Row(f"New loan on {name}", debt, ((line, 0.0),))


def _currency_of_line(house: House, name: str) -> str:
    holding = house.spec.holdings[name]
    holding = house.spec.holdings[holding.asset] if holding.asset else holding
    amount = holding.price if isinstance(holding, Listed) else holding.value
    assert amount is not None
    return house.currency_of(amount)


def _asset(house: House, context: Context, name: str) -> layout.Asset:
    holding = house.spec.holdings[name]
    assert holding.volatility is not None
    currency = context.currencies.index(_currency_of_line(house, name))
    sigma = holding.volatility / math.sqrt(BUSINESS_YEAR)
    if isinstance(holding, Listed):
        assert holding.price is not None
        price, volume = holding.price.value, holding.daily_volume or 0.0
        outstanding = holding.outstanding or 200.0 * volume
        dividend = context.step_rate(holding.dividend_yield)
        return layout.Asset(
            currency,
            dividend,
            volume,
            outstanding,
            holding.participation,
            holding.block_discount,
            sigma,
            0,
            0.0,
            price,
            price,
            0,
            price * house.fx[context.currencies[currency]],
        )
    truth = holding.value.value * (1.0 - holding.overmarked)
    every = context.grid.span(holding.marked)
    mark = holding.value.value
    return layout.Asset(
        currency,
        0.0,
        0.0,
        0.0,
        0.0,
        0.0,
        sigma,
        every,
        holding.sale_discount,
        truth,
        mark,
        every,
        house.home(holding.value),
        -house.home(holding.value) * holding.overmarked,
    )


def _selling_order(house: House, assets: list[str]) -> list[int]:
    """`sell_order` first, then listed before private, by daily value traded, then file order."""
    first = [house.spec.holdings[name].asset or name for name in house.spec.sell_order]

    def key(i: int) -> tuple[float, ...]:
        if assets[i] in first:
            return (0.0, float(first.index(assets[i])))
        other = house.spec.holdings[assets[i]]
        if not isinstance(other, Listed):
            return (2.0, float(i))
        assert other.price is not None
        traded = house.home(other.price) * other.daily_volume if other.daily_volume else math.inf
        return (1.0, -traded, float(i))

    return sorted(range(len(assets)), key=key)


def _bets(house: House, grid: Grid, currencies: tuple[str, ...]) -> tuple[list[layout.Bet], tuple[str, ...]]:
    rows: list[layout.Bet] = []
    names: list[str] = []
    for draw, (name, bet) in enumerate(house.spec.bets.items()):
        first = len(rows)
        held_in = bet.currency or house.currency_of(bet.payments[0].cheque)
        fx = house.fx[held_in]
        start = grid.on(bet.payments[0].date)
        end = start + max(1, round(bet.outcome.years / grid.dt)) if start < NEVER else NEVER
        dates = [grid.on(payment.date) for payment in bet.payments]
        end = max(end, *(step + 1 for step in dates if step < NEVER), 0)
        capacity = math.inf if bet.capacity is None else house.home(bet.capacity) / fx
        for payment in bet.payments:
            names.append(name)
            rows.append(layout.Bet(
                draw, currencies.index(held_in), house.home(payment.cheque) / fx, grid.on(payment.date), end,
                1.0 / (1.0 + bet.premium), first, capacity, bet.sale_discount,
            ))  # fmt: skip
    return rows, tuple(names)


def _steps(grid: Grid, bets: list[layout.Bet], policy: Policy) -> list[layout.Step]:
    events = [0] * (grid.steps + 1)
    if isinstance(policy, Fraction):
        for k in range(0, grid.steps + 1, grid.span(policy.every)):
            events[k] |= layout.DECIDES
        bets = []  # none is made
    for b, bet in enumerate(bets):
        if bet.start <= grid.steps:
            events[bet.start] |= layout.DECIDES if bet.first == b else layout.TRANCHE
        if bet.end <= grid.steps:
            events[bet.end] |= layout.ENDS
    days = [0.0] + [float((b - a).days) for a, b in zip(grid.dates[:-1], grid.dates[1:], strict=True)]
    return [layout.Step(d, e) for d, e in zip(days, events, strict=True)]


def _purses(house: House, currencies: tuple[str, ...]) -> list[layout.Purse]:
    cash = dict.fromkeys(currencies, 0.0)
    for code, amount in house.spec.cash.items():
        cash[code or house.spec.currency] += amount.value
    return [layout.Purse(cash[c]) for c in currencies]


def _owner(house: House, context: Context, worth: float, lines: int, debts: list[Debt], bets: int) -> layout.Owner:
    spec, grid = house.spec, context.grid
    floor, lending, limit = spec.limits.cash_floor, spec.lending, getattr(spec.policy, "limit", "ltv_max")
    kinds = {"hold": layout.HOLD, "planned": layout.PLANNED, "all_in": layout.ALL_IN, "fraction": layout.FRACTION}
    kept = spec.policy if isinstance(spec.policy, Fraction) else None
    limits = {"funding": layout.LIMIT_FUNDING, "none": layout.LIMIT_NONE}
    loans = sum(d.kind == layout.MARGIN for d in debts)
    forwards = loans + sum(d.kind == layout.FORWARD for d in debts)
    growing = forwards + sum(bool(d.capitalised) for d in debts[forwards:])
    return layout.Owner(
        ltv_limit=spec.limits.ltv_normal if limit == "ltv_normal" else spec.limits.ltv_max,
        ltv_max=spec.limits.ltv_max,
        floor=house.home(floor) if isinstance(floor, Amount) else 0.0,
        floor_steps=grid.span(floor) if isinstance(floor, Duration) else 0,
        sale_days=spec.limits.sale_days.years * BUSINESS_YEAR,
        ruin_at=spec.limits.ruin_at,
        cost_rate=0.0 if isinstance(spec.costs, Amount) else spec.costs * grid.dt,
        cost=house.home(spec.costs) * grid.dt if isinstance(spec.costs, Amount) else 0.0,
        payout_rate=0.0 if isinstance(spec.dividends, Amount) else spec.dividends * grid.dt,
        payout=house.home(spec.dividends) * grid.dt if isinstance(spec.dividends, Amount) else 0.0,
        advance=lending.advance_rate if lending else 0.0,
        lending_steps=grid.span(lending.maturity) if lending else 1,
        borrow_limit=house.home(spec.borrowing.limit),
        policy=kinds[spec.policy.kind],
        limit=limits.get(limit, layout.LIMIT_LTV),
        earns=context.step_rate(spec.market.rate),
        grows=any(d.capitalised for d in debts),
        dust=layout.DUST * worth,
        pays=any(isinstance(h, Listed) and h.dividend_yield > 0.0 for h in spec.holdings.values()),
        line_to=lines,
        debt_to=len(debts),
        bet_to=bets,
        loan_to=loans,
        forward_to=forwards,
        growing_to=growing,
        payable_from=len(debts) - 1 - sum(d.kind == layout.PAYABLE for d in debts),
        lent_to=sum(d.kind == layout.MARGIN and d.principal > 0.0 for d in debts),
        forwards=forwards - loans,
        kept_line=context.lines[kept.holding] if kept else 0,
        kept_share=kept.share if kept else 0.0,
    )
