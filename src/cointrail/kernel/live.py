"""The transactions that still have unspent outputs, by the first eight bytes of their txid.

One slot is two words: the prefix, and the number of the first output with the count of outputs that may
still be spent. A slot is freed when the count is 0, so the table is as large as the set of unspent outputs
and not as the chain. Two live transactions with one prefix are told apart by their whole txids, outside.

Linear probing; a freed slot is filled from behind (Knuth, TAOCP 3, 6.4, algorithm R), so there are no
tombstones.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.bytes import read_u64
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of, prefetch
from cointrail.kernel.wire import read_u32

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]
U32 = npt.NDArray[np.uint32]

COUNT_BITS = np.uint64(24)
MOST_COUNT = np.uint64((1 << 24) - 1)
"""More outputs than fit into a block of four million weight units."""
TWINS = np.uint64(0xFFFFFFFFFFFFFFFF)
"""In place of a count: several transactions have this prefix, look them up by their whole txid."""
FREE = np.uint64(0)

DONE, MISSING, AMONG_TWINS, CLASH = range(4)
"""Why `resolve_live` came back."""

_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_AHEAD = 12


class NewTxs(NamedTuple):
    """Transactions to resolve, as decoded."""

    data: U8
    in_at: I64
    """where the outpoint of each input stands"""
    first_input: I64
    """int64[txs + 1]"""
    first_output: I64
    """int64[txs + 1]"""
    prefixes: U64
    """of each txid"""
    spendable: U32
    """outputs of each that may be spent"""


@kernel
def slot_of(prefix: np.uint64, mask: np.uint64) -> np.uint64:
    """Where the probe line of `prefix` begins."""
    return (((prefix * _SPREAD) >> np.uint64(32)) * (mask + np.uint64(1))) >> np.uint64(32)


@kernel
def find_slot(slots: U64, prefix: np.uint64) -> np.uint64:
    """The slot that holds `prefix`, or the free one where it would stand."""
    mask = np.uint64((len(slots) >> 1) - 1)
    at = slot_of(prefix, mask)
    while slots[2 * at + np.uint64(1)] != FREE and slots[2 * at] != prefix:
        at = (at + np.uint64(1)) & mask
    return at


@kernel
def free_slot(slots: U64, at: np.uint64) -> None:
    """Empty a slot and close the gap in its probe line."""
    one = np.uint64(1)
    mask = np.uint64((len(slots) >> 1) - 1)
    hole = at
    at = (at + one) & mask
    while slots[2 * at + one] != FREE:
        home = slot_of(slots[2 * at], mask)
        if ((at - home) & mask) >= ((at - hole) & mask):
            slots[2 * hole] = slots[2 * at]
            slots[2 * hole + one] = slots[2 * at + one]
            hole = at
        at = (at + one) & mask
    slots[2 * hole + one] = FREE


@kernel
def move_slots(slots: U64, larger: U64) -> None:
    """Put everything into a larger, empty table."""
    for at in range(0, len(slots), 2):
        if slots[at + 1] != FREE:
            to = find_slot(larger, slots[at])
            larger[2 * to] = slots[at]
            larger[2 * to + np.uint64(1)] = slots[at + 1]


@kernel
def _fetch(slots: U64, prefix: np.uint64) -> None:
    mask = np.uint64((len(slots) >> 1) - 1)
    prefetch(address_of(slots) + 16 * int64(slot_of(prefix, mask)))


@kernel
def resolve_live(txs: NewTxs, keep: np.uint64, slots: U64, base: int, spends: U64, place: I64) -> int:
    """Find the output that each input spends; transactions become spendable one after another.

    Args:
        txs: in chain order.
        keep: mask of the bits of a prefix that count; all of them but in tests.
        slots: uint64[2 * capacity]; it needs room for all new transactions.
        base: number of the first new output.
        spends: out, output number of each input.
        place: int64[3], in and out: transaction and input to go on from; how many slots were taken, less
            those freed.

    Returns:
        `DONE`, or why it stopped at `place`: `MISSING`, no live transaction has that prefix, or it has fewer
        outputs; `AMONG_TWINS`, the whole txid must be looked at; `CLASH`, this transaction has the prefix of
        a live one.
    """
    one = np.uint64(1)
    n, i = len(txs.prefixes), place[1]
    for t in range(place[0], n):
        if t + _AHEAD < n:
            _fetch(slots, txs.prefixes[t + _AHEAD] & keep)
        while i < txs.first_input[t + 1]:
            if i + _AHEAD < len(txs.in_at):
                _fetch(slots, read_u64(txs.data, txs.in_at[i + _AHEAD]) & keep)
            at = find_slot(slots, read_u64(txs.data, txs.in_at[i]) & keep)
            held = slots[2 * at + one]
            o = (held >> COUNT_BITS) + np.uint64(read_u32(txs.data, txs.in_at[i] + 32))
            stop = MISSING if held == FREE or o >= np.uint64(base + txs.first_output[t]) else DONE
            stop = AMONG_TWINS if held == TWINS else stop
            if stop != DONE:
                place[0], place[1] = t, i
                return stop
            spends[i] = o
            if held & MOST_COUNT > one:
                slots[2 * at + one] = held - one
            else:
                free_slot(slots, at)
                place[2] -= 1
            i += 1
        if txs.spendable[t] > 0:
            prefix = txs.prefixes[t] & keep
            at = find_slot(slots, prefix)
            if slots[2 * at + one] != FREE:
                place[0], place[1] = t, i
                return CLASH
            slots[2 * at] = prefix
            slots[2 * at + one] = (np.uint64(base + txs.first_output[t]) << COUNT_BITS) | np.uint64(
                txs.spendable[t]
            )
            place[2] += 1
    place[0], place[1] = n, i
    return DONE


@kernel
def count_spendable(value: I64, script_type: U8, first_output: I64, unspendable: int, counts: U32) -> None:
    """Outputs of each transaction that can be spent: all but those of type `unspendable` without value.

    `first_output` is int64[txs + 1].
    """
    for t in range(len(counts)):
        count = 0
        for o in range(first_output[t], first_output[t + 1]):
            count += 1 if value[o] != 0 or script_type[o] != unspendable else 0
        counts[t] = np.uint32(count)


@kernel
def count_unspent(
    spent_by: U64,
    input_output: U64,
    value: I64,
    script: U32,
    script_type: U8,
    first_output: U64,
    unspendable: int,
    counts: U32,
) -> int:
    """Outputs of each transaction that nothing has spent and that can be spent; how many have any.

    The first five are columns of the store; a mark counts only if its input agrees.
    `first_output` is uint64[txs + 1].
    """
    inputs = np.uint64(len(input_output))
    alive = 0
    for t in range(len(counts)):
        count = 0
        for o in range(int64(first_output[t]), int64(first_output[t + 1])):
            if o + _AHEAD < len(spent_by) and spent_by[o + _AHEAD] < inputs:
                prefetch(address_of(input_output) + 8 * int64(spent_by[o + _AHEAD]))
            if spent_by[o] < inputs and input_output[spent_by[o]] == np.uint64(o):
                continue
            count += 1 if value[o] != 0 or script_type[script[o]] != unspendable else 0
        counts[t] = np.uint32(count)
        alive += 1 if count else 0
    return alive


@kernel
def fill_slots(
    slots: U64, keep: np.uint64, txids: U8, first_tx: int, first_output: U64, counts: U32, begin: int
) -> int:
    """Add transactions with something left to spend.

    Args:
        slots: uint64[2 * capacity], with room.
        keep: as `resolve_live` takes it.
        txids: uint8[32 * all].
        first_tx: number of the transaction that row 0 is.
        first_output: uint64[txs + 1].
        counts: of each, what is left.
        begin: row to begin with.

    Returns:
        The first row whose prefix stands in the table already; the number of rows when there is none.
    """
    one = np.uint64(1)
    for t in range(begin, len(counts)):
        if counts[t] == 0:
            continue
        prefix = read_u64(txids, 32 * (first_tx + t)) & keep
        at = find_slot(slots, prefix)
        if slots[2 * at + one] != FREE:
            return t
        slots[2 * at] = prefix
        slots[2 * at + one] = (first_output[t] << COUNT_BITS) | np.uint64(counts[t])
    return len(counts)
