"""Lanes at work: one message alone, a queue of messages two at a time."""

from __future__ import annotations

from cointrail.kernel.cpu import uses_sha_instructions
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import copy_bytes, load_count, stack_block, store_count
from cointrail.kernel.sha256_lane import (
    LANE_BYTES,
    ROW,
    SCRATCH,
    begin_message,
    begin_next_pass,
    blocks_left,
    open_lane,
    store_digest,
)
from cointrail.kernel.sha256_ni import compress_ni, compress_two_ni
from cointrail.kernel.sha256_scalar import compress_scalar

Queue = tuple[int, int, int, int, int, int, int]
"""Messages to hash: addresses of data, starts, lengths and digests; how many messages; how many
passes; of how many parts each is made (a start and a length for every part)."""


@kernel
def hash_message(address: int, length: int, digest: int, passes: int) -> None:
    """Hash one message."""
    lane = stack_block(LANE_BYTES)
    open_lane(lane)
    begin_message(lane, address, length, passes)
    more = True
    while more:
        compress(lane, blocks_left(lane))
        more = begin_next_pass(lane)
    store_digest(lane, digest)


@kernel
def compress(lane: int, blocks: int) -> None:
    """Work the next `blocks` blocks of a lane into its state."""
    if uses_sha_instructions():
        compress_ni(lane, blocks)
    else:
        compress_scalar(lane, blocks)


@kernel
def hash_queue(queue: Queue, scratch: int, half: int) -> None:
    """Hash all messages, two at a time; `scratch` has room for two messages of `half` bytes."""
    lane, other = stack_block(LANE_BYTES), stack_block(LANE_BYTES)
    open_lane(lane)
    open_lane(other)
    store_count(lane + SCRATCH, scratch)
    store_count(other + SCRATCH, scratch + half)
    upcoming = _take(lane, queue, int64(0))
    if uses_sha_instructions():
        upcoming = _take(other, queue, upcoming)
        while _is_busy(lane) and _is_busy(other):
            compress_two_ni(lane, other, min(blocks_left(lane), blocks_left(other)))
            upcoming = _move_on(lane, queue, upcoming)
            upcoming = _move_on(other, queue, upcoming)
    last = lane if _is_busy(lane) else other
    while _is_busy(last):
        compress(last, blocks_left(last))
        upcoming = _move_on(last, queue, upcoming)


@kernel
def _is_busy(lane: int) -> bool:
    """Whether the lane has a message."""
    return load_count(lane + ROW) >= 0


@kernel
def _take(lane: int, queue: Queue, row: int) -> int:
    """Start on message `row`, if there is one; the row after it."""
    data, starts, lengths, _digests, count, passes, parts = queue
    if row >= count:
        store_count(lane + ROW, -1)
        return row
    store_count(lane + ROW, row)
    first = 8 * parts * row
    length = load_count(lengths + first)
    address = data + load_count(starts + first)
    if parts > 1:
        target = load_count(lane + SCRATCH)
        copy_bytes(target, address, length)
        for at in range(first + 8, first + 8 * parts, 8):
            more = load_count(lengths + at)
            copy_bytes(target + length, data + load_count(starts + at), more)
            length += more
        address = target
    begin_message(lane, address, length, passes)
    return row + 1


@kernel
def _move_on(lane: int, queue: Queue, upcoming: int) -> int:
    """After the last block go to the next pass, or to message `upcoming`. The new `upcoming`."""
    if blocks_left(lane) > 0 or begin_next_pass(lane):
        return upcoming
    store_digest(lane, queue[3] + 32 * load_count(lane + ROW))
    return _take(lane, queue, upcoming)
