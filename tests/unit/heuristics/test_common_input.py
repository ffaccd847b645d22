from __future__ import annotations

from cointrail.chain.script import PAY_TO_ANCHOR
from cointrail.chain.view import InputMarks
from cointrail.heuristics.base import Abstained, Linked
from cointrail.heuristics.common_input import common_input
from support.chains import ORDINARY, input_view, script_of, tx, view


def test_common_input_links_every_script_that_signed() -> None:
    assert common_input(tx(ins="alice:5 bob:3", outs="shop:7")) == Linked(
        frozenset({script_of("alice"), script_of("bob")}), "2 inputs signed together"
    )


def test_common_input_abstains_on_an_equal_output_coinjoin() -> None:
    verdict = common_input(tx(ins="a:2 b:2 c:2 d:2 e:2", outs="f:1 g:1 h:1 i:1 j:1"))
    assert verdict == Abstained("the gate is UNSAFE: coinjoin.coordinator")


def test_common_input_abstains_on_a_coinbase() -> None:
    assert common_input(tx(outs="miner:50")) == Abstained("a coinbase spends nothing")


def test_common_input_abstains_on_one_script_spent_twice() -> None:
    assert common_input(tx(ins="alice:5 alice:3", outs="shop:7")) == Abstained("fewer than two known scripts")


def test_common_input_abstains_when_a_prevout_is_not_known() -> None:
    verdict = common_input(tx(ins="alice:5 bob:3 carol:?", outs="shop:7"))
    assert verdict == Abstained("the gate is UNKNOWN: gate.missing_prevout")


def test_what_anybody_can_spend_is_linked_with_nobody() -> None:
    anchor = input_view(PAY_TO_ANCHOR, 240, marks=InputMarks.NONE)
    alice, bob = input_view("alice", 5_000), input_view("bob", 3_000, salt=1)
    assert common_input(view((anchor, alice), ())) == Abstained("fewer than two known scripts")
    link = common_input(view((anchor, alice, bob), ()))
    assert isinstance(link, Linked)
    assert link.scripts == {script_of("alice"), script_of("bob")}


def test_an_anchor_is_left_out_unless_its_owner_signed() -> None:
    swept = input_view("anchor", 330, marks=InputMarks.WITNESS | InputMarks.ANCHOR)
    signed = input_view("anchor", 330, marks=ORDINARY | InputMarks.ANCHOR)
    alice = input_view("alice", 5_000, salt=1)
    assert isinstance(common_input(view((swept, alice), ())), Abstained)
    assert isinstance(common_input(view((signed, alice), ())), Linked)
