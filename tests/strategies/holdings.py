"""Holdings of every kind; funds are drawn by strategies/funds.py."""

from __future__ import annotations

from strategies.draft import CODES, VOLATILITIES, Data, Draft


def listed(draft: Draft, name: str) -> Data:
    """Shares of a company, with or without a volume that bounds their sale; or another line of one that is there."""
    owners = [n for n, h in draft.holdings.items() if h["kind"] == "listed" and "asset" not in h]
    worth = draft.number(1, 50)
    if owners and draft.number(0, 4) == 4:
        first = draft.one(*owners)
        price, code = draft.price[first]
        h: Data = {"kind": "listed", "asset": first, "shares": f"{worth * 1e6 / price:.0f}"}
    else:
        code, price = draft.currency(), draft.one(100.0, 1.0, 40.0)
        shares = worth * 1e6 / price
        h = {"kind": "listed", "shares": f"{shares:.0f}", "price": f"{price * CODES[code]:.6g} {code}"}
        h["volatility"] = draft.one(*VOLATILITIES)
        if draft.chance():
            h["daily_volume"] = f"{max(1.0, shares * draft.one(3.0, 0.2, 0.05, 0.01)):.0f}"
            draft.maybe(h, participation=("10%", "40%", "1%", "100%"), outstanding=f"{shares * 30:.0f}")
        else:
            draft.maybe(h, block_discount=("5%", "30%", "90%"))
        draft.maybe(h, dividend_yield=("2%", "9%"), growth=("8%", "-20%", "100%"), loadings=draft.loadings)
    draft.left[name], draft.price[name], draft.worth[name] = 1.0, (price, code), float(worth)
    return h


def private(draft: Draft, name: str) -> Data:
    """A mark that lags its truth; or another line of one that is there."""
    owners = [n for n, h in draft.holdings.items() if h["kind"] == "private" and "asset" not in h]
    h: Data = {"kind": "private", "value": draft.money(50, 2000)}
    if owners and draft.number(0, 4) == 4:
        return h | {"asset": draft.one(*owners)}
    h["volatility"] = draft.one(*VOLATILITIES)
    draft.maybe(h, overmarked=("10%", "50%", "100%"), marked=("3mo", "1mo", "5d"), sale_discount=("30%", "0%", "100%"))
    return draft.maybe(h, growth=("8%", "-20%"), loadings=draft.loadings)


KINDS = {"listed": listed, "private": private}
