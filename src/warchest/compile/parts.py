"""Single rows of the tables: an asset, a slot for a new loan, the order in which things are sold."""

from __future__ import annotations

import math

from warchest.core import layout
from warchest.core.layout import Debt
from warchest.core.rows import Context, Row
from warchest.holdings import Listed, Private
from warchest.house import House

BUSINESS_YEAR = 252.0


def size(house: House, name: str) -> float:
    """Shares of a holding; of a private one, its mark in marks of its asset."""
    holding = house.spec.priced[name]
    if isinstance(holding, Listed):
        return holding.shares
    if holding.asset is None:
        return 1.0
    other = house.spec.priced[holding.asset]
    assert isinstance(other, Private)
    if other.value.value == 0.0:
        return 0.0
    return house.home(holding.value) / house.home(other.value)


def lending_row(house: House, context: Context, line: int, name: str) -> Row:
    """The slot for a new loan on one listed asset, in the currency of its shares, with nothing drawn."""
    terms = house.spec.lending
    assert terms is not None
    rate = context.step_rate(terms.rate)
    debt = Debt(
        layout.MARGIN,
        context.currencies.index(currency_of_line(house, name)),
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


def currency_of_line(house: House, name: str) -> str:
    """The currency a holding is priced in."""
    holding = house.spec.priced[name]
    holding = house.spec.priced[holding.asset] if holding.asset else holding
    amount = holding.price if isinstance(holding, Listed) else holding.value
    assert amount is not None
    return house.currency_of(amount)


def priced(house: House, context: Context, name: str) -> layout.Asset:
    """The row of an asset, by the holding that has its price."""
    holding = house.spec.priced[name]
    assert holding.volatility is not None
    currency = context.currencies.index(currency_of_line(house, name))
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


def selling_order(house: House, assets: list[str]) -> list[int]:
    """`sell_order` first, then listed before private, by daily value traded, then file order."""
    first = [house.spec.priced[name].asset or name for name in house.spec.sell_order]

    def key(i: int) -> tuple[float, ...]:
        if assets[i] in first:
            return (0.0, float(first.index(assets[i])))
        other = house.spec.priced[assets[i]]
        if not isinstance(other, Listed):
            return (2.0, float(i))
        assert other.price is not None
        traded = house.home(other.price) * other.daily_volume if other.daily_volume else math.inf
        return (1.0, -traded, float(i))

    return sorted(range(len(assets)), key=key)


def index() -> layout.Asset:
    """The row of the benchmark: 1 today, held by nobody."""
    return layout.Asset(0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, 0.0, 1.0, 1.0, 0)
