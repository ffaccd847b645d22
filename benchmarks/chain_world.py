"""Who holds what in an invented chain: unspent outputs, purses, wallets, services.

An unspent output is a row. Rows that will be spent together wait in a purse, a list of rows; so every
transaction spends one purse, and what is spent together belongs to one wallet. Wallets stand in a table:
each has the script that it shows to payers, and a purse that payments go to until it is full. Full purses
go to three heaps, one after the other: fresh, rested, old. Which heap a transaction takes its purse from
decides how old its inputs are.

All of it lies in arrays that are passed as addresses.
"""

from __future__ import annotations

from typing import NamedTuple

from chain_bytes import happens, roll
from chain_jit import kernel
from chain_scripts import KIND_BITS, P2PKH, P2SH_MULTISIG
from cointrail.kernel.memory import load_count, store_count

ROW_BYTES = 64
"""A row is a cache line: 4 words txid, value, script, height * 2 + (1 for a coinbase), link."""
VALUE, SCRIPT, CODE, LINK = 32, 40, 48, 56
"""Link: output number in the low half; the next row of the purse, plus 1, in the high half."""

WALLET_BYTES = 32
HEAD, COUNT, WANTED, SHOWN = 0, 8, 16, 24
"""Of a wallet: first row of its purse plus 1, rows in it, rows that it waits for, script shown."""

SERVICES = 24
"""The first wallets are services: many payments, one after the other into large purses."""
POPULAR, DEPOSITS = 0, 1
"""The service with one script that all the world pays to, and the one with a script for each customer."""
CUSTOMERS = 1024
"""Deposit scripts of a service that may be paid again."""

FRESH_MOST, RESTED_MOST = 6_000, 300_000
"""Purses. A block of 2025 spends about 3,000."""
PENDING_MOST = 1 << 14

(
    DICE,
    FREE,
    TOP,
    UNSPENT,
    FRESH,
    RESTED,
    OLD,
    PENDING,
    BORN,
    SCRIPTS,
    WALLETS,
    OUTPUTS,
    INPUTS,
    TXS,
    CODE_NOW,
    TX_NOW,
    BODY_AT,
    UNDO_AT,
    WEIGHT,
    FEES,
    NAMED,
    POPULAR_OUTPUTS,
    DEPOSIT_SCRIPTS,
    DATA_OUTPUTS,
) = range(0, 24 * 8, 8)
"""Offsets in the state: dice; first free row plus 1, rows ever used, rows in use; purses in each heap and
those that wait for the txids of their rows, rows that do; numbers of scripts, wallets, outputs, inputs and
transactions so far; what the block is at."""
STATE_WORDS = 32

SHARES_OF_SERVICES = 16
(
    FULL_WEIGHT,
    FEE_RATE,
    DATA,
    INSCRIBED,
    NEW_FOR_PAYMENT,
    NEW_FOR_CHANGE,
    NEW_OWNER,
    TO_SERVICE,
    PURSE_MOST,
    HEIGHT,
    KINDS,
) = range(0, 11 * 8, 8)
"""Offsets in the mix of a block: its weight, satoshi a byte, shares of `ALWAYS`, largest purse, height,
then for each kind the share of it and of those before it."""
MIX_WORDS = 32


class Places(NamedTuple):
    """Addresses of everything that a block is made from and of."""

    state: int
    mix: int
    rows: int
    wallets: int
    fresh: int
    rested: int
    old: int
    pending: int
    born: int
    """for each row of the chunk: row, and the number of its transaction in the high half"""
    customers: int
    """SERVICES * CUSTOMERS scripts"""
    picked: int
    """addresses of the rows that a transaction spends"""
    body: int
    undo: int
    parts: int
    """for each transaction three starts in the body: version, inputs and outputs, locktime"""
    lengths: int
    """three lengths for each"""
    txids: int
    scratch: int


@kernel
def get(places: Places, field: int) -> int:
    """A field of the state."""
    return load_count(places.state + field)


@kernel
def add(places: Places, field: int, more: int) -> int:
    """Add to a field of the state. Returns what it was."""
    before = load_count(places.state + field)
    store_count(places.state + field, before + more)
    return before


@kernel
def share(places: Places, field: int) -> int:
    """A field of the mix."""
    return load_count(places.mix + field)


@kernel
def new_script(places: Places, kind: int) -> int:
    """A script of that kind that was never used."""
    return add(places, SCRIPTS, 1) << KIND_BITS | kind


@kernel
def draw_kind(places: Places) -> int:
    """A kind of script as the mix has it."""
    mark = roll(places.state, 1 << 16)
    kind = P2PKH
    while mark >= load_count(places.mix + KINDS + 8 * kind):
        kind += 1
    return kind


# -- rows


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


# -- purses


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
    ready = get(places, FRESH) + get(places, RESTED) + get(places, OLD)
    purse = _push(places, places.fresh, FRESH, purse, min(32 + ready // 8, FRESH_MOST))
    if purse:
        purse = _push(places, places.rested, RESTED, purse, min(64 + ready // 2, RESTED_MOST))
    if purse:
        store_count(places.old + 8 * add(places, OLD, 1), purse)


@kernel
def take_purse(places: Places) -> int:
    """The purse to spend next; 0 when none is ready."""
    mark = roll(places.state, 100)
    purse = 0
    if mark < 55:
        purse = drop(places, places.fresh, FRESH)
    elif mark >= 85:
        purse = drop(places, places.old, OLD)
    if purse == 0:
        purse = drop(places, places.rested, RESTED)
    return purse or drop(places, places.fresh, FRESH)


# -- wallets


@kernel
def draw_purse_size(places: Places, wallet: int) -> int:
    """How many rows the next purse of a wallet waits for."""
    dice, most = places.state, share(places, PURSE_MOST)
    if wallet < SERVICES:
        return min(1 + roll(dice, 2 * most), most)
    mark = roll(dice, 1000)
    if mark < 580:
        return 1 if mark < 260 else 2
    if mark < 740:
        return 3
    if mark < 900:
        return 4 + roll(dice, 5)
    if mark < 975:
        return 9 + roll(dice, 12)
    return min(21 + roll(dice, 40) if mark < 995 else 60 + roll(dice, 200), most + 20)


@kernel
def open_wallet(places: Places, wallet: int) -> None:
    """A new owner, with a script of his own."""
    at = places.wallets + WALLET_BYTES * wallet
    kind = draw_kind(places)
    if wallet == POPULAR:
        kind = P2PKH
    if wallet == DEPOSITS:
        kind = P2SH_MULTISIG
    store_count(at + HEAD, 0)
    store_count(at + COUNT, 0)
    store_count(at + SHOWN, new_script(places, kind))
    store_count(at + WANTED, draw_purse_size(places, wallet))


@kernel
def deposit(places: Places, wallet: int, script: int, value: int, number: int) -> None:
    """Put an output into a wallet's purse; a full purse is ready, and the wallet begins another."""
    row = put_row(places, script, value, number)
    at = places.wallets + WALLET_BYTES * wallet
    head, count = load_count(at + HEAD), load_count(at + COUNT) + 1
    store_count(places.rows + ROW_BYTES * row + LINK, number | head << 32)
    store_count(at + HEAD, row + 1)
    store_count(at + COUNT, count)
    if count >= load_count(at + WANTED):
        hold_back(places, pack(row, count, wallet + 1 if wallet < SERVICES else 0))
        store_count(at + HEAD, 0)
        store_count(at + COUNT, 0)
        store_count(at + WANTED, draw_purse_size(places, wallet))
        if wallet >= SERVICES and happens(places.state, share(places, NEW_OWNER)):
            open_wallet(places, wallet)


@kernel
def draw_service(places: Places) -> int:
    """A service: the first two as often as the mix asks for by far, the others the less the later."""
    mark = roll(places.state, 100)
    if mark < 16:
        return POPULAR
    if mark < 38:
        return DEPOSITS
    back = roll(places.state, 1 << 10)
    return 2 + (back * back * (SERVICES - 2) >> 20)


@kernel
def draw_wallet(places: Places) -> int:
    """Any other wallet, the first ones more often."""
    mark = roll(places.state, 1 << 20)
    return SERVICES + ((mark * mark >> 20) * (get(places, WALLETS) - SERVICES) >> 20)


@kernel
def draw_customer_script(places: Places, service: int) -> int:
    """The script that a service shows to the payer: its own, an old one of a customer, or a new one."""
    dice = places.state
    if service == POPULAR or (service > DEPOSITS and roll(dice, 100) < 40):
        return load_count(places.wallets + WALLET_BYTES * service + SHOWN)
    at = places.customers + 8 * (CUSTOMERS * service + roll(dice, CUSTOMERS))
    script = load_count(at)
    if script == 0 or roll(dice, 100) < (75 if service == DEPOSITS else 50):
        script = new_script(places, draw_kind(places))
        store_count(at, script)
        add(places, DEPOSIT_SCRIPTS, 1 if service == DEPOSITS else 0)
    return script
