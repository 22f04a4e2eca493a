"""A house's own row, and what it owes the investors it has."""

from __future__ import annotations

from warchest.compile.parts import BUSINESS_YEAR
from warchest.core import fund_tables, layout, sight
from warchest.core.layout import Debt
from warchest.core.rows import Context
from warchest.core.units import Amount, Duration
from warchest.holdings import Listed
from warchest.house import House
from warchest.policies import Band, Fraction, Own, SellWinners


def owner(house: House, context: Context, worth: float, debts: list[Debt], first: int) -> layout.Owner:
    """A house's rules, and where its debts stand from row `first` on."""
    spec, grid = house.spec, context.grid
    floor, lending, limit = spec.limits.cash_floor, spec.lending, getattr(spec.policy, "limit", "ltv_max")
    home = house.fx[spec.currency]
    kept = spec.policy if isinstance(spec.policy, Fraction) else None
    kinds = {
        "hold": layout.HOLD, "planned": layout.PLANNED, "all_in": layout.ALL_IN, "spread": layout.SPREAD,
        "band": layout.BAND, "sell_winners": layout.SELL_WINNERS, "own": layout.OWN,
        "fraction": layout.SHARE_OF_DEALS if kept and kept.holding is None else layout.FRACTION,
    }  # fmt: skip
    limits = {"funding": layout.LIMIT_FUNDING, "none": layout.LIMIT_NONE}
    loans = first + sum(d.kind == layout.MARGIN for d in debts)
    forwards = loans + sum(d.kind == layout.FORWARD for d in debts)
    growing = forwards + sum(bool(d.capitalised) for d in debts[forwards - first :])
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
        widens=spec.refinancing.widens * grid.dt,
        ltv_normal=spec.limits.ltv_normal,
        rolls_until=spec.limits.ltv_max if spec.refinancing.until is None else spec.refinancing.until,
        advance=lending.advance_rate if lending else 0.0,
        lending_steps=grid.span(lending.maturity) if lending else 1,
        borrow_limit=house.home(spec.borrowing.limit) / home,
        policy=kinds[spec.policy.kind],
        limit=limits.get(limit, layout.LIMIT_LTV),
        earns=context.step_rate(spec.market.rate),
        grows=any(d.capitalised for d in debts),
        prefers=any(d.capitalised == 2 for d in debts),
        dust=layout.DUST * worth,
        pays=any(isinstance(h, Listed) and h.dividend_yield > 0.0 for h in spec.holdings.values()),
        line_to=0,
        debt_to=first + len(debts),
        bet_to=0,
        debt_from=first,
        home=context.home,
        loan_to=loans,
        forward_to=forwards,
        growing_to=growing,
        payable_from=first + len(debts) - 1 - sum(d.kind == layout.PAYABLE for d in debts),
        lent_to=first + sum(d.kind == layout.MARGIN and d.principal > 0.0 for d in debts),
        forwards=forwards - loans,
        kept_line=context.lines[kept.holding] if kept and kept.holding else 0,
        kept_share=kept.share if kept else 0.0,
    )


def levels(house: House, own: int) -> sight.Levels:
    """The levels of a house's policy; `own` is the number of its own one."""
    policy, limits = house.spec.policy, house.spec.limits
    if isinstance(policy, Band):
        attack = limits.ltv_normal if policy.attack_below is None else policy.attack_below
        defend = limits.ltv_max if policy.defend_above is None else policy.defend_above
        back = attack if policy.back_to is None else policy.back_to
        return sight.Levels(attack, defend, back, int(policy.cheques == "all_in"))
    if isinstance(policy, SellWinners):
        return sight.Levels(above=policy.above, part=policy.part)
    return sight.Levels(own=own)


def fund(house: House, context: Context, first: int, manager: int) -> fund_tables.Fund:
    """What a house owes its investors and its manager; its investors' rows begin at `first`."""
    spec, grid = house.spec, context.grid
    if not spec.investors:
        return fund_tables.Fund(first, first)
    fees, rules = spec.fees, spec.waterfall
    common = [row for row in investors(house, context, 0, -1, 0.0, "") if not row.preferred]
    return fund_tables.Fund(
        investor_from=first,
        investor_to=first + len(spec.investors),
        manager=manager,
        every=grid.span(rules.every),
        period=grid.span(fees.period),
        fee=fees.management * grid.dt,
        fee_after=(fees.management if fees.after is None else fees.after) * grid.dt,
        hurdle=context.step_rate(rules.hurdle),
        carry=rules.carry,
        catch_up=rules.catch_up,
        clawback=int(rules.clawback),
        american=int(rules.style == "american"),
        grace=grid.span(rules.grace),
        forfeit=rules.forfeit,
        capital=sum(row.capital for row in common),
        asleep=int(asleep(house)),
        next_date=grid.span(rules.every),
        recycling=rules.recycling * committed(house),
    )


def asleep(house: House) -> bool:
    """Whether nothing can happen in a fund but that prices move: no cash, debts, bets, costs, dividends, coupons, or calls to come."""
    spec = house.spec
    busy = (
        spec.debts
        or spec.bets
        or spec.deals
        or spec.costs
        or spec.dividends
        or house.funds
        or spec.fees.management
        or spec.fees.after
    )
    paying = any(getattr(holding, "dividend_yield", 0.0) for holding in spec.priced.values())
    calls = any(house.home(i.commitment) > house.home(i.paid) or i.coupon for i in spec.investors.values())
    moves = any(amount.value for amount in spec.cash.values()) or isinstance(
        spec.policy, (Fraction, Band, SellWinners, Own)
    )
    return not (busy or paying or calls or moves)


def committed(house: House) -> float:
    """All commitments to a house, in its own currency."""
    return (
        sum(house.home(investor.commitment) for investor in house.spec.investors.values())
        / house.fx[house.spec.currency]
    )


def investors(
    house: House, context: Context, number: int, parent: int, sale_discount: float, ours: str
) -> list[fund_tables.Investor]:
    """The investors of a house; the one called `ours` is its parent."""
    found = []
    fx = house.fx[house.spec.currency]
    for name, investor in house.spec.investors.items():
        called, returned = house.home(investor.paid) / fx, house.home(investor.returned) / fx
        found.append(fund_tables.Investor(
            number, parent if name == ours else -1, int(investor.kind == "preferred"),
            investor.coupon / 365.0 if investor.kind == "preferred" else 0.0, sale_discount,
            house.home(investor.commitment) / fx, called, called - returned, 0.0 if investor.kind == "preferred" else called,
        ))  # fmt: skip
    return found
