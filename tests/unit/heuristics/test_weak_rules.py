"""The rules of links that join no headline cluster, each with a twin that abstains."""

from __future__ import annotations

import pytest

from cointrail.heuristics.base import Abstained, Linked, Tier
from cointrail.heuristics.change_links import change_lead, change_link
from cointrail.heuristics.common_input import common_input, common_input_lead
from support.chains import script_of, tx

PAYMENT = tx("alice:5 bob:4", "shop:6 carol:2")
UNSEEN = tx("alice:9_000 bob:9_000 unseen:?", "shop:7_000")
STONEWALL = tx("alice:9_000 bob:9_000", "w:7_000 x:7_000 y:900 z:800")


def scripts(*names: str) -> frozenset[bytes]:
    return frozenset(map(script_of, names))


def test_inputs_of_a_doubtful_transaction_are_a_lead() -> None:
    assert isinstance(common_input(UNSEEN), Abstained)
    assert common_input_lead(UNSEEN) == Linked(scripts("alice", "bob"), "3 inputs signed together")


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (PAYMENT, "the gate is SAFE"),
        (tx("a:9 b:9 c:9 d:9 e:9", "v:7 w:7 x:7 y:7 z:7"), "the gate is UNSAFE: coinjoin.coordinator"),
        (STONEWALL, "the gate is UNKNOWN: coinjoin.equal_outputs, coinjoin.stonewall"),
        (tx("alice:5", "shop:4"), "fewer than two known scripts"),
        (tx(outs="miner:5"), "a coinbase spends nothing"),
    ],
)
def test_inputs_that_are_linked_already_or_by_nobody_are_no_lead(one: object, why: str) -> None:
    assert common_input_lead(one) == Abstained(why)  # type: ignore[arg-type]


def test_the_change_of_a_vote_is_the_senders() -> None:
    wanted = Linked(scripts("alice", "bob", "carol"), "output 1 stays with the sender")
    assert change_link(PAYMENT, 1, Tier.T3) == wanted
    assert change_lead(PAYMENT, 1, Tier.T4) == wanted


def test_each_change_rule_leaves_the_other_tier_alone() -> None:
    assert change_link(PAYMENT, 1, Tier.T4) == Abstained("the vote is of tier T4")
    assert change_lead(PAYMENT, 1, Tier.T3) == Abstained("the vote is of tier T3")
    assert change_link(tx("alice:?", "shop:4"), 0, Tier.T3) == Abstained("no input script is known")
