"""How a bet can end."""

from warchest.bets.correlation_ventures import CorrelationVentures
from warchest.bets.lognormal import Lognormal
from warchest.bets.power_law import PowerLaw
from warchest.bets.table import Table

ALL = (Table, Lognormal, PowerLaw, CorrelationVentures)
