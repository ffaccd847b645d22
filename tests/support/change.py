"""What tests tell a change rule of the chain around a transaction."""

from __future__ import annotations

from dataclasses import dataclass, field

from cointrail.chain.view import TxBrief, TxView
from cointrail.heuristics.change import Fingerprint


@dataclass
class Told:
    """A `ChangeContext` that says what it was told."""

    height: int = 900_000
    new: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()
    spenders: dict[int, TxView] = field(default_factory=dict)
    sender_is_service: bool = False
    profile: Fingerprint | None = None

    def fresh(self, place: int) -> bool:
        return place in self.new

    def one_time(self, place: int) -> bool:
        return place in self.new

    def spender(self, place: int) -> TxView | None:
        return self.spenders.get(place)

    def spender_brief(self, place: int) -> TxBrief | None:
        spender = self.spenders.get(place)
        return None if spender is None else spender.brief

    def in_input_cluster(self, place: int) -> bool:
        return place in self.known

    def held_apart(self, place: int) -> bool:
        return place in self.apart
