"""Money, services and holders of a composed world against its truth files and its chain."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from cointrail.clustering.clusters import Clusters
from cointrail.clustering.load import load_or_build
from cointrail.evaluate.worlds.holders import tally_holders
from cointrail.evaluate.worlds.money import Moves, Seed, moves_of, true_flow
from cointrail.evaluate.worlds.services import service_rates, tally_services
from cointrail.evaluate.worlds.taint import CRIME, TaintSeed, taint_errors, tally_taint
from cointrail.evaluate.worlds.truth import Truth, read_truth
from cointrail.simulate import compose_world, preset
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot
from cointrail.store.schema import NOT_YET
from cointrail.tracing.policy import Policy
from support.composed_worlds import Composed
from support.once import build_once

World = tuple[Snapshot, Clusters, Truth]


@pytest.fixture(name="folder", scope="module")
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_once(tmp_path_factory, "measured-world", _make)


def _make(out: Path) -> None:
    compose_world(preset("crime").with_size(1_500, 60), 5, out / "world", signed=False)
    with BlocksDirectory(out / "world" / "blocks") as source:
        ingest(out / "store", source)


@pytest.fixture(name="world", scope="module")
def _world(folder: Path) -> World:
    snapshot = open_snapshot(folder / "store")
    return snapshot, load_or_build(snapshot), read_truth(folder / "world", snapshot)


@pytest.fixture(name="moves", scope="module")
def _moves(world: World) -> Moves:
    return moves_of(world[0], world[2])


@pytest.fixture(name="taint", scope="module")
def _taint(world: World) -> tuple[TaintSeed, ...]:
    return tally_taint(*world, 0)


def test_what_moved_adds_up_to_what_every_hand_holds(world: World, moves: Moves) -> None:
    snapshot, _, truth = world
    held = np.zeros(len(truth.hands) + 2)
    np.add.at(held, moves.payee, moves.sat)
    np.add.at(held, moves.payer, -moves.sat)
    unspent = np.flatnonzero(snapshot.spent_by_many(np.arange(snapshot.n_outputs)) == NOT_YET)
    values = snapshot.column("outputs.value").all()[unspent].astype(np.float64)
    left = np.bincount(truth.output_hand[unspent], values, minlength=len(held))
    assert held[:-2] == pytest.approx(left[:-2], abs=1)
    assert held[-2] > 0 > held[-1]


def test_fees_that_moved_are_those_of_the_truth_files(folder: Path, world: World, moves: Moves) -> None:
    fees = moves.sat[moves.payee == len(world[2].hands)].sum()
    told = Composed(folder / "world").rows("transactions")
    assert fees == pytest.approx(sum(int(row["fee_sat"] or 0) for row in told if row["kind"] != "coinbase"))


def test_a_seed_s_money_is_all_somewhere_in_the_end(world: World, moves: Moves) -> None:
    snapshot, _, truth = world
    outputs = np.flatnonzero(snapshot.column("outputs.value").all() > 50_000)[::97]
    seeds = [
        Seed(
            output,
            snapshot.output_tx(output),
            int(truth.output_hand[output]),
            int(snapshot.output_value(output)),
        )
        for output in outputs.tolist()
    ]
    assert true_flow(truth, moves, seeds).sum(axis=0) == pytest.approx([one.sat for one in seeds])


def test_by_policies_that_conserve_what_is_wrong_in_one_place_lacks_in_another(
    taint: tuple[TaintSeed, ...],
) -> None:
    """Said and withheld make up the seed, as the truth does: L1 is twice the misplaced, and the withheld."""
    for one in taint:
        if one.l1_ppm is None or one.misplaced_ppm is None:
            assert one.policy == Policy.POISON
        else:
            assert one.l1_ppm == pytest.approx(2 * one.misplaced_ppm + one.withheld_ppm, abs=5)
        assert 0 <= one.covered_ppm <= 1_000_005


def test_poison_covers_at_least_what_any_policy_covers(taint: tuple[TaintSeed, ...]) -> None:
    by_seed = [taint[start : start + len(Policy)] for start in range(0, len(taint), len(Policy))]
    for seed in by_seed:
        (poison,) = (one for one in seed if one.policy == Policy.POISON)
        assert all(one.covered_ppm <= poison.covered_ppm + 5 for one in seed)


def test_every_seed_is_traced_by_every_policy_and_one_each_of_ordinary_hands(
    world: World, taint: tuple[TaintSeed, ...]
) -> None:
    assert {one.policy for one in taint} == {policy.value for policy in Policy}
    ordinary = Counter(one.hand for one in taint if one.sort == "ordinary")
    assert set(ordinary.values()) == {len(Policy)}
    kinds = dict(zip(world[2].hands, world[2].hand_kinds, strict=True))
    assert {kinds[one.hand] for one in taint if one.sort == "crime"} <= CRIME
    errors = taint_errors([("a world", one) for one in taint])
    assert len(errors) == 2 * len(Policy)
    assert all(one.seeds >= one.hands > 0 for one in errors)


def test_hands_of_two_worlds_are_not_one_hand(taint: tuple[TaintSeed, ...]) -> None:
    one = taint_errors([("a", seed) for seed in taint])
    two = taint_errors([(name, seed) for name in "ab" for seed in taint])
    assert [2 * error.hands for error in one] == [error.hands for error in two]
    shares = [[error.covered.share or 0.0 for error in errors] for errors in (one, two)]
    assert shares[0] == pytest.approx(shares[1])


def test_addresses_of_services_are_counted_within_what_there_is(world: World) -> None:
    counts = tally_services(*world, 0)
    assert counts == tally_services(*world, 0)
    assert {one.way for one in counts} >= {"cluster"}
    for one in counts:
        assert 0 <= one.right <= one.said
        assert 0 <= one.found <= one.true
    found = {(one.kind, one.way): one for one in service_rates([("a world", one) for one in counts])}
    exchanges = found["exchange", "cluster"]
    assert exchanges.right > 20
    assert exchanges.found == exchanges.right


def test_every_spent_coin_has_a_holder_and_stolen_ones_another(world: World) -> None:
    snapshot, _, truth = world
    counts = tally_holders(snapshot, truth, 0)
    spent = (snapshot.spent_by_many(np.arange(snapshot.n_outputs)) != NOT_YET).sum()
    assert sum(coins for _, coins, *_ in counts) == spent
    assert sum(other for _, _, other, *_ in counts) > 0
    assert all(drawn <= coins and other_drawn <= drawn for _, coins, _, drawn, other_drawn in counts)
