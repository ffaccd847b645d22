"""Tables of a case, filtered and sorted: as plain Python does it, row by row."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.errors import BadInput, NotFound
from cointrail.workbench.case_folder import CaseFolder, Filter, How, Order
from support.demo_world import DemoFolder


@pytest.fixture(scope="module", name="folder")
def _folder(demo: DemoFolder) -> CaseFolder:
    return CaseFolder(demo.path / "case")


COLUMNS = ("value_sat", "time_utc", "address", "outcome", "height", "value")
NUMBERS = frozenset({"value_sat", "height", "value"})


@given(data=st.data())
def test_filters_let_through_what_plain_python_lets_through(
    demo: DemoFolder, folder: CaseFolder, data: st.DataObject
) -> None:
    rows = demo.payments()
    column = data.draw(st.sampled_from(COLUMNS))
    how = data.draw(
        st.sampled_from((How.IS, How.CONTAINS) if column in {"address", "outcome"} else tuple(How))
    )
    text = data.draw(st.sampled_from([row[column] for row in rows if row[column]]))

    def passes(cell: str) -> bool:
        if how is How.IS:
            return cell == text
        if how is How.CONTAINS:
            return text.casefold() in cell.casefold()
        if not cell:
            return False
        left, right = (Decimal(cell), Decimal(text)) if column in NUMBERS else (cell, text)
        return left >= right if how is How.AT_LEAST else left <= right  # type: ignore[operator]

    wanted = [row for row in rows if passes(row[column])]
    found = folder.part("payments", filters=[Filter(column, how, text)], limit=None)
    assert [dict(zip(rows[0], row, strict=True)) for row in found.rows] == wanted
    assert found.grouped_by == "class"
    assert {one.group: (one.rows, one.sums_sat) for one in found.sums} == {
        kind: (len(sats), {"value_sat": sum(sats)}) for kind, sats in by_class(wanted).items()
    }


def by_class(rows: list[dict[str, str]]) -> dict[str, list[int]]:
    """The value of each row, by class."""
    kinds: dict[str, list[int]] = {}
    for row in rows:
        kinds.setdefault(row["class"], []).append(int(row["value_sat"]))
    return kinds


def test_proceeds_that_came_back_are_not_added_to_those_that_left(
    demo: DemoFolder, folder: CaseFolder
) -> None:
    told = {one.group: one for one in folder.part("proceeds", limit=1).sums}
    summary = folder.summary["proceeds"]
    assert len(told) > 1
    assert sum(one.rows for one in told.values()) == len(demo.rows("proceeds"))
    for group, one in told.items():
        assert set(one.sums_sat.values()) == {int(summary[group]["value_sat"])}


@given(column=st.sampled_from(COLUMNS), descending=st.booleans())
def test_rows_are_sorted_with_empty_cells_last(
    demo: DemoFolder, folder: CaseFolder, column: str, *, descending: bool
) -> None:
    found = folder.part("payments", order=[Order(column, descending)], limit=None)
    place = [one.name for one in found.columns].index(column)
    cells = [row[place] for row in found.rows]
    there = [cell for cell in cells if cell]
    keys = [Decimal(cell) for cell in there] if column in NUMBERS else there
    assert cells == there + [""] * (len(cells) - len(there))
    assert keys == sorted(keys, reverse=descending)
    assert sorted(found.rows) == sorted(tuple(row.values()) for row in demo.payments())


def test_a_table_saved_as_csv_holds_every_row_that_passes(folder: CaseFolder) -> None:
    filters = [Filter("outcome", How.CONTAINS, "lead")]
    saved = list(csv.reader(io.StringIO(folder.csv("payments", filters=filters).decode(), newline="")))
    assert [tuple(row) for row in saved[1:]] == list(
        folder.part("payments", filters=filters, limit=None).rows
    )


@pytest.mark.parametrize(
    "one",
    [
        Filter("no_such", How.IS, "1"),
        Filter("value_sat", How.AT_LEAST, "much"),
        Filter("time_utc", How.AT_MOST, "yesterday"),
        Filter("address", How.AT_LEAST, "1"),
        Filter("value_sat", How.AT_MOST, "NaN"),
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(folder: CaseFolder, one: Filter) -> None:
    with pytest.raises(BadInput):
        folder.part("payments", filters=[one])


def test_a_table_that_is_not_there_is_named(folder: CaseFolder) -> None:
    with pytest.raises(NotFound, match="no table `others`"):
        folder.part("others")
