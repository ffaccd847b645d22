"""Clusters against a plain reference, and every proof re-checked step by step."""

from __future__ import annotations

import hashlib
import random
from itertools import combinations, pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chain.script import p2pkh, p2wpkh
from cointrail.chain.view import TxView
from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.partition_maker import write_partition
from cointrail.clustering.proof import ProofStep
from cointrail.clustering.proof_maker import EDGE_TYPES, write_proof
from cointrail.clustering.shelf import MemoryShelf
from cointrail.clustering.spill import Log
from cointrail.heuristics.base import Linked, Tier
from cointrail.heuristics.common_input import common_input
from cointrail.heuristics.gate import Gate, judge
from cointrail.heuristics.inputs import needs_no_signature
from cointrail.heuristics.same_key import same_key
from cointrail.kernel.grouping import NONE
from cointrail.kernel.union import flatten, join_pairs
from support.chains import FakeSnapshot, input_view, output_view, view
from support.joins import transactions

Edge = tuple[int, int]
N = 14

edge_lists = st.lists(st.tuples(st.integers(0, N - 1), st.integers(0, N - 1)), max_size=30)


def plain_labels(n: int, edges: list[Edge]) -> list[int]:
    """The smallest member of every script's component, by spreading the smaller label until none moves."""
    labels = list(range(n))
    moved = True
    while moved:
        moved = False
        for a, b in edges:
            low = min(labels[a], labels[b])
            moved = moved or labels[a] != low or labels[b] != low
            labels[a] = labels[b] = low
    return labels


def union(n: int, edges: list[Edge]) -> tuple[list[int], list[int]]:
    """The labels that edges make, and the numbers of the edges that joined something."""
    parent, ends = np.arange(n, dtype=np.uint32), np.array(edges, dtype=np.uint32).reshape(-1, 2)
    kept = np.empty(len(edges), dtype=np.bool_)
    join_pairs(parent, ends[:, 0].copy(), ends[:, 1].copy(), kept)
    flatten(parent)
    return parent.tolist(), np.flatnonzero(kept).tolist()


def joined(n: int, edges: list[Edge]) -> list[int]:
    return union(n, edges)[0]


@given(edges=edge_lists, order=st.randoms(use_true_random=False))
def test_the_order_of_edges_does_not_change_labels(edges: list[Edge], order: random.Random) -> None:
    turned = edges[::-1]
    order.shuffle(turned)
    assert joined(N, edges) == joined(N, turned)


@given(edges=edge_lists)
def test_union_find_equals_the_plain_reference(edges: list[Edge]) -> None:
    assert joined(N, edges) == plain_labels(N, edges)


@given(edges=edge_lists)
def test_clusters_are_numbered_and_listed_as_their_labels_say(edges: list[Edge]) -> None:
    labels = joined(N, edges)
    lists = {label: [x for x in range(N) if labels[x] == label] for label in sorted(set(labels))}
    several = {label: members for label, members in lists.items() if len(members) > 1}
    partition, cluster = write_partition(MemoryShelf(), "t", np.array(labels, dtype=np.uint32))
    assert partition.labels.tolist() == list(several)
    assert [partition.members.of(k).tolist() for k in range(len(several))] == list(several.values())
    places = {x: k for k, members in enumerate(several.values()) for x in members}
    assert cluster.tolist() == [places.get(x, NONE) for x in range(N)]
    assert [partition.find(x) for x in range(N)] == [
        list(several).index(x) if x in several else None for x in range(N)
    ]


@given(edges=edge_lists)
def test_proof_trees_hold_every_edge_that_joined_something_and_lead_to_the_label(edges: list[Edge]) -> None:
    labels, kept = union(N, edges)
    assert len(kept) == N - len(set(labels))
    partition, cluster = write_partition(MemoryShelf(), "t", np.array(labels, dtype=np.uint32))
    log = Log(MemoryShelf(), EDGE_TYPES)
    for k in kept:
        log.append(*(np.array([value]) for value in (*edges[k], k, k % 3)))
    proof = write_proof(MemoryShelf(), log, partition, cluster).proof
    shown = []
    for number in range(len(partition.labels)):
        members, first = partition.members.of(number), int(partition.members.start[number])
        assert int(proof.parent[first]) == 0
        for place in range(1, len(members)):
            above = int(proof.parent[first + place])
            k = int(proof.tx[first + place])
            assert {int(members[place]), int(members[above])} == set(edges[k])
            assert int(proof.rule[first + place]) == k % 3
            shown.append(k)
            walked = {place}
            while above:
                assert above not in walked
                walked.add(above)
                above = int(proof.parent[first + above])
    assert sorted(shown) == kept


KEYS = [hashlib.sha256(bytes([k])).digest()[:20] for k in range(5)]
SCRIPTS = [*map(p2pkh, KEYS), *map(p2wpkh, KEYS)]


@st.composite
def key_chains(draw: st.DrawFn) -> list[TxView]:
    """Scripts of five keys in two forms, a few of them spent together, some in joins, some unknown."""
    txs = [view((), tuple(output_view(s, 9) for s in draw(st.permutations(SCRIPTS))[:7]))]
    for _ in range(draw(st.integers(0, 7))):
        spent = draw(st.lists(st.sampled_from(SCRIPTS), min_size=1, max_size=4))
        values = [draw(st.sampled_from([9, 90_001, None])) if k else 9_000 for k in range(len(spent))]
        ins = [input_view(s, v, salt=k) for k, (s, v) in enumerate(zip(spent, values, strict=True))]
        paid = draw(st.sampled_from([[7], [7, 8], [6_000, 6_000, 7]]))
        txs.append(view(tuple(ins), tuple(output_view(f"shop{k}", v) for k, v in enumerate(paid))))
    return txs


def edges_of(chain: FakeSnapshot) -> dict[Edge, Tier]:
    """Every edge that the plain rules give, each pair with its strongest tier."""
    edges: dict[Edge, Tier] = {}
    for tx in chain.txs:
        link = common_input(tx)
        if isinstance(link, Linked):
            numbers = sorted(chain.numbers[script] for script in link.scripts)
            edges |= dict.fromkeys(combinations(numbers, 2), Tier.T2)
    for one, other in combinations(chain.scripts, 2):
        if isinstance(same_key(one, other), Linked):
            edges[chain.numbers[one], chain.numbers[other]] = Tier.T1
    return edges


def strongest_weakest(n: int, edges: dict[Edge, Tier], a: int, b: int) -> Tier | None:
    """The best weakest tier of any path, by raising the bar tier by tier."""
    for tier in (Tier.T1, Tier.T2):
        labels = plain_labels(n, [edge for edge, found in edges.items() if found <= tier])
        if labels[a] == labels[b]:
            return tier
    return None


@given(txs=key_chains(), size=st.integers(1, 4))
def test_clusters_equal_the_plain_rules_at_each_tier(txs: list[TxView], size: int) -> None:
    chain = FakeSnapshot(txs, batch_size=size)
    clusters = build(chain)
    edges = edges_of(chain)
    for tier in (Tier.T1, Tier.T2):
        held = [edge for edge, found in edges.items() if found <= tier]
        assert clusters.labels(tier).tolist() == plain_labels(chain.n_scripts, held)
    for label in set(clusters.labels().tolist()):
        assert clusters.members(label).tolist() == np.flatnonzero(clusters.labels() == label).tolist()
        assert clusters.size(label) == len(clusters.members(label))


@settings(max_examples=60)
@given(txs=key_chains())
def test_every_proof_leads_from_end_to_end_by_valid_steps_and_the_strongest_tier(txs: list[TxView]) -> None:
    chain = FakeSnapshot(txs)
    clusters = build(chain)
    edges = edges_of(chain)
    for a, b in combinations(range(chain.n_scripts), 2):
        steps = clusters.explain(a, b)
        best = strongest_weakest(chain.n_scripts, edges, a, b)
        assert (steps is None) == (best is None)
        if steps is not None:
            assert (steps[0].from_script, steps[-1].to_script) == (a, b)
            assert all(one.to_script == two.from_script for one, two in pairwise(steps))
            assert len({step.from_script for step in steps}) == len(steps)
            assert max(step.tier or 9 for step in steps) == best
            assert all(is_true(step, chain) for step in steps)


def is_true(step: ProofStep, chain: FakeSnapshot) -> bool:
    """Ask the plain rule again."""
    ends = frozenset({chain.scripts[step.from_script], chain.scripts[step.to_script]})
    if step.tx_num is None:
        return step.tier == Tier.T1 and isinstance(same_key(*ends), Linked)
    link = common_input(chain.txs[step.tx_num])
    return step.tier == Tier.T2 and isinstance(link, Linked) and ends <= link.scripts


@given(txs=st.lists(transactions(), min_size=1, max_size=4))
def test_a_join_never_merges(txs: list[TxView]) -> None:
    kept = [tx for tx in txs if judge(tx).gate != Gate.SAFE]
    chain = FakeSnapshot(kept)
    clusters = build(chain)
    assert clusters.labels().tolist() == clusters.labels(Tier.T1).tolist()
    assert_counts_skipped(clusters, kept)


def assert_counts_skipped(clusters: Clusters, kept: list[TxView]) -> None:
    signed = [{i.script for i in tx.inputs if not needs_no_signature(i)} - {None} for tx in kept]
    several = [tx for tx, scripts in zip(kept, signed, strict=True) if len(scripts) > 1]
    reasons = [reason for tx in several for reason in judge(tx).reasons]
    assert clusters.skipped == {reason: reasons.count(reason) for reason in reasons}
