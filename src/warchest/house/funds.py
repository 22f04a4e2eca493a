"""The houses inside a house: their files, read and put into its world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from warchest import files
from warchest.cases import find, names
from warchest.core.errors import InputError, Problem, dotted, nearest
from warchest.files import Tree
from warchest.holdings import Fund
from warchest.house.merge import merged
from warchest.house.spec import HouseFile
from warchest.house.words import Found
from warchest.markets.jumps import OWN as OWN_JUMPS

WORLD = ("as_of", "fx", "market", "horizon", "step")
"""What a fund shares with the house that holds it."""
OWN = ("rows", "outlooks", "shares_outstanding", "share_price", "own_share", "shocks")
"""What a fund's file says for when it stands alone."""


class Child(NamedTuple):
    """A fund of a house, and its own funds."""

    spec: HouseFile
    tree: Tree
    funds: Mapping[str, Child]


class Funds:
    """Reads the funds of a house, to any depth; `problems` gathers all that is wrong with them."""

    def __init__(
        self,
        known: dict[str, Tree],
        fx: Mapping[str, float],
        read: Callable[[Tree], tuple[HouseFile | None, list[Found]]],
    ) -> None:
        self.files, self.fx, self._read = known, fx, read
        self.problems: list[Problem] = []
        self._at: tuple[str, ...] = ()  # where the lines of a fund stand that is written within another file

    def of(self, spec: HouseFile, tree: Tree, above: tuple[str, ...] = ()) -> dict[str, Child]:
        """The funds of a house whose tree is given; `above` are the files it is in."""
        found = {}
        for name, holding in spec.funds.items():
            child = self._child(name, holding, spec, tree, (*above, tree.file))
            if child is not None:
                found[name] = child
        return found

    def _child(self, name: str, holding: Fund, parent: HouseFile, tree: Tree, above: tuple[str, ...]) -> Child | None:
        place = ("holdings", name)
        own = self._tree(place, holding, tree, above)
        if own is None:
            return None
        inline = (*self._at, *place, "house") if holding.file is None else ()
        outer, self._at = self._at, inline
        try:
            return self._read_child(name, holding, parent, tree, own, above, (*outer, *place))
        finally:
            self._at = outer

    def _read_child(
        self,
        name: str,
        holding: Fund,
        parent: HouseFile,
        tree: Tree,
        own: Tree,
        above: tuple[str, ...],
        place: tuple[str, ...],
    ) -> Child | None:
        data = merged(own.data, holding.change)
        as_of = own.data.get("as_of", parent.as_of)
        if as_of != parent.as_of:
            words = f"{as_of} is not the {parent.as_of} of the house it is in"
            self._tell(own, ("as_of",), words, "a fund inside a house has its as_of")
        world = {key: tree.data[key] for key in WORLD if key in tree.data}
        jumps = getattr(parent.market, "jumps", {})
        if jumps:  # those of the parent's holdings are not the fund's
            common = {k: v for k, v in world["market"]["jumps"].items() if k in (*parent.market.factors, OWN_JUMPS)}
            world["market"] = {**world["market"], "jumps": common}
        data = {
            "house": name,
            "currency": parent.currency,
            **{k: v for k, v in data.items() if k not in (*WORLD, *OWN)},
            **world,
        }
        inside = Tree(own.file, own.text, data, own.lines)
        spec, wrong = self._read(inside)
        for path, what, allowed, hint in wrong:
            if "benchmark" in what or "is not a factor" in what:
                allowed = f"in the market of the house it is in ({tree.file}); a fund's own is not used. {allowed}"
            elif _names(holding.change, path):
                own_line = (*place, "change", *path)
                self.problems.append(
                    Problem(tree.file, tree.line(own_line), dotted((*self._at, *own_line)), what, allowed, hint)
                )
                continue
            self._tell(own, path, what, allowed, hint)
        if spec is None or wrong:
            return None
        if spec.currency not in self.fx:
            self._tell(
                own, ("currency",), f"no exchange rate for {spec.currency}", "a pair under fx of the house it is in"
            )
        if holding.investor not in spec.investors:
            words = f"'{holding.investor}' is not an investor of {name}"
            allowed = f"investors: {', '.join(spec.investors) or 'none'}"
            line = tree.line(("holdings", name, "investor"))
            hint = nearest(holding.investor, spec.investors)
            self.problems.append(Problem(tree.file, line, dotted((*place, "investor")), words, allowed, hint))
        return Child(spec, inside, MappingProxyType(self.of(spec, inside, above)))

    def _tree(self, place: tuple[str, ...], holding: Fund, tree: Tree, above: tuple[str, ...]) -> Tree | None:
        """The fund's own lines: those under `house`, or a file beside this one."""
        if holding.file is None:
            base = (*place, "house")
            lines = {path[len(base) :]: line for path, line in tree.lines.items() if path[: len(base)] == base}
            assert holding.house is not None
            return Tree(tree.file, tree.text, dict(holding.house), MappingProxyType(lines))
        if Path(holding.file).is_absolute() or ".." in Path(holding.file).parts:
            self._tell(
                tree,
                (*place, "file"),
                f"'{holding.file}' lies elsewhere",
                "a file beside this one, or the name of a case",
            )
            return None
        beside = Path(tree.file).parent / holding.file
        path = str(find(holding.file) if not beside.exists() and holding.file in names() else beside)
        if path in above or any(Path(path).exists() and Path(a).exists() and Path(a).samefile(path) for a in above):
            way = " > ".join(Path(a).name for a in (*above, path))
            self._tell(tree, (*place, "file"), f"{way} is a cycle", "a house cannot be inside itself")
            return None
        if path not in self.files:
            try:
                self.files[path] = files.read(path)
            except InputError as error:
                wrong = error.problems[0]
                if wrong.line is not None:
                    self.problems += error.problems
                else:
                    self._tell(
                        tree,
                        (*place, "file"),
                        f"'{holding.file}': {wrong.found}",
                        "a file beside this one, or the name of a case",
                    )
                return None
        return self.files[path]

    def _tell(self, tree: Tree, path: tuple[Any, ...], what: str, allowed: str, hint: str = "") -> None:
        self.problems.append(Problem(tree.file, tree.line(path), dotted((*self._at, *path)), what, allowed, hint))


def _names(change: Mapping[str, Any], path: tuple[Any, ...]) -> bool:
    """Whether a change of a fund's file says something at this place."""
    node: Any = change
    for key in path:
        if not isinstance(node, Mapping) or key not in node:
            return False
        node = node[key]
    return bool(path)
