"""The first coins that were ever spent: block 9's reward, peeled by its own key five times."""

from __future__ import annotations

from pathlib import Path

import pytest

from cointrail.chain.types import COIN
from cointrail.heuristics.base import Tier
from cointrail.heuristics.peel import PeelStop
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from cointrail.workbench import PeelBench
from support import real_chains
from support.once import build_once


@pytest.fixture(name="store")
def mainnet_store(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Path:
    blocks = real_chains.mainnet(tmp_path_factory, real_data)

    def build(folder: Path) -> None:
        with BlocksDirectory(blocks) as source:
            ingest(folder / "store", source)

    return build_once(tmp_path_factory, "real-mainnet-store", build) / "store"


HOPS = [(170, 40, 10), (181, 30, 10), (182, 29, 1), (183, 28, 1), (248, 18, 10)]
"""Block, bitcoin kept, bitcoin paid."""


@pytest.fixture(name="start")
def reward_of_block_9(store: Path) -> str:
    with open_snapshot(store) as snapshot:
        (row,) = snapshot.tx_outputs(snapshot.block_txs(9)[0])
        return str(snapshot.outpoint(row.output_num))


def test_the_first_peel_chain_is_followed_to_its_last_coin(store: Path, start: str) -> None:
    (chain,) = PeelBench(store).peel(start).chains
    assert [(one.height, one.kept_sat, one.paid_sat) for one in chain.lines] == [
        (height, kept * COIN, paid * COIN) for height, kept, paid in HOPS
    ]
    assert {one.tier for one in chain.lines} == {Tier.T1}
    assert (chain.stop, chain.end_sat) == (PeelStop.UNSPENT, 18 * COIN)
    assert (chain.bound.links, chain.bound.bound_ppm) == ({}, 0)


def test_back_from_its_last_coin_the_chain_is_the_same(store: Path, start: str) -> None:
    bench = PeelBench(store)
    (there,) = bench.peel(start).chains
    (back,) = bench.peel(str(there.end), backward=True).chains
    assert (str(back.end), back.stop) == (start, PeelStop.COINBASE)
    assert [one.txid for one in back.lines] == [one.txid for one in reversed(there.lines)]
