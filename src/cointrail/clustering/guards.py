"""What watches over clusters that grow too large: unions to review, refused links, the largest cluster.

One wrong link can join two services. No rule can tell, but a person who is shown the place can. So every
union of two large clusters is listed with the link that made it, every weak link that contradicts something
is refused and listed with what it contradicts, and the share of the largest cluster is kept for every
thousand blocks. Source: methods.md 1.13; BlockSci #220, where change links made one cluster of 256 million
addresses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.clustering.shelf import Shelf, in_pieces, put

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]

LARGE = 1_000
"""Scripts. Two clusters with more than this each join under review. methods.md 1.13, N_big."""

PERIOD = 1_000
"""Blocks for which the largest cluster is kept together. methods.md 1.13."""


class Reviews(NamedTuple):
    """Unions of two large clusters, in no promised order."""

    one: U32
    """Script of one side."""
    other: U32
    tx: U32
    """The transaction that shows the link, `NO_TX` where none is needed."""
    rule: U8
    """Number of its `Link`."""
    size_one: U32
    """Members of that side then."""
    size_other: U32


class Refusals(NamedTuple):
    """Weak links that were not used, by tier and in chain order, each with a pair that it contradicts."""

    one: U32
    other: U32
    tx: U32
    rule: U8
    """Number of its `Link`."""
    apart_one: U32
    """Script of the pair."""
    apart_other: U32
    apart_tx: U32
    """The transaction that says that the pair is two hands."""
    reason: U8
    """Number of its `PairReason`."""


class Growth(NamedTuple):
    """Per thousand blocks, from block 0 on."""

    largest: U32
    """Members of the largest headline cluster that links up to there make; keys count from the start."""
    scripts: U32
    """Scripts that appeared up to there."""


@dataclass(frozen=True, slots=True)
class Guards:
    """The guards' findings over a whole chain."""

    reviews: Reviews
    refusals: Refusals
    growth: Growth


GUARD_TYPES: dict[str, str] = {
    **{f"review_{name}": "u1" if name == "rule" else "<u4" for name in Reviews._fields},
    **{f"refused_{name}": "u1" if name in ("rule", "reason") else "<u4" for name in Refusals._fields},
    **{f"growth_{name}": "<u4" for name in Growth._fields},
}
"""The arrays that they are kept in, and their types."""


def guards_of(arrays: dict[str, Any]) -> Guards:
    """The findings in kept arrays, by the names of `GUARD_TYPES`."""
    return Guards(
        Reviews(*(arrays[f"review_{name}"] for name in Reviews._fields)),
        Refusals(*(arrays[f"refused_{name}"] for name in Refusals._fields)),
        Growth(*(arrays[f"growth_{name}"] for name in Growth._fields)),
    )


def put_guards(shelf: Shelf, found: Guards) -> Guards:
    """The findings, kept.

    Raises:
        OSError: the shelf cannot be written to.
    """
    columns = [*found.reviews, *found.refusals, *found.growth]
    kept = {
        name: put(shelf, name, dtype, in_pieces(column))
        for (name, dtype), column in zip(GUARD_TYPES.items(), columns, strict=True)
    }
    return guards_of(kept)
