"""How a bet can end."""

from warchest.bets.lognormal import Lognormal
from warchest.bets.table import Table

ALL = (Table, Lognormal)
