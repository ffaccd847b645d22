"""The memory that an ingest of the whole chain plans for, as the store itself says."""

from __future__ import annotations

import importlib
from typing import Any

from growth import FULL_CHAIN, Counts

HOME = "cointrail.store.plan"


def planned_memory(counts: Counts = FULL_CHAIN) -> int | None:
    """Bytes; None while the store has no such plan."""
    try:
        plan: Any = importlib.import_module(HOME)
    except ImportError:
        return None
    return int(
        plan.planned_memory(
            block_bytes=int(counts.block_bytes),
            txs=int(counts.transactions),
            inputs=int(counts.inputs),
            outputs=int(counts.outputs),
        )
    )
