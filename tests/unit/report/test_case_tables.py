from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.casework.outputs import OWNED
from cointrail.errors import BadInput
from cointrail.report.case_tables import read_case, tables_of
from support.report_cases import case_bytes, case_tables


def test_tables_come_back_as_they_were_written() -> None:
    case = case_tables()
    assert [table.name for table in case.tables] == ["payments", "leads", "proceeds"]
    assert case.payments.column("value_sat") == ["15000", "29000"]
    assert case.leads.records(("exchange", "hand")) == [{"exchange": "Exa", "hand": "same_hand"}]


def test_the_apostrophe_that_keeps_a_cell_from_running_is_taken_off() -> None:
    case = case_tables(tagged={"exchange": "=cmd|x"})
    assert case.leads.column("tag_label") == ["=cmd|x"]


@pytest.mark.parametrize("name", [name for name in OWNED if name != "summary.json"])
def test_a_file_that_was_changed_since_the_run_is_refused(name: str) -> None:
    files = case_bytes()
    with pytest.raises(BadInput, match="is not as the case run wrote it"):
        tables_of({**files, name: files[name].replace(b"1", b"2", 1)})


def test_a_run_of_another_version_is_refused() -> None:
    files = case_bytes()
    basis = files["basis.json"].replace(b'"result_version":5', b'"result_version":4')
    with pytest.raises(BadInput, match="another version"):
        tables_of({**files, "basis.json": basis})


def test_a_folder_without_a_case_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"payments\.csv"):
        read_case(tmp_path)


def test_a_summary_that_is_not_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not JSON"):
        tables_of({**case_bytes(), "summary.json": b"{"})
    with pytest.raises(BadInput, match="not an object"):
        tables_of({**case_bytes(), "summary.json": b"[]"})
