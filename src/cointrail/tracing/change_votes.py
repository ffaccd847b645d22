"""The change vote on transactions, as walks ask for it: as it was kept, or against a whole chain."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from cointrail.clustering.change_context import ChainContext, ChangeChain, ChangeClusters
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Change, Fingerprint, fingerprint_of, vote
from cointrail.tracing.ledger import ChangeHop, Ledger


class KeptVerdicts(Protocol):
    """The vote on every transaction as of the tip; `Clusters` has it."""

    def change(self, tx_num: int, /) -> Change | Abstained:
        """The verdict on one transaction."""


class KeptChanges:
    """The verdicts that were kept with the clusters.

    They were reached without tags. A walk asks for none of a tagged service's transactions: it ends there.
    """

    def __init__(self, ledger: Ledger, clusters: KeptVerdicts) -> None:
        self._ledger = ledger
        self._clusters = clusters

    def change(self, tx_num: int) -> ChangeHop | None:
        """The output that is change; None: the vote abstained."""
        found = self._clusters.change(tx_num)
        if isinstance(found, Abstained):
            return None
        return ChangeHop(self._ledger.tx_outputs(tx_num)[found.output].output_num, found.tier)


MOST_MARKS = 200_000
"""Fingerprints that are remembered at most; then all are forgotten."""


class ChainVotes:
    """Votes on one transaction after the other, against the chain that it stands in.

    Args:
        chain: the store.
        clusters: of the same snapshot.
        is_service: whether the cluster with a label is a tagged service's.
    """

    def __init__(
        self, chain: ChangeChain, clusters: ChangeClusters, is_service: Callable[[int], bool]
    ) -> None:
        self._chain = chain
        self._clusters = clusters
        self._is_service = is_service
        self._dated = chain.network.name == "mainnet"
        self._marks: dict[int, Fingerprint] = {}

    def judge(self, tx_num: int, chain_marks: Fingerprint | None) -> Change | Abstained:
        """The vote, with the sender's other transactions known by their merged fingerprints.

        Args:
            tx_num: the transaction.
            chain_marks: of the chain that it stands in; None: it stands alone.
        """
        context = ChainContext(
            self._chain, self._clusters, tx_num, is_service=self._is_service, profile=chain_marks
        )
        gate = self._clusters.gate(tx_num).gate
        return vote(self._chain.tx_view(tx_num), context, gate=gate, dated=self._dated)

    def marks(self, tx_num: int) -> Fingerprint:
        """The fingerprint of the transaction."""
        if tx_num not in self._marks:
            if len(self._marks) >= MOST_MARKS:
                self._marks.clear()
            self._marks[tx_num] = fingerprint_of(self._chain.tx_view(tx_num))
        return self._marks[tx_num]
