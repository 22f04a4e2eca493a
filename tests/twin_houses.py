"""Small houses for the comparison of the engine with its twin: each for what its name says."""

from __future__ import annotations

HEAD = "house: {name}\nas_of: 2026-01-02\ncurrency: USD\nlimits: {{ltv_normal: 30%, ltv_max: 49%}}\n"

HOUSES = {
    "founder": """
cash: 5m
horizon: 2y
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}}
debts: {Lombard: {kind: margin_loan, principal: 40m, secured_on: {Acme: 700k}, rate: 5%, call_at: 70%, reset_to: 60%, close_out_at: 80%}}
market: {model: lognormal, rate: 3%}
policy: {kind: planned, limit: none}
bets: {Rocket: {cheque: 15m, date: 2026-02-02, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 1}}}
""",
    "capitalised": """
cash: 2m
step: month
horizon: 4y
costs: 1%
dividends: 1m
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, dividend_yield: 1%}}
debts:
  Lombard: {kind: margin_loan, principal: 30m, secured_on: {Acme: 700k}, rate: 5%, interest: capitalised, call_at: 70%, reset_to: 50%, close_out_at: 90%}
  Bank: {kind: loan, principal: 10m, rate: floating + 2%, interest: capitalised, maturity: 2028-01-10, counted: 50%}
market: {model: lognormal, rate: 3%}
""",
    "no recourse": """
cash: 8m
limits: {cash_floor: 4m, ltv_max: 40%}
step: day
horizon: 6mo
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}, Bolt: {kind: listed, shares: 500k, price: 50, volatility: 40%}}
debts:
  Lombard: {kind: margin_loan, principal: 40m, secured_on: {Acme: 700k}, rate: 5%, recourse: false, call_at: 60%, reset_to: 55%, close_out_at: 85%, cure: 0d}
  Matures: {kind: margin_loan, principal: 12m, secured_on: {Bolt: all}, rate: 5%, recourse: false, call_at: 80%, reset_to: 60%, close_out_at: 95%, cure: 3d, maturity: 2026-05-01}
market: {model: lognormal, rate: 3%}
""",
    "one pot": """
cash: 12m
horizon: 2y
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}, Bolt: {kind: listed, shares: 500k, price: 100, volatility: 40%}, Cape: {kind: listed, shares: 30k, price: 100, volatility: 40%}}
debts:
  First: {kind: margin_loan, principal: 40m, secured_on: {Acme: 900k}, rate: 5%, call_at: 60%, reset_to: 45%, close_out_at: 90%, cure: 0d}
  Second: {kind: margin_loan, principal: 20m, secured_on: {Bolt: 400k, Acme: 50k}, rate: 5%, call_at: 60%, reset_to: 45%, close_out_at: 90%, cure: 10d}
market: {model: lognormal, rate: 3%}
""",
    "ranked loans": """
cash: 4m
fx: {EURUSD: 1.1}
horizon: 1y
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, daily_volume: 400k}, Bolt: {kind: listed, shares: 300k, price: 50, volatility: 40%}}
debts:
  Second: {kind: margin_loan, principal: 15m EUR, behind: First, rate: 7%, call_at: 70%, reset_to: 60%, close_out_at: 85%, recourse: false, interest: capitalised, maturity: 2026-10-01}
  First: {kind: margin_loan, principal: 30m, secured_on: {Acme: 900k, Bolt: 100k}, rate: 5%, call_at: 55%, reset_to: 45%, close_out_at: 75%, maturity: 2026-05-01, rolls: 50%}
  Third: {kind: margin_loan, principal: 5m, behind: Second, rate: 9%, call_at: 75%, reset_to: 65%, close_out_at: 90%, cure: 2w}
  Notes: {kind: bond, principal: 8m, coupon: 4%, maturity: 2026-08-01}
market: {model: lognormal, rate: 2%}
""",
    "second lines": """
cash: 3m
horizon: 2y
costs: 500k
holdings:
  Acme: {kind: listed, shares: 600k, price: 100, volatility: 40%, dividend_yield: 2%}
  Acme at the other bank: {kind: listed, asset: Acme, shares: 500k}
  Shop: {kind: private, value: 10m, volatility: 40%, overmarked: 20%, marked: 6mo}
  Shop again: {kind: private, asset: Shop, value: 5m}
debts:
  First: {kind: margin_loan, principal: 25m, secured_on: {Acme: all}, rate: 5%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
  Second: {kind: margin_loan, principal: 15m, secured_on: {Acme at the other bank: 300k}, rate: 5%, call_at: 70%, reset_to: 50%, close_out_at: 85%}
market: {model: lognormal, rate: 3%}
""",
    "impact": """
cash: 20m
step: day
horizon: 1y
holdings:
  Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, daily_volume: 300k, outstanding: 30m}
  Bolt: {kind: listed, shares: 300k, price: 100, volatility: 50%, daily_volume: 100k, participation: 20%}
debts:
  Lombard: {kind: margin_loan, principal: 40m, secured_on: {Acme: 900k, Bolt: 100k}, rate: 5%, interest: capitalised, call_at: 55%, reset_to: 45%, close_out_at: 75%, cure: 2d}
market: {model: lognormal, rate: 3%}
""",
    "forwards": """
cash: 1m
horizon: 2y
holdings: {Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%}, Bolt: {kind: listed, shares: 1m, price: 100, volatility: 40%}}
debts:
  Shares: {kind: prepaid_forward, secured_on: {Acme: 400k}, floor: 80, cap: 120, maturity: 2026-12-31}
  Collar: {kind: prepaid_forward, secured_on: {Bolt: all}, floor: 90, cap: 110, maturity: 2027-06-30, above: cash_difference}
  Bank: {kind: loan, principal: 30m, rate: 4%, maturity: 2027-09-30}
market: {model: lognormal, rate: 3%}
""",
    "ladder": """
cash: 6m
step: month
horizon: 6y
holdings: {Acme: {kind: listed, shares: 400k, price: 100, volatility: 40%}}
debts:
  Ladder: {kind: bond, coupon: 3%, maturities: {2026-12-31: 4m, 2027-12-31: 4m, 2029-01-15: 5m}, rolls: 100%, roll_spread: 2%, rolls_for: 18mo}
  Half: {kind: bond, coupon: 3%, principal: 3m, maturity: 2027-03-31, rolls: 50%, roll_spread: 1%}
  Bank: {kind: loan, principal: 2m, rate: floating + 1%, rolls: 80%, roll_spread: 1%, maturity: 2027-03-31, rolls_for: 1y}
market: {model: lognormal, rate: 3%}
""",
    "facilities": """
cash: 1m
horizon: 2y
costs: 2m
lending: {advance_rate: 30%, call_at: 60%, reset_to: 45%, close_out_at: 80%, maturity: 1y}
holdings: {Acme: {kind: listed, shares: 300k, price: 100, volatility: 40%}, Bolt: {kind: listed, shares: 100k, price: 100, volatility: 40%}}
debts:
  Revolver: {kind: facility, limit: 3m, drawn: 1m, rate: floating + 1.5%, commitment_fee: 0.4%, maturity: 2027-03-01, rolls: 50%, roll_spread: 1%, rolls_for: 6mo}
  Second: {kind: facility, limit: 2m, commitment_fee: 0.4%}
  Notes: {kind: bond, principal: 12m, coupon: 4%, maturity: 2026-09-01}
market: {model: lognormal, rate: 3%}
""",
    "payables": """
cash: 1m
horizon: 2y
holdings:
  Shop: {kind: private, value: 20m, volatility: 40%, marked: 3mo, sale_discount: 25%}
  Acme: {kind: listed, shares: 100k, price: 100, volatility: 40%}
  Mill: {kind: private, value: 5m, volatility: 40%, overmarked: 30%, marked: 1mo}
sell_order: [Mill]
debts:
  Second half: {kind: payable, for: Shop, instalments: {2026-06-30: 5m, 2026-12-31: 5m, 2027-06-30: 4m}}
  Bank: {kind: loan, principal: 8m, rate: 6%, maturity: 2027-11-01}
market: {model: lognormal, rate: 3%}
""",
    "three currencies": """
fx: {USDJPY: 150, EURUSD: 1.1}
cash: {JPY: 300m, EUR: 2m, USD: 1m}
horizon: 2y
costs: 1.5%
holdings:
  Acme: {kind: listed, shares: 500k, price: 15000 JPY, volatility: 40%, dividend_yield: 1%}
  Bolt: {kind: listed, shares: 300k, price: 90 EUR, volatility: 40%}
  Shop: {kind: private, value: 4m EUR, volatility: 40%}
lending: {advance_rate: 30%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
debts:
  Lombard: {kind: margin_loan, principal: 14m EUR, secured_on: {Acme: 300k, Bolt: 20k}, rate: 4%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
  Notes: {kind: bond, principal: 5m, coupon: 4%, maturity: 2026-12-01}
  Samurai: {kind: bond, coupon: 1%, maturities: {2026-06-01: 700m JPY, 2027-06-01: 700m JPY}}
  Rest: {kind: payable, for: Shop, instalments: {2027-01-10: 1m EUR}}
market: {model: lognormal, rate: 3%}
""",
    "ranks": """
cash: 1m
step: month
horizon: 3y
costs: 500k
holdings:
  Acme: {kind: listed, shares: 500k, price: 100, volatility: 40%}
  Shop: {kind: private, value: 5m, volatility: 40%}
  Bolt: {kind: listed, shares: 100k, price: 100, volatility: 40%}
debts:
  Senior: {kind: bond, principal: 15m, coupon: 4%, maturity: 2026-08-01}
  Hybrid: {kind: bond, principal: 10m, coupon: 6%, rank: 2, counted: 50%, maturity: 2027-06-01}
  Lombard: {kind: margin_loan, principal: 8m, secured_on: {Acme: 250k}, rate: 5%, call_at: 60%, reset_to: 45%, close_out_at: 80%, maturity: 2028-03-01}
  Collar: {kind: prepaid_forward, secured_on: {Bolt: 60k}, floor: 90, cap: 110, maturity: 2028-06-30, above: cash_difference}
market: {model: lognormal, rate: 3%}
""",
    "no cross default": """
cash: 1m
step: month
horizon: 3y
dividends: 2%
holdings: {Acme: {kind: listed, shares: 200k, price: 100, volatility: 40%}, Bolt: {kind: listed, shares: 100k, price: 100, volatility: 40%}}
debts:
  Lombard: {kind: margin_loan, principal: 9m, secured_on: {Acme: all}, rate: 5%, call_at: 60%, reset_to: 45%, close_out_at: 80%, cross_default: false}
  Notes: {kind: bond, principal: 10m, coupon: 4%, maturity: 2027-01-31, cross_default: false}
  Late: {kind: bond, principal: 1m, coupon: 4%, maturity: 2028-01-31}
market: {model: lognormal, rate: 3%}
""",
    "all in": """
cash: 9m
limits: {ltv_normal: 30%, ltv_max: 50%, cash_floor: 2m, sale_days: 10d}
horizon: 3y
holdings:
  Acme: {kind: listed, shares: 500k, price: 100, volatility: 40%}
  Bolt: {kind: listed, shares: 100k, price: 100, volatility: 40%}
lending: {advance_rate: 30%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
borrowing: {limit: 3m}
debts:
  Notes: {kind: bond, principal: 10m, coupon: 4%, maturity: 2028-06-01}
market: {model: lognormal, rate: 3%}
policy: {kind: all_in}
bets:
  Rocket: {cheque: 15m, date: 2026-03-02, premium: 10%, capacity: 12m, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 1}}
  Boat: {cheque: 5m, date: 2026-03-02, premium: 30%, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 5}}
  Late: {cheque: 5m, date: 2027-03-02, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 1}}
""",
    "tranches": """
cash: 25m
limits: {ltv_normal: 30%, ltv_max: 50%, cash_floor: 2y}
horizon: 3y
step: month
holdings:
  Acme: {kind: listed, shares: 900k, price: 100, volatility: 40%}
lending: {advance_rate: 30%, call_at: 60%, reset_to: 45%, close_out_at: 80%}
debts:
  Notes: {kind: bond, principal: 4m, coupon: 4%, maturity: 2028-06-01}
market: {model: lognormal, rate: 3%}
policy: {kind: planned, limit: ltv_normal}
bets:
  Rocket:
    premium: 10%
    tranches: [{date: 2026-03-02, cheque: 5m}, {date: 2026-09-02, cheque: 5m}, {date: 2027-03-02, cheque: 6m}]
    outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 2}
""",
    "bets and volume": """
cash: 2m
horizon: 2y
limits: {ltv_max: 50%, sale_days: 2w}
holdings:
  Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, daily_volume: 40k, outstanding: 30m}
  Bolt: {kind: listed, shares: 200k, price: 100, volatility: 40%, block_discount: 4%}
sell_order: [Bolt]
borrowing: {limit: 5m, spread: 0}
market: {model: lognormal, rate: 0%}
policy: {kind: all_in, limit: funding}
bets:
  Rocket: {cheque: 15m, date: 2026-02-02, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 1}}
""",
    "bets, volume and lending": """
cash: 2m
horizon: 1y
limits: {ltv_max: 50%, sale_days: 2w}
holdings:
  Acme: {kind: listed, shares: 1m, price: 100, volatility: 40%, daily_volume: 100k, dividend_yield: 2%}
  Bolt: {kind: listed, shares: 200k, price: 100, volatility: 40%, dividend_yield: 9%}
  Bolt again: {kind: listed, asset: Bolt, shares: 50k}
lending: {advance_rate: 30%, call_at: 80%, reset_to: 75%, close_out_at: 90%, rate: 0%}
borrowing: {limit: 5m, spread: 0}
market: {model: lognormal, rate: 0%}
policy: {kind: planned, limit: funding}
bets:
  Rocket: {cheque: 40m, date: 2026-02-02, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 2}}
""",
    "bet today in euros": """
fx: {EURUSD: 1.1}
cash: {USD: 6m, EUR: 1m}
horizon: 2y
limits: {ltv_normal: 20%, ltv_max: 40%, ruin_at: 30%}
holdings:
  Acme: {kind: listed, shares: 200k, price: 100, volatility: 40%, dividend_yield: 2%}
lending: {advance_rate: 40%, call_at: 50%, reset_to: 45%, close_out_at: 60%, recourse: false, cure: 5d, maturity: 18mo, rate: 4%}
borrowing: {limit: 2m, spread: 2%}
debts:
  Bank: {kind: loan, principal: 3m EUR, rate: floating + 1%, interest: capitalised, maturity: 2027-06-01}
market: {model: lognormal, rate: 2%}
policy: {kind: planned}
bets:
  Rocket: {cheque: 10m EUR, date: 2026-01-02, premium: 20%, sale_discount: 50%, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 1.5}}
""",
    "hold": """
cash: 4m
step: month
horizon: 2y
costs: 2%
dividends: 3%
holdings:
  Acme: {kind: listed, shares: 200k, price: 100, volatility: 40%}
debts:
  Notes: {kind: bond, principal: 8m, coupon: 4%, maturity: 2027-02-28, rolls: 100%}
market: {model: lognormal, rate: 2%}
bets:
  Rocket: {cheque: 10m, date: 2026-02-02, outcome: {kind: table, multiples: [0, 1, 3], odds: [60%, 20%, 20%], years: 1}}
""",
}

for _limit in ("ltv_normal", "ltv_max", "funding", "none"):
    for _kind in ("planned", "all_in"):
        HOUSES[f"{_kind} to {_limit}"] = HOUSES["all in"].replace(
            "{kind: all_in}", f"{{kind: {_kind}, limit: {_limit}}}"
        )


def text(name: str) -> str:
    """The file of a house; what it says of limits stands in place of the usual ones."""
    body = HOUSES[name].strip()
    head = HEAD.format(name=name)
    if "\nlimits:" in "\n" + body:
        head = head[: head.index("limits:")]
    return head + body + "\n"
