from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from cointrail.chain.network import get_network
from cointrail.errors import StoreCorrupt, StoreError, WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.columns import column_path
from cointrail.store.doctor import examine
from cointrail.store.findings import MOST_FINDINGS
from cointrail.store.ingest import ingest
from cointrail.store.live_txs import LiveTxs
from cointrail.store.manifest import settled_folder
from cointrail.store.schema import BY_KEY, NOT_YET
from support.blocks_writer import write_files
from support.kernel_chain import Branch, random_branch
from support.store_files import every_file, scratch

PLACES = {0.0: 0x01, 0.53: 0x10, 1.0: 0x80}
"""Where in a file a bit is turned, and which."""


@cache
def _branch() -> Branch:
    return random_branch(101, 210, busy=105)


@pytest.fixture(name="folder", scope="module")
def store_and_blocks() -> Iterator[Path]:
    with scratch() as folder:
        write_files(folder / "blocks", [_branch().stored])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source)
        yield folder


def _store_files() -> list[str]:
    with scratch() as folder:
        write_files(folder / "blocks", [_branch().stored])
        with BlocksDirectory(folder / "blocks") as source:
            ingest(folder / "store", source)
        files = [p for p in sorted((folder / "store").rglob("*")) if p.is_file() and p.stat().st_size]
        return [str(p.relative_to(folder / "store")) for p in files if p.suffix != ".json"]


def _findings(folder: Path) -> tuple[str, ...]:
    with BlocksDirectory(folder / "blocks") as source:
        return examine(folder / "store", source).findings


def test_a_sound_store_has_no_findings_and_everything_was_compared(folder: Path) -> None:
    with BlocksDirectory(folder / "blocks") as source:
        report = examine(folder / "store", source)
    assert report.findings == ()
    blocks = _branch().blocks
    assert report.blocks == len(blocks)
    assert report.inputs == report.inputs_with_undo == sum(len(row) for b in blocks for row in b.spent)


@pytest.mark.parametrize("name", _store_files())
def test_a_turned_bit_in_any_file_is_found(folder: Path, name: str) -> None:
    path = folder / "store" / name
    data = path.read_bytes()
    try:
        for place, bit in PLACES.items():
            at = int(place * (len(data) - 1))
            path.write_bytes(data[:at] + bytes((data[at] ^ bit,)) + data[at + 1 :])
            try:
                findings = _findings(folder)
            except StoreCorrupt:
                continue
            assert findings, f"bit {bit} of byte {at} of {len(data)}"
    finally:
        path.write_bytes(data)


def _column_file(folder: Path, key: str) -> Path:
    return column_path(settled_folder(folder / "store", 1), BY_KEY[key])


def _column(folder: Path, key: str) -> npt.NDArray[Any]:
    """A settled column's values, to be changed and written back with `tofile`."""
    return np.fromfile(_column_file(folder, key), BY_KEY[key].dtype)


@pytest.fixture(name="copy")
def copied(folder: Path, tmp_path: Path) -> Path:
    return shutil.copytree(folder, tmp_path / "copy")


def _changed(copy: Path, key: str, row: int, value: int) -> str:
    """All findings, as one text, when a settled value is another."""
    values = _column(copy, key)
    values[row] = value
    values.tofile(_column_file(copy, key))
    return "\n".join(_findings(copy))


@pytest.mark.parametrize(
    ("key", "row", "value", "text"),
    [
        ("outputs.value", 7, 1, ":0: its value differs"),
        ("outputs.script", 7, 0, ":0: its script differs"),
        ("txs.block", 9, 8, "txs.block differs from the block"),
        ("txs.fee", 9, 5, "txs.fee is not what its inputs leave over"),
        ("txs.weight", 9, 5, "txs.weight differs from the block"),
        ("inputs.sequence", 2, 5, "input number 2: inputs.sequence differs from the block"),
        ("inputs.marks", 2, 0xFFFF, "input number 2: inputs.marks differs from the block"),
        ("inputs.output", 2, 0, "input number 2 spends"),
        ("outputs.script", 7, 2**31, "column `outputs.script` leads to rows of `scripts` that do not exist"),
        ("scripts.end", 3, 0, "column `scripts.end` goes down"),
        ("scripts.end", 3, 2**40, "column `scripts.end` leads beyond the end of `script_bytes`"),
        ("txs.block", 0, 1, "column `txs.block` does not begin with 0"),
        ("blocks.first_tx", 5, 4, "column `blocks.first_tx` does not rise"),
    ],
)
def test_findings_name_the_place(copy: Path, key: str, row: int, value: int, text: str) -> None:
    assert text in _changed(copy, key, row, value)


def test_a_lost_mark_of_a_spend_is_found(copy: Path) -> None:
    marks = _column(copy, "outputs.spent_by")
    row = int(np.flatnonzero(marks != NOT_YET)[0])
    assert "is spent, the store says otherwise" in _changed(copy, "outputs.spent_by", row, int(NOT_YET))


def test_a_mark_that_no_run_can_have_left_is_found(copy: Path) -> None:
    row = int(np.flatnonzero(_column(copy, "outputs.spent_by") == NOT_YET)[0])
    text = _changed(copy, "outputs.spent_by", row, int(NOT_YET) - 1)
    assert "is marked as spent by no input there can be" in text


def test_a_mark_ahead_of_the_tip_is_as_good_as_none(copy: Path) -> None:
    row = int(np.flatnonzero(_column(copy, "outputs.spent_by") == NOT_YET)[0])
    assert _changed(copy, "outputs.spent_by", row, 1_000_000) == ""


def test_many_findings_are_counted(copy: Path) -> None:
    values = _column(copy, "txs.locktime")
    values[:] = 77
    values.tofile(_column_file(copy, "txs.locktime"))
    findings = _findings(copy)
    assert len(findings) == MOST_FINDINGS + 1
    assert findings[-1].startswith("and ")


def test_another_digest_in_the_manifest_is_found(copy: Path) -> None:
    path = copy / "store" / "manifest.json"
    raw = json.loads(path.read_text())
    raw["digest"] = "00" * 32
    path.write_text(json.dumps(raw))
    (finding,) = _findings(copy)
    assert finding.endswith(f"the manifest says {'00' * 32}")


def test_a_store_of_another_branch_is_told_by_the_first_block_that_differs(copy: Path) -> None:
    other = _branch().fork(205, b"other")
    other.mine_empty(6)
    write_files(copy / "blocks", [other.stored])
    findings = _findings(copy)
    assert findings == (
        f"block {_branch().blocks[206].hash} at height 206 is not on the chain of the blocks directory",
    )


def test_blocks_that_end_below_the_store_are_told(copy: Path) -> None:
    with BlocksDirectory(copy / "blocks", to=150) as source:
        report = examine(copy / "store", source)
    assert report.blocks == 151
    assert report.findings == (
        f"block {_branch().blocks[151].hash} at height 151 is not on the chain of the blocks directory",
    )


def test_without_undo_data_inputs_are_compared_once(folder: Path) -> None:
    with BlocksDirectory(folder / "blocks", undo=False) as source:
        report = examine(folder / "store", source)
    assert report.findings == ()
    assert report.inputs > report.inputs_with_undo == 0


@pytest.mark.parametrize("memory", [1, 3000])
def test_an_examination_finds_the_same_where_its_table_gets_full(
    copy: Path, memory: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, sound = _column_file(copy, "inputs.output"), _column(copy, "inputs.output")
    damaged = sound.copy()
    damaged[[0, len(sound) // 2, -1]] += 1
    for values in (sound, damaged):
        values.tofile(path)
        wanted = _findings(copy)
        assert bool(wanted) == (values is damaged)
        with monkeypatch.context() as patch:
            patch.setattr("cointrail.store.compare.LiveTxs", partial(LiveTxs, capacity=2))
            patch.setattr("cointrail.store.doctor.default_memory", lambda: memory)
            assert _findings(copy) == wanted


def test_progress_ends_with_all_bytes(folder: Path) -> None:
    seen: list[tuple[str, int, int, int]] = []

    def progress(stage: str, done: int, total: int, txs: int) -> None:
        seen.append((stage, done, total, txs))

    with BlocksDirectory(folder / "blocks") as source:
        report = examine(folder / "store", source, progress=progress)
    size = sum(len(b.raw) for b in _branch().blocks)
    assert seen[-1] == ("compare", size, size, report.txs)


def test_the_doctor_changes_nothing(folder: Path) -> None:
    before = every_file(folder / "store")
    _findings(folder)
    assert every_file(folder / "store") == before


def test_blocks_of_another_network_and_places_without_a_store_are_refused(
    folder: Path, tmp_path: Path
) -> None:
    with BlocksDirectory(folder / "blocks") as source:
        with pytest.raises(StoreError, match="holds no chain"):
            examine(tmp_path, source)
        source.network = get_network("mainnet")
        with pytest.raises(WrongNetwork, match=r"holds regtest, .* holds mainnet"):
            examine(folder / "store", source)
