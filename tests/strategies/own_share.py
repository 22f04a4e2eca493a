"""Own shares: how many, at what price, and what the house does with them."""

from __future__ import annotations

from strategies.draft import CODES, Data, Draft


def own_share(draft: Draft) -> Data:
    """How the price stands to NAV a share; `premium` is said, since a file may have no price."""
    d: Data = {"premium": draft.one("20%", "-40%", "0%", "200%")}
    draft.maybe(d, half_life=("1y", "2w"), volatility=("25%", "150%"))
    if "volatility" in d:
        draft.maybe(d, loadings=draft.loadings)
    a_year = ("50%", "5%", "100%")
    if draft.chance():
        d["issues"] = draft.maybe({"a_year": draft.one(*a_year)}, above=("10%", "-50%"), discount=("20%", "100%"))
    if draft.chance():
        d["buy_backs"] = draft.maybe({"a_year": draft.one(*a_year)}, below=("-10%", "50%"))
    if draft.chance():
        d["rights_issue"] = draft.maybe(
            {"most": draft.one("50%", "1%", "100%")}, discount=("40%", "100%"), every=draft.span
        )
    return d


def shares(draft: Draft) -> Data:
    """The fields of a file that are about its own shares."""
    if not draft.own_shares:
        return {}
    found: Data = {"shares_outstanding": draft.one("1m", "100k"), "own_share": own_share(draft)}
    return draft.maybe(found, share_price=f"{draft.one(10, 1, 300) * CODES[draft.home]:.6g} {draft.home}")
