"""Checks of a house file's shocks: what they move must be there."""

from __future__ import annotations

from collections.abc import Iterator

from warchest.core.errors import nearest
from warchest.house.spec import HouseFile
from warchest.house.words import Found, names_of

INSIDE = " > "
"""Between a fund and what it holds."""


def shocks(spec: HouseFile) -> Iterator[Found]:
    """Problems of shocks: names of nothing in the house, second lines, and shocks that move nothing."""
    factors = spec.market.factors
    movable = [*(name for name, holding in spec.priced.items() if holding.asset is None), *spec.funds]
    for name, shock in spec.shocks.items():
        path = ("shocks", name)
        if not (shock.factors or shock.holdings or shock.currencies):
            yield path, "moves nothing", "factors, holdings or currencies: {name: -30%}", ""
        for factor in shock.factors:
            if factor not in factors:
                allowed = f"factors: {', '.join(factors) or 'none'}"
                yield (*path, "factors", factor), f"'{factor}' is not a factor", allowed, nearest(factor, factors)
        for holding in shock.holdings:
            place = (*path, "holdings", holding)
            fund, inside, _ = holding.partition(INSIDE)
            if holding in movable or (inside and fund in spec.funds):
                continue
            if holding in spec.priced:
                asset = spec.priced[holding].asset or ""
                yield place, f"'{holding}' is a second line", "name the line that has the price", asset
            else:
                yield place, f"'{holding}' is not a holding", names_of(movable), nearest(holding, movable)
        for pair in shock.currencies:
            if pair not in spec.fx:
                allowed = f"pairs of fx: {', '.join(spec.fx) or 'none'}"
                yield (*path, "currencies", pair), f"'{pair}' is not a pair of fx", allowed, nearest(pair, spec.fx)
