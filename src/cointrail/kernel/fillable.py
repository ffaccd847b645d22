"""The two tests that ask whether every participant of a join could pay its part, over columns.

The definition is `cointrail.heuristics.fillable`; names here are its names. Limits come in as arguments.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.sorting import sort_first

I64 = npt.NDArray[np.int64]
U32 = npt.NDArray[np.uint32]
U8 = npt.NDArray[np.uint8]

NO, YES, TIMEOUT = range(3)

_NO_SCRIPT = 0xFFFFFFFF
_OP_RETURN = 9


class FillLimits(NamedTuple):
    """The named constants of the tests."""

    dust_low: int
    dust_high: int
    min_fee: int
    fee_ten_thousandths: int
    max_hands: int
    max_steps: int


class FillColumns(NamedTuple):
    """The columns of a `TxBatch` that the tests read."""

    in_start: I64
    in_value: I64
    in_script: U32
    out_start: I64
    out_value: I64
    out_script: U32
    out_type: U8


class FillRoom(NamedTuple):
    """Room for the largest transaction of a batch, and for a search of `max_hands` hands.

    `buckets` has a row of `max_hands` for every hand and one more; `counts` and `tried` have as many places.
    """

    scripts: U32
    sums: I64
    left: I64
    values: I64
    wanted: I64
    buckets: I64
    counts: I64
    tried: I64


@kernel
def search(hands: int, n_buckets: int, room: FillRoom, width: int, max_steps: int) -> int:
    """Twin of `_Search.fill`: the sums, descending, into the first row of buckets, descending."""
    room.left[hands] = 0
    for k in range(hands - 1, -1, -1):
        room.left[k] = room.left[k + 1] + room.sums[k]
    room.counts[0], room.tried[0] = n_buckets, 0
    steps, at = max_steps, 0
    while at >= 0:
        own, count = at * width, room.counts[at]
        k = room.tried[at]
        if k == 0:
            if count == 0:
                return YES
            total = int64(0)
            for j in range(count):
                total += room.buckets[own + j]
            if hands - at < count or room.left[at] < total:
                k = count
        while 0 < k < count and room.buckets[own + k] == room.buckets[own + k - 1]:
            k += 1
        if k >= count:
            at -= 1
            continue
        room.tried[at] = k + 1
        steps -= 1
        if steps <= 0:
            return TIMEOUT
        room.counts[at + 1] = _put(room.buckets, own, count, k, room.buckets[own + k] - room.sums[at], width)
        at += 1
        room.tried[at] = 0
    return NO


@kernel
def _put(buckets: I64, own: int, count: int, chosen: int, rest: int, width: int) -> int:
    """Write the next row: without the bucket chosen, but with what it still wants; how many there are."""
    to = own + width
    waits = rest > 0
    for j in range(count):
        if j == chosen:
            continue
        if waits and rest >= buckets[own + j]:
            buckets[to] = rest
            to += 1
            waits = False
        buckets[to] = buckets[own + j]
        to += 1
    if waits:
        buckets[to] = rest
        to += 1
    return to - own - width


@kernel
def fill(hands: int, n_buckets: int, room: FillRoom, lim: FillLimits) -> int:
    """Twin of `fill`: sums ascending in `room.sums`, buckets in any order in `room.wanted`."""
    brought = wanted = int64(0)
    for k in range(hands):
        brought += room.sums[k]
    for k in range(n_buckets):
        wanted += max(0, room.wanted[k])
    if hands < n_buckets or brought < wanted:
        return NO
    if hands > lim.max_hands:
        return TIMEOUT
    sort_first(room.wanted, n_buckets)
    for k in range(n_buckets):
        room.buckets[k] = max(1, room.wanted[n_buckets - 1 - k])
    for k in range(hands // 2):
        room.sums[k], room.sums[hands - 1 - k] = room.sums[hands - 1 - k], room.sums[k]
    return search(hands, n_buckets, room, lim.max_hands, lim.max_steps)


@kernel
def gather(col: FillColumns, t: int, room: FillRoom) -> int:
    """Each script and what it brings, scripts ascending; how many, or -1 where an input is not known."""
    first, last = col.in_start[t], col.in_start[t + 1]
    for k in range(first, last):
        if col.in_script[k] == _NO_SCRIPT or col.in_value[k] < 0:
            return -1
        room.scripts[k - first] = col.in_script[k]
    n = last - first
    sort_first(room.scripts, n)
    hands = 0
    for k in range(n):
        if k == 0 or room.scripts[k] != room.scripts[k - 1]:
            room.scripts[hands] = room.scripts[k]
            hands += 1
    room.sums[:hands] = 0
    for k in range(first, last):
        room.sums[_place(room.scripts, hands, col.in_script[k])] += col.in_value[k]
    return hands


@kernel
def _place(scripts: U32, n: int, script: int) -> int:
    """Where a script stands among the first n, which ascend; the place of the next one where it is none."""
    low, high = 0, n
    while low < high:
        middle = (low + high) // 2
        if scripts[middle] < script:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def judge_extra(col: FillColumns, t: int, hands: int, room: FillRoom, lim: FillLimits) -> int:
    """Twin of `extra`, for known inputs of so many hands. Uses up `room.sums`."""
    first = col.out_start[t]
    n = col.out_start[t + 1] - first
    participants = (n + 1) // 2
    if col.in_start[t + 1] - col.in_start[t] < 2 or n < 3 or participants > hands:
        return NO
    for k in range(n):
        room.values[k] = col.out_value[first + k]
    sort_first(room.values, n)
    mode = best = run = 0
    for k in range(n):
        run = run + 1 if k > 0 and room.values[k] == room.values[k - 1] else 1
        if run > best:
            mode, best = room.values[k], run
    if best != participants or mode in (lim.dust_low, lim.dust_high):
        return NO
    own = mode - max(lim.min_fee, mode * lim.fee_ten_thousandths // 10_000)
    changes = 0
    for k in range(n):
        if room.values[k] != mode:
            room.wanted[changes] = own + room.values[k]
            changes += 1
    for k in range(changes, best):
        room.wanted[k] = own
    sort_first(room.sums, hands)
    return fill(hands, best, room, lim)


@kernel
def judge_possible(col: FillColumns, t: int, hands: int, room: FillRoom, lim: FillLimits) -> int:
    """Twin of `possible`, for known inputs of two hands or more. Uses up `room.sums`."""
    paid = 0
    for k in range(col.out_start[t], col.out_start[t + 1]):
        if col.out_type[k] == _OP_RETURN:
            continue
        at = _place(room.scripts, hands, col.out_script[k])
        if at == hands or room.scripts[at] != col.out_script[k]:
            room.values[paid] = col.out_value[k]
            paid += 1
    sort_first(room.values, paid)
    for k in range(1, paid):
        if room.values[k] == room.values[k - 1]:
            equal = room.values[k]
            room.wanted[0] = equal - max(lim.min_fee, equal * lim.fee_ten_thousandths // 10_000)
            room.wanted[1] = room.wanted[0]
            sort_first(room.sums, hands)
            return fill(hands, 2, room, lim)
    return NO


@kernel
def has_equal(col: FillColumns, t: int, room: FillRoom) -> bool:
    """Whether two outputs hold the same: without it neither test holds."""
    first = col.out_start[t]
    n = col.out_start[t + 1] - first
    if n <= 2:
        return n == 2 and bool(col.out_value[first] == col.out_value[first + 1])
    for k in range(n):
        room.values[k] = col.out_value[first + k]
    sort_first(room.values, n)
    for k in range(1, n):
        if room.values[k] == room.values[k - 1]:
            return True
    return False


@kernel
def judge_fillable(
    col: FillColumns, room: FillRoom, lim: FillLimits, said_extra: U8, said_possible: U8
) -> None:
    """Write the answers of both tests for every transaction: `NO`, `YES` or `TIMEOUT`."""
    for t in range(len(said_extra)):
        said_extra[t] = said_possible[t] = NO
        if col.in_start[t + 1] - col.in_start[t] < 2 or not has_equal(col, t, room):
            continue
        hands = gather(col, t, room)
        if hands < 2:
            continue
        said_possible[t] = judge_possible(col, t, hands, room, lim)
        outs = col.out_start[t + 1] - col.out_start[t]
        if outs > 2 and (outs + 1) // 2 <= hands:
            gather(col, t, room)
            said_extra[t] = judge_extra(col, t, hands, room, lim)
