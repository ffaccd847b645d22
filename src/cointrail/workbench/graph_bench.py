"""What a drawing of the chain is made from, asked of a store with tags. Every walk has a budget."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from cointrail.casework.worth import Valuer
from cointrail.lookups.graph_flow import graph_flow
from cointrail.lookups.graph_relations import graph_relations
from cointrail.lookups.graph_txs import graph_txs
from cointrail.lookups.graph_views import GraphFlow, GraphRelations, GraphTxs
from cointrail.lookups.relation_worths import RelationWorths, relation_worths
from cointrail.tracing.bounds import Bounds
from cointrail.tracing.policy import Policy, parse_policy
from cointrail.workbench.lookup_bench import LookupBench
from cointrail.workbench.reference_views import rates_of


class GraphBench(LookupBench):
    """Answers that drawings are made from."""

    def graph_txs(
        self,
        txids: Sequence[str],
        *,
        keep: Sequence[str] = (),
        skip: int = 0,
        limit: int = 8,
        tags: Sequence[Path] = (),
    ) -> GraphTxs:
        """Transactions with their largest coins; see `cointrail.lookups.graph_txs`."""
        with self._desk(tags) as desk:
            return graph_txs(desk, txids, keep=keep, skip=skip, limit=limit)

    def graph_relations(
        self,
        names: Sequence[str],
        *,
        of_clusters: bool,
        limit: int = 10,
        most_txs: int = 1_000,
        newest: bool = False,
        tags: Sequence[Path] = (),
    ) -> GraphRelations:
        """The largest counterparties of addresses or clusters; see `cointrail.lookups.graph_relations`."""
        with self._desk(tags) as desk:
            return graph_relations(
                desk, names, of_clusters=of_clusters, limit=limit, most_txs=most_txs, newest=newest
            )

    def relation_worths(
        self,
        names: Sequence[str],
        prices: tuple[Path, ...],
        currency: str,
        *,
        of_clusters: bool,
        limit: int = 10,
        most_txs: int = 1_000,
        newest: bool = False,
        tags: Sequence[Path] = (),
    ) -> RelationWorths:
        """The same relations in a currency; see `cointrail.lookups.relation_worths`.

        Raises:
            BadPrice: a table cannot be read, or no table has the currency and the ECB does not quote it.
        """
        valuer = Valuer(rates_of(prices), currency, None)
        with self._desk(tags) as desk:
            return relation_worths(
                desk,
                names,
                valuer.at,
                currency,
                of_clusters=of_clusters,
                limit=limit,
                most_txs=most_txs,
                newest=newest,
            )

    def graph_flow(
        self,
        seeds: Sequence[str],
        *,
        forward: bool,
        policies: Sequence[Policy | str],
        bounds: Bounds | None = None,
        limit: int = 100,
        tags: Sequence[Path] = (),
    ) -> GraphFlow:
        """What the outputs of a trace carry by each policy; see `cointrail.lookups.graph_flow`."""
        asked = [parse_policy(policy) for policy in policies]
        with self._desk(tags) as desk:
            return graph_flow(
                desk, seeds, forward=forward, policies=asked, bounds=bounds or Bounds(), limit=limit
            )
