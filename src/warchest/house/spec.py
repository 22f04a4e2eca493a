"""What a house file may say at its top: the whole, made of the parts."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from warchest.bets.bet import Bet
from warchest.bets.deals import Deals
from warchest.core import units
from warchest.core.spec import (
    Currency,
    Date,
    Growth,
    Interest,
    Money,
    Positive,
    Share,
    Shares,
    Span,
    Spec,
    Text,
    Truth,
    currency,
)
from warchest.core.units import Amount, Duration, Rate
from warchest.debts import Bond, Convertible, Facility, Loan, MarginLoan, Payable, Preferred, PrepaidForward
from warchest.holdings import Fund, Listed, Private
from warchest.holdings.fund import Fees, Investor, Waterfall
from warchest.house.own_share import OwnShare
from warchest.house.shocks import Shock
from warchest.markets import JumpsMarket, LognormalMarket, RegimesMarket, StudentTMarket
from warchest.policies import AllIn, Band, Fraction, Hold, Own, Planned, SellWinners, Spread

Priced = Listed | Private
Holding = Annotated[Listed | Private | Fund, Field(discriminator="kind")]
Debt = Annotated[
    Bond | Loan | Facility | Payable | MarginLoan | PrepaidForward | Preferred | Convertible,
    Field(discriminator="kind"),
]
Market = Annotated[LognormalMarket | StudentTMarket | JumpsMarket | RegimesMarket, Field(discriminator="model")]


def _own(value: Any) -> Any:
    """A policy that names a file is the user's own."""
    return {"kind": "own", **value} if isinstance(value, dict) and "file" in value else value


Policy = Annotated[
    Annotated[Hold | Planned | AllIn | Fraction | Spread | Band | SellWinners | Own, Field(discriminator="kind")],
    BeforeValidator(_own),
]


def _floor(value: Any) -> Amount | Duration:
    if isinstance(value, (Amount, Duration)):
        return value
    try:
        return units.duration(value)
    except ValueError:
        found = units.amount(value)
        if found.value < 0:
            raise ValueError(f"'{value}' is negative; an amount from 0 up or a duration is allowed") from None
        return found


def _yearly(value: Any) -> Amount | float:
    found: Amount | float
    if isinstance(value, Amount):
        found = value
    elif str(value).strip().endswith("%") or (isinstance(value, float) and 0 < abs(value) <= 1.5):
        found = units.rate(value)
    else:
        found = units.amount(value)
    size = found.value if isinstance(found, Amount) else found
    if size < 0:
        raise ValueError(f"'{value}' is negative; a share of NAV or an amount a year from 0 up is allowed")
    return found if size else 0.0


def _cash(value: Any) -> dict[str | None, Amount]:
    if isinstance(value, dict):
        parts = {currency(code) if code is not None else code: units.amount(amount) for code, amount in value.items()}
        wrong = [f"{c}: {a.currency}" for c, a in parts.items() if a.currency not in (None, c)]
        if wrong:
            raise ValueError(f"two currencies for one amount ({', '.join(wrong)})")
    else:
        found = units.amount(value)
        parts = {found.currency: found}
    for amount in parts.values():
        if amount.value < 0:
            raise ValueError(f"'{value}' is negative; money owed is a debt: write it under debts")
    return parts


_either = WithJsonSchema({"type": ["string", "number"]})
_show = PlainSerializer(
    lambda v: v if isinstance(v, float) else f"{v.number:.10g}{v.unit}" if isinstance(v, Duration) else v.value
)
CashFloor = Annotated[Amount | Duration, BeforeValidator(_floor), _show, _either]
Yearly = Annotated[Amount | float, BeforeValidator(_yearly), _show, _either]

Cash = Annotated[
    dict[Any, Amount],
    BeforeValidator(_cash),
    PlainSerializer(lambda parts: {c or "": a.value for c, a in parts.items()}),
    WithJsonSchema({"type": ["string", "number", "object"], "additionalProperties": {"type": ["string", "number"]}}),
]


class Limits(Spec):
    """The house's own rules. Source: SoftBank Group's financial policy (LTV below 25 %, at most 35 %, two years' redemptions)."""

    ltv_normal: Share = 0.25
    """LTV (net debt / equity value of holdings) in normal times."""
    ltv_max: Share = 0.35
    """LTV that is a breach, and above which nothing rolls."""
    cash_floor: CashFloor = Amount(0.0, None)
    """Cash that is not bet: an amount, or a duration (`2y`: the principal that falls due in the next two years)."""
    sale_days: Span = Duration(20, "d")
    """Business days over which shares are sold for a bet."""
    ruin_at: Share = 0.0
    """NAV at or below this share of today's is ruin."""


class Lending(Spec):
    """Terms on which new loans on free listed shares can be had."""

    advance_rate: Share
    """What is lent, share of the value of the shares pledged."""
    call_at: Share
    """Loan / collateral at which the lender calls."""
    reset_to: Share
    """Loan / collateral at which a call is cured."""
    close_out_at: Share
    """Loan / collateral at which the lender sells without waiting."""
    cure: Span = Duration(3, "d")
    """Time from a call to the day its cure is due."""
    rate: Interest = Rate(0.03, True)
    """Interest a year."""
    recourse: Truth = True
    """Whether the house owes what the collateral does not bring."""
    maturity: Span = Duration(3, "y")
    """How long a new loan runs, from its last draw."""


class Refinancing(Spec):
    """Terms on which what matures is lent again: dearer the higher LTV stands, and refused above a level."""

    widens: Growth = 0.0
    """Added to the rate of what rolls, a year, for each 100 points of LTV above ltv_normal (20%: ten points above cost 2 %)."""
    until: Share | None = None
    """LTV above which nothing rolls; left out: ltv_max."""


class Borrowing(Spec):
    """Unsecured borrowing for bets."""

    limit: Money = Amount(0.0, None)
    """The most that can be borrowed (policies with `limit: none` ignore it)."""
    spread: Growth = 0.04
    """Interest a year over the floating rate."""


class HouseFile(Spec):
    """A house: what it owns, what it owes, what is pledged, how it decides."""

    house: Text
    """Name of the house."""
    as_of: Date
    """Date of the balance sheet."""
    currency: Currency
    """The house's currency, three capital letters."""
    fx: dict[str, Positive] = {}
    """Exchange rates as quoted, either way round: USDJPY: 149.58 is yen for one dollar."""
    shares_outstanding: Shares | None = None
    """The house's own shares: adds figures a share."""
    share_price: Money | None = None
    """Price of the house's own share: adds the discount to NAV."""
    own_share: OwnShare | None = None
    """How the price of the own share moves against NAV, and what the house does with it; left out: it stays where it is."""
    cash: Cash = {}
    """Cash: an amount, or amounts by currency."""
    limits: Limits = Limits()
    """The house's own rules."""
    lending: Lending | None = None
    """Terms of new loans on free listed shares; left out: none are to be had."""
    borrowing: Borrowing = Borrowing()
    """Terms of unsecured borrowing for bets."""
    refinancing: Refinancing = Refinancing()
    """Terms on which what matures is lent again."""
    costs: Yearly = 0.0
    """Running costs a year: a share of NAV, or an amount."""
    dividends: Yearly = 0.0
    """Paid out to the house's own shareholders a year: a share of NAV, or an amount."""
    holdings: dict[Text, Holding] = {}
    """What it owns, by name."""
    debts: dict[Text, Debt] = {}
    """What it owes, by name."""
    market: Market = LognormalMarket()
    """How prices move."""
    investors: dict[Text, Investor] = {}
    """Of a fund: who has committed money to it, by name."""
    fees: Fees = Fees()
    """Of a fund: what its manager gets a year."""
    waterfall: Waterfall = Waterfall()
    """Of a fund: how its money is shared out."""
    policy: Policy = Hold()
    """How it decides."""
    bets: dict[Text, Bet] = {}
    """Investments not made yet, by name."""
    deals: dict[Text, Deals] = {}
    """Flows of private deals that it is offered, by name."""
    sell_order: tuple[Text, ...] = ()
    """Holdings to sell first when something must be sold; then the most liquid."""
    horizon: Span = Duration(5, "y")
    """How far ahead paths are lived."""
    step: Literal["day", "week", "month"] = "week"
    """How often triggers are looked at."""
    rows: dict[Text, dict[str, Any]] = {}
    """Changes to this file that are lived side by side on the same paths, by name: usually a policy."""
    outlooks: dict[Text, dict[str, Any]] = {}
    """Changes to this file under which all rows are lived again, by name: usually another outcome of a bet."""
    shocks: dict[Text, Shock] = {}
    """Moves at once that `warchest stress` asks about, by name, beside those that come with the project."""
    sources: tuple[Text, ...] = ()
    """Where the figures come from; shown in the report."""
    assumptions: tuple[Text, ...] = ()
    """What is assumed, named as such; shown in the report."""

    @cached_property
    def priced(self) -> dict[str, Priced]:
        """The holdings that have a price of their own: all but funds."""
        return {name: holding for name, holding in self.holdings.items() if not isinstance(holding, Fund)}

    @cached_property
    def funds(self) -> dict[str, Fund]:
        """The holdings that are houses of their own."""
        return {name: holding for name, holding in self.holdings.items() if isinstance(holding, Fund)}
