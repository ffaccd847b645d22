"""Build the clusters of a chain state."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.apart import Joined, Table, join_weak
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.change_columns import ChangeColumns
from cointrail.clustering.change_votes import ChainVotes, Senders
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.guards import Guards, Refusals, put_guards
from cointrail.clustering.keeping import keep
from cointrail.clustering.key_scan import KeyLinks, scan_key_links
from cointrail.clustering.links import shown_by_spend
from cointrail.clustering.move_maker import HEAVY_OUTPUTS, MoveMaker
from cointrail.clustering.moves import MoveArrays, MoveIndex
from cointrail.clustering.partition import Partition
from cointrail.clustering.partition_maker import write_partition
from cointrail.clustering.periods import Periods
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.proof_maker import EDGE_TYPES, write_proof
from cointrail.clustering.rules import TIERS, Link, rules_in_force
from cointrail.clustering.running import EVERY
from cointrail.clustering.shelf import PIECE, MemoryShelf, Shelf, in_pieces, put
from cointrail.clustering.spill import Log
from cointrail.clustering.standing import Standing
from cointrail.clustering.weak_links import WeakLinks
from cointrail.error_rates.table import ErrorTable, shipped
from cointrail.heuristics.change.model import ForestModel
from cointrail.heuristics.gate import REASONS
from cointrail.heuristics.gate_bits import gates_of
from cointrail.heuristics.gate_chain import judge_chain
from cointrail.heuristics.linkable import linkable_scripts
from cointrail.kernel.apart import JOINED
from cointrail.kernel.union import Edges, flatten, join_inputs, join_pairs

U32 = npt.NDArray[np.uint32]
Array = npt.NDArray[Any]

Progress = Callable[[int, int], None]
"""Called with steps done and steps in all: each script is one, each transaction is two."""


def build_and_keep(
    chain: ChainView,
    *,
    table: ErrorTable | None = None,
    progress: Progress | None = None,
    model: ForestModel | None = None,
) -> Clusters:
    """Build clusters into the store's derived folder; where nothing can be written, in memory.

    Raises:
        StoreUnwritable: the disk is full, and the clusters are too large for memory.
    """
    return keep(
        chain,
        rules_in_force(table, model),
        lambda shelf: build(chain, shelf=shelf, table=table, progress=progress, model=model),
        table,
        model,
    )


def build(
    chain: ChainView,
    *,
    shelf: Shelf | None = None,
    table: ErrorTable | None = None,
    progress: Progress | None = None,
    heavy_from: int = HEAVY_OUTPUTS,
    sum_every: int = EVERY,
    model: ForestModel | None = None,
) -> Clusters:
    """Join scripts by tier, then chain order; and list what the headline clusters received and spent.

    Two passes over the transactions: one joins by T1 and T2; one lists, and judges change, for which those
    clusters must be known. Then T3 and T4 join, where nothing speaks against it.

    Memory, on a shelf on disk: 5 bytes a script and 32 a cluster, with what `scan_key_links`, `join_weak`
    and the largest bucket of a `Spill` take.

    Args:
        chain: the chain.
        shelf: where the arrays go; None: memory.
        table: of measured error, that says at which tier a rule stands; None: the one of this package.
        progress: told how far it is.
        heavy_from: a script with more outputs has lists of its own.
        sum_every: after so many moves of a cluster or such a script its sum is kept; see `running`.
        model: a learned change model as one more voter; None: off.

    Raises:
        OSError: the shelf cannot be written to.
    """
    table = table or shipped()
    building = _Building(chain, shelf or MemoryShelf(), Standing.by(table), progress, model)
    first, _ = building.join_keys()
    reasons = put(building.shelf, "reasons", "<u4", building.join_inputs(first.label))
    second, cluster = building.partition("t2")
    moves, change = building.list_moves(second, cluster, reasons, heavy_from, sum_every)
    del cluster
    third, _ = building.join_weak("t3", second)
    fourth, cluster = building.join_weak("t4", third)
    watched = write_proof(building.shelf, building.edges, fourth, cluster, building.periods.first_txs)
    rules = rules_in_force(table, model)
    growth = building.periods.grown(watched.largest)
    guards = put_guards(building.shelf, Guards(watched.reviews, building.refusals(), growth))
    partitions = dict(zip(TIERS, (first, second, third, fourth), strict=True))
    return Clusters(
        partitions=partitions,
        proof=watched.proof,
        moves=MoveIndex(chain, second, moves, sum_every),
        reasons=reasons,
        change_columns=change,
        guards=guards,
        rules=rules,
        tip_height=building.periods.tip_height,
        standing=building.standing,
        digest=_digest(rules, *(partition.label for partition in partitions.values())),
        skipped=building.skipped(),
        model=model,
    )


class _Building:
    """The state between the passes: who is joined, by which edges, and how far the work is."""

    def __init__(
        self,
        chain: ChainView,
        shelf: Shelf,
        standing: Standing,
        progress: Progress | None,
        model: ForestModel | None,
    ) -> None:
        self.chain = chain
        self.shelf = shelf
        self.standing = standing
        self.edges = Log(shelf, EDGE_TYPES)
        self.periods = Periods()
        self._votes = ChainVotes(chain, shelf, standing, model)
        self._weak = WeakLinks(shelf, chain, standing)
        self._pairs: Table | None = None
        self._refusals: list[Refusals] = []
        self._parent = np.arange(chain.n_scripts, dtype=np.uint32)
        self._skipped = np.zeros(len(REASONS), dtype=np.int64)
        self._progress = progress

    def join_keys(self) -> tuple[Partition, U32]:
        """Join what one key or one inner script unlocks; the clusters of tier 1."""
        links = _plain_first(self.chain, scan_key_links(self.chain, self.shelf, self._tell))
        joined = np.empty(len(links.later), np.bool_)
        join_pairs(self._parent, links.later, links.earlier, joined)
        rules = np.where(links.same_key, Link.SAME_KEY, Link.INNER_SCRIPT)
        no_tx = np.full(int(joined.sum()), NO_TX, np.uint32)
        self.edges.append(links.later[joined], links.earlier[joined], no_tx, rules[joined])
        return self.partition("t1")

    def join_inputs(self, label: U32) -> Iterator[U32]:
        """Judge and join every transaction; the reasons of all, batch by batch.

        Begins with scripts as `label` has joined them.
        """
        self._parent = np.array(label)
        for batch, verdicts, reasons in judge_chain(self.chain):
            edges = Edges(*(np.empty(len(batch.in_script), np.uint32) for _ in range(3)))
            gate = self.standing.gates(self.chain, verdicts, batch.height)
            inputs = batch.first_tx, batch.in_start, linkable_scripts(batch)
            count = join_inputs(self._parent, *inputs, gate, reasons, self._skipped, edges)
            self.edges.append(*(column[:count] for column in edges), np.full(count, Link.COMMON_INPUT))
            self.periods.add(batch)
            self._votes.add(batch)
            yield reasons
            self._tell(self.chain.n_scripts + batch.first_tx + batch.count)

    def partition(self, name: str) -> tuple[Partition, U32]:
        """The clusters as they are now. Their labels go to the shelf, and the parents with them."""
        flatten(self._parent)
        label = put(self.shelf, f"{name}_label", "<u4", in_pieces(self._parent))
        self._parent = np.empty(0, np.uint32)
        return write_partition(self.shelf, name, label)

    def list_moves(
        self, partition: Partition, cluster: U32, reasons: U32, heavy_from: int, sum_every: int
    ) -> tuple[MoveArrays, ChangeColumns]:
        """What each cluster and each heavy script received and spent; and what change was found.

        Gathers the weak links on the way.
        """
        maker = MoveMaker(
            self.shelf,
            self.chain,
            len(partition.labels),
            cluster,
            heavy_from=heavy_from,
            sum_every=sum_every,
        )
        for batch in self.chain.batches():
            out_cluster = maker.add_outputs(batch.out_script, batch.out_value)
            senders = Senders.of(batch, maker.add_inputs(batch.in_script, batch.in_value))
            own = np.array(reasons[batch.first_tx : batch.first_tx + batch.count])
            gate = self.standing.gates(self.chain, gates_of(own), batch.height)
            votes = self._votes.vote(batch, gate, senders, out_cluster)
            self._weak.add(batch, own, senders, votes)
            self._tell(self.chain.n_scripts + self.chain.n_txs + batch.first_tx + batch.count)
        return maker.finish(), self._votes.close()

    def join_weak(self, name: str, below: Partition) -> tuple[Partition, U32]:
        """Join clusters by the next weaker tier, where no pair speaks against it."""
        if self._pairs is None:
            self._pairs = Table(*self._weak.pairs.close())
        links = Table(*(self._weak.strong if name == "t3" else self._weak.weak).close())
        joined = join_weak(below.label, links, self._pairs)
        for first in range(0, len(links.one), PIECE):
            self.edges.append(
                *links.take(first + np.flatnonzero(joined.outcome[first : first + PIECE] == JOINED))
            )
        self._refusals.append(_refusals(links, self._pairs, joined))
        self._parent = joined.parent
        return self.partition(name)

    def refusals(self) -> Refusals:
        """The weak links that were refused."""
        return Refusals(*map(np.concatenate, zip(*self._refusals, strict=True)))

    def skipped(self) -> dict[str, int]:
        """Transactions that the gate kept apart, by reason."""
        return {reason.id: int(n) for reason, n in zip(REASONS, self._skipped, strict=True) if n}

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self.chain.n_scripts + 2 * self.chain.n_txs)


def _plain_first(chain: ChainView, links: KeyLinks) -> KeyLinks:
    """What the scripts alone tell, then what a spend had to show; see `links_among` for why."""
    shown = shown_by_spend(chain, links.later, links.earlier)
    order = np.concatenate([np.flatnonzero(~shown), np.flatnonzero(shown)])
    return KeyLinks(*(column[order] for column in links))


def _refusals(links: Table, pairs: Table, joined: Joined) -> Refusals:
    return Refusals(*links.take(joined.refused), *pairs.take(joined.against))


def _digest(rules: tuple[str, ...], *labels: U32) -> str:
    digest = hashlib.sha256("\n".join(rules).encode())
    for label in labels:
        for piece in in_pieces(label):
            digest.update(np.ascontiguousarray(piece, dtype="<u4").data)
    return digest.hexdigest()
