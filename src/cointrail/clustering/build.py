"""Build the clusters of a chain state, or load those built before."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np

from cointrail.clustering.cache import find_cached, keep
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.clusters import LINK_RULES, NO_TX, U32, Clusters, Partition
from cointrail.clustering.key_scan import scan_key_links
from cointrail.heuristics.base import REGISTRY, Tier
from cointrail.heuristics.gate import REASONS
from cointrail.heuristics.gate_bulk import judge_batch
from cointrail.kernel.union import Forest, join_inputs, join_pairs, label_smallest, new_forest

Progress = Callable[[int, int], None]
"""Called with transactions done and transactions in all."""


def load_or_build(chain: ChainView, *, progress: Progress | None = None) -> Clusters:
    """The clusters of this chain state under the present rules.

    They are kept in the store's derived folder and read from there the next time. Where nothing can
    be written they are built anew each time.
    """
    rules = rules_in_force()
    found = find_cached(chain, rules)
    if found is not None:
        return found
    clusters = build(chain, progress=progress)
    return keep(chain, clusters)


def rules_in_force() -> tuple[str, ...]:
    """Names of all rules that have a say: those that link, then the gate's in their order."""
    return tuple(REGISTRY[rule_id].name for rule_id in (*LINK_RULES, *(reason.id for reason in REASONS)))


def build(chain: ChainView, *, progress: Progress | None = None) -> Clusters:
    """Join scripts by tier, then chain order, in one pass over the transactions.

    Memory: 17 bytes a script for the forest, 4 a script for each tier's labels, 4 a transaction.
    """
    forest = new_forest(chain.n_scripts)
    _join_keys(chain, forest)
    first = _partition(forest)
    reasons, skipped = _join_inputs(chain, forest, progress)
    second = _partition(forest)
    rules = rules_in_force()
    return Clusters(
        partitions={Tier.T1: first, Tier.T2: second},
        proof_parent=forest.proof_parent,
        proof_tx=forest.proof_tx,
        proof_rule=forest.proof_rule,
        reasons=reasons,
        rules=rules,
        digest=_digest(rules, first.label, second.label),
        skipped=skipped,
    )


def _join_keys(chain: ChainView, forest: Forest) -> None:
    links = scan_key_links(chain)
    rules = np.where(links.same_key, LINK_RULES.index("same_key"), LINK_RULES.index("inner_script"))
    no_tx = np.full(len(rules), NO_TX, dtype=np.uint32)
    join_pairs(forest, links.later, links.earlier, no_tx, rules.astype(np.uint8))


def _join_inputs(chain: ChainView, forest: Forest, progress: Progress | None) -> tuple[U32, dict[str, int]]:
    """Judge and join every transaction; the reasons of all, and what the gate kept apart."""
    reasons = np.zeros(chain.n_txs, dtype=np.uint32)
    counts = np.zeros(len(REASONS), dtype=np.int64)
    dated = chain.network.name == "mainnet"
    rule = LINK_RULES.index("common_input")
    for batch in chain.batches():
        gate, bits = judge_batch(batch, dated=dated)
        last = batch.first_tx + batch.count
        reasons[batch.first_tx : last] = bits
        join_inputs(forest, batch.first_tx, batch.in_start, batch.in_script, gate, bits, rule, counts)
        if progress is not None:
            progress(last, chain.n_txs)
    return reasons, {reason.id: int(n) for reason, n in zip(REASONS, counts, strict=True) if n}


def _partition(forest: Forest) -> Partition:
    label = np.empty(len(forest.parent), dtype=np.uint32)
    label_smallest(forest.parent, label)
    return Partition.of(label)


def _digest(rules: tuple[str, ...], *labels: U32) -> str:
    digest = hashlib.sha256("\n".join(rules).encode())
    for label in labels:
        digest.update(np.ascontiguousarray(label, dtype="<u4").data)
    return digest.hexdigest()
