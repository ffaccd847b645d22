"""The chain of a composed world: transactions are posted, blocks are closed, and the truth is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from cointrail.chain.decode import decode_block, encode_compact_size, merkle_root
from cointrail.chain.script import push, push_number
from cointrail.chain.types import NULL_VOUT, Height, Outpoint, Sat, Txid, TxIn, TxOut, sha256d
from cointrail.chain.undo import SpentOutput
from cointrail.simulate.blocks import BlockSink, commitment, mine
from cointrail.simulate.composed import record as records
from cointrail.simulate.composed.record import Record
from cointrail.simulate.composed.roles import MINED, NOBODY
from cointrail.simulate.composed.wire import to_wire, wire_of
from cointrail.simulate.keys import Keys
from cointrail.simulate.locks import Kind, Lock
from cointrail.simulate.regtest import GENESIS, REGTEST, subsidy
from cointrail.simulate.signing import ALL, DEFAULT, Unsigned, fill_inputs, sign_inputs

FINAL, NO_RBF, RBF = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
MAX_WEIGHT = 3_400_000
"""Weight units after which a block takes no more. The limit is 4,000,000 (BIP 141)."""


@dataclass(slots=True, eq=False)
class Coin:
    """An output that can be spent; `height` is that of its block, also while that is in the making."""

    txid: bytes
    vout: int
    value: int
    lock: Lock
    height: int
    coinbase: bool = False


class Out(NamedTuple):
    """An output to be made, and the part it truly plays."""

    lock: Lock
    value: int
    role: str


class Style(NamedTuple):
    """What a program leaves on a transaction."""

    version: int = 2
    sequence: int = RBF
    locktime: int = 0
    low_r: bool = True


class Joint(NamedTuple):
    """What must be said of a transaction that several hands made together."""

    flows: Sequence[tuple[str, str, int]] = ()
    """Payer, payee and satoshi of what truly was paid."""
    input_slots: Sequence[tuple[int, str]] = ()
    """For CoinJoins: the participant's number and name, for each input."""
    output_slots: Sequence[tuple[int, str]] = ()


class Signing(NamedTuple):
    """Where the inputs of a transaction differ: by input, sequence, hash type (None: the usual), low R."""

    sequence: int
    hash_type: int | None
    low_r: bool


@dataclass(slots=True, eq=False)
class Posted:
    """A transaction that waits for its block."""

    raw: bytes
    txid: bytes
    fee: int
    segwit: bool
    spent: Sequence[Coin]
    coins: list[Coin]
    outs: Sequence[Out]
    kind: str
    maker: str
    payer: str
    joint: Joint | None
    weight: int


class Miner(Protocol):
    """Whom a block's reward goes to."""

    name: str

    def reward_lock(self) -> Lock:
        """Where."""


class Ledger:
    """Takes transactions, gives each coin to its wallet, closes blocks."""

    def __init__(self, keys: Keys, sink: BlockSink, record: Record) -> None:
        self.keys = keys
        self.sink = sink
        self.record = record
        self.height = 0
        self.tip = REGTEST.genesis.raw
        self.waiting: list[Posted] = []
        self.weight = 0
        self.tx_count = self.output_count = 0

    def post(
        self,
        coins: Sequence[Coin],
        outs: Sequence[Out],
        style: Style,
        kind: str,
        *,
        maker: str = "",
        joint: Joint | None = None,
        signing: Sequence[Signing] = (),
    ) -> Posted:
        """Sign a transaction that spends `coins` to `outs`; what is left over is its fee.

        Without `joint`, all coins must belong to one hand, which then pays for everything.
        """
        fee = sum(c.value for c in coins) - sum(o.value for o in outs)
        if fee < 0:
            raise ValueError(f"outputs exceed inputs by {-fee} sat")
        payer = coins[0].lock.owner
        unsigned = [
            Unsigned(c.txid, c.vout, c.value, c.lock, style.sequence, style.low_r, _usual(c.lock))
            for c in coins
        ] if not signing else [
            Unsigned(
                c.txid, c.vout, c.value, c.lock, s.sequence, s.low_r,
                _usual(c.lock) if s.hash_type is None else s.hash_type,
            )
            for c, s in zip(coins, signing, strict=True)
        ]  # fmt: skip
        if self.keys.signed:
            outputs = [TxOut(Sat(o.value), o.lock.script) for o in outs]
            inputs = sign_inputs(self.keys, style.version, unsigned, outputs, style.locktime)
            wire = to_wire(style.version, inputs, outputs, style.locktime)
        else:
            opened = fill_inputs(self.keys, unsigned)
            pairs = [(o.value, o.lock.script) for o in outs]
            wire = wire_of(style.version, opened, pairs, style.locktime)
        raw, txid, weight, segwit = wire
        for coin in coins:
            if coin.lock.home is not None:
                coin.lock.home.forget(coin)
        if joint is None:
            records.single_owner_flows(self.record, payer, fee, outs)
        else:
            records.shared_flows(self.record, coins, outs, joint.flows)
        posted = Posted(
            raw, txid, fee, segwit, coins, [], outs, kind, maker or payer, payer if joint is None else "",
            joint, weight,
        )  # fmt: skip
        self.waiting.append(posted)
        self.weight += weight
        posted.coins = self._hand_out(txid, outs, coinbase=False)
        return posted

    def _hand_out(self, txid: bytes, outs: Sequence[Out], *, coinbase: bool) -> list[Coin]:
        height = self.height + 1
        made = [Coin(txid, n, out.value, out.lock, height, coinbase) for n, out in enumerate(outs)]
        for coin in made:
            if coin.lock.home is not None:
                coin.lock.home.receive(coin)
        return made

    @property
    def is_full(self) -> bool:
        """Whether the block in the making takes no more."""
        return self.weight > MAX_WEIGHT

    def close(self, time: int, miner: Miner, kinds: Counter[str]) -> None:
        """Make the next block at `time`; `kinds` counts what is in it."""
        height = self.height + 1
        waiting, self.waiting, self.weight = self.waiting, [], 0
        coinbase = self._coinbase(height, waiting, miner)
        ids = [coinbase.txid, *(posted.txid for posted in waiting)]
        header = mine(self.tip, merkle_root(ids), time)
        raw = b"".join([header, encode_compact_size(len(ids)), coinbase.raw, *(p.raw for p in waiting)])
        self.sink.add(raw, self.tip, [[_spent(c) for c in p.spent] for p in waiting])
        self.tip = sha256d(header)
        for posted in (coinbase, *waiting):
            self._tell(posted, height)
            kinds[posted.kind] += 1
        self.height = height

    def _tell(self, posted: Posted, height: int) -> None:
        record, txid = self.record, posted.txid[::-1].hex()
        self.tx_count += 1
        self.output_count += len(posted.outs)
        change = " ".join(str(n) for n, out in enumerate(posted.outs) if out.role in _CHANGE)
        record.transaction(txid, height, posted.kind, posted.maker, posted.fee, change)
        for vout, out in enumerate(posted.outs):
            record.output(txid, vout, out.role, out.lock, posted.payer, out.value, height)
        if posted.joint is not None:
            record.join(txid, "in", posted.joint.input_slots)
            record.join(txid, "out", posted.joint.output_slots)

    def _coinbase(self, height: int, waiting: Sequence[Posted], miner: Miner) -> Posted:
        value = subsidy(height) + sum(posted.fee for posted in waiting)
        outs = [Out(miner.reward_lock(), value, "coinbase")]
        if any(posted.segwit for posted in waiting):
            outs.append(Out(commitment(waiting, NOBODY), 0, "commitment"))
        null = Outpoint(Txid(bytes(32)), NULL_VOUT)
        script_sig = push_number(height) + push(f"/{miner.name}/".encode())
        outputs = [TxOut(Sat(out.value), out.lock.script) for out in outs]
        witness = (bytes(32),) if len(outs) > 1 else ()
        full, txid, _, _ = to_wire(1, [TxIn(null, script_sig, FINAL, witness)], outputs, 0)
        coins = self._hand_out(txid, outs, coinbase=True)
        records.mined(self.record, miner.name, value)
        return Posted(full, txid, 0, bool(witness), (), coins, outs, "coinbase", miner.name, MINED, None, 0)


_CHANGE = {"change", "join_change", "peel"}


def _usual(lock: Lock) -> int:
    return DEFAULT if lock.kind in {Kind.P2TR, Kind.P2TR_LEAF} else ALL


def _spent(coin: Coin) -> SpentOutput:
    return SpentOutput(TxOut(Sat(coin.value), coin.lock.script), Height(coin.height), coin.coinbase)


def tell_genesis(ledger: Ledger) -> None:
    """Tell of block 0, whose output nobody can spend."""
    first = decode_block(GENESIS).txs[0]
    output, txid = first.outputs[0], str(first.txid)
    lock = Lock(output.script, Kind.P2PK_UNCOMPRESSED, (), output.script, NOBODY, "genesis")
    ledger.record.transaction(txid, 0, "coinbase", NOBODY, 0, "")
    ledger.record.output(txid, 0, "genesis", lock, MINED, output.value, 0)
    ledger.record.flow(MINED, NOBODY, output.value)
    ledger.tx_count += 1
    ledger.output_count += 1
