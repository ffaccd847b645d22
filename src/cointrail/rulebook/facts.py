"""What an example says of the chain around its transaction: a `ChangeContext` from a few words.

[example.facts]
seen = ["shop"]                     outputs whose scripts were paid before; the others are fresh
again = ["rest"]                    outputs whose scripts are paid again later
own = ["rest"]                      outputs in a headline cluster of the inputs
apart = ["shop"]                    outputs that tags hold apart from the sender
spent = { rest = "rest:5 -> a:4" }  what spends an output, as a transaction of its own; what is not
                                    named is unspent. With a version or more: { tx = "...", version = 1 }
service = true                      the sender is a tagged service
judged_at = 800_100                 the height of all this
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cointrail.chain.view import TxView
from cointrail.errors import BadInput
from cointrail.heuristics.change import Fingerprint
from cointrail.rulebook.example_text import parse_sides, view_of_sides

KEYS = frozenset({"seen", "again", "own", "apart", "spent", "service", "judged_at"})

JUDGED_AT = 800_100
"""Where an example names no height."""


@dataclass(frozen=True, slots=True)
class WrittenContext:
    """What the chain says of the outputs of an example."""

    names: tuple[str, ...]
    facts: Mapping[str, Any]

    def __post_init__(self) -> None:
        """Refuse what nobody would read."""
        if unknown := sorted(self.facts.keys() - KEYS):
            raise BadInput(f"`{unknown[0]}` is not a fact", hint=f"one of: {', '.join(sorted(KEYS))}")

    @property
    def height(self) -> int:
        """The height that everything is judged at."""
        return int(self.facts.get("judged_at", JUDGED_AT))

    def fresh(self, place: int) -> bool:
        """Whether its script was not paid before."""
        return not self._named("seen", place)

    def one_time(self, place: int) -> bool:
        """Whether its script is paid this once."""
        return not self._named("seen", place) and not self._named("again", place)

    def spender(self, place: int) -> TxView | None:
        """What spends it."""
        said = self.facts.get("spent", {}).get(self.names[place])
        if said is None:
            return None
        more = {"tx": said} if isinstance(said, str) else dict(said)
        return view_of_sides(parse_sides(more.pop("tx")), **more)

    def in_input_cluster(self, place: int) -> bool:
        """Whether it is known to be the sender's."""
        return self._named("own", place)

    def held_apart(self, place: int) -> bool:
        """Whether it is known not to be the sender's."""
        return self._named("apart", place)

    @property
    def sender_is_service(self) -> bool:
        """Whether the sender is a tagged service."""
        return bool(self.facts.get("service", False))

    @property
    def profile(self) -> Fingerprint | None:
        """None: an example has no other transactions of the sender."""
        return None

    def _named(self, key: str, place: int) -> bool:
        return self.names[place] in self.facts.get(key, ())
