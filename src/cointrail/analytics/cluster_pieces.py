"""Clusters, gate verdicts and payments for analysts: inferences by the rules that the clusters name."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.analytics.bulk_texts import word_lists, words_of
from cointrail.analytics.ledger_pieces import CoinPiece, InTx, ScriptPiece, known_numbers, numbers
from cointrail.analytics.rows import Numbers
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.move_page import MoveRows
from cointrail.clustering.partition import Partition
from cointrail.heuristics.base import Tier
from cointrail.heuristics.beside import Found, Said
from cointrail.heuristics.change.vote import VOTERS, Quiet
from cointrail.heuristics.gate import REASONS, Gate
from cointrail.heuristics.gate_bits import gates_of
from cointrail.store.chain_places import txs_of_outputs
from cointrail.store.reader import Snapshot
from cointrail.store.schema import NOT_YET
from cointrail.tracing.flow_columns import STOPS
from cointrail.tracing.flow_result import FEE_OUTPUT, Ends, Flow

U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

GATES = tuple(gate.name.lower() for gate in Gate)
DIRECTIONS = ("out", "in")
TIERS = tuple(tier.name for tier in Tier)
VOTED = tuple(voter.id for voter in VOTERS)
WHY_NOT = ("", *Quiet)
"""Why a vote abstains, by its stored code; 0 is none."""


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


class BesidePiece(InTx):
    """Transactions of which some rule beside the gate says something, as of the chain's tip.

    Args:
        snapshot: the chain.
        found: all of them.
        numbers: of the lines.
    """

    COLUMNS = ("line", "tx", "txid", "block", "rules")

    def __init__(self, snapshot: Snapshot, found: Found, numbers: Numbers) -> None:
        super().__init__(snapshot, numbers)
        rows = numbers.array().astype(np.int64)
        self.found = Found(found.tx[rows], found.said[rows])

    @cached_property
    def tx_numbers(self) -> I64:
        """The transactions."""
        return self.found.tx.astype(np.int64)

    def line(self) -> Any:
        """Number of the line, from 0 in chain order."""
        return numbers(self.numbers.array(), "<u8")

    def rules(self) -> Any:
        """Ids of the rules, with what they say where that is more than yes: `whirlpool.lineage: broken`."""
        return word_lists(self.found.said.astype(np.uint32), [said.words for said in Said])


class ChangePiece(InTx):
    """Transactions with the vote on which output stays with the sender, as of the chain's tip.

    Args:
        snapshot: the chain.
        clusters: that the verdicts are kept with.
        numbers: of the transactions.
    """

    COLUMNS = ("tx", "txid", "block", "output", "vout", "tier", "rules", "abstains")

    def __init__(self, snapshot: Snapshot, clusters: Clusters, numbers: Numbers) -> None:
        super().__init__(snapshot, numbers)
        self.kept = clusters.change_columns

    @cached_property
    def _quiet(self) -> npt.NDArray[np.uint8]:
        found: npt.NDArray[np.uint8] = self.kept.quiet[self.tx_numbers]
        return found

    @cached_property
    def _places(self) -> U64:
        return self.kept.output[self.tx_numbers].astype(np.uint64)

    def output(self) -> Any:
        """Number of the output that stays with the sender; null where the vote abstains."""
        first = self.snapshot.column("txs.first_output").take(self.tx_numbers)
        return known_numbers(np.where(self._quiet, NOT_YET, first + self._places), "<u8")

    def vout(self) -> Any:
        """Its place in the transaction; null where the vote abstains."""
        return known_numbers(np.where(self._quiet, NOT_YET, self._places), "<u4")

    def tier(self) -> Any:
        """`T1` back to a script that was spent from, `T3` enough for a hop, `T4` a lead; null: abstains."""
        return words_of(self.kept.tier[self.tx_numbers], TIERS, self._quiet != 0)

    def rules(self) -> Any:
        """Ids of the rules that voted for it."""
        return word_lists(self.kept.rules[self.tx_numbers], VOTED)

    def abstains(self) -> Any:
        """Why the vote abstains; null where it does not."""
        return words_of(self._quiet, WHY_NOT, self._quiet == 0)


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


class TracePiece(CoinPiece):
    """The ends of a flow of value by one policy.

    Args:
        snapshot: the chain.
        flow: the flow.
        numbers: of the ends.
    """

    COLUMNS = (
        *("line", "seed", "stop", "sat", "hops", "output", "tx", "txid", "vout", "block", "time_utc"),
        *("value", "script", "script_type", "address"),
    )

    def __init__(self, snapshot: Snapshot, flow: Flow, numbers: Numbers) -> None:
        super().__init__(snapshot, numbers)
        rows = numbers.array().astype(np.int64)
        self.flow = flow
        self.ends = Ends(*(getattr(flow.ends, name)[rows] for name in Ends.__slots__))

    @cached_property
    def coins(self) -> U64:
        """Where the ends are: an output; of a fee, the output that it was paid from."""
        fee = self.ends.output == FEE_OUTPUT
        found = self.ends.output.copy()
        found[fee] = self.flow.rows.output[self.flow.rows.parent[self.ends.row[fee]]]
        return found.astype(np.uint64)

    @cached_property
    def tx_numbers(self) -> I64:
        """The transactions that made these outputs."""
        return txs_of_outputs(self.snapshot, self.coins)

    def line(self) -> Any:
        """Number of the end, from 0 in the order in which the flow came there."""
        return numbers(self.numbers.array(), "<u8")

    def seed(self) -> Any:
        """The seed whose value it is."""
        return words_of(self.ends.source, [source.label for source in self.flow.sources])

    def stop(self) -> Any:
        """Why the flow ended there."""
        return words_of(self.ends.stop, [stop.value for stop in STOPS])

    def sat(self) -> Any:
        """Satoshi of the seed that ended there; by poison, what can be reached."""
        return numbers(self.ends.sat, "<i8")

    def hops(self) -> Any:
        """Transactions on the shortest way there."""
        return numbers(self.ends.hops, "<u4")

    def vout(self) -> Any:
        """Place of the output in its transaction."""
        first = self.snapshot.column("txs.first_output").take(self.tx_numbers)
        return numbers(self.coins - first, "<u4")
