"""The vote on change over a batch: what it needs of the chain, and its verdicts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.heuristics.base import Tier
from cointrail.heuristics.gate import Gate
from cointrail.store.batch import TxBatch

Bools = npt.NDArray[np.bool_]
U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]

NO_CHANGE = 0xFF
"""In place of the place of a change output: the vote abstained."""


class OutputFacts(NamedTuple):
    """What the chain says of each output of a batch."""

    fresh: Bools
    """No transaction before its own paid its script."""
    own: Bools
    """Its script is in the headline cluster of the inputs."""


class ChangeVotes(NamedTuple):
    """Per transaction: the place of the output that stays with the sender, the tier, and who voted for it."""

    place: U8
    """`NO_CHANGE` where the vote abstained."""
    tier: U8
    rules: U16
    """Bit k: voter k."""


class ChangeColumns(NamedTuple):
    """The verdicts on every transaction of a chain, as kept; see `ChangeVotes`."""

    place: U8
    tier: U8
    rules: U16


class ChangeVerdict(NamedTuple):
    """The output of one transaction that stays with its sender."""

    output: int
    """Its place among all outputs."""
    tier: Tier
    rules: int
    """Bit k: voter k voted for it."""


CHANGE_TYPES = {"change_place": "u1", "change_tier": "u1", "change_rules": "<u2"}
"""The arrays of `ChangeColumns`, and their types."""


def vote_batch(batch: TxBatch, gate: U8, facts: OutputFacts) -> ChangeVotes:
    """Judge every transaction of a batch."""
    counts = np.diff(batch.out_start)
    place = np.full(batch.count, NO_CHANGE, np.uint8)
    tier = np.zeros(batch.count, np.uint8)
    rules = np.zeros(batch.count, np.uint16)
    two = np.flatnonzero((counts == 2) & (gate == Gate.SAFE) & (np.diff(batch.in_start) > 0))
    first = batch.out_start[two]
    round_one, round_other = (batch.out_value[first + k] % 100_000 == 0 for k in range(2))
    fresh_one, fresh_other = (facts.fresh[first + k] for k in range(2))
    by_fresh = np.where(fresh_one == fresh_other, 2, np.where(fresh_one, 0, 1))
    by_round = np.where(round_one == round_other, 2, np.where(round_one, 1, 0))
    chosen = np.where(by_fresh == 2, by_round, by_fresh)
    against = (by_fresh != by_round) & (by_fresh != 2) & (by_round != 2)
    held = (chosen != 2) & ~against
    place[two[held]] = chosen[held]
    tier[two[held]] = np.where(by_fresh[held] == by_round[held], Tier.T3, Tier.T4)
    rules[two[held]] = 1
    return ChangeVotes(place, tier, rules)
