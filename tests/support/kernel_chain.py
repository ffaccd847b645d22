"""Chains with true signatures.

A `Branch` makes blocks on top of each other and knows what they spend, so that the same chain can be
written to files by `support.blocks_writer` or be given to a node (`support.kernel_node`). Regtest rules.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cointrail.chain.commitments import COMMITMENT_PREFIX, wtxid
from cointrail.chain.decode import decode_block, encode_block, encode_header, merkle_root, tx_of
from cointrail.chain.network import get_network
from cointrail.chain.script import op_return, push, push_number
from cointrail.chain.types import (
    COIN,
    NULL_VOUT,
    Block,
    BlockHash,
    BlockHeader,
    Height,
    Outpoint,
    Sat,
    Tx,
    Txid,
    TxIn,
    TxOut,
    sha256d,
)
from cointrail.chain.undo import SpentOutput, encode_undo
from support.blocks_writer import Stored
from support.kernel_locks import ALL_KINDS, Kind, Lock, Spending, unlock

REGTEST = get_network("regtest")
HALVING = 150
MATURITY = 100
SPACING = 600
KEYS = 40
"""Different keys of the random economy; few, so that scripts repeat."""

GENESIS = bytes.fromhex(
    "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e"
    "67768f617fc81bc3888a51323a9fb8aa4b1e5e4adae5494dffff7f200200000001010000000100000000000000000000"
    "00000000000000000000000000000000000000000000ffffffff4d04ffff001d0104455468652054696d65732030332f"
    "4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f75742066"
    "6f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a6"
    "7962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000"
)
"""Block 0 of regtest. Source: Bitcoin Core, src/kernel/chainparams.cpp."""

Rows = tuple[tuple[SpentOutput, ...], ...]


def subsidy(height: int) -> int:
    """New satoshi in the block at `height`."""
    return 50 * COIN >> height // HALVING


@dataclass(frozen=True, slots=True)
class Coin:
    """A spendable output."""

    outpoint: Outpoint
    value: int
    lock: Lock
    height: int
    coinbase: bool

    @property
    def output(self) -> TxOut:
        """The output itself."""
        return TxOut(Sat(self.value), self.lock.script)


@dataclass(frozen=True, slots=True)
class Made:
    """A block that a branch made: its wire bytes and what it spends."""

    raw: bytes
    height: int
    spent: Rows

    @property
    def hash(self) -> BlockHash:
        """The block's hash."""
        return BlockHash(sha256d(self.raw[:80]))

    @property
    def stored(self) -> Stored:
        """As a node has it that connected it; genesis has no undo record."""
        return Stored(self.raw, encode_undo(self.spent) if self.height else None)


@dataclass(frozen=True, slots=True)
class Draft:
    """A transaction, the coins it spends and those it makes (None: nobody can spend that output)."""

    tx: Tx
    spent: tuple[Coin, ...]
    locks: tuple[Lock | None, ...]

    @property
    def fee(self) -> int:
        """Inputs minus outputs."""
        return sum(c.value for c in self.spent) - sum(o.value for o in self.tx.outputs)


def pay(coins: Sequence[Coin], outs: Sequence[tuple[Lock | bytes, int]]) -> Draft:
    """A signed transaction; an output goes to a lock, or to a bare script that nobody spends."""
    outputs = [TxOut(Sat(v), to if isinstance(to, bytes) else to.script) for to, v in outs]
    blank = [TxIn(c.outpoint, b"", 0xFFFFFFFD) for c in coins]
    spending = Spending(blank, [c.output for c in coins], outputs)
    signed = [unlock(c.lock, spending, n) for n, c in enumerate(coins)]
    locks = tuple(None if isinstance(to, bytes) else to for to, _ in outs)
    return Draft(tx_of(2, signed, outputs, 0), tuple(coins), locks)


def _coinbase(height: int, outputs: Sequence[TxOut], salt: bytes) -> Tx:
    null = Outpoint(Txid(bytes(32)), NULL_VOUT)
    script_sig = push_number(height) + push(b"cointrail" + salt)
    return tx_of(2, [TxIn(null, script_sig, 0xFFFFFFFF, (bytes(32),))], outputs, 0)


def _mined(previous: BlockHash, root: bytes, time: int) -> BlockHeader:
    bits, nonce = REGTEST.pow_limit_bits, 0
    while True:
        raw = encode_header(0x20000000, previous, root, time, bits, nonce)
        if sha256d(raw)[31] < 0x7F:
            return BlockHeader(0x20000000, previous, root, time, bits, nonce, raw)
        nonce += 1


def build_block(
    previous: BlockHash, height: int, time: int, txs: Sequence[Tx], outputs: Sequence[TxOut], salt: bytes
) -> bytes:
    """A mined block on top of `previous`; its coinbase makes `outputs` and commits to the witnesses."""
    root = merkle_root([bytes(32), *map(wtxid, txs)])
    commitment = TxOut(Sat(0), COMMITMENT_PREFIX + sha256d(root + bytes(32)))
    coinbase = _coinbase(height, [*outputs, commitment], salt)
    header = _mined(previous, merkle_root([t.txid.raw for t in (coinbase, *txs)]), time)
    return encode_block(Block(header, (coinbase, *txs), 0))


@dataclass
class Branch:
    """The end of a chain: where the next block goes and which coins it may spend."""

    blocks: list[Made] = field(default_factory=lambda: [Made(GENESIS, 0, ())])
    coins: list[Coin] = field(default_factory=list)
    salt: bytes = b""
    """put into every coinbase, so that branches differ"""

    @property
    def height(self) -> int:
        """Height of the last block."""
        return len(self.blocks) - 1

    @property
    def stored(self) -> list[Stored]:
        """Every block as a node has it that connected them all."""
        return [b.stored for b in self.blocks]

    def fork(self, height: int, salt: bytes) -> Branch:
        """Another branch that leaves this one above `height`. Only coins made up to there and unspent by
        this branch come along.
        """
        coins = [c for c in self.coins if c.height <= height]
        return Branch(self.blocks[: height + 1], coins, salt)

    def ripe(self) -> list[Coin]:
        """Coins that the next block may spend."""
        return [c for c in self.coins if not c.coinbase or self.height + 1 - c.height >= MATURITY]

    def mine(
        self, drafts: Sequence[Draft] = (), *, lock: Lock | None = None, extra: int = 0, keep: bool = True
    ) -> Made:
        """The next block.

        Args:
            drafts: its transactions.
            lock: who gets the reward.
            extra: satoshi that the coinbase takes beyond its due; makes the block invalid.
            keep: whether the branch goes on from it.
        """
        lock = lock or Lock(Kind.P2PKH, 0)
        height = self.height + 1
        reward = subsidy(height) + sum(d.fee for d in drafts) + extra
        time = 1_420_070_400 + height * SPACING
        raw = build_block(
            self.blocks[-1].hash,
            height,
            time,
            [d.tx for d in drafts],
            [TxOut(Sat(reward), lock.script)],
            self.salt,
        )
        rows = tuple(
            tuple(SpentOutput(c.output, Height(c.height), c.coinbase) for c in d.spent) for d in drafts
        )
        made = Made(raw, height, rows)
        if keep:
            coinbase = decode_block(raw).txs[0]
            self._take([Draft(coinbase, (), (lock,)), *drafts], made)
        return made

    def _take(self, drafts: Sequence[Draft], made: Made) -> None:
        self.blocks.append(made)
        for place, draft in enumerate(drafts):
            self.coins += [
                Coin(
                    Outpoint(draft.tx.txid, n), int(draft.tx.outputs[n].value), lock, made.height, place == 0
                )
                for n, lock in enumerate(draft.locks)
                if lock
            ]
        gone = {c.outpoint for d in drafts for c in d.spent}
        self.coins = [c for c in self.coins if c.outpoint not in gone]

    def mine_empty(self, count: int) -> None:
        """Blocks with a coinbase only, to all kinds of locks in turn."""
        for _ in range(count):
            self.mine(lock=Lock(ALL_KINDS[self.height % len(ALL_KINDS)], self.height % KEYS))

    def mine_random(self, rng: random.Random, txs: int) -> None:
        """A block of up to `txs` random payments, some of which spend each other."""
        drafts: list[Draft] = []
        ripe = self.ripe()
        for _ in range(txs):
            chosen = [ripe.pop(rng.randrange(len(ripe))) for _ in range(min(len(ripe), rng.randint(1, 3)))]
            if not chosen:
                break
            draft = pay(chosen, _random_outputs(rng, sum(c.value for c in chosen)))
            drafts.append(draft)
            if rng.random() < 0.5:
                ripe += _coins_of(draft, self.height + 1)
        self.mine(drafts, lock=Lock(rng.choice(ALL_KINDS), rng.randrange(KEYS)))


def _coins_of(draft: Draft, height: int) -> list[Coin]:
    return [
        Coin(Outpoint(draft.tx.txid, n), int(draft.tx.outputs[n].value), lock, height, coinbase=False)
        for n, lock in enumerate(draft.locks)
        if lock
    ]


def _random_outputs(rng: random.Random, total: int) -> list[tuple[Lock | bytes, int]]:
    outs: list[tuple[Lock | bytes, int]] = []
    left = total - rng.randint(0, min(total, 5000))
    for _ in range(rng.randint(1, 4)):
        value = rng.choice([left // 2, left // 3, left - left % 100_000, rng.randint(0, left)])
        outs.append((Lock(rng.choice(ALL_KINDS), rng.randrange(KEYS)), value))
        left -= value
    if rng.random() < 0.2:
        outs.append((op_return(f"note {left}".encode()), 0))
    return outs


def random_branch(seed: int, blocks: int, *, busy: int = 60, txs: int = 6) -> Branch:
    """A branch of `blocks` blocks above genesis, the last `busy` of them full of random payments."""
    branch = Branch(salt=f"seed {seed}".encode())
    rng = random.Random(seed)
    branch.mine_empty(blocks - busy)
    for _ in range(busy):
        branch.mine_random(rng, rng.randint(0, txs))
    return branch


def with_bad_signature(draft: Draft) -> Draft:
    """The same transaction with one bit of its first witness item or scriptSig turned."""
    first, *rest = draft.tx.inputs
    if first.witness:
        item = bytearray(first.witness[0])
        item[10] ^= 1
        broken = replace(first, witness=(bytes(item), *first.witness[1:]))
    else:
        script = bytearray(first.script_sig)
        script[10] ^= 1
        broken = replace(first, script_sig=bytes(script))
    return replace(draft, tx=tx_of(2, [broken, *rest], draft.tx.outputs, 0))


def invented_coin(name: str, value: int) -> Coin:
    """A coin that no block makes."""
    txid = Txid(hashlib.sha256(name.encode()).digest())
    return Coin(Outpoint(txid, 0), value, Lock(Kind.TRUE, 0), 1, coinbase=False)
