"""Every voter on change by itself: the outputs that it alone would name, and how many are another hand's.

The vote asks for more than one voter, so this is not the error of a link. It says what each is worth, and
which of them carry the vote.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.change_votes import ChainVotes, Senders
from cointrail.clustering.clusters import Clusters
from cointrail.clustering.shelf import MemoryShelf
from cointrail.evaluate.bootstrap import Interval, share_interval
from cointrail.evaluate.worlds.links import NOBODY, Signers
from cointrail.evaluate.worlds.truth import Truth
from cointrail.heuristics.base import Tier
from cointrail.heuristics.change.vote import VOTERS
from cointrail.heuristics.change_bulk import vote_batch
from cointrail.heuristics.gate_bits import gates_of
from cointrail.store.batch import UNKNOWN_SCRIPT
from cointrail.store.reader import Snapshot

I64 = npt.NDArray[np.int64]
Array = npt.NDArray[Any]

_SPOKE, _LEFT, _WIDTH = 8, 7, 4
"""The bits of one answer; see `vote_batch`."""
_PLACE = np.array([-1, 0, 1, -1, 2, -1, -1, -1], np.int64)
"""The place of the one output that is left; -1 where none or several are."""


@dataclass(frozen=True, slots=True)
class VoterAlone:
    """Outputs that one voter names where the vote asks it, whatever the others say."""

    rule: str
    said: int
    wrong: int
    wrong_interval: Interval | None
    """Of their share, by drawing senders again."""


def tally_voters(
    snapshot: Snapshot, clusters: Clusters, truth: Truth, signers: Signers, seed: int
) -> tuple[VoterAlone, ...]:
    """Count every voter that names anything."""
    answers, places = _answers(snapshot, clusters)
    asked = np.flatnonzero(signers.hand != NOBODY)
    found = []
    for k, voter in enumerate(VOTERS):
        own = answers[asked] >> _WIDTH * k & (_SPOKE | _LEFT)
        place = np.where(own & _SPOKE, _PLACE[own & _LEFT], -1)
        said = asked[place >= 0]
        if len(said):
            wrong = truth.output_hand[places[said, place[place >= 0]]] != signers.hand[said]
            interval = share_interval(wrong, signers.hand[said], seed)
            found.append(VoterAlone(voter.id, len(said), int(wrong.sum()), interval))
    return tuple(found)


def _answers(snapshot: Snapshot, clusters: Clusters) -> tuple[I64, I64]:
    """Per transaction the answers of all voters, and the numbers of its first three spendable outputs."""
    votes = ChainVotes(snapshot, MemoryShelf(), clusters.standing)
    for batch in snapshot.batches():
        votes.add(batch)
    labels = np.append(clusters.labels(Tier.T2), np.uint32(UNKNOWN_SCRIPT))
    gates = gates_of(np.asarray(clusters.reasons))
    dated = snapshot.network.name == "mainnet"
    found, places, outputs = [], [], 0
    for batch in snapshot.batches():
        known = np.minimum(batch.in_script, len(labels) - 1)
        senders = Senders.of(batch, labels[known])
        static, facts = votes.facts(batch, senders, labels[batch.out_script])
        answers = np.zeros(batch.count, np.int64)
        gate = gates[batch.first_tx : batch.first_tx + batch.count]
        vote_batch(batch, gate, facts, found=static, dated=dated, answers=answers)
        found.append(answers)
        places.append(_first_three(batch.out_start, batch.out_type) + outputs)
        outputs += len(batch.out_value)
    return np.concatenate(found), np.concatenate(places)


def _first_three(start: Array, types: Array) -> I64:
    """The rows of the first three spendable outputs of each transaction; where there are fewer, some row."""
    spendable = np.flatnonzero(types != ScriptType.OP_RETURN)
    first = np.searchsorted(spendable, start[:-1])
    at = np.minimum(first[:, None] + np.arange(3), max(len(spendable) - 1, 0))
    rows: I64 = spendable[at].astype(np.int64) if len(spendable) else np.zeros_like(at)
    return rows
