"""What holds of the columns of sound blocks, whatever is in them. Looked at for every input."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.decode import MAX_MONEY, BlockColumns
from cointrail.kernel.jit import int64
from compiled import compiled

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

MARK_BITS = 1 << 15
TYPES = 11
LAWS = {
    1: "its transactions do not lie end to end from its count to its end",
    2: "the part that a txid hashes leaves its transaction",
    3: "a row number does not follow the one before",
    4: "an outpoint lies outside its transaction's inputs",
    5: "a scriptSig's last push lies outside its transaction's inputs",
    6: "an input has unknown marks",
    7: "an output's script lies outside its transaction's outputs",
    8: "an output holds more than there is",
    9: "an output has an unknown type",
    10: "the bytes of its output scripts are miscounted",
    11: "a weight is not that of its sizes",
}


@compiled
def _tx_law(t: int, columns: BlockColumns, at: int, end: int) -> int:
    """The law that a transaction breaks, 0 for none. It should begin at `at`; its block ends at `end`."""
    begin, size = int64(columns.tx_at[t]), int64(columns.tx_size[t])
    cut, length = int64(columns.cut_at[t]), int64(columns.cut_size[t])
    if begin != at or size < 51 or begin + size > end:
        return 1
    if cut - begin not in (4, 6) or length < 0 or cut + length + 4 > begin + size:
        return 2
    if (cut - begin == 4) != (size == length + 8):
        return 2
    return 0 if int64(columns.weight[t]) == 3 * (length + 8) + size else 11


@compiled
def _input_law(i: int, columns: BlockColumns, begin: int, end: int) -> int:
    at = int64(columns.in_at[i])
    if at < begin or at + 41 > end:
        return 4
    push, length = int64(columns.push_at[i]), int64(columns.push_length[i])
    if length < -1 or (length >= 0 and (push < at + 37 or push + length + 4 > end)):
        return 5
    return 0 if 0 <= columns.marks[i] < MARK_BITS else 6


@compiled
def _output_law(o: int, columns: BlockColumns, begin: int, end: int) -> int:
    at, length = int64(columns.script_at[o]), int64(columns.script_length[o])
    if at < begin + 9 or length < 0 or at + length > end:
        return 7
    if columns.value[o] < 0 or columns.value[o] > MAX_MONEY:
        return 8
    return 0 if 0 <= columns.script_type[o] < TYPES else 9


@compiled
def break_laws(
    data: U8, starts: I64, sizes: I64, first: I64, script_bytes: I64, columns: BlockColumns, broken: I64
) -> None:
    """Put into `broken` the law that each sound block breaks, 0 for none.

    `first`: int64[blocks + 1, 3], rows as `fill_blocks` takes them, then the totals.
    """
    for b in range(len(starts)):
        end = starts[b] + sizes[b]
        head = data[starts[b] + 80]
        at = starts[b] + (81 if head < 0xFD else 83 if head == 0xFD else 85)
        i, o = first[b, 1], first[b, 2]
        law = 0
        total = 0
        for t in range(first[b, 0], first[b + 1, 0]):
            law = law or _tx_law(t, columns, at, end)
            if columns.first_input[t] != i or columns.first_output[t] != o:
                law = 3
            if law:
                break
            next_i, next_o = int64(columns.first_input[t + 1]), int64(columns.first_output[t + 1])
            if not i <= next_i <= first[b + 1, 1] or not o <= next_o <= first[b + 1, 2]:
                law = 3
                break
            cut, length = int64(columns.cut_at[t]), int64(columns.cut_size[t])
            for k in range(i, next_i):
                law = law or _input_law(k, columns, cut, cut + length)
            for k in range(o, next_o):
                law = law or _output_law(k, columns, cut, cut + length)
                total += columns.script_length[k]
            i, o = next_i, next_o
            at += columns.tx_size[t]
        if law == 0 and (at != end or i != first[b + 1, 1] or o != first[b + 1, 2]):
            law = 1
        if law == 0 and total != script_bytes[b]:
            law = 10
        broken[b] = law
