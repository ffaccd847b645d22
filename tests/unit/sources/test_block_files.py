from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.network import NETWORKS, get_network
from cointrail.errors import BadBlocks, WrongNetwork
from cointrail.sources import block_files
from cointrail.sources.block_files import (
    blocks_directory,
    detect_network,
    find_files,
    read_key,
    read_only_map,
    scan_file,
)
from support.blocks_writer import RANDOM_KEY, REGTEST_MAGIC, record, xored

REGTEST = get_network("regtest")
PLAIN = np.zeros(8, np.uint8)
KEY = np.frombuffer(RANDOM_KEY, np.uint8)


def _file(folder: Path, data: bytes, key: bytes = bytes(8), tail: bytes = b"") -> Path:
    path = folder / "blk00000.dat"
    path.write_bytes(xored(data, key) + tail)
    return path


def _payloads(path: Path, key: np.ndarray[tuple[int], np.dtype[np.uint8]] = PLAIN) -> list[bytes]:
    scan = scan_file(path, key, REGTEST, 0)
    plain = xored(path.read_bytes(), key.tobytes())
    assert scan.cut_at is None
    return [plain[a : a + n] for a, n in zip(scan.starts, scan.sizes, strict=True)]


SOME = [b"first", b"", b"third" * 100]
RECORDS = b"".join(record(p, len(p)) for p in SOME)


@pytest.mark.parametrize(
    ("key", "tail"),
    [
        (bytes(8), b""),
        (bytes(8), bytes(50)),
        (RANDOM_KEY, b""),
        (RANDOM_KEY, bytes(50)),
        (RANDOM_KEY, xored(bytes(50), RANDOM_KEY, len(RECORDS))),
        (bytes(8), bytes(3)),
        (RANDOM_KEY, bytes(3)),
    ],
    ids=["plain", "plain tail", "xored", "zero tail", "xored tail", "short tail", "short zero tail"],
)
def test_records_are_found_before_an_empty_tail(tmp_path: Path, key: bytes, tail: bytes) -> None:
    path = _file(tmp_path, RECORDS, key, tail)
    assert _payloads(path, np.frombuffer(key, np.uint8)) == SOME


def test_an_empty_file_has_no_records(tmp_path: Path) -> None:
    assert _payloads(_file(tmp_path, b"")) == []
    assert len(read_only_map(_file(tmp_path, b""))) == 0


def test_a_file_may_hold_more_records_than_fit_one_round(tmp_path: Path) -> None:
    path = _file(tmp_path, b"".join(record(bytes((n % 251,)), 1) for n in range(9000)))
    assert _payloads(path) == [bytes((n % 251,)) for n in range(9000)]


@pytest.mark.parametrize("cut", [1, 5, len(record(b"", 0)) + 1])
def test_a_record_cut_short_is_said_with_its_place(tmp_path: Path, cut: int) -> None:
    scan = scan_file(_file(tmp_path, RECORDS[:-cut]), PLAIN, REGTEST, 0)
    assert scan.cut_at == RECORDS.rindex(REGTEST_MAGIC)
    assert scan.sizes.tolist() == [len(p) for p in SOME[:-1]]


@pytest.mark.parametrize("size", [1, 4, 7])
def test_a_head_cut_short_is_said_too(tmp_path: Path, size: int) -> None:
    path = _file(tmp_path, RECORDS + record(b"x", 1)[:size])
    scan = scan_file(path, PLAIN, REGTEST, 0)
    assert scan.cut_at == len(RECORDS)


@given(st.binary(max_size=40), st.integers(0, 40), st.integers(0, 90), st.integers(1, 30))
def test_the_end_of_what_is_written_is_found_piece_by_piece(
    written: bytes, zeros: int, start: int, looked_at: int
) -> None:
    data = written + bytes(zeros)
    start = min(start, len(data))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(block_files, "LOOKED_AT", looked_at)
        end = block_files._written_to(np.frombuffer(data, np.uint8), start)
    assert end == start + len(data[start:].rstrip(b"\0"))


def test_a_checksum_behind_each_record_belongs_to_it(tmp_path: Path) -> None:
    data = b"".join(record(p + bytes(32), len(p)) for p in SOME)
    scan = scan_file(_file(tmp_path, data), PLAIN, REGTEST, 32)
    assert scan.sizes.tolist() == [len(p) for p in SOME]
    cut = scan_file(_file(tmp_path, data[:-1]), PLAIN, REGTEST, 32)
    assert cut.cut_at == len(data) - len(SOME[-1]) - 40


@pytest.mark.parametrize("after", [b"garbage!", bytes(20) + b"x", REGTEST_MAGIC[:3] + b"\0" * 9])
def test_other_bytes_are_an_error_that_names_the_place(tmp_path: Path, after: bytes) -> None:
    path = _file(tmp_path, RECORDS + after)
    with pytest.raises(BadBlocks) as refused:
        scan_file(path, PLAIN, REGTEST, 0)
    assert str(refused.value).startswith(f"`{path}`, offset {len(RECORDS)}: ")
    assert refused.value.facts["offset"] == len(RECORDS)


def test_the_directory_is_the_one_given_or_the_blocks_folder_in_it(tmp_path: Path) -> None:
    (tmp_path / "blocks").mkdir()
    with pytest.raises(BadBlocks, match=r"holds no blk\*\.dat file"):
        blocks_directory(tmp_path)
    _file(tmp_path / "blocks", b"")
    assert blocks_directory(tmp_path) == tmp_path / "blocks"
    assert blocks_directory(tmp_path / "blocks") == tmp_path / "blocks"


@pytest.mark.parametrize("kind", ["missing", "file"])
def test_what_is_no_directory_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "thing"
    if kind == "file":
        path.write_bytes(b"x")
    with pytest.raises(BadBlocks, match="is not a directory"):
        blocks_directory(path)


def test_only_files_with_cores_names_count(tmp_path: Path) -> None:
    for name in [
        "blk00000.dat",
        "blk00002.dat",
        "blk100000.dat",
        "blk1.dat",
        "blk000001.dat",
        "blk99999999999999999999.dat",
        "blk\u0661\u0661\u0661\u0661\u0661.dat",
        "blk00003.dat.bak",
        "rev00000.dat",
    ]:
        (tmp_path / name).write_bytes(b"")
    (tmp_path / "blk00004.dat").mkdir()
    assert sorted(find_files(tmp_path, "blk")) == [0, 2, 100_000]
    assert sorted(find_files(tmp_path, "rev")) == [0]


def test_without_xor_dat_files_are_plain(tmp_path: Path) -> None:
    assert not read_key(tmp_path).any()


def test_an_xor_dat_that_is_no_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "xor.dat").mkdir()
    with pytest.raises(BadBlocks, match=r"xor\.dat` has 0 bytes, not 8"):
        read_key(tmp_path)


def test_a_huge_xor_dat_is_refused_without_being_read(tmp_path: Path) -> None:
    with (tmp_path / "xor.dat").open("wb") as file:
        file.truncate(1 << 40)
    with pytest.raises(BadBlocks, match=r"xor\.dat` has 1099511627776 bytes, not 8"):
        read_key(tmp_path)


@pytest.mark.parametrize("size", [0, 7, 9, 64])
def test_an_xor_dat_of_another_size_is_refused(tmp_path: Path, size: int) -> None:
    (tmp_path / "xor.dat").write_bytes(bytes(size))
    with pytest.raises(BadBlocks, match=f"xor.dat` has {size} bytes, not 8"):
        read_key(tmp_path)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_first_magic_tells_the_network(tmp_path: Path, name: str) -> None:
    path = _file(tmp_path, record(b"x", 1, get_network(name).magic), RANDOM_KEY)
    assert detect_network(path, KEY, None).name == name
    with pytest.raises(BadBlocks, match="is the magic of no known network"):
        detect_network(path, PLAIN, None)
    other = get_network("signet" if name != "signet" else "regtest")
    with pytest.raises(WrongNetwork, match=f"holds blocks of {name}, not of {other.name}"):
        detect_network(path, KEY, other)


@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_first_file_without_a_magic_is_of_no_network(tmp_path: Path, size: int) -> None:
    with pytest.raises(BadBlocks, match="is the magic of no known network"):
        detect_network(_file(tmp_path, bytes(size)), PLAIN, None)
