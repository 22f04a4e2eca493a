"""Small houses for tests, and one judge of estimates in standard errors."""

from __future__ import annotations

import math

import numpy as np

from warchest import files
from warchest import house as houses
from warchest.house import House


def house(text: str) -> House:
    """The house of a file's text."""
    return houses.of(files.parse(text, "test.yaml"))


def close(estimate: float, truth: float, error: float, most: float) -> None:
    """An estimate is within four standard errors of the truth, and they are small enough (`most`) to mean something."""
    assert 4.0 * error < most, f"4 standard errors are {4 * error:.2g}: too many to say anything below {most:g}"
    assert abs(estimate - truth) <= 4.0 * error, (
        f"{estimate:.6g} is {(estimate - truth) / error:+.1f} standard errors from {truth:.6g}"
    )


def mean_close(values: np.ndarray, truth: float, most: float) -> None:
    """The mean of independent values is within four standard errors of the truth; `most` is relative to it."""
    values = np.asarray(values, dtype=np.float64)
    close(float(values.mean()), truth, float(values.std(ddof=1)) / math.sqrt(len(values)), most * abs(truth))


BARRIER = """
house: One loan on one share
as_of: 2026-01-02
currency: USD
cash: 1000
holdings: {{Acme: {{kind: listed, shares: 1, price: 100, growth: {growth!r}, volatility: {volatility!r}}}}}
debts:
  Loan: {{kind: margin_loan, principal: {loan}, secured_on: {{Acme: all}}, rate: {rate}, interest: capitalised,
         call_at: {call_at!r}, reset_to: 10%, close_out_at: 100%, cure: 3d}}
market: {{model: {model}, rate: 0}}
step: {step}
horizon: {horizon}
"""


def barrier(
    *, drift: float = 0.05, volatility: float = 0.3, loan: float = 60.0, rate: float = 0.0, call_at: float = 0.75,
    step: str = "month", horizon: str = "1y", model: str = "lognormal",
) -> House:  # fmt: skip
    """A loan that capitalises at `rate` on a share with continuous drift: called when the share falls to loan / call_at."""
    growth = math.expm1(drift)
    return house(
        BARRIER.format(
            growth=growth,
            volatility=volatility,
            loan=loan,
            rate=rate,
            call_at=call_at,
            step=step,
            horizon=horizon,
            model=model,
        )
    )


MIXED = """
house: A bit of everything
as_of: 2026-01-02
currency: USD
fx: {{USDJPY: 150, EURUSD: 1.1}}
cash: {{USD: {scale}m, JPY: {scale}00m}}
limits: {{ltv_normal: 25%, ltv_max: 40%, cash_floor: 1y}}
lending: {{advance_rate: 30%, call_at: 50%, reset_to: 40%, close_out_at: 70%}}
costs: 0.5%
holdings:
  {a}: {{kind: listed, shares: {sharesa}, price: {scale}0, growth: 7%, volatility: 45%, loadings: {{world: 1.2}}, dividend_yield: 1%}}
  {b}: {{kind: listed, shares: 2m, price: {share_jpy} JPY, growth: 5%, volatility: 35%, loadings: {{world: 0.9}}, daily_volume: 200k}}
  {c}: {{kind: private, value: {scale}0m EUR, growth: 9%, volatility: 50%, loadings: {{world: 1}}, marked: 3mo, overmarked: 10%}}
{more}
debts:
  {d}: {{kind: margin_loan, principal: {loan}m, secured_on: {{{a}: 4m}}, rate: 4%, call_at: 60%, reset_to: 45%, close_out_at: 75%}}
  {e}: {{kind: margin_loan, principal: {scale}000m JPY, secured_on: {{{b}: 1.5m}}, rate: 2%, call_at: 80%, reset_to: 60%, close_out_at: 90%, recourse: false}}
  {f}: {{kind: bond, principal: {scale}0m, coupon: 3%, maturity: 2027-06-30, rolls: 50%, roll_spread: 1%}}
market: {{model: {model}, factors: {{world: {{volatility: 18%}}}}, currencies: {{USDJPY: {{volatility: 10%}}, EURUSD: {{volatility: 8%, loadings: {{world: 0.1}}}}}}, rate: 3%}}
policy: {{kind: all_in, limit: ltv_max}}
bets:
  {g}: {{cheque: {scale}0m, date: 2026-06-01, premium: 10%, outcome: {{kind: table, multiples: [0, 1, 4], odds: [50%, 30%, 20%], years: 2}}}}
horizon: 3y
step: week
"""


def mixed(
    names: str = "abcdefg", scale: int = 1, model: str = "student_t", sharesa: str = "10m", more: str = ""
) -> House:
    """A house with most kinds of things in it; amounts are in proportion to `scale`."""
    words = {letter: f"N{name}" for letter, name in zip("abcdefg", names, strict=True)}
    return house(
        MIXED.format(
            scale=scale, share_jpy=1500 * scale, loan=15 * scale, model=model, sharesa=sharesa, more=more, **words
        )
    )
