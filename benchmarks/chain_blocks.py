"""Blocks of an invented chain, and their undo records: one kernel call makes one block."""

# ruff: noqa: PLR0917 - kernels take positions

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from chain_scripts import (
    OP_RETURN,
    P2PK,
    P2PKH,
    P2SH,
    copy,
    has_witness,
    kind_of,
    put_number,
    put_script,
    put_script_sig,
    put_size,
    put_witness,
    roll,
)
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.merkle import merkle_root_into
from cointrail.kernel.sha256 import sha256d_into

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
U64 = npt.NDArray[np.uint64]

REGTEST_BITS = 0x207FFFFF
MATURITY = 100
HALVING = 150
COIN = 100_000_000
MOST_INPUTS = 100
MOST_OUTPUTS = 200
LARGEST_TX = 1 << 16
"""Bytes; so many inputs and outputs stay below it."""
SMALLEST_TX = 60
FEE_RATE = 10
"""Satoshi a byte."""
WELL_FILLED = 5_000
"""Unspent outputs below which transactions fan out."""
POPULAR = 2_000
RECENT = 50_000
HEAD_ROOM = 512
"""Before the body: header, transaction count and coinbase are written last, when fees are known."""


class World(NamedTuple):
    """What the next block is made from."""

    dice: U64
    """uint64[1], the state of the random numbers"""
    counts: I64
    """int64[2]: unspent outputs, scripts so far"""
    pool_txid: U8
    """uint8[most * 32]"""
    pool: I64
    """int64[most, 4]: vout, value, script, height * 2 + (1 for a coinbase)"""
    coinbase_txid: U8
    """uint8[heights * 32]"""
    coinbase: I64
    """int64[heights, 2]: value, script"""


class Room(NamedTuple):
    """Buffers that are used again for every block."""

    body: U8
    """transactions but the coinbase, from HEAD_ROOM on; then the block"""
    undo: U8
    """hash of the block before (32 bytes), then the undo payload"""
    txids: U8
    """uint8[most txs * 32]"""
    wtxids: U8
    scratch: U8
    picked_txid: U8
    """uint8[MOST_INPUTS * 32]"""
    picked: I64
    """int64[MOST_INPUTS, 4], rows of `World.pool`"""


@kernel
def _choose_script(world: World) -> int:
    """A new script; in three of ten cases one that was used before, a popular or a recent one."""
    known = int64(world.counts[1])
    if known > 100 and roll(world.dice, 10) < 3:
        if roll(world.dice, 2):
            return roll(world.dice, min(known, POPULAR))
        return known - 1 - roll(world.dice, min(known, RECENT))
    world.counts[1] += 1
    return known


@kernel
def _choose_spendable(world: World) -> int:
    script = _choose_script(world)
    while kind_of(script) == OP_RETURN:
        script = _choose_script(world)
    return script


@kernel
def _count_inputs(dice: U64) -> int:
    mark = roll(dice, 1000)
    if mark < 660:
        return 1
    if mark < 840:
        return 2
    if mark < 910:
        return 3
    if mark < 970:
        return 4 + roll(dice, 5)
    if mark < 995:
        return 9 + roll(dice, 12)
    return 30 + roll(dice, 71)


@kernel
def _count_outputs(dice: U64) -> int:
    mark = roll(dice, 1000)
    if mark < 150:
        return 1
    if mark < 850:
        return 2
    if mark < 930:
        return 3
    if mark < 980:
        return 4 + roll(dice, 7)
    if mark < 997:
        return 11 + roll(dice, 20)
    return 50 + roll(dice, 151)


@kernel
def _pick(world: World, room: Room, count: int) -> int:
    """Take `count` outputs out of the pool, late ones more often. Returns their value."""
    total = int64(0)
    for k in range(count):
        size = world.counts[0]
        mark = roll(world.dice, 1 << 20)
        back = ((mark * mark) >> 20) * size >> 20
        row = size - 1 - back
        copy(world.pool_txid, 32 * row, 32, room.picked_txid, 32 * k)
        total += world.pool[row, 1]
        if back:
            copy(world.pool_txid, 32 * (size - 1), 32, world.pool_txid, 32 * row)
        for field in range(4):
            room.picked[k, field] = world.pool[row, field]
            world.pool[row, field] = world.pool[size - 1, field]
        world.counts[0] = size - 1
    return total


@kernel
def _put_inputs(world: World, room: Room, at: int, count: int) -> int:
    at = put_size(room.body, at, count)
    for k in range(count):
        at = copy(room.picked_txid, 32 * k, 32, room.body, at)
        at = put_number(room.body, at, room.picked[k, 0], 4)
        length = put_script_sig(room.scratch, 0, room.picked[k, 2], world.dice)
        at = put_size(room.body, at, length)
        at = copy(room.scratch, 0, length, room.body, at)
        at = put_number(room.body, at, 0xFFFFFFFD if roll(world.dice, 2) else 0xFFFFFFFF, 4)
    return at


@kernel
def _put_outputs(world: World, body: U8, at: int, count: int, total: int, code: int) -> int:
    """Outputs of `total` satoshi; each but the last takes up to half of what is left. They join the pool.

    Their txid is not known yet: `_name_outputs` fills it in.
    """
    at = put_size(body, at, count)
    for n in range(count):
        script = _choose_script(world) if n < count - 1 else _choose_spendable(world)
        value = total
        if kind_of(script) == OP_RETURN:
            value = int64(0)
        elif n < count - 1:
            value = total * (1 + roll(world.dice, 999)) // (500 * (count - n))
            value = min(max(value, 1), total - (count - n))
        total -= value
        at = put_number(body, at, value, 8)
        end = put_script(body, at + 1, script)
        body[at] = end - at - 1
        at = end
        if kind_of(script) != OP_RETURN:
            row = world.counts[0]
            world.pool[row, 0], world.pool[row, 1] = n, value
            world.pool[row, 2], world.pool[row, 3] = script, code
            world.counts[0] += 1
    return at


@kernel
def _put_varint(out: U8, at: int, value: int) -> int:
    """Core's VARINT: base 128, the highest first, each byte but the last counts from one."""
    length = 1
    rest = value
    while rest > 0x7F:
        rest = (rest >> 7) - 1
        length += 1
    for k in range(length - 1, -1, -1):
        out[at + k] = (value & 0x7F) | (0x80 if k < length - 1 else 0)
        value = (value >> 7) - 1
    return at + length


@kernel
def _compressed_amount(value: int) -> int:
    if value == 0:
        return 0
    zeros = 0
    while value % 10 == 0 and zeros < 9:
        value //= 10
        zeros += 1
    if zeros == 9:
        return 1 + (value - 1) * 10 + 9
    last = value % 10
    return 1 + (value // 10 * 9 + last - 1) * 10 + zeros


@kernel
def _put_coin(room: Room, at: int, k: int) -> int:
    """The undo entry of picked output `k`. Source: Bitcoin Core, src/undo.h, src/compressor.cpp."""
    undo, script = room.undo, room.picked[k, 2]
    at = _put_varint(undo, at, room.picked[k, 3])
    undo[at] = 0
    at = _put_varint(undo, at + 1, _compressed_amount(room.picked[k, 1]))
    kind = kind_of(script)
    length = put_script(room.scratch, 0, script)
    if kind <= P2SH:
        undo[at] = 0 if kind == P2PKH else 1
        first, last = 3 if kind == P2PKH else 2, 23 if kind == P2PKH else 22
        at += 1
    elif kind == P2PK:
        first, last = 1, 34
    else:
        at = _put_varint(undo, at, length + 6)
        first, last = 0, length
    return copy(room.scratch, first, last - first, undo, at)


@kernel
def _hash_tx(room: Room, begin: int, cut: int, cut_end: int, end: int, row: int) -> None:
    """Write txid and wtxid of the transaction body[begin:end] to row `row`."""
    sha256d_into(room.body, begin, end - begin, room.wtxids, 32 * row)
    if cut == begin + 4:
        copy(room.wtxids, 32 * row, 32, room.txids, 32 * row)
        return
    middle = cut_end - cut
    copy(room.body, begin, 4, room.scratch, 0)
    copy(room.body, cut, middle, room.scratch, 4)
    copy(room.body, end - 4, 4, room.scratch, 4 + middle)
    sha256d_into(room.scratch, 0, middle + 8, room.txids, 32 * row)


@kernel
def _add_tx(world: World, room: Room, at: int, undo_at: int, height: int, row: int) -> tuple[int, int, int]:
    """Add one transaction. Returns (end of the body, end of the undo data, fee)."""
    pool = world.counts[0]
    inputs = min(_count_inputs(world.dice), pool)
    outputs = _count_outputs(world.dice)
    if pool < WELL_FILLED:
        inputs, outputs = 1, 20 + roll(world.dice, 40)
    if inputs >= 30:
        outputs = 1
    total = _pick(world, room, inputs)
    fee = min((150 * inputs + 34 * outputs) * FEE_RATE, total // 4)
    outputs = max(1, min(outputs, (total - fee) // 1000))
    begin, body = at, room.body
    witness = False
    for k in range(inputs):
        witness = witness or has_witness(room.picked[k, 2])
    at = put_number(body, at, 1 + roll(world.dice, 2), 4)
    if witness:
        body[at], body[at + 1] = 0, 1
        at += 2
    cut = at
    at = _put_inputs(world, room, at, inputs)
    first = world.counts[0]
    at = _put_outputs(world, body, at, outputs, total - fee, 2 * height)
    cut_end = at
    if witness:
        for k in range(inputs):
            at = put_witness(body, at, room.picked[k, 2], world.dice)
    at = put_number(body, at, 0, 4)
    _hash_tx(room, begin, cut, cut_end, at, row)
    for unspent in range(first, world.counts[0]):
        copy(room.txids, 32 * row, 32, world.pool_txid, 32 * unspent)
    undo_at = put_size(room.undo, undo_at, inputs)
    for k in range(inputs):
        undo_at = _put_coin(room, undo_at, k)
    return at, undo_at, fee


@kernel
def _put_coinbase(world: World, room: Room, at: int, height: int, value: int, txs: int) -> int:
    """Write the coinbase, name it in row 0, and keep its output for when it is mature."""
    body, begin = room.body, at
    room.wtxids[:32] = 0
    merkle_root_into(room.wtxids, txs, room.scratch)
    room.scratch[32:64] = 0
    sha256d_into(room.scratch, 0, 64, room.scratch, 64)
    at = put_number(body, at, 1, 4)
    body[at], body[at + 1] = 0, 1
    cut = at + 2
    body[cut] = 1
    body[cut + 1 : cut + 33] = 0
    at = put_number(body, cut + 33, 0xFFFFFFFF, 4)
    length = 1 if height <= 16 else 2 if height < 0x80 else 3 if height < 0x8000 else 4
    body[at] = length + 9
    body[at + 1] = 80 + height if height <= 16 else length - 1
    put_number(body, at + 2, height, length - 1)
    body[at + 1 + length] = 8
    at = put_number(body, at + 2 + length, roll(world.dice, 1 << 30), 8)
    at = put_number(body, at, 0xFFFFFFFF, 4)
    body[at] = 2
    at = put_number(body, at + 1, value, 8)
    script = _choose_spendable(world)
    end = put_script(body, at + 1, script)
    body[at] = end - at - 1
    at = put_number(body, end, 0, 8)
    put_number(body, at, 0xEDA9_21AA_246A_26, 7)
    at = copy(room.scratch, 64, 32, body, at + 7)
    cut_end = at
    body[at], body[at + 1] = 1, 32
    body[at + 2 : at + 34] = 0
    at = put_number(body, at + 34, 0, 4)
    _hash_tx(room, begin, cut, cut_end, at, 0)
    copy(room.txids, 0, 32, world.coinbase_txid, 32 * height)
    world.coinbase[height, 0], world.coinbase[height, 1] = value, script
    return at


@kernel
def _ripen(world: World, height: int) -> None:
    """The coinbase that is mature now joins the pool."""
    born = height - MATURITY
    if born > 0:
        row = world.counts[0]
        copy(world.coinbase_txid, 32 * born, 32, world.pool_txid, 32 * row)
        world.pool[row, 0], world.pool[row, 1] = 0, world.coinbase[born, 0]
        world.pool[row, 2], world.pool[row, 3] = world.coinbase[born, 1], 2 * born + 1
        world.counts[0] += 1


@kernel
def _move_up(data: U8, begin: int, end: int, to: int) -> int:
    """Move data[begin:end] to an earlier place. Returns the position after it."""
    for k in range(end - begin):
        data[to + k] = data[begin + k]
    return to + end - begin


@kernel
def make_block(
    world: World, room: Room, height: int, time: int, before: U8, block_bytes: int
) -> tuple[int, int, int]:
    """Make the block that follows `before` (its hash, uint8[32], replaced by the new one).

    The block stands at the front of `room.body`, its undo payload in `room.undo` from 32 on.

    Returns:
        (bytes of the block, bytes of the undo payload, transactions).
    """
    _ripen(world, height)
    at, undo_at, fees = int64(HEAD_ROOM), int64(32 + 5), int64(0)
    txs = 1
    while at - HEAD_ROOM < block_bytes and 0 < world.counts[0] < len(world.pool) - MOST_OUTPUTS:
        at, undo_at, fee = _add_tx(world, room, at, undo_at, height, txs)
        fees += fee
        txs += 1
    body, scratch = room.body, room.scratch
    head = put_size(body, 80, txs)
    head = _put_coinbase(world, room, head, height, fees + ((50 * COIN) >> min(height // HALVING, 33)), txs)
    end = _move_up(body, HEAD_ROOM, at, head)
    put_number(body, 0, 0x20000000, 4)
    copy(before, 0, 32, body, 4)
    merkle_root_into(room.txids, txs, scratch)
    copy(scratch, 0, 32, body, 36)
    put_number(body, 68, time, 4)
    put_number(body, 72, REGTEST_BITS, 4)
    nonce = int64(0)
    scratch[31] = 0xFF
    while scratch[31] >= 0x7F:
        put_number(body, 76, nonce, 4)
        sha256d_into(body, 0, 80, scratch, 0)
        nonce += 1
    copy(before, 0, 32, room.undo, 0)
    copy(scratch, 0, 32, before, 0)
    length = put_size(room.undo, 32, txs - 1) - 32
    undo_end = _move_up(room.undo, 37, undo_at, 32 + length)
    return end, undo_end - 32, txs
