"""How prices move, whatever the house does."""

from warchest.markets.lognormal import LognormalMarket
from warchest.markets.student_t import StudentTMarket

ALL = (LognormalMarket, StudentTMarket)
