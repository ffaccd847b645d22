from __future__ import annotations

import errno
import os
import random
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from cointrail.errors import BadBlocks, IncompleteBlocks
from cointrail.sources import open_files
from cointrail.sources.blocks_dir import BlocksDirectory
from support.blocks_writer import RANDOM_KEY, Layout, Stored, write_files
from support.io_errors import failing
from support.kernel_chain import Branch, random_branch


@cache
def _branch() -> Branch:
    return random_branch(81, 115, busy=12)


def _hashes(folder: Path, *, undo: bool = True) -> list[bytes]:
    with BlocksDirectory(folder, undo=undo) as source:
        assert source.notes == ()
        return [source.chain.hash(h).raw for h in range(len(source.chain))]


WANTED = [b.hash.raw for b in _branch().blocks]


@pytest.mark.parametrize("seed", range(6))
def test_the_chain_is_found_over_files_in_any_order_and_layout(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    first, *rest = _branch().stored
    blocks = [first, *rng.sample(rest, len(rest))]
    edges = sorted(rng.sample(range(1, len(blocks)), rng.randint(1, 6)))
    files = [blocks[a:b] for a, b in zip([0, *edges], [*edges, len(blocks)], strict=True)]
    layout = Layout(
        key=[None, bytes(8), RANDOM_KEY][seed % 3],
        tail=rng.choice([0, 3, 999]),
        raw_tail=rng.random() < 0.5,
        reverse_undo=rng.random() < 0.5,
    )
    assert _hashes(write_files(tmp_path, files, layout)) == WANTED
    assert (tmp_path / "xor.dat").exists() == (layout.key is not None)


def test_blocks_are_read_back_as_they_were_written(tmp_path: Path) -> None:
    blocks = _branch().stored
    write_files(tmp_path, [blocks[:40], blocks[40:]], Layout(key=RANDOM_KEY, tail=77))
    with BlocksDirectory(tmp_path) as source:
        for height, stored in enumerate(blocks):
            assert source.raw_block(height) == stored.block
            assert source.undo(height) == (() if stored.undo is None else (stored.undo,))
        buffer = np.zeros(100_000, np.uint8)
        starts = source.read_blocks(35, 45, buffer)
        wanted = b"".join(s.block for s in blocks[35:45])
        assert buffer[: len(wanted)].tobytes() == wanted
        assert starts.tolist() == [sum(len(s.block) for s in blocks[35:k]) for k in range(35, 45)]


def test_what_is_expected_is_asked_of_the_system_once_for_each_run_of_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks = _branch().stored
    write_files(tmp_path, [blocks[:40], blocks[40:]])
    asked: list[tuple[str, int, int]] = []
    monkeypatch.setattr(
        os,
        "posix_fadvise",
        lambda file, start, size, _: asked.append(
            (Path(f"/proc/self/fd/{file}").readlink().name, start, size)
        ),
    )
    with BlocksDirectory(tmp_path) as source:
        source.expect(35, 45)
        source.expect(45, 50)
        stored = source.chain.blocks
        first, second = int(stored.starts[35]), int(stored.starts[40])
        ends = (stored.starts + stored.sizes).tolist()
    assert asked == [
        ("blk00000.dat", first, ends[39] - first),
        ("blk00001.dat", second, ends[44] - second),
        ("rev00000.dat", 0, 0),
        ("rev00001.dat", 0, 0),
        ("blk00001.dat", int(stored.starts[45]), ends[49] - int(stored.starts[45])),
    ]


def test_a_file_that_is_gone_when_it_is_expected_is_one_clear_error(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    with BlocksDirectory(tmp_path) as source:
        source.close()
        (tmp_path / "blk00000.dat").unlink()
        with pytest.raises(BadBlocks, match=r"blk00000\.dat` cannot be read"):
            source.expect(5, 9)


def test_without_undo_the_rev_files_are_not_looked_at(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    (tmp_path / "rev00000.dat").write_bytes(b"anything")
    assert _hashes(tmp_path, undo=False) == WANTED
    with BlocksDirectory(tmp_path, undo=False) as source:
        assert not source.has_undo
        assert source.undo(5) == ()


def test_heights_above_the_wanted_one_are_left_out(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    with BlocksDirectory(tmp_path, to=50) as source:
        assert len(source.chain) == 51
    with pytest.raises(BadBlocks, match="the directory ends at height 115, below 116"):
        BlocksDirectory(tmp_path, to=116)


def test_blocks_above_the_last_undo_record_wait(tmp_path: Path) -> None:
    blocks = _branch().stored
    write_files(tmp_path, [[*blocks[:-2], *(Stored(b.block) for b in blocks[-2:])]])
    with BlocksDirectory(tmp_path) as source:
        assert len(source.chain) == len(blocks) - 2
        (note,) = source.notes
    assert note.startswith("2 stored blocks are not connected by the node yet (no undo record)")
    assert note.endswith("the chain ends at height 113")


def test_a_last_record_cut_short_before_the_node_connected_it_is_left_out(tmp_path: Path) -> None:
    blocks = _branch().stored
    write_files(tmp_path, [[*blocks[:-1], Stored(blocks[-1].block)]])
    path = tmp_path / "blk00000.dat"
    path.write_bytes(path.read_bytes()[:-10])
    with BlocksDirectory(tmp_path) as source:
        assert len(source.chain) == len(blocks) - 1
        (note,) = source.notes
    where = path.stat().st_size + 10 - len(blocks[-1].block) - 8
    assert note == f"`blk00000.dat` ends inside a record at offset {where}: it was left out"


def test_a_file_that_shrinks_while_it_is_read_is_an_error(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored])
    path = tmp_path / "blk00000.dat"
    with BlocksDirectory(tmp_path) as source:
        os.truncate(path, 5000)
        with pytest.raises(BadBlocks, match=f"`{path}` became shorter while it was read"):
            source.raw_block(len(source.chain) - 1)


def _held_open(folder: Path) -> int:
    """How many files of a folder this process has open."""
    handles = [path.resolve() for path in Path("/proc/self/fd").iterdir()]
    return sum(path.is_relative_to(folder) for path in handles)


def test_a_directory_may_have_more_files_than_a_process_may_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_files, "MOST_OPEN", 5)
    blocks = _branch().stored
    write_files(tmp_path, [[block] for block in blocks])
    with BlocksDirectory(tmp_path, undo=False) as source:
        buffer = np.empty(sum(len(b.block) for b in blocks), np.uint8)
        source.read_blocks(0, len(blocks), buffer)
        assert buffer.tobytes() == b"".join(b.block for b in blocks)
        assert [source.raw_block(h) for h in range(len(blocks))] == [b.block for b in blocks]
        assert _held_open(tmp_path) == 5
    assert _held_open(tmp_path) == 0


def test_a_refused_directory_is_not_kept_open(tmp_path: Path) -> None:
    """Blocks above a gap are read for the heights that they state; then the directory is refused."""
    blocks = _branch().stored
    write_files(tmp_path, [[*blocks[:50], *blocks[60:]]])
    with pytest.raises(IncompleteBlocks) as refused:
        BlocksDirectory(tmp_path)
    assert "lacks the blocks of heights 50 to 59" in str(refused.value)
    assert _held_open(tmp_path) == 0


@pytest.mark.parametrize("size", [0, 80, 4_000_001])
def test_a_record_of_a_size_that_no_block_has_is_refused(tmp_path: Path, size: int) -> None:
    blocks = _branch().stored
    write_files(tmp_path, [[*blocks, Stored(bytes(size))]])
    with pytest.raises(BadBlocks, match=f"a record of {size} bytes is no block"):
        BlocksDirectory(tmp_path)


def test_nothing_in_the_directory_is_changed(tmp_path: Path) -> None:
    write_files(tmp_path, [_branch().stored], Layout(key=RANDOM_KEY))
    before = {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()}
    _hashes(tmp_path)
    assert {p.name: (p.read_bytes(), p.stat().st_mtime_ns) for p in tmp_path.iterdir()} == before


# -- disks that fail


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES, errno.ENOENT])
def test_whatever_cannot_be_read_is_one_clear_error(tmp_path: Path, number: int) -> None:
    """At every opening of a file and at every reading of blocks, up to the last one that there is."""
    blocks = _branch().stored
    write_files(tmp_path / "blocks", [blocks[:60], blocks[60:]], Layout(key=RANDOM_KEY))

    def everything() -> int:
        with BlocksDirectory(tmp_path / "blocks") as source:
            source.read_blocks(0, len(source.chain), np.zeros(100_000, np.uint8))
            return len(source.undo(100)) + len(source.undo(1))

    with failing(tmp_path / "blocks") as faults:
        assert everything() == 2
    assert len(faults.done) > 12
    for at in range(1, len(faults.done) + 1):
        with (
            failing(tmp_path / "blocks", at, number),
            pytest.raises(BadBlocks, match=f"` cannot be read: {os.strerror(number)}") as refused,
        ):
            everything()
        assert str(tmp_path / "blocks") in str(refused.value)
        assert refused.value.facts["errno"] == number
    assert everything() == 2
