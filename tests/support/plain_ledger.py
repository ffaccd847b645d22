"""A chain read plainly, one transaction after another: what look-ups must agree with."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from cointrail.chain.decode import decode_block
from cointrail.chain.types import Block, Outpoint, Tx


class Coin(NamedTuple):
    """An output that somebody may spend: who can, its value, and its place in the chain."""

    script: bytes
    value: int
    place: int


@dataclass
class PlainTx:
    """A transaction with what it spends."""

    txid: str
    height: int
    ins: list[Coin] = field(default_factory=list)
    outs: list[Coin] = field(default_factory=list)

    def received(self, script: bytes) -> int:
        """What its outputs pay a script."""
        return sum(coin.value for coin in self.outs if coin.script == script)

    def spent(self, script: bytes) -> int:
        """What it spends of a script's outputs."""
        return sum(coin.value for coin in self.ins if coin.script == script)


class PlainLedger:
    """Every transaction of a chain, in order; the input that spends an output, by the outputs' order."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self.txs: list[PlainTx] = []
        self.times: list[int] = []
        self.spent_by: dict[int, str] = {}
        """`txid:vin` by the place of the output among all outputs"""
        self.outputs: list[tuple[str, Coin, int]] = []
        """outpoint, coin, height"""
        self._coins: dict[Outpoint, Coin] = {}
        self._by_script: defaultdict[bytes, list[PlainTx]] = defaultdict(list)
        for height, raw in enumerate(blocks):
            self._read(height, decode_block(raw))

    def _read(self, height: int, block: Block) -> None:
        self.times.append(block.header.time)
        for tx in block.txs:
            self._take(height, tx)

    def _take(self, height: int, tx: Tx) -> None:
        plain = PlainTx(str(tx.txid), height)
        for vin, one in enumerate(() if tx.is_coinbase else tx.inputs):
            coin = self._coins.pop(one.outpoint)
            plain.ins.append(coin)
            self.spent_by[coin.place] = f"{tx.txid}:{vin}"
        for vout, out in enumerate(tx.outputs):
            coin = Coin(out.script, int(out.value), len(self.outputs))
            outpoint = Outpoint(tx.txid, vout)
            self._coins[outpoint] = coin
            self.outputs.append((str(outpoint), coin, height))
            plain.outs.append(coin)
        self.txs.append(plain)
        for script in {coin.script for coin in (*plain.ins, *plain.outs)}:
            self._by_script[script].append(plain)

    def scripts(self) -> list[bytes]:
        """Every script, by first appearance."""
        return list(dict.fromkeys(coin.script for _, coin, _ in self.outputs))

    def txs_of(self, script: bytes) -> list[PlainTx]:
        """The transactions that pay or spend a script, be it nothing."""
        return self._by_script[script]

    def median_time(self, height: int) -> int:
        """The median of a block's time and the ten before."""
        last = sorted(self.times[max(0, height - 10) : height + 1])
        return last[len(last) // 2]

    def neighbours(self, script: bytes, txs: Iterable[PlainTx]) -> dict[bytes, tuple[int, int, int, int]]:
        """(from_txs, from_sat, to_txs, to_sat) of every other script in some of a script's transactions."""
        sums: defaultdict[bytes, list[int]] = defaultdict(lambda: [0] * 4)
        for tx in txs:
            if any(coin.script == script for coin in tx.outs):
                self._add(sums, tx.ins, 0)
            if any(coin.script == script for coin in tx.ins):
                self._add(sums, tx.outs, 2)
        sums.pop(script, None)
        return {other: (a, b, c, d) for other, (a, b, c, d) in sums.items()}

    @staticmethod
    def _add(sums: defaultdict[bytes, list[int]], coins: list[Coin], at: int) -> None:
        for script in {coin.script for coin in coins}:
            sums[script][at] += 1
        for coin in coins:
            sums[coin.script][at + 1] += coin.value
