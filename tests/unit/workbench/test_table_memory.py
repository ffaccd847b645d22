"""What a large table of a case takes while it is read, and while it is looked at."""

from __future__ import annotations

import json
import shutil
import tracemalloc
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from cointrail.workbench.case_folder import CaseFolder, Filter, How, Order
from support.demo_world import DemoFolder

ROWS = 15_000
READING = 5
"""Times the table as CSV; three to four were measured."""
BYTES_A_ROW = 256
"""Of a look: lists of rows that are held, and the numbers that they are sorted by; 140 were measured."""


@pytest.fixture(scope="module", name="folder")
def _folder(demo: DemoFolder, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's case, its payments repeated."""
    folder = tmp_path_factory.mktemp("wide") / "case"
    shutil.copytree(demo.path / "case", folder)
    head, *rows = (folder / "payments.csv").read_bytes().splitlines(keepends=True)
    table = b"".join((head, *(rows * (ROWS // len(rows) + 1))[:ROWS]))
    (folder / "payments.csv").write_bytes(table)
    summary = json.loads((folder / "summary.json").read_bytes())
    summary["files_sha256"]["payments.csv"] = sha256(table).hexdigest()
    (folder / "summary.json").write_text(json.dumps(summary))
    return folder


def peak_of(work: Callable[[], object]) -> int:
    """Bytes that work takes at most at a time."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_large_table_is_read_and_looked_at_in_bounded_memory(folder: Path) -> None:
    case = CaseFolder(folder)
    filters = [Filter("value_sat", How.AT_LEAST, "1"), Filter("time_utc", How.AT_LEAST, "2009-01-03")]
    order = [Order("value_sat", descending=True)]

    def look() -> None:
        assert case.part("payments", filters=filters, order=order).page.total == ROWS

    assert peak_of(look) < READING * (folder / "payments.csv").stat().st_size
    assert peak_of(look) < BYTES_A_ROW * ROWS
