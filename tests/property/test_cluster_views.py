"""One cluster read anew from the chain: at an earlier height, its bridges, and under judgements."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chain.script import PAY_TO_ANCHOR, p2pkh, p2wsh
from cointrail.clustering.as_of import members_at
from cointrail.clustering.bridges import find_bridges, find_cut_off, sums_of
from cointrail.clustering.build import build
from cointrail.clustering.judgements import Judgement, JudgementKind, standing
from cointrail.clustering.links import links_among
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import TIERS
from cointrail.clustering.under import under
from cointrail.errors import NotFound
from cointrail.heuristics.base import Abstained, Tier
from support.array_chain import PlainTx
from support.judged_chains import Case, cases, chain_of, judged_cases, judged_or_none, judgement, pairs_of


@settings(max_examples=200)
@given(case=cases(), data=st.data())
def test_a_cluster_at_an_earlier_height_is_that_of_the_chain_cut_there(
    case: Case, data: st.DataObject
) -> None:
    cut = data.draw(st.integers(1, len(case.txs)))
    then = chain_of(case.txs[:cut], case.scripts, case.pairs)
    wanted = build(then)
    for script in range(case.chain.n_scripts):
        if script < then.n_scripts:
            found = members_at(case.chain, case.clusters, script, cut)
            assert found.tolist() == wanted.members(wanted.label(script)).tolist()
            assert found[0] == wanted.label(script)
        else:
            with pytest.raises(NotFound, match="had not appeared"):
                members_at(case.chain, case.clusters, script, cut)


def test_inputs_that_fund_a_channel_lie_together_until_it_is_spent() -> None:
    one, other, channel, home = p2pkh(bytes(20)), p2pkh(b"b" * 20), p2wsh(bytes(32)), PAY_TO_ANCHOR
    txs = [
        PlainTx([], [(0, 900), (1, 900)]),
        PlainTx([0, 1], [(2, 1_000), (0, 7)]),
        PlainTx([3], [(3, 5)]),
        PlainTx([2], [(3, 900)]),
    ]
    scripts, pairs = [one, other, channel, home], frozenset({2})
    chain = chain_of(txs, scripts, pairs)
    clusters = build(chain)
    assert clusters.gate(1).reasons == ("lightning.open",)
    assert clusters.members(0).tolist() == [0]
    for cut, together in ((1, [0]), (2, [0, 1]), (3, [0, 1]), (4, [0])):
        assert members_at(chain, clusters, 0, cut).tolist() == together
        assert build(chain_of(txs[:cut], scripts, pairs)).members(0).tolist() == together


@settings(max_examples=100)
@given(case=cases())
def test_all_links_of_a_cluster_join_it_again_at_every_tier(case: Case) -> None:
    for tier in TIERS:
        labels = case.clusters.labels(tier)
        for label in np.unique(labels).tolist():
            members = np.array(case.clusters.members(label, tier))
            links = links_among(case.chain, case.clusters, members, tier)
            assert (np.diff(links.tiers.astype(int)) >= 0).all()
            assert len(components(len(members), pairs_of(links))) == 1


def components(n: int, pairs: Iterable[tuple[int, int]]) -> list[list[int]]:
    label = list(range(n))
    for a, b in pairs:
        low, high = sorted((label[a], label[b]))
        label = [low if held == high else held for held in label]
    return [[x for x in range(n) if label[x] == one] for one in sorted(set(label))]


@settings(max_examples=100)
@given(case=cases())
def test_bridges_are_the_links_whose_removal_splits_and_tell_what_splits_off(case: Case) -> None:
    for label in np.unique(case.clusters.labels(Tier.T4)).tolist():
        members = np.array(case.clusters.members(label, Tier.T4))
        links, sums = links_among(case.chain, case.clusters, members, Tier.T4), sums_of(case.chain, members)
        found, in_all = find_bridges(members, links, sums, 99)
        pairs = pairs_of(links)
        wanted = {}
        for k, (one, other) in enumerate(pairs):
            parts = components(len(members), pairs[:k] + pairs[k + 1 :])
            if len(parts) == 2:
                part = min(tuple(sums[rows].sum(axis=0).tolist()) for rows in parts)
                wanted[int(members[one]), int(members[other])] = part
        ends = [(int(members[one]), int(members[other])) for one, other in pairs]
        assert in_all == len(found) == len(wanted)
        assert {ends[b.row]: (b.scripts, b.received_sat, b.balance_sat) for b in found} == wanted


@settings(max_examples=100)
@given(case=cases(), data=st.data())
def test_a_bridge_cuts_off_the_part_without_anchors_and_none_where_both_have_some(
    case: Case, data: st.DataObject
) -> None:
    label = data.draw(st.sampled_from(np.unique(case.clusters.labels(Tier.T4)).tolist()))
    members = np.array(case.clusters.members(label, Tier.T4))
    links, sums = links_among(case.chain, case.clusters, members, Tier.T4), sums_of(case.chain, members)
    anchors = np.array(
        data.draw(st.lists(st.sampled_from(members.tolist()), min_size=1, max_size=3)), np.uint32
    )
    pairs, wanted = pairs_of(links), {}
    for k, (one, other) in enumerate(pairs):
        parts = components(len(members), pairs[:k] + pairs[k + 1 :])
        lost = [rows for rows in parts if not np.isin(members[rows], anchors).any()]
        if len(parts) == 2 and lost:
            near, far = (other, one) if one in lost[0] else (one, other)
            wanted[int(members[near]), int(members[far])] = tuple(sums[lost[0]].sum(axis=0).tolist())
    found = find_cut_off(members, links, sums, anchors)
    assert {(cut.near, cut.far): cut.sums for cut in found} == wanted
    assert len(found) == len(wanted)


# -- judgements


def plain_judged(case: Case, entries: list[Judgement]) -> list[int] | None:
    """Labels of all scripts, by joining every link of the chain again; None in a contradiction."""
    kinds = {kind: [one for one in entries if one.kind is kind] for kind in JudgementKind}
    number = {script: n for n, script in enumerate(case.scripts)}
    pins, apart = (
        [tuple(number[s] for s in one.scripts) for one in kinds[kind]]
        for kind in (JudgementKind.SAME_HAND, JudgementKind.APART)
    )
    cut = {case.chain.find_tx(one.txid) for one in kinds[JudgementKind.NO_LINK] if one.txid}
    rows: list[tuple[int, int, int, tuple[int, int]]] = []
    for label in np.unique(case.clusters.labels()).tolist():
        members = np.array(case.clusters.members(label))
        links = links_among(case.chain, case.clusters, members)
        for k, (one, other) in enumerate(pairs_of(links)):
            if links.tx[k] == NO_TX or int(links.tx[k]) not in cut:
                ends = int(members[one]), int(members[other])
                rows.append((int(links.tiers[k]), int(links.since[k]), len(rows), ends))
    label = list(range(case.chain.n_scripts))
    for place, (a, b) in enumerate([*pins, *(ends for *_, ends in sorted(rows))]):
        one, other = label[a], label[b]
        if one != other and any({label[p], label[q]} == {one, other} for p, q in apart):
            if place < len(pins):
                return None
            continue
        label = [min(one, other) if held in (one, other) else held for held in label]
    return label


@settings(max_examples=200)
@given(drawn=judged_cases())
def test_judged_clusters_are_those_of_all_links_joined_under_the_judgements(
    drawn: tuple[Case, list[Judgement]],
) -> None:
    case, entries = drawn
    before = case.clusters.labels().tolist()
    judged, wanted = judged_or_none(case, entries), plain_judged(case, entries)
    assert (judged is None) == (wanted is None)
    assert case.clusters.labels().tolist() == before, "nothing below is changed"
    if judged is None or wanted is None:
        return
    assert [judged.label(n) for n in range(case.chain.n_scripts)] == wanted
    for label in sorted(set(wanted)):
        members = [n for n, held in enumerate(wanted) if held == label]
        assert judged.members(label).tolist() == members
        assert judged.size(label) == len(members)
    for change in judged.changes:
        inside = case.clusters.members(change.label).tolist()
        assert [part.label for part in change.parts] == sorted({wanted[n] for n in inside})


@settings(max_examples=100)
@given(drawn=judged_cases())
def test_every_judged_path_leads_by_links_that_stand(drawn: tuple[Case, list[Judgement]]) -> None:
    case, entries = drawn
    judged = judged_or_none(case, entries)
    if judged is None:
        return
    cut = {case.chain.find_tx(one.txid) for one in entries if one.txid}
    apart = [one.scripts for one in entries if one.kind is JudgementKind.APART]
    for a, b in combinations(range(case.chain.n_scripts), 2):
        steps = judged.explain(a, b)
        assert (steps is None) == (judged.label(a) != judged.label(b))
        if steps is None:
            continue
        assert (steps[0].from_script, steps[-1].to_script) == (a, b)
        assert all(one.to_script == two.from_script for one, two in pairwise(steps))
        assert not cut & {step.tx_num for step in steps if step.tx_num is not None}
        assert all((step.tier is None) == step.rule.startswith("judgement:") for step in steps)
        assert (case.scripts[a], case.scripts[b]) not in apart
        assert (case.scripts[b], case.scripts[a]) not in apart
    assert all(isinstance(judged.change(tx), Abstained) for tx in cut if tx is not None)


@settings(max_examples=60)
@given(drawn=judged_cases(), data=st.data())
def test_a_withdrawn_judgement_leaves_what_was_before_it(
    drawn: tuple[Case, list[Judgement]], data: st.DataObject
) -> None:
    case, entries = drawn
    gone = data.draw(st.integers(0, len(entries) - 1))
    undo = judgement(99, JudgementKind.WITHDRAW, withdraws=entries[gone].id)
    left = [*entries[:gone], *entries[gone + 1 :]]
    assert standing([*entries, undo]) == tuple(left)
    with_undo, without = (judged_or_none(case, some) for some in ([*entries, undo], left))
    assert (with_undo is None) == (without is None)
    if with_undo is not None and without is not None:
        assert with_undo.digest == without.digest
        assert [with_undo.label(n) for n in range(case.chain.n_scripts)] == [
            without.label(n) for n in range(case.chain.n_scripts)
        ]


@given(drawn=judged_cases())
def test_clusters_under_judgements_have_the_members_and_moves_of_those_that_were_judged(
    drawn: tuple[Case, list[Judgement]],
) -> None:
    case, entries = drawn
    judged = judged_or_none(case, entries)
    if judged is None:
        return
    seen, every = under(case.clusters, judged), np.arange(case.chain.n_scripts)
    labels = [judged.label(script) for script in every.tolist()]
    assert seen.labels().tolist() == seen.labels_of(every).tolist() == labels
    for label in set(labels):
        own, moves = seen.members(label).tolist(), seen.moves.of(label)
        scripts = [case.clusters.moves.of_script(script) for script in own]
        assert own == [script for script in every.tolist() if labels[script] == label]
        for name in ("credits", "debits"):
            lists = [getattr(one, name) for one in scripts]
            whole = getattr(moves, name)
            assert whole.slice(0, len(whole)).tolist() == sorted(
                number for one in lists for number in one.slice(0, len(one)).tolist()
            )
        assert moves.balance_sat == sum(one.balance_sat for one in scripts)
    for a, b in combinations(every.tolist()[:5], 2):
        tier = seen.joined_at(a, b)
        assert (labels[a] == labels[b]) <= (tier is not None and tier <= Tier.T2)
