"""Links of T3 and T4 against plain definitions: what joins, what is refused, what the proof says."""

from __future__ import annotations

import random
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.clustering.apart import Table, apart_of, join_weak
from cointrail.clustering.bridges import find_bridges, sums_of
from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.guards import LARGE
from cointrail.clustering.links import LinkTable, links_among
from cointrail.clustering.parties import join_by_party
from cointrail.clustering.partition_maker import write_partition
from cointrail.clustering.proof_maker import EDGE_TYPES, write_proof
from cointrail.clustering.rules import TIERS, Link
from cointrail.clustering.shelf import DraftShelf, MemoryShelf
from cointrail.clustering.spill import Log
from cointrail.heuristics.base import Tier
from cointrail.kernel.apart import JOINED, NOTHING, REFUSED, join_apart
from cointrail.kernel.proof import Edges, Unions, watch_unions
from cointrail.kernel.union import flatten
from support.array_chain import ArrayChain, Arrays, PlainTx, plain_chains
from support.store_files import scratch

Edge = tuple[int, int]
N = 10
ends = st.tuples(st.integers(0, N - 1), st.integers(0, N - 1))
edge_lists = st.lists(ends, max_size=25)
pair_lists = st.lists(ends.filter(lambda pair: pair[0] != pair[1]), max_size=8)

_BY_TIER = {
    Tier.T1: Link.SAME_KEY,
    Tier.T2: Link.COMMON_INPUT,
    Tier.T3: Link.CHANGE,
    Tier.T4: Link.CHANGE_LEAD,
}


def plain_join(label: list[int], edges: list[Edge], pairs: list[Edge]) -> tuple[list[int], list[int]]:
    """Labels and outcomes, by looking at every pair before every union."""
    label, kept = list(label), [pair for pair in pairs if label[pair[0]] != label[pair[1]]]
    outcomes = []
    for a, b in edges:
        one, other = label[a], label[b]
        if one == other:
            outcomes.append(NOTHING)
        elif any({label[p], label[q]} == {one, other} for p, q in kept):
            outcomes.append(REFUSED)
        else:
            outcomes.append(JOINED)
            label = [min(one, other) if held in (one, other) else held for held in label]
    return label, outcomes


def columns(edges: list[Edge]) -> tuple[np.ndarray, np.ndarray]:
    both = np.array(edges, np.uint32).reshape(-1, 2)
    return both[:, 0].copy(), both[:, 1].copy()


def table(edges: list[Edge]) -> Table:
    return Table(*columns(edges), np.arange(len(edges), dtype=np.uint32), np.zeros(len(edges), np.uint8))


@given(edges=edge_lists, pairs=pair_lists)
def test_the_kernel_refuses_what_the_plain_definition_refuses(edges: list[Edge], pairs: list[Edge]) -> None:
    parent = np.arange(N, dtype=np.uint32)
    outcome, against = np.zeros(len(edges), np.uint8), np.zeros(len(edges), np.uint32)
    join_apart(parent, *columns(edges), apart_of(N, *columns(pairs)), outcome, against)
    flatten(parent)
    assert (parent.tolist(), outcome.tolist()) == plain_join(list(range(N)), edges, pairs)


@given(below=edge_lists, edges=edge_lists, pairs=pair_lists)
def test_only_contradicted_links_are_refused_and_each_names_a_pair(
    below: list[Edge], edges: list[Edge], pairs: list[Edge]
) -> None:
    label, _ = plain_join(list(range(N)), below[:6], [])
    joined = join_weak(np.array(label, np.uint32), table(edges), table(pairs))
    wanted, outcomes = plain_join(label, edges, pairs)
    assert (joined.parent.tolist(), joined.outcome.tolist()) == (wanted, outcomes)
    assert joined.refused.tolist() == [k for k, came in enumerate(outcomes) if came == REFUSED]
    for link, pair in zip(joined.refused, joined.against, strict=True):
        assert {wanted[x] for x in edges[link]} == {wanted[x] for x in pairs[pair]}
        assert len({wanted[x] for x in pairs[pair]}) == 2
    assert all(wanted[p] != wanted[q] or label[p] == label[q] for p, q in pairs)


tiered = st.lists(st.tuples(ends, st.sampled_from(TIERS)), max_size=25)


def minimax(n: int, edges: list[tuple[Edge, Tier]]) -> list[list[int]]:
    """The best weakest tier of any path between two, as Floyd and Warshall find it."""
    best = [[0 if a == b else 9 for b in range(n)] for a in range(n)]
    for (a, b), tier in edges:
        best[a][b] = best[b][a] = min(best[a][b], tier)
    for k in range(n):
        for a in range(n):
            for b in range(n):
                best[a][b] = min(best[a][b], max(best[a][k], best[k][b]))
    return best


@settings(max_examples=60)
@given(edges=tiered)
def test_the_path_of_the_proof_has_the_best_weakest_tier(edges: list[tuple[Edge, Tier]]) -> None:
    ordered = sorted(edges, key=lambda edge: edge[1])
    label, outcomes = plain_join(list(range(N)), [edge for edge, _ in ordered], [])
    partition, cluster = write_partition(MemoryShelf(), "t", np.array(label, np.uint32))
    log = Log(MemoryShelf(), EDGE_TYPES)
    for k, ((one, other), tier) in enumerate(ordered):
        if outcomes[k] == JOINED:
            log.append(*(np.array([value]) for value in (one, other, k, _BY_TIER[tier])))
    proof = write_proof(MemoryShelf(), log, partition, cluster).proof
    best = minimax(N, edges)
    for a, b in combinations(range(N), 2):
        assert (label[a] == label[b]) == (best[a][b] < 9)
        if label[a] == label[b]:
            steps = proof.path(label[a], a, b)
            assert max(step.tier or 0 for step in steps) == best[a][b]


@settings(max_examples=60)
@given(txs=plain_chains())
def test_clusters_are_nested_tier_by_tier_and_the_votes_never_move_headline_clusters(
    txs: list[PlainTx],
) -> None:
    chain = ArrayChain(Arrays.of(txs), settled=len(txs) // 2)
    clusters = build(chain)
    for stronger, weaker in pairwise(TIERS):
        label = clusters.labels(weaker)
        assert (label[clusters.labels(stronger)] == label).all()
    for a, b in combinations(range(chain.n_scripts), 2):
        tier = clusters.joined_at(a, b)
        for asked in TIERS:
            steps = clusters.explain(a, b, asked)
            assert (steps is None) == (tier is None or asked < tier)
            assert steps is None or max(step.tier or 0 for step in steps) == tier


party_lists = st.lists(st.integers(0, 3), min_size=N, max_size=N)


@given(edges=tiered, parties=party_lists)
def test_weak_links_never_join_different_parties(edges: list[tuple[Edge, Tier]], parties: list[int]) -> None:
    ordered = sorted(edges, key=lambda edge: edge[1])
    one, other = columns([edge for edge, _ in ordered])
    rules = np.array([_BY_TIER[tier] for _, tier in ordered], np.uint8)
    numbers = np.arange(len(ordered))
    links = LinkTable(one, other, numbers.astype(np.uint32), rules, numbers)
    found = join_by_party(N, links, np.array(parties, np.uint32))
    label, mixing = list(range(N)), []
    for k, ((a, b), tier) in enumerate(ordered):
        groups = [{parties[x] for x in range(N) if label[x] == label[end]} - {0} for end in (a, b)]
        if label[a] == label[b]:
            continue
        if all(groups) and len(groups[0] | groups[1]) > 1:
            mixing.append(k)
            if tier > Tier.T2:
                continue
        label = [min(label[a], label[b]) if held in (label[a], label[b]) else held for held in label]
    assert found.label.tolist() == label
    assert found.mixing.tolist() == mixing


def two_services(size: int, others: int, false_at: int | None) -> Arrays:
    """Two services of `size` scripts each and `others` pairs of scripts.

    Every service script is spent beside the first of its service, so each service hangs together by
    `size - 1` links, and the pairs by one each; in random order. `false_at` is the place among those spends
    of one that spends from both services.
    """
    n = 2 * size + 2 * others + 2
    spends = [[first, first + k] for first in (0, size) for k in range(1, size)]
    spends += [[2 * size + 2 * k, 2 * size + 2 * k + 1] for k in range(others)]
    random.Random(3).shuffle(spends)
    if false_at is not None:
        spends.insert(false_at, [5, size + 5])
    order = [*range(n - 2), *(script for pair in spends for script in pair)]
    coins: dict[int, list[int]] = {script: [] for script in range(n)}
    for output, script in enumerate(order):
        coins[script].append(output)
    payers, spenders = len(order), len(spends)
    return Arrays(
        first_input=np.concatenate([np.zeros(payers, np.int64), 2 * np.arange(spenders)]),
        first_output=np.concatenate([np.arange(payers), payers + np.arange(spenders)]),
        spends=np.array([coins[script].pop() for pair in spends for script in pair]),
        scripts=np.concatenate([order, np.full(spenders, n - 2)]),
        values=np.full(payers + spenders, 7),
    )


SIZE, OTHERS = LARGE + 500, 97_000


@pytest.mark.parametrize("false_at", [None, 0, 60_000, 2 * SIZE - 2 + OTHERS], ids=str)
def test_one_false_link_among_a_hundred_thousand_surfaces(false_at: int | None) -> None:
    """Always as the worst bridge; on the review list where both services were large by then."""
    arrays = two_services(SIZE, OTHERS, false_at)
    chain = ArrayChain(arrays, settled=0, batch_size=100_000)
    clusters = build(chain)
    largest = int(clusters.guards.growth.largest[-1])
    assert clusters.guards.growth.scripts[-1] == chain.n_scripts
    if false_at is None:
        assert largest == SIZE
        assert len(clusters.guards.reviews.one) == 0
        return
    assert largest == 2 * SIZE
    if false_at:
        assert len(clusters.guards.reviews.one) == 1
    if false_at == 2 * SIZE - 2 + OTHERS:
        assert {int(clusters.guards.reviews.one[0]), int(clusters.guards.reviews.other[0])} == {5, SIZE + 5}
    members = clusters.members(0)
    sums = sums_of(chain, members)
    links = links_among(chain, clusters, members)
    (worst, *rest), in_all = find_bridges(members, links, sums, 10)
    assert {int(links.one[worst.row]), int(links.other[worst.row])} == {5, SIZE + 5}
    assert worst.scripts == SIZE
    assert in_all == 2 * SIZE - 1
    assert [bridge.scripts for bridge in rest] == [SIZE - 1] * 2 + [1] * 7


@given(edges=edge_lists, large=st.integers(1, 3))
def test_unions_of_large_clusters_and_the_largest_are_those_of_a_plain_replay(
    edges: list[Edge], large: int
) -> None:
    label, outcomes = plain_join(list(range(N)), edges, [])
    joined = [edge for edge, came in zip(edges, outcomes, strict=True) if came == JOINED]
    groups, seen, sizes = {x: {x} for x in range(N)}, [], []
    for k, (a, b) in enumerate(joined):
        one, other = groups[a], groups[b]
        if min(len(one), len(other)) > large:
            seen.append((k, len(one), len(other)))
        groups |= dict.fromkeys(one | other, one | other)
        sizes.append(len(one | other))
    numbers, rules = np.zeros(len(joined), np.uint32), np.zeros(len(joined), np.uint8)
    found = Unions(*(np.zeros(N, np.uint32) for _ in range(3)))
    largest = np.zeros(1, np.uint32)
    count = watch_unions(
        Edges(numbers, *columns(joined), numbers, rules),
        np.arange(N, dtype=np.uint32),
        np.ones(N, np.uint32),
        large,
        np.zeros(len(joined), np.int64),
        largest,
        found,
    )
    assert list(zip(*(column[:count].tolist() for column in found), strict=True)) == seen
    assert largest[0] == max(sizes, default=0)
    assert [min(groups[x]) for x in range(N)] == label


@settings(max_examples=60)
@given(txs=plain_chains(), size=st.integers(1, 5), settled=st.integers(0, 14))
def test_neither_the_size_of_batches_nor_the_shelf_changes_anything(
    txs: list[PlainTx], size: int, settled: int
) -> None:
    arrays = Arrays.of(txs)
    whole = build(ArrayChain(arrays, settled=0, batch_size=len(txs)))
    with scratch() as folder, DraftShelf(folder) as shelf:
        split = build(ArrayChain(arrays, settled=min(settled, len(txs)), batch_size=size), shelf=shelf)
        assert split.digest == whole.digest
        assert (split.tip_height, split.skipped) == (whole.tip_height, whole.skipped)
        assert all(np.array_equal(a, b) for a, b in zip(arrays_of(split), arrays_of(whole), strict=True))


def arrays_of(clusters: Clusters) -> list[Any]:
    """Everything that is kept of change, proofs and guards."""
    guards, proof = clusters.guards, clusters.proof
    kept: list[Any] = [*clusters.change_columns, proof.parent, proof.tx, proof.rule]
    return [*kept, *guards.reviews, *guards.refusals, *guards.growth]
