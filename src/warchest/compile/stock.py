"""The house's own share: the row of its price, and the process that moves its premium."""

from __future__ import annotations

import math

from warchest.core.errors import CannotError
from warchest.core.layout import Life
from warchest.core.stock import Stock
from warchest.engine.balance import sheet
from warchest.engine.stakes import opened
from warchest.house import House
from warchest.markets.common import Moving


def moves_by_itself(house: House) -> bool:
    """Whether the premium of the own share is a process of the market."""
    own = house.spec.own_share
    return own is not None and own.volatility > 0.0


def premium(house: House) -> Moving:
    """The process of the premium: its log drifts nowhere by itself, what draws it back is done by the engine."""
    own = house.spec.own_share
    assert own is not None
    return Moving(math.expm1(0.5 * own.volatility**2), own.volatility, own.loadings)


def stock(house: House, origin: Life, asset: int) -> list[Stock]:
    """The row of a house's own share, none where its number is not said; `asset` is the row of its premium, -1 where it stands still.

    CannotError where a price is written and NAV is not above zero: then there is no premium.
    """
    spec, grid = house.spec, house.grid
    if spec.shares_outstanding is None:
        return []
    own, count = spec.own_share, spec.shares_outstanding
    settles = math.log1p(own.premium) if own is not None and own.premium is not None else 0.0
    now = settles
    if spec.share_price is not None:
        life = opened(origin)
        gross, _, net_debt, _ = sheet(life, life.top, 0)
        nav = float(gross - life.houses[life.top].deducted - net_debt)
        if nav <= 0.0:
            if own is not None:
                raise CannotError(
                    f"NAV is {nav:,.0f}, so the own share has no premium to it; own_share needs a NAV above zero"
                )
            return []
        now = math.log(max(1e-12, house.home(spec.share_price) * count / nav))
        settles = now if own is None or own.premium is None else settles
    if own is None:
        return [Stock(settles=settles, outstanding=count, premium=now)]
    issues, backs, rights = own.issues, own.buy_backs, own.rights_issue
    found = Stock(asset, settles, 0.5 ** (grid.dt / own.half_life.years), outstanding=count, premium=now)
    if issues is not None:
        found = found._replace(
            issue_above=math.log1p(issues.above), issue=issues.a_year * grid.dt, issue_discount=issues.discount
        )
    if backs is not None:
        found = found._replace(buy_below=math.log1p(backs.below), buy=backs.a_year * grid.dt)
    if rights is not None:
        found = found._replace(
            rescue=rights.most, rescue_discount=rights.discount, rescue_every=max(1, grid.span(rights.every))
        )
    return [found]
