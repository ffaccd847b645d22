"""What blocks give by themselves: median times and digests, by their plain definitions."""

from __future__ import annotations

import hashlib
from functools import cache
from itertools import pairwise

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.block_rows import median_times
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.schema import COLUMNS
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import scratch

times = st.integers(0, 2**32 - 1) | st.integers(0, 9)


@given(st.lists(times, max_size=40), st.lists(st.integers(1, 40), max_size=4))
@example([2**32 - 1, 0] * 12, [1, 10, 12])
def test_a_median_time_is_that_of_the_block_and_the_ten_before(of: list[int], cuts: list[int]) -> None:
    """The upper one of two where fewer are there. The times may come in several spans."""
    found: list[int] = []
    edges = sorted({0, len(of), *(cut for cut in cuts if cut < len(of))})
    for first, last in pairwise(edges):
        earlier = np.array(of[max(0, first - 10) : first], np.uint32)
        found += median_times(earlier, np.array(of[first:last], np.uint32)).tolist()
    windows = [sorted(of[max(0, row - 10) : row + 1]) for row in range(len(of))]
    assert found == [window[len(window) // 2] for window in windows]


# -- digests


@cache
def _branch() -> Branch:
    return random_branch(181, 140, busy=30)


def _rows(snapshot: Snapshot, height: int) -> dict[str, tuple[int, int]]:
    """The rows of a block, per table, by what belongs to what: one lookup after another."""
    columns = {
        key: snapshot.column(key).all().tolist() for key in ("blocks.first_tx", "scripts.first_output")
    }
    firsts = {name: snapshot.column(f"txs.first_{name}").all().tolist() for name in ("input", "output")}
    ends, shown = (
        snapshot.column("scripts.end").all().tolist(),
        snapshot.column("reveals.input").all().tolist(),
    )

    def before(block: int) -> dict[str, int]:
        tx = [*columns["blocks.first_tx"], snapshot.n_txs][block]
        output = [*firsts["output"], snapshot.n_outputs][tx]
        spent = [*firsts["input"], snapshot.n_inputs][tx]
        scripts = sum(first < output for first in columns["scripts.first_output"])
        return {
            "blocks": block,
            "txs": tx,
            "outputs": output,
            "inputs": spent,
            "scripts": scripts,
            "script_bytes": ends[scripts - 1] if scripts else 0,
            "reveals": sum(row < spent for row in shown),
        }

    first, last = before(height), before(height + 1)
    return {table: (first[table], last[table]) for table in first}


def _plain_digest(snapshot: Snapshot, height: int, before: bytes) -> bytes:
    """SHA-256 over the digest before, and over SHA-256 of the block's rows, column by column."""
    rows, edges = hashlib.sha256(), _rows(snapshot, height)
    for spec in COLUMNS:
        if spec.in_digest:
            first, last = edges[spec.table]
            for row in range(first, last):
                rows.update(np.asarray(snapshot.column(spec.key)[row], spec.dtype).tobytes())
    return hashlib.sha256(before + rows.digest()).digest()


def test_the_digest_of_every_block_is_as_defined() -> None:
    """In both parts, and whatever the batches were."""
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored])
        with BlocksDirectory(blocks) as source:
            ingest(folder / "store", source, batch_bytes=3000)
        with open_snapshot(folder / "store") as snapshot:
            digest = hashlib.sha256(b"cointrail store 2 regtest").digest()
            for height in range(snapshot.height + 1):
                digest = _plain_digest(snapshot, height, digest)
                assert snapshot.column("blocks.digest")[height].tobytes() == digest
            assert snapshot.digest == digest.hex()


def test_the_digest_covers_all_that_does_not_follow_from_the_rest() -> None:
    assert [spec.key for spec in COLUMNS if not spec.in_digest] == ["blocks.digest", "outputs.spent_by"]
