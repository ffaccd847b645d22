"""The tests of `fillable` over a batch of columns: the same answers, without a Python object each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.heuristics import fillable
from cointrail.heuristics.coinjoin import DUST_MODES
from cointrail.heuristics.fillable import Answer
from cointrail.kernel.fillable import FillColumns, FillLimits, FillRoom, judge_fillable
from cointrail.store.batch import TxBatch

U8 = npt.NDArray[np.uint8]

ANSWERS = (Answer.NO, Answer.YES, Answer.TIMEOUT)
"""By the kernel's number."""

_LIMITS = FillLimits(
    dust_low=DUST_MODES[0],
    dust_high=DUST_MODES[1],
    min_fee=fillable.MIN_FEE_SAT,
    fee_ten_thousandths=fillable.FEE_TEN_THOUSANDTHS,
    max_hands=fillable.MAX_HANDS,
    max_steps=0,
)


class Fillable(NamedTuple):
    """Places in `ANSWERS`, one a transaction."""

    extra: U8
    possible: U8


def fillable_batch(batch: TxBatch, *, max_steps: int = fillable.MAX_STEPS) -> Fillable:
    """What `extra` and `possible` say of every transaction. Releases the interpreter lock.

    Args:
        batch: columns.
        max_steps: of a search; theirs.
    """
    columns = FillColumns(
        batch.in_start,
        batch.in_value,
        batch.in_script,
        batch.out_start,
        batch.out_value,
        batch.out_script,
        batch.out_type,
    )
    answers = Fillable(np.empty(batch.count, np.uint8), np.empty(batch.count, np.uint8))
    judge_fillable(columns, _room(batch), _LIMITS._replace(max_steps=max_steps), *answers)
    return answers


def _room(batch: TxBatch) -> FillRoom:
    ins = int(np.diff(batch.in_start).max(initial=0))
    outs = int(np.diff(batch.out_start).max(initial=0))
    most = fillable.MAX_HANDS
    return FillRoom(
        scripts=np.empty(ins, np.uint32),
        sums=np.empty(ins, np.int64),
        left=np.empty(most + 1, np.int64),
        values=np.empty(outs, np.int64),
        wanted=np.empty(max(2, outs), np.int64),
        buckets=np.empty((most + 1) * most, np.int64),
        counts=np.empty(most + 1, np.int64),
        tried=np.empty(most + 1, np.int64),
    )
