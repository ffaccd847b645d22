"""Why two scripts must stay apart."""

from __future__ import annotations

from enum import IntEnum


class PairReason(IntEnum):
    """What says that two scripts are two hands'. The numbers are stored; they never change."""

    PAYMENT = 0
    """One paid the other: the vote on change is T3, and this is not the change."""
    JOINMARKET_SLOTS = 1
    """Two of the equal outputs of a JoinMarket round."""

    @property
    def words(self) -> str:
        """The reason in words."""
        return _WORDS[self]


_WORDS = ("one paid the other", "they are two slots of one JoinMarket round")
