"""The marks of every transaction as columns: the bulk twin of `marks_of_tx`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.clusters import Clusters
from cointrail.error_rates.strata import (
    ERA_ENDS,
    ERAS,
    FAMILIES,
    FAMILY_OF_TYPE,
    FIRST_FINAL,
    IN_STEPS,
    MARKS,
    OUT_STEPS,
    PRINTS,
    SHAPES,
    SIZE_STEPS,
    SIZES,
    WORDS,
)
from cointrail.heuristics.base import Tier
from cointrail.store.batch import TxBatch
from cointrail.store.reader import Snapshot

__all__ = ["ERAS", "FAMILIES", "MARKS", "PRINTS", "SHAPES", "SIZES", "WORDS", "TxMarks", "marks_of"]

U8 = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]


class TxMarks(NamedTuple):
    """The marks of every transaction as places in their words. A coinbase counts as having one input."""

    era: U8
    family: U8
    shape: U8
    prints: U8
    size: U8


def marks_of(snapshot: Snapshot, clusters: Clusters) -> TxMarks:
    """The marks of all transactions of a chain."""
    sizes = np.bincount(clusters.labels(Tier.T2), minlength=snapshot.n_scripts)
    times = snapshot.block_times().astype(np.int64)
    parts = [_of_batch(batch, clusters, times, sizes) for batch in snapshot.batches()]
    return TxMarks(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _of_batch(batch: TxBatch, clusters: Clusters, times: Array, sizes: Array) -> TxMarks:
    ins, outs = np.diff(batch.in_start), np.diff(batch.out_start)
    has = ins > 0
    first = batch.in_start[:-1][has]
    family = np.full(batch.count, FAMILIES.index("other"), np.uint8)
    family[has] = FAMILY_OF_TYPE[batch.in_type[first]]
    signals = np.zeros(batch.count, np.int64)
    signals[has] = batch.in_sequence[first] < FIRST_FINAL
    size = np.zeros(batch.count, np.uint8)
    labels = clusters.labels(Tier.T2)
    size[has] = np.searchsorted(SIZE_STEPS, sizes[labels[batch.in_script[first]]], side="right")
    prints = ((np.clip(batch.version, 1, 3) - 1) * 2 + (batch.locktime > 0)) * 2 + signals
    widths = np.searchsorted(OUT_STEPS, outs, side="right")
    shape = np.searchsorted(IN_STEPS, ins, side="right") * (len(OUT_STEPS) + 1) + widths
    era = np.searchsorted(ERA_ENDS, times[batch.height], side="right")
    return TxMarks(era.astype(np.uint8), family, shape.astype(np.uint8), prints.astype(np.uint8), size)
