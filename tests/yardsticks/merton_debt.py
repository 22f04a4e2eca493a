"""A firm whose debt falls due on one day: what its shares say about its assets."""

from __future__ import annotations

import math
from typing import NamedTuple

from scipy.optimize import root
from scipy.special import ndtr


class Firm(NamedTuple):
    """Assets today and their volatility, risk-neutral odds of default, and what the promise loses, a share of its present value."""

    assets: float
    volatility: float
    default: float
    loss: float


def firm_of(shares: float, volatility: float, rate: float, years: float, due: float) -> Firm:
    """The firm whose equity is worth `shares`, at that volatility, with `due` to pay in so many years.

    E = V N(d1) - D e^(-rT) N(d2) and sigma_E E = N(d1) sigma_V V, solved for V and sigma_V; default has odds N(-d2); the debt,
    V - E, is short of D e^(-rT) by `loss` of it.

    Source: Merton (1974), On the Pricing of Corporate Debt; Hull, Options, Futures, and Other Derivatives (credit risk).

    >>> round(firm_of(3.0, 0.8, 0.05, 1.0, 10.0).assets, 5)
    12.39539
    """
    now = due * math.exp(-rate * years)

    def d1(v: float, s: float) -> float:
        return (math.log(v / now) + s * s * years / 2.0) / (s * math.sqrt(years))

    def wrong(logs: list[float]) -> list[float]:
        v, s = math.exp(logs[0]), math.exp(logs[1])
        d = d1(v, s)
        call = v * ndtr(d) - now * ndtr(d - s * math.sqrt(years))
        return [call / shares - 1.0, ndtr(d) * s * v / (volatility * shares) - 1.0]

    start = [math.log(shares + now), math.log(volatility * shares / (shares + now))]
    v, s = (math.exp(x) for x in root(wrong, start, tol=1e-13).x)
    default = float(ndtr(s * math.sqrt(years) - d1(v, s)))
    return Firm(v, s, default, 1.0 - (v - shares) / now)
