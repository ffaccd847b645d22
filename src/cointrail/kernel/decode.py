"""Blocks in, columns out: the fast twin of `chain.decode`, `chain.script.classify` and `chain.marks`.

Two passes over a buffer that holds many blocks. `count_blocks` walks every block, checks each length
against its block and counts; `fill_blocks` writes the columns at the places that the counts give, so
that threads can fill different blocks at once. Neither allocates per transaction.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

OK = 0
TRUNCATED = 1
TOO_MANY = 2
NOT_CANONICAL = 3
TRAILING = 4
BAD_FLAG = 5
NO_TRANSACTIONS = 6
NOT_COINBASE = 7
EMPTY_WITNESS = 8
BAD_VALUE = 9

MAX_MONEY = 2_100_000_000_000_000
"""No output holds more satoshi than there will ever be (Bitcoin Core, consensus/amount.h)."""

FAULTS = {
    TRUNCATED: "a length runs past the end of the block",
    TOO_MANY: "a count cannot fit into the bytes that are left",
    NOT_CANONICAL: "a compact size is longer than it need be",
    TRAILING: "bytes are left after the last transaction",
    BAD_FLAG: "a transaction has an unknown flag",
    NO_TRANSACTIONS: "it holds no transaction",
    NOT_COINBASE: "its first transaction is not a coinbase, or a later one is",
    EMPTY_WITNESS: "a transaction is marked as having witnesses and has none",
    BAD_VALUE: "an output holds more than there is",
}
"""What the fault numbers of `count_blocks` mean."""

MIN_INPUT = 41
MIN_OUTPUT = 9


class BlockColumns(NamedTuple):
    """What `fill_blocks` writes: positions are offsets into its buffer. Coinbase inputs have no row."""

    tx_span: I64
    """int64[txs, 2]: start and length of the transaction, witnesses included."""
    tx_cut: I64
    """int64[txs, 2]: start and length of inputs and outputs: what a txid hashes between the version
    and the locktime."""
    tx_fixed: I64
    """int64[txs, 3]: version, locktime, weight."""
    tx_rows: I64
    """int64[txs, 2]: row of the first input and of the first output."""
    in_at: I64
    """int64[inputs]: where the 36 bytes of the previous outpoint stand."""
    in_fixed: I64
    """int64[inputs, 2]: sequence, `InputMarks`."""
    in_redeem: I64
    """int64[inputs, 2]: start and length of the scriptSig's last push; length -1 when it does not end
    with one."""
    out_value: I64
    """int64[outputs], satoshi."""
    out_at: I64
    """int64[outputs], where the script begins."""
    out_fixed: I64
    """int64[outputs, 2]: script length, `ScriptType`."""

    @classmethod
    def empty(cls, txs: int, inputs: int, outputs: int) -> BlockColumns:
        """Columns with room for so many rows."""
        return cls(
            np.empty((txs, 2), np.int64),
            np.empty((txs, 2), np.int64),
            np.empty((txs, 3), np.int64),
            np.empty((txs, 2), np.int64),
            np.empty(inputs, np.int64),
            np.empty((inputs, 2), np.int64),
            np.empty((inputs, 2), np.int64),
            np.empty(outputs, np.int64),
            np.empty(outputs, np.int64),
            np.empty((outputs, 2), np.int64),
        )


@kernel
def read_u32(data: U8, at: int) -> int:
    """Four bytes, little-endian."""
    return int64(data[at]) | int64(data[at + 1]) << 8 | int64(data[at + 2]) << 16 | int64(data[at + 3]) << 24


@kernel
def read_size(data: U8, at: int, end: int) -> tuple[int, int]:
    """A compact size: (value, next position), or (-fault, position)."""
    if at >= end:
        return -TRUNCATED, at
    first = int64(data[at])
    if first < 0xFD:
        return first, at + 1
    if first == 0xFD:
        if at + 3 > end:
            return -TRUNCATED, at
        value = int64(data[at + 1]) | int64(data[at + 2]) << 8
        return (value, at + 3) if value >= 0xFD else (int64(-NOT_CANONICAL), at)
    if first == 0xFE:
        if at + 5 > end:
            return -TRUNCATED, at
        value = read_u32(data, at + 1)
        return (value, at + 5) if value > 0xFFFF else (int64(-NOT_CANONICAL), at)
    if at + 9 > end:
        return -TRUNCATED, at
    high = read_u32(data, at + 5)
    if high == 0:
        return -NOT_CANONICAL, at
    return -TOO_MANY, at


@kernel
def _walk_tx(data: U8, at: int, end: int, seen: I64) -> tuple[int, int]:
    """Check one transaction. Returns (fault, next position).

    `seen`: [inputs, outputs, script bytes, is coinbase] of this transaction.
    """
    seen[:] = 0
    if at + 10 > end:
        return TRUNCATED, at
    at += 4
    witness = data[at] == 0
    if witness:
        if data[at + 1] != 1:
            return BAD_FLAG, at
        at += 2
    inputs, at = read_size(data, at, end)
    if inputs < 0:
        return -inputs, at
    if inputs > (end - at) // MIN_INPUT:
        return TOO_MANY, at
    if inputs == 0:
        return BAD_FLAG, at
    first = at
    for _ in range(inputs):
        if at + 36 > end:
            return TRUNCATED, at
        length, at = read_size(data, at + 36, end)
        if length < 0:
            return -length, at
        if length > end - at - 4:
            return TRUNCATED, at
        at += length + 4
    null = True
    for k in range(32):
        null = null and data[first + k] == 0
    for k in range(32, 36):
        null = null and data[first + k] == 0xFF
    seen[0] = inputs
    seen[3] = 1 if null and inputs == 1 else 0
    outputs, at = read_size(data, at, end)
    if outputs < 0:
        return -outputs, at
    if outputs > (end - at) // MIN_OUTPUT:
        return TOO_MANY, at
    seen[1] = outputs
    for _ in range(outputs):
        if at + 8 > end:
            return TRUNCATED, at
        value = read_u32(data, at) | read_u32(data, at + 4) << 32
        if value < 0 or value > MAX_MONEY:
            return BAD_VALUE, at
        length, at = read_size(data, at + 8, end)
        if length < 0:
            return -length, at
        if length > end - at:
            return TRUNCATED, at
        seen[2] += length
        at += length
    if witness:
        total = 0
        for _ in range(inputs):
            items, at = read_size(data, at, end)
            if items < 0:
                return -items, at
            if items > end - at:
                return TOO_MANY, at
            total += items
            for _ in range(items):
                length, at = read_size(data, at, end)
                if length < 0:
                    return -length, at
                if length > end - at:
                    return TRUNCATED, at
                at += length
        if total == 0:
            return EMPTY_WITNESS, at
    if at + 4 > end:
        return TRUNCATED, at
    return OK, at + 4


@kernel
def count_blocks(data: U8, starts: I64, sizes: I64, counts: I64, faults: I64) -> None:
    """Walk blocks and count what they hold.

    Args:
        data: a buffer of blocks, wire bytes.
        starts: where each block's header begins, int64[blocks].
        sizes: bytes of each block, int64[blocks].
        counts: out, int64[blocks, 4]: transactions, inputs without the coinbase's, outputs, bytes of
            output scripts.
        faults: out, int64[blocks, 2]: fault number (0: none) and its position within the block.
    """
    seen = np.zeros(4, np.int64)
    for b in range(len(starts)):
        at, end = starts[b] + 80, starts[b] + sizes[b]
        counts[b, :] = 0
        faults[b, 0] = OK
        faults[b, 1] = 0
        if sizes[b] < 81:
            faults[b, 0] = TRUNCATED
            continue
        txs, at = read_size(data, at, end)
        fault = OK
        if txs < 0:
            fault = -txs
        elif txs == 0:
            fault = NO_TRANSACTIONS
        elif txs > (end - at) // 10:
            fault = TOO_MANY
        if fault == OK:
            for t in range(txs):
                fault, at = _walk_tx(data, at, end, seen)
                if fault == OK and (seen[3] == 1) != (t == 0):
                    fault = NOT_COINBASE
                if fault != OK:
                    break
                counts[b, 0] += 1
                counts[b, 1] += 0 if t == 0 else seen[0]
                counts[b, 2] += seen[1]
                counts[b, 3] += seen[2]
            if fault == OK and at != end:
                fault = TRAILING
        if fault != OK:
            faults[b, 0] = fault
            faults[b, 1] = at - starts[b]


@kernel
def _valid_key_size(data: U8, at: int, length: int) -> bool:
    head = data[at]
    if length == 33:
        return bool(head == 2 or head == 3)
    if length == 65:
        return bool(head == 4 or head == 6 or head == 7)
    return False


@kernel
def _next_push(data: U8, at: int, end: int) -> tuple[int, int, int]:
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
def _is_multisig(data: U8, start: int, end: int) -> bool:
    if end - start < 3 or data[end - 1] != 174:
        return False
    needed, at = _small_number(data, start, end)
    if needed < 1:
        return False
    keys = 0
    while at < end:
        length, head, after = _next_push(data, at, end)
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
        length, _, after = _next_push(data, at, end)
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
    return 8 if _is_multisig(data, start, end) else 0


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
def _script_sig_marks(data: U8, at: int, end: int, last_push: I64) -> int:
    """Marks of a scriptSig's pushes; `last_push` gets (start, length) of the last one, or length -1."""
    marks = 0
    last_push[0] = at
    last_push[1] = -1
    while at < end:
        length, head, after = _next_push(data, at, end)
        if length == -2:
            last_push[1] = -1
            break
        if length >= 0:
            marks |= _item_marks(data, head, length)
            last_push[0] = head
            last_push[1] = length
        else:
            last_push[1] = -1
        at = after
    return marks


@kernel
def _is_control_block(data: U8, at: int, length: int) -> bool:
    return 33 <= length <= 4129 and (length - 33) % 32 == 0 and (data[at] & 0xFE) == 0xC0


@kernel
def _witness_marks(data: U8, at: int, end: int, bare: bool) -> tuple[int, int]:  # noqa: FBT001
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
    if not bare:
        return marks, after
    if items >= 2 and last_length > 0 and data[last_at] == 0x50:
        count -= 1
        last_at, last_length = before_at, before_length
    if count == 1:
        if first_length == 64 or first_length == 65:
            marks |= _schnorr_marks(data, first_at, first_length)
    elif _is_control_block(data, last_at, last_length):
        marks |= 128
        at = first_item
        for _ in range(count - 2):
            length, at = read_size(data, at, end)
            marks |= _schnorr_marks(data, at, length)
            at += length
    return marks, after


@kernel
def fill_blocks(data: U8, starts: I64, sizes: I64, first: I64, columns: BlockColumns) -> None:
    """Write the columns of blocks that `count_blocks` found sound.

    Args:
        data: the same buffer.
        starts: as before.
        sizes: as before.
        first: int64[blocks, 3]: row of each block's first transaction, input and output.
        columns: out, long enough for the rows that `count_blocks` announced.
    """
    push = np.zeros(2, np.int64)
    for b in range(len(starts)):
        at, end = starts[b] + 80, starts[b] + sizes[b]
        row, i, o = first[b, 0], first[b, 1], first[b, 2]
        txs, at = read_size(data, at, end)
        for t in range(txs):
            begin = at
            at += 4
            witness = data[at] == 0
            if witness:
                at += 2
            cut = at
            first_input = i
            inputs, at = read_size(data, at, end)
            for _ in range(inputs):
                where = at
                length, at = read_size(data, at + 36, end)
                if t > 0:
                    marks = _script_sig_marks(data, at, at + length, push)
                    columns.in_at[i] = where
                    columns.in_fixed[i, 0] = read_u32(data, at + length)
                    columns.in_fixed[i, 1] = marks
                    columns.in_redeem[i, 0] = push[0]
                    columns.in_redeem[i, 1] = push[1]
                    if length == 0:
                        columns.in_redeem[i, 1] = -2
                    i += 1
                at += length + 4
            columns.tx_rows[row, 0] = first_input
            columns.tx_rows[row, 1] = o
            outputs, at = read_size(data, at, end)
            for _ in range(outputs):
                columns.out_value[o] = read_u32(data, at) | read_u32(data, at + 4) << 32
                length, at = read_size(data, at + 8, end)
                columns.out_at[o] = at
                columns.out_fixed[o, 0] = length
                columns.out_fixed[o, 1] = classify_script(data, at, length)
                o += 1
                at += length
            columns.tx_cut[row, 0] = cut
            columns.tx_cut[row, 1] = at - cut
            if witness:
                for k in range(inputs):
                    bare = t > 0 and columns.in_redeem[first_input + k, 1] == -2
                    marks, at = _witness_marks(data, at, end, bare)
                    if t > 0:
                        columns.in_fixed[first_input + k, 1] |= marks
            locktime = read_u32(data, at)
            at += 4
            for k in range(first_input, i):
                if columns.in_redeem[k, 1] == -2:
                    columns.in_redeem[k, 1] = -1
            columns.tx_span[row, 0] = begin
            columns.tx_span[row, 1] = at - begin
            columns.tx_fixed[row, 0] = int64(np.int32(read_u32(data, begin)))
            columns.tx_fixed[row, 1] = locktime
            columns.tx_fixed[row, 2] = 3 * (columns.tx_cut[row, 1] + 8) + (at - begin)
            row += 1
