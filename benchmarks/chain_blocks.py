"""Blocks of an invented chain: one kernel call makes the transactions of one block, another seals it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chain_bytes import next_word, put, put_size, roll
from chain_jit import kernel
from chain_scripts import put_script, script_size
from chain_txs import MOST_WEIGHT, add_tx
from chain_world import (
    BODY_AT,
    BORN,
    CODE,
    CODE_NOW,
    FEES,
    FULL_WEIGHT,
    HEIGHT,
    LINK,
    NAMED,
    OUTPUTS,
    PENDING,
    ROW_BYTES,
    SCRIPT,
    SERVICES,
    SHOWN,
    TX_NOW,
    UNDO_AT,
    VALUE,
    WALLET_BYTES,
    WALLETS,
    WEIGHT,
    Places,
    add,
    draw_kind,
    get,
    new_script,
    open_wallet,
    pack,
    settle,
    share,
    take_row,
)
from cointrail.kernel.jit import int64
from cointrail.kernel.memory import (
    address_of,
    address_of_bytes,
    clear_bytes,
    copy_bytes,
    load_count,
    store_count,
)
from cointrail.kernel.merkle import merkle_root_into
from cointrail.kernel.sha256 import sha256d_into
from cointrail.kernel.sha256_run import hash_queue

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

REGTEST_BITS = 0x207FFFFF
MATURITY, HALVING, COIN = 100, 150, 100_000_000
RING = 256
"""Coinbases that are kept until they are mature."""
CHUNK_TXS, CHUNK_ROWS = 96, 1 << 12
"""Transactions are named, and can be spent, so many at a time."""
HEAD_ROOM = 1024
"""Before the transactions: record head, header, count and coinbase, written when the fees are known."""
UNDO_ROOM = 64
LARGEST_BODY = MOST_WEIGHT + (1 << 16)
LARGEST_UNDO = 1 << 22
MOST_TXS = 1 << 14
LARGEST_STRIPPED = 1 << 20
OUTPUTS_A_WALLET = 700
(BEGIN, END, UNDO_BEGIN, UNDO_END, TX_COUNT, COINBASE_AT, COMMITMENT_AT, TIME, NUMBER) = range(9)
"""Of what `make_block` says about its block."""
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


@kernel
def _name_chunk(places: Places) -> None:
    """Hash the transactions that have no txid yet; their outputs can be spent from now on."""
    first, last = get(places, NAMED), get(places, TX_NOW)
    skip = 24 * first
    target = places.txids + 32 * first
    queue = (
        places.body,
        places.parts + skip,
        places.lengths + skip,
        target,
        last - first,
        int64(2),
        int64(3),
    )
    hash_queue(queue, places.scratch, int64(LARGEST_STRIPPED))
    for k in range(get(places, BORN)):
        word = load_count(places.born + 8 * k)
        row, tx = word & 0xFFFFFFFF, word >> 32
        copy_bytes(places.rows + ROW_BYTES * row, places.txids + 32 * tx, 32)
    for k in range(get(places, PENDING)):
        settle(places, load_count(places.pending + 8 * k))
    store_count(places.state + BORN, 0)
    store_count(places.state + PENDING, 0)
    store_count(places.state + NAMED, last)


@kernel
def _ripen(places: Places, coinbases: I64, coinbase_txids: U8, height: int) -> None:
    """The coinbase that is mature now can be spent."""
    if height <= MATURITY:
        return
    slot = (height - MATURITY) % RING
    row = take_row(places)
    at = places.rows + ROW_BYTES * row
    copy_bytes(at, address_of_bytes(coinbase_txids) + 32 * slot, 32)
    store_count(at + VALUE, coinbases[2 * slot])
    store_count(at + SCRIPT, coinbases[2 * slot + 1])
    store_count(at + CODE, 2 * (height - MATURITY) + 1)
    store_count(at + LINK, 0)
    settle(places, pack(row, 1, 0))


@kernel
def _open_wallets(places: Places) -> None:
    """As many wallets as the outputs so far call for."""
    wanted = 2 * SERVICES + get(places, OUTPUTS) // OUTPUTS_A_WALLET
    while get(places, WALLETS) < wanted:
        open_wallet(places, add(places, WALLETS, 1))


@kernel
def _put_height(at: int, height: int) -> int:
    """The push of a height. Source: BIP 34."""
    if height <= 16:
        return put(at, 0x50 + height, 1)
    length = 1 if height < 0x80 else 2 if height < 0x8000 else 3
    return put(at, length | height << 8, 1 + length)


@kernel
def _put_coinbase(places: Places, at: int, value: int, script: int, about: I64) -> int:
    """The coinbase; its commitment is filled in later. Returns the address after it."""
    begin = at
    at = put(put(at, 1, 4), 0x10100, 3)
    clear_bytes(at, 32)
    at = put(at + 32, 0xFFFFFFFF, 4)
    end = put(put(_put_height(at + 1, share(places, HEIGHT)), 8, 1), next_word(places.state), 8)
    head = load_count(at + 1)
    put(at, end - at - 1, 1)
    store_count(at + 1, head)
    at = put(put(end, 0xFFFFFFFF, 4), 2, 1)
    at = put_script(put(put(at, value, 8), script_size(script), 1), script)
    at = put(put(at, 0, 8), 0xED_A9_21_AA_24_6A_26, 7)
    about[COMMITMENT_AT] = at - begin
    clear_bytes(at, 32)
    at = put(at + 32, 0x2001, 2)
    clear_bytes(at, 36)
    return at + 36


@kernel
def _miner_script(places: Places) -> int:
    """Mostly one of a few scripts."""
    if roll(places.state, 100) < 15:
        return new_script(places, draw_kind(places))
    return load_count(places.wallets + WALLET_BYTES * (8 + roll(places.state, SERVICES - 8)) + SHOWN)


@kernel
def _close_block(places: Places, coinbases: I64, about: I64) -> None:
    """Put head and coinbase before the transactions, and say where all is."""
    height, txs = share(places, HEIGHT), get(places, TX_NOW)
    value = get(places, FEES) + ((50 * COIN) >> min(height // HALVING, 33))
    script = _miner_script(places)
    coinbases[2 * (height % RING)], coinbases[2 * (height % RING) + 1] = value, script
    length = _put_coinbase(places, places.scratch, value, script, about) - places.scratch
    at = places.body + HEAD_ROOM - length
    copy_bytes(at, places.scratch, length)
    size = put_size(places.scratch, txs) - places.scratch
    about[COINBASE_AT] = at - places.body
    about[COMMITMENT_AT] += at - places.body
    about[BEGIN] = at - size - 80 - places.body
    copy_bytes(at - size, places.scratch, size)
    about[END] = get(places, BODY_AT) - places.body
    size = put_size(places.scratch, txs - 1) - places.scratch
    about[UNDO_BEGIN] = UNDO_ROOM - size
    copy_bytes(places.undo + UNDO_ROOM - size, places.scratch, size)
    about[UNDO_END] = get(places, UNDO_AT) - places.undo
    about[TX_COUNT] = txs
    about[NUMBER] = height


@kernel
def make_block(world: World, room: Room) -> None:
    """Make the transactions of a block, their undo entries and the coinbase; `room.about` says where.

    What is left for `seal_block`: witness commitment, merkle root, header, checksum.
    """
    places = Places(
        address_of(world.state),
        address_of(world.mix),
        address_of(world.rows),
        address_of(world.wallets),
        address_of(world.fresh),
        address_of(world.rested),
        address_of(world.old),
        address_of(world.pending),
        address_of(world.born),
        address_of(world.customers),
        address_of(world.picked),
        address_of_bytes(room.body),
        address_of_bytes(room.undo),
        address_of(room.parts),
        address_of(room.lengths),
        address_of_bytes(room.txids),
        address_of_bytes(world.scratch),
    )
    height = share(places, HEIGHT)
    store_count(places.state + BODY_AT, places.body + HEAD_ROOM)
    store_count(places.state + UNDO_AT, places.undo + UNDO_ROOM)
    store_count(places.state + TX_NOW, 1)
    store_count(places.state + NAMED, 1)
    store_count(places.state + WEIGHT, 0)
    store_count(places.state + FEES, 0)
    store_count(places.state + CODE_NOW, 2 * height)
    _open_wallets(places)
    _ripen(places, world.coinbases, world.coinbase_txids, height)
    full = share(places, FULL_WEIGHT)
    while get(places, WEIGHT) < full and get(places, TX_NOW) < MOST_TXS:
        if not add_tx(places):
            if get(places, NAMED) == get(places, TX_NOW):
                break
            _name_chunk(places)
            continue
        if get(places, TX_NOW) - get(places, NAMED) == CHUNK_TXS or get(places, BORN) > CHUNK_ROWS:
            _name_chunk(places)
    _name_chunk(places)
    _close_block(places, world.coinbases, room.about)


@kernel
def _put_witness_txids(room: Room, press: Press) -> None:
    """The wtxid of every transaction; only those with a witness are hashed again."""
    txs, found = room.about[TX_COUNT], int64(0)
    for tx in range(1, txs):
        begin, end = room.parts[3 * tx], room.parts[3 * tx + 2] + 4
        if room.parts[3 * tx + 1] - begin == 6:
            press.starts[found], press.sizes[found] = begin, end - begin
            found += 1
    digests, wtxids = address_of_bytes(press.digests), address_of_bytes(press.wtxids)
    queue = (
        address_of_bytes(room.body),
        address_of(press.starts),
        address_of(press.sizes),
        digests,
        found,
        int64(2),
        int64(1),
    )
    hash_queue(queue, int64(0), int64(0))
    clear_bytes(wtxids, 32)
    at = digests
    for tx in range(1, txs):
        own = address_of_bytes(room.txids) + 32 * tx
        if room.parts[3 * tx + 1] - room.parts[3 * tx] == 6:
            own = at
            at += 32
        copy_bytes(wtxids + 32 * tx, own, 32)


@kernel
def _name_coinbase(room: Room, press: Press, coinbase_txids: U8) -> None:
    """Fill in the witness commitment, and hash the coinbase."""
    about, scratch = room.about, press.scratch
    merkle_root_into(press.wtxids, about[TX_COUNT], scratch)
    clear_bytes(address_of_bytes(scratch) + 32, 32)
    sha256d_into(scratch, 0, 64, room.body, about[COMMITMENT_AT])
    begin = about[COINBASE_AT]
    middle = about[COMMITMENT_AT] + 32 - begin - 6
    body, target = address_of_bytes(room.body), address_of_bytes(scratch)
    copy_bytes(target, body + begin, 4)
    copy_bytes(target + 4, body + begin + 6, middle)
    clear_bytes(target + 4 + middle, 4)
    sha256d_into(scratch, 0, 8 + middle, room.txids, 0)
    slot = about[NUMBER] % RING
    copy_bytes(address_of_bytes(coinbase_txids) + 32 * slot, address_of_bytes(room.txids), 32)


@kernel
def _put_header(room: Room, press: Press) -> None:
    """The header, with proof of work; the hash goes to `press.scratch`."""
    about, scratch = room.about, press.scratch
    begin = about[BEGIN]
    body = address_of_bytes(room.body)
    merkle_root_into(room.txids, about[TX_COUNT], scratch)
    put(body + begin, 0x20000000, 4)
    copy_bytes(body + begin + 4, address_of_bytes(press.before), 32)
    copy_bytes(body + begin + 36, address_of_bytes(scratch), 32)
    put(body + begin + 68, about[TIME] | REGTEST_BITS << 32, 8)
    nonce = int64(0)
    scratch[31] = 0xFF
    after = load_count(body + begin + 80)
    while scratch[31] >= 0x7F:
        put(body + begin + 76, nonce, 4)
        store_count(body + begin + 80, after)
        sha256d_into(room.body, begin, 80, scratch, 0)
        nonce += 1


@kernel
def seal_block(room: Room, press: Press, coinbase_txids: U8) -> None:
    """Make a block whole: commitment, merkle root, header, and the checksum behind the undo data."""
    _put_witness_txids(room, press)
    _name_coinbase(room, press, coinbase_txids)
    _put_header(room, press)
    begin, end = room.about[UNDO_BEGIN], room.about[UNDO_END]
    undo = address_of_bytes(room.undo)
    copy_bytes(undo + begin - 32, address_of_bytes(press.before), 32)
    sha256d_into(room.undo, begin - 32, end - begin + 32, room.undo, end)
    copy_bytes(address_of_bytes(press.before), address_of_bytes(press.scratch), 32)
