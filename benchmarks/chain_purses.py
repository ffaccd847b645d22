"""Unspent outputs of an invented chain, and which of them are spent together, and when.

An unspent output is a row. Rows that will be spent together wait in a purse, a list of rows; so every
transaction spends one purse, and what is spent together belongs to one wallet. Full purses go to four
heaps, one after the other: fresh, rested, old, asleep. Which heap a transaction takes its purse from
decides how old its inputs are.
"""

from __future__ import annotations

from chain_bytes import roll
from chain_jit import kernel
from chain_places import (
    ASLEEP,
    BORN,
    CODE,
    CODE_NOW,
    FREE,
    FRESH,
    FRESH_MOST,
    LINK,
    OLD,
    PENDING,
    RESTED,
    RESTED_MOST,
    ROW_BYTES,
    SCRIPT,
    TOP,
    TX_NOW,
    UNSPENT,
    VALUE,
    Places,
    add,
    get,
)
from cointrail.kernel.memory import load_count, store_count


@kernel
def take_row(places: Places) -> int:
    """A row that is free."""
    add(places, UNSPENT, 1)
    free = get(places, FREE)
    if free == 0:
        return add(places, TOP, 1)
    store_count(places.state + FREE, load_count(places.rows + ROW_BYTES * (free - 1) + LINK))
    return free - 1


@kernel
def free_row(places: Places, at: int) -> None:
    """Give the row at address `at` back."""
    add(places, UNSPENT, -1)
    store_count(at + LINK, get(places, FREE))
    store_count(places.state + FREE, (at - places.rows) // ROW_BYTES + 1)


@kernel
def put_row(places: Places, script: int, value: int, number: int) -> int:
    """A row for output `number` of the transaction being made; its txid is filled in later."""
    row = take_row(places)
    at = places.rows + ROW_BYTES * row
    store_count(at + VALUE, value)
    store_count(at + SCRIPT, script)
    store_count(at + CODE, get(places, CODE_NOW))
    store_count(at + LINK, number)
    store_count(places.born + 8 * add(places, BORN, 1), row | get(places, TX_NOW) << 32)
    return row


@kernel
def pack(row: int, count: int, owner: int) -> int:
    """A purse as the heaps hold it: first row, rows, number of the service that owns it plus 1 (0: none)."""
    return row | count << 32 | owner << 48


@kernel
def hold_back(places: Places, purse: int) -> None:
    """Keep a full purse until its rows have txids."""
    store_count(places.pending + 8 * add(places, PENDING, 1), purse)


@kernel
def _push(places: Places, heap: int, count: int, purse: int, most: int) -> int:
    """Put a purse on a heap; one by chance drops out of a heap that is too large: it, or 0."""
    size = add(places, count, 1)
    store_count(heap + 8 * size, purse)
    return 0 if size < most else drop(places, heap, count)


@kernel
def drop(places: Places, heap: int, count: int) -> int:
    """Take a purse by chance out of a heap; the last one takes its place. 0 when there is none."""
    size = get(places, count)
    if size == 0:
        return 0
    at = heap + 8 * roll(places.state, size)
    purse = load_count(at)
    store_count(at, load_count(heap + 8 * size - 8))
    store_count(places.state + count, size - 1)
    return purse


@kernel
def settle(places: Places, purse: int) -> None:
    """Put a purse on the fresh heap; what is too much moves on to the next ones."""
    ready = get(places, FRESH) + get(places, RESTED) + get(places, OLD) + get(places, ASLEEP)
    purse = _push(places, places.fresh, FRESH, purse, min(32 + ready // 8, FRESH_MOST))
    if purse:
        purse = _push(places, places.rested, RESTED, purse, min(64 + ready // 3, RESTED_MOST))
    if purse:
        purse = _push(places, places.old, OLD, purse, 64 + ready // 3)
    if purse:
        store_count(places.asleep + 8 * add(places, ASLEEP, 1), purse)


@kernel
def take_purse(places: Places) -> int:
    """The purse to spend next; 0 when none is ready."""
    mark = roll(places.state, 100)
    purse = 0
    if mark < 57:
        purse = drop(places, places.fresh, FRESH)
    elif mark >= 97:
        purse = drop(places, places.asleep, ASLEEP)
    elif mark >= 85:
        purse = drop(places, places.old, OLD)
    if purse == 0:
        purse = drop(places, places.rested, RESTED)
    return purse or drop(places, places.fresh, FRESH)
