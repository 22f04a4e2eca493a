"""Whole random houses, as the text of their files: every kind of part, three currencies, all within a year."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from hypothesis import strategies as st

Data = dict[str, Any]
CODES = {"USD": 1.0, "EUR": 1 / 1.1, "JPY": 150.0}
AS_OF = dt.date(2026, 1, 2)
GRIDS = {("month", "1y"): 365, ("month", "7mo"): 215, ("week", "5mo"): 150, ("week", "3mo"): 90, ("day", "5w"): 35}
POLICIES = [f"{{kind: {kind}, limit: {limit}}}" for kind in ("planned", "all_in")
            for limit in ("ltv_normal", "ltv_max", "funding", "none")]  # fmt: skip
OUTCOMES = (
    "kind: table, multiples: [0, 1, 3], odds: [50%, 30%, 20%]",
    "kind: lognormal, mean: 2, volatility: 50%, loss: 20%",
)

KINDS = ("margin_loan", "margin_loan", "margin_loan_behind", "prepaid_forward", "bond", "loan", "facility", "payable")


def flow(x: Any) -> str:
    """Data in the short form of YAML."""
    if isinstance(x, dict):
        return "{" + ", ".join(f"{name}: {flow(value)}" for name, value in x.items()) + "}"
    return "[" + ", ".join(flow(item) for item in x) + "]" if isinstance(x, list) else str(x)


class Writer:
    """Draws the parts of one house after another; amounts in millions of dollars until they are written."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.step, self.horizon = self.one(*GRIDS)
        self.days = GRIDS[self.step, self.horizon]
        self.holdings: Data = {}
        self.debts: Data = {}
        self.bets: Data = {}
        self.left: dict[str, float] = {}  # of listed lines: share not pledged yet
        self.price: dict[str, tuple[float, str]] = {}
        self.worth: dict[str, float] = {}

    def one(self, *choices: Any) -> Any:
        return self.random.choice(choices)

    def number(self, low: int, high: int) -> int:
        return self.random.randint(low, high)

    def chance(self) -> bool:
        return self.random.random() < 0.5

    def some(self, choices: list[Any], least: int, most: int) -> list[Any]:
        """A few of the choices, each once, in any order."""
        most = min(most, len(choices))
        return self.random.sample(choices, self.number(min(least, most), most))

    def maybe(self, fields: Data, **more: Any) -> None:
        """Some of the optional fields."""
        fields |= {name: value for name, value in more.items() if self.chance()}

    def percent(self, low: int, high: int) -> str:
        return f"{self.number(low, high)}%"

    def money(self, low: int, high: int, code: str | None = None) -> str:
        """An amount between two numbers of 10,000 dollars, in some currency."""
        code = code or self.one("USD", "USD", "EUR", "JPY")
        return f"{self.number(low, high) * 10_000 * CODES[code]:.6g} {code}"

    def date(self, first: int = 0) -> str:
        return (AS_OF + dt.timedelta(days=self.number(first, max(first, self.days * 11 // 10)))).isoformat()

    # ---------------------------------------------------------------- holdings
    def listed(self, name: str) -> None:
        code, worth = self.one("USD", "USD", "EUR", "JPY"), self.number(200, 5000) / 100
        price = self.one(1.0, 40.0, 100.0)
        shares = worth * 1e6 / price
        h: Data = {
            "kind": "listed",
            "shares": f"{shares:.0f}",
            "price": f"{price * CODES[code]:.6g} {code}",
            "volatility": "40%",
        }
        if self.chance():
            h["daily_volume"] = f"{max(1.0, shares * self.one(0.01, 0.05, 0.2, 3.0)):.0f}"
            self.maybe(h, participation=self.percent(5, 40), outstanding=f"{shares * 30:.0f}")
        else:
            self.maybe(h, block_discount=self.percent(1, 30))
        self.maybe(h, dividend_yield=self.percent(1, 9))
        self._line(name, h, worth, price * CODES[code], code)

    def _line(self, name: str, h: Data, worth: float, price: float, code: str) -> None:
        self.holdings[name], self.left[name], self.price[name], self.worth[name] = h, 1.0, (price, code), worth

    def second_line(self, first: str) -> None:
        worth = self.number(100, 2000) / 100
        price, code = self.price[first]
        h = {"kind": "listed", "asset": first, "shares": f"{worth * 1e6 * CODES[code] / price:.0f}"}
        self._line(f"{first} again", h, worth, price, code)

    def private(self, name: str) -> None:
        h: Data = {"kind": "private", "value": self.money(50, 2000), "volatility": "50%"}
        marked = self.one("1mo", "3mo", "5d")
        self.maybe(h, overmarked=self.percent(1, 50), marked=marked, sale_discount=self.percent(0, 60))
        self.holdings[name] = h

    # ---------------------------------------------------------------- debts
    def common(self, d: Data) -> None:
        self.maybe(d, counted=self.percent(0, 100), rank=self.number(1, 3))
        if self.number(0, 3) == 3:
            d["cross_default"] = "false"

    def rolls(self, d: Data) -> None:
        self.common(d)
        self.maybe(d, roll_spread=self.percent(1, 9), rolls_for=self.one("5d", "3w", "2mo"))
        if self.chance():
            d["rolls"] = self.one("100%", "60%")

    def rate(self) -> str:
        return self.one("0%", "5%", "floating", "floating + 2.5%")

    def pledge(self) -> tuple[Data, float]:
        """Shares of some lines, and what they are worth."""
        found, worth = {}, 0.0
        lines = [name for name, left in self.left.items() if left > 0.05]
        for name in self.some(lines, 1, 2):
            part = self.left[name] * self.one(0.3, 0.3, 0.5, 1.0)
            shares = float(self.holdings[name]["shares"])
            found[name] = f"{shares * part * 0.999:.3f}"
            if part == 1.0:
                found[name] = "all"
            worth += self.worth[name] * part
            self.left[name] -= part
        return found, worth

    def margin_loan(self) -> Data | None:
        pledged, worth = self.pledge()
        if not pledged:
            return None
        d: Data = {
            "kind": "margin_loan",
            "principal": self._part(worth, 25, 65),
            "secured_on": pledged,
            **self.triggers(60),
        }
        self.rolls(d)
        self.maybe(d, interest="capitalised", recourse="false", maturity=self.date(), rate=self.rate())
        return d

    def margin_loan_behind(self) -> Data | None:
        """A loan behind another that nobody stands behind yet; it may stand before it in the file."""
        taken = {d.get("behind") for d in self.debts.values()}
        free = [name for name, d in self.debts.items() if d["kind"] == "margin_loan" and name not in taken]
        if not free:
            return None
        d: Data = {
            "kind": "margin_loan",
            "principal": self.money(20, 500),
            "behind": self.one(*free),
            **self.triggers(60),
        }
        self.rolls(d)
        self.maybe(d, interest="capitalised", recourse="false", maturity=self.date(), rate=self.rate())
        return d

    def _part(self, worth: float, low: int, high: int) -> str:
        code = self.one("USD", "USD", "EUR", "JPY")
        return f"{worth * self.number(low, high) * 10_000 * CODES[code]:.6g} {code}"

    def triggers(self, least: int) -> Data:
        call = self.number(least, 80)
        d = {"call_at": f"{call}%", "reset_to": f"{call - self.one(0, 5, 15)}%"}
        d["close_out_at"] = f"{call + self.one(0, 10, 20)}%"
        self.maybe(d, cure=self.one("0d", "0d", "2d", "2w", "1mo"))
        return d

    def prepaid_forward(self) -> Data | None:
        pledged, _ = self.pledge()
        if not pledged:
            return None
        name = next(iter(pledged))
        price, code = self.price[name]
        if pledged[name] == "all":
            pledged[name] = self.holdings[name]["shares"]
        floor = price * self.number(70, 110) / 100
        cap = floor * self.one(1.0, 1.2, 1.5)
        d = {"kind": "prepaid_forward", "secured_on": {name: pledged[name]}, "floor": f"{floor:.6g} {code}"}
        d |= {"cap": f"{cap:.6g} {code}", "maturity": self.date()}
        self.common(d)
        self.maybe(d, above="cash_difference")
        return d

    def bond(self) -> Data:
        d: Data = {"kind": "bond"}
        if self.chance():
            code = self.one(*CODES)
            d["maturities"] = {self.date(): self.money(20, 600, code) for _ in range(self.number(1, 3))}
        else:
            d |= {"principal": self.money(20, 1000)}
            self.maybe(d, maturity=self.date())
        self.rolls(d)
        self.maybe(d, coupon=self.percent(1, 9))
        return d

    def loan(self) -> Data:
        d: Data = {"kind": "loan", "principal": self.money(20, 1000)}
        self.rolls(d)
        self.maybe(d, rate=self.rate(), interest="capitalised", maturity=self.date())
        return d

    def facility(self) -> Data:
        code = self.one(*CODES)
        d: Data = {"kind": "facility", "limit": self.money(100, 1000, code)}
        self.rolls(d)
        self.maybe(
            d, drawn=self.money(1, 90, code), rate=self.rate(), commitment_fee=self.percent(0, 2), maturity=self.date()
        )
        return d

    def payable(self) -> Data:
        d: Data = {"kind": "payable", "for": self.one(*self.holdings)}
        d["instalments"] = {self.date(): self.money(20, 400) for _ in range(self.number(1, 3))}
        self.common(d)
        return d

    # ---------------------------------------------------------------- bets
    def bet(self, name: str, date: str) -> None:
        b: Data = {}
        years = self.one(0.1, 0.3, 0.6, 2)
        if self.chance():
            b["cheque"], b["date"] = self.money(50, 1500), date
        else:
            code, first = self.one(*CODES), dt.date.fromisoformat(date)
            late = min(int(365 * years), self.days // 2)
            after = sorted({0, *self.some([self.number(1, late), late], 0, 2)})
            dates = [(first + dt.timedelta(days=days)).isoformat() for days in after]
            cheques = [self.money(50, 700, code)] + [self.money(50, self.one(700, 4000), code) for _ in dates[1:]]
            b["tranches"] = [{"date": d, "cheque": cheque} for d, cheque in zip(dates, cheques, strict=True)]
        b["outcome"] = f"{{{self.one(*OUTCOMES)}, years: {years}}}"
        self.maybe(b, premium=self.percent(0, 50), capacity=self.money(50, 1500), currency=self.one(*CODES))
        self.maybe(b, sale_discount=self.percent(0, 60))
        self.bets[name] = b

    # ---------------------------------------------------------------- the file
    def file(self) -> str:
        for n in range(self.number(1, 3)):
            self.listed(f"L{n}")
        if self.number(0, 2) == 2:
            self.second_line("L0")
        for n in range(self.number(0, 2)):
            self.private(f"P{n}")
        if "P1" in self.holdings and self.chance():
            self.holdings["P0 again"] = {"kind": "private", "asset": "P0", "value": self.money(50, 500)}
        kinds = self.one(KINDS, KINDS, ("margin_loan",), ("margin_loan", "margin_loan_behind"))
        for n, kind in enumerate(self.random.choices(kinds, k=self.number(0, 6))):
            debt = getattr(self, kind)()
            if debt:
                self.debts[f"D{n}"] = debt
        if self.chance():
            self.debts = dict(reversed(self.debts.items()))
        date = self.date()
        for n in range(self.number(0, 3)):
            self.bet(f"B{n}", self.one(date, AS_OF.isoformat(), self.date()))
        top: Data = {"house": "Random", "as_of": AS_OF, "currency": "USD", "fx": {"USDJPY": 150, "EURUSD": 1.1}}
        top |= {"step": self.step, "horizon": self.horizon, "limits": self.limits(), "holdings": self.holdings}
        market = self.one("model: lognormal", "model: student_t, tail: 3")
        top["market"] = f"{{{market}, rate: {self.percent(0, 8)}}}"
        if self.debts:
            top["debts"] = self.debts
        if self.bets:
            top |= {"bets": self.bets, "policy": self.one("{kind: hold}", *POLICIES, *POLICIES)}
        if self.number(0, 5) == 5:
            kept = {
                "holding": self.one(*self.price),
                "share": self.percent(0, 250),
                "every": self.one("1d", "2w", "2mo"),
            }
            top["policy"] = {"kind": "fraction", **kept}
        lending: Data = {"advance_rate": self.percent(10, 50), **self.triggers(55)}
        self.maybe(lending, rate=self.rate(), recourse="false", maturity=self.one("1w", "2mo", "1y"))
        cash = {code: f"{self.number(0, 800) * 10_000 * CODES[code]:.6g}" for code in self.some(list(CODES), 0, 3)}
        borrowing: Data = {}
        self.maybe(borrowing, limit=self.money(50, 1000), spread=self.percent(0, 6))
        self.maybe(top, lending=lending, borrowing=borrowing, cash=cash)
        self.maybe(
            top, costs=self.one("1%", "10%", self.money(1, 600)), dividends=self.one("1%", "10%", self.money(1, 600))
        )
        self.maybe(top, sell_order=self.some(list(self.holdings), 0, 9))
        return "".join(f"{name}:{self.block(value)}\n" for name, value in top.items())

    def limits(self) -> Data:
        normal = self.number(10, 40)
        found: Data = {"ltv_normal": f"{normal}%", "ltv_max": f"{normal + self.number(0, 50)}%"}
        floor = self.one(self.money(1, 500), "2mo", "2y")
        self.maybe(found, cash_floor=floor, sale_days=self.one("1d", "20d", "2mo"), ruin_at=self.percent(0, 80))
        return found

    def block(self, value: Any) -> str:
        """One line for each part, so that a failing house can be read."""
        if isinstance(value, dict) and value and all(isinstance(part, dict) for part in value.values()):
            return "".join(f"\n  {name}: {flow(part)}" for name, part in value.items())
        return f" {flow(value)}"


texts = st.integers(0, 2**63).map(lambda seed: Writer(seed).file())
"""The text of a house file. One seed writes it whole: parts drawn one by one come in clumps of houses that look alike."""
