"""A stand-in for the bulk vote until it lands; removed then."""

from __future__ import annotations

import numpy as np

from cointrail.heuristics.base import Tier
from cointrail.heuristics.change_bulk import BatchChange, ChangeFacts
from cointrail.heuristics.gate import Gate
from cointrail.store.batch import TxBatch


def stand_in(batch: TxBatch, gate, facts: ChangeFacts) -> BatchChange:  # type: ignore[no-untyped-def] # noqa: ANN001
    """Fresh and round values vote on transactions with two outputs."""
    counts = np.diff(batch.out_start)
    place = np.full(batch.count, 0xFF, np.uint8)
    tier = np.full(batch.count, 0xFF, np.uint8)
    rules = np.zeros(batch.count, np.uint32)
    quiet = np.full(batch.count, 13, np.uint8)
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
    rules[two[held]] = 8
    quiet[two[held]] = 0
    return BatchChange(place, tier, rules, quiet)
