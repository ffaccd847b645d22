"""The rules beside the gate over a whole chain, as of its tip.

One pass in chain order. `coinjoin.extra` and `coinjoin.possible` look at every transaction, in a kernel.
`joinmarket.slots`, `whirlpool.lineage` and `whirlpool.tx0_confirmed` begin with what the gate has found, few
transactions, so they go one by one. `theft.key_sweep` needs clusters: see `cointrail.clustering.sweeps`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.heuristics.fillable import Answer
from cointrail.heuristics.fillable_bulk import ANSWERS, fillable_batch
from cointrail.heuristics.gate import REASONS
from cointrail.heuristics.joinmarket_slots import Slots, joinmarket_slots
from cointrail.heuristics.shape import Shape
from cointrail.heuristics.whirlpool import PREMIX_MAX_EXTRA, WHIRLPOOL_FIRST_HEIGHT, prepares
from cointrail.heuristics.whirlpool_lineage import MAX_DEPTH, Standing
from cointrail.store.batch import UNKNOWN_SCRIPT, UNKNOWN_TYPE, TxBatch
from cointrail.store.chain_places import last_at_most
from cointrail.store.columns import Column

U16 = npt.NDArray[np.uint16]
U32 = npt.NDArray[np.uint32]


class Said(IntEnum):
    """What a rule says of a transaction: number k is bit k."""

    EXTRA = 0
    EXTRA_TIMEOUT = 1
    POSSIBLE = 2
    POSSIBLE_TIMEOUT = 3
    SLOTS = 4
    """Amounts allow one reading of a JoinMarket round."""
    LINEAGE_CONFIRMED = 5
    LINEAGE_OPEN = 6
    LINEAGE_BROKEN = 7
    TX0_CONFIRMED = 8
    KEY_SWEEP = 9

    @property
    def words(self) -> str:
        """The rule, and what it says where that is more than yes."""
        return _WORDS[self]


_WORDS = (
    *("coinjoin.extra", "coinjoin.extra: timeout", "coinjoin.possible", "coinjoin.possible: timeout"),
    *("joinmarket.slots", "whirlpool.lineage: confirmed", "whirlpool.lineage: open"),
    *("whirlpool.lineage: broken", "whirlpool.tx0_confirmed", "theft.key_sweep"),
)

_LINEAGE = {
    Standing.CONFIRMED: Said.LINEAGE_CONFIRMED,
    Standing.OPEN: Said.LINEAGE_OPEN,
    Standing.BROKEN: Said.LINEAGE_BROKEN,
}
_YES, _TIMEOUT = ANSWERS.index(Answer.YES), ANSWERS.index(Answer.TIMEOUT)
_BIT = {reason.id: np.uint32(1 << k) for k, reason in enumerate(REASONS)}
_JOINMARKET, _MIX = _BIT["coinjoin.joinmarket"], _BIT["coinjoin.whirlpool"]


class BesideChain(Protocol):
    """What is asked of a chain; `cointrail.store.reader.Snapshot` gives it."""

    @property
    def network(self) -> Network:
        """Which chain."""

    @property
    def n_txs(self) -> int:
        """How many transactions."""

    @property
    def n_outputs(self) -> int:
        """How many outputs."""

    def batches(self) -> Iterable[TxBatch]:
        """All transactions in chain order."""

    def column(self, key: str, /) -> Column:
        """A column of the store by `table.name`."""


class Found(NamedTuple):
    """Transactions of which some rule says something, ascending, and the bits of `Said`."""

    tx: U32
    said: U16

    def with_said(self, txs: Iterable[int], said: Said) -> Found:
        """The same, with one thing more said of some transactions."""
        own = zip(self.tx.tolist(), self.said.tolist(), strict=True)
        return Found.of([*own, *((tx, 1 << said) for tx in txs)])

    @classmethod
    def of(cls, pairs: Iterable[tuple[int, int]]) -> Found:
        """From (transaction, bits) in any order; a transaction may come again."""
        both = np.array([*pairs], np.int64).reshape(-1, 2)
        txs, place = np.unique(both[:, 0], return_inverse=True)
        said = np.zeros(len(txs), np.uint16)
        np.bitwise_or.at(said, place, both[:, 1].astype(np.uint16))
        return cls(txs.astype(np.uint32), said)


def rules_beside(chain: BesideChain, reasons: U32) -> Found:
    """What the rules say of a chain as of its tip.

    Memory: 50 bytes for each transaction found, and some hundred for each Whirlpool mix.

    Args:
        chain: the chain.
        reasons: the gate's, of every transaction, as `judge_chain` gives them.
    """
    mixes = _Mixes(chain)
    found = [pair for batch in chain.batches() for pair in _of_batch(batch, reasons, mixes)]
    return Found.of([*found, *((tx, 1 << Said.TX0_CONFIRMED) for tx in mixes.tx0s())])


def _of_batch(batch: TxBatch, reasons: U32, mixes: _Mixes) -> Iterator[tuple[int, int]]:
    own = np.asarray(reasons[batch.first_tx : batch.first_tx + batch.count])
    answers = fillable_batch(batch)
    bits = (answers.extra == _YES).astype(np.uint16) << Said.EXTRA
    bits |= (answers.extra == _TIMEOUT).astype(np.uint16) << Said.EXTRA_TIMEOUT
    bits |= (answers.possible == _YES).astype(np.uint16) << Said.POSSIBLE
    bits |= (answers.possible == _TIMEOUT).astype(np.uint16) << Said.POSSIBLE_TIMEOUT
    for row in np.flatnonzero(own & _JOINMARKET).tolist():
        if isinstance(joinmarket_slots(shape_of_row(batch, row)), Slots):
            bits[row] |= 1 << Said.SLOTS
    for row in np.flatnonzero(own & _MIX).tolist():
        bits[row] |= 1 << _LINEAGE[mixes.add(batch, row)]
    rows = np.flatnonzero(bits)
    return zip((rows + batch.first_tx).tolist(), bits[rows].tolist(), strict=True)


def shape_of_row(batch: TxBatch, row: int) -> Shape:
    """The shape of one transaction of a batch, by itself. Scripts are their numbers, in four bytes."""
    ins = slice(int(batch.in_start[row]), int(batch.in_start[row + 1]))
    outs = slice(int(batch.out_start[row]), int(batch.out_start[row + 1]))
    known = (batch.in_script[ins] != UNKNOWN_SCRIPT) & (batch.in_value[ins] >= 0)
    spendable = batch.out_type[outs] != ScriptType.OP_RETURN
    kinds = batch.in_type[ins].tolist()
    return Shape(
        height=int(batch.height[row]),
        version=int(batch.version[row]),
        locktime=int(batch.locktime[row]),
        n_inputs=ins.stop - ins.start,
        in_values=tuple(batch.in_value[ins][known].tolist()),
        in_scripts=_as_bytes(batch.in_script[ins][known]),
        in_types=tuple(None if kind == UNKNOWN_TYPE else ScriptType(kind) for kind in kinds),
        sequences=tuple(batch.in_sequence[ins].tolist()),
        marks=tuple(map(InputMarks, batch.in_marks[ins].tolist())),
        all_out_values=tuple(batch.out_value[outs].tolist()),
        out_values=tuple(batch.out_value[outs][spendable].tolist()),
        out_scripts=_as_bytes(batch.out_script[outs][spendable]),
        out_types=tuple(map(ScriptType, batch.out_type[outs][spendable].tolist())),
        remixed_values=(),
        opens_channel=False,
    )


def _as_bytes(scripts: U32) -> tuple[bytes, ...]:
    return tuple(int(number).to_bytes(4, "little") for number in scripts)


class _Mix(NamedTuple):
    """A mix: what its first output holds, and its standing when looked behind 1, 2 ... mixes deep."""

    denomination: int
    standings: tuple[Standing, ...]


class _Mixes:
    """The Whirlpool mixes so far, and the tx0s that they spend from."""

    def __init__(self, chain: BesideChain) -> None:
        self._chain = chain
        self._dated = chain.network.name == "mainnet"
        self._spends = chain.column("inputs.output")
        self._first_input = chain.column("txs.first_input")
        self._first_output = chain.column("txs.first_output")
        self._mixes: dict[int, _Mix] = {}
        self._tx0s: dict[int, bool] = {}

    def tx0s(self) -> list[int]:
        """Those of which some output was mixed."""
        return [tx for tx, is_tx0 in self._tx0s.items() if is_tx0]

    def add(self, batch: TxBatch, row: int) -> Standing:
        """Take in the next mix; twin of `lineage` for it."""
        ins = slice(int(batch.in_start[row]), int(batch.in_start[row + 1]))
        tx = batch.first_tx + row
        first = int(self._first_input[tx])
        spent = self._spends.slice(first, first + ins.stop - ins.start)
        sources = last_at_most(self._first_output, spent)
        sources[spent >= self._chain.n_outputs] = -1
        coins = list(zip(batch.in_value[ins].tolist(), sources.tolist(), strict=True))
        for _, source in coins:
            self._is_tx0(source)
        denomination = int(batch.out_value[batch.out_start[row]])
        standings = tuple(self._stands(coins, denomination, depth) for depth in range(1, MAX_DEPTH + 1))
        self._mixes[tx] = _Mix(denomination, standings)
        return standings[-1]

    def _stands(self, coins: list[tuple[int, int]], denomination: int, depth: int) -> Standing:
        found = {self._of_source(source, value, denomination, depth) for value, source in coins}
        return next(one for one in (Standing.BROKEN, Standing.OPEN, Standing.CONFIRMED) if one in found)

    def _of_source(self, source: int, value: int, denomination: int, depth: int) -> Standing:
        """Twin of `_judge_source`."""
        if source < 0:
            return Standing.OPEN
        if value > denomination:
            fits = self._is_tx0(source) and value <= denomination + PREMIX_MAX_EXTRA
            return Standing.CONFIRMED if fits else Standing.BROKEN
        mix = self._mixes.get(source)
        if mix is None or mix.denomination != denomination:
            return Standing.BROKEN
        return Standing.CONFIRMED if depth == 1 else mix.standings[depth - 2]

    def _is_tx0(self, tx: int) -> bool:
        """Twin of `whirlpool.tx0`, for transactions whose outputs a mix spends."""
        if tx < 0:
            return False
        if tx not in self._tx0s:
            self._tx0s[tx] = self._prepares(tx)
        return self._tx0s[tx]

    def _prepares(self, tx: int) -> bool:
        chain = self._chain
        if self._dated and int(chain.column("txs.block")[tx]) < WHIRLPOOL_FIRST_HEIGHT:
            return False
        ends = range(tx, tx + 2)
        outs, ins = (
            [int(firsts[one]) if one < chain.n_txs else len(whole) for one in ends]
            for firsts, whole in (
                (self._first_output, chain.column("outputs.value")),
                (self._first_input, self._spends),
            )
        )
        scripts = chain.column("outputs.script").slice(*outs)
        spendable = chain.column("scripts.type").take(scripts) != ScriptType.OP_RETURN
        one_note = len(spendable) - int(spendable.sum()) == 1
        values = chain.column("outputs.value").slice(*outs)[spendable].tolist()
        return one_note and ins[0] < ins[1] and prepares(values)
