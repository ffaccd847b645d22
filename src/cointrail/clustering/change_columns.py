"""The verdicts of the vote on change over a whole chain, as kept with the clusters."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change.vote import VOTERS, Change, Quiet, change

U8 = npt.NDArray[np.uint8]
U16 = npt.NDArray[np.uint16]

CHANGE_TYPES = {"change_output": "u1", "change_tier": "u1", "change_rules": "<u2", "change_quiet": "u1"}
"""The arrays of `ChangeColumns`, and their types."""


class ChangeColumns(NamedTuple):
    """The verdicts on every transaction of a chain, as of its tip; see `BatchChange`."""

    output: U8
    tier: U8
    rules: U16
    """Bit k: voter k."""
    quiet: U8

    def verdict(self, tx_num: int, height: int) -> Change | Abstained:
        """The verdict on one transaction, of a chain with its tip at that height."""
        output, tier, rules, quiet = (int(column[tx_num]) for column in self)
        if quiet:
            return Abstained(tuple(Quiet)[quiet - 1])
        voters = tuple(voter.id for k, voter in enumerate(VOTERS) if rules >> k & 1)
        return change(output, Tier(tier), voters, height)
