"""What the script that an input shows is: the fast twin of `_script_marks` in `chain.marks`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.scripts import is_multisig, next_push

U8 = npt.NDArray[np.uint8]

SMALLEST_SCRIPT = 23
"""Bytes of the shortest script that has a mark: a hash, a push of 20 bytes, a comparison."""


@kernel
def script_marks(data: U8, at: int, length: int) -> int:
    """Marks of the script at `at`, but for a preimage: that stands among the items before the script."""
    if length < SMALLEST_SCRIPT or length == 33 or length == 65:
        return 0
    end = at + length
    if is_multisig(data, at, end):
        return 512 | (1024 if data[at] == 82 and data[end - 2] == 82 else 0)
    if length == 40 and _is_anchor(data, at):
        return 16384
    if 75 <= length <= 80 and _is_delayed(data, at, end):
        return 8192
    return 2048 if _has_hash_lock(data, at, end) else 0


@kernel
def _has_hash_lock(data: U8, at: int, end: int) -> bool:
    """Whether a hash operation, not behind DUP, a push of 20 or 32 bytes and EQUAL(VERIFY) follow another."""
    before = op = int64(0)
    size = int64(-1)
    while at < end:
        code = int64(data[at])
        length, _, after = next_push(data, at, end)
        if length == -2:
            return False
        if (code == 135 or code == 136) and (size == 20 or size == 32):
            return True
        hashed = 166 <= op <= 170 and before != 118
        size = length if hashed else int64(-1)
        before, op = op, code
        at = after
    return False


@kernel
def _is_anchor(data: U8, at: int) -> bool:
    """Twin of `_is_anchor`, for a script of 40 bytes."""
    tail = at + 34
    return bool(
        data[at] == 33
        and data[tail] == 172
        and data[tail + 1] == 115
        and data[tail + 2] == 100
        and data[tail + 3] == 96
        and data[tail + 4] == 178
        and data[tail + 5] == 104
    )


@kernel
def _is_delayed(data: U8, at: int, end: int) -> bool:
    """Twin of `_is_delayed`, for a script of 75 to 80 bytes."""
    if data[at] != 99 or data[at + 1] != 33 or data[at + 35] != 103:
        return False
    delay = int64(data[at + 36])
    tail = at + 37 + (delay if delay <= 5 else 0)
    if not (1 <= delay <= 5 or 81 <= delay <= 96) or end - tail != 38:
        return False
    return bool(
        data[tail] == 178
        and data[tail + 1] == 117
        and data[tail + 2] == 33
        and data[tail + 36] == 104
        and data[tail + 37] == 172
    )
