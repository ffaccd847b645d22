"""The gate's verdicts in a world, by what transactions truly are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cointrail.clustering.clusters import Clusters
from cointrail.evaluate.worlds.links import NOBODY, Signers
from cointrail.evaluate.worlds.truth import Truth
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_bits import gates_of


@dataclass(frozen=True, slots=True)
class GateCount:
    """Transactions of one kind.

    Attributes:
        kind: what they truly are, in the words of the world.
        several: whether several hands signed.
        transactions: how many.
        safe: verdict SAFE; where several hands signed, each is an error.
        unknown: verdict UNKNOWN.
        unsafe: verdict UNSAFE.
    """

    kind: str
    several: bool
    transactions: int
    safe: int
    unknown: int
    unsafe: int


def tally_gate(clusters: Clusters, truth: Truth, signers: Signers) -> tuple[GateCount, ...]:
    """Verdicts on all transactions that spend something."""
    spending = np.flatnonzero(signers.hand != NOBODY)
    gate = gates_of(np.asarray(clusters.reasons))[spending].astype(np.int64)
    several = signers.several[spending].astype(np.int64)
    key = (truth.tx_kind[spending] * 2 + several) * len(Gate) + gate
    counts = np.bincount(key, minlength=len(truth.tx_kinds) * 2 * len(Gate)).reshape(-1, 2, len(Gate))
    order = [list(Gate).index(gate) for gate in (Gate.SAFE, Gate.UNKNOWN, Gate.UNSAFE)]
    return tuple(
        GateCount(word, bool(hands), int(row.sum()), *(int(row[k]) for k in order))
        for word, both in zip(truth.tx_kinds, counts, strict=True)
        for hands, row in enumerate(both)
        if row.sum()
    )
