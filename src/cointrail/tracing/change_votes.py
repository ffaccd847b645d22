"""The change vote on single transactions of a chain, as walks ask for it."""

from __future__ import annotations

from collections.abc import Callable

from cointrail.clustering.change_context import ChainContext, ChangeChain, ChangeClusters
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Change, Fingerprint, fingerprint_of, vote
from cointrail.tracing.ledger import ChangeHop

_TOLD_APART = 200_000
"""Verdicts and fingerprints that are remembered at most; then all are forgotten."""


class ChangeVotes:
    """Asks for each transaction once.

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
        self._hops: dict[int, ChangeHop | None] = {}
        self._marks: dict[int, Fingerprint] = {}

    def change(self, tx_num: int) -> ChangeHop | None:
        """The output that is change, by the transaction and its surroundings alone; None: it abstains."""
        if tx_num not in self._hops:
            if len(self._hops) >= _TOLD_APART:
                self._hops.clear()
            found = self.judge(tx_num, None)
            self._hops[tx_num] = None if isinstance(found, Abstained) else self._hop(tx_num, found)
        return self._hops[tx_num]

    def _hop(self, tx_num: int, found: Change) -> ChangeHop:
        return ChangeHop(self._chain.tx_outputs(tx_num)[found.output].output_num, found.tier)

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
            if len(self._marks) >= _TOLD_APART:
                self._marks.clear()
            self._marks[tx_num] = fingerprint_of(self._chain.tx_view(tx_num))
        return self._marks[tx_num]
