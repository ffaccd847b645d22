"""The change vote on transactions, as walks ask for it: as it was kept, or against a whole chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from cointrail.clustering.change_context import ChainContext, ChangeChain, ChangeClusters
from cointrail.clustering.standing import Standing
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Change, Fingerprint, Quiet, fingerprint_of, vote
from cointrail.tracing.ledger import ChangeHop, Ledger, SpentRow, Tags


class Named(Protocol):
    """A custodian, by a name that stands for it in all its clusters."""

    @property
    def id(self) -> str:
        """The name."""


class NamedTags(Tags, Protocol):
    """Tags whose custodians have names."""

    def custodian(self, label: int) -> Named | None:
        """The custodial service whose cluster this is."""


class VoteChain(ChangeChain, Protocol):
    """What is asked of a store; `Snapshot` gives it."""

    def tx_inputs(self, tx_num: int, /) -> Sequence[SpentRow]:
        """Inputs in order, with who made what they spend."""

    def tx_height(self, tx_num: int, /) -> int:
        """Height of the transaction's block."""

    def block_time(self, height: int, /) -> int:
        """Header time of a block, epoch seconds."""


OWN_SERVICE = "its coins came from the service that it pays, so the sender may be the service itself"
"""Why nothing is said where a service pays an address that pays it back: nothing may tie that to it yet."""


class KeptVerdicts(Protocol):
    """The vote on every transaction as of the tip; `Clusters` has it."""

    def change(self, tx_num: int, /) -> Change | Abstained:
        """The verdict on one transaction."""


_QUIET = frozenset(quiet.value for quiet in Quiet)
"""Why the vote itself abstains; any other reason is somebody's judgement."""

MOST_TOLD = 200_000
"""Verdicts and fingerprints that are remembered at most; then all are forgotten."""


class ChainVotes:
    """Votes on one transaction after the other, against the chain that it stands in.

    Args:
        chain: the store.
        clusters: of the same snapshot.
        tags: who is said to hold what; a transaction of a service has no change that these rules know, and
            an output in somebody else's tagged cluster is held apart from its sender.
        standing: at which tier verdicts stand by the table of measured error; None: as they were voted.
    """

    def __init__(
        self,
        chain: VoteChain,
        clusters: ChangeClusters,
        tags: NamedTags,
        standing: Standing | None = None,
    ) -> None:
        self._chain = chain
        self._standing = standing
        self._clusters = clusters
        self._tags = tags
        self._dated = chain.network.name == "mainnet"
        self._marks: dict[int, Fingerprint] = {}

    def judge(self, tx_num: int, chain_marks: Fingerprint | None) -> Change | Abstained:
        """The vote, with the sender's other transactions known by their merged fingerprints.

        Args:
            tx_num: the transaction.
            chain_marks: of the chain that it stands in; None: it stands alone.
        """
        if self._may_be_service(tx_num):
            return Abstained(OWN_SERVICE)
        context = ChainContext(
            self._chain,
            self._clusters,
            tx_num,
            is_service=self._is_service,
            apart=self._apart,
            profile=chain_marks,
        )
        gate = self._clusters.gate(tx_num).gate
        found = vote(
            self._chain.tx_view(tx_num), context, gate=gate, model=self._clusters.model, dated=self._dated
        )
        if self._standing is None:
            return found
        return self._standing.verdict(found, self._chain.block_time(self._chain.tx_height(tx_num)))

    def tags_have_a_say(self, tx_num: int) -> bool:
        """Whether the transaction pays somebody else's tagged cluster, or a tagged service signed it."""
        labels = {self._clusters.label(row.script_num) for row in self._chain.tx_outputs(tx_num)}
        tagged = {label for label in labels if self._tags.of_cluster(label) is not None}
        if not tagged:
            return False
        inputs = self._chain.tx_inputs(tx_num)
        senders = {self._clusters.label(row.script_num) for row in inputs if row.script_num is not None}
        return bool(tagged - senders) or any(map(self._is_service, senders))

    def _may_be_service(self, tx_num: int) -> bool:
        """Whether a tagged service paid one who pays it back, as a wallet of its own does."""
        paid = self._services(row.script_num for row in self._chain.tx_outputs(tx_num))
        if not paid:
            return False
        made_by = {row.tx_num for row in self._chain.tx_inputs(tx_num) if row.tx_num is not None}
        return any(
            paid & self._services({row.script_num for row in self._chain.tx_inputs(maker)})
            for maker in made_by
        )

    def _services(self, scripts: Iterable[int | None]) -> set[str]:
        """The custodians whose clusters scripts lie in."""
        labels = {self._clusters.label(script) for script in scripts if script is not None}
        return {found.id for label in labels if (found := self._tags.custodian(label)) is not None}

    def _is_service(self, label: int) -> bool:
        return self._tags.custodian(label) is not None

    def _apart(self, sender: int, receiver: int) -> bool:
        return sender != receiver and self._tags.of_cluster(receiver) is not None

    def marks(self, tx_num: int) -> Fingerprint:
        """The fingerprint of the transaction."""
        if tx_num not in self._marks:
            if len(self._marks) >= MOST_TOLD:
                self._marks.clear()
            self._marks[tx_num] = fingerprint_of(self._chain.tx_view(tx_num))
        return self._marks[tx_num]


class KeptChanges:
    """The verdicts that were kept with the clusters, judged anew where tags have a say.

    Kept verdicts were reached without tags. Where an output lies in somebody else's tagged cluster, it is no
    change of the sender, so the vote is asked again. Where a judgement took a verdict away, it stays away.

    Args:
        ledger: the chain.
        clusters: with the verdicts of the same snapshot.
        votes: the vote that knows the tags.
    """

    def __init__(self, ledger: Ledger, clusters: KeptVerdicts, votes: ChainVotes) -> None:
        self._ledger = ledger
        self._clusters = clusters
        self._votes = votes
        self._hops: dict[int, ChangeHop | None] = {}

    def change(self, tx_num: int) -> ChangeHop | None:
        """The output that is change; None: the vote abstained."""
        if tx_num not in self._hops:
            if len(self._hops) >= MOST_TOLD:
                self._hops.clear()
            self._hops[tx_num] = self._judge(tx_num)
        return self._hops[tx_num]

    def _judge(self, tx_num: int) -> ChangeHop | None:
        found = self._clusters.change(tx_num)
        if isinstance(found, Abstained) and found.because not in _QUIET:
            return None
        if self._votes.tags_have_a_say(tx_num):
            found = self._votes.judge(tx_num, None)
        if isinstance(found, Abstained):
            return None
        return ChangeHop(self._ledger.tx_outputs(tx_num)[found.output].output_num, found.tier)
