"""The mappings of a transaction, counted over picks of its parts.

The definition is `cointrail.coinjoin.mappings`; a pick of a side is a number in mixed radix. Picks of
outputs are named by rank: their place in ascending order of satoshi, so that those which balance a
pick of inputs stand side by side. A state is a pick of inputs and a rank within its window.

Counts outgrow 64 bits. They are kept modulo 2^64, or modulo a prime below 2^31 of which the caller
takes as many as it needs; beside each stands the same number as a float, whose zero and one are exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
F64 = npt.NDArray[np.float64]
U8 = npt.NDArray[np.uint8]

_WRAP = np.uint64(0)
"""The modulus that stands for 2^64."""


class InPicks(NamedTuple):
    """The inputs: for each class its count, stride, and place in a code; for each pick its code.

    `blocks` are the picks that balance some outputs, ascending.
    """

    counts: I64
    stride: I64
    shift: I64
    mask: I64
    guard: int
    code: I64
    blocks: I64
    equal: int
    """Whether a class has more than one part: only then blocks can be picked in several ways."""


class OutPicks(NamedTuple):
    """The outputs, by rank: code, number, and whether a block may take them; the rank of a number."""

    shift: I64
    mask: I64
    guard: int
    code: I64
    number: I64
    allowed: U8
    rank: I64
    equal: int


class Windows(NamedTuple):
    """For each pick of inputs: ranks that make a state, where its states begin, ranks that make a block."""

    low: I64
    high: I64
    start: I64
    block_low: I64
    block_high: I64


class Ways(NamedTuple):
    """Binomial coefficients, modulo `modulus` and as floats: `[n, k]`."""

    modulus: U64
    exact: U64
    rough: F64
    width: int


class Room(NamedTuple):
    """Scratch, and what is found: per state its mappings, the non-derived ones, the mappings roughly."""

    held: I64
    taken: I64
    mappings: U64
    non_derived: U64
    rough: F64
    steps: I64


@kernel
def times(a: np.uint64, b: np.uint64, modulus: np.uint64) -> np.uint64:
    """The product of two residues."""
    product = a * b
    return product if modulus == _WRAP else product % modulus


@kernel
def plus(a: np.uint64, b: np.uint64, modulus: np.uint64) -> np.uint64:
    """The sum of two residues."""
    total = a + b
    return total if modulus == _WRAP else total % modulus


@kernel
def next_block(ins: InPicks, lead: int, room: Room) -> int:
    """Turn `taken` to the next pick of `held` that has one of class `lead`; by how much its number grows."""
    grown = int64(0)
    for c in range(lead, len(ins.counts)):
        if room.taken[c] < room.held[c]:
            room.taken[c] += 1
            return int(grown + ins.stride[c])
        least = 1 if c == lead else 0
        grown -= (room.taken[c] - least) * ins.stride[c]
        room.taken[c] = least
    return 0


@kernel
def holds(outer: int, inner: int, guard: int) -> bool:
    """Whether a pick lies within another, by their codes."""
    return ((outer | guard) - inner) & guard == guard


@kernel
def count_block(
    ins: InPicks, outs: OutPicks, at: Windows, ways: Ways, room: Room, s: int, a: int, lead: int, limit: int
) -> bool:
    """Add what the blocks with inputs `a` give to the states with inputs `s`; False when out of steps."""
    rest, m = s - a, ways.modulus[0]
    low, high, r0, r1 = at.low[s], at.high[s], at.low[rest], at.high[rest]
    b0, b1 = at.block_low[a], at.block_high[a]
    if r0 >= r1 or b0 >= b1:
        return True
    in_exact, in_rough = np.uint64(1), 1.0
    if ins.equal:
        for c in range(lead, len(ins.counts)):
            less = 1 if c == lead else 0
            taken = (ins.code[a] >> ins.shift[c]) & ins.mask[c]
            k = (room.held[c] - less) * ways.width + taken - less
            in_exact, in_rough = times(in_exact, ways.exact[k], m), in_rough * ways.rough[k]
    for t in range(low, high):
        room.steps[0] += 1 + max(0, min(b1, t + 1) - b0)
        if room.steps[0] > limit:
            return False
        for b in range(b0, min(b1, t + 1)):
            if outs.allowed[b] == 0 or not holds(outs.code[t], outs.code[b], outs.guard):
                continue
            r = outs.rank[outs.number[t] - outs.number[b]]
            if r < r0 or r >= r1:
                continue
            p = at.start[rest] + r - r0
            if room.rough[p] == 0.0:
                continue
            exact, rough = in_exact, in_rough
            if outs.equal:
                for d in range(len(outs.shift)):
                    k = ((outs.code[t] >> outs.shift[d]) & outs.mask[d]) * ways.width + (
                        (outs.code[b] >> outs.shift[d]) & outs.mask[d]
                    )
                    exact, rough = times(exact, ways.exact[k], m), rough * ways.rough[k]
            q = at.start[s] + t - low
            room.mappings[q] = plus(room.mappings[q], times(exact, room.mappings[p], m), m)
            if room.rough[at.start[a] + b - at.low[a]] == 1.0:
                found = times(exact, room.non_derived[p], m)
                room.non_derived[q] = plus(room.non_derived[q], found, m)
            room.rough[q] += rough * room.rough[p]
    return True


@kernel
def count_row(ins: InPicks, outs: OutPicks, at: Windows, ways: Ways, room: Room, s: int, limit: int) -> bool:
    """Count the states of one pick of inputs; False when the steps ran out.

    Its blocks are looked for among the picks within it, or among all that balance something, whichever are
    fewer.
    """
    low, high, m = at.low[s], at.high[s], ways.modulus[0]
    if low >= high:
        return True
    lead, within = -1, int64(1)
    for c in range(len(ins.counts)):
        room.held[c], room.taken[c] = (ins.code[s] >> ins.shift[c]) & ins.mask[c], 0
        within *= room.held[c] + 1
        if lead < 0 and room.held[c] > 0:
            lead = c
    first = ins.stride[lead]
    if len(ins.blocks) < within:
        for a in ins.blocks:
            room.steps[0] += 1
            has_first = ((ins.code[a] >> ins.shift[lead]) & ins.mask[lead]) > 0
            if a < s and has_first and holds(ins.code[s], ins.code[a], ins.guard):
                if not count_block(ins, outs, at, ways, room, s, a, lead, limit):
                    return False
            elif a >= s:
                break
    else:
        room.taken[lead] = 1
        a = first
        while a != s:
            room.steps[0] += 1
            if not count_block(ins, outs, at, ways, room, s, a, lead, limit):
                return False
            a += next_block(ins, lead, room)
    if room.steps[0] > limit:
        return False
    for t in range(max(low, at.block_low[s]), min(high, at.block_high[s])):
        if outs.allowed[t]:
            q = at.start[s] + t - low
            if room.rough[q] == 0.0:
                room.non_derived[q] = np.uint64(1)
            room.mappings[q] = plus(room.mappings[q], np.uint64(1), m)
            room.rough[q] += 1.0
    return True


@kernel
def count_rows(
    ins: InPicks, outs: OutPicks, at: Windows, ways: Ways, room: Room, first: int, limit: int, pause: int
) -> int:
    """Count row after row from pick `first` on, until `pause` more steps are done.

    Returns:
        The row to go on with, the number of picks after the last one, -1 when the steps ran out.
    """
    until = room.steps[0] + pause
    s = first
    while s < len(ins.code) and room.steps[0] < until:
        if not count_row(ins, outs, at, ways, room, s, limit):
            return -1
        s += 1
    return s


@kernel
def sum_links(
    ins: InPicks, outs: OutPicks, at: Windows, ways: Ways, room: Room, held: U64, together: U64
) -> None:
    """Add up, for each class of inputs and of outputs, their parts in one block over all mappings.

    `together` is flat, one row of output classes for each class of inputs; `held` is scratch.
    """
    whole, m = len(ins.code) - 1, ways.modulus[0]
    last = len(outs.code) - 1
    for a in range(1, len(ins.code)):
        rest = whole - a
        r0, r1 = at.low[rest], at.high[rest]
        found = False
        for d in range(len(held)):
            held[d] = np.uint64(0)
        for b in range(at.block_low[a], at.block_high[a]):
            r = outs.rank[last - outs.number[b]]
            if outs.allowed[b] == 0 or r < r0 or r >= r1:
                continue
            p = at.start[rest] + r - r0
            if room.rough[p] == 0.0:
                continue
            found = True
            weight = room.mappings[p]
            for d in range(len(held)):
                k = outs.mask[d] & (outs.code[b] >> outs.shift[d])
                full = outs.mask[d] & (outs.code[outs.rank[last]] >> outs.shift[d])
                weight = times(weight, ways.exact[full * ways.width + k], m)
            for d in range(len(held)):
                k = outs.mask[d] & (outs.code[b] >> outs.shift[d])
                held[d] = plus(held[d], times(weight, np.uint64(k), m), m)
        if not found:
            continue
        in_ways = np.uint64(1)
        for c in range(len(ins.counts)):
            k = (ins.code[a] >> ins.shift[c]) & ins.mask[c]
            in_ways = times(in_ways, ways.exact[ins.counts[c] * ways.width + k], m)
        for c in range(len(ins.counts)):
            k = (ins.code[a] >> ins.shift[c]) & ins.mask[c]
            each = times(in_ways, np.uint64(k), m)
            for d in range(len(held)):
                q = c * len(held) + d
                together[q] = plus(together[q], times(each, held[d], m), m)


@kernel
def find_apart(has: I64, lacks: I64, block_low: I64, block_high: I64, apart: I64, most: int) -> int:
    """For each class of inputs, the classes of outputs that two fitting parts can hold away from it.

    Args:
        has: for each pick of inputs, the classes it takes of, as bits; none for the empty and the whole.
        lacks: for each rank, the classes of outputs that it leaves some of; none for the whole.
        block_low: with `block_high`, the ranks that balance a pick of inputs.
        block_high: as above.
        apart: for each class of inputs, found classes of outputs as bits; the last one: all classes.
        most: steps to take.

    Returns:
        The steps taken; -1 when they ran out.
    """
    steps, last = 0, len(apart) - 1
    for a in range(len(has)):
        steps += 1
        found, b = int64(0), block_low[a]
        while has[a] and b < block_high[a] and found != apart[last]:
            found |= lacks[b]
            b, steps = b + 1, steps + 1
        if steps > most:
            return -1
        for c in range(last):
            if has[a] >> c & 1:
                apart[c] |= found
    return steps
