"""What can be asked of single things in a store, with their clusters and tags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.casework.case_file import load_case
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.judgements import Judgement, standing
from cointrail.clustering.load import load_or_build
from cointrail.lookups import (
    address,
    balance_series,
    cluster,
    cluster_balance,
    cluster_neighbours,
    cluster_payments,
    cluster_review,
    tx,
)
from cointrail.lookups import explain as explanation
from cointrail.lookups.desk import LookupDesk
from cointrail.store.reader import Snapshot
from cointrail.workbench.ledger_bench import LedgerBench

if TYPE_CHECKING:
    from cointrail.clustering.judged import JudgedClusters
    from cointrail.coinjoin.analysis import JoinOptions
    from cointrail.lookups.cluster_tiers import ClusterTiers
    from cointrail.lookups.coinjoin import JoinView
    from cointrail.lookups.tx_analysis import TxAnalysis


def judge(snapshot: Snapshot, clusters: Clusters, judgements: Sequence[Judgement]) -> JudgedClusters | None:
    """Clusters under the judgements of a case; None where none stands, for then they are as they were."""
    if not standing(judgements):
        return None
    module = import_module("cointrail.clustering.judged")
    judged: JudgedClusters = module.JudgedClusters(snapshot, clusters, judgements)
    return judged


class LookupBench(LedgerBench):
    """Look-ups that need the clusters of the store's present state; they are built when there are none."""

    def show_address(
        self,
        text: str,
        *,
        tags: Sequence[Path] = (),
        start: int = 0,
        limit: int = 25,
        newest: bool = False,
    ) -> address.AddressView:
        """An address, a script in hex, or the script of an outpoint."""
        with self._desk(tags) as desk:
            return address.show_address(desk, text, start=start, limit=limit, newest=newest)

    def show_tx(self, text: str, *, tags: Sequence[Path] = ()) -> tx.TransactionView:
        """A transaction."""
        with self._desk(tags) as desk:
            return tx.show_tx(desk, text)

    def analyse_join(
        self, text: str, *, options: JoinOptions | None = None, at: int | None = None
    ) -> JoinView:
        """A join: its amounts, and among how many its outputs hide."""
        with self._desk(()) as desk:
            found: JoinView = import_module("cointrail.lookups.coinjoin").analyse_join(
                desk, text, options, at
            )
            return found

    def analyse_tx(
        self, text: str, *, tags: Sequence[Path] = (), prices: Sequence[Path] = (), currency: str = "USD"
    ) -> TxAnalysis:
        """A transaction as every rule reads it; with prices also by amounts round in a currency."""
        analyse = import_module("cointrail.lookups.tx_analysis").analyse_tx
        with self._desk(tags) as desk:
            views = import_module("cointrail.workbench.reference_views")
            rates = views.rates_of(tuple(prices)) if prices else None
            found: TxAnalysis = analyse(desk, text, rates, currency)
            return found

    def show_cluster(
        self,
        text: str,
        *,
        tags: Sequence[Path] = (),
        start: int = 0,
        limit: int = 25,
        at: int | None = None,
        most_outputs: int | None = None,
        case: Path | None = None,
        judgements: Sequence[Judgement] = (),
    ) -> cluster.ClusterView:
        """A cluster, by its label or something in it; at a height and under judgements, if given.

        The judgements are those of a case file, or these. `most_outputs` bounds what is looked at for a
        height; None: nothing does.
        """
        with self._desk_under(() if at is not None else tags, case, judgements) as desk:
            if at is None:
                return cluster.show_cluster(desk, text, start=start, limit=limit)
            found: cluster.ClusterView = import_module("cointrail.lookups.cluster_at").show_cluster_at(
                desk, text, at, start=start, limit=limit, most_outputs=most_outputs
            )
            return found

    def cluster_tiers(
        self,
        text: str,
        *,
        tags: Sequence[Path] = (),
        tier: str = "T2",
        limit: int = 10,
        most_outputs: int | None = None,
        case: Path | None = None,
        judgements: Sequence[Judgement] = (),
    ) -> ClusterTiers:
        """A cluster tier by tier, the links that it hangs on, and what the guards say of it.

        Under the judgements of a case file, or under these.
        """
        with self._desk_under(tags, case, judgements) as desk:
            found: ClusterTiers = import_module("cointrail.lookups.cluster_tiers").cluster_tiers(
                desk, text, tier=tier, limit=limit, most_outputs=most_outputs
            )
            return found

    def cluster_review(self, *, start: int = 0, limit: int = 25) -> cluster_review.ClusterReview:
        """What the guards found over the whole chain."""
        with self._desk(()) as desk:
            return cluster_review.cluster_review(desk, start=start, limit=limit)

    def cluster_payments(
        self,
        text: str,
        *,
        tags: Sequence[Path] = (),
        start: int = 0,
        limit: int = 25,
        newest: bool = False,
    ) -> cluster_payments.ClusterPayments:
        """Some of what a cluster received and spent."""
        with self._desk(tags) as desk:
            return cluster_payments.cluster_payments(desk, text, start=start, limit=limit, newest=newest)

    def cluster_balance(
        self,
        text: str,
        *,
        every: balance_series.Every | str = balance_series.Every.MONTH,
        start: int = 0,
        limit: int = 25,
    ) -> cluster_balance.ClusterBalance:
        """What a cluster held over time."""
        with self._desk(()) as desk:
            return cluster_balance.cluster_balance(
                desk, text, every=balance_series.Every(every), start=start, limit=limit
            )

    def cluster_neighbours(
        self,
        text: str,
        *,
        tags: Sequence[Path] = (),
        start: int = 0,
        limit: int = 25,
        most_txs: int = cluster_neighbours.MOST_TXS,
        newest: bool = False,
    ) -> cluster_neighbours.ClusterNeighbours:
        """The clusters that a cluster paid or was paid by."""
        with self._desk(tags) as desk:
            return cluster_neighbours.cluster_neighbours(
                desk, text, start=start, limit=limit, most_txs=most_txs, newest=newest
            )

    def explain(
        self,
        a: str,
        b: str,
        *,
        case: Path | None = None,
        judgements: Sequence[Judgement] = (),
        most_steps: int | None = None,
    ) -> explanation.ExplainView:
        """What joins two scripts; under the judgements of a case file, or under these.

        `most_steps` bounds the links that are told; None: nothing does.
        """
        with self._desk(()) as desk:
            if case is not None:
                judgements = load_case(case, desk.snapshot.network).judgements
            judged = judge(desk.snapshot, desk.clusters, judgements)
            return explanation.explain(desk, a, b, judged, most_steps)

    def build_clusters(self) -> None:
        """Build the clusters of the store's present state, so that what follows finds them."""
        with self.snapshot() as snapshot:
            load_or_build(snapshot, progress=self._stage("clusters"))

    @contextmanager
    def _desk(self, tags: Sequence[Path]) -> Iterator[LookupDesk]:
        with self.snapshot() as snapshot:
            yield self._open_desk(snapshot, tags)

    @contextmanager
    def _desk_under(
        self, tags: Sequence[Path], case: Path | None, judgements: Sequence[Judgement]
    ) -> Iterator[LookupDesk]:
        """The desk; under the judgements of a case file, or under some, where they are given."""
        if case is None and not judgements:
            with self._desk(tags) as desk:
                yield desk
            return
        with self.snapshot() as snapshot:
            if case is not None:
                judgements = load_case(case, snapshot.network).judgements
            yield self._open_desk(snapshot, tags, judgements)

    def _open_desk(
        self, snapshot: Snapshot, tags: Sequence[Path], judgements: Sequence[Judgement] = ()
    ) -> LookupDesk:
        tag_set = load_tags(tags, snapshot.network) if tags else None
        clusters = load_or_build(snapshot, progress=self._stage("clusters"))
        judged = judge(snapshot, clusters, judgements)
        if judged is not None:
            clusters = import_module("cointrail.clustering.under").under(clusters, judged)
        if tag_set is None:
            return LookupDesk(snapshot, clusters)
        return LookupDesk(snapshot, clusters, resolve(tag_set, snapshot.find_script, clusters.label))

    def _stage(self, name: str) -> Callable[[int, int], None] | None:
        progress = self._progress
        return None if progress is None else lambda done, total: progress(name, done, total)
