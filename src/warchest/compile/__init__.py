"""House -> tables: the last place where names exist."""

from warchest.compile.parts import size
from warchest.compile.tables import Compiled, Names, compile_house
from warchest.compile.tree import members
from warchest.compile.world import compile_market, outcomes

__all__ = ["Compiled", "Names", "compile_house", "compile_market", "members", "outcomes", "size"]
