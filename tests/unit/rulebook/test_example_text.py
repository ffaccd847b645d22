"""Transactions written as a line of text."""

from __future__ import annotations

import pytest

from cointrail.chain.script import classify
from cointrail.chain.view import InputMarks, ScriptType
from cointrail.errors import BadInput
from cointrail.heuristics.base import Linked
from cointrail.heuristics.same_key import same_key
from cointrail.rulebook.example_text import ORDINARY, parse_sides, script_of, view_of_sides


def test_a_line_is_read_as_coins_on_two_sides() -> None:
    view = view_of_sides(parse_sides("alice:5_000 bob/p2tr:3 -> shop:7 note:0"))
    assert [i.value for i in view.inputs] == [5_000, 3]
    assert [i.script_type for i in view.inputs] == [ScriptType.P2WPKH, ScriptType.P2TR]
    assert [o.script_type for o in view.outputs] == [ScriptType.P2WPKH, ScriptType.OP_RETURN]
    assert all(i.marks == ORDINARY for i in view.inputs)


def test_a_count_stands_for_so_many_people() -> None:
    sides = parse_sides("3*hand:5 -> alice:9 2*out:1")
    assert sides.in_names == ("hand1", "hand2", "hand3")
    assert sides.out_names == ("alice", "out1", "out2")
    assert len({i.script for i in view_of_sides(sides).inputs}) == 3


def test_a_name_is_one_script_on_both_sides() -> None:
    view = view_of_sides(parse_sides("alice:5 alice:6 -> alice:10"))
    assert {i.script for i in view.inputs} == {view.outputs[0].script}
    assert view.inputs[0].outpoint != view.inputs[1].outpoint


def test_nothing_before_the_arrow_is_a_coinbase() -> None:
    assert view_of_sides(parse_sides("-> miner:5")).is_coinbase


def test_an_output_that_is_not_known_leaves_the_input_open() -> None:
    first = view_of_sides(parse_sides("unseen:? -> shop:7")).inputs[0]
    assert (first.value, first.script, first.script_type) == (None, None, None)


def test_marks_stand_in_place_of_an_ordinary_signature() -> None:
    first = view_of_sides(parse_sides("a!signed!sighash_none:1 -> b:1")).inputs[0]
    assert first.marks == InputMarks.SIGNED | InputMarks.SIGHASH_NONE


def test_the_types_of_one_name_are_of_one_key() -> None:
    types = {"p2pk": ScriptType.P2PK, "p2pkh": ScriptType.P2PKH, "p2wpkh": ScriptType.P2WPKH}
    scripts = {kind: script_of("alice", kind) for kind in types}
    assert {kind: classify(script) for kind, script in scripts.items()} == types
    assert isinstance(same_key(scripts["p2pk"], scripts["p2wpkh"]), Linked)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("alice:5", "has no `->`"),
        ("alice -> bob:5", "is not a coin"),
        ("alice:-5 -> bob:5", "is not a coin"),
        ("alice!loud:5 -> bob:5", "is not a mark"),
    ],
)
def test_what_is_no_transaction_is_refused(text: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        parse_sides(text)


def test_a_type_that_does_not_exist_is_refused() -> None:
    with pytest.raises(BadInput, match="is not a script type"):
        view_of_sides(parse_sides("alice/p2zz:5 -> bob:5"))


def test_an_input_can_have_a_sequence_of_its_own() -> None:
    view = view_of_sides(parse_sides("a@ffffffff:5 b:5 -> c:9"), sequence=7)
    assert [one.sequence for one in view.inputs] == [0xFFFFFFFF, 7]
