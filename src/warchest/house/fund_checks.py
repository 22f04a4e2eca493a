"""Checks of funds and deals that cross parts."""

from __future__ import annotations

import math
from collections.abc import Iterator

from warchest.core.errors import nearest
from warchest.core.units import Amount
from warchest.house.rates import rates
from warchest.house.spec import HouseFile
from warchest.house.words import Found, said
from warchest.policies import Fraction, Spread

MOST_DEALS = 5_000
"""Deals that one flow may bring on average."""


def investors(spec: HouseFile) -> Iterator[Found]:
    """Problems of a fund: what its investors have paid, who has what is left, dates that are none."""
    if not spec.investors:
        for field in ("fees", "waterfall"):
            if getattr(spec, field) != type(spec).model_fields[field].default:
                yield (field,), "stands without investors", "a fund has investors: {name: {commitment: 10m}}", ""
    known = rates(spec)

    def home(amount: Amount) -> float:
        return amount.value * known.get(amount.currency or spec.currency, math.nan)

    for name, investor in spec.investors.items():
        path = ("investors", name)
        if home(investor.paid) > home(investor.commitment) * (1 + 1e-12):
            yield (
                (*path, "paid"),
                f"{said(investor.paid)} is more than was committed",
                f"at most {said(investor.commitment)}",
                "",
            )
        if home(investor.returned) > home(investor.paid) * (1 + 1e-12):
            yield (
                (*path, "returned"),
                f"{said(investor.returned)} is more than was paid",
                f"at most {said(investor.paid)}",
                "",
            )
        if investor.coupon and investor.kind != "preferred":
            yield (*path, "coupon"), "is for preferred investors", "kind: preferred, or no coupon", ""
    if spec.investors and not any(i.kind == "common" for i in spec.investors.values()):
        yield ("investors",), "are all preferred", "at least one common investor: somebody has what is left", ""
    for name in spec.waterfall.model_fields_set & {"every", "grace"}:
        if getattr(spec.waterfall, name).years <= 0:
            yield ("waterfall", name), "is nothing", "a duration above 0", ""


def deals(spec: HouseFile) -> Iterator[Found]:
    """Problems of flows of deals, of the benchmark, and of policies that need deals."""
    factors = spec.market.factors
    allowed = f"factors: {', '.join(factors) or 'none'}"
    index = spec.market.benchmark
    if index is not None and index.factor not in factors:
        words = f"'{index.factor}' is not a factor"
        yield ("market", "benchmark", "factor"), words, allowed, nearest(index.factor, factors)
    for name, flow in spec.deals.items():
        path = ("deals", name)
        if flow.cheque.value <= 0:
            yield (*path, "cheque"), "is not above zero", "a cheque above 0", ""
        if flow.until.years <= 0 or flow.a_year * flow.until.years > MOST_DEALS:
            words = f"{flow.a_year * flow.until.years:,.0f} deals in all"
            yield (*path, "until"), words, f"more than none and up to {MOST_DEALS:,} in a flow", ""
        if flow.rounds is not None and flow.rounds.years <= 0:
            yield (*path, "rounds"), "is nothing", "a duration above 0", ""
        for field in ("overmarked", "dilution", "follow_on"):
            if getattr(flow, field) and flow.rounds is None:
                yield (*path, field), "happens at rounds, and there are none", "give `rounds` too", ""
        if flow.crowding and (flow.depth is None or flow.depth.value <= 0):
            yield (*path, "depth"), "is missing", "money that others put into this market a year, above 0", ""
        if flow.exits_close and index is None:
            yield (*path, "exits_close"), "needs a benchmark", "market: {benchmark: {factor: world}}", ""
        for factor in flow.loadings:
            if factor not in factors:
                yield (*path, "loadings", factor), f"'{factor}' is not a factor", allowed, nearest(factor, factors)
        common = sum(a * a for a in flow.loadings.values())
        if common > 1.0 + 1e-9:
            words = "correlations with independent factors: squares add up to 1 at most"
            yield (*path, "loadings"), f"squares add up to {common:.3g}", words, ""
    policy = spec.policy
    if not spec.deals and (isinstance(policy, Spread) or (isinstance(policy, Fraction) and policy.holding is None)):
        what = "spread" if isinstance(policy, Spread) else "fraction without a holding"
        yield ("policy",), f"{what} needs deals", "a flow under deals", ""
