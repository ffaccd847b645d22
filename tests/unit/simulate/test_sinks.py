from pathlib import Path

import pytest

from cointrail.chain.types import COIN
from cointrail.errors import BadBlocks
from cointrail.simulate import blocks, sinks
from cointrail.simulate.blocks import BlockMaker
from cointrail.simulate.business import Pool
from cointrail.simulate.clock import START
from cointrail.simulate.dice import Dice
from cointrail.simulate.locks import Kind
from cointrail.simulate.regtest import GENESIS, subsidy
from cointrail.simulate.sinks import FileSink, KernelSink
from support.worlds import plain_bytes, scene

KEY = bytes(range(1, 9))


def _mine(sink: FileSink | KernelSink, count: int) -> BlockMaker:
    where = scene("2015-01-05")
    pool = Pool(where, "pool", 1.0, Kind.P2PKH, Dice("pool"))
    maker = BlockMaker(where.ledger, sink)
    for height in range(1, count + 1):
        maker.close(START + 600 * height, pool)
    return maker


def test_a_written_file_starts_with_the_first_block_under_the_key(tmp_path: Path) -> None:
    _mine(FileSink(tmp_path / "blocks", KEY), 2)
    assert plain_bytes(tmp_path / "blocks", "blk00000.dat")[8 : 8 + len(GENESIS)] == GENESIS
    assert (tmp_path / "blocks" / "blk00000.dat").read_bytes()[0] == 0xFA ^ KEY[0]


def test_a_full_file_is_followed_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "MAX_FILE_SIZE", 1_000)
    _mine(FileSink(tmp_path / "blocks", KEY), 12)
    names = sorted(path.name for path in (tmp_path / "blocks").glob("*.dat"))
    assert {"blk00001.dat", "rev00001.dat", "blk00000.dat", "rev00000.dat"} <= set(names)
    assert all(path.stat().st_size < 1_000 for path in (tmp_path / "blocks").glob("blk*"))


def test_bitcoin_core_refuses_a_block_that_creates_money(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pbk")
    sink = KernelSink(tmp_path / "blocks", tmp_path / "scratch", KEY)
    monkeypatch.setattr(blocks, "subsidy", lambda height: subsidy(height) + (height == 3))
    with pytest.raises(BadBlocks, match="rejects block 3"):
        _mine(sink, 3)


def test_another_tip_than_bitcoin_cores_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("pbk")
    sink = KernelSink(tmp_path / "blocks", tmp_path / "scratch", KEY)
    maker = _mine(sink, 2)
    with pytest.raises(BadBlocks, match="tip is at 2"):
        sink.finish(3, maker.tip)
    sink.finish(2, maker.tip)
    assert not (tmp_path / "scratch").exists()


def test_the_subsidy_halves_every_150_blocks() -> None:
    assert [subsidy(height) / COIN for height in (1, 149, 150, 300)] == [50, 50, 25, 12.5]
