"""Loans on the same collateral, one behind the other: calls, cures, close-outs, defaults by rank, by hand arithmetic.

The house of most tests: 1m shares of Acme at 100, First (40m on them, 60 / 50 / 70 %), Second (20m behind it, 75 / 65 / 90 %),
no interest, months, impact and costs of nothing. First is called at 66.67 and closed out at 57.14, Second called at 80
and closed out at 66.67 (60m / 0.9).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import warchest
from houses import house
from warchest.compile import Compiled, compile_house
from warchest.core.codes import (
    CALLED,
    CLOSING,
    CURED,
    LAPSED,
    LOG_CODES,
    PASSED,
    PLEDGED,
    RELEASED,
    REPAID,
    SOLD,
    UNPAID_PRINCIPAL,
    WRITTEN_OFF,
)
from warchest.core.path_tables import PATH_COLUMNS
from warchest.engine.trace import Traced, lived
from warchest.house import House
from warchest.questions.value import value
from warchest.results import closing
from warchest.results.causes import chain
from warchest.results.ledger import Books
from warchest.results.links import Chain

HOUSE = """
house: Two loans on one share
as_of: 2026-01-02
currency: USD
cash: {cash}
holdings:
  Acme: {{kind: listed, shares: {shares}, price: {price}, volatility: {volatility}{acme}}}
{bolt}
debts:
  Second: {{kind: margin_loan, behind: First, {second}}}
  First: {{kind: margin_loan, secured_on: {{Acme: 1m}}, {first}}}
{more}
market: {{model: lognormal, rate: 0}}
step: month
horizon: 4mo
"""
BOLT = "  Bolt: {kind: listed, shares: 2m, price: 10, volatility: 40%}"
PLAIN = {"cash": "0", "shares": "1m", "price": "100", "volatility": "40%", "acme": "", "bolt": "", "more": ""}
TERMS_OF_FIRST = {"principal": "40m", "call_at": "60%", "reset_to": "50%", "close_out_at": "70%"}
TERMS_OF_SECOND = {"principal": "20m", "call_at": "75%", "reset_to": "65%", "close_out_at": "90%"}
CALM = {"call_at": "99%", "reset_to": "95%", "close_out_at": "100%"}
FIRST, SECOND = 0, 1
"""Rows of the two loans: the one ahead stands first, whatever the order of the file."""


def text_of(
    first: dict[str, str] | None = None, second: dict[str, str] | None = None, cure: str = "0d", **changes: str
) -> str:
    """The file of the house, with something else in it."""

    def loan(terms: dict[str, str], more: dict[str, str] | None) -> str:
        return ", ".join(f"{name}: {said}" for name, said in {**terms, "cure": cure, **(more or {})}.items())

    loans = {"first": loan(TERMS_OF_FIRST, first), "second": loan(TERMS_OF_SECOND, second)}
    return HOUSE.format(**{**PLAIN, **loans, **changes})


def of(
    first: dict[str, str] | None = None, second: dict[str, str] | None = None, cure: str = "0d", **changes: str
) -> House:
    """The house, with something else in it."""
    return house(text_of(first, second, cure, **changes))


def at(made: House, *prices: float) -> Traced:
    """The house lived at these prices of Acme, month by month from 100; then they stand."""
    compiled = compile_house(made)
    world = np.ones((len(compiled.origin.assets) + len(compiled.origin.currencies), made.grid.steps))
    world[0, : len(prices)] = np.array(prices) / np.array([100.0, *prices[:-1]])
    return lived(compiled.origin, world, np.ones(max(1, len(compiled.origin.bets))))


def told(traced: Traced, *which: int) -> list[tuple[Any, ...]]:
    """Entries of the log with one of these codes: code, row, amount or else shares, in millions."""
    return [
        (int(e.code), int(e.row), round(float(e.amount or e.shares) / 1e6, 6)) for e in traced.log if e.code in which
    ]


def path(traced: Traced, column: str) -> float:
    return float(traced.path[PATH_COLUMNS.index(column)])


def balanced(made: House, traced: Traced) -> None:
    """The books of the path end with the engine's NAV and with the engine's pledges."""
    books = Books(compile_house(made).origin, traced.log)
    for entry in traced.log:
        books.post(books.sides(entry))
    assert closing.nav(books, closing.prices(books, traced.final)) == pytest.approx(traced.through[-1, 0], abs=1e-3)
    for pledge in traced.final.pledges:
        held = books.units("pledged", int(pledge.line), int(pledge.debt))
        assert held == pytest.approx(float(pledge.shares), abs=1e-6)


# ------------------------------------------------------------------ the balance sheet


def test_a_call_price_is_that_of_all_that_is_owed_up_to_the_loan() -> None:
    """First calls at 40m / (1m x .6), Second at 60m / (1m x .75); the shares are pledged once."""
    made = of(shares="2m")
    found = value(made).to_dict()
    first, second = found["debts"][1], found["debts"][0]
    assert (first["name"], second["name"]) == ("First", "Second")
    assert first["call_price"] == pytest.approx(40 / 0.6)
    assert first["close_out_price"] == pytest.approx(40 / 0.7)
    assert second["ltv"] == pytest.approx(0.6)
    assert second["call_price"] == pytest.approx(60 / 0.75)
    assert second["close_out_price"] == pytest.approx(60 / 0.9)
    assert second["call_price_all_pledged"] == pytest.approx(60 / (2 * 0.75))
    assert second["headroom"] == pytest.approx(1 - 0.6 / 0.75)
    assert found["holdings"][0]["pledged"] == pytest.approx(0.5)
    assert found["nav"] == pytest.approx(200e6 - 60e6)


def test_a_loan_without_recourse_deducts_what_the_loan_ahead_leaves() -> None:
    """At 50 the collateral is 50m: First takes 40m of it (net debt), Second at most the 10m left, and at 30 nothing."""
    lender = {"recourse": "false"}
    assert value(of(second=lender)).to_dict()["debts"][0]["deduction"] == pytest.approx(20e6)
    low = of(second=lender, price="50")
    found = value(low).to_dict()
    assert found["debts"][0]["deduction"] == pytest.approx(10e6)
    assert found["holdings"][0]["equity"] == pytest.approx(40e6)
    assert found["nav"] == pytest.approx(0.0, abs=1e-6)
    under = of(second=lender, price="30", cash="50m")
    assert value(under).to_dict()["debts"][0]["deduction"] == 0.0
    assert value(under).to_dict()["nav"] == pytest.approx(40e6)


def test_nothing_is_deducted_twice_where_both_are_without_recourse() -> None:
    made = of(first={"recourse": "false"}, second={"recourse": "false"}, price="50")
    found = value(made).to_dict()
    assert [d["deduction"] for d in found["debts"]] == pytest.approx([10e6, 40e6])
    assert found["nav"] == pytest.approx(0.0, abs=1e-6)


def test_the_order_of_the_file_does_not_matter() -> None:
    """A loan may be written before the one it is behind: the rows stand in their ranks."""
    lines = text_of(more=THREE).splitlines()
    loans = [line for line in lines if line.startswith(("  First", "  Second", "  Third"))]
    at_debts = lines.index("debts:") + 1
    others = [line for line in lines if line not in loans]
    for order in ([0, 1, 2], [2, 1, 0], [1, 2, 0], [2, 0, 1]):
        mixed = [*others[:at_debts], *(loans[n] for n in order), *others[at_debts:]]
        compiled = compile_house(house("\n".join(mixed)))
        debts = compiled.origin.debts[:3]
        assert compiled.names.debts[:3] == ("First", "Second", "Third")
        assert debts.ahead.tolist() == [-1, 0, 1]
        assert debts.behind.tolist() == [1, 2, -1]
        assert compiled.origin.pledges.shares.tolist() == [1e6, 0.0, 0.0]


def test_a_fund_has_ranked_loans_of_its_own() -> None:
    """Rows of a parent stand behind those of its funds; neighbours are rows of the whole table."""
    loans = "call_at: 60%, reset_to: 50%, close_out_at: 80%"
    child = """
  Pool:
    kind: fund
    investor: Us
    house:
      house: Pool
      holdings: {Inner: {kind: listed, shares: 1m, price: 50, volatility: 40%}}
      debts:
        B: {kind: margin_loan, principal: 5m, behind: A, LOANS}
        A: {kind: margin_loan, principal: 9m, secured_on: {Inner: all}, LOANS}
      investors: {Us: {commitment: 40m, paid: 36m}}""".replace("LOANS", loans)
    made = house(text_of(bolt=child.removeprefix("\n")))
    compiled = compile_house(made)
    names = list(compiled.names.debts)
    for name, ahead in (("Pool > B", "Pool > A"), ("Second", "First")):
        assert names[compiled.origin.debts[names.index(name)].ahead] == ahead
        assert names[compiled.origin.debts[names.index(ahead)].behind] == name
    assert value(made).to_dict()["nav"] == pytest.approx(100e6 - 60e6 + 36e6)


# ------------------------------------------------------------------ calls and cures


def test_a_call_looks_at_all_that_is_owed_up_to_the_loan() -> None:
    """At 79 Second stands at 60 / 79 = 75.9 %, above its 75 %; First, 40 / 79, is far from its 60 %."""
    assert told(at(of(cure="3mo"), 81.0), CALLED) == []
    assert told(at(of(cure="3mo"), 79.0), CALLED) == [(CALLED, SECOND, 20.0)]
    lapsed = at(of(cure="3mo"), 79.0, 60 / 0.65)
    assert told(lapsed, CALLED, LAPSED) == [(CALLED, SECOND, 20.0), (LAPSED, SECOND, 20.0)]
    assert told(at(of(cure="3mo"), 79.0, 92.0), LAPSED) == []  # 60 / 92 is above 65 %


def test_cash_of_a_cure_repays_the_loan_that_called() -> None:
    """At 75: 60 - .65 x 75 = 11.25m of cash repay Second."""
    traced = at(of(cash="15m"), 75.0)
    assert told(traced, REPAID, CURED, SOLD) == [(REPAID, SECOND, 11.25), (CURED, SECOND, 8.75)]
    assert traced.through[1, 2] == pytest.approx(3.75e6)


def test_cash_of_a_cure_is_at_most_the_loan() -> None:
    """At 60.5: 60 - .65 x 60.5 = 20.7m would cure Second, but 20m repay it, and that ends its call."""
    made = of({"call_at": "90%", "reset_to": "80%", "close_out_at": "95%"}, {"close_out_at": "100%"}, cash="30m")
    traced = at(made, 62.0)  # 60 - .65 x 62 = 19.7m
    assert told(traced, REPAID) == [(REPAID, SECOND, 19.7)]
    traced = at(made, 60.5)  # 60 - .65 x 60.5 = 20.675m
    assert told(traced, REPAID, RELEASED, PASSED, CLOSING) == [(REPAID, SECOND, 20.0)]
    assert traced.final.pledges.shares.tolist() == [1e6, 0.0]
    assert traced.through[1, 2] == pytest.approx(10e6)


def test_more_collateral_goes_to_the_common_pledge() -> None:
    """At 75 the need of 11.25m takes V = 11.25 / .65 = 17.3m, 230,769 shares: they lie with First, and First's own LTV falls too."""
    made = of(shares="2m")
    traced = at(made, 75.0)
    more = 11.25e6 / 0.65 / 75
    assert [(int(e.row), int(e.other), float(e.shares)) for e in traced.log if e.code == PLEDGED] == [
        (0, FIRST, pytest.approx(more))
    ]
    assert traced.final.pledges.shares.tolist() == [pytest.approx(1e6 + more), 0.0]
    assert traced.final.lines.free[0] == pytest.approx(1e6 - more)
    assert told(traced, CURED) == [(CURED, SECOND, 20.0)]
    balanced(made, traced)


def test_other_shares_sold_repay_the_loan_that_called() -> None:
    """At 75 the need of 11.25m is met by 1.125m shares of Bolt at 10."""
    traced = at(of(bolt=BOLT), 75.0)
    assert told(traced, SOLD, REPAID) == [(SOLD, 1, 11.25), (REPAID, SECOND, 11.25)]


def test_common_collateral_sold_repays_the_loan_ahead() -> None:
    """At 75: V = 11.25 / (1 - .65) = 32.14m is sold for the call of Second, and repays First: 27.86 / 42.86 = 65 %."""
    made = of()
    traced = at(made, 75.0)
    assert told(traced, SOLD, REPAID) == [(SOLD, 0, 32.142857), (REPAID, FIRST, 32.142857)]
    assert traced.final.debts.principal[:2].tolist() == [pytest.approx(40e6 - 11.25e6 / 0.35), 20e6]
    balanced(made, traced)


def test_what_the_loan_ahead_does_not_need_goes_to_the_next() -> None:
    """First of 10m, Second of 50m: at 75 the 32.14m repay First, pass the rest of the shares on, then repay Second."""
    made = of({"principal": "10m"}, {"principal": "50m"})
    traced = at(made, 75.0)
    assert told(traced, SOLD, REPAID, PASSED, CURED) == [
        (SOLD, 0, 32.142857),
        (REPAID, FIRST, 10.0),
        (PASSED, 0, round(1 - 32.142857142857 / 75, 6)),
        (REPAID, SECOND, 22.142857),
        (CURED, SECOND, 27.857143),
    ]
    balanced(made, traced)


def test_a_call_of_the_loan_ahead_looks_at_that_loan_alone() -> None:
    """First at 65.99: 60.6 %, called; a Second that only calls at 99 % is silent."""
    made = of(second=CALM, cure="3mo")
    assert told(at(made, 67.0), CALLED) == []
    assert told(at(made, 65.99), CALLED) == [(CALLED, FIRST, 40.0)]


def test_two_calls_on_one_day_share_one_pot_of_cash() -> None:
    """At 66.6 First needs 40 - 33.3 = 6.7m, Second 60 - 43.29 = 16.71m: First is cured first, and that lowers Second's need."""
    made = of(second={"close_out_at": "95%"}, cash="18m")
    traced = at(made, 66.6)
    assert told(traced, CALLED) == [(CALLED, FIRST, 40.0), (CALLED, SECOND, 20.0)]
    assert told(traced, REPAID, CURED) == [
        (REPAID, FIRST, 6.7),
        (CURED, FIRST, 33.3),
        (REPAID, SECOND, 10.01),
        (CURED, SECOND, 9.99),
    ]
    assert traced.through[1, 2] == pytest.approx(18e6 - 16.71e6)


# ------------------------------------------------------------------ close-outs


def test_a_close_out_of_the_loan_behind_repays_the_one_ahead_first() -> None:
    """At 66.66 Second stands at 90.009 %: 40m repay First, 20m Second, 6.66m of shares come back; First was not even called."""
    made = of({"call_at": "65%"}, cure="3mo")
    traced = at(made, 66.66)
    assert told(traced, CALLED) == [(CALLED, SECOND, 20.0)]
    assert told(traced, CLOSING, REPAID) == [
        (CLOSING, SECOND, 20.0),
        (CLOSING, FIRST, 40.0),
        (REPAID, FIRST, 40.0),
        (REPAID, SECOND, 20.0),
    ]
    assert traced.through[1, 0] == pytest.approx(6.66e6)
    assert traced.final.lines.free[0] == pytest.approx(6.66e6 / 66.66)
    balanced(made, traced)


@pytest.mark.parametrize("recourse", ["true", "false"])
def test_what_is_not_brought_is_lost_by_the_loan_behind(recourse: str) -> None:
    """At 55: First has its 40m, Second 15m of 20m. Without recourse it bears 5m, with recourse cash pays them."""
    made = of(second={"recourse": recourse}, cure="3mo", cash="8m")
    traced = at(made, 55.0)
    assert told(traced, REPAID)[:2] == [(REPAID, FIRST, 40.0), (REPAID, SECOND, 15.0)]
    if recourse == "true":
        assert told(traced, UNPAID_PRINCIPAL, WRITTEN_OFF) == [(UNPAID_PRINCIPAL, SECOND, 5.0)]
        assert traced.through[1, 0] == pytest.approx(3e6)
    else:
        assert told(traced, UNPAID_PRINCIPAL, WRITTEN_OFF) == [(WRITTEN_OFF, SECOND, 5.0)]
        assert traced.through[1, 0] == pytest.approx(8e6)
    balanced(made, traced)


def test_a_close_out_of_the_loan_ahead_leaves_the_rest_to_the_one_behind() -> None:
    """First closes out at 57 (70.2 %), Second, of 10m, stands at 50 / 57 = 87.7 %: called, and has 17m of shares for its 10m then."""
    made = of(second={"principal": "10m", "close_out_at": "95%"}, cure="3mo")
    traced = at(made, 57.0)  # Second: 50 / 57 = 87.7 %, called, not closed out
    assert told(traced, CLOSING, REPAID) == [(CLOSING, FIRST, 40.0), (REPAID, FIRST, 40.0)]
    assert told(traced, PASSED) == [(PASSED, 0, round(17 / 57, 6))]
    assert told(traced, RELEASED) == []
    assert traced.final.pledges.shares.tolist() == [0.0, pytest.approx(17e6 / 57)]
    assert traced.final.lines.free[0] == 0.0
    assert traced.through[1, 0] == pytest.approx(7e6)
    balanced(made, traced)


def test_a_day_s_volume_holds_back_both() -> None:
    """250,000 shares a month at most (no impact to speak of): four months of sales, First whole before Second has a cent."""
    made = of(cure="3mo", acme=", daily_volume: 119.047619k, participation: 10%, outstanding: 1m")
    traced = at(made, 66.0)
    paid = [(int(e.step), int(e.row)) for e in traced.log if e.code == REPAID]
    firsts = [step for step, row in paid if row == FIRST]
    seconds = [step for step, row in paid if row == SECOND]
    assert min(firsts) == 1
    assert max(firsts) <= min(seconds)
    assert max(firsts) > 1
    balanced(made, traced)


# ------------------------------------------------------------------ passing on


def test_collateral_of_a_loan_that_is_repaid_passes_to_the_one_behind() -> None:
    """First repaid from cash when it falls due: its million shares are Second's, none is free."""
    made = of({"maturity": "2026-02-02"}, cash="40m")
    traced = at(made, 100.0)
    assert told(traced, PASSED, RELEASED) == [(PASSED, 0, 1.0)]
    assert traced.final.pledges.shares.tolist() == [0.0, 1e6]
    assert traced.final.lines.free[0] == 0.0
    balanced(made, traced)


def test_what_passed_on_is_free_when_the_last_loan_is_repaid() -> None:
    made = of({"maturity": "2026-02-02"}, {"maturity": "2026-03-02"}, cash="60m")
    traced = at(made, 100.0)
    assert told(traced, PASSED, RELEASED) == [(PASSED, 0, 1.0), (RELEASED, 0, 1.0)]
    assert traced.final.lines.free[0] == 1e6
    balanced(made, traced)


def test_after_the_loan_ahead_is_gone_the_next_stands_alone() -> None:
    """First repaid in February: Second, 20m, is called at 20 / .75 = 26.7 a share, no more at 80."""
    made = of({"maturity": "2026-02-02"}, cure="3mo", cash="40m")
    assert told(at(made, 100.0, 79.0), CALLED) == []
    assert told(at(made, 100.0, 27.0), CALLED) == []
    assert told(at(made, 100.0, 26.0), CALLED) == [(CALLED, SECOND, 20.0)]


THREE = "  Third: {kind: margin_loan, principal: 5m, behind: Second, call_at: 80%, reset_to: 75%, close_out_at: 97%, cure: 3mo}"


def test_three_in_a_row() -> None:
    """Third is called at 65 / .8 = 81.25; closed out at 67.01 with all ahead of it, in their order; what is left comes back."""
    made = of({"call_at": "65%"}, {"close_out_at": "100%"}, cure="3mo", more=THREE)
    assert told(at(made, 81.3), CALLED) == []
    assert told(at(made, 81.2), CALLED) == [(CALLED, 2, 5.0)]
    traced = at(made, 67.0)
    assert told(traced, REPAID) == [(REPAID, FIRST, 40.0), (REPAID, SECOND, 20.0), (REPAID, 2, 5.0)]
    assert traced.through[1, 0] == pytest.approx(2e6)
    balanced(made, traced)


def test_the_one_in_the_middle_may_be_repaid_before() -> None:
    """Second goes in February: Third is then behind First alone, called at 45 / .8 = 56.25; First's shares pass to Third."""
    first = {"maturity": "2026-03-02", "call_at": "90%", "close_out_at": "95%"}
    made = of(first, {"maturity": "2026-02-02"}, cure="3mo", cash="60m", more=THREE)
    assert told(at(made, 100.0, 56.3), CALLED) == []
    traced = at(made, 100.0, 100.0)
    assert told(traced, PASSED, RELEASED) == [(PASSED, 0, 1.0)]
    assert traced.final.pledges.shares.tolist() == [0.0, 0.0, 1e6]
    balanced(made, traced)


# ------------------------------------------------------------------ cover and default


def test_a_sale_above_the_loans_leaves_what_all_of_them_have_lent() -> None:
    """Costs of 6m at 100: 15m of shares are sold, 9m of it (60 %) are the lenders', First's first; 6m pay the costs."""
    made = of(more="  Bill: {kind: loan, principal: 6m, maturity: 2026-02-02}")
    traced = at(made, 100.0)
    assert told(traced, SOLD, REPAID) == [(SOLD, 0, 15.0), (REPAID, FIRST, 9.0), (REPAID, 2, 6.0)]
    assert traced.through[1, 0] == pytest.approx(34e6)
    owed = float(traced.final.debts.principal[:2].sum())
    assert owed / (float(traced.final.pledges.shares[0]) * 100) == pytest.approx(0.6)  # where it stood
    balanced(made, traced)


def test_shares_are_left_alone_while_a_loan_behind_is_called() -> None:
    """At 79 Second is called; in cover its call is met at once, and only then is anything sold above the loans."""
    made = of(cure="3mo", more="  Bill: {kind: loan, principal: 1m, maturity: 2026-02-02}")
    traced = at(made, 79.0)
    need = 60 - 0.65 * 79
    assert told(traced, SOLD, CURED)[:2] == [(SOLD, 0, round(need / 0.35, 6)), (CURED, SECOND, 20.0)]
    balanced(made, traced)


def test_shares_whose_loan_behind_is_called_are_left_alone() -> None:
    """A policy in defence above 70 % sells above the loans at 82 (LTV 73.2 %); at 79 Second is called, and nothing is sold."""
    made = of(cure="6mo", more="policy: {kind: band, attack_below: 40%, defend_above: 70%, back_to: 65%, every: 1mo}")
    sold, called = at(made, 82.0), at(made, 79.0)
    assert told(sold, CALLED) == []
    assert len(told(sold, SOLD)) == 1
    assert told(called, CALLED, SOLD) == [(CALLED, SECOND, 20.0)]


NOTES = "  Notes: {kind: bond, principal: 12m, maturity: 2026-02-02}"


@pytest.mark.parametrize("recourse", ["true", "false"])
def test_a_default_pays_by_rank_out_of_the_collateral(recourse: str) -> None:
    """Notes of 12m are due, and a share brings half its price: nothing is left above the loans, so First has 40m, Second 10m of 20m.

    The Notes have nothing: with recourse Second claims its other 10m beside them, without it bears them.
    """
    traced = at(of(second={"recourse": recourse}, acme=", block_discount: 50%", more=NOTES))
    assert path(traced, "default") == 1.0
    assert told(traced, REPAID) == [(REPAID, FIRST, 40.0), (REPAID, SECOND, 10.0)]
    assert sorted(told(traced, WRITTEN_OFF)) == [(WRITTEN_OFF, SECOND, 10.0), (WRITTEN_OFF, 2, 12.0)]
    assert traced.through[1, 0] == pytest.approx(0.0, abs=1e-6)


def test_what_both_leave_in_a_default_is_the_house_s() -> None:
    """Shares bring 65 % of their price, in cover as in default: 40m for First, 20m for Second, 5m for the Notes of 12m."""
    traced = at(of(acme=", block_discount: 35%", more=NOTES))
    assert path(traced, "default") == 1.0
    paid = {row: sum(x for _, r, x in told(traced, REPAID) if r == row) for row in range(3)}
    assert paid == {FIRST: 40.0, SECOND: 20.0, 2: 5.0}


# ------------------------------------------------------------------ one close-out opens the next


NEIGHBOURS = """
house: Two loans on shares of one company, each on its own
as_of: 2026-01-02
currency: USD
holdings: {Acme: {kind: listed, shares: 2m, price: 100, volatility: 63.4980314%, daily_volume: 1m, outstanding: 16m, participation: 20%}}
debts:
  Near: {kind: margin_loan, principal: 70m, secured_on: {Acme: 1m}, call_at: 75%, reset_to: 70%, close_out_at: 80%, cure: 1mo}
  Far: {kind: margin_loan, principal: 69m, secured_on: {Acme: 1m}, call_at: 80%, reset_to: 70%, close_out_at: 80.5%, cure: 1mo}
market: {model: lognormal, rate: 0}
step: month
horizon: 3mo
"""


def test_impact_of_one_close_out_triggers_the_next() -> None:
    """At 87 Near is closed out (80.5 %) and Far stands at 69 / 87 = 79.3 %. Near's sale moves the price by exp(-I), to 85.24.

    I = .314 s (n / V) (Theta / V)^(1/4), s = .634980314 / sqrt(252) = .04, Theta / V = 16: .02512 n / V. Of n: first 70m / 87
    = 804,598, then what impact ate, 813,506 in all: I = .020435. On the next date, at a price that has not moved by
    itself, Far stands at 69 / 85.24 = 80.95 %: called and closed out. Without a daily volume it never is.
    """
    made = house(NEIGHBOURS)
    traced = at(made, 87.0)
    near = sum(float(e.shares) for e in traced.log if e.code == SOLD and e.other == 0)
    assert near == pytest.approx(813_506, abs=1.0)
    moved = 87.0 * math.exp(-0.02512 * 0.8135062)
    assert moved == pytest.approx(85.2402, abs=1e-4)
    happened = [(int(e.step), int(e.code), int(e.row)) for e in traced.log if e.code in (CALLED, CLOSING)]
    assert happened == [(1, CALLED, 0), (1, CLOSING, 0), (2, CALLED, 1), (2, CLOSING, 1)]
    called = [e for e in traced.log if e.code == CALLED]
    assert float(called[1].price) == pytest.approx(1e6 * moved)
    balanced(made, traced)
    deep = at(house(NEIGHBOURS.replace(", daily_volume: 1m, outstanding: 16m, participation: 20%", "")), 87.0)
    assert told(deep, CALLED, CLOSING) == [(CALLED, 0, 70.0), (CLOSING, 0, 70.0)]


def test_impact_of_a_sale_for_one_loan_leaves_less_for_the_one_behind() -> None:
    """First's close-out at 57 repays it and leaves Second 17m of shares for its 10m; less where its own sale moves the price.

    I = .314 x .4 / sqrt(252) x 2 x n / V = .0158240 n / V: the 715,800 shares that bring 40m leave 57 exp(-.037756) = 54.888.
    """
    volume = ", daily_volume: 300k, outstanding: 4.8m, participation: 20%"
    terms = {"principal": "10m", "call_at": "88%", "reset_to": "80%", "close_out_at": "99%"}
    still, moved = (at(of(second=terms, cure="3mo", acme=acme), 57.0) for acme in ("", volume))
    assert told(still, CALLED) == [(CALLED, FIRST, 40.0)]  # 50 / 57 = 87.7 %, then 10m on 17m
    assert told(moved, CALLED)[0] == (CALLED, FIRST, 40.0)
    assert still.final.pledges.shares[1] == pytest.approx(17e6 / 57)
    assert moved.final.pledges.shares[1] == pytest.approx(1e6 - 715_800, abs=1.0)
    assert moved.through[1, 0] == pytest.approx(284_200 * 54.888 - 10e6, abs=100.0)


def test_two_calls_of_one_day_the_smaller_need_first() -> None:
    """At 80: A needs 50 - 40 = 10m, B 45 - 40 = 5m, both called; 12m of cash meet B's whole and 7m of A's, which is closed out."""
    text = """
house: Two loans on two shares
as_of: 2026-01-02
currency: USD
cash: 12m
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}, Bolt: {kind: listed, shares: 1m, price: 80, volatility: 40%}}
debts:
  A: {kind: margin_loan, principal: 50m, secured_on: {Acme: all}, call_at: 60%, reset_to: 50%, close_out_at: 90%, cure: 0d}
  B: {kind: margin_loan, principal: 45m, secured_on: {Bolt: all}, call_at: 56%, reset_to: 50%, close_out_at: 90%, cure: 0d}
market: {model: lognormal, rate: 0}
step: month
horizon: 2mo
"""
    traced = at(house(text), 80.0)
    assert told(traced, CALLED) == [(CALLED, 0, 50.0), (CALLED, 1, 45.0)]
    assert told(traced, REPAID)[:2] == [(REPAID, 1, 5.0), (REPAID, 0, 7.0)]
    assert told(traced, SOLD) == [(SOLD, 0, 6.0)]  # A's other 3m: V = 3 / (1 - .5)


# ------------------------------------------------------------------ a story, causes, and many paths


def chained(made: House, traced: Traced) -> tuple[Compiled, Chain]:
    compiled = compile_house(made)
    return compiled, chain(compiled.origin, traced)


def test_causes_name_the_loan_behind() -> None:
    made = of({"call_at": "65%"}, cure="3mo")
    traced = at(made, 100.0, 66.66)
    _, found = chained(made, traced)
    closings = {link.row: link for link in found.links if link.kind == "close-out"}
    assert closings[FIRST].item == "behind"
    assert found.links[closings[FIRST].because[0]] is closings[SECOND]
    assert closings[SECOND].numbers["ltv"] == pytest.approx(60 / 66.66)


def test_the_story_says_what_stands_ahead_and_what_passes_on() -> None:
    made = of(cure="3mo", volatility="90%")
    words = "\n".join(
        m["text"] for k in range(12) for m in warchest.autopsy(made, path=k, seed=3).to_dict()["movements"]
    )
    assert "ahead of it" in words
    assert LOG_CODES[PASSED] == "passed on"


def test_a_loan_of_nothing_behind_changes_nothing() -> None:
    """A Second of one cent that never calls leaves the paths of First alone."""
    nothing = {"principal": "0.01", "call_at": "100%", "reset_to": "100%", "close_out_at": "100%"}
    text = text_of(second=nothing, cure="1mo", cash="3m", shares="1.2m", bolt=BOLT)
    tiny = house(text)
    alone = house("\n".join(line for line in text.splitlines() if not line.startswith("  Second")))
    ours, theirs = (warchest.simulate(h, paths=2_000, seed=4).paths for h in (tiny, alone))
    assert np.allclose(ours["nav"], theirs["nav"], rtol=1e-6, atol=10.0)
    assert (ours["calls"] == theirs["calls"]).all()
    assert theirs["calls"].sum() > 100
