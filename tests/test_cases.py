"""The cases against what was published about them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import warchest
from warchest import cases

TN, BN = 1e12, 1e9
DECEMBER = Path(__file__).parent / "houses" / "softbank-2023-12.yaml"


@pytest.fixture(scope="module")
def softbank() -> dict[str, Any]:
    return warchest.load("softbank-2023").value().to_dict()


def by_name(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["name"]: item for item in items}


@pytest.mark.parametrize("name", cases.names())
def test_every_case_loads_is_worth_something_and_names_its_sources(name: str) -> None:
    house = warchest.load(name)
    found = house.value().to_dict()
    if house.spec.investors:  # a fund that has called nothing yet
        assert found["nav"] == 0 and sum(house.home(i.commitment) for i in house.spec.investors.values()) > 0
    else:
        assert found["nav"] > 0
        assert 0 < found["ltv"] < house.spec.limits.ltv_max
    assert name == "founder" or (house.spec.sources and house.spec.assumptions)


@pytest.mark.parametrize("name", [name for name in cases.names() if name != "founder"])
def test_every_figure_of_a_case_says_how_well_it_is_known(name: str) -> None:
    rows = (cases.FOLDER / f"{name}.yaml").read_text("utf-8").splitlines()
    figures = [
        row
        for row in rows
        if row.strip().startswith(("shares:", "price:", "value:", "principal:", "volatility:", "a_year:", "cheque:"))
    ]
    assert figures
    assert [row for row in figures if not any(f"# {mark}" in row for mark in "HMLD")] == []


@pytest.mark.parametrize(
    ("key", "published", "within"),
    [
        ("holdings_value", 18.35 * TN, 0.03 * TN),
        ("gross_holdings_value", 25.7 * TN, 0.03 * TN),
        ("net_debt", 1.9 * TN, 0.03 * TN),
        ("nav", 16.45 * TN, 0.03 * TN),
        ("ltv", 0.104, 0.003),
        ("gross_ltv", 0.389, 0.003),
    ],
)
def test_softbank_as_published(softbank: dict[str, Any], key: str, published: float, within: float) -> None:
    """SoftBank Group, slides for 30 September 2023 and "Net Asset Value per Share"."""
    assert abs(softbank[key] - published) <= within


HOLDINGS = {  # trillion yen: gross, secured without recourse, equity
    "Alibaba": (4.60, 4.60, 0.01),
    "SoftBank Corp": (3.24, 0.56, 2.67),
    "Arm": (5.59, 1.26, 4.33),
    "T-Mobile US": (1.70, 0.43, 1.27),
    "Deutsche Telekom": (0.71, 0.48, 0.23),
    "Vision Fund 1": (3.29, 0.0, 3.29),
    "Vision Fund 2": (3.89, 0.0, 3.89),
    "Latin America funds": (0.94, 0.0, 0.94),
    "Others": (1.73, 0.0, 1.73),
}


@pytest.mark.parametrize("name", HOLDINGS)
def test_softbank_holding_by_holding(softbank: dict[str, Any], name: str) -> None:
    """The same page; T-Mobile together with its contingent consideration."""
    lines = [h for h in softbank["holdings"] if h["name"].startswith(name.removesuffix(" US"))]
    for key, published in zip(("value", "secured_debt", "equity"), HOLDINGS[name], strict=True):
        assert abs(sum(h[key] for h in lines) - published * TN) <= 0.03 * TN, key


def test_softbank_lists_nothing_else(softbank: dict[str, Any]) -> None:
    assert {h["name"] for h in softbank["holdings"]} - set(HOLDINGS) == {"T-Mobile contingent consideration"}


def test_softbank_war_chest_in_dollars() -> None:
    """Arithmetic on the published figures: (l H - D) / (1 - l), before and after 12.0bn still owed for Arm."""
    chest = warchest.load("softbank-2023").value().to_dict("USD")["war_chest"]
    normal, most = chest["ceilings"]
    assert (normal["ltv"], most["ltv"]) == (0.25, 0.35)
    for found, published in (
        (normal["amount"], 24.0),
        (most["amount"], 46.5),
        (normal["after_commitments"], 12.0),
        (most["after_commitments"], 34.5),
        (chest["commitments"], 12.0),
    ):
        assert abs(found - published * BN) <= 0.5 * BN


def test_the_articles_sixty_billion_is_above_the_ceiling(softbank: dict[str, Any]) -> None:
    """(1.9 + 8.97) / (18.35 + 8.97) = 39.8 %."""
    (bet,) = softbank["bets"]
    assert (bet["cheque"], bet["currency"], bet["above"]) == (60 * BN, "USD", "ltv_max")
    assert abs(bet["ltv_after"] - 0.398) <= 0.003


def test_softbank_forwards_owe_what_was_published(softbank: dict[str, Any]) -> None:
    """Asset-backed finance of 7.7tn on the debt side, 4.97tn of it on Alibaba."""
    debts = softbank["debts"]
    alibaba = sum(d["face"] for d in debts if d["name"].startswith("Alibaba"))
    backed = sum(d["face"] for d in debts if d["kind"] in ("prepaid_forward", "margin_loan"))
    assert abs(alibaba - 4.97 * TN) <= 0.03 * TN
    assert abs(backed - 7.7 * TN) <= 0.03 * TN
    assert abs(softbank["debt"] - softbank["cash"] - 10.0 * TN) <= 0.03 * TN


def test_softbank_three_months_later() -> None:
    """The bridge to 31 December 2023: from 16.45tn to 19.23tn, its parts add up, Arm's price is the largest."""
    found = warchest.diff(warchest.load("softbank-2023"), warchest.load(DECEMBER)).to_dict()
    assert abs(found["change"] - (19.23 - 16.45) * TN) <= 0.06 * TN
    assert sum(part["amount"] for part in found["parts"]) == pytest.approx(found["change"], rel=1e-9)
    largest = max(found["parts"], key=lambda part: part["amount"])
    assert (largest["name"], largest["cause"]) == ("Arm", "price")


def test_strategy_call_prices_to_the_cent() -> None:
    """Strategy, letter of 2022: 205m at 50 % on 19,466 coins, and on all 115,109."""
    v = warchest.load("strategy-2022").value().to_dict()
    loan = by_name(v["debts"])["Silvergate loan"]
    assert round(loan["call_price"], 2) == 21_062.37
    assert round(loan["call_price_all_pledged"], 2) == 3_561.84
    assert loan["ltv"] == pytest.approx(0.25, abs=5e-5)


def test_the_treasury_company_adds_up() -> None:
    """Strategy, November 2025: 8.214bn of convertibles, 7.8bn of preferred shares, about 700m of coupons a year, 649,870 coins."""
    house = warchest.load("strategy-2025")
    notes = [debt for debt in house.spec.debts.values() if debt.kind == "convertible"]
    preferred = house.spec.debts["Preferred, all series"]
    assert sum(note.principal.value for note in notes) == pytest.approx(8.214e9)
    coupons = sum(d.coupon * d.principal.value for d in [*notes, preferred])
    assert 0.69e9 < coupons < 0.74e9
    v = house.value().to_dict()
    assert v["debt"] == pytest.approx(8.214e9 + 7.8e9)
    assert v["nav"] == pytest.approx(649_870 * 90_000 + 1e9 + 1.44e9 - 8.214e9 - 7.8e9)
    assert v["nav_per_share"] == pytest.approx(v["nav"] / 287e6)
    due = {row["year"]: row["due"] for row in v["maturities"]}  # on the put dates
    assert due == {2027: 1.01e9, 2028: pytest.approx(6.404e9), 2029: 800e6}


def test_founder_by_hand() -> None:
    """100m of Acme, 5m of cash, 40m owed with recourse on 700k shares: H 100, D 35."""
    v = warchest.load("founder").value().to_dict()
    (loan,) = v["debts"]
    (acme,) = v["holdings"]
    assert (v["holdings_value"], v["net_debt"], v["nav"]) == (100e6, 35e6, 65e6)
    assert v["ltv"] == pytest.approx(0.35, rel=1e-12)
    assert acme["pledged"] == pytest.approx(0.7, rel=1e-12)
    assert loan["ltv"] == pytest.approx(40 / 70, rel=1e-12)
    assert loan["call_price"] == pytest.approx(40e6 / (700e3 * 0.7), rel=1e-12)  # 81.63
    assert loan["close_out_price"] == pytest.approx(40e6 / (700e3 * 0.8), rel=1e-12)  # 71.43
    assert loan["call_price_all_pledged"] == pytest.approx(40e6 / (1e6 * 0.7), rel=1e-12)  # 57.14
    assert loan["headroom"] == pytest.approx(1 - (40 / 70) / 0.7, rel=1e-12)
    ceilings = [c["amount"] for c in v["war_chest"]["ceilings"]]
    assert ceilings == pytest.approx([(0.45 * 100 - 35) / 0.55 * 1e6, (0.55 * 100 - 35) / 0.45 * 1e6], rel=1e-12)
    assert v["bets"][0]["ltv_after"] == pytest.approx(50 / 115, rel=1e-12)
