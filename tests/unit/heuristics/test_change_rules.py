"""Each change rule on the smallest transaction that it speaks on, and beside it one that it abstains on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cointrail.chain.script import p2pkh, p2sh
from cointrail.chain.view import InputMarks, TxView
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import ChangeRule, Remaining, static
from cointrail.heuristics.change.dynamic_rules import consumer, fingerprint, fresh, peeling, revealed
from cointrail.heuristics.change.learned import learned
from cointrail.heuristics.change.published_rules import below_inputs, fee_rate, legacy, locktime, one_time
from cointrail.heuristics.change.static_rules import (
    no_change,
    round_value,
    script_type,
    self_change,
    unnecessary_input,
)
from support.chains import input_view, output_view, tx, view
from support.change import Told


class AsAWhole(Told):
    """Tells of spenders as a whole, and not what they spend and make."""

    def spender(self, place: int) -> TxView | None:
        raise AssertionError(f"the inputs of output {place}'s spender were read")


OLD, NESTED = p2pkh(b"o" * 20), p2sh(b"n" * 20)


def left(rule: ChangeRule, payment: TxView, told: Told | None = None) -> set[int] | None:
    """The outputs that a rule does not rule out; None where it abstains."""
    answer = rule(payment, told or Told())
    return None if isinstance(answer, Abstained) else set(answer.outputs)


def of_types(*outs: bytes) -> TxView:
    """A payment from a P2PKH script to these."""
    return view((input_view(OLD, 100),), tuple(output_view(script, 40 - k) for k, script in enumerate(outs)))


def test_an_output_back_to_a_script_spent_from_is_change() -> None:
    assert left(static(self_change), tx("alice:5 bob:3", "shop:4 bob:3")) == {1}


def test_no_output_back_is_no_opinion_on_self_change() -> None:
    assert left(static(self_change), tx("alice:5", "shop:3 bob:1")) is None


def test_change_has_the_type_of_the_inputs() -> None:
    assert left(static(script_type), of_types(NESTED, p2pkh(b"x" * 20))) == {1}


def test_an_output_of_no_input_type_leaves_nothing() -> None:
    assert left(static(script_type), of_types(NESTED, NESTED)) == set()


def test_inputs_of_two_types_say_nothing_of_the_type_of_change() -> None:
    mixed = view((input_view(OLD, 9), input_view(NESTED, 9)), (output_view(OLD, 5), output_view(NESTED, 6)))
    assert left(static(script_type), mixed) is None


def test_change_is_below_the_smallest_input() -> None:
    assert left(static(below_inputs), tx("a:50 b:30", "shop:60 back:19")) == {1}


def test_one_input_says_nothing_of_the_size_of_change() -> None:
    assert left(static(below_inputs), tx("a:50", "shop:30 back:19")) is None
    assert left(static(unnecessary_input), tx("a:50", "shop:30 back:19")) is None


def test_change_leaves_no_input_unnecessary() -> None:
    assert left(static(unnecessary_input), tx("a:50 b:30", "shop:60 back:19")) == {1}


def test_an_output_that_only_the_fee_decides_on_is_left_open() -> None:
    assert left(static(unnecessary_input), tx("a:50 b:30", "shop:50 back:29")) is None


def test_where_an_input_was_unnecessary_whatever_was_paid_nothing_is_left() -> None:
    assert left(static(unnecessary_input), tx("a:50 b:10", "shop:30 back:29")) == set()


def test_people_pay_round_amounts() -> None:
    assert left(static(round_value), tx("a:9_000_000", "shop:5_000_000 back:3_999_877")) == {1}


def test_two_zeros_more_are_not_round() -> None:
    assert left(static(round_value), tx("a:9_000", "shop:5_100 back:3_877")) is None


def test_a_postage_amount_says_nothing_of_round_values() -> None:
    assert left(static(round_value), tx("a:9_000", "shop:10_000 back:3_877")) is None


def test_where_the_fee_took_the_odd_satoshi_nothing_is_change() -> None:
    assert left(static(no_change), tx("a:9_123_456", "shop:5_000_000 friend:4_100_000")) == set()


def test_odd_satoshi_in_an_output_may_be_change() -> None:
    assert left(static(no_change), tx("a:9_123_456", "shop:5_000_000 friend:4_123_000 b:1")) is None
    assert left(static(no_change), tx("a:9_000_000", "shop:5_000_000 friend:3_900_000")) is None


def test_a_new_script_beside_an_old_one_may_be_change() -> None:
    assert left(fresh, tx("a:9", "shop:5 back:3"), Told(new=frozenset({1}))) == {1}


def test_freshness_says_nothing_beside_self_change_or_without_a_new_script() -> None:
    assert left(fresh, tx("a:9", "shop:5 a:3"), Told(new=frozenset({0}))) is None
    assert left(fresh, tx("a:9", "shop:5 back:3")) is None


def test_a_script_used_once_below_every_input_and_not_round_may_be_change() -> None:
    payment = tx("a:9_000_123 b:8_000_000", "shop:12_000_000 back:4_999_877")
    assert left(one_time, payment, Told(new=frozenset({0, 1}))) == {1}


def test_one_time_change_is_not_looked_for_beside_self_change() -> None:
    assert left(one_time, tx("a:9_000_123", "shop:12 a:4_999_877"), Told(new=frozenset({0}))) is None


def test_legacy_change_is_the_only_new_and_small_output() -> None:
    payment = tx("a:50 b:30", "shop:60 back:19")
    assert left(legacy, payment, Told(new=frozenset({0, 1}))) == {1}
    assert left(legacy, payment, Told(new=frozenset({0}))) is None


ONE_IN_TWO_OUT = tx("a:9", "x:5 y:3")
ONE_IN_ONE_OUT = tx("a:9", "x:8")
THREE_OUT = tx("a:9", "x:5 y:2 z:1")


def test_a_peeling_chain_goes_on_from_change() -> None:
    told = Told(spenders={0: ONE_IN_ONE_OUT, 1: ONE_IN_TWO_OUT})
    assert left(peeling, tx("a:9", "shop:5 back:3"), told) == {1}


def test_an_unspent_output_leaves_a_peeling_chain_open() -> None:
    assert left(peeling, tx("a:9", "shop:5 back:3"), Told(spenders={1: ONE_IN_TWO_OUT})) is None
    assert left(peeling, tx("a:9 b:9", "shop:5 back:3"), Told(spenders={0: THREE_OUT, 1: THREE_OUT})) is None


def test_a_consumer_does_not_pay_several_at_once() -> None:
    told = Told(spenders={0: THREE_OUT, 1: ONE_IN_TWO_OUT})
    assert left(consumer, tx("a:9", "shop:5 back:3"), told) == {1}


def test_two_consumers_say_nothing() -> None:
    told = Told(spenders={0: ONE_IN_ONE_OUT, 1: ONE_IN_TWO_OUT})
    assert left(consumer, tx("a:9", "shop:5 back:3"), told) is None
    assert left(consumer, tx("a:9", "shop:5 back:2 c:1"), told) is None


def signed_by(program: str) -> TxView:
    """A transaction of one of two programs that differ in version and locktime."""
    plain = tx("a:9", "x:5 y:3")
    return plain if program == "ours" else replace(plain, version=1, locktime=600_000)


def test_the_senders_program_spends_change() -> None:
    told = Told(spenders={0: signed_by("theirs"), 1: signed_by("ours")})
    assert left(fingerprint, signed_by("ours"), told) == {1}


def test_an_output_held_apart_need_not_be_spent() -> None:
    told = Told(spenders={1: signed_by("ours")}, apart=frozenset({0}))
    assert left(fingerprint, signed_by("ours"), told) == {1}


@pytest.mark.parametrize(
    "spenders",
    [
        {1: signed_by("ours")},
        {0: signed_by("ours"), 1: signed_by("ours")},
        {0: signed_by("theirs"), 1: signed_by("theirs")},
        {0: replace(signed_by("ours"), version=1), 1: signed_by("ours")},
    ],
)
def test_unspent_alike_or_half_alike_spenders_leave_the_program_open(spenders: dict[int, TxView]) -> None:
    assert left(fingerprint, signed_by("ours"), Told(spenders=spenders)) is None


def test_an_output_in_a_cluster_of_the_inputs_is_change() -> None:
    assert left(revealed, tx("a:9", "shop:5 back:3"), Told(known=frozenset({1}))) == {1}


def test_no_output_in_a_cluster_of_the_inputs_is_no_opinion() -> None:
    assert left(revealed, tx("a:9", "shop:5 back:3")) is None
    assert left(revealed, tx("a:9", "shop:5 a:3"), Told(known=frozenset({1}))) is None


def test_the_spender_of_change_sets_a_locktime_as_the_sender_does() -> None:
    told = Told(spenders={0: signed_by("theirs")})
    assert left(locktime, signed_by("ours"), told) == {1}
    assert left(locktime, tx(outs="miner:50"), told) is None


def test_a_wallet_of_one_fee_rate_spends_change_at_it() -> None:
    paying = replace(tx("a:1_100", "x:500 y:500"), weight=400)
    told = Told(spenders={0: replace(paying, weight=404), 1: paying})
    assert left(fee_rate, paying, told) == {1}
    assert left(fee_rate, tx("a:1_100", "x:500 y:500"), told) is None


@pytest.mark.parametrize("rule", [locktime, fee_rate])
def test_a_rule_on_every_output_reads_no_input_of_their_spenders(rule: ChangeRule) -> None:
    paying = replace(tx("a:1_100", "x:500 y:500"), weight=400)
    spenders = {0: replace(paying, locktime=600_000, weight=404), 1: paying}
    assert left(rule, paying, AsAWhole(spenders=spenders)) == {1}


def test_no_learned_model_is_in_force() -> None:
    assert left(learned, tx("a:9", "shop:5 back:3")) is None


@pytest.mark.parametrize("rule", [peeling, fingerprint, revealed, consumer, one_time, locktime])
def test_a_dynamic_answer_carries_the_height_that_it_was_judged_at(rule: ChangeRule) -> None:
    told = Told(
        height=700_000,
        new=frozenset({1}),
        known=frozenset({1}),
        spenders={0: replace(THREE_OUT, version=1, locktime=600_000), 1: ONE_IN_TWO_OUT},
    )
    answer = rule(tx("a:9_000_123", "shop:5 back:3"), told)
    assert isinstance(answer, Remaining)
    assert answer.judged_at == 700_000


@pytest.mark.parametrize("rule", [self_change, script_type, below_inputs, unnecessary_input, round_value])
def test_notes_are_no_change(rule: object) -> None:
    payment = tx("a:50 b:30 note:1", "note:0 shop:60 a:19")
    assert callable(rule)
    answer = rule(payment)
    assert isinstance(answer, Abstained) or 0 not in answer.outputs


@pytest.mark.parametrize("rule", [self_change, script_type, below_inputs, unnecessary_input, round_value])
def test_a_coinbase_has_no_change_by_any_static_rule(rule: object) -> None:
    assert callable(rule)
    assert isinstance(rule(tx(outs="miner:5_000_000 pool:123")), Abstained)


def test_what_inputs_show_does_not_move_a_static_rule() -> None:
    payment = tx("a:50 b:30", "shop:60 back:19")
    marked = tx("a:50 b:30", "shop:60 back:19", marks=[InputMarks.HIGH_R, InputMarks.HIGH_R])
    assert left(static(unnecessary_input), payment) == left(static(unnecessary_input), marked)
