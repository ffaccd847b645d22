from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from cointrail.chain.address import decode_address
from cointrail.chain.decode import decode_block
from cointrail.chain.network import get_network
from cointrail.chain.types import COIN, Outpoint, Txid
from cointrail.errors import BadBlocks, WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import DEPTH, ingest
from cointrail.store.reader import open_snapshot
from support import real_chains
from support.ingest_server import Ingests
from support.once import build_once
from support.store_files import content, differences

TIP = real_chains.MAINNET_TIP
FIRST_PAYMENT = Txid.parse("f4184fc596403b9d638783cf57adfe4c75c605f6356fbc91338530e9831e9e16")
TIP_HASH = "00000000a9da635727dce622d78361b153ce3334e6a60d4377fad529abfc7863"


@pytest.fixture(name="blocks")
def mainnet_blocks(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Path:
    return real_chains.mainnet(tmp_path_factory, real_data)


@pytest.fixture(name="store")
def mainnet_store(tmp_path_factory: pytest.TempPathFactory, blocks: Path) -> Path:
    def build(folder: Path) -> None:
        with BlocksDirectory(blocks) as source:
            ingest(folder / "store", source)

    return build_once(tmp_path_factory, "real-mainnet-store", build) / "store"


def test_the_real_run_ingests_and_the_doctor_finds_nothing(blocks: Path, store: Path) -> None:
    with BlocksDirectory(blocks) as source:
        assert source.network.name == "mainnet"
        assert source.notes == ()
        report = examine(store, source)
    assert report.findings == ()
    assert (report.blocks, report.txs) == (4313, 4371)
    assert report.inputs == report.inputs_with_undo == 247
    with open_snapshot(store) as snapshot:
        assert (snapshot.height, str(snapshot.tip_hash)) == (TIP, TIP_HASH)
        assert snapshot.digest == report.digest
        assert snapshot.manifest.undo_checked
        assert snapshot.manifest.settled_height == TIP + 1 - DEPTH


def test_the_real_run_in_two_parts_gives_the_same_bytes(blocks: Path, store: Path, tmp_path: Path) -> None:
    for to in (2000, None):
        with BlocksDirectory(blocks, to=to) as source:
            ingest(tmp_path / "store", source, batch_bytes=100_000, commit_bytes=250_000)
    assert differences(content(tmp_path / "store"), content(store)) == []


@pytest.mark.slow
def test_the_real_run_killed_in_between_gives_the_same_bytes(
    blocks: Path, store: Path, tmp_path: Path
) -> None:
    rng = random.Random(9)
    with Ingests(blocks) as ingests:
        for _ in range(4):
            child = ingests.start(tmp_path / "store", blocks, batch_bytes=20_000, commit_bytes=50_000)
            time.sleep(rng.random())
            ingests.kill(child)
            ingests.wait()
        ingests.start(tmp_path / "store", blocks, batch_bytes=20_000, commit_bytes=50_000)
        assert ingests.wait() == 0
    assert differences(content(tmp_path / "store"), content(store)) == []


def test_a_plain_file_without_undo_data_gives_the_same_digest(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path, store: Path, tmp_path: Path
) -> None:
    plain = real_chains.mainnet_plain(tmp_path_factory, real_data)
    with pytest.raises(BadBlocks, match=r"holds no rev\*\.dat file"):
        BlocksDirectory(plain)
    with BlocksDirectory(plain, undo=False) as source, open_snapshot(store) as wanted:
        report = ingest(tmp_path / "store", source)
        assert report.manifest.digest == wanted.digest
        assert not report.manifest.undo_checked
        found = examine(tmp_path / "store", source)
    assert (found.findings, found.inputs, found.inputs_with_undo) == ((), 247, 0)


def test_the_first_payment_spends_the_coinbase_of_block_9(store: Path) -> None:
    with open_snapshot(store) as snapshot:
        reward = snapshot.block_txs(9)[0]
        (row,) = snapshot.tx_outputs(reward)
        assert row.value == 50 * COIN
        assert row.spent_by_tx is not None
        assert snapshot.txid(row.spent_by_tx) == FIRST_PAYMENT
        assert snapshot.tx_height(row.spent_by_tx) == 170
        view = snapshot.tx_view(row.spent_by_tx)
        assert [o.value for o in view.outputs] == [10 * COIN, 40 * COIN]
        assert [i.outpoint for i in view.inputs] == [Outpoint(snapshot.txid(reward), 0)]
        back = snapshot.tx_outputs(row.spent_by_tx)[1]
        assert back.script_num == row.script_num, "the change went back to the same key"
        assert back.spent_by_tx is not None
        assert snapshot.tx_height(back.spent_by_tx) == 181


def test_every_real_transaction_is_in_the_store_as_it_is_in_its_block(blocks: Path, store: Path) -> None:
    with BlocksDirectory(blocks) as source, open_snapshot(store) as snapshot:
        number = 0
        for height in range(0, TIP + 1, 7):
            block = decode_block(source.raw_block(height))
            assert snapshot.block_hash(height) == block.header.hash
            assert snapshot.block_time(height) == block.header.time
            for number, tx in zip(snapshot.block_txs(height), block.txs, strict=True):
                view = snapshot.tx_view(number)
                assert (view.txid, view.version, view.locktime) == (tx.txid, tx.version, tx.locktime)
                assert [(o.value, o.script) for o in view.outputs] == [
                    (o.value, o.script) for o in tx.outputs
                ]
                wanted = [] if tx.is_coinbase else [i.outpoint for i in tx.inputs]
                assert [i.outpoint for i in view.inputs] == wanted
        assert number > 4000


def test_real_blocks_are_not_taken_for_another_network(blocks: Path) -> None:
    with pytest.raises(WrongNetwork, match="holds blocks of mainnet, not of testnet3"):
        BlocksDirectory(blocks, network=get_network("testnet3"))


def test_the_emulated_wasabi_chain_has_every_coin_that_its_wallets_say_they_had(
    tmp_path_factory: pytest.TempPathFactory, real_data: Path, tmp_path: Path
) -> None:
    blocks = real_chains.wasabi2(tmp_path_factory, real_data)
    with BlocksDirectory(blocks) as source:
        assert source.network.name == "regtest"
        assert len(source.chain) == 324
        ingest(tmp_path / "store", source)
        report = examine(tmp_path / "store", source)
    assert report.findings == ()
    assert report.inputs == report.inputs_with_undo > 100
    coins = real_chains.wasabi2_coins(real_data)
    assert len(coins) == 260
    with open_snapshot(tmp_path / "store") as snapshot:
        for row in coins:
            number = snapshot.find_output(Outpoint(Txid.parse(row["txid"]), int(row["vout"])))
            assert number is not None
            assert snapshot.output_value(number) == int(row["amount"])
            script = decode_address(row["address"], source.network)
            assert snapshot.get_script(snapshot.output_script(number)) == script
            assert number in snapshot.script_outputs(snapshot.find_script(script) or 0)
            spender = snapshot.spent_by(number)
            said = None if spender is None else str(snapshot.txid(snapshot.input_tx(spender)))
            assert said == (row["spentBy"] or None)
