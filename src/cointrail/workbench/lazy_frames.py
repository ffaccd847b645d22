"""Polars frames over a store, for notebooks. Needs the extra `sql`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cointrail.analytics.frames import frames
from cointrail.store.reader import open_snapshot


def open_frames(store: Path) -> dict[str, Any]:
    """A `polars.LazyFrame` for each table; see `cointrail.analytics.frames`."""
    return frames(open_snapshot(store))
