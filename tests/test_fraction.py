"""A holding kept at a constant share of NAV: by hand, in the books, and against Merton's fraction."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from houses import close, house
from side_by_side import lived
from warchest.core.errors import InputError
from warchest.questions.autopsy import autopsy
from warchest.questions.share import size_share
from warchest.simulation import simulate

TEXT = """
house: Shares at a constant share
as_of: 2026-01-02
currency: USD
cash: {cash}
borrowing: {{limit: {limit}, spread: 0%}}
limits: {{ltv_normal: 95%, ltv_max: 99%}}
holdings: {{Acme: {{kind: listed, shares: {shares}, price: 100, growth: {growth!r}, volatility: {volatility!r}{more}}}}}
market: {{model: lognormal, rate: {rate!r}}}
policy: {{kind: fraction, holding: Acme, share: {share}, every: {every}}}
horizon: {horizon}
step: week
"""


def kept(share="60%", cash=100e6, limit="0", shares=1, mu=0.0, sigma=0.2, r=0.0, every="1w", horizon="5w", more=""):
    """A house of cash and one share; mu and r are continuous, as formulas have them."""
    growth, rate = math.expm1(mu), math.expm1(r)
    return house(
        TEXT.format(
            share=share,
            cash=cash - 100.0 * shares,
            limit=limit,
            shares=shares,
            growth=growth,
            volatility=sigma,
            rate=rate,
            every=every,
            horizon=horizon,
            more=more,
        )
    )


def one_path(chosen, moves):
    """The tables of a path on which the share moves as said, and cash stays."""
    world = np.ones((1, chosen.grid.steps, 2))
    world[0, : len(moves), 0] = moves
    found = lived(chosen, world, np.ones((1, 1)))
    return found.life, found.columns


def test_it_is_brought_back_to_its_share() -> None:
    """100m at 60 %: 600,000 shares. The share doubles: NAV 160m, 96m of it in shares at 200, 480,000 of them; cash 64m."""
    life, columns = one_path(kept(horizon="1w"), [2.0])
    assert life.lines.shares[0] == pytest.approx(480_000.0)
    assert life.purses.cash[0, 0] == pytest.approx(64e6)
    assert columns["nav"][0] == pytest.approx(160e6)


def test_only_on_decision_dates() -> None:
    life, _ = one_path(kept(every="4w", horizon="3w"), [2.0, 1.0, 1.0])
    assert life.lines.shares[0] == pytest.approx(600_000.0)


def test_dates_of_bets_are_no_decision_dates() -> None:
    bet = "\nbets: {Pier: {cheque: 1m, date: 2026-01-09, outcome: {kind: table, multiples: [2], odds: [100%], years: 1}}}\n"
    life, _ = one_path(house(kept(every="4w", horizon="3w").tree.text + bet), [2.0, 1.0, 1.0])
    assert life.lines.shares[0] == pytest.approx(600_000.0)
    assert life.bets.value[0] == 0.0


def test_above_all_of_nav_it_borrows_and_repays() -> None:
    """At 150 %: 1.5m shares, 50m borrowed. A fall by a fifth: NAV 70m, 105m in shares at 80 is 1,312,500; 15m of debt repaid."""
    life, columns = one_path(kept(share="150%", limit="1bn", horizon="1w"), [0.8])
    assert life.lines.shares[0] == pytest.approx(1_312_500.0)
    assert life.debts.principal[-1] == pytest.approx(35e6)
    assert life.purses.cash[0, 0] == pytest.approx(0.0, abs=1e-3)
    assert columns["nav"][0] == pytest.approx(70e6)
    assert np.isnan(columns["first_sale"][0])  # the policy chose it


def test_what_cannot_be_borrowed_is_not_bought() -> None:
    life, _ = one_path(kept(share="150%", limit="20m", horizon="1w"), [1.0])
    assert life.lines.shares[0] == pytest.approx(1_200_000.0)


def test_buying_moves_the_price_up_as_selling_moves_it_down() -> None:
    """10 % of a day's volume of the IBM example (Almgren et al. 2005): the price stays at P exp(I), I = 19.86 bp, more is paid than P."""
    terms = ", daily_volume: 6.561m, outstanding: 1728m, participation: 10%"
    sigma = 0.0157 * math.sqrt(252)
    life, _ = one_path(kept(share="100%", cash=65.61e6, sigma=sigma, every="1w", horizon="1w", more=terms), [1.0])
    assert life.assets.price[0] / 100.0 == pytest.approx(math.exp(0.001986), abs=2e-6)
    paid = 65.61e6 - life.purses.cash[0, 0]
    assert life.lines.shares[0] * 100.0 < paid <= 65.61e6


def test_its_books_balance(tmp_path: Path) -> None:
    found = autopsy(kept(share="150%", limit="1bn", sigma=0.5, horizon="1y"), path=2)
    told = found.to_dict()
    assert told["nav_books"] == pytest.approx(told["nav_engine"], rel=1e-9)
    assert {"bought", "sold", "drawn", "principal repaid"} <= {m["what"] for m in told["movements"]}
    file = found.save_beancount(tmp_path / "books.beancount")
    subprocess.run([sys.executable, "-m", "beancount.scripts.check", str(file)], check=True)


def test_a_holding_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match="'Acne' is not a listed holding"):
        house(kept().tree.text.replace("holding: Acme", "holding: Acne"))


def test_growth_at_a_constant_share() -> None:
    """S07: g(f) = r + f (mu - r) - f^2 sigma^2 / 2, continuously; a week apart the difference is far below the error."""
    found = simulate(
        kept(share="150%", limit="100bn", mu=0.11, sigma=0.15, r=0.06, horizon="5y"), 40_000, seed=3
    ).to_dict()["growth"]
    close(found["value"], 0.06 + 1.5 * 0.05 - 0.5 * 1.5**2 * 0.15**2, found["se"], 0.004)


def test_the_best_share_is_mertons() -> None:
    """S07 (Thorp 2006): mu = .11, sigma = .15, r = .06: f* = 2.2222222, g = .1155556; the house has no other debt and no limit that binds."""
    found = size_share(
        kept(limit="100bn", mu=0.11, sigma=0.15, r=0.06, horizon="5y"), "Acme", ruin_cap=None, paths=20_000
    ).to_dict()
    best = found["best"]
    assert best["low"] <= 0.05 / 0.15**2 <= best["high"]
    close(best["share"], 0.05 / 0.15**2, (best["high"] - best["low"]) / 3.92, 0.1)
    close(best["growth"], 0.1155556, best["growth_se"], 0.01)
