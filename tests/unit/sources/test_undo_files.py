from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.network import get_network
from cointrail.chain.types import sha256d
from cointrail.errors import BadBlocks
from cointrail.sources import undo_files
from cointrail.sources.undo_files import UndoFile, UndoFiles
from support.blocks_writer import RANDOM_KEY, record, xored

REGTEST = get_network("regtest")
KEY = np.frombuffer(RANDOM_KEY, np.uint8)


def _payload(tx_count: int, salt: int = 0) -> bytes:
    """A payload for so many transactions, coinbase included; only its head is looked at here."""
    return encode_compact_size(tx_count - 1) + bytes((salt,)) * (tx_count % 7)


def _write(path: Path, records: list[tuple[bytes, bytes]]) -> Path:
    """(previous hash, payload) pairs."""
    data = b"".join(record(p + sha256d(before + p), len(p)) for before, p in records)
    path.write_bytes(xored(data, RANDOM_KEY))
    return path


def _before(n: int) -> bytes:
    return bytes((n % 256, n // 256)) * 16


def test_a_record_is_found_by_predecessor_and_number_of_transactions(tmp_path: Path) -> None:
    counts = [1, 2, 1, 300, 70_000, 2]
    path = _write(tmp_path / "rev00000.dat", [(_before(n), _payload(c, n)) for n, c in enumerate(counts)])
    file = UndoFile(path, KEY, REGTEST)
    assert len(file) == 6
    assert file.path == path
    for n in (3, 0, 5, 4, 1, 2, 2):
        assert file.find(_before(n), counts[n]) == _payload(counts[n], n)
        assert file.find_all(_before(n), counts[n]) == [_payload(counts[n], n)]
    assert file.find(_before(0), 2) is None
    assert file.find(_before(9), 1) is None
    assert file.find_all(_before(9), 1) == []


def test_siblings_with_as_many_transactions_share_their_candidates(tmp_path: Path) -> None:
    one, other = _payload(3, 1), _payload(3, 2)
    path = _write(tmp_path / "rev00000.dat", [(_before(1), one), (_before(1), other), (_before(1), one)])
    assert UndoFile(path, KEY, REGTEST).find_all(_before(1), 3) == [one, other]


def test_records_that_belong_to_no_block_are_told(tmp_path: Path) -> None:
    path = _write(tmp_path / "rev00000.dat", [(_before(n), _payload(2, n)) for n in range(5)])
    file = UndoFile(path, KEY, REGTEST)
    assert file.find_unmatched([(_before(n), 2) for n in range(5)]) is None
    assert file.find_unmatched([(_before(n), 2) for n in (4, 3, 1, 0)]) == 2
    assert file.find_unmatched([(_before(n), 2) for n in range(4)]) == 4
    assert file.find_unmatched([(_before(n), 3) for n in range(5)]) == 0
    assert file.offset(1) == file.offset(0) + len(_payload(2)) + 32 + 8


@pytest.mark.parametrize("tx_count", [1, 2])
def test_records_are_matched_in_time_that_grows_as_they_do(
    tmp_path: Path, tx_count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A node stores blocks nearly in the order of heights, and undo records in it."""
    heights = list(range(2000))
    for place in range(0, 2000, 7):
        heights[place], heights[place - 5] = heights[place - 5], heights[place]
    pairs = [(_before(n), b"\0" if tx_count == 1 else _payload(2, n % 256)) for n in range(2000)]
    file = UndoFile(_write(tmp_path / "rev00000.dat", pairs), KEY, REGTEST)
    hashed = []

    def counted(data: bytes) -> bytes:
        hashed.append(len(data))
        return sha256d(data)

    monkeypatch.setattr(undo_files, "sha256d", counted)
    assert file.find_unmatched([(_before(n), tx_count) for n in heights]) is None
    for n in range(2000):
        assert file.find(_before(n), tx_count) == pairs[n][1]
    for n in heights:
        assert file.find(_before(n), tx_count) == pairs[n][1]
    assert len(hashed) < 40 * 2000


def test_a_file_cut_short_is_refused_with_the_place(tmp_path: Path) -> None:
    path = _write(tmp_path / "rev00000.dat", [(_before(n), _payload(2, n)) for n in range(3)])
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(BadBlocks, match=f"`{path}` ends inside the undo record at offset 86"):
        UndoFile(path, KEY, REGTEST)


def test_what_fits_no_block_is_found_at_once_among_a_hundred_thousand_alike(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = xored(record(b"\0" + bytes(32), 1) * 100_000, RANDOM_KEY)
    (tmp_path / "rev00000.dat").write_bytes(data)
    file = UndoFile(tmp_path / "rev00000.dat", KEY, REGTEST)
    monkeypatch.setattr(UndoFile, "read", lambda *_: pytest.fail("a record was read"))
    assert file.find(_before(1), 1) is None
    assert file.find_all(_before(1), 1) == []


def test_only_the_file_with_the_blocks_number_is_asked(tmp_path: Path) -> None:
    payload = _payload(2)
    paths = {3: _write(tmp_path / "rev00003.dat", [(_before(1), payload)])}
    files = UndoFiles(paths, KEY, REGTEST)
    assert files.find(3, _before(1), 2) == payload
    assert files.find_all(3, _before(1), 2) == [payload]
    assert files.find(4, _before(1), 2) is None
    assert files.find_all(4, _before(1), 2) == []
    assert files.file(4) is None


@pytest.mark.parametrize("payload", [b"", b"\xfd\x01\x00"], ids=["empty", "not in its shortest form"])
def test_a_record_without_a_count_is_found_for_no_block(tmp_path: Path, payload: bytes) -> None:
    path = _write(tmp_path / "rev00000.dat", [(_before(1), payload)])
    file = UndoFile(path, KEY, REGTEST)
    assert [file.find(_before(1), count) for count in (0, 1, 2, 3)] == [None] * 4
    assert file.find_unmatched([(_before(1), count) for count in (0, 1, 2, 3)]) == 0
