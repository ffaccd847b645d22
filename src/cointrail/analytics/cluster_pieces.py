"""Clusters, gate verdicts and payments for analysts: inferences by the rules that the clusters name."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.analytics.bulk_texts import word_lists, words_of
from cointrail.analytics.ledger_pieces import CoinPiece, InTx, ScriptPiece, numbers
from cointrail.analytics.rows import Numbers
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.move_page import MoveRows
from cointrail.clustering.partition import Partition
from cointrail.heuristics.gate import REASONS, Gate
from cointrail.store.reader import Snapshot

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

GATES = tuple(gate.name.lower() for gate in Gate)
DIRECTIONS = ("out", "in")


def _mask(gate: Gate) -> np.uint32:
    return np.uint32(sum(1 << k for k, reason in enumerate(REASONS) if reason.gate == gate))


def gates_of(reasons: U32) -> npt.NDArray[np.uint8]:
    """The verdict behind each bit set of reasons: the worst of them."""
    found = np.zeros(len(reasons), np.uint8)
    for gate in (Gate.UNKNOWN, Gate.UNSAFE):
        found[(reasons & _mask(gate)) != 0] = gate
    return found


class ClusterPiece(ScriptPiece):
    """Scripts with their clusters of one tier and all stronger ones.

    Args:
        snapshot: the chain.
        partition: the clusters.
        numbers: of the scripts.
    """

    COLUMNS = ("script", "cluster", "cluster_size", "script_type", "address")

    def __init__(self, snapshot: Snapshot, partition: Partition, numbers: Numbers) -> None:
        super().__init__(snapshot, numbers)
        self.partition = partition

    @cached_property
    def _labels(self) -> U32:
        return self.partition.label[self.numbers.array()]

    def cluster(self) -> Any:
        """Label of the cluster: its smallest script; a script that nothing joined is its own."""
        return numbers(self._labels, "<u4")

    def cluster_size(self) -> Any:
        """How many scripts the cluster has."""
        labels, start = self.partition.labels, self.partition.members.start
        sizes = np.ones(len(self._labels), np.int64)
        place = np.searchsorted(labels, self._labels)
        joined = place < len(labels)
        joined[joined] = labels[place[joined]] == self._labels[joined]
        sizes[joined] = start[place[joined] + 1] - start[place[joined]]
        return numbers(sizes, "<u4")


class GatePiece(InTx):
    """Transactions with the gate's verdict on their inputs.

    Args:
        snapshot: the chain.
        clusters: that the verdicts are kept with.
        numbers: of the transactions.
    """

    COLUMNS = ("tx", "txid", "block", "gate", "reasons")

    def __init__(self, snapshot: Snapshot, clusters: Clusters, numbers: Numbers) -> None:
        super().__init__(snapshot, numbers)
        self.clusters = clusters

    @cached_property
    def _bits(self) -> U32:
        found: U32 = self.clusters.reasons[self.tx_numbers]
        return found

    def gate(self) -> Any:
        """May the inputs be linked: `safe`, `unknown` or `unsafe`."""
        return words_of(gates_of(self._bits), GATES)

    def reasons(self) -> Any:
        """Ids of the rules behind the verdict."""
        return word_lists(self._bits, [reason.id for reason in REASONS])


class PaymentPiece(CoinPiece):
    """What a cluster received and spent; in a transaction what it spends comes first.

    Args:
        snapshot: the chain.
        moves: all of it, in chain order.
        numbers: of the lines.
    """

    COLUMNS = (
        *("line", "tx", "txid", "block", "time_utc", "direction", "place"),
        *("output", "value", "script", "script_type", "address"),
    )

    def __init__(self, snapshot: Snapshot, moves: MoveRows, numbers: Numbers) -> None:
        super().__init__(snapshot, numbers)
        rows = numbers.array().astype(np.int64)
        self.moves = MoveRows(moves.tx[rows], moves.credit[rows], moves.number[rows], moves.value[rows])

    @cached_property
    def tx_numbers(self) -> I64:
        """The transactions."""
        return self.moves.tx

    @cached_property
    def coins(self) -> U64:
        """The outputs that were received or spent."""
        credit, coins = self.moves.credit, self.moves.number.copy()
        coins[~credit] = self.snapshot.column("inputs.output").take(self.moves.number[~credit])
        return coins

    def line(self) -> Any:
        """Number of the line, from 0 in chain order."""
        return numbers(self.numbers.array(), "<u8")

    def direction(self) -> Any:
        """`in`: an output pays a member; `out`: an input spends a member's output."""
        return words_of(self.moves.credit.astype(np.int8), DIRECTIONS)

    def place(self) -> Any:
        """Place of the output, or of the input, in the transaction."""
        credit = self.moves.credit
        first = np.where(
            credit,
            self.snapshot.column("txs.first_output").take(self.tx_numbers),
            self.snapshot.column("txs.first_input").take(self.tx_numbers),
        )
        return numbers(self.moves.number - first, "<u4")
