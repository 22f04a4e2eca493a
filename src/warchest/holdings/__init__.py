"""What can be owned."""

from warchest.holdings.fund import Fund
from warchest.holdings.listed import Listed
from warchest.holdings.private import Private

ALL = (Listed, Private, Fund)
