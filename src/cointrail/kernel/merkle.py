"""The merkle root of a block, in place."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cointrail.kernel.cpu import uses_sha_instructions
from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import address_of_bytes, clear_bytes, copy_bytes, load_count, stack_block
from cointrail.kernel.sha256_lane import (
    LANE_BYTES,
    begin_message,
    begin_next_pass,
    blocks_left,
    open_lane,
    store_digest,
)
from cointrail.kernel.sha256_ni import compress_two_ni
from cointrail.kernel.sha256_run import hash_message


@kernel
def merkle_root_into(hashes: npt.NDArray[np.uint8], count: int, out: npt.NDArray[np.uint8]) -> bool:
    """Write the merkle root of the first `count` hashes to `out[:32]`; `hashes` is used up.

    Hashes are txids in wire order, 32 bytes each, end to end (shape (n, 32) or flat); `out` is
    another array. No hash at all gives 32 zeros, as in Bitcoin Core. True when two siblings were
    equal at some level: the same root then belongs to another list of transactions too
    (CVE-2012-2459), so such a block is not proven by its root.
    IndexError when the arrays are too small.
    Source: Bitcoin Core, consensus/merkle.cpp, ComputeMerkleRoot.
    """
    if count < 0 or hashes.size < 32 * count or out.size < 32:
        raise IndexError("merkle hashes or root do not fit their arrays")
    rows, root = address_of_bytes(hashes), address_of_bytes(out)
    if count == 0:
        clear_bytes(root, 32)
        return False
    mutated = False
    while count > 1:
        for row in range(0, count - 1, 2):
            mutated |= _are_equal(rows + 32 * row)
        _hash_level(rows, int64(count))
        count = (count + 1) >> 1
    copy_bytes(root, rows, 32)
    return mutated


@kernel
def _are_equal(pair: int) -> bool:
    """Whether the two hashes at address `pair` are the same."""
    for at in range(pair, pair + 32, 8):
        if load_count(at) != load_count(at + 32):
            return False
    return True


@kernel
def _hash_level(rows: int, count: int) -> None:
    """Replace the first rows by the nodes one level up."""
    lane, other, spare = stack_block(LANE_BYTES), stack_block(LANE_BYTES), stack_block(64)
    open_lane(lane)
    open_lane(other)
    nodes = (count + 1) >> 1
    done = 0
    if uses_sha_instructions():
        while done + 2 <= nodes:
            begin_message(lane, _siblings(rows, count, done, spare), int64(64), int64(2))
            begin_message(other, _siblings(rows, count, done + 1, spare), int64(64), int64(2))
            compress_two_ni(lane, other, blocks_left(lane))
            begin_next_pass(lane)
            begin_next_pass(other)
            compress_two_ni(lane, other, blocks_left(lane))
            store_digest(lane, rows + 32 * done)
            store_digest(other, rows + 32 * done + 32)
            done += 2
    while done < nodes:
        hash_message(_siblings(rows, count, done, spare), int64(64), rows + 32 * done, int64(2))
        done += 1


@kernel
def _siblings(rows: int, count: int, node: int, spare: int) -> int:
    """Address of the two hashes under a node; the last hash of an odd level stands twice."""
    if 2 * node + 1 < count:
        return rows + 64 * node
    copy_bytes(spare, rows + 64 * node, 32)
    copy_bytes(spare + 32, rows + 64 * node, 32)
    return spare
