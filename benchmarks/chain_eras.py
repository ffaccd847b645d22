"""What the blocks of an invented chain are like, by how much of the chain lies before them."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import numpy.typing as npt

from chain_bytes import ALWAYS
from chain_world import KINDS, MIX_WORDS

I64 = npt.NDArray[np.int64]

FULL = 3_992_000
SHARES = (0.0, 0.02, 0.08, 0.20, 0.32, 0.51, 0.60, 0.72, 0.85, 1.0)
"""Of the bytes of the whole chain, at the first day of `DATES`."""
DATES = (
    "2011-06",
    "2014-01",
    "2016-01",
    "2018-01",
    "2019-09",
    "2022-01",
    "2023-01",
    "2024-01",
    "2025-01",
    "2026-01",
)
WEIGHT = (240_000, 1_000_000, 2_800_000, FULL, FULL, FULL, FULL, FULL, FULL, FULL)
FEE = (5, 10, 15, 40, 20, 8, 12, 25, 8, 3)
KIND_SHARES = (
    (45, 75, 79, 66, 49, 24, 21, 12, 8, 7),  # P2PKH
    (47, 22, 6, 2, 0.5, 0.1, 0, 0, 0, 0),  # P2PKH, uncompressed key
    (0, 0, 0, 9, 17, 18, 14, 9, 7, 6),  # P2SH, nested P2WPKH
    (0, 1.7, 14, 17, 15, 8, 6, 4, 3, 2),  # P2SH, multisig
    (2, 0.2, 0, 0, 0, 0, 0, 0, 0, 0),  # P2PK
    (5, 0.2, 0, 0, 0, 0, 0, 0, 0, 0),  # P2PK, uncompressed key
    (0, 0.6, 0.4, 0.1, 0, 0, 0, 0.3, 0.1, 0.1),  # bare multisig
    (0, 0, 0, 5, 16, 44, 47, 44, 44, 44),  # P2WPKH
    (0, 0, 0, 0.8, 2, 4, 5, 4, 4, 4),  # P2WSH
    (0, 0, 0, 0, 0, 1, 4, 20, 26, 29),  # P2TR, key path
    (0, 0, 0, 0, 0, 0.2, 1, 4, 6, 6),  # P2TR, script path
)
DATA_SHARES = (0, 0.005, 0.03, 0.05, 0.10, 0.04, 0.05, 0.12, 0.25, 0.25)
INSCRIBED_SHARES = (0, 0, 0, 0, 0, 0, 0.03, 0.10, 0.06, 0.04)
NEW_SCRIPTS_PAYMENT = 0.42
NEW_SCRIPTS_CHANGE = 0.6
NEW_OWNERS = 0.4
SERVICE_SHARE = 0.12
BLOCKS_AT_LEAST = 200
"""Blocks are smaller where the chain would have fewer."""
PURSE_MOST, OUTPUTS_A_ROW = 320, 4_000


def _seconds(date: str) -> float:
    return datetime.strptime(date, "%Y-%m").replace(tzinfo=UTC).timestamp()


_TIMES = [_seconds(date) for date in DATES]


def time_at(share: float) -> int:
    """Seconds since 1970 when that share of the chain was there."""
    return int(np.interp(share, SHARES, _TIMES))


def mix_at(share: float, height: int, size: int, outputs: int, fullness: float) -> I64:
    """The mix of a block.

    Args:
        share: of the chain's bytes that come before it.
        height: of the block.
        size: bytes of the whole chain.
        outputs: in the chain so far.
        fullness: of the block, 0 to 1.
    """

    def at(row: tuple[float, ...]) -> float:
        return float(np.interp(share, SHARES, row))

    weight = min(at(WEIGHT), 4 * size / BLOCKS_AT_LEAST) * fullness
    kinds = np.array([at(row) for row in KIND_SHARES])
    mix = np.zeros(MIX_WORDS, np.int64)
    shares = (
        at(DATA_SHARES),
        at(INSCRIBED_SHARES),
        NEW_SCRIPTS_PAYMENT,
        NEW_SCRIPTS_CHANGE,
        NEW_OWNERS,
        SERVICE_SHARE,
    )
    most = min(PURSE_MOST, 4 + outputs // OUTPUTS_A_ROW)
    mix[:10] = [weight, at(FEE), *(int(ALWAYS * share) for share in shares), most, height]
    first = KINDS // 8
    mix[first : first + len(kinds)] = np.ceil(np.cumsum(kinds) / kinds.sum() * ALWAYS)
    return mix
