"""Scripts to numbers by partition: scatter by hash, name the distinct ones of a part, number them in order.

The bytes of scripts are always compared; a hash only says where to look.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import copy_slice, same_slices
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch
from cointrail.kernel.scripts import classify_script

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

NEW = np.uint32(0xFFFFFFFF)
"""The number of a script that has none yet."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_AHEAD = 8


class ScriptRows(NamedTuple):
    """Scripts of outputs, sorted by part; within a part in chain order."""

    prefix: U64
    """uint64[rows], of the script's SHA-256"""
    length: U32
    """uint32[rows], bytes"""
    data: U8
    """their bytes end to end"""


class NewScripts(NamedTuple):
    """Rows for scripts that get a number, in the order of their numbers."""

    row: I64
    """where each stands among the scattered rows"""
    output: I64
    """row of the output that shows it first"""


@kernel
def scatter_scripts(
    data: U8,
    script_at: I64,
    script_length: I64,
    prefixes: U64,
    bits: int,
    part: U8,
    edges: I64,
    byte_edges: I64,
    out: ScriptRows,
) -> None:
    """Sort the scripts of outputs by the highest `bits` bits of their prefix, keeping their order.

    Args:
        data: where the scripts stand.
        script_at: int64[outputs]
        script_length: int64[outputs]
        prefixes: uint64[outputs]
        bits: 0 to 8.
        part: out, uint8[outputs].
        edges: out, int64[2**bits + 1]: row where each part begins.
        byte_edges: out, the same for bytes.
        out: out, long enough for all.
    """
    parts = 1 << bits
    edges[:] = 0
    byte_edges[:] = 0
    for o in range(len(prefixes)):
        p = int64(prefixes[o] >> np.uint64(56)) >> (8 - bits)
        part[o] = np.uint8(p)
        edges[p + 1] += 1
        byte_edges[p + 1] += script_length[o]
    for p in range(parts):
        edges[p + 1] += edges[p]
        byte_edges[p + 1] += byte_edges[p]
    for o in range(len(prefixes)):
        p = int64(part[o])
        row, at = edges[p], byte_edges[p]
        out.prefix[row] = prefixes[o]
        out.length[row] = np.uint32(script_length[o])
        copy_slice(data, script_at[o], script_length[o], out.data, at)
        edges[p] = row + 1
        byte_edges[p] = at + script_length[o]
    for p in range(parts, 0, -1):
        edges[p] = edges[p - 1]
        byte_edges[p] = byte_edges[p - 1]
    edges[0] = 0
    byte_edges[0] = 0


@kernel
def starts_of(lengths: U32, starts: I64) -> None:
    """Where each of so many slices begins that lie end to end; `starts` has one more, the end."""
    at = int64(0)
    for k in range(len(lengths)):
        starts[k] = at
        at += int64(lengths[k])
    starts[len(lengths)] = at


@kernel
def _slot(prefix: np.uint64, mask: np.uint64) -> np.uint64:
    """Within a part the high bits are the same; the multiplication brings the low ones up."""
    return (((prefix * _SPREAD) >> np.uint64(32)) * (mask + np.uint64(1))) >> np.uint64(32)


@kernel
def name_distinct(rows: ScriptRows, starts: I64, slots: U32, names: U32, first: I64) -> int:
    """Name the distinct scripts of one part 0, 1, 2... by first appearance.

    Args:
        rows: of this part.
        starts: int64[rows + 1], where each script begins.
        slots: uint32[capacity] of `NEW`, capacity a power of two above the number of rows.
        names: out, uint32[rows].
        first: out, int64[rows]: row where each distinct one stands first.

    Returns:
        How many are distinct.
    """
    mask = np.uint64(len(slots) - 1)
    count = 0
    for k in range(len(names)):
        prefix = rows.prefix[k]
        if k + _AHEAD < len(names):
            prefetch(address_of(slots) + 4 * int64(_slot(rows.prefix[k + _AHEAD], mask)))
        at = _slot(prefix, mask)
        name = NEW
        while slots[at] != NEW and name == NEW:
            f = first[slots[at]]
            length = int64(rows.length[k])
            alike = rows.prefix[f] == prefix and int64(rows.length[f]) == length
            if alike and same_slices(rows.data, starts[f], rows.data, starts[k], length):
                name = slots[at]
            at = (at + np.uint64(1)) & mask
        if name == NEW:
            name = np.uint32(count)
            slots[at] = name
            first[count] = k
            count += 1
        names[k] = name
    return count


@kernel
def match_known(
    keys: U64,
    numbers: U32,
    begin: int,
    rows: ScriptRows,
    slots: U32,
    first: I64,
    out_name: U32,
    out_number: U32,
) -> tuple[int, int]:
    """Which known scripts have the prefix of a distinct one: pairs to compare in full.

    Args:
        keys: prefixes of known scripts, of this part.
        numbers: of the known scripts.
        begin: row of `keys` to begin with.
        rows: of this part.
        slots: as `name_distinct` left them.
        first: the same.
        out_name: out, distinct one.
        out_number: out, known script.

    Returns:
        (pairs written, row of `keys` to go on with); the room may be too small for all.
    """
    mask = np.uint64(len(slots) - 1)
    count = 0
    for k in range(begin, len(keys)):
        if k + _AHEAD < len(keys):
            prefetch(address_of(slots) + 4 * int64(_slot(keys[k + _AHEAD], mask)))
        at = _slot(keys[k], mask)
        before = count
        while slots[at] != NEW:
            if rows.prefix[first[slots[at]]] == keys[k]:
                if count == len(out_name):
                    return before, k
                out_name[count] = slots[at]
                out_number[count] = numbers[k]
                count += 1
            at = (at + np.uint64(1)) & mask
    return count, len(keys)


@kernel
def accept_known(
    names: I64, numbers: U32, starts: I64, lengths: I64, data: U8, ends: U64, heap: U8, known: U32
) -> None:
    """Give a distinct script the number of a known one where the bytes are the same.

    Args:
        names: distinct scripts, one a pair.
        numbers: known scripts, one a pair, best ascending.
        starts: where the bytes of each distinct one begin in `data`.
        lengths: how many these are.
        data: bytes.
        ends: where each known script ends in `heap`.
        heap: known scripts end to end.
        known: in and out, number of each distinct script.
    """
    for k in range(len(names)):
        if k + _AHEAD < len(names):
            prefetch(address_of(ends) + 8 * int64(numbers[k + _AHEAD]))
        s = int64(numbers[k])
        begin = int64(ends[s - 1]) if s > 0 else int64(0)
        length = int64(ends[s]) - begin
        if length == lengths[k] and same_slices(heap, begin, data, starts[k], length):
            known[names[k]] = numbers[k]


@kernel
def assign_numbers(
    part: U8, at: I64, names: U32, base: I64, known: U32, next_number: int, numbers: U32, new: NewScripts
) -> int:
    """Number the scripts of a batch's outputs in chain order.

    Args:
        part: uint8[outputs].
        at: int64[parts], in and out: row where each part begins among the scattered rows; used up.
        names: uint32[outputs], of the scattered rows.
        base: int64[parts]: where the distinct scripts of each part begin in `known`.
        known: in and out, number of each distinct script, `NEW` where it has none yet.
        next_number: the next number to give.
        numbers: out, uint32[outputs].
        new: out, for each number that was given.

    Returns:
        How many numbers were given.
    """
    fresh = 0
    for o in range(len(part)):
        p = int64(part[o])
        row = at[p]
        at[p] = row + 1
        name = base[p] + int64(names[row])
        if known[name] == NEW:
            known[name] = np.uint32(next_number + fresh)
            new.row[fresh] = row
            new.output[fresh] = o
            fresh += 1
        numbers[o] = known[name]
    return fresh


@kernel
def copy_new(new_row: I64, starts: I64, data: U8, heap: U8, ends: U64, script_type: U8) -> None:
    """Lay new scripts end to end.

    Args:
        new_row: rows of the new scripts.
        starts: int64[rows + 1], where each script begins in `data`.
        data: bytes of scripts.
        heap: out.
        ends: out, where each ends in `heap`.
        script_type: out, `ScriptType` of each.
    """
    at = int64(0)
    for k in range(len(new_row)):
        begin = starts[new_row[k]]
        length = starts[new_row[k] + 1] - begin
        copy_slice(data, begin, length, heap, at)
        script_type[k] = np.uint8(classify_script(data, begin, length))
        at += length
        ends[k] = np.uint64(at)


class Shown(NamedTuple):
    """Inputs that spend a P2SH output and end with a push."""

    output: U64
    """the output that each spends"""
    row: I64
    """room for the rows that count"""
    script: U32
    """room for the scripts that they reveal"""


@kernel
def find_reveals(
    shown: Shown, script_of: U32, first_output: U64, first: I64, script_type: U8, wanted: int
) -> int:
    """The inputs that spend the first output of a script of type `wanted`.

    Args:
        shown: what to look at; rows and scripts are written there.
        script_of: script number of each output from `first[0]` on.
        first_output: first output of each script from `first[1]` on.
        first: int64[2]; earlier outputs and scripts do not count.
        script_type: of the same scripts.
        wanted: a `ScriptType`.

    Returns:
        How many there are.
    """
    count = 0
    for k in range(len(shown.output)):
        o = int64(shown.output[k]) - first[0]
        if o < 0:
            continue
        s = int64(script_of[o]) - first[1]
        if s >= 0 and first_output[s] == shown.output[k] and script_type[s] == wanted:
            shown.row[count] = k
            shown.script[count] = script_of[o]
            count += 1
    return count
