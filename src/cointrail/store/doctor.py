"""The store against the blocks it was built from: every row, every input, every index."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cointrail.chain.types import BlockHash
from cointrail.errors import WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.compare import SpanComparison
from cointrail.store.decoded import decode_ahead, threads_for
from cointrail.store.findings import Findings
from cointrail.store.index_check import check_indices
from cointrail.store.ingest import BATCH_BYTES, Progress
from cointrail.store.plan import default_memory
from cointrail.store.preflight import spans
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.structure import structure_findings


@dataclass(frozen=True, slots=True)
class DoctorReport:
    """What was compared, and every difference in words. No finding means that all of it agreed."""

    findings: tuple[str, ...]
    blocks: int
    txs: int
    inputs: int
    """inputs compared with their outpoint on the wire"""
    inputs_with_undo: int
    """inputs whose value and script were compared with the node's undo data"""
    digest: str
    """computed anew from the rows"""


def examine(
    store: Path, source: BlocksDirectory, *, threads: int = 2, progress: Progress | None = None
) -> DoctorReport:
    """Compare a store with a blocks directory, from genesis to the store's tip. Each file is read once.

    Args:
        store: the store's folder. It is only read.
        source: the blocks.
        threads: threads that decode.
        progress: told after every span.

    Raises:
        WrongNetwork: the blocks are of another network.
        StoreError: there is no store.
        BadBlocks: the blocks themselves are damaged.
    """
    snapshot = open_snapshot(store)
    if source.network != snapshot.network:
        raise WrongNetwork(
            f"`{store}` holds {snapshot.network.name}, `{source.path}` holds {source.network.name}",
            hint="give the blocks that the store was built from",
        )
    findings = Findings()
    for text in structure_findings(snapshot):
        findings.say(text)
    if findings:
        findings.say("nothing else was compared")
        return DoctorReport(findings.all(), 0, 0, 0, 0, snapshot.digest)
    last = _common_blocks(snapshot, source, findings)
    check = SpanComparison(snapshot, default_memory(), has_undo=source.has_undo)
    with ThreadPoolExecutor(threads_for(threads)) as pool:
        sizes = source.chain.blocks.sizes[:last]
        done, total = 0, int(sizes.sum())
        for blocks in decode_ahead(source, list(spans(sizes, 0, BATCH_BYTES)), pool, threads):
            check.span(blocks, pool, findings)
            done += len(blocks.data)
            if progress:
                progress("compare", done, total, check.txs)
    check_indices(snapshot, findings)
    if last == snapshot.height + 1 and check.digest.hex() != snapshot.digest:
        findings.say(f"the digest over the rows is {check.digest.hex()}, the manifest says {snapshot.digest}")
    return DoctorReport(
        findings.all(), last, check.txs, check.inputs, check.inputs_with_undo, check.digest.hex()
    )


def _common_blocks(snapshot: Snapshot, source: BlocksDirectory, findings: Findings) -> int:
    """How many blocks of the store are in the source, which must be all."""
    mine = snapshot.column("blocks.hash").all()
    theirs = source.chain.blocks.hashes[: len(mine)]
    same = (mine[: len(theirs)] == theirs).all(axis=1)
    common = len(same) if same.all() else int(np.flatnonzero(~same)[0])
    if common < len(mine):
        name = BlockHash(mine[common].tobytes())
        findings.say(f"block {name} at height {common} is not on the chain of the blocks directory")
    return common
