"""What an ingest of the whole chain plans for, shown from the sizes of its tables."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from cointrail.store.plan import FULL_CHAIN, planned_disk, planned_memory

MEMORY = 11 << 30
"""The budget: the least in whole gigabytes that holds the live transactions of the whole chain."""


def full_chain_plan() -> dict[str, Any]:
    """Bytes by what takes them."""
    return {
        "chain": asdict(FULL_CHAIN),
        "budget_bytes": MEMORY,
        "memory": planned_memory(FULL_CHAIN, MEMORY),
        "disk": planned_disk(FULL_CHAIN, MEMORY),
    }


def planned_peak(plan: dict[str, Any]) -> int:
    """Bytes of memory, all together."""
    return sum(plan["memory"].values())
