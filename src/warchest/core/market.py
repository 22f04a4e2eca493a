"""How prices move, in numbers: what compiled rules are given of a market, and the room they work in."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from warchest.core.layout import GIVEN, Array


class Market(NamedTuple):
    """How prices move: P processes, the quoted pairs first, then the assets; F factors."""

    model: int
    drift: Array  # (P,) log drift a step, compensated so that E[price] follows growth
    betas: Array  # (F, P) log return a step for one standard deviation of a factor
    own: Array  # (P,) own standard deviation a step
    combine: Array  # (C, pairs) signs: the log move of a currency is a sum of pairs' moves
    tail: float  # degrees of freedom of one step
    cap: float  # largest mixing variable
    scale: float  # 1 / sqrt(E[W])
    own_tail: float = (
        0.0  # degrees of freedom of own shocks, each with a mixing draw of its own; 0: normal, or the common draw
    )
    own_scale: float = 1.0  # 1 / sqrt(E[W]) of these
    jumps: Array = np.zeros((0, 5))
    """Of each factor, then each process: jumps a step, odds that one goes up, mean log size up and down, and their unit."""
    switch: Array = np.zeros((0, 0))  # (K, K) odds of the next regime, added up; none: one regime
    first: int = 0  # regime of today
    sizes: Array = np.zeros((0, 0))  # (K, F + 1) how much larger factors' and own shocks are
    shifts: Array = np.zeros((0, 0))  # (K, F) drift of the factors, in their shocks' unit, a step
    level: Array = np.zeros((0, 0))  # (P, T) log drift that makes E[price] follow growth over all regimes
    ties: Array = np.zeros((0, 0))  # (bets, F) correlation of a bet's normal score with each factor's
    tied_from: Array = np.zeros(0, dtype=np.int64)  # (bets,) steps [from, to) over which the factors count
    tied_to: Array = np.zeros(0, dtype=np.int64)
    flows: Array = np.zeros((0, 7))
    """Of each flow of deals: rows, deals a year, years they come, years they last, their spread, lost ones' years, odds to be lost."""


class Powers(NamedTuple):
    """Room for the powers of two of a row: the same memory as whole numbers and as reals."""

    whole: Array
    real: Array


class Room(NamedTuple):
    """What working out the returns of one path needs."""

    shocks: Array  # (F + P, T) normals
    roots: Array  # (T,) size of each step
    own_roots: Array  # (P, T) size of each own shock, where they have tails of their own
    jumped: Array  # (F + P, T) what jumps of a step add up to (log), where there are any
    regimes: Array  # (T,) the regime of each step, where there are several
    pairs: Array  # (pairs, T) log moves of quoted pairs
    powers: Powers


def room(market: Market, steps: int) -> Room:
    """Room for one path of a market."""
    factors, processes, pairs = len(market.betas), len(market.own), market.combine.shape[1]
    whole = np.zeros(steps, dtype=np.int64)
    return Room(
        shocks=np.zeros((factors + processes, steps)),
        roots=np.ones(steps),
        own_roots=np.ones((processes if market.own_tail > 0.0 else 0, steps)),
        jumped=np.zeros((factors + processes if len(market.jumps) else 0, steps)),
        regimes=np.zeros(steps if len(market.switch) else 0),
        pairs=np.zeros((pairs, steps)),
        powers=Powers(whole, whole.view(np.float64)),
    )


def given() -> Market:
    """The market whose returns are on the table already."""
    none, flat = np.zeros(0), np.zeros((0, 0))
    return Market(GIVEN, none, flat, none, flat, 0.0, 0.0, 0.0)
