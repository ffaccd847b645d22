"""What an example says of the chain around it."""

from __future__ import annotations

import pytest

from cointrail.chain.types import Outpoint
from cointrail.errors import BadInput
from cointrail.rulebook.example_text import parse_sides, view_of_sides
from cointrail.rulebook.facts import JUDGED_AT, WrittenContext, look_behind, spenders, surroundings

NAMES = ("shop", "rest")


def test_what_is_not_said_is_fresh_unspent_and_nobodys() -> None:
    context = WrittenContext(NAMES, {})
    assert context.height == JUDGED_AT
    assert [context.fresh(place) for place in (0, 1)] == [True, True]
    assert context.spender(0) is None
    assert not context.in_input_cluster(0)
    assert not context.held_apart(0)
    assert not context.sender_is_service


def test_outputs_are_told_apart_by_name() -> None:
    context = WrittenContext(NAMES, {"seen": ["shop"], "again": ["rest"], "own": ["rest"], "apart": ["shop"]})
    assert (context.fresh(0), context.fresh(1)) == (False, True)
    assert (context.one_time(0), context.one_time(1)) == (False, False)
    assert (context.in_input_cluster(0), context.in_input_cluster(1)) == (False, True)
    assert (context.held_apart(0), context.held_apart(1)) == (True, False)


def test_a_spender_is_a_transaction_of_its_own() -> None:
    spent = {"shop": "shop:5 -> a:4", "rest": {"tx": "rest:5 -> b:4", "version": 1}}
    context = WrittenContext(NAMES, {"spent": spent, "judged_at": 9})
    shop, rest = context.spender(0), context.spender(1)
    assert shop is not None
    assert rest is not None
    assert (shop.version, rest.version, context.height) == (2, 1, 9)


def test_a_fact_that_nobody_reads_is_refused() -> None:
    with pytest.raises(BadInput, match="`sen` is not a fact"):
        WrittenContext(NAMES, {"sen": ["shop"]})


def test_what_stands_around_a_transaction_is_named_by_its_coins() -> None:
    sides = parse_sides("alice:5 bob:4 -> funding/p2wsh:6 rest:2")
    tx = view_of_sides(sides)
    facts = {"remixed": ["bob"], "channels": ["funding"], "behind": {"alice": "x:9 -> alice:5"}}
    around = surroundings(tx, sides.out_names, facts)
    assert [one.outpoint.txid in around.rounds for one in tx.inputs] == [False, True]
    assert Outpoint(tx.txid, 0) in around.channels
    look = look_behind(facts)
    found = look(tx.inputs[0].outpoint.txid)
    assert found is not None
    assert found.outputs[0].value == 5
    assert look(tx.inputs[1].outpoint.txid) is None


def test_a_spender_spends_the_very_output_that_it_is_named_for() -> None:
    sides = parse_sides("alice:5 -> shop:1 rest:3")
    tx = view_of_sides(sides)
    (found,) = spenders(tx, sides.out_names, {"spent": {"rest": "rest:3 other:9 -> x:11"}})
    assert found.inputs[0].outpoint == Outpoint(tx.txid, 1)
    assert len(found.inputs) == 2
