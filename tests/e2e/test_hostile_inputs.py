from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from cointrail.chain.network import get_network
from cointrail.errors import (
    BadBlocks,
    CointrailError,
    IncompleteBlocks,
    StoreCorrupt,
    WrongNetwork,
)
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from support import real_chains
from support.blocks_writer import RANDOM_KEY, Layout, Stored, write_files, xored
from support.kernel_chain import Branch, random_branch
from support.store_files import said, scratch

TIP = 116
LAYOUT = Layout(key=RANDOM_KEY, tail=600)


@cache
def _branch() -> Branch:
    return random_branch(91, TIP, busy=14, txs=4)


@cache
def _digest() -> str:
    with scratch() as folder:
        write_files(folder / "blocks", [_branch().stored], LAYOUT)
        return _run(folder / "blocks", folder / "store")


def _run(blocks: Path, store: Path, network: str | None = None) -> str:
    with BlocksDirectory(blocks, network=get_network(network) if network else None) as source:
        return ingest(store, source).manifest.digest


def _outcome(blocks: Path, store: Path) -> str:
    """What became of an ingest: `same`, `shorter`, or the message of its error."""
    shutil.rmtree(store, ignore_errors=True)
    try:
        with BlocksDirectory(blocks) as source:
            report = ingest(store, source)
    except CointrailError as error:
        assert not (store / "manifest.json").exists(), "an error left a store"
        return _clear(error, blocks)
    if report.manifest.digest == _digest():
        return "same"
    assert report.manifest.height < TIP, "a damaged directory gave another chain of full length"
    assert report.notes, "the chain is shorter and nothing said so"
    assert report.manifest.tip == str(_branch().blocks[report.manifest.height].hash)
    return "shorter"


def _clear(error: CointrailError, blocks: Path) -> str:
    text = str(error)
    assert isinstance(error, BadBlocks)
    assert ".dat" in text or str(blocks) in text, f"no file is named: {text}"
    assert error.hint
    return text


def _flips(size: int, step: int) -> Iterator[tuple[int, int]]:
    """(offset, bit) all over a file."""
    for n, offset in enumerate(range(0, size, step)):
        yield offset, 1 << (n * 5 + offset) % 8


def _flipped(path: Path, offset: int, bit: int) -> Callable[[], None]:
    """Turn one bit of a file; what it returns turns it back."""
    data = path.read_bytes()
    path.write_bytes(data[:offset] + bytes((data[offset] ^ bit,)) + data[offset + 1 :])

    def back() -> None:
        path.write_bytes(data)

    return back


@pytest.mark.parametrize(("name", "flips"), [("blk00000.dat", 160), ("rev00000.dat", 90), ("xor.dat", 8)])
def test_a_turned_bit_is_refused_or_changes_nothing_or_is_said(name: str, flips: int) -> None:
    _digest()
    seen: dict[str, int] = {}
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored], LAYOUT)
        path = blocks / name
        size = path.stat().st_size
        tip = size - LAYOUT.tail - len(_branch().blocks[-1].raw)
        for offset, bit in _flips(size, max(1, size // flips)):
            if name == "blk00000.dat" and tip <= offset < tip + 80:
                continue  # on regtest half of all hashes have enough work: such a header is as good as any
            back = _flipped(path, offset, bit)
            outcome = _outcome(blocks, folder / "store")
            seen[outcome if outcome in {"same", "shorter"} else "error"] = seen.get(outcome, 0) + 1
            back()
        assert _outcome(blocks, folder / "store") == "same"
    assert set(seen) <= {"error", "same", "shorter"}
    assert "error" in seen


@pytest.mark.parametrize(("name", "cuts"), [("blk00000.dat", 40), ("rev00000.dat", 40)])
def test_a_file_cut_short_is_refused_or_said(name: str, cuts: int) -> None:
    _digest()
    with scratch() as folder:
        blocks = write_files(folder / "blocks", [_branch().stored], Layout(key=RANDOM_KEY))
        path = blocks / name
        data = path.read_bytes()
        for keep in range(0, len(data), len(data) // cuts):
            path.write_bytes(data[:keep])
            assert _outcome(blocks, folder / "store") != "same"
        path.write_bytes(data)
        assert _outcome(blocks, folder / "store") == "same"


def test_every_bit_of_the_work_of_a_real_tip_counts(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path, tmp_path: Path
) -> None:
    """With real work no header can be changed unseen, the last one neither."""
    blocks = shutil.copytree(real_chains.mainnet(tmp_path_factory, real_data), tmp_path / "blocks")
    path = blocks / "blk00000.dat"
    with BlocksDirectory(blocks) as source:
        start = int(source.chain.blocks.starts[-1])
    for offset in range(start, start + 80, 6):
        back = _flipped(path, offset, 1 << offset % 8)
        with pytest.raises(BadBlocks, match=r"blk00000\.dat, offset \d+: .* lacks blocks|blk00000\.dat"):
            BlocksDirectory(blocks)
        back()


# -- directories


def _refused(blocks: Path, kind: type[CointrailError], text: str, network: str = "regtest") -> CointrailError:
    """A store of earlier blocks stays as it is when `blocks` is refused with this text."""
    with scratch() as folder:
        write_files(folder / "good", [_branch().stored])
        with BlocksDirectory(folder / "good", to=105) as source:
            ingest(folder / "store", source)
        before = said(folder / "store")
        with pytest.raises(kind) as refused:
            _run(blocks, folder / "store", network)
        assert text in str(refused.value)
        assert refused.value.hint
        assert said(folder / "store") == before
    return refused.value


def test_another_network_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    error = _refused(tmp_path, WrongNetwork, "not of mainnet", network="mainnet")
    assert "blk00000.dat" in str(error)


def test_a_store_of_another_network_is_refused(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path
) -> None:
    blocks = real_chains.mainnet(tmp_path_factory, real_data)
    _refused(blocks, WrongNetwork, f"holds regtest, `{blocks}` holds mainnet", "mainnet")


@pytest.mark.parametrize("kind", ["missing", "a file", "empty", "only rev files"])
def test_a_place_without_blocks_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "there"
    if kind == "a file":
        path.write_bytes(b"blocks")
    elif kind != "missing":
        path.mkdir()
    if kind == "only rev files":
        (path / "rev00000.dat").write_bytes(b"")
    wanted = "holds no blk*.dat file" if kind in {"empty", "only rev files"} else "is not a directory"
    error = _refused(path, BadBlocks, wanted)
    assert str(path) in str(error)


def test_blocks_without_undo_data_are_refused_unless_asked_for(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    (tmp_path / "rev00000.dat").unlink()
    error = _refused(tmp_path, BadBlocks, "holds no rev*.dat file")
    assert "--without-undo" in (error.hint or "")


def test_files_that_hold_something_else_are_refused(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    (tmp_path / "blk00000.dat").write_bytes(b"\x89PNG\r\n\x1a\n" * 100)
    _refused(tmp_path, BadBlocks, "is the magic of no known network")
    (tmp_path / "blk00000.dat").write_bytes(bytes(5000))
    _refused(tmp_path, BadBlocks, "blk00000.dat")


@pytest.mark.parametrize("key", [b"", b"1234567", bytes(64)])
def test_an_xor_key_of_another_size_is_refused(tmp_path: Path, key: bytes) -> None:
    write_files(tmp_path, [_branch().stored], Layout(key=RANDOM_KEY))
    (tmp_path / "xor.dat").write_bytes(key)
    _refused(tmp_path, BadBlocks, f"xor.dat` has {len(key)} bytes, not 8")


def test_an_xor_key_of_another_node_is_refused(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored], Layout(key=RANDOM_KEY))
    (tmp_path / "xor.dat").write_bytes(b"8 others")
    _refused(tmp_path, BadBlocks, "is the magic of no known network")


def _in_three_files(folder: Path) -> None:
    blocks = _branch().stored
    write_files(folder, [blocks[:40], blocks[40:80], blocks[80:]])


@pytest.mark.parametrize(("gone", "first", "last"), [(0, 0, 39), (1, 40, 79)], ids=["pruned", "a gap"])
def test_a_missing_file_is_told_by_the_heights_that_are_missing(
    tmp_path: Path, gone: int, first: int, last: int
) -> None:
    _in_three_files(tmp_path)
    (tmp_path / f"blk{gone:05}.dat").unlink()
    (tmp_path / f"rev{gone:05}.dat").unlink()
    error = _refused(tmp_path, IncompleteBlocks, f"lacks the blocks of heights {first} to {last}")
    assert (error.facts["first_missing"], error.facts["last_missing"]) == (first, last)


def test_below_the_gap_a_directory_can_be_used(tmp_path: Path) -> None:
    _in_three_files(tmp_path)
    (tmp_path / "blk00001.dat").unlink()
    with BlocksDirectory(tmp_path, to=39) as source:
        assert len(source.chain) == 40


def test_a_missing_rev_file_is_told(tmp_path: Path) -> None:
    _in_three_files(tmp_path)
    (tmp_path / "rev00001.dat").unlink()
    _refused(tmp_path, BadBlocks, "rev00001.dat")


def test_a_missing_last_file_is_a_shorter_chain(tmp_path: Path) -> None:
    """Nothing shows that it is missing: the directory is that of a node that has less blocks."""
    _in_three_files(tmp_path)
    (tmp_path / "blk00002.dat").unlink()
    with BlocksDirectory(tmp_path) as source:
        assert len(source.chain) == 80


def test_a_block_whose_transactions_were_changed_is_refused(tmp_path: Path) -> None:
    blocks = _branch().stored
    raw = bytearray(blocks[110].block)
    raw[-20] ^= 1
    write_files(tmp_path, [[*blocks[:110], Stored(bytes(raw), blocks[110].undo), *blocks[111:]]])
    error = _refused(tmp_path, BadBlocks, "blk00000.dat, offset")
    assert error.facts["height"] == 110


def test_an_undo_record_that_says_otherwise_is_refused_with_the_input(tmp_path: Path) -> None:
    """Its checksum fits, so it was written like that: the node's data contradicts itself."""
    blocks = _branch().stored
    spending = next(n for n in range(105, TIP) if len(_branch().blocks[n].spent) > 0)
    undo = bytearray(blocks[spending].undo or b"")
    undo[-1] ^= 1
    forged = Stored(blocks[spending].block, bytes(undo))
    write_files(tmp_path, [[*blocks[:spending], forged, *blocks[spending + 1 :]]])
    error = _refused(tmp_path, StoreCorrupt, f"block at height {spending}, input ")
    assert "the node's undo record has another value or script" in str(error)


def test_errors_have_no_control_characters_from_the_files(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    (tmp_path / "blk00000.dat").write_bytes(xored(b"\x1b[31m" * 50, bytes(8)))
    error = _refused(tmp_path, BadBlocks, "is the magic of no known network")
    assert json.dumps(str(error)).count("\\u001b") == 0
