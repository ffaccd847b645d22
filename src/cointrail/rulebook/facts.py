"""What an example says of the chain around its transaction: a `ChangeContext` from a few words.

[example.facts]
seen = ["shop"]                     outputs whose scripts were paid before; the others are fresh
again = ["rest"]                    outputs whose scripts are paid again later
own = ["rest"]                      outputs in a headline cluster of the inputs
apart = ["shop"]                    outputs that tags hold apart from the sender
spent = { rest = "rest:5 -> a:4" }  what spends an output, as a transaction of its own; what is not
                                    named is unspent. With a version or more: { tx = "...", version = 1 }
remixed = ["alice"]                 inputs that come out of an earlier round of Wasabi 2
channels = ["funding"]              outputs that are spent as two of two later
behind = { alice = "x:5 -> y:4" }   the transactions that inputs come from
service = true                      the sender is a tagged service
judged_at = 800_100                 the height of all this
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cointrail.chain.types import Outpoint, Txid
from cointrail.chain.view import TxBrief, TxView
from cointrail.errors import BadInput
from cointrail.heuristics.change import Fingerprint
from cointrail.heuristics.shape import Surroundings
from cointrail.rulebook.example_text import parse_sides, source_of, view_of_sides

KEYS = frozenset(
    {
        *("seen", "again", "own", "apart", "spent", "service", "judged_at"),
        *("remixed", "channels", "behind"),
    }
)

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
        return None if said is None else _written(said)

    def spender_brief(self, place: int) -> TxBrief | None:
        """That as a whole."""
        spender = self.spender(place)
        return None if spender is None else spender.brief

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


def _written(said: str | Mapping[str, Any]) -> TxView:
    """A transaction as text, or with its version and more."""
    more = {"tx": said} if isinstance(said, str) else dict(said)
    return view_of_sides(parse_sides(more.pop("tx")), **more)


def surroundings(tx: TxView, outputs: tuple[str, ...], facts: Mapping[str, Any]) -> Surroundings:
    """What a detector asks of the chain around a transaction."""
    channels = (outputs.index(name) for name in facts.get("channels", ()))
    return Surroundings(
        rounds=frozenset(source_of(name) for name in facts.get("remixed", ())),
        channels=frozenset(Outpoint(tx.txid, place) for place in channels),
    )


def look_behind(facts: Mapping[str, Any]) -> Callable[[Txid], TxView | None]:
    """Finds the transactions that inputs come from."""
    known = {source_of(name): _written(said) for name, said in facts.get("behind", {}).items()}
    return known.get


def spenders(tx: TxView, outputs: tuple[str, ...], facts: Mapping[str, Any]) -> tuple[TxView, ...]:
    """What spends the outputs, with inputs that name them."""
    found = []
    for name, said in facts.get("spent", {}).items():
        view, here = _written(said), Outpoint(tx.txid, outputs.index(name))
        first = replace(view.inputs[0], outpoint=here)
        found.append(replace(view, inputs=(first, *view.inputs[1:])))
    return tuple(found)
