"""Scripts to numbers, kernel by kernel and as a whole, against dictionaries; prefixes may clash."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.chain.script import classify
from cointrail.kernel.numbering import NEW, ScriptRows, match_known, name_distinct, scatter_scripts, starts_of
from cointrail.store import numbering as numbering_module
from cointrail.store.index_files import Run
from cointrail.store.numbering import KnownScripts, Numbering, bits_for
from cointrail.store.spill import Batch, ScriptSpill
from support.store_files import scratch

Scripts = Sequence[bytes]
POOL = [
    b"",
    b"\x51",
    b"\x52",
    b"\x51\x51",
    b"longer than a word",
    b"longer than a worn",
    b"\x6a\x01a",
    bytes(70),
]
PREFIXES = [0, 1, 1 << 56, (1 << 56) + 1, 0xFF << 56, 2**64 - 1]

scripts = st.lists(st.sampled_from(POOL), max_size=12)
forged = st.lists(st.sampled_from(PREFIXES), min_size=len(POOL), max_size=len(POOL))
"""The prefix of each script of the pool."""
bits = st.sampled_from([0, 1, 3, 8])


def _prefixes(of: Scripts, prefix: Sequence[int]) -> np.ndarray[tuple[int], np.dtype[np.uint64]]:
    return np.array([prefix[POOL.index(script)] for script in of], np.uint64)


def _scattered(of: Scripts, prefix: Sequence[int], width: int) -> Batch:
    """The batch of these outputs, as ingest makes it."""
    data = np.frombuffer(b"#" + b"".join(of), np.uint8)
    lengths = np.array([len(s) for s in of], np.int64)
    starts = 1 + np.cumsum(lengths) - lengths
    part, edges, byte_edges = (
        np.empty(len(of), np.uint8),
        *(np.empty((1 << width) + 1, np.int64) for _ in "ab"),
    )
    rows = ScriptRows(
        np.empty(len(of), np.uint64), np.empty(len(of), np.uint32), np.empty(len(data) - 1, np.uint8)
    )
    scatter_scripts(data, starts, lengths, _prefixes(of, prefix), width, part, edges, byte_edges, rows)
    nothing = np.empty(0, np.uint64)
    return Batch(part, rows, edges, byte_edges, nothing, nothing, np.empty((0, 32), np.uint8))


def _listed(rows: ScriptRows) -> list[tuple[int, bytes]]:
    ends = np.cumsum(rows.length, dtype=np.int64).tolist()
    pieces = [rows.data[end - int(n) : end].tobytes() for end, n in zip(ends, rows.length, strict=True)]
    return list(zip(rows.prefix.tolist(), pieces, strict=True))


@given(scripts, forged, bits)
def test_outputs_are_sorted_by_the_highest_bits_and_keep_their_order(
    of: list[bytes], prefix: list[int], width: int
) -> None:
    batch = _scattered(of, prefix, width)
    parts = [int(p) >> (64 - width) for p in _prefixes(of, prefix)]
    assert batch.part.tolist() == parts
    order = sorted(range(len(of)), key=lambda k: parts[k])
    assert _listed(batch.rows) == [(int(_prefixes(of, prefix)[k]), of[k]) for k in order]
    rows = [sum(p < part for p in parts) for part in range((1 << width) + 1)]
    assert batch.edges.tolist() == rows
    assert batch.byte_edges.tolist() == [sum(len(of[k]) for k in order[:row]) for row in rows]


def _rows(
    of: Scripts, prefix: Sequence[int]
) -> tuple[ScriptRows, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    lengths = np.array([len(s) for s in of], np.uint32)
    starts = np.empty(len(of) + 1, np.int64)
    starts_of(lengths, starts)
    assert starts.tolist() == [0, *accumulate(map(len, of))]
    return ScriptRows(_prefixes(of, prefix), lengths, np.frombuffer(b"".join(of), np.uint8)), starts


@given(scripts, forged, st.lists(st.sampled_from(PREFIXES), max_size=9), st.integers(1, 4))
def test_scripts_are_named_as_they_appear_and_met_again_under_their_prefix(
    of: list[bytes], prefix: list[int], keys: list[int], room: int
) -> None:
    rows, starts = _rows(of, prefix)
    slots, names = np.full(32, NEW), np.empty(len(of), np.uint32)
    first = np.empty(len(of), np.int64)
    count = name_distinct(rows, starts, slots, names, first)
    distinct = list(dict.fromkeys(of))
    assert names.tolist() == [distinct.index(script) for script in of]
    assert first[:count].tolist() == [of.index(script) for script in distinct]

    pairs, at, out = list[tuple[int, int]](), 0, (np.empty(room, np.uint32), np.empty(room, np.uint32))
    numbers = np.arange(100, 100 + len(keys), dtype=np.uint32)
    known = np.array(keys, np.uint64)
    while at < len(keys):
        begin = at
        found, at = match_known(known, numbers, at, rows, slots, first, *out)
        if at == begin:
            out = np.empty(2 * len(out[0]), np.uint32), np.empty(2 * len(out[0]), np.uint32)
        pairs += zip(out[0][:found].tolist(), out[1][:found].tolist(), strict=True)
    named = [prefix[POOL.index(script)] for script in distinct]
    wanted = [(name, 100 + k) for k, key in enumerate(keys) for name, own in enumerate(named) if own == key]
    assert sorted(pairs) == sorted(wanted)


# -- as a whole


def _known(known: Scripts, prefix: Sequence[int], runs: int) -> KnownScripts:
    """An index over scripts that have numbers, in so many runs."""
    cuts = [len(known) * k // runs for k in range(runs + 1)]
    found = []
    for a, b in pairwise(cuts):
        keys = _prefixes(known[a:b], prefix)
        order = np.argsort(keys, kind="stable")
        found.append(Run(keys[order], (a + order).astype(np.uint32)))
    ends = np.cumsum([len(s) for s in known]).astype(np.uint64)
    return KnownScripts(lambda: found, lambda: (ends, np.frombuffer(b"".join(known), np.uint8)))


def _assert_numbered(
    batches: Sequence[Scripts], known: Scripts, prefix: Sequence[int], width: int, runs: int, work: Path
) -> None:
    spill = ScriptSpill(work, width, in_memory=100)
    for of in batches:
        spill.add(_scattered(of, prefix, width))
    with ThreadPoolExecutor(2) as pool:
        numbering = Numbering(spill, _known(known, prefix, runs))
        numbering.prepare(pool)
    number = {script: k for k, script in enumerate(known)}
    assert numbering.distinct == len({script for of in batches for script in of})
    for of, found in zip(batches, numbering.batches(len(number)), strict=True):
        new = [script for script in dict.fromkeys(of) if script not in number]
        number |= {script: len(number) + k for k, script in enumerate(new)}
        assert found.numbers.tolist() == [number[script] for script in of]
        assert found.new_output.tolist() == [list(of).index(script) for script in new]
        assert found.new_prefix.tolist() == _prefixes(new, prefix).tolist()
        assert found.new_type.tolist() == [int(classify(script)) for script in new]
        assert found.new_end.tolist() == list(accumulate(map(len, new)))
        assert found.heap.tobytes() == b"".join(new)
    assert numbering.script_of.tolist() == [number[script] for of in batches for script in of]
    spill.close()


@given(
    st.lists(scripts.filter(bool), min_size=1, max_size=4),
    st.lists(st.sampled_from(POOL), unique=True),
    forged,
    bits,
    st.integers(1, 3),
    st.integers(1, 4),
)
@example([POOL, POOL], POOL[:4], [7] * len(POOL), 0, 2, 1)
@example([POOL[:1]], POOL, [2**64 - 1] * len(POOL), 8, 1, 1)
def test_scripts_get_the_numbers_that_a_dictionary_of_whole_scripts_gives(
    batches: list[list[bytes]], known: list[bytes], prefix: list[int], width: int, runs: int, few: int
) -> None:
    with scratch() as folder, pytest.MonkeyPatch.context() as patch:
        for name in ("MATCH_ROOM", "KNOWN_AT_ONCE", "SCAN_FACTOR"):
            patch.setattr(numbering_module, name, few)
        _assert_numbered(batches, known, prefix, width, runs, folder / "work")


@given(st.integers(0, 1 << 40))
def test_parts_stay_small_while_bits_are_left(outputs: int) -> None:
    width = bits_for(outputs)
    assert 0 <= width <= 8
    assert width == 8 or outputs >> width < numbering_module.PART_ROWS
