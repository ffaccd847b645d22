"""The chain as it grows: transactions are posted, blocks are closed, and the truth is noted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from cointrail.chain.decode import encode_tx
from cointrail.chain.types import Sat, TxOut, sha256d
from cointrail.simulate.keys import Keys
from cointrail.simulate.locks import Lock
from cointrail.simulate.signing import Unsigned, sign_inputs

FINAL = 0xFFFFFFFF


@dataclass(slots=True)
class Origin:
    """Where a transaction stands: its block, once there is one."""

    height: int = -1
    time: int = -1
    coinbase: bool = False


@dataclass(slots=True, eq=False)
class Coin:
    """An output that can be spent."""

    txid: bytes
    vout: int
    value: int
    lock: Lock
    origin: Origin
    sources: tuple[int, ...] = ()
    """The withdrawals, by number, that this coin's owner has it from with no other hand between."""


@dataclass(frozen=True, slots=True)
class Pay:
    """An output to be made, and the part it truly plays."""

    lock: Lock
    value: int
    role: str


@dataclass(frozen=True, slots=True)
class Style:
    """What a wallet program leaves on its transactions."""

    version: int = 1
    sequence: int = FINAL
    low_r: bool = False
    tip_locktime: bool = False


PLAIN = Style()


@dataclass(slots=True)
class Posted:
    """A transaction that waits for its block."""

    raw: bytes
    txid: bytes
    fee: int
    spent: list[Coin]
    coins: list[Coin]
    roles: list[str]
    origin: Origin
    segwit: bool = False

    def sources(self, owner: str) -> tuple[int, ...]:
        """The withdrawals that `owner` has the coins from that he spends here."""
        return _merge([coin.sources for coin in self.spent if coin.lock.owner == owner])


@dataclass(slots=True)
class Ledger:
    """Takes transactions; gives each coin to the wallet it is for."""

    keys: Keys
    height: int = 0
    """Of the last block that was closed."""
    waiting: list[Posted] = field(default_factory=list)
    outputs: list[tuple[bytes, int, str, Lock]] = field(default_factory=list)
    """Truth: txid, output number, role and lock of every output."""
    tx_count: int = 0

    def post(
        self, coins: Sequence[Coin], pays: Sequence[Pay], style: Style = PLAIN, *, low_r: Sequence[bool] = ()
    ) -> Posted:
        """Sign a transaction that spends `coins` to `pays`; what is left over is its fee.

        `low_r` has one entry for each coin when several wallets sign together.
        """
        locktime = self.height if style.tip_locktime else 0
        fee = sum(c.value for c in coins) - sum(p.value for p in pays)
        if fee < 0:
            raise ValueError(f"outputs exceed inputs by {-fee} sat")
        unsigned = [
            Unsigned(c.txid, c.vout, c.value, c.lock, style.sequence, low_r[n] if low_r else style.low_r)
            for n, c in enumerate(coins)
        ]
        outputs = [TxOut(Sat(p.value), p.lock.script) for p in pays]
        inputs = sign_inputs(self.keys, style.version, unsigned, outputs, locktime)
        raw = encode_tx(style.version, inputs, outputs, locktime)
        segwit = any(i.witness for i in inputs)
        if segwit:
            inputs = [type(i)(i.outpoint, i.script_sig, i.sequence) for i in inputs]
        base = encode_tx(style.version, inputs, outputs, locktime) if segwit else raw
        posted = self._note(raw, sha256d(base), list(coins), pays, Origin())
        posted.fee, posted.segwit = fee, segwit
        self.waiting.append(posted)
        return posted

    def _note(
        self, raw: bytes, txid: bytes, spent: list[Coin], pays: Sequence[Pay], origin: Origin
    ) -> Posted:
        for coin in spent:
            if coin.lock.home is not None:
                coin.lock.home.forget(coin)
        made = [Coin(txid, vout, p.value, p.lock, origin) for vout, p in enumerate(pays)]
        posted = Posted(raw, txid, 0, spent, made, [p.role for p in pays], origin)
        _carry_sources(posted)
        for coin, pay in zip(made, pays, strict=True):
            self.outputs.append((txid, coin.vout, pay.role, pay.lock))
            if pay.lock.home is not None:
                pay.lock.home.receive(coin)
        self.tx_count += 1
        return posted

    def note_coinbase(self, raw: bytes, txid: bytes, pays: Sequence[Pay]) -> Posted:
        """Take the coinbase of the block that is being closed."""
        return self._note(raw, txid, [], pays, Origin(coinbase=True))


def _carry_sources(posted: Posted) -> None:
    """A coin that stays with its owner keeps where he has it from."""
    by_owner: dict[str, list[tuple[int, ...]]] = {}
    for coin in posted.spent:
        if coin.sources:
            by_owner.setdefault(coin.lock.owner, []).append(coin.sources)
    for coin in posted.coins if by_owner else ():
        if coin.lock.owner in by_owner:
            coin.sources = _merge(by_owner[coin.lock.owner])


def _merge(sources: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    if len(sources) == 1:
        return sources[0]
    return tuple(sorted({number for numbers in sources for number in numbers}))
