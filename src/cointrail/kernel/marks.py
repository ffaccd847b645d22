"""What an input shows of its signatures and its script: the fast twin of `chain.marks`.

The bits are those of `InputMarks`.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.script_marks import SMALLEST_SCRIPT, script_marks
from cointrail.kernel.scripts import next_push
from cointrail.kernel.wire import read_size

U8 = npt.NDArray[np.uint8]


@kernel
def _sighash_marks(byte: int) -> int:
    base = byte & 0x1F
    marks = 1 | (4 if base == 2 else 8 if base == 3 else 2)
    return marks | (16 if byte & 0x80 else 0)


@kernel
def _der_marks(data: U8, at: int, length: int) -> int:
    """Marks of a DER signature with its sighash byte; 0 when it is none."""
    if length < 9 or length > 73 or data[at] != 0x30 or data[at + 1] != length - 3 or data[at + 2] != 2:
        return 0
    r = int64(data[at + 3])
    if 5 + r >= length or data[at + 4 + r] != 2:
        return 0
    if int64(data[at + 5 + r]) + r + 7 != length:
        return 0
    return _sighash_marks(int64(data[at + length - 1])) | (32 if r == 33 else 0)


@kernel
def _item_marks(data: U8, at: int, length: int) -> int:
    marks = _der_marks(data, at, length)
    if length == 65 and data[at] == 4:
        marks |= 256
    return marks


@kernel
def _schnorr_marks(data: U8, at: int, length: int) -> int:
    if length == 64:
        return 1 | 2
    if length == 65:
        byte = int64(data[at + 64])
        if 1 <= byte <= 3 or 0x81 <= byte <= 0x83:
            return _sighash_marks(byte)
    return 0


@kernel
def script_sig_marks(data: U8, at: int, end: int) -> tuple[int, int, int]:
    """What a scriptSig's pushes show, and the script at its end.

    Returns:
        (marks, start of the last push, its length or -1 when the scriptSig does not end with one).
    """
    marks = int64(0)
    first = at
    last_at, last_length = int64(at), int64(-1)
    while at < end:
        length, head, at = next_push(data, at, end)
        last_length = int64(-1)
        if length == -2:
            break
        if length >= 0:
            marks |= _item_marks(data, head, length)
            last_at, last_length = head, length
    if last_length >= SMALLEST_SCRIPT and last_length != 33:
        marks |= script_marks(data, last_at, last_length)
        if marks & 2048 and _pushes_preimage(data, first, last_at):
            marks |= 4096
    return marks, last_at, last_length


@kernel
def _pushes_preimage(data: U8, at: int, before: int) -> bool:
    """Whether a push of 32 bytes ends before `before`, where the bytes of the last push begin."""
    while at < before:
        length, _, at = next_push(data, at, before)
        if length == 32:
            return True
        if length == -2:
            return False
    return False


@kernel
def _stacks_preimage(data: U8, at: int, items: int, end: int) -> bool:
    """Whether one of `items` from `at` on has 32 bytes."""
    for _ in range(items):
        length, at = read_size(data, at, end)
        if length == 32:
            return True
        at += length
    return False


@kernel
def _is_control_block(data: U8, at: int, length: int) -> bool:
    return 33 <= length <= 4129 and (length - 33) % 32 == 0 and (data[at] & 0xFE) == 0xC0


@kernel
def _tapscript_marks(data: U8, at: int, items: int, end: int) -> int:
    """Marks of a taproot spend by script whose `items` before the control block begin at `at`."""
    marks = int64(128)
    first = at
    for _ in range(items - 1):
        length, at = read_size(data, at, end)
        marks |= _schnorr_marks(data, at, length)
        at += length
    length, at = read_size(data, at, end)
    marks |= script_marks(data, at, length)
    if marks & 2048 and _stacks_preimage(data, first, items - 1, end):
        marks |= 4096
    return marks


@kernel
def witness_marks(data: U8, at: int, end: int, bare: bool) -> tuple[int, int]:  # noqa: FBT001
    """Marks of one input's witness and the position after it. `bare`: the scriptSig is empty."""
    items, at = read_size(data, at, end)
    if items == 0:
        return 0, at
    marks = 64
    first_at = first_length = 0
    before_at = before_length = 0
    last_at = last_length = 0
    first_item = at
    for k in range(items):
        length, at = read_size(data, at, end)
        marks |= _item_marks(data, at, length)
        if k == 0:
            first_at, first_length = at, length
        before_at, before_length = last_at, last_length
        last_at, last_length = at, length
        at += length
    after = at
    count = items
    has_annex = bare and items >= 2 and last_length > 0 and data[last_at] == 0x50
    control_at, control_length = last_at, last_length
    if has_annex:
        count -= 1
        control_at, control_length = before_at, before_length
    if bare and count > 1 and _is_control_block(data, control_at, control_length):
        return marks | _tapscript_marks(data, first_item, count - 1, end), after
    if bare and count == 1:
        marks |= _schnorr_marks(data, first_at, first_length)
    if items > 1 and last_length >= SMALLEST_SCRIPT and last_length != 33:
        marks |= script_marks(data, last_at, last_length)
        if marks & 2048 and _stacks_preimage(data, first_item, items - 1, end):
            marks |= 4096
    return marks, after
