"""A run of consecutive transactions as columns, with what their inputs spend already looked up.

This is what a bulk rule takes: contiguous arrays, offsets per transaction, no policy.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

UNKNOWN_SCRIPT = np.uint32(0xFFFFFFFF)
"""The script number of an input whose previous output is not in the store."""

UNKNOWN_VALUE = np.int64(-1)
"""The value of an input whose previous output is not in the store."""

UNKNOWN_TYPE = np.uint8(0xFF)
"""The script type of an input whose previous output is not in the store."""


@dataclass(frozen=True, slots=True)
class TxBatch:
    """`count` transactions from `first_tx` on, in chain order.

    Transaction i has inputs `in_start[i]:in_start[i + 1]` and outputs `out_start[i]:out_start[i + 1]`
    of this batch. A coinbase has no inputs here.
    """

    first_tx: int
    height: npt.NDArray[np.uint32]
    """Height of the block, per transaction."""
    version: npt.NDArray[np.int32]
    locktime: npt.NDArray[np.uint32]
    coinbase: npt.NDArray[np.bool_]
    in_start: npt.NDArray[np.int64]
    """Length count + 1."""
    in_value: npt.NDArray[np.int64]
    """Satoshi; `UNKNOWN_VALUE` where the previous output is not in the store."""
    in_script: npt.NDArray[np.uint32]
    """Script number; `UNKNOWN_SCRIPT` where the previous output is not in the store."""
    in_type: npt.NDArray[np.uint8]
    """`ScriptType`; `UNKNOWN_TYPE` where the previous output is not in the store."""
    in_sequence: npt.NDArray[np.uint32]
    in_marks: npt.NDArray[np.uint16]
    """`InputMarks`."""
    out_start: npt.NDArray[np.int64]
    """Length count + 1."""
    out_value: npt.NDArray[np.int64]
    out_script: npt.NDArray[np.uint32]
    out_type: npt.NDArray[np.uint8]
    weight: npt.NDArray[np.uint32] | None = None
    """BIP 141 weight units, per transaction; None where they were not asked for."""

    @property
    def count(self) -> int:
        """How many transactions."""
        return len(self.height)
