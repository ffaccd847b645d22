"""A transaction as every rule reads it."""

from __future__ import annotations

import pytest

from cointrail.chain.network import get_network
from cointrail.heuristics.base import REGISTRY, Abstained
from cointrail.heuristics.change import vote
from cointrail.heuristics.change.fiat import FiatPrice
from cointrail.heuristics.gate import judge
from cointrail.rulebook.answers import answer_of
from cointrail.rulebook.cards import Kind, rule_card, rule_cards
from cointrail.rulebook.example_text import parse_sides, view_of_sides
from cointrail.rulebook.examples import Example, all_examples
from cointrail.rulebook.facts import WrittenContext
from cointrail.rulebook.given import arguments
from cointrail.rulebook.reading import NEEDS_CHAIN, ONE_HAND, TxReading, read_tx

MAINNET = get_network("mainnet")
EXAMPLES = [one for found in all_examples().values() for one in found if one.tx]


def read(text: str, *, facts: dict[str, object] | None = None, height: int | None = None) -> TxReading:
    sides = parse_sides(text)
    context = None if facts is None else WrittenContext(sides.out_names, facts)
    return read_tx(view_of_sides(sides, height=height), MAINNET, dated=height is not None, context=context)


def sides_of(found: TxReading, claim: str) -> dict[str, str]:
    return {one.by.partition("@")[0]: one.side for one in found.arguments if one.claim == claim}


def of_example(example: Example) -> TxReading:
    context = WrittenContext(example.sides.out_names, example.facts)
    dated = example.height is not None
    return read_tx(example.view(), MAINNET, dated=dated, context=context, price=price_in(example))


def price_in(example: Example) -> FiatPrice | None:
    given = arguments(REGISTRY[example.rule].function, example.given).get("price")
    return given if isinstance(given, FiatPrice) else None


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda one: f"{one.rule}: {one.says}"[:60])
def test_a_reading_repeats_what_the_rules_say_and_adds_nothing(example: Example) -> None:
    found, view = of_example(example), example.view()
    dated = example.height is not None
    verdict = judge(view, dated=dated)
    assert found.gate == verdict.gate.name.lower()
    assert [one.rule for one in found.reasons] == [REGISTRY[rule].name for rule in verdict.reasons]
    assert all(one.because for one in (*found.reasons, *found.shapes))
    context = WrittenContext(example.sides.out_names, example.facts)
    voted = vote(view, context, dated=dated, price=price_in(example))
    assert found.vote is not None
    assert found.vote.output == (None if isinstance(voted, Abstained) else voted.output)
    if rule_card(example.rule).kind is Kind.CHANGE:
        (answer,) = (one for one in found.change if one.rule == REGISTRY[example.rule].name)
        names = example.sides.out_names
        said = (
            f"abstains: {answer.abstains}"
            if answer.outputs is None
            else " ".join(["leaves", *([names[place] for place in answer.outputs] or ["nothing"])])
        )
        assert said == answer_of(example)


def test_every_change_rule_is_asked_and_those_with_a_vote_come_first() -> None:
    found = read("alice:5_000 -> shop:1_000 rest:3_900", facts={})
    assert {one.rule.partition("@")[0] for one in found.change} == {
        card.id for card in rule_cards() if card.kind is Kind.CHANGE
    }
    votes = [one.vote for one in found.change]
    assert votes == sorted(votes, key=["hard", "weak", "none"].index)


def test_without_the_chain_rules_that_ask_it_are_not_asked_and_nobody_votes() -> None:
    found = read("alice:5_000 -> shop:1_000 rest:3_900")
    unasked = {one.rule.partition("@")[0] for one in found.change if one.abstains == NEEDS_CHAIN}
    assert {"change.fresh", "change.fingerprint", "change.revealed"} <= unasked
    assert "change.script_type" not in unasked
    assert found.vote is None


def test_a_reason_is_told_by_the_values_that_made_it_fire() -> None:
    found = read(
        "4*hand:6_000_000 -> 4*out:5_000_000 rest1:999_000 rest2:998_000 rest3:997_000 rest4:996_000"
    )
    told = {one.rule.partition("@")[0]: one.because for one in found.reasons}
    assert told["coinjoin.joinmarket"] == "4 of 8 outputs hold 5,000,000 sat; 4 scripts signed"


def test_parts_that_balance_are_named_input_by_input() -> None:
    found = read("a:120_000_000 b:71_000_000 -> note:0 x:119_999_000 y:70_999_500")
    (told,) = (one.because for one in found.reasons if one.rule.startswith("partition.balanced"))
    assert told == (
        "from input 0 120,000,000 sat, for output 1 119,999,000 sat: 1,000 sat left over; of the rest 500 sat"
    )


def test_inputs_signed_otherwise_are_named_by_their_places() -> None:
    mark = "!signed!sighash_all!anyone_can_pay"
    found = read(f"a{mark}:5_000 b:5_000 c{mark}:5_000 d{mark}:5_000 -> x:19_000")
    assert [one.because for one in found.reasons] == ["inputs 0, 2 and 3 signed ANYONECANPAY"]


def test_one_hand_has_its_reasons_on_both_sides() -> None:
    plain = sides_of(read("a:5_000 b:3_000 -> shop:7_000 rest:900"), ONE_HAND)
    assert plain == {"common_input": "for", "needed inputs (UIH1)": "for"}
    join = sides_of(read("a:90_000 b:80_000 c:70_000 -> 3*x:50_000 y:39_000 z:29_000"), ONE_HAND)
    assert join["coinjoin.joinmarket"] == "against"
    assert sides_of(read("a:5_000 a:3_000 -> shop:7_000 rest:900"), ONE_HAND) == {"ledger": "for"}
    assert sides_of(read("a:5_000 -> shop:4_900"), ONE_HAND) == {}


def test_an_unnecessary_input_speaks_against_one_hand() -> None:
    found = read("a:5_000_000 b:3_000_000 -> shop:4_000_000 rest:3_999_000")
    assert found.inputs_needed.one_unnecessary
    assert sides_of(found, ONE_HAND)["unnecessary input (UIH2)"] == "against"


def test_what_was_needed_cannot_be_told_where_a_value_is_not_known() -> None:
    for text in ("a:5_000 b:? -> shop:7_000", "a:5_000 -> shop:4_900", "-> miner:5_000"):
        found = read(text).inputs_needed
        assert (found.looks_needed, found.one_unnecessary) == (None, None)


def test_an_output_has_what_speaks_for_it_and_against_the_other() -> None:
    found = read("a:5_000_000 -> shop:1_200_000 rest:3_799_437", facts={"seen": ["shop"]})
    assert sides_of(found, "output 1 is change") == {"change.fresh": "for", "change.round_value": "for"}
    assert sides_of(found, "output 0 is change") == {
        "change.fresh": "against",
        "change.round_value": "against",
    }
    assert found.vote is not None
    assert (found.vote.output, found.vote.tier) == (1, "T3")


def test_a_service_gets_no_vote() -> None:
    facts = {"seen": ["shop"], "service": True}
    found = read("a:5_000_000 -> shop:1_200_000 rest:3_799_437", facts=facts)
    assert found.vote is not None
    assert found.vote.output is None
    assert "service" in found.vote.because


def test_the_form_counts_what_is_there() -> None:
    assert (
        read("a:5 a:6 b:? -> x:1 note:0").form
        == "3 inputs of 1 script and 1 unknown, 1 output and 1 OP_RETURN"
    )
    assert read("-> miner:5 pool:1").form == "a coinbase of 2 spendable outputs"


def test_coins_are_listed_with_their_addresses() -> None:
    found = read("a/p2pkh:5 b:? -> x/p2tr:1")
    assert [one.value_sat for one in found.inputs] == [5, None]
    assert (found.inputs[0].address or "").startswith("1")
    assert found.inputs[1].address is None
    assert (found.outputs[0].address or "").startswith("bc1p")
