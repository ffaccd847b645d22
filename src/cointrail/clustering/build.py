"""Build the clusters of a chain state."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.keeping import keep
from cointrail.clustering.key_scan import scan_key_links
from cointrail.clustering.move_maker import HEAVY_OUTPUTS, MoveMaker
from cointrail.clustering.moves import MoveArrays, MoveIndex
from cointrail.clustering.partition import Partition
from cointrail.clustering.partition_maker import write_partition
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.proof_maker import EDGE_TYPES, write_proof
from cointrail.clustering.rules import LINK_RULES, rules_in_force
from cointrail.clustering.shelf import MemoryShelf, Shelf, in_pieces, put
from cointrail.clustering.spill import Log
from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import REASONS
from cointrail.heuristics.gate_bulk import linkable_scripts
from cointrail.heuristics.gate_chain import judge_chain
from cointrail.kernel.union import Edges, flatten, join_inputs, join_pairs

U32 = npt.NDArray[np.uint32]

Progress = Callable[[int, int], None]
"""Called with steps done and steps in all: each script is one, each transaction is two."""


def build_and_keep(chain: ChainView, *, progress: Progress | None = None) -> Clusters:
    """Build clusters into the store's derived folder; where nothing can be written, in memory.

    Raises:
        StoreUnwritable: the disk is full, and the clusters are too large for memory.
    """
    return keep(chain, rules_in_force(), lambda shelf: build(chain, shelf=shelf, progress=progress))


def build(
    chain: ChainView,
    *,
    shelf: Shelf | None = None,
    progress: Progress | None = None,
    heavy_from: int = HEAVY_OUTPUTS,
) -> Clusters:
    """Join scripts by tier, then chain order; then list what the clusters received and spent.

    Two passes over the transactions: one that joins, one that lists. Memory, on a shelf on disk: 4 bytes
    a script and 24 a cluster, with what `scan_key_links` and the largest bucket of a `Spill` take.

    Args:
        chain: the chain.
        shelf: where the arrays go; None: memory.
        progress: told how far it is.
        heavy_from: a script with more outputs has lists of its own.

    Raises:
        OSError: the shelf cannot be written to.
    """
    building = _Building(chain, shelf or MemoryShelf(), progress)
    first, _ = building.join_keys()
    reasons = put(building.shelf, "reasons", "<u4", building.join_inputs(first.label))
    second, cluster = building.partition("t2")
    proof = write_proof(building.shelf, building.edges, second, cluster)
    moves = building.list_moves(second, cluster, heavy_from)
    rules = rules_in_force()
    return Clusters(
        partitions={Tier.T1: first, Tier.T2: second},
        proof=proof,
        moves=MoveIndex(chain, second, moves),
        reasons=reasons,
        rules=rules,
        digest=_digest(rules, first.label, second.label),
        skipped=building.skipped(),
    )


class _Building:
    """The state between the passes: who is joined, by which edges, and how far the work is."""

    def __init__(self, chain: ChainView, shelf: Shelf, progress: Progress | None) -> None:
        self.chain = chain
        self.shelf = shelf
        self.edges = Log(shelf, EDGE_TYPES)
        self._parent = np.arange(chain.n_scripts, dtype=np.uint32)
        self._skipped = np.zeros(len(REASONS), dtype=np.int64)
        self._progress = progress

    def join_keys(self) -> tuple[Partition, U32]:
        """Join what one key or one inner script unlocks; the clusters of tier 1."""
        links = scan_key_links(self.chain, self.shelf, self._tell)
        joined = np.empty(len(links.later), np.bool_)
        join_pairs(self._parent, links.later, links.earlier, joined)
        rules = np.where(links.same_key, LINK_RULES.index("same_key"), LINK_RULES.index("inner_script"))
        no_tx = np.full(int(joined.sum()), NO_TX, np.uint32)
        self.edges.append(links.later[joined], links.earlier[joined], no_tx, rules[joined])
        return self.partition("t1")

    def join_inputs(self, label: U32) -> Iterator[U32]:
        """Judge and join every transaction; the reasons of all, batch by batch.

        Begins with scripts as `label` has joined them.
        """
        self._parent = np.array(label)
        rule = LINK_RULES.index("common_input")
        for batch, gate, reasons in judge_chain(self.chain):
            edges = Edges(*(np.empty(len(batch.in_script), np.uint32) for _ in range(3)))
            inputs = batch.first_tx, batch.in_start, linkable_scripts(batch)
            count = join_inputs(self._parent, *inputs, gate, reasons, self._skipped, edges)
            self.edges.append(*(column[:count] for column in edges), np.full(count, rule))
            yield reasons
            self._tell(self.chain.n_scripts + batch.first_tx + batch.count)

    def partition(self, name: str) -> tuple[Partition, U32]:
        """The clusters as they are now. Their labels go to the shelf, and the parents with them."""
        flatten(self._parent)
        label = put(self.shelf, f"{name}_label", "<u4", in_pieces(self._parent))
        self._parent = np.empty(0, np.uint32)
        return write_partition(self.shelf, name, label)

    def list_moves(self, partition: Partition, cluster: U32, heavy_from: int) -> MoveArrays:
        """What each cluster and each heavy script received and spent."""
        maker = MoveMaker(self.shelf, self.chain, len(partition.labels), cluster, heavy_from=heavy_from)
        for batch in self.chain.batches():
            maker.add_outputs(batch.out_script, batch.out_value)
            maker.add_inputs(batch.in_script, batch.in_value)
            self._tell(self.chain.n_scripts + self.chain.n_txs + batch.first_tx + batch.count)
        return maker.finish()

    def skipped(self) -> dict[str, int]:
        """Transactions that the gate kept apart, by reason."""
        return {reason.id: int(n) for reason, n in zip(REASONS, self._skipped, strict=True) if n}

    def _tell(self, done: int) -> None:
        if self._progress is not None:
            self._progress(done, self.chain.n_scripts + 2 * self.chain.n_txs)


def _digest(rules: tuple[str, ...], *labels: U32) -> str:
    digest = hashlib.sha256("\n".join(rules).encode())
    for label in labels:
        for piece in in_pieces(label):
            digest.update(np.ascontiguousarray(piece, dtype="<u4").data)
    return digest.hexdigest()
