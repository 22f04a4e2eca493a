"""House -> tables, one row after the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from warchest.bets.deals import rows_of_flow
from warchest.compile import owners
from warchest.compile.parts import index, lending_row, priced, selling_order, size
from warchest.compile.ranks import in_ranks
from warchest.compile.stock import moves_by_itself, stock
from warchest.compile.tree import Member, currencies, from_the_top, members
from warchest.compile.world import bets_of, funding, today
from warchest.core import fund_tables, kernel, layout, sight
from warchest.core.calendar import BUSINESS_DAYS, NEVER, Grid
from warchest.core.layout import Debt, Life, Line, Pledge, table
from warchest.core.rows import Context, Row
from warchest.core.stock import Stock
from warchest.core.units import Rate
from warchest.holdings import Listed
from warchest.house import House
from warchest.policies import Band, Fraction, Own, SellWinners, Spread
from warchest.policies.own import read


@dataclass(frozen=True)
class Names:
    """What the rows of the tables are called, for logs and labels; in a fund `Fund > Name`."""

    assets: tuple[str, ...]  # also of the lines: a house has one line of each asset
    debts: tuple[str, ...]
    bets: tuple[str, ...]
    draws: tuple[str, ...]
    currencies: tuple[str, ...]
    houses: tuple[str, ...]
    investors: tuple[str, ...]


class Compiled(NamedTuple):
    """The tables of a house at step 0, what their rows are called, and the policies in Python files, by their number."""

    origin: Life
    names: Names
    own: kernel.Own = ()


@dataclass
class Tables:
    """Rows as they are gathered, house by house."""

    assets: list[layout.Asset] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    debts: list[Debt] = field(default_factory=list)
    pledges: list[Pledge] = field(default_factory=list)
    bets: list[layout.Bet] = field(default_factory=list)
    flows: list[fund_tables.Flow] = field(default_factory=list)
    houses: list[layout.Owner] = field(default_factory=list)
    purses: list[layout.Purse] = field(default_factory=list)
    levels: list[sight.Levels] = field(default_factory=list)
    own: list[Callable[..., Any]] = field(default_factory=list)
    funds: list[fund_tables.Fund] = field(default_factory=list)
    investors: list[fund_tables.Investor] = field(default_factory=list)
    names: dict[str, list[str]] = field(
        default_factory=lambda: {k: [] for k in ("assets", "debts", "bets", "draws", "investors")}
    )


def compile_house(house: House) -> Compiled:
    """The tables a house's life starts from, on its grid: its assets first, then each fund's; houses children first."""
    grid, codes = house.grid, currencies(house)
    everyone, tables = members(house), Tables()
    line_from, draw_from, offer_from, offers = {}, {}, {}, 0
    for member in from_the_top(house):
        offer_from[member.number] = offers
        offers += sum(rows_of_flow(flow.a_year, flow.until.years) for flow in member.house.spec.deals.values())
        line_from[member.number], draw_from[member.number] = len(tables.names["assets"]), len(tables.names["draws"])
        tables.names["assets"] += [member.title(n) for n, h in member.house.spec.priced.items() if h.asset is None]
        tables.names["draws"] += [member.title(n) for n in member.house.spec.bets]
    lines: dict[int, list[Line]] = {}
    assets: dict[int, list[layout.Asset]] = {}
    for member in everyone:
        lines[member.number], assets[member.number] = _add(
            tables, member, grid, codes, line_from[member.number], draw_from[member.number]
        )
        _add_deals(tables, member, grid, codes, len(bets_of(house)), offer_from[member.number])
    for member in from_the_top(house):
        tables.lines += lines[member.number]
        tables.assets += assets[member.number]
    benchmark = house.spec.market.benchmark
    if benchmark is not None:
        tables.assets.append(index())
    if moves_by_itself(house):
        tables.assets.append(index())
    points = max(1, -(-grid.steps // 130))
    invested = any(member.house.spec.investors for member in everyone)
    buckets = -(-grid.steps // points) + 1 if invested else 0
    origin = Life(
        clock=table(
            layout.Clock,
            [
                layout.Clock(
                    grid.steps,
                    grid.dt,
                    float(BUSINESS_DAYS[grid.step]),
                    points,
                    points,
                    benchmark=-1 if benchmark is None else len(tables.assets) - 1 - moves_by_itself(house),
                    peak=1.0,
                    regime=today(house),
                )
            ],
        ),
        steps=table(layout.Step, _steps(grid, tables.bets, everyone, all(times.exits for times in funding(house)))),
        regimes=table(fund_tables.Funding, funding(house)),
        currencies=table(layout.Currency, [layout.Currency(house.fx[c]) for c in codes]),
        assets=table(layout.Asset, tables.assets),
        lines=table(Line, tables.lines),
        debts=table(Debt, tables.debts),
        pledges=table(Pledge, tables.pledges),
        bets=table(layout.Bet, tables.bets),
        flows=table(fund_tables.Flow, tables.flows),
        houses=table(layout.Owner, tables.houses),
        sights=table(sight.Sight, [sight.Sight()] * len(everyone)),
        levels=table(sight.Levels, tables.levels),
        purses=table(layout.Purse, tables.purses).reshape(len(everyone), len(codes)),
        stocks=table(Stock, stock(house, len(tables.assets) - 1 if moves_by_itself(house) else -1)),
        funds=table(fund_tables.Fund, tables.funds),
        investors=table(fund_tables.Investor, tables.investors),
        buckets=table(fund_tables.Bucket, [fund_tables.Bucket()] * (len(everyone) * buckets)).reshape(
            len(everyone), buckets
        ),
        returns=table(fund_tables.Returns, []).reshape(0, len(everyone) if invested else 0),
        paths=table(layout.Path, []),
        log=table(layout.Entry, []),
    )
    called = {key: tuple(value) for key, value in tables.names.items()}
    titles = tuple(" > ".join(m.titles) if m.titles else m.house.name for m in everyone)
    return Compiled(origin, Names(**called, currencies=codes, houses=titles), tuple(tables.own))


def _add(
    tables: Tables,
    member: Member,
    grid: Grid,
    codes: tuple[str, ...],
    line_from: int,
    draw_from: int,
) -> tuple[list[Line], list[layout.Asset]]:
    """Add one house to the tables; its lines and assets come back."""
    house, spec = member.house, member.house.spec
    own = [name for name, holding in spec.priced.items() if holding.asset is None]
    lines = {name: line_from + own.index(holding.asset or name) for name, holding in spec.priced.items()}
    sizes = {name: size(house, name) for name in lines}
    shares = [sum(n for name, n in sizes.items() if lines[name] == line_from + i) for i in range(len(own))]
    context = Context(grid, codes, spec.market.rate, sizes, lines, codes.index(spec.currency))
    rows = sorted((row for name, debt in spec.debts.items() for row in debt.rows(name, context)), key=_place)
    first_debt, first_bet, lending = len(tables.debts), len(tables.bets), {}
    loans = in_ranks(house, [row for row in rows if row.debt.kind == layout.MARGIN], first_debt)
    if spec.lending is not None:
        for i, name in enumerate(own):
            if isinstance(spec.priced[name], Listed):
                lending[i] = first_debt + len(loans)
                loans.append(lending_row(house, context, line_from + i, name))
    spread = context.step_rate(Rate(spec.borrowing.spread, True))
    unsecured = Row("Unsecured borrowing", Debt(layout.BOND, context.home, 0.0, rate=spread, roll_rate=spread))
    rows = [*loans, *(row for row in rows if row.debt.kind != layout.MARGIN), unsecured]
    pledged = [0.0] * len(own)
    for row in rows:
        start = len(tables.pledges)
        tables.pledges += [Pledge(len(tables.debts), i, n) for i, n in row.pledges]
        for i, n in row.pledges:
            pledged[i - line_from] += n
        tables.debts.append(row.debt._replace(house=member.number, pledge_from=start, pledge_to=len(tables.pledges)))
        tables.names["debts"].append(member.title(row.name))
    bets, titles = _bets(member, grid, codes, draw_from, first_bet)
    tables.bets += bets
    tables.names["bets"] += titles
    assets = [priced(house, context, name) for name in own]
    worth = sum(n * a.worth for n, a in zip(shares, assets, strict=True))
    worth += sum(amount.value * house.fx[code or spec.currency] for code, amount in spec.cash.items())
    worth += owners.committed(house) * house.fx[spec.currency]
    worth += sum(owners.committed(child) * child.fx[child.spec.currency] for child in house.funds.values())
    held = member.holding
    tables.houses.append(owners.owner(house, context, worth, [row.debt for row in rows], first_debt)._replace(
        line_from=line_from, line_to=line_from + len(own), bet_from=first_bet, bet_to=len(tables.bets), named_to=len(tables.bets),
        funded=int(bool(spec.investors or house.funds)),
    ))  # fmt: skip
    tables.levels.append(owners.levels(house, len(tables.own)))
    if isinstance(spec.policy, Own):
        tables.own.append(read(house.beside_it(spec.policy.file)))
    manager = member.parent if held is not None and held.manager else -1
    tables.funds.append(owners.fund(house, context, len(tables.investors), manager))
    discount, ours = (held.sale_discount, held.investor) if held is not None else (0.0, "")
    tables.investors += owners.investors(house, context, member.number, member.parent, discount, ours)
    tables.names["investors"] += [member.title(name) for name in spec.investors]
    tables.purses += _purses(house, codes)
    order = selling_order(house, own)
    return [
        Line(
            member.number,
            line_from + i,
            lending.get(i, -1),
            line_from + order[i],
            shares[i],
            _rest(shares[i], pledged[i]),
        )
        for i in range(len(own))
    ], assets


def _add_deals(tables: Tables, member: Member, grid: Grid, codes: tuple[str, ...], draw_from: int, offer: int) -> None:
    """Add a house's flows of deals, each a row for every deal that may come; their draws stand after all bets'."""
    house, spec = member.house, member.house.spec
    first, expected = len(tables.flows), sum(flow.a_year * flow.until.years for flow in spec.deals.values())
    spread = spec.policy if isinstance(spec.policy, Spread) else None
    for name, flow in spec.deals.items():
        begin, count = len(tables.bets), rows_of_flow(flow.a_year, flow.until.years)
        currency = codes.index(house.currency_of(flow.cheque))
        for _ in range(count):
            tables.bets.append(layout.Bet(
                draw_from + offer, currency, flow.cheque.value, NEVER, NEVER, 1.0 / (1.0 + flow.premium), len(tables.bets), math.inf,
                flow.sale_discount, member.number, len(tables.flows), offer, grid.span(flow.rounds) if flow.rounds else 0,
                flow.overmarked, flow.follow_on if flow.rounds else 0.0,
            ))  # fmt: skip
            offer += 1
        tables.names["bets"] += [member.title(f"{name} {n + 1}") for n in range(count)]
        depth = 1.0 if flow.depth is None else house.home(flow.depth) / house.fx[codes[currency]]
        tables.flows.append(fund_tables.Flow(
            member.number, begin, begin + count, max(1.0, flow.until.years / grid.dt), flow.crowding, depth, flow.exits_close,
            0.0 if spread is None else spread.positions * flow.a_year * flow.until.years / expected,
            0.0 if spread is None else spread.size * (owners.committed(house) if spec.investors else 1.0) / spread.positions, begin,
        ))  # fmt: skip
    own = tables.houses[-1]
    tables.houses[-1] = own._replace(bet_to=len(tables.bets), flow_from=first, flow_to=len(tables.flows))


def _place(row: Row) -> int:
    """Secured loans first, then forwards, what is capitalised, the rest, instalments; in file order within each."""
    kinds = {layout.MARGIN: 0, layout.FORWARD: 1, layout.PAYABLE: 4}
    return kinds.get(row.debt.kind, 2 if row.debt.capitalised else 3)


def _rest(shares: float, pledged: float) -> float:
    """Free shares; all of them pledged in parts leave nothing over."""
    return max(0.0, shares - pledged) if abs(shares - pledged) > 1e-12 * shares else 0.0


def _bets(
    member: Member, grid: Grid, currencies: tuple[str, ...], draw: int, row: int
) -> tuple[list[layout.Bet], list[str]]:
    """A house's bets, from this draw and this row on, and their names."""
    house = member.house
    rows: list[layout.Bet] = []
    names: list[str] = []
    for n, (name, bet) in enumerate(house.spec.bets.items()):
        first = row + len(rows)
        held_in = bet.currency or house.currency_of(bet.payments[0].cheque)
        fx = house.fx[held_in]
        start = grid.on(bet.payments[0].date)
        end = start + max(1, round(bet.outcome.years / grid.dt)) if start < NEVER else NEVER
        dates = [grid.on(payment.date) for payment in bet.payments]
        end = max(end, *(step + 1 for step in dates if step < NEVER), 0)
        capacity = math.inf if bet.capacity is None else house.home(bet.capacity) / fx
        for payment in bet.payments:
            names.append(member.title(name))
            rows.append(layout.Bet(
                draw + n, currencies.index(held_in), house.home(payment.cheque) / fx, grid.on(payment.date), end,
                1.0 / (1.0 + bet.premium), first, capacity, bet.sale_discount, member.number,
            ))  # fmt: skip
    return rows, names


def _steps(grid: Grid, bets: list[layout.Bet], all_members: list[Member], exits: bool) -> list[layout.Step]:
    """Flags of each step; where exits may close, a bet may end on any."""
    events = [0 if exits else layout.ENDS] * (grid.steps + 1)
    rebalancing = set()
    for member in all_members:
        policy = member.house.spec.policy
        if member.house.spec.deals:
            for k in range(1, grid.steps + 1):
                events[k] |= layout.DECIDES | layout.ENDS
        if isinstance(policy, (Band, SellWinners, Own)):
            for k in range(0, grid.steps + 1, grid.span(policy.every)):
                events[k] |= layout.DECIDES
        if isinstance(policy, Fraction) and policy.holding is not None:
            rebalancing.add(member.number)  # no bets are made
            for k in range(0, grid.steps + 1, grid.span(policy.every)):
                events[k] |= layout.DECIDES
    for b, bet in enumerate(bets):
        if bet.house in rebalancing:
            continue
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
