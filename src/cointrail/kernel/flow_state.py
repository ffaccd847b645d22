"""What a flow has come to: rows, the runs of satoshi that they carry, and the rows that wait."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.flow_shares import Amounts, Parts, Shared
from cointrail.kernel.jit import int64, kernel

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]

ROWS, RUNS, WAITING, OUTPUTS, TXS, NEED = range(6)
"""What is counted: rows, runs, rows in the heap, outputs reached, transactions crossed; and how much room
is asked for."""
COUNTS = 6

CROSSED = 255
"""In place of a stop: the row's value went on. 0: it waits."""


class Rows(NamedTuple):
    """Outputs that the flow came to, fees and collisions.

    `output` is -1 for a fee, `parent` -1 for a start. `key` is where the row waits; of a collision, the
    source that has the satoshi. The runs are `first` up to `first + count`.
    """

    output: I64
    parent: I32
    hops: I32
    first: I64
    count: I64
    stop: U8
    key: I64


class Runs(NamedTuple):
    """`size` satoshi of source `code >> 1` from `at` on; the last bit of `code` says that they went far."""

    at: I64
    size: I64
    code: I32


class Heap(NamedTuple):
    """Rows that wait, the least (key, row) first."""

    key: I64
    row: I32


class Line(NamedTuple):
    """Scratch for runs laid end to end on one transaction."""

    at: I64
    size: I64
    code: I32


class Seeds(NamedTuple):
    """The starts, ascending by output: row k starts at `output[k]`, claimed by `source[k]`.

    `home[home_start[s] : home_start[s + 1]]`, ascending, are the clusters where source s is at home.
    """

    output: I64
    source: I32
    home_start: I64
    home: U32


class FlowState(NamedTuple):
    """All that a flow writes.

    `group` is scratch for the rows that meet in a transaction, and as long as `rows`. `line` and the
    columns of `parts` are of one length; `shared` is that times the sources.
    """

    counts: I64
    rows: Rows
    runs: Runs
    heap: Heap
    line: Line
    group: I32
    parts: Parts
    amounts: Amounts
    shared: Shared


@kernel
def push(heap: Heap, size: int, key: int, row: int) -> None:
    """Put a row into a heap of `size`."""
    k = size
    while k > 0:
        up = (k - 1) // 2
        if heap.key[up] < key or (heap.key[up] == key and heap.row[up] < row):
            break
        heap.key[k], heap.row[k] = heap.key[up], heap.row[up]
        k = up
    heap.key[k], heap.row[k] = key, row


@kernel
def pop(heap: Heap, size: int) -> int:
    """Take the least row out of a heap of `size`."""
    found = int64(heap.row[0])
    key, row = heap.key[size - 1], heap.row[size - 1]
    last, k = size - 1, 0
    while 2 * k + 1 < last:
        down = 2 * k + 1
        other = down + 1
        if other < last and (
            heap.key[other] < heap.key[down]
            or (heap.key[other] == heap.key[down] and heap.row[other] < heap.row[down])
        ):
            down = other
        if key < heap.key[down] or (key == heap.key[down] and row < heap.row[down]):
            break
        heap.key[k], heap.row[k] = heap.key[down], heap.row[down]
        k = down
    heap.key[k], heap.row[k] = key, row
    return found


@kernel
def add_row(state: FlowState, output: int, parent: int, hops: int, stop: int) -> int:
    """A new row, whose runs are those added after it."""
    rows, at = state.rows, state.counts[ROWS]
    rows.output[at], rows.parent[at], rows.hops[at] = output, parent, hops
    rows.first[at], rows.count[at], rows.stop[at], rows.key[at] = state.counts[RUNS], 0, stop, 0
    state.counts[ROWS] += 1
    return at


@kernel
def add_run(state: FlowState, row: int, at: int, size: int, code: int) -> None:
    """One more run for the newest row."""
    k = state.counts[RUNS]
    state.runs.at[k], state.runs.size[k], state.runs.code[k] = at, size, code
    state.rows.count[row] += 1
    state.counts[RUNS] += 1


@kernel
def carried(state: FlowState, row: int) -> int:
    """Satoshi of a row, of all sources."""
    sat, first = int64(0), state.rows.first[row]
    for k in range(first, first + state.rows.count[row]):
        sat += state.runs.size[k]
    return sat


@kernel
def sort_line(line: Line, n: int) -> int:
    """Sort runs by place, join those that touch and say the same; how many are left.

    They come nearly in order: only two rows of one output can lie across each other.
    """
    for k in range(1, n):
        at, size, code, to = line.at[k], line.size[k], line.code[k], k
        while to > 0 and line.at[to - 1] > at:
            line.at[to], line.size[to], line.code[to] = line.at[to - 1], line.size[to - 1], line.code[to - 1]
            to -= 1
        line.at[to], line.size[to], line.code[to] = at, size, code
    kept = 0
    for k in range(n):
        last = kept - 1
        if kept > 0 and line.at[last] + line.size[last] == line.at[k] and line.code[last] == line.code[k]:
            line.size[last] += line.size[k]
            continue
        line.at[kept], line.size[kept], line.code[kept] = line.at[k], line.size[k], line.code[k]
        kept += 1
    return kept
