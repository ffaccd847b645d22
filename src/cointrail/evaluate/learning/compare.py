"""The vote with and without a model, on worlds that neither its trees nor its cut have seen."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cointrail.clustering.build import build
from cointrail.evaluate.learning.samples import Samples, sample_world
from cointrail.evaluate.worlds.changes import ChangeTally, tally_change
from cointrail.evaluate.worlds.links import signers_of
from cointrail.evaluate.worlds.many import Draft
from cointrail.evaluate.worlds.truth import read_truth
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.model import ForestModel
from cointrail.simulate import compose_world, simulate_world
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot

TIERS = (Tier.T3, Tier.T4)
"""Whose verdicts a model can change."""

DEMO = "demo"
"""In place of a plan: the world of the demo, which is not composed."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a vote said in one or several worlds.

    Attributes:
        with_change: transactions with change beside a payment.
        found: of these, with an output of the sender named at T3 or stronger.
        said: verdicts, by tier in the order of `TIERS`.
        wrong: of these.
    """

    with_change: int
    found: int
    said: tuple[int, ...]
    wrong: tuple[int, ...]

    def plus(self, other: Said) -> Said:
        """Both together."""
        return Said(
            self.with_change + other.with_change,
            self.found + other.found,
            tuple(a + b for a, b in zip(self.said, other.said, strict=True)),
            tuple(a + b for a, b in zip(self.wrong, other.wrong, strict=True)),
        )


@dataclass(frozen=True, slots=True)
class Compared:
    """One world: what it is, both votes, and its samples."""

    plan: str
    without: Said
    beside: Said
    samples: Samples


def compare_draft(draft: Draft, plan: str, model: ForestModel) -> Compared:
    """Make one composed world in a folder that goes away, and ask the vote twice."""
    with tempfile.TemporaryDirectory(prefix="cointrail-learn-") as scratch:
        world = Path(scratch, "world")
        compose_world(draft.plan, draft.seed, world, signed=False)
        return _compare(world, plan=plan, name=draft.name, seed=draft.seed, model=model)


def compare_demo(seed: int, scale: float, model: ForestModel) -> Compared:
    """The same for the demo's world, which another engine makes: other people, other habits."""
    with tempfile.TemporaryDirectory(prefix="cointrail-learn-") as scratch:
        world = Path(scratch, "world")
        simulate_world(seed, world, signed=False, scale=scale)
        return _compare(world, plan=DEMO, name=f"demo, seed {seed}", seed=seed, model=model)


def _compare(world: Path, *, plan: str, name: str, seed: int, model: ForestModel) -> Compared:
    store = world.with_name("store")
    with BlocksDirectory(world / "blocks") as source:
        ingest(store, source)
    with open_snapshot(store) as snapshot:
        truth = read_truth(world, snapshot)
        signers = signers_of(snapshot, truth)
        clusters = build(snapshot)
        beside = build(snapshot, model=model)
        return Compared(
            plan,
            _said(tally_change(snapshot, clusters, truth, signers, seed)),
            _said(tally_change(snapshot, beside, truth, signers, seed)),
            sample_world(snapshot, clusters, truth, name),
        )


def _said(tally: ChangeTally) -> Said:
    counts = {count.tier: count for count in tally.counts}
    named = [counts[tier.name] for tier in TIERS]
    return Said(
        tally.with_change,
        tally.found,
        tuple(one.said for one in named),
        tuple(one.wrong for one in named),
    )


def total(said: Iterable[Said]) -> Said:
    """Of several worlds together."""
    found = Said(0, 0, (0,) * len(TIERS), (0,) * len(TIERS))
    for one in said:
        found = found.plus(one)
    return found


def votes_by_plan(compared: Iterable[Compared]) -> list[tuple[str, Said, Said]]:
    """Plan, the vote without and with the model; last all composed worlds together."""
    worlds = list(compared)
    plans = dict.fromkeys(one.plan for one in worlds)
    groups = {plan: [one for one in worlds if one.plan == plan] for plan in plans}
    groups["all but demo"] = [one for one in worlds if one.plan != DEMO]
    return [
        (name, total(one.without for one in some), total(one.beside for one in some))
        for name, some in groups.items()
    ]
