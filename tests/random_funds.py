"""Random houses with funds inside them, as text: what tests/fund_twin.py can live."""

from __future__ import annotations

import numpy as np


def text(seed: int) -> str:
    """A house file with one to three funds, two levels deep at most, in up to two currencies."""
    rng = np.random.default_rng(seed)
    pick = rng.choice

    def money(low: float, high: float) -> str:
        return f"{rng.uniform(low, high):.6g}m"

    def holdings(indent: str, count: int) -> str:
        found = ""
        for n in range(count):
            if rng.random() < 0.5:
                discount = f", block_discount: {pick([0, 5])}%"
                found += (
                    f"{indent}Share {n}: {{kind: listed, shares: {rng.uniform(1, 9):.5g}m, price: 3, volatility: 40%, "
                    f"dividend_yield: {pick([0, 3])}%{discount}}}\n"
                )
            else:
                found += (
                    f"{indent}Firm {n}: {{kind: private, value: {money(1, 20)}, volatility: 50%, marked: {pick(['3mo', '6mo'])}, "
                    f"overmarked: {pick([0, 20])}%, sale_discount: {pick([0, 30])}%}}\n"
                )
        return found

    def bets(indent: str, count: int) -> str:
        found = ""
        for n in range(count):
            date = f"202{rng.integers(6, 8)}-0{rng.integers(3, 10)}-15"
            found += (
                f"{indent}Bet {n}: {{cheque: {money(2, 30)}, date: {date}, premium: {pick([0, 20])}%, "
                f"outcome: {{kind: table, multiples: [0, 1, 5], odds: [40%, 40%, 20%], years: {pick([1, 2])}}}}}\n"
            )
        return found

    def deals(indent: str) -> str:
        rounds = (
            f", rounds: {pick(['6mo', '1y'])}, overmarked: {pick([0, 40])}%, follow_on: {pick([0, 50])}%"
            if rng.random() < 0.7
            else ""
        )
        crowd = ", crowding: 0.5, depth: 30m" if rng.random() < 0.4 else ""
        shut = ", exits_close: 10%" if rng.random() < 0.4 else ""
        return (
            f"{indent}Flow: {{a_year: {pick([3, 12])}, until: {pick(['1y', '2y'])}, cheque: {money(0.5, 6)}, premium: {pick([0, 10])}%, "
            f"outcome: {{kind: table, multiples: [0, 1, 8], odds: [50%, 30%, 20%], years: 1}}, exit_spread: 0.5{rounds}{crowd}{shut}}}\n"
        )

    def bond(indent: str) -> str:
        return (
            f"{indent}Bond: {{kind: bond, principal: {money(1, 15)}, coupon: 6%, maturity: 202{rng.integers(7, 9)}-03-15, "
            f"rolls: {pick([0, 50])}%, roll_spread: 2%}}\n"
        )

    def fund(name: str, indent: str, depth: int) -> str:
        inner = indent + "      "
        currency = pick(["USD", "EUR"])
        ours, theirs = money(5, 60), money(5, 60)
        body = f"{indent}{name}:\n{indent}  kind: fund\n{indent}  investor: Ours\n"
        body += f"{indent}  manager: {pick(['true', 'false'])}\n{indent}  sale_discount: {pick([0, 30])}%\n{indent}  house:\n"
        at = indent + "    "
        body += f"{at}currency: {currency}\n{at}cash: {pick(['0', '2m'])}\n{at}investors:\n"
        paid = f", paid: {rng.uniform(0.5, 4):.4g}m" if rng.random() < 0.4 else ""
        body += f"{inner}Ours: {{commitment: {ours}{paid}}}\n{inner}Theirs: {{commitment: {theirs}{paid}}}\n"
        if rng.random() < 0.5:
            body += f"{inner}Preferred: {{kind: preferred, commitment: {money(5, 40)}, coupon: {pick([5, 9])}%}}\n"
        body += f"{at}fees: {{management: {pick([0, 2])}%, after: 1%, period: {pick(['1y', '2y'])}}}\n"
        body += (
            f"{at}waterfall: {{hurdle: {pick([0, 8])}%, carry: {pick([0, 20])}%, catch_up: {pick([0, 50, 100])}%, "
            f"every: {pick(['1mo', '3mo'])}, recycling: {pick([0, 30])}%, grace: {pick(['1mo', '3mo'])}, forfeit: {pick([0, 50])}%, "
            f"clawback: {pick(['true', 'false'])}}}\n"
        )
        if rng.random() < 0.3:
            body += f"{at}costs: 100k\n"
        count, inside = int(rng.integers(0, 3)), depth < 2 and rng.random() < 0.4
        if count or inside:
            body += f"{at}holdings:\n" + holdings(inner, count)
            if inside:
                body += fund("Inner fund", inner, depth + 1)
        if rng.random() < 0.4:
            body += f"{at}debts:\n" + bond(inner)
        flows = rng.random() < 0.6
        if rng.random() < 0.6:
            body += f"{at}bets:\n" + bets(inner, int(rng.integers(1, 3)))
        if flows:
            body += f"{at}deals:\n" + deals(inner)
        kinds = [f"{{kind: {k}, limit: {pick(['funding', 'ltv_max', 'none'])}}}" for k in ("planned", "all_in")]
        if flows:
            kinds += ["{kind: spread, positions: 6}", "{kind: fraction, share: 10%}"]
        return body + f"{at}policy: {pick(kinds)}\n"

    y = "house: A house with funds\nas_of: 2026-01-02\ncurrency: USD\nfx: {EURUSD: 1.1}\n"
    y += f"cash: {{USD: {money(0, 60)}, EUR: {money(0, 10)}}}\nlimits: {{ltv_normal: 30%, ltv_max: 50%, cash_floor: {pick(['0', '3m', '1y'])}}}\n"
    y += "holdings:\n" + holdings("  ", int(rng.integers(0, 3)))
    for n in range(int(rng.integers(1, 3))):
        y += fund(f"Fund {n}", "  ", 1)
    if rng.random() < 0.6:
        y += "debts:\n" + bond("  ")
    if rng.random() < 0.5:
        y += "bets:\n" + bets("  ", 1)
    y += f"policy: {pick(['{kind: hold}', '{kind: planned, limit: none}', '{kind: all_in, limit: ltv_max}'])}\n"
    y += "market: {model: lognormal, factors: {world: {volatility: 20%}}, benchmark: {factor: world, growth: 7%}, "
    y += "currencies: {EURUSD: {volatility: 8%}}, rate: 2%}\n"
    return y + f"horizon: 3y\nstep: {pick(['month', 'week'])}\n"
