"""By which marks statements are told apart: the strata of methods.md 9.3, from columns.

A stratum is a line of marks: rule, era, script family, shape, fingerprint, size of the sender. Any first
part of the line is a stratum too, the parent of those that say more.
"""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.clustering.clusters import Clusters
from cointrail.heuristics.base import Tier
from cointrail.store.batch import TxBatch
from cointrail.store.reader import Snapshot

U8 = npt.NDArray[np.uint8]
Array = npt.NDArray[Any]

MARKS = ("rule", "era", "scripts", "shape", "fingerprint", "sender")
"""The columns of a stratum, from the first to the last that is given up."""

_DAY = 86_400
ERAS = ("2009 to 2014", "2015 to 2016", "2017 to 2019", "2020 to 2022", "2023 on")
"""By the year of the block; each holds one of the years that worlds are set in."""
_ERA_ENDS = np.array([16_436, 17_167, 18_262, 19_358], np.int64) * _DAY
"""The first seconds of 2015, 2017, 2020 and 2023, UTC."""

FAMILIES = ("legacy", "p2sh", "segwit", "taproot", "other")
"""Of the first input's script."""
_FAMILY = np.full(256, FAMILIES.index("other"), np.uint8)
_FAMILY[[ScriptType.P2PK, ScriptType.P2PKH, ScriptType.MULTISIG]] = FAMILIES.index("legacy")
_FAMILY[ScriptType.P2SH] = FAMILIES.index("p2sh")
_FAMILY[[ScriptType.P2WPKH, ScriptType.P2WSH]] = FAMILIES.index("segwit")
_FAMILY[ScriptType.P2TR] = FAMILIES.index("taproot")

_INS, _OUTS = ("1", "2-4", "5+"), ("1", "2", "3+")
SHAPES = tuple(f"{m} in, {n} out" for m, n in product(_INS, _OUTS))

_VERSIONS, _LOCKS = ("v1", "v2", "v3+"), ("no locktime", "locktime")
_SIGNALS = ("final", "replaceable")
PRINTS = tuple(", ".join(parts) for parts in product(_VERSIONS, _LOCKS, _SIGNALS))
"""Version, locktime, and what the first input's sequence says (BIP 125)."""
_FIRST_FINAL = 0xFFFFFFFE

SIZES = ("1 script", "2-9 scripts", "10-99 scripts", "100+ scripts")
"""Of the sender's headline cluster."""
_SIZE_STEPS = np.array([2, 10, 100])

WORDS = ((), ERAS, FAMILIES, SHAPES, PRINTS, SIZES)
"""The words of each mark after the rule."""


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
    family[has] = _FAMILY[batch.in_type[first]]
    signals = np.zeros(batch.count, np.int64)
    signals[has] = batch.in_sequence[first] < _FIRST_FINAL
    size = np.zeros(batch.count, np.uint8)
    labels = clusters.labels(Tier.T2)
    size[has] = np.searchsorted(_SIZE_STEPS, sizes[labels[batch.in_script[first]]], side="right")
    version = np.clip(batch.version, 1, 3) - 1
    prints = (version * len(_LOCKS) + (batch.locktime > 0)) * len(_SIGNALS) + signals
    shape = np.searchsorted([2, 5], ins, side="right") * len(_OUTS) + np.searchsorted(
        [2, 3], outs, side="right"
    )
    era = np.searchsorted(_ERA_ENDS, times[batch.height], side="right")
    return TxMarks(era.astype(np.uint8), family, shape.astype(np.uint8), prints.astype(np.uint8), size)
