"""The vote with and without a model, on worlds that neither its trees nor its cut have seen."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path


from cointrail.clustering.build import build
from cointrail.evaluate.worlds.changes import ChangeTally, tally_change
from cointrail.evaluate.worlds.links import signers_of
from cointrail.evaluate.worlds.many import Draft
from cointrail.evaluate.worlds.truth import read_truth
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.model import ForestModel
from cointrail.simulate import compose_world
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import open_snapshot

TIERS = (Tier.T3, Tier.T4)
"""Whose verdicts a model can change."""


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
    """One world: its plan, its name and truth digest, and both votes."""

    plan: str
    world: str
    truth_digest: str
    without: Said
    beside: Said


def compare_draft(draft: Draft, plan: str, model: ForestModel) -> Compared:
    """Make one world in a folder that goes away, and ask the vote twice."""
    with tempfile.TemporaryDirectory(prefix="cointrail-learn-") as scratch:
        world, store = Path(scratch, "world"), Path(scratch, "store")
        compose_world(draft.plan, draft.seed, world, signed=False)
        with BlocksDirectory(world / "blocks") as source:
            ingest(store, source)
        with open_snapshot(store) as snapshot:
            truth = read_truth(world, snapshot)
            signers = signers_of(snapshot, truth)
            without, beside = (
                _said(tally_change(snapshot, build(snapshot, model=one), truth, signers, draft.seed))
                for one in (None, model)
            )
    return Compared(plan, draft.name, truth.digest, without, beside)


def _said(tally: ChangeTally) -> Said:
    counts = {count.tier: count for count in tally.counts}
    named = [counts[tier.name] for tier in TIERS]
    return Said(
        tally.with_change,
        tally.found,
        tuple(one.said for one in named),
        tuple(one.wrong for one in named),
    )


def total(said: list[Said]) -> Said:
    """Of several worlds together."""
    found = Said(0, 0, (0,) * len(TIERS), (0,) * len(TIERS))
    for one in said:
        found = found.plus(one)
    return found
