"""Mutation of sound bytes: a list of edits by place, then one pass that copies and edits.

An edit is (place, bytes taken away, source, length, times): the source is an offset in the seeds, or
-1 - offset among the literals. Edits come in pairs where one alone would be noticed at once: an item that
stands twice, and the count that counts it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64
from compiled import compiled
from dice import below, set_dice
from seeds import Kind, SeedPool

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

MOST_EDITS = 12
MOST_LITERALS = 1024
MOST_BYTES = 6000
"""No mutated input is longer."""
GAP = 24
"""Bytes of something else between two inputs of a batch."""
COUNT, LENGTH, ITEM = int(Kind.COUNT), int(Kind.LENGTH), int(Kind.ITEM)


class Bench(NamedTuple):
    """What the edits of one input are laid out on."""

    edits: I64
    """int64[MOST_EDITS, 5]"""
    literals: U8
    """bytes that edits put in"""
    used: I64
    """int64[2]: edits, literals"""
    dice: U64
    """uint64[1]"""


def new_bench() -> Bench:
    """A bench with nothing on it."""
    return Bench(
        np.zeros((MOST_EDITS, 5), np.int64),
        np.zeros(MOST_LITERALS, np.uint8),
        np.zeros(2, np.int64),
        np.zeros(1, np.uint64),
    )


@compiled
def _edit(bench: Bench, at: int, removed: int, source: int, length: int, times: int) -> None:
    n = bench.used[0]
    if n < MOST_EDITS:
        bench.edits[n, 0] = at
        bench.edits[n, 1] = removed
        bench.edits[n, 2] = source
        bench.edits[n, 3] = length
        bench.edits[n, 4] = times
        bench.used[0] += 1


@compiled
def _literal(bench: Bench, byte: int) -> int:
    """Put a byte among the literals; its source. The last place is used again when all are taken."""
    n = int64(min(bench.used[1], MOST_LITERALS - 1))
    bench.literals[n] = byte
    bench.used[1] = n + 1
    return -1 - n


@compiled
def _random_bytes(bench: Bench, count: int, style: int) -> int:
    """Put zeros, ones or random bytes among the literals; where they begin."""
    bench.used[1] = min(bench.used[1], MOST_LITERALS - count)
    source = int64(-1 - bench.used[1])
    for _ in range(count):
        byte = below(bench.dice, 256)
        _literal(bench, 0 if style == 0 else 255 if style == 1 else byte)
    return source


@compiled
def _write_size(bench: Bench, value: int, width: int) -> int:
    """Put a compact size of at least `width` bytes (1, 3, 5, 9) among the literals; its length."""
    if value < 0xFD and width == 1:
        _literal(bench, value)
        return 1
    if value <= 0xFFFF and width <= 3:
        head, size = 0xFD, 2
    elif width <= 5:
        head, size = 0xFE, 4
    else:
        head, size = 0xFF, 8
    _literal(bench, head)
    for k in range(size):
        _literal(bench, (value >> (8 * k)) & 0xFF)
    return size + 1


@compiled
def _set_size(bench: Bench, pool: SeedPool, spot: int, value: int) -> None:
    """Let a count say `value`, one time in eight in a longer form than it need be."""
    width = 1
    if below(bench.dice, 8) == 0:
        width = 3 if below(bench.dice, 2) == 0 else 5 if below(bench.dice, 2) == 0 else 9
    bench.used[1] = min(bench.used[1], MOST_LITERALS - 9)
    source = -1 - bench.used[1]
    length = _write_size(bench, max(value, 0), width)
    _edit(bench, pool.spots[spot, 1], pool.spots[spot, 2], source, length, 1)


@compiled
def _put_word(bench: Bench, pool: SeedPool, spot: int) -> None:
    """Replace what stands at a spot by an extreme of its kind."""
    kind = pool.spots[spot, 0]
    first, last = pool.kind_edges[kind], pool.kind_edges[kind + 1]
    if first == last:
        return
    word = first + below(bench.dice, last - first)
    begin, end = pool.word_edges[word], pool.word_edges[word + 1]
    bench.used[1] = min(bench.used[1], MOST_LITERALS - (end - begin))
    source = -1 - bench.used[1]
    for k in range(begin, end):
        _literal(bench, pool.words[k])
    removed = pool.spots[spot, 2]
    if below(bench.dice, 4) == 0:
        removed = end - begin
    _edit(bench, pool.spots[spot, 1], removed, source, end - begin, 1)


@compiled
def _find_spot(bench: Bench, pool: SeedPool, first: int, last: int, kind: int, other: int) -> int:
    """A spot of one of two kinds, from a random one on; -1 when there is none."""
    n = last - first
    begin = below(bench.dice, n)
    for k in range(n):
        spot = first + (begin + k) % n
        if pool.spots[spot, 0] == kind or pool.spots[spot, 0] == other:
            return spot
    return -1


@compiled
def _repeat_item(bench: Bench, pool: SeedPool, seed: int, spot: int, times: int) -> None:
    """An item `times` more often (-1: never), and mostly the count that says so."""
    at, size, owner = pool.spots[spot, 1], pool.spots[spot, 2], pool.spots[spot, 4]
    if owner >= 0 and below(bench.dice, 4) > 0:
        counter = pool.spot_edges[seed] + owner
        _set_size(bench, pool, counter, pool.spots[counter, 3] + times)
    if times < 0:
        _edit(bench, at, size, 0, 0, 0)
    else:
        _edit(bench, at, 0, pool.edges[seed] + at, size, times)


@compiled
def _splice(bench: Bench, pool: SeedPool, spot: int) -> None:
    """An item of another seed in place of this one, or before it."""
    other = below(bench.dice, len(pool.edges) - 1)
    theirs = _find_spot(bench, pool, pool.spot_edges[other], pool.spot_edges[other + 1], ITEM, ITEM)
    if theirs >= 0:
        source = pool.edges[other] + pool.spots[theirs, 1]
        removed = pool.spots[spot, 2] if below(bench.dice, 4) > 0 else 0
        _edit(bench, pool.spots[spot, 1], removed, source, pool.spots[theirs, 2], 1)


@compiled
def _change_bytes(bench: Bench, pool: SeedPool, seed: int, how: int) -> None:
    """Edits that know nothing of the structure."""
    base, size = pool.edges[seed], pool.edges[seed + 1] - pool.edges[seed]
    at = below(bench.dice, size)
    run = 1 + below(bench.dice, 9)
    if how == 0 and size > 0:
        turned = int(pool.data[base + at]) ^ (1 << below(bench.dice, 8))
        _edit(bench, at, 1, _literal(bench, turned), 1, 1)
    elif how == 1:
        _edit(bench, at, 1, _random_bytes(bench, 1, 2), 1, 1)
    elif how == 2:
        _edit(bench, at, run, 0, 0, 0)
    elif how == 3:
        _edit(bench, at, 0, _random_bytes(bench, run, below(bench.dice, 4)), run, 1)
    elif how == 4:
        run = 1 + below(bench.dice, 40)
        _edit(bench, at, run, _random_bytes(bench, run, below(bench.dice, 4)), run, 1)
    else:
        run = 1 + below(bench.dice, 64)
        source = below(bench.dice, len(pool.data) - run)
        _edit(bench, at, run if below(bench.dice, 2) == 0 else 0, source, run, 1)


@compiled
def _change_structure(bench: Bench, pool: SeedPool, seed: int, how: int) -> None:
    """Edits at the spots of a seed."""
    first, last = pool.spot_edges[seed], pool.spot_edges[seed + 1]
    dice = bench.dice
    if how <= 1:
        _put_word(bench, pool, first + below(dice, last - first))
        return
    if how == 2:
        spot = _find_spot(bench, pool, first, last, COUNT, LENGTH)
        if spot >= 0:
            step = below(dice, 8)
            value = pool.spots[spot, 3]
            value = value - 1 if step < 3 else value + 1 if step < 6 else below(dice, 300)
            _set_size(bench, pool, spot, value)
        return
    spot = _find_spot(bench, pool, first, last, ITEM, ITEM)
    if spot < 0:
        return
    if how == 3:
        _repeat_item(bench, pool, seed, spot, 1 + below(dice, 3))
    elif how == 4:
        _repeat_item(bench, pool, seed, spot, -1)
    elif how == 5:
        _splice(bench, pool, spot)
    elif how == 6:
        if below(dice, 4) == 0:
            _repeat_item(bench, pool, seed, spot, 1 + below(dice, 400))
        else:
            _repeat_item(bench, pool, seed, spot, 1 + below(dice, 12))
    else:
        removed = 1 + below(dice, pool.spots[spot, 2])
        _edit(bench, pool.spots[spot, 1] + pool.spots[spot, 2] - removed, removed, 0, 0, 0)


@compiled
def _choose_edits(bench: Bench, pool: SeedPool, seed: int) -> None:
    """None, one time in 64; else one to four changes, sorted by place."""
    bench.used[:] = 0
    dice = bench.dice
    has_spots = pool.spot_edges[seed] < pool.spot_edges[seed + 1]
    rounds = 0 if below(dice, 64) == 0 else 1
    while 0 < rounds < 4 and below(dice, 3) == 0:
        rounds += 1
    for _ in range(rounds):
        if has_spots and below(dice, 5) < 3:
            _change_structure(bench, pool, seed, below(dice, 8))
        else:
            _change_bytes(bench, pool, seed, below(dice, 6))
    edits = bench.edits
    for k in range(1, bench.used[0]):
        m = k
        while m > 0 and edits[m - 1, 0] > edits[m, 0]:
            for column in range(5):
                kept = edits[m, column]
                edits[m, column] = edits[m - 1, column]
                edits[m - 1, column] = kept
            m -= 1


@compiled
def _apply(bench: Bench, pool: SeedPool, seed: int, out: U8, at: int) -> int:
    """Write a seed with its edits to `out` from `at` on; how many bytes."""
    base, size = pool.edges[seed], pool.edges[seed + 1] - pool.edges[seed]
    done, place = 0, at
    limit = at + MOST_BYTES
    for e in range(bench.used[0] + 1):
        is_rest = e == bench.used[0]
        stop = size if is_rest else bench.edits[e, 0]
        if stop < done:
            continue
        for k in range(done, stop):
            if place < limit:
                out[place] = pool.data[base + k]
                place += 1
        if is_rest:
            break
        source, length = bench.edits[e, 2], bench.edits[e, 3]
        for _ in range(bench.edits[e, 4]):
            if place + length > limit:
                break
            for k in range(length):
                out[place + k] = pool.data[source + k] if source >= 0 else bench.literals[-1 - source + k]
            place += length
        done = min(stop + bench.edits[e, 1], size)
    return place - at


@compiled
def _change_end(bench: Bench, out: U8, at: int, size: int) -> int:
    """Sometimes cut the end off, sometimes add to it; the new size."""
    how = below(bench.dice, 16)
    if how == 0:
        return below(bench.dice, size + 1)
    if how == 1:
        more = min(1 + below(bench.dice, 40), MOST_BYTES - size)
        style = below(bench.dice, 3)
        for k in range(more):
            byte = below(bench.dice, 256)
            out[at + size + k] = 0 if style == 0 else 255 if style == 1 else byte
        return size + more
    return size


@compiled
def mutate(
    pool: SeedPool, seed: int, batch: int, bench: Bench, out: U8, places: I64, origins: I64, touched: I64
) -> None:
    """Write mutated seeds end to end, with a gap of other bytes before each and after the last.

    Args:
        pool: the seeds.
        seed: of the dice.
        batch: number of the batch.
        bench: scratch.
        out: uint8, long enough for GAP + MOST_BYTES each and another GAP.
        places: out, int64[n, 2], where each begins and its size.
        origins: out, the seed that each was made from.
        touched: out, 0 where an input is its seed, unchanged.
    """
    at = 0
    for number in range(len(places)):
        set_dice(bench.dice, seed, batch, number)
        filler = below(bench.dice, 4)
        for _ in range(GAP):
            byte = below(bench.dice, 256)
            out[at] = 0 if filler == 0 else 255 if filler == 1 else byte
            at += 1
        origin = below(bench.dice, len(pool.edges) - 1)
        _choose_edits(bench, pool, origin)
        whole = _apply(bench, pool, origin, out, at)
        size = _change_end(bench, out, at, whole) if bench.used[0] > 0 else whole
        places[number, 0] = at
        places[number, 1] = size
        origins[number] = origin
        touched[number] = bench.used[0]
        at += size
    for k in range(at, at + GAP):
        out[k] = 255
