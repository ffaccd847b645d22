from __future__ import annotations

import gc
from pathlib import Path

import pytest

from cointrail.chain.decode import decode_block
from cointrail.chain.network import NETWORKS, get_network
from cointrail.errors import WrongNetwork
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.doctor import examine
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot

pbk = pytest.importorskip("pbk", reason="libbitcoinkernel has no wheel here")

KERNEL_NAMES = {
    "mainnet": "MAINNET",
    "testnet3": "TESTNET",
    "testnet4": "TESTNET_4",
    "signet": "SIGNET",
    "regtest": "REGTEST",
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_data_directory_that_the_node_has_just_made_is_known_by_its_network(
    name: str, tmp_path: Path
) -> None:
    manager = pbk.load_chainman(tmp_path, pbk.ChainType[KERNEL_NAMES[name]])
    genesis = bytes(manager.get_active_chain().block_tree_entries[0].block_hash)
    del manager
    gc.collect()
    with BlocksDirectory(tmp_path) as source:
        assert source.path == tmp_path / "blocks"
        assert source.network == get_network(name)
        assert [source.chain.hash(0).raw] == [genesis] == [source.network.genesis.raw]
        assert decode_block(source.raw_block(0)).header.hash == source.network.genesis
        ingest(tmp_path / "store", source)
        assert examine(tmp_path / "store", source).findings == ()
    with open_snapshot(tmp_path / "store") as snapshot:
        assert (snapshot.height, snapshot.n_txs, snapshot.n_inputs) == (0, 1, 0)
        assert snapshot.network.name == name
        assert snapshot.is_coinbase(0)
    other = "regtest" if name != "regtest" else "signet"
    with pytest.raises(WrongNetwork, match=f"holds blocks of {name}, not of {other}"):
        BlocksDirectory(tmp_path, network=get_network(other))
