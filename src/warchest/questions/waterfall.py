"""Who gets what of a fund's deals: a European or an American waterfall, tier by tier, and what the GP has to give back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from warchest.core.errors import CannotError
from warchest.core.inputs import number
from warchest.holdings.waterfall_rule import tiers

if TYPE_CHECKING:
    import pandas as pd

Flows = Mapping[str, Sequence[tuple[float, float]]]
"""Of each deal (years from the start, amount): money put in is negative, what it brings is positive."""
TIERS = ("capital", "preferred", "catch_up_investors", "split_investors", "catch_up_gp", "split_gp")
STYLES = "european", "american"


@dataclass
class Pot:
    """What investors are still owed of some deals, and what was shared out of them."""

    hurdle: float
    compounding: bool
    capital: float = 0.0
    preferred: float = 0.0
    profit: float = 0.0
    carried: float = 0.0
    since: float = 0.0

    def accrue(self, t: float) -> None:
        """The preferred return grows until `t`."""
        if self.compounding:
            self.preferred += (self.capital + self.preferred) * ((1.0 + self.hurdle) ** (t - self.since) - 1.0)
        else:
            self.preferred += self.capital * self.hurdle * (t - self.since)
        self.since = t

    def pay_back(self, amount: float) -> None:
        """Investors get money, capital first."""
        returned = min(amount, self.capital)
        self.capital -= returned
        self.preferred = max(0.0, self.preferred - (amount - returned))


@dataclass(frozen=True)
class Waterfall:
    """Every distribution by tier, and the sums."""

    rows: tuple[Mapping[str, Any], ...] = field(repr=False)
    """One a distribution: `time, deal, cash` and the six tiers."""
    investors: float
    """What investors got, before any clawback."""
    gp: float
    """What the GP got, before any clawback."""
    excess: float
    """Carry above the GP's share of the whole profit."""
    shortfall: float
    """What investors lack of their capital and preferred return at the end."""
    clawback: float
    """The larger of the two, at most the carry received."""

    def to_frame(self) -> pd.DataFrame:
        """One row a distribution."""
        import pandas as pd

        return pd.DataFrame(self.rows)


def waterfall(
    deals: Flows,
    *,
    hurdle: float = 0.08,
    carry: float = 0.20,
    catch_up: float = 1.0,
    style: Literal["european", "american"] = "european",
    compounding: bool = True,
) -> Waterfall:
    """Share out what deals bring, in the order of time; money put in on a day comes before what is brought on it.

    Args:
        deals: flows of each deal, amounts of one currency.
        hurdle: preferred return a year.
        carry: the GP's share of profit, below 1.
        catch_up: share of the catch-up that goes to the GP; up to `carry` there is none.
        style: `european` returns all capital called so far first; `american` shares out each deal for itself.
        compounding: whether the preferred return earns the hurdle too.

    Source: Metrick and Yasuda (2010); the clawback is the larger of the excess carry and the hurdle's shortfall.

    >>> two = {"A": [(0, -100), (3, 250)], "B": [(0, -100), (5, 40)]}
    >>> round(waterfall(two).gp, 4), round(waterfall(two, style="american").gp, 4)
    (18.0, 30.0)
    >>> round(waterfall(two, style="american").clawback, 4)
    12.0
    """
    number("hurdle", hurdle, "(-1, 10]")
    number("carry", carry, "[0, 1)")
    number("catch_up", catch_up, "[0, 1]")
    if style not in STYLES:
        raise CannotError(f"style is '{style}'; it must be one of {', '.join(STYLES)}")
    events = sorted(
        ((number(f"{name}: time", t, "[0, inf)"), number(name, amount) > 0.0, name, float(amount))
         for name, flows in deals.items() for t, amount in flows), key=lambda event: event[:2],
    )  # fmt: skip
    whole = Pot(hurdle, compounding)
    pots = {name: Pot(hurdle, compounding) if style == "american" else whole for name in deals}
    owed = Pot(hurdle, compounding)  # to all investors, by what they really got
    rows: list[dict[str, Any]] = []
    for t, brings, name, amount in events:
        pot = pots[name]
        pot.accrue(t)
        owed.accrue(t)
        if not brings:
            pot.capital -= amount
            owed.capital -= amount
            continue
        shares = tiers(amount, pot.capital, pot.preferred, pot.profit, pot.carried, carry, catch_up)
        row = dict(zip(TIERS, shares, strict=True))
        pot.pay_back(row["capital"] + row["preferred"])
        pot.profit += row["preferred"] + row["catch_up_investors"] + row["split_investors"]
        pot.carried += row["catch_up_gp"] + row["split_gp"]
        owed.pay_back(sum(shares[:4]))
        rows.append({"time": t, "deal": name, "cash": amount, **row})
    carried = sum(row["catch_up_gp"] + row["split_gp"] for row in rows)
    cash = sum(row["cash"] for row in rows)
    profit = cash + sum(amount for _, brings, _, amount in events if not brings)
    excess = max(0.0, carried - carry * max(0.0, profit))
    shortfall = owed.capital + owed.preferred
    return Waterfall(tuple(rows), cash - carried, carried, excess, shortfall, min(carried, max(excess, shortfall)))
