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
    pairs: Array  # (pairs, T) log moves of quoted pairs
    powers: Powers


def room(market: Market, steps: int) -> Room:
    """Room for one path of a market."""
    processes, pairs = len(market.own), market.combine.shape[1]
    whole = np.zeros(steps, dtype=np.int64)
    shocks = np.zeros((len(market.betas) + processes, steps))
    return Room(shocks, np.ones(steps), np.zeros((pairs, steps)), Powers(whole, whole.view(np.float64)))


def given() -> Market:
    """The market whose returns are on the table already."""
    none, flat = np.zeros(0), np.zeros((0, 0))
    return Market(GIVEN, none, flat, none, flat, 0.0, 0.0, 0.0)
