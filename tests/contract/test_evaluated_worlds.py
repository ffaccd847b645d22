"""The evaluation of a composed world against its truth files, read again without it."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from cointrail.errors import BadInput, NotFound
from cointrail.evaluate.worlds.links import NOBODY, signers_of
from cointrail.evaluate.worlds.one import WorldCounts, measure_world
from cointrail.evaluate.worlds.pool import evaluation_of
from cointrail.evaluate.worlds.truth import Truth, read_truth
from cointrail.evaluate.worlds.write import write_evaluation
from cointrail.simulate import compose_world, preset
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from support.composed_worlds import Composed
from support.demo_world import demo_folder
from support.once import build_once


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "evaluated-world", _make)


def _make(out: Path) -> None:
    compose_world(preset("2021").with_size(600, 60), 3, out / "world", signed=False)
    with BlocksDirectory(out / "world" / "blocks") as source:
        ingest(out / "store", source)


@pytest.fixture(name="world", scope="module")
def _world(folder: Path) -> Composed:
    return Composed(folder / "world")


@pytest.fixture(name="counts", scope="module")
def _counts(folder: Path) -> WorldCounts:
    return measure_world(folder / "world", folder / "store")


@pytest.fixture(name="read", scope="module")
def _read(folder: Path) -> tuple[Snapshot, Truth]:
    snapshot = open_snapshot(folder / "store")
    return snapshot, read_truth(folder / "world", snapshot)


def test_every_output_has_the_owner_that_its_line_names(
    world: Composed, read: tuple[Snapshot, Truth]
) -> None:
    _, truth = read
    told = [row["owner"] for row in world.outputs]
    assert [truth.hands[hand] for hand in truth.output_hand] == told


def test_who_decides_over_a_script_follows_its_custody(world: Composed, read: tuple[Snapshot, Truth]) -> None:
    snapshot, truth = read
    assert world.custody
    for script, spans in world.custody.items():
        number = snapshot.find_script(bytes.fromhex(script))
        assert number is not None
        for owner, since, until in spans:
            for height in {since, min(until, 2**31) - 1} if since < until else ():
                found = truth.owner_at(np.array([number]), np.array([height]))
                assert truth.hands[int(found[0])] == owner


def test_several_hands_sign_just_where_the_truth_has_several(
    world: Composed, read: tuple[Snapshot, Truth]
) -> None:
    snapshot, truth = read
    signers = signers_of(snapshot, truth)
    several = {str(snapshot.txid(int(tx))) for tx in np.flatnonzero(signers.several)}
    kinds = {row["txid"]: row["kind"] for row in world.rows("transactions")}
    joined = {row["txid"] for row in world.rows("joins")}
    assert {txid for txid in joined if txid in several}
    assert {kinds[txid] for txid in several} <= {
        "joinmarket", "wasabi1", "whirlpool", "payjoin", "dual_open", "splice"
    }  # fmt: skip
    assert (signers.hand == NOBODY).sum() == sum(kind == "coinbase" for kind in kinds.values())


def test_verdicts_and_silences_add_up_to_all_transactions(counts: WorldCounts) -> None:
    change = counts.change
    assert sum(one.said for one in change.counts) + sum(change.quiet.values()) == change.transactions
    assert sum(one.transactions for one in counts.gate) == change.transactions


def test_the_gate_is_counted_by_what_the_world_calls_its_transactions(
    world: Composed, counts: WorldCounts
) -> None:
    seen: Counter[str] = Counter()
    for one in counts.gate:
        seen[one.kind] += one.transactions
    assert seen == Counter({kind: n for kind, n in world.kinds.items() if kind != "coinbase"})


def test_links_by_kind_are_the_links_of_the_strata_and_payjoins(counts: WorldCounts) -> None:
    by_rule = {one.stratum[0]: one.links for one in counts.strata if len(one.stratum) == 1}
    payjoins = {one.rule: one.links for one in counts.kinds if one.kind == "payjoin"}
    for rule in {one.rule for one in counts.kinds}:
        left_out = payjoins.get(rule, 0) if rule.startswith("common_input@") else 0
        assert sum(one.links for one in counts.kinds if one.rule == rule) == by_rule[rule] + left_out


def test_stronger_clusters_are_finer_and_recall_grows_with_the_tier(counts: WorldCounts) -> None:
    clusters = [tier.agreement.clusters for tier in counts.tiers]
    recall = [tier.agreement.bcubed_recall or 0 for tier in counts.tiers]
    assert clusters == sorted(clusters, reverse=True)
    assert recall == sorted(recall)
    assert counts.tiers[0].agreement.false_merges == 0


def test_fewer_coins_are_followed_further(counts: WorldCounts) -> None:
    chains = [one.chains for one in counts.change.survival]
    assert chains == sorted(chains, reverse=True)
    assert all(0 <= one.still_right <= one.chains for one in counts.change.survival)


def test_the_same_world_twice_gives_the_same_bytes(folder: Path, counts: WorldCounts, tmp_path: Path) -> None:
    again = measure_world(folder / "world")
    for name, one in (("kept", counts), ("fresh", again)):
        write_evaluation(evaluation_of([one, one]), tmp_path / name)
    kept, fresh = (
        {path.name: path.read_bytes() for path in sorted((tmp_path / name).iterdir())}
        for name in ("kept", "fresh")
    )
    assert kept == fresh
    assert {"report.md", "strata.csv", "bounds.svg"} <= kept.keys()


def test_the_page_has_every_part_and_its_pictures_are_well_formed(
    counts: WorldCounts, tmp_path: Path
) -> None:
    names = write_evaluation(evaluation_of([counts]), tmp_path / "out")
    page = (tmp_path / "out" / "report.md").read_text()
    for part in ("Links", "Clusters", "Change", "Keys that changed hands", "Where value is said to go",
                 "Addresses of services", "The gate"):  # fmt: skip
        assert f"\n## {part}\n" in page
    pictures = [name for name in names if name.endswith(".svg")]
    assert {"bounds.svg", "survival.svg", "taint.svg", "reliability.svg"} == set(pictures)
    for name in pictures:
        assert f"]({name})" in page
        assert ET.parse(tmp_path / "out" / name).getroot().tag.endswith("svg")


def test_figures_of_a_world_have_their_intervals_around_them(counts: WorldCounts) -> None:
    for tier in counts.tiers:
        for name in ("bcubed_precision", "bcubed_recall", "value_recall", "contaminated", "v_measure"):
            interval, figure = tier.intervals[name], getattr(tier.agreement, name)
            assert interval is not None
            assert interval[0] <= figure <= interval[1]


def test_a_hop_is_judged_only_where_the_coin_came_right(counts: WorldCounts) -> None:
    for one in counts.change.survival:
        assert one.stayed_right <= min(one.came_right, one.still_right)
        assert one.came_right <= one.chains


def test_verdicts_are_told_apart_by_whether_there_was_change(counts: WorldCounts) -> None:
    strong, all_tiers = counts.change.named
    assert (strong.tier, all_tiers.tier) == ("T3", "T4")
    assert strong.with_change == all_tiers.with_change == counts.change.with_change
    assert strong.right == counts.change.found <= all_tiers.right


def test_outside_payjoin_and_custody_headline_clusters_hold_no_false_merge(counts: WorldCounts) -> None:
    for tier in counts.tiers[:2]:
        assert tier.unexplained == 0
        assert tier.outside_precision == 1.0
    for tier in counts.tiers:
        assert (tier.outside_precision or 0) >= (tier.agreement.bcubed_precision or 0)
        assert (tier.outside_recall or 0) <= (tier.agreement.bcubed_recall or 0)


def test_a_voter_names_by_itself_whatever_it_voted_for_and_more(counts: WorldCounts) -> None:
    alone = {one.rule: one for one in counts.change.alone}
    assert counts.change.voters
    for one in counts.change.voters:
        assert one.said <= alone[one.rule].said
        assert one.wrong <= alone[one.rule].wrong
    assert all(one.wrong <= one.said for one in alone.values())


def test_the_demo_s_world_can_be_measured_too(tmp_path_factory: pytest.TempPathFactory) -> None:
    demo = demo_folder(tmp_path_factory)
    found = measure_world(demo.path / "world", demo.store)
    assert found.name.startswith("demo")
    assert {one.kind for one in found.gate} == {"untold"}
    assert found.change.transactions > 0


def test_a_store_of_another_chain_is_refused(folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    compose_world(preset("quiet").with_size(300, 60), 4, other, signed=False)
    with pytest.raises(BadInput, match="another chain"):
        measure_world(other, folder / "store")


def test_a_folder_without_a_world_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="holds no simulated world"):
        measure_world(tmp_path)


def test_a_world_file_that_says_nothing_is_refused(tmp_path: Path) -> None:
    (tmp_path / "world.json").write_text(json.dumps([1]))
    with pytest.raises(BadInput, match="does not describe"):
        measure_world(tmp_path)


def test_a_truth_file_with_torn_lines_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "world", tmp_path / "world")
    with (tmp_path / "world" / "truth" / "outputs.csv").open("a") as lines:
        lines.write("torn\n")
    with pytest.raises(BadInput, match="is no table"):
        measure_world(tmp_path / "world", folder / "store")


def test_a_truth_file_without_a_column_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder / "world", tmp_path / "world")
    (tmp_path / "world" / "truth" / "scripts.csv").write_text("script_hex\n00\n")
    with pytest.raises(BadInput, match="does not hold the truth"):
        measure_world(tmp_path / "world", folder / "store")
