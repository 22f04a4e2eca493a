"""The house's own share: the row of its price, and the process that moves its premium."""

from __future__ import annotations

import math

from warchest.core.stock import Stock
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


def stock(house: House, asset: int) -> list[Stock]:
    """The row of a house's own share, none where its number is not said; `asset`: the row of its premium, -1: it stands still."""
    spec, grid = house.spec, house.grid
    if spec.shares_outstanding is None:
        return []
    own = spec.own_share
    today = 0.0 if spec.share_price is None else house.home(spec.share_price)
    found = Stock(today=today, outstanding=spec.shares_outstanding)
    if own is None:
        return [found if today else found._replace(settles=0.0)]
    issues, backs, rights = own.issues, own.buy_backs, own.rights_issue
    found = found._replace(asset=asset, keeps=0.5 ** (grid.dt / own.half_life.years))
    if own.premium is not None:
        found = found._replace(settles=math.log1p(own.premium))
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
