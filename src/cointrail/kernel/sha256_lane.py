"""A lane: the few hundred bytes of memory in which one message after another is hashed.

A message is its whole blocks, read where they lie, then one or two padded blocks at the end of the
lane. The lane says where both are and which block comes next, so anyone may compress some blocks,
and two messages of different lengths can run side by side all the time.
"""

from __future__ import annotations

from cointrail.kernel.jit import int64, kernel
from cointrail.kernel.memory import (
    clear_bytes,
    copy_bytes,
    load_count,
    store_byte,
    store_count,
    store_word,
    swap_four,
)
from cointrail.kernel.sha256_constants import START

LANE_BYTES = 320
"""Size of a lane. A lane is named by its address; what follows are offsets of its items."""
BODY = 0
"""Address such that block `i` of the body lies at `BODY + 64 * i`."""
ENDING = 8
"""The same for the blocks after the body."""
BODY_BLOCKS = 16
"""Number of blocks in the body."""
NEXT = 24
"""Number of the block to compress next."""
BLOCKS = 32
"""Number of blocks, body and ending."""
ROW = 40
"""Which message this is; negative for none."""
PASSES = 48
"""How often the message is still to be hashed, this time included."""
SCRATCH = 56
"""Address of room for a message that must be put together first."""
STATE = 64
"""The eight words that blocks are worked into, in the order of bytes of this machine."""
_PADDED, _SECOND = 128, 256


@kernel
def open_lane(lane: int) -> None:
    """Make an idle lane: no message, and the padding of a digest that is hashed again."""
    store_count(lane + ROW, -1)
    clear_bytes(lane + _SECOND, 64)
    store_byte(lane + _SECOND + 32, 0x80)
    store_byte(lane + _SECOND + 62, 1)  # 256 bits


@kernel
def begin_message(lane: int, address: int, length: int, passes: int) -> None:
    """Start on the `length` bytes at `address`, to be hashed `passes` times."""
    used = length & 63
    size = 64 if used < 56 else 128
    padded = lane + _PADDED
    copy_bytes(padded, address + length - used, used)
    store_byte(padded + used, 0x80)
    clear_bytes(padded + used + 1, size - used - 1)
    for i in range(8):
        store_byte(padded + size - 1 - i, (length << 3) >> (8 * i))
    _begin_blocks(lane, address, length >> 6, padded, size >> 6)
    store_count(lane + PASSES, passes)


@kernel
def begin_next_pass(lane: int) -> bool:
    """Start on the digest as a new message; False when it has been hashed often enough."""
    passes = load_count(lane + PASSES) - 1
    if passes == 0:
        return False
    store_count(lane + PASSES, passes)
    store_digest(lane, lane + _SECOND)
    _begin_blocks(lane, lane + _SECOND, int64(1), lane, int64(0))
    return True


@kernel
def blocks_left(lane: int) -> int:
    """How many blocks of the message are not compressed yet."""
    return load_count(lane + BLOCKS) - load_count(lane + NEXT)


@kernel
def store_digest(lane: int, address: int) -> None:
    """Write the 32 bytes of the digest at `address`."""
    swap_four(address, lane + STATE)
    swap_four(address + 16, lane + STATE + 16)


@kernel
def _begin_blocks(lane: int, body: int, body_blocks: int, ending: int, ending_blocks: int) -> None:
    """Start on blocks at address `body`, then blocks at address `ending`."""
    store_count(lane + BODY, body)
    store_count(lane + ENDING, ending - 64 * body_blocks)
    store_count(lane + BODY_BLOCKS, body_blocks)
    store_count(lane + NEXT, 0)
    store_count(lane + BLOCKS, body_blocks + ending_blocks)
    for i in range(8):
        store_word(lane + STATE + 4 * i, START[i])
