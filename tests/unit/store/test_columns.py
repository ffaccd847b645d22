from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.errors import StoreCorrupt
from cointrail.store.columns import Column, ColumnWriter, column_path, map_column, map_file
from cointrail.store.schema import BY_KEY, COLUMNS, TABLES, ColumnSpec

VALUE, HASH = BY_KEY["outputs.value"], BY_KEY["blocks.hash"]


def test_every_column_has_its_own_file_and_table() -> None:
    assert len({spec.key for spec in COLUMNS}) == len(COLUMNS)
    assert {spec.table for spec in COLUMNS} == set(TABLES)
    assert all(np.dtype(spec.dtype).byteorder in {"<", "|", "="} for spec in COLUMNS)


def _write(folder: Path, spec: ColumnSpec, row: int, values: object) -> None:
    writer = ColumnWriter(folder, spec)
    writer.write(row, np.asarray(values))
    writer.sync()
    writer.close()


def test_rows_are_written_where_they_belong_and_read_back(tmp_path: Path) -> None:
    _write(tmp_path, VALUE, 0, [1, 2, 3])
    _write(tmp_path, VALUE, 2, [7, 8])
    assert map_column(tmp_path, VALUE, 4).tolist() == [1, 2, 7, 8]
    assert map_column(tmp_path, VALUE, 2).tolist() == [1, 2]
    assert column_path(tmp_path, VALUE).read_bytes()[:8] == (1).to_bytes(8, "little")


def test_rows_of_several_values_have_a_second_axis(tmp_path: Path) -> None:
    _write(tmp_path, HASH, 0, np.arange(96, dtype=np.uint8).reshape(3, 32))
    mapped = map_column(tmp_path, HASH, 2)
    assert mapped.shape == (2, 32)
    assert mapped[1].tolist() == list(range(32, 64))


def test_no_rows_need_no_file(tmp_path: Path) -> None:
    assert len(map_column(tmp_path, VALUE, 0)) == 0
    assert map_column(tmp_path, HASH, 0).shape == (0, 32)


def test_a_mapped_column_is_read_only(tmp_path: Path) -> None:
    _write(tmp_path, VALUE, 0, [1, 2])
    with pytest.raises(ValueError, match="read-only"):
        map_column(tmp_path, VALUE, 2)[0] = 5
    assert map_column(tmp_path, VALUE, 2).tolist() == [1, 2]
    assert not map_column(tmp_path, VALUE, 0).flags.writeable


def test_a_writer_reads_rows_back_into_memory_of_their_own(tmp_path: Path) -> None:
    writer = ColumnWriter(tmp_path, HASH)
    writer.write(0, np.arange(96, dtype=np.uint8).reshape(3, 32))
    rows = writer.read(1, 3)
    assert rows.tolist() == np.arange(32, 96).reshape(2, 32).tolist()
    rows[:] = 0
    assert writer.read(1, 2)[0].tolist() == list(range(32, 64))
    with pytest.raises(StoreCorrupt, match=r"column `blocks\.hash` ends before row 4"):
        writer.read(2, 4)
    writer.close()


def test_a_missing_or_shorter_file_is_told_with_its_sizes(tmp_path: Path) -> None:
    path = column_path(tmp_path, VALUE)
    with pytest.raises(StoreCorrupt, match=f"`{path}` is missing"):
        map_column(tmp_path, VALUE, 1)
    _write(tmp_path, VALUE, 0, [1, 2])
    with pytest.raises(StoreCorrupt, match=f"`{path}` has 16 bytes, the manifest needs 24"):
        map_file(path, "<i8", 3)


parts = st.tuples(st.lists(st.integers(0, 9), max_size=6), st.lists(st.integers(0, 9), max_size=6))


@given(parts, st.data())
def test_a_column_of_two_parts_reads_as_one(both: tuple[list[int], list[int]], data: st.DataObject) -> None:
    whole = both[0] + both[1]
    column = Column(np.array(both[0], "<u4"), np.array(both[1], "<u4"))
    assert len(column) == len(whole)
    assert column.all().tolist() == whole
    first = data.draw(st.integers(0, len(whole)))
    last = data.draw(st.integers(first, len(whole)))
    assert column.slice(first, last).tolist() == whole[first:last]
    if whole:
        rows = data.draw(st.lists(st.integers(0, len(whole) - 1)))
        for dtype in (np.int64, np.uint64, np.uint32):
            assert column.take(np.array(rows, dtype)).tolist() == [whole[r] for r in rows]
        assert [int(column[r]) for r in rows] == [whole[r] for r in rows]


@given(st.lists(st.integers(0, 30), max_size=8).map(sorted), st.integers(0, 8), st.integers(-2, 32))
def test_the_last_row_at_or_below_a_value_is_found(values: list[int], border: int, value: int) -> None:
    column = Column(np.array(values[:border], "<u8"), np.array(values[border:], "<u8"))
    assert column.search(value) == sum(v <= value for v in values) - 1


@given(
    st.lists(st.integers(1, 30), max_size=8).map(sorted),
    st.integers(0, 9),
    st.lists(st.integers(0, 32), max_size=9),
)
def test_many_rows_at_or_below_values_are_found_as_one_by_one(
    later: list[int], border: int, wanted: list[int]
) -> None:
    values = [0, *later]
    column = Column(np.array(values[:border], "<u8"), np.array(values[border:], "<u8"))
    found = column.search_many(np.array(wanted, "<u8"))
    assert found.tolist() == [column.search(value) for value in wanted]
