"""The sections of the report, in the order in which a chairman reads."""

from __future__ import annotations

from collections.abc import Callable

from warchest.report.folder import RunView
from warchest.report.section import Section
from warchest.report.sections import (
    about,
    chest,
    currencies,
    deaths,
    fans,
    funds,
    headline,
    leverage,
    liquidity,
    margin,
    own_share,
    rows,
    sizes,
    stress,
    worth,
)

ALL: tuple[Callable[[RunView], Section | None], ...] = (
    headline.section,
    worth.section,
    leverage.section,
    chest.section,
    margin.section,
    liquidity.section,
    fans.section,
    own_share.section,
    deaths.section,
    stress.section,
    funds.section,
    rows.section,
    sizes.section,
    currencies.section,
    about.section,
)
OF_FUNDS: tuple[Callable[[RunView], Section | None], ...] = (
    funds.section,
    fans.section,
    currencies.section,
    about.section,
)
"""Those of a fund that stands alone: it has no ceilings, no war chest and no loans on shares to speak of."""
