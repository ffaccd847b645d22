"""Blocks: coinbase, merkle root, proof of work."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Protocol

from cointrail.chain.commitments import COMMITMENT_PREFIX
from cointrail.chain.decode import encode_compact_size, encode_header, encode_tx, merkle_root
from cointrail.chain.script import push, push_number
from cointrail.chain.types import NULL_VOUT, BlockHash, Height, Outpoint, Sat, Txid, TxIn, TxOut, sha256d
from cointrail.chain.undo import SpentOutput
from cointrail.simulate.business import Pool
from cointrail.simulate.clock import SEGWIT
from cointrail.simulate.ledger import FINAL, Ledger, Origin, Pay, Posted
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.regtest import EASY, REGTEST, subsidy

VERSION = 0x20000000


class Sealed(Protocol):
    """A transaction that is ready for a block."""

    raw: bytes
    txid: bytes
    segwit: bool


class BlockSink(Protocol):
    """Where blocks go."""

    def add(self, raw: bytes, previous: bytes, spent: Sequence[Sequence[SpentOutput]]) -> None:
        """Take the next block, the hash of the one before, and what its transactions spend."""

    def finish(self, height: int, tip: bytes) -> None:
        """See that all is written and that this is the tip."""


class BlockMaker:
    """Closes blocks over what waits in the ledger and passes them on."""

    def __init__(self, ledger: Ledger, sink: BlockSink) -> None:
        self.ledger = ledger
        self.sink = sink
        self.tip = REGTEST.genesis.raw

    def close(self, time: int, pool: Pool) -> None:
        """Make the next block at `time`, mined by `pool`."""
        ledger, height = self.ledger, self.ledger.height + 1
        waiting, ledger.waiting = ledger.waiting, []
        coinbase = self._coinbase(height, time, waiting, pool)
        ids = [coinbase.txid, *(posted.txid for posted in waiting)]
        header = mine(self.tip, merkle_root(ids), time)
        for posted in (coinbase, *waiting):
            posted.origin.height, posted.origin.time = height, time
        raw = b"".join([header, encode_compact_size(len(ids)), coinbase.raw, *(p.raw for p in waiting)])
        spent = [[_spent(coin.value, coin.lock, coin.origin) for coin in p.spent] for p in waiting]
        self.sink.add(raw, self.tip, spent)
        self.tip = sha256d(header)
        ledger.height = height

    def _coinbase(self, height: int, time: int, waiting: list[Posted], pool: Pool) -> Posted:
        value = subsidy(height) + sum(posted.fee for posted in waiting)
        pays = [Pay(pool.reward_lock, value, "coinbase")]
        commit = time >= SEGWIT or any(posted.segwit for posted in waiting)
        if commit:
            pays.append(Pay(commitment(waiting, pool.wallet.owner), 0, "commitment"))
        tag = push(f"/{pool.wallet.owner}/".encode())
        null = Outpoint(Txid(bytes(32)), NULL_VOUT)
        script_sig = push_number(height) + tag
        outputs = [TxOut(Sat(p.value), p.lock.script) for p in pays]
        bare = encode_tx(1, [TxIn(null, script_sig, FINAL)], outputs, 0)
        witness = (bytes(32),) if commit else ()
        full = encode_tx(1, [TxIn(null, script_sig, FINAL, witness)], outputs, 0)
        return self.ledger.note_coinbase(full, sha256d(bare), pays)


def _spent(value: int, lock: Lock, origin: Origin) -> SpentOutput:
    return SpentOutput(TxOut(Sat(value), lock.script), Height(origin.height), origin.coinbase)


def commitment(waiting: Sequence[Sealed], owner: str) -> Lock:
    """The output that commits to all witnesses of a block (BIP 141)."""
    root = merkle_root([bytes(32), *(sha256d(p.raw) if p.segwit else p.txid for p in waiting)])
    script = COMMITMENT_PREFIX + sha256d(root + bytes(32))
    return Lock(script, Kind.DATA, (), script, owner, "data")


def mine(previous: bytes, root: bytes, time: int) -> bytes:
    """A header with enough work."""
    start = encode_header(VERSION, BlockHash(previous), root, time, REGTEST.pow_limit_bits, 0)[:76]
    sha256, nonce = hashlib.sha256, 0
    while True:
        header = start + nonce.to_bytes(4, "little")
        if sha256(sha256(header).digest()).digest()[31] < EASY:
            return header
        nonce += 1
