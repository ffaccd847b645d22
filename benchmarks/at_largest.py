"""What is measured at the largest size alone: doctor, and ingest under a memory budget."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from at_size import AtSize
from cointrail.workbench import parse_size
from commands import cold_doctor, cold_ingest
from measure import MB, ProgramFailedError, say

BUDGET = "1G"


def measure_doctor(work: Path, size: int, measured: AtSize) -> dict[str, Any]:
    """Compare the store with the blocks, beside one cold read of them and one ingest."""
    say("doctor")
    run = cold_doctor(work / f"blocks-{size // MB}", work / f"store-{size // MB}")
    return {
        "seconds": run.seconds,
        "peak_bytes": run.peak_bytes,
        "inputs_with_undo": run.answer["inputs_with_undo"],
        "findings": len(run.answer["findings"]),
        "of_one_ingest": run.seconds / measured.ingest_seconds.median,
        "of_one_cold_read": run.seconds / measured.cold_read_seconds.median,
    }


def measure_budget(work: Path, size: int) -> dict[str, Any]:
    """Ingest once more with `--memory`, into a store of its own that is removed by the caller."""
    say(f"ingest with --memory {BUDGET}")
    store = work / "store-budget"
    told: dict[str, Any] = {"memory": BUDGET, "budget_bytes": parse_size(BUDGET)}
    try:
        run = cold_ingest(work / f"blocks-{size // MB}", store, BUDGET)()
    except ProgramFailedError as error:
        return told | {"failed": str(error)}
    return told | {
        "seconds": run.seconds,
        "peak_bytes": run.peak_bytes,
        "own_peak_bytes": run.own_peak_bytes,
        "store_digest": run.answer["store_digest"],
    }
