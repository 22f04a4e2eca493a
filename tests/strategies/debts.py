"""Debts of every kind; one that there is nothing for (no shares to pledge, no own shares) is none."""

from __future__ import annotations

from strategies.draft import CODES, Data, Draft


def common(draft: Draft, d: Data) -> Data:
    """What every debt may say."""
    return draft.maybe(d, counted=("50%", "0%", "90%"), rank=(1, 2, 3), cross_default=("false", "true"))


def maturing(draft: Draft, d: Data) -> Data:
    """What every debt that can be lent again may say."""
    common(draft, d)
    return draft.maybe(d, rolls=("100%", "60%"), roll_spread=("1%", "9%"), rolls_for=("2mo", "5d", "3w"))


def triggers(draft: Draft, least: int) -> Data:
    """Levels of loan / collateral, in order, and the time to cure."""
    call = draft.number(least, 80)
    d = {"call_at": f"{call}%", "reset_to": f"{call - draft.one(5, 0, 15)}%"}
    d["close_out_at"] = f"{call + draft.one(10, 0, 20)}%"
    return draft.maybe(d, cure=("3d", "0d", "2w", "1mo"))


def pledge(draft: Draft, most: int) -> tuple[Data, float]:
    """Shares of some lines, and what they are worth in millions of dollars."""
    found: Data = {}
    worth = 0.0
    for name in draft.some([name for name, left in draft.left.items() if left > 0.05], 1, most):
        part = draft.left[name] * draft.one(1.0, 0.3, 0.6)
        whole = part == draft.left[name] == 1.0
        found[name] = "all" if whole else f"{float(draft.holdings[name]['shares']) * part * 0.999:.3f}"
        worth += draft.worth[name] * part
        draft.left[name] -= part
    return found, worth


def bond(draft: Draft) -> Data:
    """One maturity, or a ladder of them."""
    d: Data = {"kind": "bond"}
    if draft.chance():
        code = draft.currency()
        d["maturities"] = {draft.date(): draft.money(20, 600, code) for _ in range(draft.number(1, 3))}
    else:
        d["principal"] = draft.money(20, 1500)
        draft.maybe(d, maturity=draft.date)
    return draft.maybe(maturing(draft, d), coupon=("4%", "30%"))


def loan(draft: Draft) -> Data:
    """A bank's money, its interest paid or capitalised."""
    d = maturing(draft, {"kind": "loan", "principal": draft.money(20, 1500)})
    return draft.maybe(d, rate=draft.rate, interest=("capitalised", "paid"), maturity=draft.date)


def facility(draft: Draft) -> Data:
    """A credit line, drawn or not, repaid once or again and again."""
    code = draft.currency()
    d = maturing(draft, {"kind": "facility", "limit": draft.money(100, 1000, code)})
    draft.maybe(d, drawn=lambda: draft.money(1, 90, code), rate=draft.rate, commitment_fee=("1%", "30%"))
    return draft.maybe(d, maturity=draft.date, repaid_every=draft.span)


def payable(draft: Draft) -> Data | None:
    """Instalments for a holding of any kind but a fund."""
    names = [name for name, h in draft.holdings.items() if h["kind"] != "fund"]
    if not names:
        return None
    due = {draft.date(): draft.money(20, 400) for _ in range(draft.number(1, 3))}
    return common(draft, {"kind": "payable", "for": draft.one(*names), "instalments": due})


def margin_loan(draft: Draft) -> Data | None:
    """A loan on shares of one holding or two; where there are such loans, behind another on its collateral."""
    taken = {debt.get("behind") for debt in draft.debts.values()}
    ahead = [name for name, d in draft.debts.items() if d["kind"] == "margin_loan" and name not in taken]
    d: Data = {"kind": "margin_loan"}
    if ahead and (draft.chance() or not any(left > 0.05 for left in draft.left.values())):
        d |= {"principal": draft.money(20, 500), "behind": draft.one(*ahead)}
    else:
        pledged, worth = pledge(draft, 2)
        if not pledged:
            return None
        code = draft.currency()
        principal = f"{worth * draft.number(5, 65) * 10_000 * CODES[code]:.6g} {code}"
        d |= {"principal": principal, "secured_on": pledged}
    d |= triggers(draft, 66)
    draft.maybe(d, recourse=("false", "true"), interest=("capitalised", "paid"), maturity=draft.date, rate=draft.rate)
    return maturing(draft, d)


def prepaid_forward(draft: Draft) -> Data | None:
    """Shares sold forward, settled in shares alone or with cash above the cap."""
    pledged, _ = pledge(draft, 1)
    if not pledged:
        return None
    (name,) = pledged
    price, code = draft.price[name]
    floor = price * CODES[code] * draft.one(0.8, 0.5, 1.1)
    d = {"kind": "prepaid_forward", "secured_on": pledged, "floor": f"{floor:.6g} {code}"}
    d |= {"cap": f"{floor * draft.one(1.5, 1.0, 1.1):.6g} {code}", "maturity": draft.date()}
    return draft.maybe(common(draft, d), above=("cash_difference", "shares"))


def preferred(draft: Draft) -> Data:
    """A hybrid, with each kind of coupon."""
    d = maturing(draft, {"kind": "preferred", "principal": draft.money(20, 1500)})
    d["coupon_in"] = draft.one("either", "cash", "accrued")
    return draft.maybe(d, coupon=("8%", "60%"), maturity=draft.date)


def convertible(draft: Draft) -> Data | None:
    """A bond that may become own shares, where the house has some."""
    if not draft.own_shares:
        return None
    code = draft.home
    d = maturing(draft, {"kind": "convertible", "principal": draft.money(20, 1500, code)})
    d["conversion_price"] = f"{draft.one(1, 20, 200) * CODES[code]:.6g} {code}"
    dates = sorted({draft.date(), draft.date(1)})
    d["maturity"] = dates[-1]
    if len(dates) > 1:
        draft.maybe(d, put_date=dates[0])
    return draft.maybe(d, coupon=("1%", "20%"))


KINDS = {
    "bond": bond, "loan": loan, "facility": facility, "payable": payable, "margin_loan": margin_loan,
    "prepaid_forward": prepaid_forward, "preferred": preferred, "convertible": convertible,
}  # fmt: skip
