"""Blocks of an invented chain: one kernel call makes the transactions of one block."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from chain_arrays import (
    BEGIN,
    COINBASE_AT,
    COMMITMENT_AT,
    END,
    HEAD_ROOM,
    LARGEST_STRIPPED,
    MOST_TXS,
    NUMBER,
    OUTPUTS_A_WALLET,
    RING,
    TX_COUNT,
    UNDO_BEGIN,
    UNDO_END,
    UNDO_ROOM,
    Room,
    World,
)
from chain_bytes import next_word, put, put_size, roll
from chain_jit import kernel
from chain_places import (
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
    TX_NOW,
    UNDO_AT,
    VALUE,
    WALLETS,
    WEIGHT,
    Places,
    add,
    get,
    share,
)
from chain_purses import pack, settle, take_row
from chain_scripts import put_script, script_size
from chain_txs import add_tx
from chain_wallets import draw_kind, new_script, open_wallet, shown_script
from cointrail.kernel.jit import int64
from cointrail.kernel.memory import (
    address_of,
    address_of_bytes,
    clear_bytes,
    copy_bytes,
    load_count,
    store_count,
)
from cointrail.kernel.sha256_run import hash_queue

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

HEADER = 80
MATURITY, HALVING, COIN = 100, 150, 100_000_000
CHUNK_TXS, CHUNK_ROWS = 96, 1 << 12
"""Transactions are named, and can be spent, so many at a time."""
FULL_PERCENT = 85
FIRST_MINER = 8
"""This service and those after it are paid by coinbases too."""


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
    return shown_script(places, FIRST_MINER + roll(places.state, SERVICES - FIRST_MINER))


@kernel
def _put_before(places: Places, at: int, size: int) -> int:
    """Copy the first bytes of the scratch to where they end at `at`. Returns where they begin."""
    copy_bytes(at - size, places.scratch, size)
    return at - size


@kernel
def _put_head(places: Places, coinbases: I64, about: I64) -> None:
    """Put the coinbase, and the count, before the transactions."""
    height, scratch = share(places, HEIGHT), places.scratch
    value = get(places, FEES) + ((50 * COIN) >> min(height // HALVING, 33))
    script = _miner_script(places)
    coinbases[2 * (height % RING)], coinbases[2 * (height % RING) + 1] = value, script
    length = _put_coinbase(places, scratch, value, script, about) - scratch
    at = _put_before(places, places.body + HEAD_ROOM, length)
    about[COINBASE_AT] = at - places.body
    about[COMMITMENT_AT] += at - places.body
    at = _put_before(places, at, put_size(scratch, get(places, TX_NOW)) - scratch)
    about[BEGIN] = at - HEADER - places.body


@kernel
def _close_block(places: Places, coinbases: I64, about: I64) -> None:
    """Put what stands before the transactions and their undo entries, and say where all is."""
    txs, scratch = get(places, TX_NOW), places.scratch
    _put_head(places, coinbases, about)
    at = _put_before(places, places.undo + UNDO_ROOM, put_size(scratch, txs - 1) - scratch)
    about[UNDO_BEGIN] = at - places.undo
    about[END] = get(places, BODY_AT) - places.body
    about[UNDO_END] = get(places, UNDO_AT) - places.undo
    about[TX_COUNT], about[NUMBER] = txs, share(places, HEIGHT)


@kernel
def _fill(places: Places, weight: int) -> None:
    """Add transactions until they have that weight, or none is left to spend."""
    while get(places, WEIGHT) < weight and get(places, TX_NOW) < MOST_TXS:
        added = add_tx(places)
        unnamed = get(places, TX_NOW) - get(places, NAMED)
        if not added and unnamed == 0:
            break
        if not added or unnamed == CHUNK_TXS or get(places, BORN) > CHUNK_ROWS:
            _name_chunk(places)
    _name_chunk(places)


@kernel
def _draw_weight(places: Places) -> int:
    """Most blocks are as large as the mix has it, the rest of any size below."""
    full = share(places, FULL_WEIGHT)
    return full if roll(places.state, 100) < FULL_PERCENT else full * roll(places.state, 1000) // 1000


@kernel
def _open_block(places: Places) -> None:
    store_count(places.state + BODY_AT, places.body + HEAD_ROOM)
    store_count(places.state + UNDO_AT, places.undo + UNDO_ROOM)
    store_count(places.state + TX_NOW, 1)
    store_count(places.state + NAMED, 1)
    store_count(places.state + WEIGHT, 0)
    store_count(places.state + FEES, 0)
    store_count(places.state + CODE_NOW, 2 * share(places, HEIGHT))


@kernel
def _places(world: World, room: Room) -> Places:
    return Places(
        address_of(world.state),
        address_of(world.mix),
        address_of(world.rows),
        address_of(world.wallets),
        address_of(world.fresh),
        address_of(world.rested),
        address_of(world.old),
        address_of(world.asleep),
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


@kernel
def make_block(world: World, room: Room) -> None:
    """Make the transactions of a block, their undo entries and the coinbase; `room.about` says where.

    What is left for `seal_block`: witness commitment, merkle root, header, checksum.
    """
    places = _places(world, room)
    _open_block(places)
    _open_wallets(places)
    _ripen(places, world.coinbases, world.coinbase_txids, share(places, HEIGHT))
    _fill(places, _draw_weight(places))
    _close_block(places, world.coinbases, room.about)
