"""Amounts of several sources over the parts of one transaction, the source reported first placed first."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.kernel.jit import int64, kernel

I64 = npt.NDArray[np.int64]

MOST_SAT = 1 << 52
"""Satoshi that one transaction may have here: more than twice all that there can be."""

_DIGIT = 10
"""Bits of one step of the long division: what is left of `MOST_SAT`, times these, fits 63 bits."""
_DIGITS = 6

HAIRCUT, HIGH_FIRST, LOW_FIRST, ALL = 0, 1, 2, 3
"""How amounts are placed."""


class Parts(NamedTuple):
    """Room for the parts of one transaction: outputs, then the fee; going backward, inputs.

    `size` is given. `room` is what earlier sources left of each. The others are scratch.
    """

    size: I64
    room: I64
    share: I64
    kept: I64
    rest: I64
    order: I64


class Amounts(NamedTuple):
    """Satoshi that arrive, by source: in all, and of these, those that passed through other hands."""

    total: I64
    far: I64


class Shared(NamedTuple):
    """Source k's share of part j is at `k * parts + j`: in all, and those from other hands."""

    total: I64
    far: I64


@kernel
def divide(factor: int, part: int, total: int) -> tuple[int, int]:
    """`factor * part` divided by `total`: quotient and remainder, where the product needs 104 bits.

    All three are below `MOST_SAT`, `factor` at most `total`.
    """
    quotient, rest = 0, 0
    for digit in range(_DIGITS - 1, -1, -1):
        bits = (part >> (_DIGIT * digit)) & ((1 << _DIGIT) - 1)
        rest = (rest << _DIGIT) + factor * bits
        quotient = (quotient << _DIGIT) + rest // total
        rest %= total
    return quotient, rest


@kernel
def rank(keys: I64, order: I64, n: int, sign: int) -> None:
    """Write into `order[:n]` the places by `sign * key`, ascending, the earlier place first on a tie."""
    for k in range(n):
        order[k] = k
    gap = 1
    while gap < n // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for k in range(gap, n):
            one, to = order[k], k
            key = sign * keys[one]
            while to >= gap:
                other = order[to - gap]
                if sign * keys[other] < key or (sign * keys[other] == key and other < one):
                    break
                order[to] = other
                to -= gap
            order[to] = one
        gap //= 3


@kernel
def haircut_of(tainted: int, sizes: I64, n: int, share: I64, rest: I64, order: I64) -> None:
    """Share `tainted` over `sizes[:n]` in proportion, what rounding leaves to the largest remainders."""
    total = int64(0)
    for k in range(n):
        total += sizes[k]
    left = tainted
    for k in range(n):
        share[k], rest[k] = 0, 0
        if total > 0 and tainted > 0:
            share[k], rest[k] = divide(tainted, sizes[k], total)
            left -= share[k]
    if left > 0:
        rank(rest, order, n, -1)
        for k in range(left):
            share[order[k]] += 1


@kernel
def place_amount(how: int, amount: int, n: int, fees: int, parts: Parts) -> None:
    """Write into `parts.share` what each of `n` parts gets of one source, in the room that is left.

    The last of them are `fees`: 1 or 0.
    """
    if how == HAIRCUT:
        haircut_of(amount, parts.room, n, parts.share, parts.rest, parts.order)
        return
    last = n - fees
    rank(parts.size, parts.order, last, -1 if how == HIGH_FIRST else 1)
    if fees == 1:
        parts.order[last] = last
    for k in range(n):
        part = parts.order[k]
        parts.share[part] = min(amount, parts.room[part])
        amount -= parts.share[part]


@kernel
def share_amounts(how: int, amounts: Amounts, n: int, fees: int, parts: Parts, shared: Shared) -> None:
    """What each of `n` parts, the last of them `fees` (1 or 0), gets of each source.

    What passed through other hands is divided in proportion to the source's own shares.
    """
    for k in range(n):
        parts.room[k] = parts.size[k]
    for source in range(len(amounts.total)):
        total, far, base = amounts.total[source], amounts.far[source], source * n
        if how == ALL:
            for k in range(n):
                shared.total[base + k] = parts.size[k] if total > 0 else 0
                shared.far[base + k] = parts.size[k] if 0 < total == far else 0
            continue
        if total == 0:
            for k in range(n):
                shared.total[base + k], shared.far[base + k] = 0, 0
            continue
        place_amount(how, total, n, fees, parts)
        for k in range(n):
            shared.total[base + k] = parts.share[k]
            parts.room[k] -= parts.share[k]
        if 0 < far < total:
            for k in range(n):
                parts.kept[k] = parts.share[k]
            haircut_of(far, parts.kept, n, parts.share, parts.rest, parts.order)
        for k in range(n):
            shared.far[base + k] = parts.share[k] if far > 0 else 0
