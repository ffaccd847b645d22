"""Arrow tables over the store: the same bytes, no copy, every column of the schema."""

from __future__ import annotations

import pyarrow as pa
import pytest

from cointrail.analytics import tables
from cointrail.analytics.derived import INSTEAD
from cointrail.analytics.tables import ASKED, arrow_table, columns_of, number_name
from cointrail.store.schema import COLUMNS, TABLES
from support.query_stores import Asked


def test_a_column_is_the_mapped_bytes_themselves(there: Asked) -> None:
    for table in ASKED:
        made = arrow_table(there.snapshot, table)
        for spec in columns_of(table):
            if spec.key in INSTEAD:
                continue
            column = there.snapshot.column(spec.key)
            chunks = made.column(spec.name).chunks
            addresses = [chunk.buffers()[1].address for chunk in chunks]
            assert addresses == [part.ctypes.data for part in (column.settled, column.recent)]
            assert [len(chunk) for chunk in chunks] == [len(column.settled), len(column.recent)]


def test_every_stored_column_is_in_a_table() -> None:
    kept = {(table, spec.name) for table in ASKED for spec in columns_of(table)}
    assert kept | {("script_bytes", "data")} == {(spec.table, spec.name) for spec in COLUMNS}
    assert {*ASKED, "script_bytes"} == set(TABLES)


def test_no_column_has_the_name_of_the_row_number() -> None:
    assert [table for table in ASKED if number_name(table) in {spec.name for spec in columns_of(table)}] == []


@pytest.mark.parametrize("step", [1, 7, 1 << 20])
def test_base_and_place_add_up_to_the_row_number(
    there: Asked, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(tables, "STEP", step)
    made = arrow_table(there.snapshot, "outputs")
    bases = [value for chunk in made.column("base").chunks for value in chunk.to_pylist()]
    places = made.column("place").to_pylist()
    rows = [base + place for base, place in zip(bases, places, strict=True)]
    assert rows == list(range(there.snapshot.n_outputs))


def test_numbers_of_a_long_table_take_no_room_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "STEP", 1000)
    before = pa.total_allocated_bytes()
    base, place = tables._numbers(50_000_000)
    assert len(base) == len(place) == 50_000_000
    assert pa.total_allocated_bytes() - before < 50_000_000
