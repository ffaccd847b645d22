"""Scripts that wait for their numbers, in memory and in the working file, against lists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.kernel.numbering import ScriptRows
from cointrail.store.spill import Batch, ScriptSpill
from support.store_files import scratch

BITS = 2
PARTS = 1 << BITS


class Rows(NamedTuple):
    """What a batch is made of: (part, script) of outputs in chain order, outputs that inputs show."""

    scripts: list[tuple[int, bytes]]
    shown: list[int]

    @property
    def by_part(self) -> list[list[tuple[int, bytes]]]:
        """(prefix, script) of the outputs of each part; the prefix is where the output stands."""
        rows = enumerate(self.scripts)
        found: list[list[tuple[int, bytes]]] = [[] for _ in range(PARTS)]
        for place, (part, script) in rows:
            found[part].append((place, script))
        return found


rows_of_batches = st.builds(
    Rows,
    st.lists(st.tuples(st.integers(0, PARTS - 1), st.binary(max_size=9)), min_size=1, max_size=8),
    st.lists(st.integers(0, 2**40), max_size=3),
)


def _batch(rows: Rows) -> Batch:
    parts, sorted_rows = rows.by_part, [row for part in rows.by_part for row in part]
    data = b"".join(script for _, script in sorted_rows)
    shown = np.array(rows.shown, np.uint64)
    return Batch(
        part=np.array([part for part, _ in rows.scripts], np.uint8),
        rows=ScriptRows(
            np.array([prefix for prefix, _ in sorted_rows], np.uint64),
            np.array([len(script) for _, script in sorted_rows], np.uint32),
            np.frombuffer(data, np.uint8),
        ),
        edges=np.cumsum([0, *map(len, parts)]),
        byte_edges=np.cumsum([0, *(sum(len(script) for _, script in part) for part in parts)]),
        shown_input=shown + np.uint64(1),
        shown_output=shown,
        shown_inner=np.repeat(shown.astype(np.uint8)[:, None], 32, axis=1),
    )


def _listed(rows: ScriptRows) -> list[tuple[int, bytes]]:
    ends = np.cumsum(rows.length).tolist()
    scripts = [rows.data[end - int(n) : end].tobytes() for end, n in zip(ends, rows.length, strict=True)]
    return list(zip(rows.prefix.tolist(), scripts, strict=True))


def _arrays(batch: Batch) -> list[list[int]]:
    shown = batch.shown_input, batch.shown_output, batch.shown_inner
    return [a.tolist() for a in (batch.part, *batch.rows, batch.edges, batch.byte_edges, *shown)]


@given(st.lists(rows_of_batches, min_size=1, max_size=5), st.sampled_from([0, 60, 200, 1 << 20]))
@example([Rows([(0, b"5 byte")], [])], 0)
@example([Rows([(1, b"")], [])], 0)
def test_what_was_added_is_read_back_by_part_and_by_batch(added: Sequence[Rows], in_memory: int) -> None:
    with scratch() as folder:
        path = folder / "work"
        spill = ScriptSpill(path, BITS, in_memory=in_memory)
        for rows in added:
            spill.add(_batch(rows))
        assert path.exists() == (sum(sum(a.nbytes for a in _flat(_batch(r))) for r in added) > in_memory)
        for part in range(PARTS):
            found, counts = spill.part(part)
            assert _listed(found) == [row for rows in added for row in rows.by_part[part]]
            assert counts == [len(rows.by_part[part]) for rows in added]
        for number, rows in enumerate(added):
            assert _arrays(spill.batch(number)) == _arrays(_batch(rows))
            assert spill.n_outputs(number) == len(rows.scripts)
        spill.close()
        assert not path.exists()


def _flat(batch: Batch) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return [batch.part, *batch.rows, batch.shown_input, batch.shown_output, batch.shown_inner]
