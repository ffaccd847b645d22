"""What is planned in memory is not passed: by the table, by sorting, by a segment that is closed."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.chain.decode import decode_block, tx_of
from cointrail.chain.script import p2wpkh
from cointrail.chain.types import Height, Outpoint, Sat, TxIn, TxOut
from cointrail.chain.undo import SpentOutput
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store import ingest as ingest_module
from cointrail.store import live_txs as live_module
from cointrail.store import numbering as numbering_module
from cointrail.store import runs as runs_module
from cointrail.store import segment as segment_module
from cointrail.store.ingest import ingest
from cointrail.store.live_txs import SLOT_BYTES, LiveTxs, TableFull
from cointrail.store.plan import (
    CLOSING_BYTES,
    FULL_CHAIN,
    OUTPUT_BYTES,
    Budget,
    memory_for,
    planned_disk,
    planned_memory,
    rows_of,
)
from cointrail.store.runs import Fresh, write_run
from cointrail.store.schema import COLUMNS, INDEXES, TABLES, IndexSpec
from cointrail.store.segment import Segment
from cointrail.store.spill import ScriptSpill
from support.blocks_writer import write_files
from support.forged_ids import ForgedPart
from support.kernel_chain import Branch, Made, build_block
from support.project import read
from support.store_files import scratch

MB = 1 << 20
ROOM_BYTES = 12
"""Of a segment's memory for each output: what is taken before any comes."""


@contextmanager
def _peak() -> Iterator[list[int]]:
    """Bytes that were taken in here at most, beyond those that were taken before. Maps do not count."""
    found: list[int] = []
    began = not tracemalloc.is_tracing()
    if began:
        tracemalloc.start()
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield found
        found.append(tracemalloc.get_traced_memory()[1] - before)
    finally:
        if began:
            tracemalloc.stop()


# -- live transactions


@given(st.lists(st.integers(1, 3000), max_size=12), st.sampled_from([1 << 12, 1 << 16, 1 << 20]))
@example([2730, 1], 1 << 20)
def test_the_table_keeps_to_its_budget_and_to_the_plan_while_it_grows(steps: list[int], budget: int) -> None:
    taken: list[int] = []
    real = live_module._huge

    def noted(words: int) -> Any:
        taken.append(8 * words)
        return real(words)

    with pytest.MonkeyPatch.context() as patch, suppress(TableFull):
        patch.setattr(live_module, "_huge", noted)
        table = LiveTxs(ForgedPart(), budget, capacity=64)
        for more in steps:
            table.reserve(more)
            table._count += more
            held = sum(taken[-2:])
            assert table.nbytes == taken[-1]
            assert held <= max(budget, 64 * SLOT_BYTES)
            chain = replace(FULL_CHAIN, live_txs=len(table))
            assert held <= max(planned_memory(chain, 1 << 30)["live transactions"], 64 * SLOT_BYTES * 3 // 2)


# -- sorting


@pytest.mark.parametrize("spec", INDEXES, ids=[spec.name for spec in INDEXES])
@pytest.mark.parametrize("threads", [0, 2])
def test_a_run_is_sorted_in_the_memory_it_is_given(spec: IndexSpec, threads: int, tmp_path: Path) -> None:
    keys = np.random.default_rng(1).integers(0, 1 << 31, 1_500_000).astype(spec.key)
    memory = 6 * MB
    whole = 2 * len(keys) * (keys.itemsize + np.dtype(spec.number).itemsize)
    assert whole > 5 * memory
    few = tmp_path / "compiled"
    few.mkdir()
    with ThreadPoolExecutor(max(1, threads)) as pool:
        shared = pool if threads else None
        write_run(few, spec, 0, 1, [Fresh(keys[:2000], 0)], memory=memory // 1000, pool=shared)
        with _peak() as taken:
            write_run(tmp_path, spec, 0, 1, [Fresh(keys, 0)], memory=memory, pool=shared)
    bins, chunk = 8 << runs_module.BIN_BITS, 8 * runs_module.CHUNK
    assert taken[0] <= memory + bins + 4 * chunk


# -- a segment

WIDE, BLOCKS = 2000, 27


def _script(number: int) -> bytes:
    return p2wpkh(number.to_bytes(20, "little"))


def _wide_branch() -> Branch:
    """Blocks of many outputs: half of the scripts are new; later on, a third of the outputs is spent."""
    branch = Branch()
    made: list[tuple[Outpoint, SpentOutput]] = []
    for height in range(1, BLOCKS + 1):
        outputs = [TxOut(Sat(1), _script((height * WIDE + n) // 2)) for n in range(WIDE)]
        spent = made[: WIDE // 3] if height > 5 else []
        del made[: len(spent)]
        inputs = [TxIn(point, b"", 0, (b"x",)) for point, _ in spent]
        txs = [tx_of(2, inputs, [TxOut(Sat(1), _script(height))], 0)] if spent else []
        raw = build_block(branch.blocks[-1].hash, height, 1_420_070_400 + height, txs, outputs, b"")
        branch.blocks.append(Made(raw, height, (tuple(row for _, row in spent),) if spent else ()))
        coinbase = decode_block(raw).txs[0].txid
        made += [
            (Outpoint(coinbase, n), SpentOutput(output, Height(height), True))  # noqa: FBT003 - a coinbase
            for n, output in enumerate(outputs)
        ]
    return branch


PART = 500
"""Outputs of a part of the scripts; on a real chain a part is a 256th of a segment."""
OF_PART, OF_BATCH, AT_ONCE = 120, 120, 3
"""Bytes of an output while its part is named, and while its batch is numbered and hashed; threads."""


def test_a_segment_takes_what_is_planned_for_each_of_its_outputs(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[tuple[int, int]] = []
    real = Segment.close

    def close(self: Segment, *given: Any) -> None:
        waiting = sum(column.nbytes for old in self._spends._old for column in old)
        with _peak() as peak:
            real(self, *given)
        outputs = self.n_outputs
        taken.append((outputs, outputs * ROOM_BYTES + waiting + peak[0]))

    monkeypatch.setattr(Segment, "close", close)
    monkeypatch.setattr(ingest_module, "DEPTH", 1)
    monkeypatch.setattr(numbering_module, "PART_ROWS", PART)
    monkeypatch.setattr(segment_module, "ScriptSpill", partial(ScriptSpill, in_memory=0))
    monkeypatch.setattr(Budget, "of", lambda _: Budget(1 << 30, 13 * WIDE * OUTPUT_BYTES, 1 << 20))
    with scratch() as folder:
        write_files(folder / "blocks", [_wide_branch().stored])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "compiled", source, batch_bytes=1)
            taken.clear()
            with _peak():
                ingest(folder / "store", source, batch_bytes=1)
    whole = [(outputs, held) for outputs, held in taken if outputs > 10 * WIDE]
    assert len(whole) == 2
    for outputs, held in whole:
        assert held <= outputs * CLOSING_BYTES + AT_ONCE * (PART * OF_PART + WIDE * OF_BATCH)


# -- all together


@given(st.integers(1 << 30, 64 << 30))
def test_all_that_is_planned_but_the_table_stays_within_the_rest_of_the_budget(memory: int) -> None:
    planned = planned_memory(FULL_CHAIN, memory)
    table, headers = planned.pop("live transactions"), planned.pop("block headers")
    assert sum(planned.values()) <= memory - Budget.of(memory).live
    assert (Budget.of(memory).live >= table) == (memory >= memory_for(FULL_CHAIN))
    assert headers < 200 * MB


def test_the_whole_chain_has_room_in_the_memory_that_the_guide_names() -> None:
    guide = read(Path("docs/how-to/ingest.md"))
    assert "The whole chain wants 11 GB" in guide
    assert memory_for(FULL_CHAIN) <= 11 << 30
    assert sum(planned_memory(FULL_CHAIN, 11 << 30).values()) <= 12 * 10**9


def test_every_table_has_its_part_in_the_disk_that_is_planned() -> None:
    """It is the sum over all columns and indices: no table may be forgotten."""
    rows = rows_of(FULL_CHAIN)
    assert set(rows) == set(TABLES)
    assert min(rows.values()) > 0
    disk = planned_disk(FULL_CHAIN, 11 << 30)
    assert disk["columns"] == sum(rows[spec.table] * spec.row_bytes for spec in COLUMNS)
