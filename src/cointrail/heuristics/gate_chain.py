"""The gate over a whole chain: what one transaction shows, and what the chain around it adds.

Two reasons need the chain. `coinjoin.wasabi2_remix` looks back: it is settled by the blocks up to the
transaction. `lightning.open` looks ahead: it holds from the block on that spends the channel, so it is known
with that transaction, and a verdict at any height can be told from it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.types import Txid
from cointrail.chain.view import InputMarks, ScriptType, TxView
from cointrail.heuristics import wasabi
from cointrail.heuristics.channels import OPEN, ChannelColumns, find_channels
from cointrail.heuristics.gate import REASONS, Gate, GateVerdict, judge
from cointrail.heuristics.gate_bulk import DENOMINATIONS, judge_batch
from cointrail.heuristics.shape import Surroundings, shape_of
from cointrail.store.batch import UNKNOWN_SCRIPT, TxBatch

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

THREADS = 2
"""Batches that are judged at a time, while the next one is read."""

_BIT = {reason.id: np.uint32(1 << k) for k, reason in enumerate(REASONS)}
_ROUND, _REMIX = _BIT["coinjoin.wasabi2"], _BIT["coinjoin.wasabi2_remix"]


class JudgedChain(ChannelColumns, Protocol):
    """What the gate asks of a chain; `cointrail.store.reader.Snapshot` gives it."""

    @property
    def network(self) -> Network:
        """Which chain."""

    def batches(self) -> Iterable[TxBatch]:
        """All transactions in chain order."""


class Judged(NamedTuple):
    """A batch with what the gate says of it."""

    batch: TxBatch
    gate: U8
    """Per transaction its `Gate`."""
    reasons: U32
    """Per transaction the bit set of its reasons; bit k is `REASONS[k]`."""


def judge_all(txs: Sequence[TxView], *, dated: bool = True) -> list[GateVerdict]:
    """Judge a chain, given in chain order and up to a height: the definition of `judge_chain`."""
    rounds: set[Txid] = set()
    around = Surroundings(
        rounds,
        frozenset(
            i.outpoint
            for tx in txs
            for i in tx.inputs
            if i.script_type == ScriptType.P2WSH and InputMarks.TWO_OF_TWO in i.marks
        ),
    )
    verdicts = []
    for tx in txs:
        verdicts.append(judge(tx, dated=dated, around=around))
        if wasabi.passes_for_round(shape_of(tx, dated=dated)):
            rounds.add(tx.txid)
    return verdicts


def judge_chain(chain: JudgedChain, *, threads: int = THREADS) -> Iterator[Judged]:
    """Judge every transaction of a chain, batch by batch in chain order; equal to `judge_all`.

    Several batches are judged at a time; that changes nothing in the answer.

    Args:
        chain: its tip is the height of judgement.
        threads: batches that are judged at a time.
    """
    dated = chain.network.name == "mainnet"
    channels = find_channels(chain)
    rounds = _Rounds(chain)
    for batch, gate, reasons in _judged_ahead(chain.batches(), threads, dated=dated):
        _add(gate, reasons, rounds.remixes(batch, reasons), _REMIX, Gate.UNSAFE)
        _add(gate, reasons, channels.openings(batch), OPEN, Gate.UNKNOWN)
        yield Judged(batch, gate, reasons)


def _judged_ahead(batches: Iterable[TxBatch], threads: int, *, dated: bool) -> Iterator[Judged]:
    waiting: deque[tuple[TxBatch, Future[tuple[U8, U32]]]] = deque()
    with ThreadPoolExecutor(threads, "gate") as pool:
        source = ((batch, pool.submit(judge_batch, batch, dated=dated)) for batch in batches)
        waiting.extend(islice(source, threads))
        while waiting:
            batch, verdicts = waiting.popleft()
            waiting.extend(islice(source, 1))
            yield Judged(batch, *verdicts.result())


def _add(gate: U8, reasons: U32, rows: npt.NDArray[np.int64], bit: np.uint32, verdict: Gate) -> None:
    reasons[rows] |= bit
    gate[rows] = np.maximum(gate[rows], np.uint8(verdict))


# -- rounds


class _Rounds:
    """The transactions so far that pass for a Wasabi 2 round, by the outputs they made."""

    def __init__(self, chain: JudgedChain) -> None:
        self._first_input = chain.column("txs.first_input")
        self._first_output = chain.column("txs.first_output")
        self._spends = chain.column("inputs.output")
        self._starts: list[int] = []
        self._ends: list[int] = []

    def remixes(self, batch: TxBatch, reasons: U32) -> npt.NDArray[np.int64]:
        """Rows of a batch for which `coinjoin.wasabi2_remix` holds; its own rounds are added.

        A tx0 has lost its bit by now, as it has in the definition.
        """
        found = []
        for row in np.flatnonzero(reasons & _ROUND).tolist():
            if _is_lookalike(batch, row):
                continue
            if self._remixes(batch, row):
                found.append(row)
            start = int(self._first_output[batch.first_tx + row])
            self._starts.append(start)
            self._ends.append(start + int(batch.out_start[row + 1] - batch.out_start[row]))
        return np.array(found, np.int64)

    def _remixes(self, batch: TxBatch, row: int) -> bool:
        ins = slice(int(batch.in_start[row]), int(batch.in_start[row + 1]))
        first = int(self._first_input[batch.first_tx + row])
        spent = self._spends.slice(first, first + ins.stop - ins.start)
        standard = np.isin(batch.in_value[ins], DENOMINATIONS)
        known = batch.in_script[ins] != UNKNOWN_SCRIPT
        return any(self._is_of_a_round(output) for output in spent[standard & known].tolist())

    def _is_of_a_round(self, output: int) -> bool:
        at = bisect_right(self._starts, output) - 1
        return at >= 0 and output < self._ends[at]


def _is_lookalike(batch: TxBatch, row: int) -> bool:
    """Twin of `wasabi._is_lookalike`."""
    ins = slice(int(batch.in_start[row]), int(batch.in_start[row + 1]))
    outs = slice(int(batch.out_start[row]), int(batch.out_start[row + 1]))
    spendable = batch.out_type[outs] != ScriptType.OP_RETURN
    known = (batch.in_script[ins] != UNKNOWN_SCRIPT) & (batch.in_value[ins] >= 0)
    paid = batch.out_value[outs][spendable]
    odd = len(paid) - int(np.isin(paid, DENOMINATIONS).sum())
    scripts = np.concatenate([batch.in_script[ins][known], batch.out_script[outs][spendable]])
    return wasabi.is_lookalike(
        lowest_sequence=int(batch.in_sequence[ins].min()),
        odd=odd,
        places=len(scripts),
        reused=len(scripts) - len(np.unique(scripts)),
    )
