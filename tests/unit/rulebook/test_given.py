"""Arguments of rules made from plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from cointrail.chain.types import Txid
from cointrail.chain.view import TxView
from cointrail.errors import BadInput
from cointrail.heuristics.base import Abstained, Tier
from cointrail.rulebook.example_text import script_of
from cointrail.rulebook.given import arguments


@dataclass(frozen=True)
class Place:
    place: int
    tier: Tier


@dataclass(frozen=True)
class Facts:
    counts: tuple[int, ...]
    change: Place | Abstained
    sure: bool = False


def _rule(facts: Facts, tier: Tier, places: Sequence[Place], count: int = 0) -> None:
    """Takes all kinds of things."""


def _named(script: bytes, txid: Txid, tx: TxView, some: frozenset[int]) -> None:
    """Takes what has a name."""


def test_tables_become_dataclasses_and_names_become_members() -> None:
    made = arguments(
        _rule,
        {
            "facts": {"counts": [1, 2], "change": {"place": 1, "tier": "T3"}, "sure": True},
            "tier": "T4",
            "places": [{"place": 0, "tier": "T1"}],
        },
    )
    assert made["facts"] == Facts((1, 2), Place(1, Tier.T3), sure=True)
    assert made["tier"] is Tier.T4
    assert made["places"] == (Place(0, Tier.T1),)
    assert "count" not in made


def test_of_several_types_the_first_that_fits_is_made() -> None:
    made = arguments(_rule, {"facts": {"counts": [], "change": {"because": "no vote"}}})
    assert made["facts"] == Facts((), Abstained("no vote"))


def test_people_and_transactions_are_named() -> None:
    made = arguments(_named, {"script": "alice/p2pkh", "txid": "one", "tx": "a:5 -> b:4", "some": [2, 1]})
    assert made["script"] == script_of("alice", "p2pkh")
    assert made["txid"] == arguments(_named, {"txid": "one"})["txid"]
    assert isinstance(made["tx"], TxView)
    assert made["some"] == frozenset({1, 2})


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"fact": {}}, "takes no `fact`"),
        ({"tier": "T9"}, "is no Tier"),
        ({"count": True}, "is no int"),
        ({"facts": {"count": [1]}}, "has no `count`"),
        ({"facts": {"counts": [1]}}, "cannot be made"),
        ({"facts": {"counts": ["x"], "change": {"because": ""}}}, "is no int"),
        ({"facts": {"counts": [], "change": 3}}, "makes none of"),
    ],
)
def test_what_cannot_be_made_is_refused(given: dict[str, object], why: str) -> None:
    with pytest.raises(BadInput, match=why):
        arguments(_rule, given)
