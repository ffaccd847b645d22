"""Which inputs somebody had to sign for, over columns. Compiles nothing."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import InputMarks, ScriptType
from cointrail.store.batch import UNKNOWN_SCRIPT, TxBatch

_ANCHOR_AND_SIGNED = np.uint16(InputMarks.ANCHOR | InputMarks.SIGNED)


def unsigned(types: npt.NDArray[np.uint8], marks: npt.NDArray[np.uint16]) -> npt.NDArray[np.bool_]:
    """Twin of `needs_no_signature`, for the types of what inputs spend and what they show."""
    free: npt.NDArray[np.bool_] = (types == ScriptType.P2A) | (
        (marks & _ANCHOR_AND_SIGNED) == InputMarks.ANCHOR
    )
    return free


def linkable_scripts(batch: TxBatch) -> npt.NDArray[np.uint32]:
    """Input scripts of a batch; `UNKNOWN_SCRIPT` also for those that nobody had to sign for."""
    free = unsigned(batch.in_type, batch.in_marks)
    return np.where(free, UNKNOWN_SCRIPT, batch.in_script) if free.any() else batch.in_script
