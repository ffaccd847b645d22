"""The invented chain, held to what the plain decoder reads in its files."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest

from chain import MB, ChainInfo, cached_chain, write_chain
from chain_blocks import COIN, HALVING, MATURITY
from cointrail.chain.commitments import check_merkle_root, check_witness_commitment, coinbase_height
from cointrail.chain.network import get_network
from cointrail.chain.proof_of_work import check_proof_of_work
from cointrail.chain.types import Height
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from support.blocks_writer import xored
from support.invented_chain import Holdings, ReadBlock, iter_blocks
from support.once import build_once

SIZE, SEED = 3 * MB, 7


@pytest.fixture(name="folder", scope="module")
def small_chain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "invented-chain", _write) / "blocks"


def _write(folder: Path) -> None:
    write_chain(folder / "blocks", SIZE, SEED)


@pytest.fixture(name="info", scope="module")
def what_the_maker_says(folder: Path) -> ChainInfo:
    return ChainInfo(**json.loads((folder.parent / "blocks.json").read_text()))


@pytest.fixture(name="blocks", scope="module")
def read_plainly(folder: Path) -> list[ReadBlock]:
    return list(iter_blocks(folder))


@pytest.fixture(name="held", scope="module")
def told_from_the_blocks(blocks: list[ReadBlock]) -> Holdings:
    held = Holdings()
    for height, one in enumerate(blocks):
        _follow(held, one, Height(height))
    return held


def _follow(held: Holdings, one: ReadBlock, height: Height) -> None:
    coinbase, *others = one.block.txs
    if height:
        held.add(coinbase, height)
    fees = 0
    for tx, said in zip(others, one.undo, strict=True):
        taken = held.spend(tx, height)
        assert taken == said
        assert all(height - old.height >= MATURITY for old in taken if old.is_coinbase)
        fees += sum(old.output.value for old in taken) - sum(new.value for new in tx.outputs)
        assert fees >= 0
        held.add(tx, height)
    assert sum(output.value for output in coinbase.outputs) == fees + (50 * COIN >> height // HALVING)


def test_every_input_spends_an_output_that_is_there_and_that_the_undo_record_describes(
    held: Holdings, info: ChainInfo
) -> None:
    assert held.ages.total() == info.inputs > 5_000


def test_blocks_link_with_work_and_commit_to_all_that_is_in_them(blocks: list[ReadBlock]) -> None:
    network = get_network("regtest")
    previous = None
    for height, one in enumerate(blocks):
        check_proof_of_work(one.block.header, network)
        check_merkle_root(one.block)
        check_witness_commitment(one.block)
        assert one.checksum_fits
        if previous:
            assert one.block.header.previous == previous.header.hash
            assert one.block.header.time > previous.header.time
            assert coinbase_height(one.block.txs[0]) == height
        previous = one.block
    assert blocks[0].block.header.hash == network.genesis


def test_the_maker_counts_what_is_in_the_files(
    blocks: list[ReadBlock], held: Holdings, info: ChainInfo
) -> None:
    txs = [tx for one in blocks for tx in one.block.txs]
    scripts = Counter(output.script for tx in txs for output in tx.outputs)
    immature = sum(old.is_coinbase and len(blocks) - old.height <= MATURITY for old in held.unspent.values())
    commitments = len(blocks) - 1
    data = sum(count for script, count in scripts.items() if script.startswith(b"\x6a"))
    assert info.blocks == len(blocks)
    assert info.block_bytes == sum(one.block.size for one in blocks)
    assert (info.txs, info.outputs) == (len(txs), scripts.total())
    assert info.unspent == len(held.unspent) - immature
    assert info.data_outputs == data - commitments
    assert 0.95 * info.scripts < len(scripts) - commitments <= info.scripts + 1
    assert info.popular_outputs == scripts[bytes.fromhex(info.popular_script)]


def test_no_block_weighs_too_much_and_no_transaction_is_named_twice(blocks: list[ReadBlock]) -> None:
    for one in blocks:
        assert sum(tx.weight for tx in one.block.txs) + 4 * 83 <= 4_000_000
    txids = [tx.txid for one in blocks for tx in one.block.txs]
    assert len(set(txids)) == len(txids)


@pytest.mark.parametrize("hidden", [True, False])
def test_ingest_takes_the_chain_and_the_doctor_finds_nothing(tmp_path: Path, *, hidden: bool) -> None:
    info = write_chain(tmp_path / "blocks", MB, SEED, hidden=hidden)
    with BlocksDirectory(tmp_path / "blocks") as source:
        report = ingest(tmp_path / "store", source)
        assert (report.new_blocks, report.txs, report.block_bytes) == (
            info.blocks,
            info.txs,
            info.block_bytes,
        )
        found = examine(tmp_path / "store", source)
    assert found.findings == ()
    assert found.inputs == found.inputs_with_undo == info.inputs


def _content(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_same_seed_gives_the_same_bytes_with_one_thread_or_two(tmp_path: Path) -> None:
    one = write_chain(tmp_path / "one", MB, SEED, threads=1)
    two = write_chain(tmp_path / "two", MB, SEED, threads=2)
    assert one == two
    assert _content(tmp_path / "one") == _content(tmp_path / "two")


def _paid_scripts(folder: Path) -> set[bytes]:
    made = list(iter_blocks(folder))[1:]
    return {output.script for one in made for tx in one.block.txs for output in tx.outputs if output.value}


def test_another_seed_gives_other_scripts_and_blocks(tmp_path: Path) -> None:
    write_chain(tmp_path / "one", MB, 1)
    write_chain(tmp_path / "two", MB, 2)
    one, two = (_paid_scripts(tmp_path / name) for name in ("one", "two"))
    assert not one & two


def test_the_key_only_hides_the_bytes(tmp_path: Path) -> None:
    write_chain(tmp_path / "hidden", MB, SEED)
    write_chain(tmp_path / "plain", MB, SEED, hidden=False)
    hidden, plain = _content(tmp_path / "hidden"), _content(tmp_path / "plain")
    key = hidden.pop("xor.dat")
    assert plain.pop("xor.dat") == bytes(8)
    assert any(key)
    assert {name: xored(data, key) for name, data in hidden.items()} == plain


def test_a_cached_chain_is_written_once_and_again_when_another_is_wanted(tmp_path: Path) -> None:
    folder = tmp_path / "blocks"
    first = cached_chain(folder, MB, 1)
    before = (folder / "blk00000.dat").stat().st_mtime_ns
    assert cached_chain(folder, MB, 1) == first
    assert (folder / "blk00000.dat").stat().st_mtime_ns == before
    assert cached_chain(folder, MB, 2) != first
    assert json.loads((tmp_path / "blocks.json").read_text())["seed"] == 2


def test_files_are_cut_where_the_node_cuts_them(tmp_path: Path) -> None:
    info = write_chain(tmp_path / "blocks", 150 * MB, 1)
    sizes = [path.stat().st_size for path in sorted((tmp_path / "blocks").glob("blk*.dat"))]
    assert len(sizes) == 2
    assert (128 << 20) - 4 * MB < sizes[0] <= 128 << 20
    assert sum(sizes) == info.block_bytes + 8 * info.blocks
    assert asdict(info)["size"] == 150 * MB
