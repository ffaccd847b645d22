"""Cointrail follows a bitcoin trail on one machine and proves it.

    import cointrail
    with cointrail.open("cointrail-store") as store:
        store.outputs()[0:1_000].to_polars()

Importing this package does nothing and takes no time; names are loaded when they are asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cointrail.analytics.open_store import open_store as open  # noqa: A004 -- said as `cointrail.open`

__version__ = "0.1.0"

__all__ = ["__version__", "open"]


def __getattr__(name: str) -> object:
    if name != "open":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module("cointrail.workbench").open_store
