"""A store opened for analysts: its tables, clusters and verdicts, hundreds of thousands of rows at a time.

    import cointrail
    with cointrail.open("cointrail-store") as store:
        store.outputs()[0:500_000].only("value", "address").to_polars()

Everything is of the one state that the store had when it was opened, also while an ingest goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from cointrail.analytics.cluster_pieces import (
    BesidePiece,
    ChangePiece,
    ClusterPiece,
    GatePiece,
    PaymentPiece,
    TracePiece,
)
from cointrail.analytics.ledger_pieces import (
    BlockPiece,
    InputPiece,
    LedgerPiece,
    OutputPiece,
    ScriptPiece,
    TxPiece,
)
from cointrail.analytics.rows import Numbers, Rows
from cointrail.analytics.sandbox import DEFAULT_MEMORY, Sandbox
from cointrail.attribution.load import load_tags
from cointrail.attribution.resolve import resolve
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.load import load_or_build
from cointrail.clustering.move_page import page_of_moves
from cointrail.clustering.sweeps import all_beside
from cointrail.errors import BadInput
from cointrail.heuristics.base import Tier
from cointrail.heuristics.beside import Found
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.find_cluster import get_cluster
from cointrail.lookups.ledger import LedgerDesk
from cointrail.lookups.trace_seeds import find_seeds
from cointrail.lookups.views import LookupBasis
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.tracing.bounds import DEFAULT_HOPS, DEFAULT_OUTPUTS, Bounds
from cointrail.tracing.flow import FlowWalk
from cointrail.tracing.flow_columns import view_of
from cointrail.tracing.policy import parse_policy


def open_store(store: str | Path, *, progress: Callable[[int, int], None] | None = None) -> OpenStore:
    """Open a store as it is now; this is `cointrail.open`.

    Args:
        store: its folder; only `ingest` makes it.
        progress: told steps done and steps in all where clusters must be built first.

    Raises:
        StoreError: there is no store, or it holds no block yet.
        BadInput: the extra `sql` is not installed.
    """
    return OpenStore(open_snapshot(Path(store)), progress=progress)


class OpenStore:
    """One pinned state of a store. Use it as a context manager, or let it go with its last reference.

    Args:
        snapshot: the state.
        progress: told steps done and steps in all where clusters must be built first.
    """

    def __init__(self, snapshot: Snapshot, *, progress: Callable[[int, int], None] | None = None) -> None:
        self._progress = progress
        self._snapshot = snapshot

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Rows that were read stay good; nothing is closed before the last of them is gone."""

    def __repr__(self) -> str:
        snapshot = self._snapshot
        return f"<{snapshot.network.name} up to block {snapshot.height:,}: {snapshot.n_txs:,} transactions>"

    @property
    def basis(self) -> LookupBasis:
        """What answers from here rest on; with the clusters, once they were asked for."""
        if "_built" in self.__dict__:
            return LookupDesk(self._snapshot, self._built).basis
        return LedgerDesk(self._snapshot).basis

    @cached_property
    def _built(self) -> Clusters:
        """The clusters of this state; built when there are none, which takes a while once."""
        return load_or_build(self._snapshot, progress=self._progress)

    # -- ledger facts

    def blocks(self) -> Rows:
        """Every block, by height."""
        return self._ledger("blocks", BlockPiece, self._snapshot.height + 1)

    def txs(self) -> Rows:
        """Every transaction, in chain order."""
        return self._ledger("txs", TxPiece, self._snapshot.n_txs)

    def outputs(self) -> Rows:
        """Every output, in chain order."""
        return self._ledger("outputs", OutputPiece, self._snapshot.n_outputs)

    def inputs(self) -> Rows:
        """Every input, in chain order, with what it spends."""
        return self._ledger("inputs", InputPiece, self._snapshot.n_inputs)

    def scripts(self) -> Rows:
        """Every locking script with its address, by its first output."""
        return self._ledger("scripts", ScriptPiece, self._snapshot.n_scripts)

    # -- inferences

    def clusters(self, tier: str = "T2") -> Rows:
        """Every script with its cluster.

        Args:
            tier: weakest links that may join: T1 same key, T2 also signed together, which are the headline
                clusters; T3 also change, T4 also leads.

        Raises:
            BadInput: there are no clusters of that tier.
        """
        if tier not in Tier.__members__ or Tier[tier] not in self._built.partitions:
            have = ", ".join(one.name for one in self._built.partitions)
            raise BadInput(f"there are no clusters of tier `{tier}`", hint=f"choose one of {have}", tier=tier)
        snapshot, partition = self._snapshot, self._built.partitions[Tier[tier]]
        return self._rows(
            f"clusters of {tier}",
            ClusterPiece.COLUMNS,
            lambda numbers: ClusterPiece(snapshot, partition, numbers),
            snapshot.n_scripts,
        )

    def gate(self) -> Rows:
        """Every transaction with the gate's verdict on its inputs, and the rules behind it."""
        snapshot, clusters = self._snapshot, self._built
        return self._rows(
            "gate verdicts",
            GatePiece.COLUMNS,
            lambda numbers: GatePiece(snapshot, clusters, numbers),
            snapshot.n_txs,
        )

    @cached_property
    def _beside(self) -> Found:
        return all_beside(self._snapshot, self._built)

    def beside_gate(self) -> Rows:
        """The transactions of which a rule beside the gate says something: leads, none of them a verdict.

        These are `coinjoin.extra`, `coinjoin.possible`, `joinmarket.slots`, `whirlpool.lineage`,
        `whirlpool.tx0_confirmed` and `theft.key_sweep`. They are asked once, of the whole chain.
        """
        snapshot, found = self._snapshot, self._beside
        return self._rows(
            "rules beside the gate",
            BesidePiece.COLUMNS,
            lambda numbers: BesidePiece(snapshot, found, numbers),
            len(found.tx),
        )

    def change(self) -> Rows:
        """Every transaction with the output that stays with its sender, or why no vote says so."""
        snapshot, clusters = self._snapshot, self._built
        return self._rows(
            "change verdicts",
            ChangePiece.COLUMNS,
            lambda numbers: ChangePiece(snapshot, clusters, numbers),
            snapshot.n_txs,
        )

    def trace(
        self,
        *seeds: str,
        policy: str,
        forward: bool = True,
        tags: Sequence[str | Path] = (),
        max_hops: int = DEFAULT_HOPS,
        max_outputs: int = DEFAULT_OUTPUTS,
    ) -> Rows:
        """Where value went, or came from, by one policy: an end a row; `cointrail trace` says more of it.

        Args:
            seeds: outpoints, addresses or transaction ids, in the order in which they were reported.
            policy: how value divides inside a transaction: fifo, lifo, haircut, tiho, tilo or poison. It
                decides what is found, so there is no default.
            forward: along the chain, else against it.
            tags: tag files to lay over the clusters; a flow ends at custodians.
            max_hops: transactions between a seed and the far end of a path.
            max_outputs: outputs that the flow may come to; it says so where that ends it.

        Raises:
            BadInput: a seed, the policy or a bound cannot be read.
            NotFound: the chain does not hold a seed.
        """
        asked = parse_policy(policy)
        if not seeds:
            raise BadInput("no seed is named", hint="name an outpoint, an address or a transaction id")
        snapshot = self._snapshot
        bounds = Bounds(max_hops=max_hops, max_outputs=max_outputs)
        sources, _ = find_seeds(snapshot, seeds, max_outputs)
        tag_set = load_tags([Path(one) for one in tags], snapshot.network) if tags else None
        claims = resolve(tag_set, snapshot.find_script, self._built.label) if tag_set else None
        walk = FlowWalk(view_of(snapshot, self._built, claims), asked, sources, forward=forward)
        flow = walk.go_on(bounds)
        cut = "" if flow.cut is None else f", cut by {flow.cut.value}"
        return self._rows(
            f"ends by {flow.policy.value}{cut}",
            TracePiece.COLUMNS,
            lambda numbers: TracePiece(snapshot, flow, numbers),
            len(flow.ends),
        )

    def payments(self, cluster: str) -> Rows:
        """What a cluster received and spent, in chain order; change is out and in again.

        Args:
            cluster: its label, or an address, outpoint or script that lies in it.

        Raises:
            BadInput: it cannot be read, or is a number that is no label.
            NotFound: the chain does not hold it.
        """
        snapshot = self._snapshot
        found = get_cluster(LookupDesk(snapshot, self._built), cluster)
        moves = self._built.moves.of(found.label)
        total = len(moves.credits) + len(moves.debits)
        lines = page_of_moves(snapshot, moves, 0, total)
        return self._rows(
            f"payments of cluster {found.label}",
            PaymentPiece.COLUMNS,
            lambda numbers: PaymentPiece(snapshot, lines, numbers),
            total,
        )

    # -- SQL

    def sql(self, query: str, *, memory: int = DEFAULT_MEMORY, threads: int = 2) -> Any:
        """One SQL query over the store's columns; a `pyarrow.Table`. See `cointrail.analytics.sandbox`.

        Raises:
            BadQuery: it cannot be run.
        """
        with Sandbox(self._snapshot, memory=memory, threads=threads) as box:
            return box.table(query)

    def _ledger(self, name: str, kind: type[LedgerPiece], rows: int) -> Rows:
        snapshot = self._snapshot
        columns: tuple[str, ...] = kind.COLUMNS
        return self._rows(name, columns, lambda numbers: kind(snapshot, numbers), rows)

    def _rows(
        self, name: str, columns: tuple[str, ...], make: Callable[[Numbers], LedgerPiece], rows: int
    ) -> Rows:
        return Rows(name, columns, make, Numbers(0, rows))
