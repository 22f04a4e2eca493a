"""Breaks the engine on purpose, one line at a time, and shows that a test sees each break: `make mutants`.

Every mutant is planted in a copy of the project, and the tests named beside it run there until one of them fails. A mutant
is caught by a failed assertion only: what does not import, compile or end proves nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COPIED = ("src", "tests", "conftest.py", "pyproject.toml")
PATIENCE = 600.0
"""Seconds after which a run is stopped."""
ONLY_THIS = """
import warchest

assert Path(warchest.__file__).is_relative_to(Path(__file__).resolve().parent), warchest.__file__
"""
"""Added to the conftest.py of every copy: the package that is installed must not be the one that is tested."""
SEEN = re.compile(r"AssertionError|assert |.*\nExpected:\n.*\nGot:\n", re.DOTALL)
"""How a test's message begins when what it found was wrong, and not only that something broke; the last is an example's."""


class Mutant(NamedTuple):
    """One line of the engine said wrong."""

    name: str
    law: str  # that it breaks
    file: str  # below src/warchest
    old: str  # stands there once
    new: str
    tests: tuple[str, ...]  # of which one must fail


def twin(*names: str) -> tuple[str, ...]:
    """Houses of tests/twin_houses.py, lived by the engine and by its twin."""
    return tuple(f"tests/test_twin.py::test_the_engine_lives_what_its_twin_lives[{name}]" for name in names)


def laws(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_laws.py."""
    return tuple(f"tests/test_laws.py::test_{name}" for name in names)


def truths(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_truths.py."""
    return tuple(f"tests/test_truths.py::test_{name}" for name in names)


def rules(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_rules.py."""
    return tuple(f"tests/test_rules.py::test_{name}" for name in names)


def ranked(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_ranked.py."""
    return tuple(f"tests/test_ranked.py::test_{name}" for name in names)


def fraction(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_fraction.py."""
    return tuple(f"tests/test_fraction.py::test_{name}" for name in names)


def fund_laws(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_fund_laws.py."""
    return tuple(f"tests/test_fund_laws.py::test_{name}" for name in names)


def fund_twin(*seeds: int) -> tuple[str, ...]:
    """Random houses with funds, lived by the engine and by the twin of funds."""
    return tuple(f"tests/test_fund_twin.py::test_the_engine_lives_funds_as_the_twin_does[{seed}]" for seed in seeds)


def own_shares(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_own_shares.py."""
    return tuple(f"tests/test_own_shares.py::test_{name}" for name in names)


def properties(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_properties.py."""
    return tuple(f"tests/test_properties.py::test_{name}" for name in names)


def hard_markets(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_hard_markets.py."""
    return tuple(f"tests/test_hard_markets.py::test_{name}" for name in names)


def hard_engine(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_hard_engine.py."""
    return tuple(f"tests/test_hard_engine.py::test_{name}" for name in names)


def acting(*names: str) -> tuple[str, ...]:
    """Tests of tests/test_acting.py."""
    return tuple(f"tests/test_acting.py::test_{name}" for name in names)


def example(module: str, function: str) -> tuple[str, ...]:
    """The example in a function's docstring."""
    return (f"src/warchest/{module.replace('.', '/')}.py::warchest.{module}.{function}",)


ALL = (
    # ---------------------------------------------------------------- houses of every part
    Mutant(
        "pledged and free at once",
        "no share is pledged twice",
        "engine/sales.py",
        "    life.lines[i].free = less(life.lines[i].free, shares)\n    life.pledges[k].shares += shares",
        "    life.pledges[k].shares += shares",
        properties("every_law_holds_on_every_path"),
    ),
    Mutant(
        "more is sold than is held",
        "no sale of what is not held",
        "engine/sales.py",
        "shares = min(life.lines[i].free, left / (unit * life.currencies[c].fx))",
        "shares = left / (unit * life.currencies[c].fx)",
        properties("every_law_holds_on_every_path"),
    ),
    Mutant(
        "cash that is not there",
        "no spending of cash that is not there",
        "engine/money.py",
        "own = min(life.purses[h, currency].cash, amount)",
        "own = amount",
        properties("every_law_holds_on_every_path"),
    ),
    Mutant(
        "tomorrow's premium today",
        "what is lived until a date does not depend on what comes after it",
        "engine/own_share.py",
        "math.log(world[stock.asset, t - 1])",
        "math.log(world[stock.asset, min(t, world.shape[1] - 1)])",
        properties("every_law_holds_on_every_path"),
    ),
    # ---------------------------------------------------------------- own shares
    Mutant(
        "coupons paid above the ceiling",
        "a coupon that may wait waits above ltv_max",
        "engine/dues.py",
        "calm = house.overdue <= 0.0 and house.ltv <= house.ltv_max * (1.0 + ROUNDING)",
        "calm = house.overdue <= 0.0",
        own_shares("a_coupon_waits_above_the_ceiling_and_bears_the_coupon_itself"),
    ),
    Mutant(
        "converted on the put date",
        "who is better off with shares keeps the bond on the put date",
        "engine/dues.py",
        "            life.debts[d].maturity = debts[d].final\n        else:",
        "            convert(life, t, d)\n        else:",
        own_shares("its_holders_ask_for_their_money_on_the_put_date_only_if_the_shares_are_worth_less"),
    ),
    Mutant(
        "new shares at the full price",
        "new shares are sold at the price less its discount",
        "engine/own_trades.py",
        "price_now(life, h) * (1.0 - stock.issue_discount)",
        "price_now(life, h)",
        own_shares("new_shares_at_a_premium_add_to_what_each_is_worth"),
    ),
    Mutant(
        "own shares bought with the last cash",
        "buy-backs leave the cash floor",
        "engine/own_trades.py",
        "total_cash(life, h) - cash_floor(life, h, t)",
        "total_cash(life, h)",
        own_shares("buy_backs_at_a_discount_stop_at_the_cash_floor_and_the_normal_ltv"),
    ),
    Mutant(
        "a premium that stays away",
        "the premium is drawn back to where it settles",
        "engine/own_share.py",
        "stock.premium = stock.middle + stock.keeps * (stock.premium - stock.middle)\n        stock.premium +=",
        "stock.premium +=",
        own_shares("the_premium_follows_its_law"),
    ),
    # ---------------------------------------------------------------- margin loans
    Mutant(
        "called only above the level",
        "a loan is called at or above call_at",
        "debts/margin_loan_rule.py",
        "return loan >= call_at",
        "return loan > call_at",
        example("debts.margin_loan_rule", "is_called"),
    ),
    Mutant(
        "lapses at the call level",
        "a call lapses when the loan is back at reset_to",
        "engine/calls.py",
        "is_reset(loan, debt.secured, debt.reset_to)",
        "is_reset(loan, debt.secured, debt.call_at)",
        twin("founder"),
    ),
    Mutant(
        "cured to the call level",
        "a cure brings the loan back to reset_to",
        "engine/calls.py",
        "loan + debt.senior, debt.secured, debt.reset_to",
        "loan + debt.senior, debt.secured, debt.call_at",
        twin("founder"),
    ),
    Mutant(
        "closed out again and again",
        "what has fallen due and has no collateral left is not closed out again",
        "engine/calls.py",
        "if debt.matured < debt.principal or not collateral_gone(life, d):  # else it was told before",
        "if True:",
        ("tests/test_stress.py::test_a_loan_that_has_lost_its_collateral_is_closed_out_once",),
    ),
    Mutant(
        "a call that never falls due",
        "a running call's count falls by one a step",
        "engine/calls.py",
        "debt.call -= 1",
        "debt.call -= 0",
        twin("founder"),
    ),
    Mutant(
        "largest need first",
        "calls are cured smallest need first",
        "engine/calls.py",
        "life.debts[d].need < life.debts[chosen].need",
        "life.debts[d].need > life.debts[chosen].need",
        twin("one pot"),
    ),
    Mutant(
        "shares pledged twice",
        "a share is free, or pledged to one debt",
        "engine/calls.py",
        "life.lines[i].free = less(life.lines[i].free, shares)",
        "life.lines[i].free = less(life.lines[i].free, 0.0)",
        twin("founder"),
    ),
    Mutant(
        "the floor cures too",
        "a loan without recourse is cured only from cash above the floor",
        "engine/calls.py",
        "available - cash_floor(life, h, t)",
        "available",
        twin("no recourse"),
    ),
    Mutant(
        "a surplus is kept",
        "what a loan leaves of its collateral goes back to the house",
        "engine/dues.py",
        "life.lines[i].free += life.pledges[k].shares",
        "life.lines[i].free += 0.0",
        twin("founder"),
    ),
    Mutant(
        "a shortfall is charged",
        "without recourse the lender bears what its collateral does not bring",
        "engine/calls.py",
        "if debts[d].recourse:\n                late",
        "if True:\n                late",
        twin("no recourse"),
    ),
    # ---------------------------------------------------------------- loans on the same collateral
    Mutant(
        "a junior looks at itself alone",
        "a loan behind another is called on all that is owed up to it",
        "engine/calls.py",
        "loan = debt.principal * fx + debt.senior",
        "loan = debt.principal * fx",
        ranked("a_call_looks_at_all_that_is_owed_up_to_the_loan"),
    ),
    Mutant(
        "the junior is paid first",
        "what common collateral brings repays the loan ahead first",
        "engine/calls.py",
        "give(life, t, h, keeper, d, sell(",
        "give(life, t, h, d, d, sell(",
        ranked("common_collateral_sold_repays_the_loan_ahead"),
    ),
    Mutant(
        "the loan ahead stands still",
        "a close-out of a loan closes out those ahead of it",
        "engine/calls.py",
        "        d = debt.ahead\n        why",
        "        d = -1\n        why",
        ranked("a_close_out_of_the_loan_behind_repays_the_one_ahead_first"),
    ),
    Mutant(
        "a cure pays more than is owed",
        "cash of a cure is at most the loan",
        "engine/calls.py",
        "return min(need_now(life, d), life.debts[d].principal * ",
        "return max(need_now(life, d), 0.0 * life.debts[d].principal * ",
        ranked("cash_of_a_cure_is_at_most_the_loan"),
    ),
    Mutant(
        "the senior frees the collateral",
        "collateral of a loan that is repaid passes to the one behind",
        "engine/dues.py",
        "heir = next_owing(life, d)",
        "heir = -1",
        ranked("collateral_of_a_loan_that_is_repaid_passes_to_the_one_behind"),
    ),
    Mutant(
        "both deduct the same collateral",
        "a junior without recourse deducts what the loans ahead leave",
        "engine/balance.py",
        "min(max(0.0, secured - debt.senior), ",
        "min(max(0.0, secured), ",
        ranked("a_loan_without_recourse_deducts_what_the_loan_ahead_leaves"),
    ),
    Mutant(
        "sold above the first loan only",
        "of shares sold above their loans every loan on them has its part",
        "engine/cover.py",
        "owed = (debt.principal * fx + owed_behind(life, d)) / debt.secured",
        "owed = debt.principal * fx / debt.secured",
        ranked("a_sale_above_the_loans_leaves_what_all_of_them_have_lent"),
    ),
    Mutant(
        "sold while a junior waits",
        "shares are left alone while a loan behind is called",
        "engine/cover.py",
        "or not at_rest_behind(life, d)",
        "",
        ranked("shares_whose_loan_behind_is_called_are_left_alone"),
    ),
    Mutant(
        "the pot takes the junior's part",
        "in default a junior has what the loan ahead leaves of the collateral",
        "engine/default.py",
        "if debts[d].behind < 0:",
        "if debts[d].ahead < 0:",
        ranked("a_default_pays_by_rank_out_of_the_collateral"),
    ),
    # ---------------------------------------------------------------- other debts
    Mutant(
        "rolls above the ceiling",
        "nothing is lent again while LTV is above ltv_max",
        "engine/dues.py",
        "if may_roll and",
        "if",
        twin("ladder"),
    ),
    Mutant(
        "rolled debt is free",
        "what is rolled bears its rate and the spread",
        "engine/balance.py",
        "return debt.roll_rate + debt.extra, debt.roll_coupon",
        "return 0.0, 0.0",
        twin("ladder"),
    ),
    Mutant(
        "capitalised interest is lost",
        "a capitalised loan grows by its interest",
        "engine/dues.py",
        "life.debts[d].principal += grown",
        "life.debts[d].principal += 0.0",
        twin("capitalised"),
    ),
    Mutant(
        "a hybrid counts in full",
        "the counted part of a debt enters net debt",
        "engine/balance.py",
        "debt.counted * (debt.principal",
        "1.0 * (debt.principal",
        twin("ranks"),
    ),
    Mutant(
        "a forward delivers too few",
        "above the cap a forward delivers N x floor / cap",
        "debts/prepaid_forward_rule.py",
        "return shares * floor / cap",
        "return shares * floor / price",
        example("debts.prepaid_forward_rule", "delivered"),
    ),
    # ---------------------------------------------------------------- money and sales
    Mutant(
        "proceeds booked twice",
        "no money appears or vanishes",
        "engine/sales.py",
        "life.purses[h, c].cash += proceeds",
        "life.purses[h, c].cash += 2.0 * proceeds",
        twin("facilities"),
    ),
    Mutant(
        "the day's volume never ends",
        "at most participation x volume is sold a day",
        "engine/sales.py",
        "life.assets[a].sold += shares",
        "life.assets[a].sold += 0.0",
        twin("impact"),
    ),
    Mutant(
        "the price does not move",
        "a sale leaves the price at P exp(-I)",
        "engine/sales.py",
        "life.assets[a].price = moved",
        "life.assets[a].price = price",
        twin("impact"),
    ),
    Mutant(
        "impact of a square root",
        "the temporary impact goes with the power 3/5 of the pace",
        "engine/sales.py",
        "** 0.6",
        "** 0.5",
        truths("the_impact_of_selling_a_tenth_of_a_day"),
    ),
    Mutant(
        "one euro is one dollar",
        "a payment in another currency is converted at spot",
        "engine/money.py",
        "taken = left * life.currencies[currency].fx / life.currencies[source].fx",
        "taken = left",
        twin("three currencies"),
    ),
    # ---------------------------------------------------------------- default
    Mutant(
        "every default ends the house",
        "a debt without cross_default does not end the house",
        "engine/cover.py",
        "life.debts[d].cross_default and (",
        "(",
        twin("no cross default"),
    ),
    Mutant(
        "the last rank is paid first",
        "a default pays rank 1 first",
        "engine/default.py",
        "pot -= pay_rank(life, t, h, rank, pot)",
        "pot -= pay_rank(life, t, h, 10 - rank, pot)",
        rules("a_default_pays_by_rank_and_in_proportion_within_one"),
    ),
    # ---------------------------------------------------------------- truth, marks, bets
    Mutant(
        "marks follow the truth",
        "a private mark moves only on its dates",
        "engine/step.py",
        "if asset.mark_every == 0:",
        "if asset.mark_every >= 0:",
        twin("payables"),
    ),
    Mutant(
        "the end is marked, not true",
        "the final NAV counts truths",
        "engine/step.py",
        "path.nav = truth",
        "path.nav = nav",
        twin("all in"),
    ),
    Mutant(
        "a bet ends at its mark",
        "at its end a bet becomes v x M",
        "engine/step.py",
        "amount = bet.value * bet.multiple",
        "amount = bet.value",
        twin("founder"),
    ),
    Mutant(
        "the ceiling forgets the premium",
        "a cheque to the ceiling leaves LTV at it, whatever is paid over the value received",
        "policies/all_in_rule.py",
        "(1.0 - limit * worth)",
        "(1.0 - limit)",
        ("tests/test_houses.py::test_a_house_is_worth_what_was_worked_out_by_hand[war-chest]",),
    ),
    # ---------------------------------------------------------------- paths and streams
    Mutant(
        "one path leaks into the next",
        "a path starts from the tables of step 0",
        "engine/step.py",
        "life.debts[d] = origin.debts[d]",
        "life.debts[d].principal = origin.debts[d].principal",
        twin("ladder"),
    ),
    Mutant(
        "bets draw from the prices' stream",
        "a bet more does not change the market",
        "engine/run.py",
        "variant.outcomes(uniforms, offered.times) for",
        "variant.outcomes(rng.random(uniforms.shape), offered.times) for",
        laws("a_bet_more_changes_no_price"),
    ),
    Mutant(
        "a bet's stream is the prices'",
        "every bet has a stream of its own",
        "engine/run.py",
        "generator(seed, block, n + 1).random(BLOCK)",
        "generator(seed, block, n).random(BLOCK)",
        rules("no_two_draws_share_a_stream"),
    ),
    Mutant(
        "every block is the first",
        "a stream belongs to one block",
        "engine/run.py",
        "spawn_key=(block, stream)",
        "spawn_key=(0, stream)",
        rules("every_block_is_another_world"),
    ),
    # ---------------------------------------------------------------- the market
    Mutant(
        "no compensation",
        "E[price] follows growth under Student-t returns",
        "markets/student_t.py",
        "drift = parts.growth - lift",
        "drift = parts.growth",
        truths("a_wild_share_grows_as_stated"),
    ),
    Mutant(
        "compensated as if normal",
        "the compensation is that of the capped law, by quadrature",
        "markets/student_t.py",
        "drift = parts.growth - lift",
        "drift = parts.growth - 0.5 * parts.sigma**2",
        truths("a_wild_share_grows_as_stated"),
    ),
    Mutant(
        "no cap",
        "the mixing variable is at most 50",
        "markets/student_t_rule.py",
        "min(cap, tail / roots[t])",
        "tail / roots[t]",
        truths("the_mixing_variable_is_capped"),
    ),
    Mutant(
        "too wild by the root of E[W]",
        "returns are rescaled to the stated volatility",
        "markets/student_t.py",
        "1.0 / math.sqrt(mean_size(self.tail))",
        "1.0",
        truths("prices_fall_together[0.0]"),
    ),
    Mutant(
        "own shocks of the whole volatility",
        "an asset's own part is what its loadings leave of the volatility",
        "markets/common.py",
        "sigma**2 - (betas**2).sum(axis=0)",
        "sigma**2",
        truths("prices_fall_together[0.5]"),
    ),
    Mutant(
        "kept at a share of debt too",
        "a constant share is one of NAV",
        "engine/decide.py",
        "gap = house.kept_share * nav - life.lines[i].shares * price",
        "gap = house.kept_share * holdings_value - life.lines[i].shares * price",
        fraction("above_all_of_nav_it_borrows_and_repays"),
    ),
    Mutant(
        "bought below the price",
        "a purchase costs P exp(J), as a sale brings P exp(-J)",
        "engine/sales.py",
        "cost *= math.exp(sale_cost(",
        "cost /= math.exp(sale_cost(",
        fraction("buying_moves_the_price_up_as_selling_moves_it_down"),
    ),
    Mutant(
        "the debt stays after a sale",
        "what a sale brings above the floor repays unsecured borrowing",
        "engine/decide.py",
        "amount = min(life.debts[row].principal, spare)",
        "amount = 0.0 * spare",
        fraction("above_all_of_nav_it_borrows_and_repays"),
    ),
    # ---------------------------------------------------------------- funds
    Mutant(
        "profit before capital",
        "capital comes back before the manager shares in anything",
        "holdings/waterfall_rule.py",
        "returned = min(cash, capital)",
        "returned = min(cash, 0.5 * capital)",
        fund_laws("a_whole_fund_waterfall_as_worked_out_by_hand"),
    ),
    Mutant(
        "the hurdle is simple",
        "a preferred return compounds",
        "engine/funds.py",
        "(fund.capital + fund.hurdle_owed) * fund.hurdle",
        "fund.capital * fund.hurdle",
        fund_laws("a_whole_fund_waterfall_as_worked_out_by_hand"),
    ),
    Mutant(
        "carry is paid and forgotten",
        "what the manager has had counts when more is shared out",
        "engine/funds.py",
        "fund.carried += catch + carry",
        "fund.carried += catch",
        fund_twin(*range(8)),
    ),
    Mutant(
        "a call on the parent is paid by nobody",
        "money that a parent does not have does not reach its fund",
        "engine/money.py",
        "    paid = investor.owed - left\n",
        "    paid = investor.owed\n",
        fund_twin(*range(12)),
    ),
    Mutant(
        "preferred capital last",
        "preferred investors come first",
        "engine/stakes.py",
        "second = min(nav - first, senior_capital)",
        "second = 0.0 * min(nav - first, senior_capital)",
        fund_twin(*range(12)),
    ),
    Mutant(
        "a fund takes what it was never promised",
        "only what is committed can be called",
        "engine/funds.py",
        "asked = own if amount >= left else amount * (own / left)",
        "asked = 3.0 * amount * (own / left)",
        fund_twin(*range(8)),
    ),
    Mutant(
        "coupons count as capital",
        "a coupon is owed day by day on what was paid in",
        "engine/funds.py",
        "investor.arrears += investor.coupon * investor.capital * life.steps[t].days",
        "investor.arrears += investor.coupon * investor.commitment * life.steps[t].days",
        fund_twin(*range(12)),
    ),
    Mutant(
        "marks follow every step",
        "a deal is marked at its rounds",
        "engine/deals.py",
        "if bet.next_round == t:",
        "if bet.rounds > 0:",
        fund_twin(*range(12)),
    ),
    Mutant(
        "crowding is free",
        "the house's own money makes prices",
        "engine/deals.py",
        "life.flows[bet.flow].pressure += paid",
        "life.flows[bet.flow].pressure += 0.0 * paid",
        fund_twin(*range(30)),
    ),
    Mutant(
        "exits never close",
        "nothing ends in a bust",
        "engine/step.py",
        "return fall > 0.0 and",
        "return fall > 1.0 and",
        fund_laws("nothing_ends_while_exits_are_closed"),
    ),
    Mutant(
        "all deals at once",
        "spread takes its deals evenly",
        "engine/deals.py",
        "math.ceil(flow.positions * min(1.0, t / flow.last))",
        "flow.positions",
        fund_twin(*range(50)),
    ),
    Mutant(
        "rates without what is left",
        "what is left at the end counts",
        "engine/returns.py",
        "(left if k == points - 1 else 0.0)",
        "0.0 * left",
        fund_laws("rates_of_return_are_those_of_the_flows"),
    ),
    Mutant(
        "arrivals by the clock",
        "deals come at random, as many as stated on average",
        "engine/offers.py",
        "-np.log1p(-u[:, :, 0]) / a_year",
        "u[:, :, 0] / a_year",
        fund_laws("arrivals_are_as_many_as_stated"),
    ),
    # ---------------------------------------------------------------- hard times
    Mutant(
        "a factor jumps alone",
        "what loads on a factor jumps with it",
        "engine/dispatch.py",
        "add(room.shocks[f], 1.0, room.jumped[f])",
        "add(room.shocks[f], 0.0, room.jumped[f])",
        hard_engine("calls_of_a_share[week-a factor's]"),
    ),
    Mutant(
        "jumps for nothing",
        "growth is compensated for jumps",
        "markets/jumps.py",
        "drift=market.drift - lift",
        "drift=market.drift",
        hard_engine("calls_of_a_share[week-its own]"),
    ),
    Mutant(
        "jumps on top",
        "jumps are a part of the stated volatility",
        "markets/jumps.py",
        "whole.own**2 - taken",
        "whole.own**2",
        hard_markets("the_stated_volatility_is_of_everything_together[jumps]"),
    ),
    Mutant(
        "up as often as down",
        "as many jumps go up as the odds say",
        "markets/jumps_rule.py",
        "rng.random() < terms[1]",
        "rng.random() < 1.0 - terms[1]",
        hard_engine("calls_of_a_share[month-its own]"),
    ),
    Mutant(
        "a jump in every wait",
        "jumps come at their intensity",
        "markets/jumps_rule.py",
        "when += rng.standard_exponential() / terms[0]",
        "when += rng.standard_exponential() / (2.0 * terms[0])",
        hard_engine("calls_of_a_share[month-its own]"),
    ),
    Mutant(
        "one tail for all",
        "each has own shocks with a mixing draw of its own",
        "engine/dispatch.py",
        "*= room.own_roots[p, t]",
        "*= room.own_roots[0, t]",
        hard_markets("own_tails_are_each_ones_own"),
    ),
    Mutant(
        "own tails too wild",
        "own shocks with tails have the stated volatility",
        "markets/common.py",
        "own_scale=1.0 / math.sqrt(mean_size(self.own_tail))",
        "own_scale=1.0",
        hard_engine("calls_of_a_share[month-own moves alone]"),
    ),
    Mutant(
        "times change every other step",
        "regimes last as long as stated",
        "markets/regimes_rule.py",
        "        now = k\n",
        "        now = k if t % 2 == 0 else now\n",
        hard_markets("time_is_spent_in_regimes_as_the_chain_says"),
    ),
    Mutant(
        "a calm bust",
        "a regime has its own volatility",
        "markets/regimes_rule.py",
        "shocks[j, t] *= sizes[k, f]",
        "shocks[j, t] *= 1.0",
        hard_engine("calls_when_times_change[week-normal moves-bust]"),
    ),
    Mutant(
        "a bust that drifts like a boom",
        "a regime has its own drift",
        "markets/regimes_rule.py",
        "shocks[j, t] += shifts[k, f]",
        "shocks[j, t] += 0.0 * shifts[k, f]",
        hard_engine("calls_when_times_change[week-normal moves-bust]"),
    ),
    Mutant(
        "wilder in all",
        "regimes keep the stated variance in the long run",
        "markets/regimes.py",
        "times /= np.sqrt(usual @ times**2)",
        "times /= 1.0",
        hard_markets("regimes_keep_the_stated_variance_in_the_long_run"),
    ),
    Mutant(
        "growth of today's times alone",
        "E[price] follows growth over all regimes",
        "markets/regimes.py",
        "level[:, t] = parts.growth - np.log(total[:, 0])",
        "level[:, t] = parts.growth - means[first]",
        hard_engine("calls_when_times_change[month-normal moves-boom]"),
    ),
    Mutant(
        "lines stay open",
        "banks pull undrawn facilities in a bust",
        "engine/balance.py",
        "not life.regimes[life.clock[0].regime].facilities",
        "not life.regimes[0].facilities",
        hard_markets("in_good_times_a_line_is_drawn_and_in_a_bust_it_is_pulled"),
    ),
    Mutant(
        "lenders never close",
        "a bust may lend nothing on new terms",
        "engine/sales.py",
        "return life.regimes[life.clock[0].regime].loans != 0",
        "return True",
        hard_markets("new_loans_close_and_their_price_is_that_of_the_day"),
    ),
    Mutant(
        "drawn at yesterday's price",
        "what is drawn in a bust bears its spread",
        "engine/sales.py",
        "spread = life.regimes[life.clock[0].regime].spread",
        "spread = life.regimes[0].spread",
        hard_markets("new_loans_close_and_their_price_is_that_of_the_day"),
    ),
    Mutant(
        "all of it rolls",
        "a bust rolls a share",
        "engine/dues.py",
        "rolls = debts[d].rolls * times.rolls",
        "rolls = debts[d].rolls",
        hard_markets("maturities_are_refused_in_a_bust_and_dearer_above_the_normal_ltv"),
    ),
    Mutant(
        "as cheap at any LTV",
        "refinancing is dearer above the normal LTV",
        "engine/dues.py",
        "house.widens * max(0.0, ltv - house.ltv_normal)",
        "0.0 * house.widens",
        hard_markets("maturities_are_refused_in_a_bust_and_dearer_above_the_normal_ltv"),
    ),
    Mutant(
        "private things at truth",
        "what is private fetches less in a bust",
        "engine/sales.py",
        "return 1.0 - life.regimes[life.clock[0].regime].discount",
        "return 1.0",
        hard_markets("private_things_fetch_less_in_a_bust"),
    ),
    Mutant(
        "shares sold in any times",
        "a bust may buy no new shares",
        "engine/own_trades.py",
        "stock.premium >= stock.issue_above and life.regimes[life.clock[0].regime].shares",
        "stock.premium >= stock.issue_above",
        own_shares("new_shares_are_not_to_be_sold_in_a_bust_that_says_so"),
    ),
    Mutant(
        "no memory",
        "between its levels a band stays in its mode",
        "policies/band_rule.py",
        "    return memory",
        "    return 0.0",
        acting("the_mode_changes_above_one_level_and_below_another"),
    ),
    Mutant(
        "defence to the trigger",
        "defence sells back to its LTV",
        "policies/band_rule.py",
        "/ (1.0 - back_to)",
        "",
        acting("defence_begins_sells_back_and_ends"),
    ),
    Mutant(
        "defence that bets",
        "defence makes no bets",
        "engine/act.py",
        "            cheques = 0.0\n            sales =",
        "            sales =",
        acting("defence_makes_no_bets"),
    ),
    Mutant(
        "a winner is sold again and again",
        "what was sold is held against the price it was sold at",
        "engine/act.py",
        "            line.reference = price\n            sell_free",
        "            sell_free",
        acting("winners_are_sold_once_for_each_doubling"),
    ),
    Mutant(
        "the lenders' part is kept",
        "of shares sold above a loan its lender has his part",
        "engine/cover.py",
        "lenders = shares * worth * owed",
        "lenders = 0.0 * shares",
        acting("a_defence_sale_of_pledged_shares_pays_the_lender_his_part"),
    ),
)


# ------------------------------------------------------------------ one tree, one run


class Run(NamedTuple):
    """What pytest said in one tree."""

    status: int
    failed: str  # the first test that failed
    message: str  # and what it said
    said: str
    seconds: float


def misfits(mutants: Iterable[Mutant], tree: Path = ROOT) -> list[str]:
    """Mutants whose old text does not stand in their file exactly once."""
    found = [(m, (tree / "src" / "warchest" / m.file).read_text(encoding="utf-8").count(m.old)) for m in mutants]
    return [f"{m.name}: `{m.old}` stands {n} times in {m.file}, not once" for m, n in found if n != 1]


def copy(tree: Path) -> None:
    """What the tests need of the project; no other copy of the package will do for them."""
    tree.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(ROOT / name, tree / name)
    with (tree / "conftest.py").open("a", encoding="utf-8") as conftest:
        conftest.write(ONLY_THIS)


def plant(mutant: Mutant, tree: Path) -> None:
    """Say one line wrong."""
    path = tree / "src" / "warchest" / mutant.file
    path.write_text(path.read_text(encoding="utf-8").replace(mutant.old, mutant.new), encoding="utf-8")


class Bench:
    """Where mutants are tried: a folder with the unbroken project in it, and the runs that are under way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sound = folder / "sound"
        self.lock = threading.Lock()
        self.running: set[subprocess.Popen[str]] = set()
        self.stopped = False

    def tests(self, tree: Path, tests: Iterable[str]) -> Run:
        """The tests, in this tree, up to the first that fails."""
        report = tree / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=short", "-p", "no:cacheprovider"]
        command += [f"--junitxml={report}", *tests]
        env = {**os.environ, "PYTHONPATH": str(tree / "src"), "WARCHEST_CACHE": str(self.folder / "cache")}
        began = time.monotonic()
        with self.lock:
            if self.stopped:
                raise KeyboardInterrupt
            process = subprocess.Popen(
                command, cwd=tree, env=env, text=True, stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
            self.running.add(process)
        try:
            said = process.communicate(timeout=PATIENCE)[0]
        except subprocess.TimeoutExpired:
            process.kill()
            said = f"{process.communicate()[0]}\nstopped after {PATIENCE:.0f} s"
        with self.lock:
            self.running.discard(process)
        failed, message = first_failure(report)
        return Run(process.returncode, failed, message, said, time.monotonic() - began)

    def trial(self, mutant: Mutant) -> Run:
        """A mutant's own tests, in a tree of its own."""
        tree = self.folder / f"{ALL.index(mutant):02d}"
        shutil.copytree(self.sound, tree, ignore=shutil.ignore_patterns("__pycache__", "report.xml"))
        plant(mutant, tree)
        run = self.tests(tree, mutant.tests)
        shutil.rmtree(tree)
        return run

    def stop(self) -> None:
        """End what runs; nothing starts any more."""
        with self.lock:
            self.stopped = True
            for process in self.running:
                process.kill()


def first_failure(report: Path) -> tuple[str, str]:
    """The first test of a report that failed, and its message; tests that broke before or after they ran do not count."""
    if report.is_file():
        for case in ET.parse(report).iter("testcase"):
            failure = case.find("failure")
            if failure is not None:
                return case.attrib["name"], failure.attrib.get("message", "")
    return "", ""


def verdict(run: Run) -> str:
    """Nothing when an assertion caught the mutant; else what happened instead."""
    if run.status == 0:
        return "SURVIVES"
    if run.status == 1 and run.failed and SEEN.match(run.message):
        return ""
    return f"BROKEN, NOT CAUGHT (status {run.status})"


# ------------------------------------------------------------------ the table


NAMES, LAWS = (2 + max(len(text) for text in column) for column in zip(*(m[:2] for m in ALL), strict=True))


def row(name: str, law: str, seconds: str, caught: str) -> str:
    """One line of the table."""
    return f"{name:<{NAMES}}{law:<{LAWS}}{seconds:>7}  {caught}"


def tried(bench: Bench, mutants: list[Mutant], jobs: int) -> int:
    """Try the mutants, and print a line of each; 1 if the unbroken project fails its tests or a mutant is not caught."""
    copy(bench.sound)
    wrong = misfits(mutants, bench.sound)
    if wrong:
        print("\n".join(wrong))
        return 1
    with ThreadPoolExecutor(jobs) as pool:
        try:
            whole = bench.tests(bench.sound, dict.fromkeys(test for m in mutants for test in m.tests))
            if whole.status != 0:
                print(f"{whole.said}\nThe tests fail before anything is broken.")
                return 1
            print(
                f"Unbroken, the tests pass ({whole.seconds:.0f} s).\n\n{row('mutant', 'law', 'seconds', 'caught by')}",
                flush=True,
            )
            at_large = 0
            for mutant, run in zip(mutants, pool.map(bench.trial, mutants), strict=True):
                escaped = verdict(run)
                print(row(mutant.name, mutant.law, f"{run.seconds:.0f}", escaped or run.failed), flush=True)
                if escaped:
                    at_large += 1
                    print(run.said)
        except BaseException:
            bench.stop()
            pool.shutdown(cancel_futures=True)
            raise
    print(f"\n{len(mutants) - at_large} of {len(mutants)} caught.")
    return 1 if at_large else 0


def main() -> int:
    """The command: all mutants, or those whose name has one of the words."""
    parser = argparse.ArgumentParser(description="Break the engine on purpose, and show that a test sees each break.")
    parser.add_argument("words", nargs="*", help="only mutants whose name has one of these words")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="mutants that are tried at once")
    asked = parser.parse_args()
    chosen = [m for m in ALL if not asked.words or any(word in m.name for word in asked.words)]
    if not chosen:
        print("No mutant has such a name.")
        return 1
    try:
        with tempfile.TemporaryDirectory(prefix="warchest-mutants-") as folder:
            return tried(Bench(Path(folder).resolve()), chosen, asked.jobs)
    except KeyboardInterrupt:
        print("\nStopped.")
        return 130


if __name__ == "__main__":
    sys.exit(main())
