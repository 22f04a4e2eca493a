"""Warchest: simulate an investment house; how much can it bet, how much should it, and what if it is wrong?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warchest.api import House, autopsy, diff, kelly, load, simulate, size, size_share, size_together, value

__all__ = ["House", "autopsy", "diff", "kelly", "load", "simulate", "size", "size_share", "size_together", "value"]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name in __all__:
        from warchest import api

        return getattr(api, name)
    raise AttributeError(f"module 'warchest' has no attribute '{name}'")
