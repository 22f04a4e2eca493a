"""The JSON Schema of a house file and of each of its parts, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from warchest import bets, debts, holdings, markets, policies
from warchest.bets.bet import Bet
from warchest.bets.deals import Deals
from warchest.core.errors import CannotError, nearest
from warchest.holdings.fund import Fees, Investor, Waterfall
from warchest.house.spec import Borrowing, HouseFile, Lending, Limits

DRAFT = "http://json-schema.org/draft-07/schema#"


def parts() -> dict[str, type[BaseModel]]:
    """Every part of a file by the name one asks for it; the two `lognormal` are told apart by their room."""
    found: dict[str, type[BaseModel]] = {
        "house": HouseFile,
        "bet": Bet,
        "deals": Deals,
        "investor": Investor,
        "fees": Fees,
        "waterfall": Waterfall,
        "limits": Limits,
        "lending": Lending,
        "borrowing": Borrowing,
    }
    rooms = {"holding": holdings.ALL, "debt": debts.ALL, "bet": bets.ALL, "market": markets.ALL, "policy": policies.ALL}
    for room, kinds in rooms.items():
        for spec in kinds:
            tag = str(spec.model_fields["model" if room == "market" else "kind"].default)
            found[f"{room} {tag}" if tag in found else tag] = spec
    return found


def schema(part: str | None = None) -> dict[str, Any]:
    """The schema of one part, or of the whole file.

    >>> schema("listed")["properties"]["volatility"]["description"]
    'Standard deviation of the log return a year, in all.'
    """
    known = parts()
    name = part or "house"
    if name not in known:
        near = nearest(name, known)
        raise CannotError(
            f"'{name}' is not a part; parts: {', '.join(known)}" + (f"; did you mean '{near}'?" if near else "")
        )
    return {"$schema": DRAFT, **_draft7(known[name].model_json_schema(by_alias=True))}


def _draft7(value: Any) -> Any:
    """Where definitions stand, and without what only newer drafts know."""
    if isinstance(value, dict):
        renamed = {("definitions" if k == "$defs" else k): _draft7(v) for k, v in value.items() if k != "discriminator"}
        if isinstance(renamed.get("$ref"), str):
            renamed["$ref"] = renamed["$ref"].replace("#/$defs/", "#/definitions/")
        return renamed
    if isinstance(value, list):
        return [_draft7(v) for v in value]
    return value
