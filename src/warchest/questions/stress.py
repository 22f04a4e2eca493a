"""What breaks us? Named shocks, at once and in the months after; the smallest shock that breaks the house; a map of two factors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from warchest.compile import Compiled, compile_house
from warchest.core.errors import CannotError, nearest
from warchest.core.layout import PAYABLE, Array, Life
from warchest.debts.margin_loan_rule import cure_need, is_called
from warchest.engine.balance import ROUNDING, face
from warchest.engine.looks import SHEET, Looker
from warchest.house import House
from warchest.house.shocks import Shock, available
from warchest.questions.aftermath import Aftermath
from warchest.questions.heat import heat
from warchest.questions.moves import Space, shocked, space, told_moves
from warchest.questions.reverse import finite, loans_of, reverse, true_ltv
from warchest.questions.shocked_sheet import abroad, against, cost
from warchest.questions.value import holdings_of

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Stress:
    """Shocks and what they do: `.to_dict()`, `.to_frame()` with a row a shock."""

    found: Mapping[str, Any]
    fx: Mapping[str, float] = field(repr=False)

    def to_dict(self, currency: str | None = None) -> dict[str, Any]:
        """The object of `warchest stress --json`, in the house's currency or another of the file's.

        What stands today is told at the file's rate, what a shock leaves at the rate it leaves.
        """
        if currency is None or currency == self.found["currency"]:
            return dict(self.found)
        return abroad(self.found, self.fx, currency)

    def to_frame(self) -> pd.DataFrame:
        """One row a shock: what stands at once, and after the months that follow."""
        import pandas as pd

        keys = ("nav", "true_nav", "ltv", "cash_needed", "short")
        rows = [
            {"shock": s["name"], **{key: s["at_once"][key] for key in keys}, "nav_after": s["after"]["nav"],
             "called": len(s["at_once"]["called"]), "default": s["after"]["default"]}
            for s in self.found["shocks"]
        ]  # fmt: skip
        return pd.DataFrame(rows)


def stress(
    house: House, shocks: Sequence[str] | None = None, smallest: bool = True, factors: Sequence[str] | None = None
) -> Stress:
    """Every named shock on this house, the smallest shock that causes each event, and a map of two factors.

    Args:
        house: what `warchest.load` gave.
        shocks: names of the file's shocks or of those that come with the project; all if left out.
        smallest: whether the smallest shocks are looked for.
        factors: one or two factors of the map; the first two if left out.

    >>> import warchest
    >>> found = stress(warchest.load("founder"), ["covid"], smallest=False).to_dict()["shocks"][0]
    >>> found["at_once"]["called"], round(found["at_once"]["ltv"], 3)
    (['Lombard loan'], 0.575)
    """
    known = {name: (shock, own) for name, shock, own in available(house.spec.shocks)}
    names = list(known) if shocks is None else list(dict.fromkeys(shocks))
    for name in names:
        _known(name, list(known), "shocks")
    for name in factors or ():
        _known(name, list(house.spec.market.factors), "factors")
    compiled = compile_house(house)
    found, looker, after = space(house, compiled), Looker(compiled.origin), Aftermath(house)
    still = np.ones(len(found.assets) + len(found.currencies))
    now, quiet = _at_once(house, compiled, looker, still, None), after.told(still)
    return Stress(
        {
            "house": house.name, "as_of": house.spec.as_of.isoformat(), "currency": house.spec.currency,
            "ltv_max": house.spec.limits.ltv_max, "months": after.months, "grid": after.house.grid.sentence(),
            "now": now, "unshocked": {key: quiet[key] for key in ("date", "nav", "true_nav", "ltv", "cash", "called", "default")},
            "shocks": [
                _shock(name, *known[name], house, compiled, found, looker, after, now, quiet) for name in names
            ],
            "reverse": reverse(house, compiled, found, looker, after) if smallest else None,
            "heat": heat(house, compiled, found, looker, factors),
        },
        dict(house.fx),
    )  # fmt: skip


def _known(name: str, choices: Sequence[str], what: str) -> None:
    if name not in choices:
        near = nearest(name, choices)
        hint = f"; did you mean '{near}'?" if near else ""
        raise CannotError(f"there is no '{name}'; {what}: {', '.join(choices) or 'none'}{hint}")


def _shock(
    name: str,
    shock: Shock,
    own: bool,
    house: House,
    compiled: Compiled,
    found: Space,
    looker: Looker,
    after: Aftermath,
    now: Mapping[str, Any],
    quiet: Mapping[str, Any],
) -> dict[str, Any]:
    moved = shocked(found, shock, own)
    once, later = _at_once(house, compiled, looker, moved.world, now), after.told(moved.world)
    return {
        "name": name, "own": own, "source": shock.source,
        "factors": {f: shock.factors[f] for f in found.factors if f in shock.factors},
        "still": list(moved.still), "unknown": list(moved.unknown), "named": list(moved.named),
        **told_moves(found, moved.world),
        "at_once": once, "after": {**later, "cost": cost(now, quiet, once, later)},
    }  # fmt: skip


def _at_once(
    house: House, compiled: Compiled, looker: Looker, world: Array, now: Mapping[str, Any] | None
) -> dict[str, Any]:
    """The balance sheet at shocked prices, before anybody acts: what lenders see, and how it came about holding by holding."""
    life = looker.life(world)
    sheet = dict(zip(SHEET, map(float, looker.after(world[None])[0][0]), strict=True))
    gross, held, net_debt, cash = (sheet[key] for key in SHEET[:4])
    loans: list[dict[str, Any]] = []
    cured: dict[int, float] = {-1: 0.0}
    for d in loans_of(compiled):
        ahead = cured.get(int(life.debts[d].ahead), 0.0)
        loans.append(_loan(compiled, life, d, ahead))
        cured[d] = ahead + loans[-1]["cure_need"]
    own = [d for d in range(len(life.debts)) if life.debts[d].house == life.top and life.debts[d].kind != PAYABLE]
    faces = float(sum(face(life, d) for d in own))
    needed = sum(loan["cure_need"] for loan in loans)
    ltv = finite(held and net_debt / held) if held > 0.0 else (0.0 if net_debt <= 0.0 else None)
    ltv = sheet["ltv"] if house.spec.investors else ltv
    start = (now or sheet)["true_nav"]
    least = house.spec.limits.ruin_at * start
    found = {
        "nav": sheet["nav"], "true_nav": sheet["true_nav"], "holdings_value": held, "gross_holdings_value": gross,
        "net_debt": net_debt, "cash": cash, "ltv": ltv,
        "true_ltv": finite(true_ltv(np.array([[sheet[key] for key in SHEET]]))[0]),
        "gross_ltv": (faces - cash) / gross if gross > 0.0 else None,
        "breach": ltv is None or ltv > house.spec.limits.ltv_max * (1.0 + ROUNDING),
        "ruin": start > 0.0 and sheet["true_nav"] <= least + ROUNDING * start,
        "loans": loans,
        "called": [loan["name"] for loan in loans if loan["called"]],
        "closed_out": [loan["name"] for loan in loans if loan["closed_out"]],
        "cash_needed": needed, "short": max(0.0, needed - max(0.0, cash)),
    }  # fmt: skip
    rows = [{k: h[k] for k in ("name", "value", "equity")} for h in holdings_of(house, compiled, life, held)]
    found = {**found, "holdings": rows}
    return found if now is None else against(now, found)


def _loan(compiled: Compiled, life: Life, d: int, ahead: float) -> dict[str, Any]:
    """One margin loan as its lender sees it, in the house's currency: what is owed ahead on its collateral counts.

    Its need is told where it is called, at most what is owed on it; `ahead` is paid already, to cure the loans ahead.
    """
    debt = life.debts[d]
    own = float(debt.principal * life.currencies[debt.currency].fx)
    loan, collateral = own + float(debt.senior), float(debt.secured)
    called = bool(is_called(loan, collateral, float(debt.call_at)))
    return {
        "name": compiled.names.debts[d], "loan": loan, "collateral": collateral,
        "ltv": loan / collateral if collateral > 0.0 else None,
        "call_at": float(debt.call_at), "close_out_at": float(debt.close_out_at), "reset_to": float(debt.reset_to),
        "called": called, "closed_out": bool(is_called(loan, collateral, float(debt.close_out_at))),
        "cure_need": min(own, max(0.0, float(cure_need(loan, collateral, float(debt.reset_to))) - ahead)) if called else 0.0,
    }  # fmt: skip
