"""What the blocks of an invented chain are like, by how much of the chain lies before them.

The real chain is taken to be 750 GB: about 15 of them at the end of 2013, 150 of 2017, 380 of 2021, 450 of
2022, 620 of 2024. Published: 355 GB in September 2021 (bitcoinquestions.com), 459.5 GB in February 2023
(bitcoinbible.com), 692.65 GB in October 2025, with blocks of 1.6 to 1.9 MB (coinledger.io). Between the
dates below all is interpolated. The shares of the kinds follow single real blocks of 2013 to 2024, of which
each is but one; inscriptions begin in 2023 (block 780,895 had 1,870 of them in 3,598 transactions).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import accumulate

import numpy as np
import numpy.typing as npt

from chain_bytes import ALWAYS
from chain_places import KINDS, MIX_WORDS

I64 = npt.NDArray[np.int64]

FULL = 3_992_000
"""Weight of a full block, coinbase left out."""
WHOLE = 1_000_000
"""The parts in which `MARKS` and the place in the chain are given."""
MARKS = (0, 20_000, 75_000, 172_000, 218_000, 320_000, 492_000, 600_000, 650_000, 720_000, 830_000, WHOLE)
"""How much of the chain's bytes was there on the first day of each month in `MONTHS`."""
MONTHS = (
    "2011-06",
    "2014-01",
    "2016-01",
    "2017-08",  # witnesses from here on
    "2018-04",
    "2019-09",
    "2021-11",  # taproot
    "2023-01",  # inscriptions
    "2023-06",
    "2024-01",
    "2025-01",
    "2026-08",
)
WEIGHT = (240_000, 1_000_000, 2_800_000, *(9 * (FULL,)))
FEE_RATES = (5, 10, 15, 40, 15, 20, 10, 10, 30, 25, 8, 3)
"""Satoshi a byte."""
KIND_SHARES = (
    (450, 750, 790, 810, 640, 490, 270, 200, 160, 120, 80, 70),  # P2PKH
    (470, 220, 60, 15, 5, 3, 1, 0, 0, 0, 0, 0),  # P2PKH, uncompressed key
    (0, 0, 0, 0, 120, 170, 190, 140, 110, 90, 70, 60),  # P2SH, nested P2WPKH
    (0, 17, 140, 170, 150, 150, 90, 60, 50, 40, 30, 20),  # P2SH, multisig
    (20, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),  # P2PK
    (50, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),  # P2PK, uncompressed key
    (0, 6, 4, 1, 1, 0, 0, 0, 4, 3, 1, 1),  # bare multisig
    (0, 0, 0, 0, 70, 160, 420, 490, 440, 440, 440, 440),  # P2WPKH
    (0, 0, 0, 0, 5, 20, 35, 50, 40, 40, 40, 40),  # P2WSH
    (0, 0, 0, 0, 0, 0, 0, 35, 120, 200, 260, 290),  # P2TR, key path
    (0, 0, 0, 0, 0, 0, 0, 8, 30, 40, 60, 60),  # P2TR, script path
)
"""Of new scripts, in the order of the kinds; each column is taken as parts of its sum."""
DATA_SHARES = (0, 5, 30, 50, 50, 100, 40, 50, 60, 120, 250, 250)
"""Of a thousand transactions, those with an OP_RETURN."""
INSCRIBED_SHARES = (0, 0, 0, 0, 0, 0, 0, 0, 120, 100, 60, 40)
"""Of a thousand transactions, those that prepare an inscription; another one reveals it."""
NEW_FOR_PAYMENT, NEW_FOR_CHANGE, NEW_OWNERS, TO_SERVICES = 280, 430, 400, 120
"""Of a thousand: payments and change that go to a new script, full purses after which a wallet changes hands,
payments to services."""
BLOCKS_AT_LEAST = 200
"""Blocks are smaller where the chain would have fewer."""
PURSE_MOST, OUTPUTS_A_PURSE_ROW = 320, 4_000
"""The largest purse, once the chain has so many outputs for each row in it."""


def _seconds(month: str) -> int:
    return int(datetime.strptime(month, "%Y-%m").replace(tzinfo=UTC).timestamp())


_TIMES = tuple(map(_seconds, MONTHS))


def _between(row: Sequence[int], place: int, scale: int = 1) -> int:
    """The value of a row at a place of the chain, times `scale`; whole numbers are the same everywhere."""
    k = min(bisect_right(MARKS, place), len(MARKS) - 1)
    first, last = MARKS[k - 1], MARKS[k]
    return scale * (row[k - 1] * (last - place) + row[k] * (place - first)) // (last - first)


def time_at(place: int) -> int:
    """Seconds since 1970 when that much of the chain was there, in parts of `WHOLE`."""
    return _between(_TIMES, place)


def mix_at(place: int, height: int, size: int, outputs: int) -> I64:
    """The mix of a block.

    Args:
        place: how much of the chain's bytes comes before it, in parts of `WHOLE`.
        height: of the block.
        size: bytes of the whole chain.
        outputs: in the chain so far.
    """
    weight = min(_between(WEIGHT, place), 4 * size // BLOCKS_AT_LEAST)
    shares = [_between(row, place, ALWAYS) // 1000 for row in (DATA_SHARES, INSCRIBED_SHARES)]
    shares += [ALWAYS * row // 1000 for row in (NEW_FOR_PAYMENT, NEW_FOR_CHANGE, NEW_OWNERS, TO_SERVICES)]
    most = min(PURSE_MOST, 4 + outputs // OUTPUTS_A_PURSE_ROW)
    kinds = list(accumulate(_between(row, place, 1000) for row in KIND_SHARES))
    fields = [weight, _between(FEE_RATES, place), *shares, most, height]
    mix = np.zeros(MIX_WORDS, np.int64)
    mix[: len(fields)] = fields
    mix[KINDS // 8 : KINDS // 8 + len(kinds)] = [-(-ALWAYS * sum_ // kinds[-1]) for sum_ in kinds]
    return mix
