"""Blocks of an invented chain made whole: commitment, merkle root, header, checksum."""

from __future__ import annotations

from chain_arrays import (
    BEGIN,
    COINBASE_AT,
    COMMITMENT_AT,
    NUMBER,
    RING,
    TIME,
    TX_COUNT,
    U8,
    UNDO_BEGIN,
    UNDO_END,
    Press,
    Room,
)
from chain_bytes import put
from chain_jit import kernel
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

REGTEST_BITS = 0x207FFFFF
VERSION = 0x20000000


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
    put(body + begin, VERSION, 4)
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
