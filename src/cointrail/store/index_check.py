"""Whether the sorted indices of a snapshot are in order, complete, and lead to rows that have the key."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.kernel.sorted_pairs import check_pairs
from cointrail.store.findings import Findings
from cointrail.store.index_files import Run
from cointrail.store.reader import Snapshot
from cointrail.store.schema import INDEXES, IndexSpec
from cointrail.store.stored_scripts import StoredScripts

Array = npt.NDArray[Any]


def check_indices(snapshot: Snapshot, findings: Findings) -> None:
    """Look at every run of every index. Memory: a bit more than a byte for each row of the largest run."""
    for spec in INDEXES:
        missing = total = 0
        for run, first, last in snapshot.run_rows(spec):
            total += last - first
            fits, seen = _check(run, first, _keys(snapshot, spec, first, last))
            if not fits:
                findings.say(f"index `{spec.name}` has a run that does not fit its rows")
            missing += last - first - seen
        if missing:
            findings.say(f"index `{spec.name}` lacks {missing} of {total} rows")


def _check(run: Run, first: int, keys: Array) -> tuple[bool, int]:
    """Whether a run is in order and its numbers lead to rows with its keys; how many rows it leads to."""
    seen = np.zeros(len(keys), np.bool_)
    fits = check_pairs(run.keys, run.numbers, first, keys, seen)
    return fits, int(np.count_nonzero(seen))


def _keys(snapshot: Snapshot, spec: IndexSpec, first: int, last: int) -> Array:
    if spec.name == "txid":
        return snapshot.column("txs.txid").slice(first, last).view("<u8")[:, 0]
    if spec.name == "history":
        return snapshot.column("outputs.script").slice(first, last)
    return StoredScripts(snapshot).prefixes(first, last)
