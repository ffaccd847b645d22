from __future__ import annotations

import contextlib
import random
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.decode import encode_header
from cointrail.chain.types import BlockHash, sha256d
from cointrail.errors import CointrailError
from cointrail.sources.blocks_dir import BlocksDirectory
from directories import Files, chain, made, mined, unharmed
from headers_target import HeadersTarget
from support.blocks_writer import Stored, record

TARGET = HeadersTarget(1)
NAMES = sorted(unharmed())
SMALL = 25
"""How many bytes at once may be taken for each byte of the files..."""
ROOM = 3_000_000
"""...and how many whatever they are."""


@given(st.integers(0, 2**64 - 1))
def test_a_directory_with_something_wrong_ends_in_a_clear_error_or_a_good_chain(dice: int) -> None:
    verdict, wrong = TARGET.judge(made(random.Random(dice)))
    assert wrong is None, TARGET.verdicts[verdict]


def _edited(draw: st.DrawFn, data: bytes) -> bytes:
    place = draw(st.integers(0, len(data)))
    middle = draw(st.one_of(st.binary(max_size=12), st.integers(1, 400).map(bytes)))
    gone = draw(st.integers(0, 12) | st.just(len(data)))
    return data[:place] + middle + data[place + gone :]


@st.composite
def _damaged(draw: st.DrawFn) -> Files:
    files = dict(unharmed())
    for name in draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3)):
        files[name] = _edited(draw, files[name])
    return files


@given(_damaged())
def test_bytes_changed_anywhere_end_in_a_clear_error_or_a_good_chain(files: Files) -> None:
    verdict, wrong = TARGET.judge(files)
    assert wrong is None, TARGET.verdicts[verdict]


# -- memory and time for what is large


def _small_blocks(*, siblings: bool = False) -> Iterator[Stored]:
    """The least blocks that there can be, one on the other or all on genesis."""
    genesis = previous = BlockHash(chain()[0][0].hash)
    for number in range(1 << 32):
        header = encode_header(1, genesis if siblings else previous, bytes(32), number, 0x207FFFFF, 0)
        stored = Stored(mined(header + b"\x01"), b"\x00")
        previous = BlockHash(stored.hash)
        yield stored


def _files(blocks: list[Stored]) -> Files:
    undone = [s for s in blocks if s.undo is not None]
    return {
        "blk00000.dat": b"".join(record(s.block, len(s.block)) for s in blocks),
        "rev00000.dat": b"".join(record(s.undo_record, len(s.undo or b"")) for s in undone),
    }


def _lost_undo() -> Files:
    record_of_none = record(b"\x02\x01", 2) + bytes(32)
    files = _files([*chain()[0]])
    return files | {"rev00000.dat": files["rev00000.dat"] + record_of_none * 30_000}


def _without_last_undo() -> Files:
    *blocks, last = islice(_small_blocks(), 10_000)
    return _files([chain()[0][0], *blocks, Stored(last.block)])


def _many_items(count: int) -> bytes:
    """The beginning of a block whose coinbase has that many witness items of two bytes each."""
    body = b"\x01" + b"\x01\0\0\0" + b"\0\x01" + b"\x01" + bytes(36) + b"\0" + bytes(4) + b"\0"
    items = b"\xfe" + count.to_bytes(4, "little") + b"\x02ab" * count
    return (bytes(80) + body + items)[:4_500_000]


LARGE: dict[str, Callable[[], Files]] = {
    "empty tails": lambda: {n: d + bytes(4_000_000) for n, d in _files([*chain()[0]]).items()},
    "least blocks": lambda: _files([chain()[0][0], *islice(_small_blocks(), 10_000)]),
    "least blocks, one not connected": _without_last_undo,
    "siblings": lambda: _files([chain()[0][0], *islice(_small_blocks(siblings=True), 300)]),
    "least undo records": lambda: {
        **_files([*chain()[0]]),
        "rev00000.dat": (record(b"", 0) + bytes(32)) * 50_000,
    },
    "undo records of no block": _lost_undo,
    "records without bytes": lambda: {**_files([*chain()[0]]), "blk00001.dat": record(b"", 0) * 200_000},
    "other bytes before space": lambda: {
        **_files([*chain()[0]]),
        "blk00001.dat": record(b"", 1 << 31) + b"?" * 3_000_000 + bytes(99),
    },
    "a record larger than any block before space": lambda: {
        **_files([*chain()[0]]),
        "blk00001.dat": record(_many_items(1_500_000), 4_500_000) + bytes(99),
    },
    "a length beyond the file": lambda: {
        **_files([*chain()[0]]),
        "blk00001.dat": record(bytes(1_000_000), 1 << 31),
    },
}


@pytest.mark.parametrize("what", LARGE)
def test_memory_grows_as_the_files_do_whatever_is_in_them(tmp_path: Path, what: str) -> None:
    files = LARGE[what]()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    tracemalloc.start()
    try:
        with contextlib.suppress(CointrailError):
            BlocksDirectory(tmp_path).close()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < ROOM + SMALL * sum(map(len, files.values()))


def test_the_last_block_of_the_invented_chain_has_work_in_it() -> None:
    """Or the tests above would only ever see the error for want of it."""
    (stored,) = islice(_small_blocks(), 1)
    assert sha256d(stored.block[:80])[31] < 0x7F
    with tempfile.TemporaryDirectory() as folder:
        for name, data in _files([chain()[0][0], stored]).items():
            (Path(folder) / name).write_bytes(data)
        with BlocksDirectory(Path(folder)) as source:
            assert len(source.chain) == 2
