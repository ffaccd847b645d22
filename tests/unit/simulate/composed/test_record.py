"""The truth files are written as the world grows."""

from pathlib import Path

import pytest

from cointrail.simulate.composed import record as records
from cointrail.simulate.composed.record import Record
from cointrail.simulate.keys import StandInKeys
from cointrail.simulate.locks import Kind, make_lock


def test_no_file_keeps_more_lines_in_memory_than_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(records, "_FLUSH_LINES", 10)
    with Record(tmp_path / "truth", 2018) as record:
        record.enter("somebody", "person", "")
        for n in range(100):
            lock = make_lock(StandInKeys("test"), Kind.P2PKH, str(n), "somebody", "receive")
            record.transaction("00" * 32, n, "payment", "somebody", 0, "")
            record.output("00" * 32, 0, "payment", lock, "somebody", 1, n)
            record.join("00" * 32, "in", [(0, "somebody")])
            record.movement("deposits", "00" * 32, 0, "exchange-0", "somebody", 1)
            assert max(map(len, record._lines.values())) <= 10
    assert len((tmp_path / "truth" / "outputs.csv").read_text().splitlines()) == 101
