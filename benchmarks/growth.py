"""How figures grow with the size of the chain, and what that says of the whole of it.

What is said of the whole chain is arithmetic on figures of small ones; its assumptions go with it.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

from at_size import AtSize
from cointrail.store import plan
from measure import GB


@dataclass(frozen=True)
class Counts:
    """What a chain holds."""

    block_bytes: float
    transactions: float
    inputs: float
    outputs: float


FULL_CHAIN = Counts(750e9, plan.FULL_CHAIN.txs, plan.FULL_CHAIN.inputs, plan.FULL_CHAIN.outputs)
"""Bitcoin at the end of 2026, in round numbers."""

ASSUMPTIONS = (
    "Time follows bytes of blocks, transactions, inputs or outputs in proportion, whichever gives most.",
    "The upper figure lets the measured growth exponent go on to the full size; the lower takes the least.",
    "The disk reads and writes at the speed of this run, although so many files do not fit the page cache.",
    "The invented chain stands for the real one in script types, transaction sizes and ages of spends.",
    "Tables that fit the processor's caches at these sizes will not at full size.",
    "Store size follows transactions, inputs or outputs in proportion, whichever gives most.",
)


def exponent(small: float, large: float, small_size: float, large_size: float) -> float:
    """The power of the size that a figure follows between two sizes; 1 is in proportion."""
    return math.log(large / small) / math.log(large_size / small_size)


def growth(small: AtSize, large: AtSize) -> dict[str, float]:
    """The growth exponents between two sizes."""
    sizes = small.chain.block_bytes, large.chain.block_bytes
    figures = {
        "time": (small.ingest_seconds.median, large.ingest_seconds.median),
        "disk": (small.store_bytes, large.store_bytes),
        "memory": (small.ingest_peak_bytes, large.ingest_peak_bytes),
        "own_memory": (small.ingest_own_peak_bytes, large.ingest_own_peak_bytes),
        "clusters_time": (small.clusters_seconds, large.clusters_seconds),
        "rules_time": (median(small.rules_pass["seconds"]), median(large.rules_pass["seconds"])),
    }
    return {name: exponent(*pair, *sizes) for name, pair in figures.items() if min(pair) > 0}


def full_chain(measured: AtSize, grows: dict[str, float]) -> dict[str, Any]:
    """What one size says of the whole chain."""
    counts = Counts(
        measured.chain.block_bytes,
        measured.rows["transactions"],
        measured.rows["inputs"],
        measured.rows["outputs"],
    )
    times = {name: value / getattr(counts, name) for name, value in asdict(FULL_CHAIN).items()}
    by_rows = max(times[name] for name in ("transactions", "inputs", "outputs"))
    hours = measured.ingest_seconds.median / 3600
    return {
        "counts": asdict(FULL_CHAIN),
        "from": asdict(counts),
        "times_as_many": times,
        "hours_least": hours * min(times.values()),
        "hours": hours * max(times.values()),
        "hours_growing": hours * max(times.values()) * max(times.values()) ** max(0.0, grows["time"] - 1),
        "store_gb": measured.store_bytes / GB * by_rows,
        "assumptions": list(ASSUMPTIONS),
    }
