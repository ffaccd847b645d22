"""Samples of a world: the features of every output that the vote was asked about, and whether it stayed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.change_votes import ChainVotes, Senders
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.load import load_or_build
from cointrail.clustering.shelf import MemoryShelf
from cointrail.evaluate.worlds.links import NOBODY, signers_of
from cointrail.evaluate.worlds.many import Draft
from cointrail.evaluate.worlds.truth import Truth, read_truth
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.vote import Quiet
from cointrail.heuristics.change_model_bulk import sample_batch, strata_of_rows
from cointrail.kernel.grouping import NONE
from cointrail.simulate import compose_world
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot

Array = npt.NDArray[Any]

_ASKED = tuple(
    code
    for code, why in enumerate(Quiet, start=1)
    if why in {Quiet.HELD_APART, Quiet.OPPOSED, Quiet.NO_SIGNAL, Quiet.WEAK}
)
"""Why a vote that counted its rules abstained."""


@dataclass(frozen=True, slots=True)
class Samples:
    """Rows of outputs, those of one transaction behind one another.

    Attributes:
        rows: per output its features.
        own: per output, whether it is its sender's.
        tx: per output, which transaction it is of, from 0 and ascending.
        hand: per transaction, which hand sent it.
        stratum: per transaction, its place in `STRATA`.
        worlds: name and truth digest of each world.
    """

    rows: npt.NDArray[np.int16]
    own: npt.NDArray[np.bool_]
    tx: npt.NDArray[np.int64]
    hand: npt.NDArray[np.int64]
    stratum: npt.NDArray[np.int64]
    worlds: tuple[tuple[str, str], ...]

    @property
    def first_row(self) -> npt.NDArray[np.int64]:
        """Where the rows of each transaction begin."""
        found: npt.NDArray[np.int64] = np.searchsorted(self.tx, np.arange(len(self.hand)))
        return found

    @property
    def without_change(self) -> int:
        """Transactions none of whose outputs is their sender's."""
        kept = np.bincount(self.tx, self.own.astype(np.float64), len(self.hand))
        return int((kept == 0).sum())


def join_samples(parts: list[Samples]) -> Samples:
    """Samples of several worlds; their hands are different ones."""
    txs = np.cumsum([0, *(len(part.hand) for part in parts)])
    hands = np.cumsum([0, *(int(part.hand.max(initial=-1)) + 1 for part in parts)])
    return Samples(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.own for part in parts]),
        np.concatenate([part.tx + first for part, first in zip(parts, txs[:-1], strict=True)]),
        np.concatenate([part.hand + first for part, first in zip(parts, hands[:-1], strict=True)]),
        np.concatenate([part.stratum for part in parts]),
        tuple(world for part in parts for world in part.worlds),
    )


def sample_draft(draft: Draft) -> Samples:
    """Make one world in a folder that goes away, and sample it."""
    with tempfile.TemporaryDirectory(prefix="cointrail-learn-") as scratch:
        world, store = Path(scratch, "world"), Path(scratch, "store")
        compose_world(draft.plan, draft.seed, world, signed=False)
        with BlocksDirectory(world / "blocks") as source:
            ingest(store, source)
        with open_snapshot(store) as snapshot:
            clusters = load_or_build(snapshot, model=None)
            return sample_world(snapshot, clusters, read_truth(world, snapshot), draft.name)


def sample_world(snapshot: Snapshot, clusters: Clusters, truth: Truth, name: str) -> Samples:
    """The outputs of all transactions whose rules a vote has counted.

    Args:
        snapshot: the world's store.
        clusters: of it; what the vote was asked about is read from its verdicts.
        truth: whose outputs are whose.
        name: of the world.
    """
    signers = signers_of(snapshot, truth)
    columns = clusters.change_columns
    asked = np.isin(columns.quiet, _ASKED) | (np.asarray(columns.tier) == Tier.T3)
    asked |= np.asarray(columns.tier) == Tier.T4
    asked &= signers.hand != NOBODY
    votes = ChainVotes(snapshot, MemoryShelf(), clusters.standing)
    for batch in snapshot.batches():
        votes.add(batch)
    parts, outputs = [], 0
    for batch in snapshot.batches():
        nobody = np.full(len(batch.in_script), NONE, np.uint32)
        nowhere = np.full(len(batch.out_script), NONE, np.uint32)
        # The model is not told of clusters, so none are looked up.
        static, facts = votes.facts(batch, Senders.of(batch, nobody), nowhere)
        found = sample_batch(batch, static, facts, asked[batch.first_tx : batch.first_tx + batch.count])
        owner = np.repeat(np.arange(batch.count), np.diff(batch.out_start))[found.place] + batch.first_tx
        parts.append((found.rows, found.place + outputs, owner))
        outputs += len(batch.out_value)
    rows, place, owner = (np.concatenate(column) for column in zip(*parts, strict=True))
    txs, tx = np.unique(owner, return_inverse=True)
    _, hand = np.unique(signers.hand[txs], return_inverse=True)
    own = truth.output_hand[place] == signers.hand[owner]
    first = np.searchsorted(tx, np.arange(len(txs)))
    stratum = strata_of_rows(rows[first])
    return Samples(rows, own, tx.astype(np.int64), hand.astype(np.int64), stratum, ((name, truth.digest),))
