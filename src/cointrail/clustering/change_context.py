"""What a chain with its clusters says about the change of one transaction: a `ChangeContext`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Protocol

from cointrail.chain.network import Network
from cointrail.chain.view import TxBrief, TxView
from cointrail.clustering.moves import MoveIndex
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import Change, Fingerprint, fingerprint_of, merge, vote
from cointrail.heuristics.change.fingerprint import PROFILE_TXS
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.gate import Gate, GateVerdict
from cointrail.store.columns import Column

PROFILE_MOST = 200
"""Inputs of a cluster that its profile is made of: enough to know a program by, and quickly read."""


class SpentRow(Protocol):
    """An input with the script it spends from."""

    @property
    def script_num(self) -> int | None:
        """None where the store does not hold what it spends."""


class CreatedRow(Protocol):
    """An output with its spender."""

    @property
    def output_num(self) -> int:
        """Dense, in chain order."""

    @property
    def script_num(self) -> int:
        """Its locking script."""

    @property
    def spent_by_tx(self) -> int | None:
        """The transaction that spends it; None: none does up to the tip."""


class ChangeChain(Protocol):
    """What is asked of a store; `Snapshot` gives it."""

    @property
    def network(self) -> Network:
        """Which chain."""

    @property
    def height(self) -> int:
        """The tip."""

    def tx_view(self, tx_num: int, /) -> TxView:
        """A transaction with what its inputs spend."""

    def tx_brief(self, tx_num: int, /) -> TxBrief:
        """A transaction as a whole."""

    def tx_inputs(self, tx_num: int, /) -> Sequence[SpentRow]:
        """Inputs in order; a coinbase has none."""

    def tx_outputs(self, tx_num: int, /) -> Sequence[CreatedRow]:
        """Outputs in order."""

    def count_script_outputs(self, script_num: int, /) -> int:
        """How many outputs carry a script."""

    def column(self, key: str, /) -> Column:
        """A column of the store by `table.name`."""

    def input_tx(self, input_num: int, /) -> int:
        """The transaction that an input belongs to."""


class ChangeClusters(Protocol):
    """What is asked of clusters; `Clusters` gives it."""

    @property
    def model(self) -> ForestModel | None:
        """The learned change model that has a say; None: none has."""

    def label(self, script_num: int, tier: Tier = ...) -> int:
        """Smallest member of the script's headline cluster."""

    def gate(self, tx_num: int) -> GateVerdict:
        """The gate's verdict on a transaction."""


class SpendingClusters(ChangeClusters, Protocol):
    """Clusters that know what they spent; `Clusters` does."""

    @property
    def moves(self) -> MoveIndex:
        """What each cluster received and spent."""


SPENDER_ROWS = 20_000
"""Inputs and outputs of spending transactions that are kept for the next rule that asks; some 10 MB."""


class ChainContext:
    """A `ChangeContext` of one transaction, asked of a store and its clusters as it is needed."""

    def __init__(
        self,
        chain: ChangeChain,
        clusters: ChangeClusters,
        tx_num: int,
        *,
        is_service: Callable[[int], bool] | None = None,
        apart: Callable[[int, int], bool] | None = None,
        profile: Fingerprint | None = None,
    ) -> None:
        """Look at one transaction.

        Args:
            chain: the store.
            clusters: its clusters of tiers 1 and 2.
            tx_num: the transaction.
            is_service: whether the cluster with a label is a tagged service's; None: nothing is tagged.
            apart: whether two clusters (the sender's label, the output's) are held apart; None: none are.
            profile: the merged marks of the sender's other transactions, from `PROFILE_TXS` on.
        """
        self.chain = chain
        self.clusters = clusters
        self.tx_num = tx_num
        self.profile = profile
        self._is_service = is_service
        self._apart = apart
        self._spenders: dict[int, TxView] = {}
        self._room = SPENDER_ROWS

    @property
    def height(self) -> int:
        """The store's tip."""
        return self.chain.height

    @cached_property
    def _outputs(self) -> Sequence[CreatedRow]:
        return self.chain.tx_outputs(self.tx_num)

    @cached_property
    def _senders(self) -> frozenset[int]:
        """Labels of the clusters that the transaction spends from."""
        scripts = {row.script_num for row in self.chain.tx_inputs(self.tx_num)}
        return frozenset(self.clusters.label(script) for script in scripts if script is not None)

    def fresh(self, place: int) -> bool:
        """Whether no output before this one had its script."""
        row = self._outputs[place]
        return int(self.chain.column("scripts.first_output")[row.script_num]) == row.output_num

    def one_time(self, place: int) -> bool:
        """Whether this is the only output with its script, up to the tip."""
        return self.chain.count_script_outputs(self._outputs[place].script_num) == 1

    def spender(self, place: int) -> TxView | None:
        """The transaction that spends the output, if any."""
        spender = self._outputs[place].spent_by_tx
        if spender is None or spender in self._spenders:
            return None if spender is None else self._spenders[spender]
        found = self.chain.tx_view(spender)
        self._room -= len(found.inputs) + len(found.outputs)
        if self._room >= 0:
            self._spenders[spender] = found
        return found

    def spender_brief(self, place: int) -> TxBrief | None:
        """That transaction as a whole."""
        spender = self._outputs[place].spent_by_tx
        return None if spender is None else self.chain.tx_brief(spender)

    def in_input_cluster(self, place: int) -> bool:
        """Whether its script is in a headline cluster of the inputs."""
        return self.clusters.label(self._outputs[place].script_num) in self._senders

    def held_apart(self, place: int) -> bool:
        """Whether its cluster is held apart from a cluster of the inputs."""
        if self._apart is None:
            return False
        label = self.clusters.label(self._outputs[place].script_num)
        return any(self._apart(sender, label) for sender in self._senders)

    @property
    def sender_is_service(self) -> bool:
        """Whether the inputs are in the cluster of a tagged service."""
        return self._is_service is not None and any(self._is_service(label) for label in self._senders)


def change_of(
    chain: ChangeChain,
    clusters: ChangeClusters,
    tx_num: int,
    *,
    is_service: Callable[[int], bool] | None = None,
    apart: Callable[[int, int], bool] | None = None,
) -> Change | Abstained:
    """The vote on one transaction of a chain, with the gate's stored verdict."""
    context = ChainContext(chain, clusters, tx_num, is_service=is_service, apart=apart)
    dated = chain.network.name == "mainnet"
    gate = clusters.gate(tx_num).gate
    return vote(chain.tx_view(tx_num), context, gate=gate, model=clusters.model, dated=dated)


def profile_of(chain: ChangeChain, clusters: SpendingClusters, label: int) -> Fingerprint | None:
    """The merged marks of a headline cluster's last transactions that one hand signed for certain.

    At most `PROFILE_MOST` of its last inputs are looked at.

    Returns:
        None where fewer than `PROFILE_TXS` transactions are found.
    """
    debits = clusters.moves.of(label).debits
    inputs = debits.slice(max(len(debits) - PROFILE_MOST, 0), len(debits))
    txs = sorted({chain.input_tx(int(number)) for number in inputs})
    alone = [number for number in txs if clusters.gate(number).gate == Gate.SAFE]
    if len(alone) < PROFILE_TXS:
        return None
    return merge(fingerprint_of(chain.tx_view(number)) for number in alone)
