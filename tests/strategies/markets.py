"""Markets of every model; stated volatilities leave room for their jumps (strategies/draft.py)."""

from __future__ import annotations

from strategies.draft import FX, Data, Draft


def common(draft: Draft, d: Data) -> Data:
    """What every market may say."""
    d |= {"factors": draft.factors} if draft.factors else {}
    if draft.benchmark:
        d["benchmark"] = draft.maybe({"factor": draft.one(*draft.factors)}, growth=("7%", "-30%"))
    pairs = {pair: pair_of(draft) for pair in FX if draft.chance()}
    d |= {"currencies": pairs} if pairs else {}
    return draft.maybe(d, rate=("3%", "0%", "50%"), own_tail=(3, 2.1, 30))


def pair_of(draft: Draft) -> Data:
    return draft.maybe({"volatility": draft.one("25%", "80%")}, growth=("5%", "-40%"), loadings=draft.loadings)


def lognormal(draft: Draft) -> Data:
    return {"model": "lognormal"}


def student_t(draft: Draft) -> Data:
    return draft.maybe({"model": "student_t"}, tail=(3, 2.1, 30))


def jump(draft: Draft) -> Data:
    """Jumps that alone make at most 15 % a year."""
    a_year, up, down = draft.one((1, "4%", "10%"), (20, "1%", "2%"), (0.1, "20%", "30%"))
    return draft.maybe({"a_year": a_year, "up": up, "down": down}, odds_up=("40%", "0%"))


def jumps_of(draft: Draft) -> Data:
    """Of a factor, of a holding, or of each."""
    lines = [name for name, h in draft.holdings.items() if h["kind"] != "fund" and "asset" not in h]
    return {name: jump(draft) for name in (*draft.factors, *lines, "own") if draft.chance()}


def jumps(draft: Draft) -> Data:
    return {"model": "jumps", "jumps": jumps_of(draft)}


def regime(draft: Draft) -> Data:
    """Times with any funding state."""
    d: Data = {"lasts": draft.one("1y", "2mo", "1w")}
    draft.maybe(d, volatility=(2, 0.3, 5), own=(1.3, 0.5, 4), new_loans=("false", "true"), facilities=("false", "true"))
    draft.maybe(d, rolls=("50%", "0%"), spread=("3%", "40%"), new_shares=("false", "true"), exits=("false", "true"))
    growth = {name: draft.one("-25%", "30%", "-90%") for name in draft.factors}
    return draft.maybe(d, discount=("20%", "100%"), growth=lambda: growth)


def regimes(draft: Draft) -> Data:
    names = ("boom", "bust", "freeze")[: draft.number(2, 3)]
    d: Data = {"model": "regimes", "regimes": {name: regime(draft) for name in names}}
    if len(names) == 3:
        draft.maybe(d["regimes"]["bust"], then={"freeze": "70%", "boom": "30%"})
    draft.maybe(d, now=names)
    return draft.maybe(d, jumps=lambda: jumps_of(draft))


KINDS = {"lognormal": lognormal, "student_t": student_t, "jumps": jumps, "regimes": regimes}


def market(draft: Draft) -> Data:
    return common(draft, KINDS[draft.one(*KINDS)](draft))
