"""Where everything lies that an invented chain is made from: arrays, passed to kernels as addresses.

An unspent output is a row (`chain_purses`), a wallet is one too (`chain_wallets`). Counts and the place of
the block in the making are fields of the state; what the block shall be like are fields of the mix.
"""

from __future__ import annotations

from typing import NamedTuple

from chain_jit import kernel
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
"""Rows, and purses, that wait for txids."""

(
    DICE,
    FREE,
    TOP,
    UNSPENT,
    FRESH,
    RESTED,
    OLD,
    ASLEEP,
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
) = range(0, 25 * 8, 8)
"""Offsets in the state: dice; first free row plus 1, rows ever used, rows in use; purses in each heap and
those that wait for the txids of their rows, rows that do; numbers of scripts, wallets, outputs, inputs and
transactions so far; what the block is at."""
STATE_WORDS = 32

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
    asleep: int
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
