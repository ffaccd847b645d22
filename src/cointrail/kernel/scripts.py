"""What a locking script is: the fast twin of `chain.script.classify`, and the pushes of any script."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.wire import read_u32

U8 = npt.NDArray[np.uint8]


@kernel
def _valid_key_size(data: U8, at: int, length: int) -> bool:
    head = data[at]
    if length == 33:
        return bool(head == 2 or head == 3)
    if length == 65:
        return bool(head == 4 or head == 6 or head == 7)
    return False


@kernel
def next_push(data: U8, at: int, end: int) -> tuple[int, int, int]:
    """The operation at `at`: (push length or -1 if it pushes nothing, where its bytes begin, next).

    A push that runs past `end` gives -2.
    """
    op = int64(data[at])
    if op > 78:
        return int64(-1), at + 1, at + 1
    head = at + 1
    length = op
    if op == 76:
        if head + 1 > end:
            return int64(-2), at, at
        length = int64(data[head])
        head += 1
    elif op == 77:
        if head + 2 > end:
            return int64(-2), at, at
        length = int64(data[head]) | int64(data[head + 1]) << 8
        head += 2
    elif op == 78:
        if head + 4 > end:
            return int64(-2), at, at
        length = read_u32(data, head)
        head += 4
    if length > end - head:
        return int64(-2), at, at
    return length, head, head + length


@kernel
def _small_number(data: U8, at: int, end: int) -> tuple[int, int]:
    """A count of multisig keys, 1..20 in its shortest form: (number or -1, next position)."""
    op = int64(data[at])
    if 81 <= op <= 96:
        return op - 80, at + 1
    if op == 1 and at + 2 <= end:
        value = int64(data[at + 1])
        if 17 <= value <= 20:
            return value, at + 2
    return int64(-1), at


@kernel
def is_multisig(data: U8, start: int, end: int) -> bool:
    """Whether the whole script is a bare multisig; twin of `read_multisig`."""
    if end - start < 3 or data[end - 1] != 174:
        return False
    needed, at = _small_number(data, start, end)
    if needed < 1:
        return False
    keys = 0
    while at < end:
        length, head, after = next_push(data, at, end)
        if length < 1 or not _valid_key_size(data, head, length):
            break
        keys += 1
        at = after
    if at >= end:
        return False
    total, at = _small_number(data, at, end)
    return total == keys and needed <= keys and at == end - 1


@kernel
def _push_only(data: U8, start: int, end: int) -> bool:
    at = start
    while at < end:
        if data[at] > 96:
            return False
        length, _, after = next_push(data, at, end)
        if length == -2:
            return False
        at = after
    return True


@kernel
def classify_script(data: U8, start: int, length: int) -> int:
    """The `ScriptType` of the script at `start`; twin of `chain.script.classify`."""
    end = start + length
    if length == 0:
        return 0
    op = data[start]
    if length == 23 and op == 169 and data[start + 1] == 20 and data[start + 22] == 135:
        return 3
    if 4 <= length <= 42 and (op == 0 or 81 <= op <= 96) and data[start + 1] + 2 == length:
        if op == 0:
            return 4 if length == 22 else 5 if length == 34 else 0
        if op == 81 and length == 34:
            return 6
        if op == 81 and length == 4 and data[start + 2] == 0x4E and data[start + 3] == 0x73:
            return 7
        return 10
    if op == 106 and _push_only(data, start + 1, end):
        return 9
    if (length == 35 or length == 67) and op == length - 2 and data[end - 1] == 172:
        if _valid_key_size(data, start + 1, length - 2):
            return 1
    elif (
        length == 25
        and op == 118
        and data[start + 1] == 169
        and data[start + 2] == 20
        and data[start + 23] == 136
        and data[start + 24] == 172
    ):
        return 2
    return 8 if is_multisig(data, start, end) else 0
