"""What one world says of every rule: links by stratum and hand, as columns that worlds are joined from."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.build import build
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.rules import TIERS, Link
from cointrail.error_rates.strata import ERAS, WORDS
from cointrail.error_rates.table import UNMEASURED
from cointrail.evaluate.agreement import CommonTable, agreement
from cointrail.evaluate.worlds.links import signers_of, statements_of
from cointrail.evaluate.worlds.statements import Statements
from cointrail.evaluate.worlds.strata import TxMarks, marks_of
from cointrail.evaluate.worlds.truth import Truth, read_truth
from cointrail.simulate import Plan, compose_world
from cointrail.sources.blocks_dir import BlocksDirectory
from cointrail.store.ingest import ingest
from cointrail.store.reader import Snapshot, open_snapshot

I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

WIDTHS = (len(Link), *map(len, WORDS[1:]))
"""How many words each mark of a stratum has."""

BY_SCRIPT = (Link.SAME_KEY, Link.INNER_SCRIPT)
"""Links that no transaction makes: only rule and era tell them apart."""


@dataclass(frozen=True, slots=True)
class Tally:
    """Links of one world, a row for each stratum of all marks and each hand, sorted.

    Attributes:
        name: of the world.
        truth: SHA-256 over its truth files, in hex.
        transactions: of its chain.
        era: place in `ERAS` of its middle transaction.
        code: the stratum, as a number of mixed base `WIDTHS`.
        hand: whose statements they are, by number.
        links: how many.
        wrong: of these.
        recall: by tier the BCubed recall of the clusters, in ppm: what a seed's cluster has of its hand.
    """

    name: str
    truth: str
    transactions: int
    era: int
    code: I64
    hand: I64
    links: I64
    wrong: I64
    recall: dict[str, int]


def tally_plan(name: str, plan: Plan, seed: int) -> Tally:
    """Compose a world in a folder that goes away, and tally it."""
    with tempfile.TemporaryDirectory(prefix="cointrail-world-") as scratch:
        world = Path(scratch, "world")
        compose_world(plan, seed, world, signed=False)
        return tally_world(world, name)


def tally_world(world: Path, name: str) -> Tally:
    """Tally a world that `simulate` wrote. Rules count at the tiers that they declare, whatever a table says.

    Raises:
        NotFound: the folder holds no world.
    """
    with tempfile.TemporaryDirectory(prefix="cointrail-tally-") as scratch:
        store = Path(scratch, "store")
        with BlocksDirectory(world / "blocks") as source:
            ingest(store, source)
        with open_snapshot(store) as snapshot:
            clusters = build(snapshot, table=UNMEASURED)
            truth = read_truth(world, snapshot)
            statements = statements_of(snapshot, clusters, truth, signers_of(snapshot, truth))
            marks = marks_of(snapshot, clusters)
            code, hand, links, wrong = _columns(_charged(statements, truth), marks)
            return Tally(
                name=name,
                truth=truth.digest,
                transactions=snapshot.n_txs,
                era=int(np.median(marks.era)) if len(marks.era) else len(ERAS) - 1,
                code=code,
                hand=hand,
                links=links,
                wrong=wrong,
                recall=_recall(snapshot, clusters, truth),
            )


def _charged(statements: Statements, truth: Truth) -> Statements:
    """Without what PayJoins show: their share is assumed, not measured (methods.md 9.3).

    Who states a bound charges that share on links of two inputs and more, up to two outputs: on common
    inputs, and on change, whose sender a PayJoin hides as well.
    """
    left = np.isin(statements.rule, BY_SCRIPT)
    left[~left] = ~truth.is_payjoin(statements.tx[~left])
    return Statements(
        statements.rule[left], statements.tx[left], statements.hand[left], statements.wrong[left]
    )


def _columns(statements: Statements, marks: TxMarks) -> tuple[I64, I64, I64, I64]:
    code = statements.rule.astype(np.int64)
    shallow = np.isin(statements.rule, BY_SCRIPT)
    for depth, (column, width) in enumerate(zip(marks, WIDTHS[1:], strict=True), start=1):
        own = column[statements.tx].astype(np.int64)
        code = code * width + (np.where(shallow, 0, own) if depth > 1 else own)
    hand = statements.hand.astype(np.int64)
    keys = np.stack([code, hand])
    pairs, place = np.unique(keys, axis=1, return_inverse=True)
    place = place.reshape(-1)
    links = np.bincount(place, minlength=pairs.shape[1])
    wrong = np.bincount(place[statements.wrong], minlength=pairs.shape[1])
    return pairs[0], pairs[1], links, wrong


def _recall(snapshot: Snapshot, clusters: Clusters, truth: Truth) -> dict[str, int]:
    spendable = snapshot.column("scripts.type").all() != ScriptType.OP_RETURN
    items = np.flatnonzero(spendable & ~truth.moved)
    hands, even = truth.script_hand[items], np.ones(len(items), np.int64)
    found = {}
    for tier in TIERS:
        recall = agreement(CommonTable.of(clusters.labels(tier)[items], hands, even)).bcubed_recall
        found[tier.name] = round(1_000_000 * (recall or 0))
    return found
