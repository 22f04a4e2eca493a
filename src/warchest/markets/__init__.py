"""How prices move, whatever the house does."""

from warchest.markets.jumps import JumpsMarket
from warchest.markets.lognormal import LognormalMarket
from warchest.markets.regimes import RegimesMarket
from warchest.markets.student_t import StudentTMarket

ALL = (LognormalMarket, StudentTMarket, JumpsMarket, RegimesMarket)
