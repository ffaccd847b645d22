"""Tiers and earlier heights under judgements, against all links joined one after the other."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cointrail.clustering.as_of import members_at
from cointrail.clustering.build import build
from cointrail.clustering.judged import JudgedClusters
from cointrail.clustering.judgements import Judgement, JudgementKind
from cointrail.clustering.links import LinkTable, links_among
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import TIERS
from cointrail.clustering.under import under, unjudged
from cointrail.errors import NotFound
from cointrail.heuristics.base import Tier
from cointrail.lookups.desk import LookupDesk
from cointrail.lookups.tier_look import TierLook
from cointrail.store.reader import Snapshot
from support.array_chain import ArrayChain
from support.judged_chains import Case, chain_of, judged_cases, judged_or_none, pairs_of

Drawn = tuple[Case, list[Judgement]]


def in_the_chain(chain: ArrayChain, entries: list[Judgement]) -> list[Judgement]:
    """The judgements whose scripts or transaction the chain holds."""
    return [
        one
        for one in entries
        if all(chain.find_script(script) is not None for script in one.scripts)
        and (one.txid is None or chain.find_tx(one.txid) is not None)
    ]


@settings(max_examples=200)
@given(drawn=judged_cases(), data=st.data())
def test_a_judged_cluster_at_an_earlier_height_is_that_of_the_chain_cut_there_and_judged(
    drawn: Drawn, data: st.DataObject
) -> None:
    case, entries = drawn
    judged = judged_or_none(case, entries)
    assume(judged is not None)
    assert judged is not None
    cut = data.draw(st.integers(1, len(case.txs)))
    then = chain_of(case.txs[:cut], case.scripts, case.pairs)
    wanted = JudgedClusters(then, build(then), in_the_chain(then, entries))
    for script in range(case.chain.n_scripts):
        if script < then.n_scripts:
            found = members_at(case.chain, case.clusters, script, cut, judged.rulings)
            assert found.tolist() == wanted.members(wanted.label(script)).tolist()
        else:
            with pytest.raises(NotFound, match="had not appeared"):
                members_at(case.chain, case.clusters, script, cut, judged.rulings)


def plain_tiers(case: Case, entries: list[Judgement], parties: list[int]) -> dict[Tier, list[int]]:
    """Labels of all scripts at every tier, by joining every link of the chain again."""
    number = {script: n for n, script in enumerate(case.scripts)}
    pins, apart = (
        [tuple(number[s] for s in one.scripts) for one in entries if one.kind is kind]
        for kind in (JudgementKind.SAME_HAND, JudgementKind.APART)
    )
    cut = {case.chain.find_tx(one.txid) for one in entries if one.txid}
    rows: list[tuple[int, int, int, tuple[int, int]]] = []
    for label in np.unique(case.clusters.labels(Tier.T4)).tolist():
        members = np.array(case.clusters.members(label, Tier.T4))
        links = links_among(case.chain, case.clusters, members, Tier.T4)
        for k, (one, other) in enumerate(pairs_of(links)):
            if links.tx[k] == NO_TX or int(links.tx[k]) not in cut:
                ends = int(members[one]), int(members[other])
                rows.append((int(links.tiers[k]), int(links.since[k]), len(rows), ends))
    label = list(range(case.chain.n_scripts))
    found: dict[Tier, list[int]] = {}
    ordered = [(int(Tier.T1), pin) for pin in pins] + [(row[0], row[-1]) for row in sorted(rows)]
    for tier in TIERS:
        for at, (a, b) in ordered:
            one, other = label[a], label[b]
            if at != tier or one == other:
                continue
            whose = [
                {parties[n] for n, held in enumerate(label) if held == side} - {0} for side in (one, other)
            ]
            if tier > Tier.T2 and whose[0] and whose[1] and len(whose[0] | whose[1]) > 1:
                continue
            if any({label[p], label[q]} == {one, other} for p, q in apart):
                continue
            label = [min(one, other) if held in (one, other) else held for held in label]
        found[tier] = list(label)
    return found


def look_at(case: Case, judged: JudgedClusters | None, label: int, parties: list[int]) -> TierLook:
    clusters = case.clusters if judged is None else under(case.clusters, judged)
    look = TierLook(LookupDesk(cast("Snapshot", case.chain), clusters), label)
    look.parties = np.array(parties, np.uint32)[look.members]
    return look


@settings(max_examples=200)
@given(drawn=judged_cases(), data=st.data())
def test_tiers_under_judgements_are_those_of_all_links_joined_under_them(
    drawn: Drawn, data: st.DataObject
) -> None:
    case, entries = drawn
    judged = judged_or_none(case, entries)
    assume(judged is not None)
    assert judged is not None
    scripts = range(case.chain.n_scripts)
    parties = data.draw(st.lists(st.integers(0, 2), min_size=len(scripts), max_size=len(scripts)))
    wanted = plain_tiers(case, entries, parties)
    assert wanted[Tier.T2] == [judged.label(n) for n in scripts]
    for label in sorted(set(wanted[Tier.T2])):
        look = look_at(case, judged, label, parties)
        for tier in TIERS:
            own = [n for n in scripts if wanted[tier][n] == wanted[tier][label]]
            assert look.members[look.inside(tier)].tolist() == own


@settings(max_examples=100)
@given(drawn=judged_cases())
def test_bridges_under_judgements_are_the_links_that_stand_and_whose_removal_splits(drawn: Drawn) -> None:
    case, entries = drawn
    judged = judged_or_none(case, entries)
    assume(judged is not None)
    assert judged is not None
    nobody = [0] * case.chain.n_scripts
    for label in sorted({judged.label(n) for n in range(case.chain.n_scripts)}):
        look = look_at(case, judged, label, nobody)
        own = set(look.inside(Tier.T4).tolist())
        pairs = [ends for ends in pairs_of(look.held.links) if set(ends) <= own]
        wanted = sum(len(reached(own, pairs[:k] + pairs[k + 1 :])) < len(own) for k in range(len(pairs)))
        look.__dict__["_bridge"] = lambda bridge, row: (bridge, row)
        _, in_all = look.bridges(Tier.T4, 99)
        assert in_all == wanted


def reached(own: set[int], pairs: list[tuple[int, int]]) -> set[int]:
    """What hangs together with the first member."""
    found: set[int] = {min(own)}
    for _ in own:
        found |= {end for ends in pairs if set(ends) & found for end in ends}
    return found


@settings(max_examples=60)
@given(drawn=judged_cases())
def test_where_nothing_is_judged_a_look_is_as_it_was_without_judgements(drawn: Drawn) -> None:
    case, entries = drawn
    judged = judged_or_none(case, entries)
    assume(judged is not None)
    assert judged is not None
    assert unjudged(case.clusters)[0] is case.clusters
    nobody = [0] * case.chain.n_scripts
    for label in np.unique(case.clusters.labels()).tolist():
        seen = look_at(case, judged, judged.label(label), nobody)
        if not seen.judged:
            before = look_at(case, None, label, nobody)
            assert judged.label(label) == label
            for name in LinkTable._fields:
                one, other = (getattr(look.held.links, name) for look in (seen, before))
                assert one.tolist() == other.tolist()
