"""Every link that the rules assert in a world, and whether it is true."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.clustering.clusters import Clusters
from cointrail.clustering.proof import NO_TX
from cointrail.clustering.rules import Link
from cointrail.evaluate.worlds.statements import Statements
from cointrail.evaluate.worlds.truth import Truth
from cointrail.heuristics.change_bulk import NO_OUTPUT
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_bits import gates_of, leave_leads
from cointrail.heuristics.linkable import linkable_scripts
from cointrail.store.batch import UNKNOWN_SCRIPT
from cointrail.store.chain_places import last_at_most
from cointrail.store.reader import Snapshot

Array = npt.NDArray[Any]
I32 = npt.NDArray[np.int32]
I64 = npt.NDArray[np.int64]

NOBODY = -2
"""The hand of a transaction that spends nothing known."""


@dataclass(frozen=True, slots=True)
class Signers:
    """Who spends, per transaction.

    Attributes:
        script: the first known script that somebody signed for; `UNKNOWN_SCRIPT` where there is none.
        hand: its owner then; `NOBODY` where there is none.
        several: whether other owners spend in the same transaction.
        ins: links of that script with those of the other inputs: (transaction, script).
    """

    script: npt.NDArray[np.uint32]
    hand: I32
    several: npt.NDArray[np.bool_]
    ins: tuple[I64, npt.NDArray[np.uint32]]


def signers_of(snapshot: Snapshot, truth: Truth) -> Signers:
    """Who spends in every transaction of a chain."""
    parts = []
    for batch in snapshot.batches():
        scripts = linkable_scripts(batch)
        known = np.flatnonzero(scripts != UNKNOWN_SCRIPT)
        owner = np.repeat(np.arange(batch.count), np.diff(batch.in_start))[known]
        scripts = scripts[known]
        first = np.ones(len(known), np.bool_)
        first[1:] = owner[1:] != owner[:-1]
        script = np.full(batch.count, UNKNOWN_SCRIPT, np.uint32)
        script[owner[first]] = scripts[first]
        hands = truth.owner_at(scripts, batch.height[owner])
        hand = np.full(batch.count, NOBODY, np.int32)
        hand[owner[first]] = hands[first]
        several = np.zeros(batch.count, np.bool_)
        several[owner[hands != hand[owner]]] = True
        # A script that is spent from twice is one statement.
        pairs = np.unique(owner * (1 << 32) + scripts.astype(np.int64))
        tx, other = pairs >> 32, (pairs & 0xFFFFFFFF).astype(np.uint32)
        others = other != script[tx]
        parts.append((script, hand, several, tx[others] + batch.first_tx, other[others]))
    script, hand, several, tx, other = (np.concatenate(column) for column in zip(*parts, strict=True))
    return Signers(script, hand, several, (tx, other))


def statements_of(snapshot: Snapshot, clusters: Clusters, truth: Truth, signers: Signers) -> Statements:
    """All links, of every rule."""
    reasons = np.asarray(clusters.reasons)
    heights = snapshot.column("txs.block").all()
    tx, other = signers.ins
    hand = signers.hand[tx]
    wrong = truth.owner_at(other, heights[tx]) != hand
    parts = [_key_links(snapshot, clusters, truth)]
    for linked, link in (
        (gates_of(reasons) == Gate.SAFE, Link.COMMON_INPUT),
        (leave_leads(reasons), Link.COMMON_INPUT_LEAD),
    ):
        rows = np.flatnonzero(linked[tx])
        parts.append(_statements(link, tx[rows], hand[rows], wrong[rows]))
    said, wrong = change_said(snapshot, clusters, truth, signers)
    for link in (Link.CHANGE, Link.CHANGE_LEAD):
        rows = np.flatnonzero(np.asarray(clusters.change_columns.tier)[said] == link.tier)
        parts.append(_statements(link, said[rows], signers.hand[said[rows]], wrong[rows]))
    return Statements.join(parts)


def change_said(
    snapshot: Snapshot, clusters: Clusters, truth: Truth, signers: Signers
) -> tuple[I64, npt.NDArray[np.bool_]]:
    """The transactions whose change output was named, and whether it is another hand's than the sender's."""
    output = np.asarray(clusters.change_columns.output)
    said = np.flatnonzero(output != NO_OUTPUT)
    places = snapshot.column("txs.first_output").take(said).astype(np.int64) + output[said]
    return said, truth.output_hand[places] != signers.hand[said]


def _key_links(snapshot: Snapshot, clusters: Clusters, truth: Truth) -> Statements:
    """Links of keys, as the proof has them: a script and the one that it hangs on."""
    child, parent, rule, _ = proof_edges(clusters)
    rows = np.flatnonzero(rule <= Link.INNER_SCRIPT)
    later, earlier = np.maximum(child, parent)[rows], np.minimum(child, parent)[rows]
    firsts = snapshot.column("scripts.first_output").take(later)
    tx = last_at_most(snapshot.column("txs.first_output"), firsts)
    hand = truth.script_hand[later]
    return Statements(rule[rows], tx, hand, truth.script_hand[earlier] != hand)


def proof_edges(clusters: Clusters) -> tuple[I64, I64, npt.NDArray[np.uint8], Array]:
    """The edges of the proof: script, the script that it hangs on, rule, transaction."""
    proof, members = clusters.proof, clusters.proof.partition.members
    start = np.asarray(members.start).astype(np.int64)
    values = np.asarray(members.numbers).astype(np.int64)
    above = np.repeat(start[:-1], np.diff(start)) + np.asarray(proof.parent).astype(np.int64)
    edges = np.flatnonzero(above != np.arange(len(values)))
    return values[edges], values[above[edges]], np.asarray(proof.rule)[edges], np.asarray(proof.tx)[edges]


def shown_in(edge_txs: Array) -> npt.NDArray[np.bool_]:
    """Whether a transaction shows an edge, or the scripts alone do."""
    shown: npt.NDArray[np.bool_] = edge_txs != NO_TX
    return shown


def _statements(link: Link, tx: I64, hand: I32, wrong: npt.NDArray[np.bool_]) -> Statements:
    return Statements(np.full(len(tx), link, np.uint8), tx.astype(np.int64), hand, wrong)
