"""A snapshot with its clusters and tags."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from functools import cached_property
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from cointrail.attribution.resolve import Attribution, ClusterTags, Proposal
from cointrail.attribution.tags import Tag
from cointrail.clustering.clusters import Clusters
from cointrail.errors import ChainMoved
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.views import ClusterClaims, ClusterRef, LookupBasis, TagLine
from cointrail.store.reader import Snapshot
from cointrail.tracing.link_rates import LinkRates

T = TypeVar("T")

MOST_KEPT = 256
"""Answers of some kilobytes each."""


class LookupDesk(LedgerDesk):
    """One pinned state of the store and what is said of it.

    Args:
        snapshot: the chain.
        clusters: of the same snapshot.
        attribution: a tag set laid over those clusters; None without tags.
    """

    def __init__(
        self, snapshot: Snapshot, clusters: Clusters, attribution: Attribution | None = None
    ) -> None:
        super().__init__(snapshot, clusters.moves)
        self.clusters = clusters
        self.attribution = attribution
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = Lock()

    def kept(self, question: Hashable, answer: Callable[[], T]) -> T:
        """An answer about this state that takes long to find and little to keep; the last `MOST_KEPT` are.

        Args:
            question: names it among all; the same question has the same answer.
            answer: finds it, where it is not kept.
        """
        with self._lock:
            if question in self._kept:
                self._kept.move_to_end(question)
                found: T = self._kept[question]
                return found
        found = answer()
        with self._lock:
            self._kept[question] = found
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return found

    @cached_property
    def link_rates(self) -> LinkRates:
        """How often links of these clusters are wrong."""
        return LinkRates(self.snapshot, self.clusters)

    @cached_property
    def proposals(self) -> tuple[npt.NDArray[np.uint32], tuple[Proposal, ...]]:
        """Every claim that tags make of a script, with the number of the script; none without tags."""
        found = self.attribution.proposed() if self.attribution else ()
        said = tuple(proposal for one in found for proposal in one.proposals)
        return np.array([one.via_script for one in said], np.uint32), said

    @property
    def basis(self) -> LookupBasis:
        """What every answer from here rests on."""
        return replace(
            super().basis,
            clusters_digest=self.clusters.digest,
            tags_digest=self.attribution.digest if self.attribution else None,
            rules=self.clusters.rules,
        )

    def require_tip(self, tip: str | None) -> None:
        """Refuse to go on from an answer that rests on another tip.

        Args:
            tip: hash of that answer's tip; None: it goes on from nothing.

        Raises:
            ChainMoved: this state has another one.
        """
        here = str(self.basis.tip_hash)
        if tip is not None and tip != here:
            raise ChainMoved(
                f"this goes on from an answer at block {tip}, and the chain is at {here} now",
                hint="ask anew: what was found may have changed",
                asked_at=tip,
                tip=here,
            )

    def cluster(self, script_num: int) -> ClusterRef:
        """The cluster that a script lies in."""
        label = self.clusters.label(script_num)
        return ClusterRef(label, self.name(label), self.clusters.size(label))

    # -- claims

    def script_tags(self, script_num: int) -> tuple[TagLine, ...]:
        """The direct tags of a script."""
        found = self.attribution.of_script(script_num) if self.attribution else ()
        return tuple(tag_line(tag) for tag in found)

    def tx_tags(self, tx_num: int) -> tuple[TagLine, ...]:
        """The tags of a transaction."""
        found = self.attribution.of_tx(self.snapshot.txid(tx_num)) if self.attribution else ()
        return tuple(tag_line(tag) for tag in found)

    def cluster_claims(self, label: int) -> ClusterClaims | None:
        """What is proposed for a cluster; None when nothing is."""
        found = self.attribution.of_cluster(label) if self.attribution else None
        return None if found is None else _claims(found)


def _claims(found: ClusterTags) -> ClusterClaims:
    lines = tuple(tag_line(proposal.tag) for proposal in found.proposals)
    return ClusterClaims(found.actor, found.conflict, found.parties, lines)


def tag_line(tag: Tag) -> TagLine:
    """A tag as listings show it."""
    return TagLine(
        label=tag.label,
        actor=tag.actor,
        categories=tag.categories,
        source=tag.source,
        claimed_on=tag.lastmod,
        confidence=tag.confidence.id,
        confidence_level=tag.confidence.level,
        via=tag.subject,
    )
