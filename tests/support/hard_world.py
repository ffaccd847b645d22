"""A chain of what a page finds hard: an address with very many transactions and a join of 400 inputs.

Nothing in it is signed, as nobody who reads a store asks for that.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from cointrail.chain.decode import tx_of
from cointrail.chain.types import Sat, TxIn, TxOut
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot
from support.blocks_writer import write_files
from support.kernel_chain import Branch, Coin, Draft
from support.kernel_locks import Kind, Lock
from support.once import build_once

HUB_TXS = 100_000
JOINED = 400
FAN = 2_500
"""Outputs of one transaction that makes small coins."""
A_BLOCK = 5_000
"""Transactions of one block."""
PAYERS = 200
HUB = Lock(Kind.P2WPKH, 9_000)
ALIKE_FEE = 500


@dataclass(frozen=True, slots=True)
class HardWorld:
    """The store, and the blocks that it may go on with."""

    path: Path
    hub: str
    join: str
    tip: int

    @property
    def store(self) -> Path:
        """The store; tests that change it take a copy."""
        return self.path / "store"


def hard_world(factory: pytest.TempPathFactory, hub_txs: int = HUB_TXS) -> HardWorld:
    """The world; the first who asks makes it."""
    folder = build_once(factory, f"hard-{hub_txs}", lambda out: make_hard_world(out, hub_txs))
    with open_snapshot(folder / "store") as snapshot:
        hub = snapshot.find_script(HUB.script)
        assert hub is not None
        return HardWorld(
            folder,
            f"script:{HUB.script.hex()}",
            (folder / "join.txt").read_text(),
            snapshot.height,
        )


def make_hard_world(out: Path, hub_txs: int) -> None:
    """Write blocks, those with three more, and with five in place of two; and the store of the first."""
    branch = Branch(salt=b"hard")
    branch.mine_empty(102)
    fans = _fan(branch, -(-hub_txs // FAN))
    coins = [coin for fan in fans for coin in _coins_of(branch, fan)][:hub_txs]
    for start in range(0, len(coins), A_BLOCK):
        branch.mine([_spend([coin], [(HUB, coin.value - 100)]) for coin in coins[start : start + A_BLOCK]])
    join = _join(branch)
    (out / "join.txt").write_text(str(join.tx.txid), encoding="ascii")
    branch.mine_empty(3)
    write_files(out / "main", [branch.stored])
    other = branch.fork(branch.height - 2, b"other")
    other.mine_empty(5)
    write_files(out / "other", [other.stored])
    branch.mine_empty(3)
    write_files(out / "longer", [branch.stored])
    read_blocks(out / "main", out / "store")


def read_blocks(blocks: Path, store: Path) -> None:
    """Ingest a directory of blocks into a store, as far as it goes."""
    with BlocksDirectory(blocks) as source:
        ingest(store, source)


def _spend(coins: list[Coin], outs: list[tuple[Lock, int]]) -> Draft:
    inputs = [TxIn(coin.outpoint, b"", 0xFFFFFFFD) for coin in coins]
    outputs = [TxOut(Sat(value), lock.script) for lock, value in outs]
    return Draft(tx_of(2, inputs, outputs, 0), tuple(coins), tuple(lock for lock, _ in outs))


def _coins_of(branch: Branch, draft: Draft) -> list[Coin]:
    return [coin for coin in branch.coins if coin.outpoint.txid == draft.tx.txid]


def _fan(branch: Branch, many: int) -> list[Draft]:
    """Transactions that each turn one reward into small coins of many payers."""
    made: list[Draft] = []
    while len(made) < many:
        coin = branch.ripe()[0]
        share = coin.value // FAN - 10
        made.append(_spend([coin], [(Lock(Kind.P2WPKH, 100 + k % PAYERS), share) for k in range(FAN)]))
        branch.mine([made[-1]])
    return made


def _join(branch: Branch) -> Draft:
    """Four hundred coins of four hundred scripts into equal outputs, and change."""
    coin = branch.ripe()[0]
    share = coin.value // JOINED - 10
    values = [share - 7 * k for k in range(JOINED)]
    fund = _spend([coin], [(Lock(Kind.P2WPKH, 1_000 + k), value) for k, value in enumerate(values)])
    branch.mine([fund])
    equal = values[-1] // 2
    outs = [(Lock(Kind.P2WPKH, 2_000 + k), equal) for k in range(JOINED)]
    outs += [(Lock(Kind.P2WPKH, 3_000 + k), value - equal - ALIKE_FEE) for k, value in enumerate(values)]
    join = _spend(_coins_of(branch, fund), outs)
    branch.mine([join])
    return join
