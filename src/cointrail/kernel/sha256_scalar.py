"""SHA-256 compression in plain integer arithmetic (FIPS 180-4, 6.2.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba.core import types
from numba.extending import intrinsic

from cointrail.kernel.jit import kernel
from cointrail.kernel.memory import (
    I32,
    load_count,
    load_word,
    stack_block,
    store_count,
    store_word,
    swap_four,
)
from cointrail.kernel.sha256_constants import ROUNDS
from cointrail.kernel.sha256_lane import BODY, BODY_BLOCKS, ENDING, NEXT, STATE


def _turn_code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
    word, bits = args
    return builder.or_(builder.lshr(word, bits), builder.shl(word, builder.sub(I32(32), bits)))


_turn = cast(
    "Callable[[np.uint32, int], np.uint32]",
    intrinsic(lambda _typing, _x, _bits: (types.uint32(types.uint32, types.uint32), _turn_code)),
)
"""`_turn(x, bits)` rotates right; an intrinsic because numba would compile it anew for every `bits`."""


@kernel
def compress_scalar(lane: int, blocks: int) -> None:
    """Work the next `blocks` blocks of the lane into its state."""
    first = load_count(lane + NEXT)
    for number in range(first, first + blocks):
        base = load_count(lane + (BODY if number < load_count(lane + BODY_BLOCKS) else ENDING))
        _compress_block(lane + STATE, base + 64 * number)
    store_count(lane + NEXT, first + blocks)


@kernel
def _compress_block(state: int, block: int) -> None:
    """Work the 64 bytes at `block` into the eight words at `state`."""
    w = stack_block(64)
    for i in range(0, 64, 16):
        swap_four(w + i, block + i)
    a, b, c, d = load_word(state), load_word(state + 4), load_word(state + 8), load_word(state + 12)
    e, f, g, h = load_word(state + 16), load_word(state + 20), load_word(state + 24), load_word(state + 28)
    for t in range(0, 64, 16):
        for i in range(16):
            word = load_word(w + 4 * i)
            choice = (e & f) ^ (~e & g)
            majority = (a & b) ^ (a & c) ^ (b & c)
            big1 = _turn(e, 6) ^ _turn(e, 11) ^ _turn(e, 25)
            big0 = _turn(a, 2) ^ _turn(a, 13) ^ _turn(a, 22)
            step = np.uint32(h + big1 + choice + ROUNDS[t + i] + word)
            h, g, f, e = g, f, e, np.uint32(d + step)
            d, c, b, a = c, b, a, np.uint32(step + big0 + majority)
            near, far = load_word(w + 4 * ((i + 1) & 15)), load_word(w + 4 * ((i + 14) & 15))
            small0 = _turn(near, 7) ^ _turn(near, 18) ^ (near >> np.uint32(3))
            small1 = _turn(far, 17) ^ _turn(far, 19) ^ (far >> np.uint32(10))
            store_word(w + 4 * i, np.uint32(word + small0 + load_word(w + 4 * ((i + 9) & 15)) + small1))
    for i, word in enumerate((a, b, c, d, e, f, g, h)):
        store_word(state + 4 * i, np.uint32(load_word(state + 4 * i) + word))
