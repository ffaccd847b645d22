"""The arrays of an invented chain: those of its world, of a block in the making, of its sealing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chain_places import (
    CUSTOMERS,
    DICE,
    FRESH_MOST,
    MIX_WORDS,
    PENDING_MOST,
    RESTED_MOST,
    SCRIPTS,
    SERVICES,
    STATE_WORDS,
    TOP,
)
from cointrail.chain.network import get_network

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

RING = 256
"""Coinbases that are kept until they are mature."""
HEAD_ROOM = 1024
"""Before the transactions: record head, header, count and coinbase, written when the fees are known."""
UNDO_ROOM = 64
"""Before the undo entries: record head, hash of the block before, count."""
LARGEST_BODY = 4 << 20
LARGEST_UNDO = 4 << 20
LARGEST_STRIPPED = 1 << 20
MOST_TXS = 1 << 14
ROWS_A_BLOCK = 1 << 16
"""More outputs than a block has room for."""
OUTPUTS_A_WALLET = 700
(BEGIN, END, UNDO_BEGIN, UNDO_END, TX_COUNT, COINBASE_AT, COMMITMENT_AT, TIME, NUMBER) = range(9)
"""Of `Room.about`: where block and undo payload stand, what is in the block, its time and height."""
ABOUT_WORDS = 16


class World(NamedTuple):
    """The arrays behind `Places` that live as long as the chain."""

    state: I64
    mix: I64
    rows: I64
    wallets: I64
    fresh: I64
    rested: I64
    old: I64
    asleep: I64
    pending: I64
    born: I64
    customers: I64
    picked: I64
    scratch: U8
    coinbases: I64
    """int64[RING * 2]: value and script"""
    coinbase_txids: U8
    """uint8[RING * 32]; written by `seal_block`"""


class Room(NamedTuple):
    """A block in the making, used again for later ones."""

    body: U8
    undo: U8
    parts: I64
    """int64[MOST_TXS * 3]"""
    lengths: I64
    txids: U8
    about: I64


class Press(NamedTuple):
    """What sealing needs beside the room."""

    before: U8
    """hash of the block before"""
    wtxids: U8
    digests: U8
    starts: I64
    sizes: I64
    scratch: U8


def first_script(seed: int) -> int:
    """The number of the first script; other seeds begin elsewhere."""
    return 1 + (seed % (1 << 12) << 40)


def _words(count: int) -> I64:
    return np.zeros(count, np.int64)


def empty_world(seed: int, size: int) -> World:
    """A world in which nobody has anything yet, with room for a chain of `size` bytes.

    Pages that are never touched take no memory: about 72 bytes are for each output that is unspent at once.
    """
    most = ROWS_A_BLOCK * 4 + size // 2_000
    world = World(
        _words(STATE_WORDS),
        _words(MIX_WORDS),
        np.empty(8 * most, np.int64),
        _words(4 * (3 * SERVICES + size // 100 // OUTPUTS_A_WALLET)),
        _words(FRESH_MOST + 64),
        _words(RESTED_MOST + 64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        _words(PENDING_MOST),
        _words(PENDING_MOST),
        _words(SERVICES * CUSTOMERS),
        _words(1 << 10),
        np.empty(2 * LARGEST_STRIPPED, np.uint8),
        _words(2 * RING),
        np.zeros(32 * RING, np.uint8),
    )
    world.state[DICE // 8] = seed
    world.state[SCRIPTS // 8] = first_script(seed)
    return world


def is_crowded(world: World) -> bool:
    """Whether the next block might have no row for an output."""
    return int(world.state[TOP // 8]) > len(world.rows) // 8 - ROWS_A_BLOCK


def empty_room() -> Room:
    """Room for the largest block."""
    return Room(
        np.zeros(HEAD_ROOM + LARGEST_BODY, np.uint8),
        np.zeros(LARGEST_UNDO, np.uint8),
        np.zeros(3 * MOST_TXS, np.int64),
        np.zeros(3 * MOST_TXS, np.int64),
        np.zeros(32 * MOST_TXS, np.uint8),
        np.zeros(ABOUT_WORDS, np.int64),
    )


def empty_press() -> Press:
    """What the block after the first one is sealed with."""
    return Press(
        np.frombuffer(get_network("regtest").genesis.raw, np.uint8).copy(),
        np.empty(32 * MOST_TXS, np.uint8),
        np.empty(32 * MOST_TXS, np.uint8),
        np.empty(MOST_TXS, np.int64),
        np.empty(MOST_TXS, np.int64),
        np.empty(1 << 14, np.uint8),
    )
