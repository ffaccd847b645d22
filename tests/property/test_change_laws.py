"""Laws of change rules: what combining keeps, what later blocks cannot move, what order cannot."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from cointrail.chain.view import TxView
from cointrail.heuristics.base import Abstained, Tier
from cointrail.heuristics.change import (
    Change,
    ChangeContext,
    ChangeRule,
    Fingerprint,
    Remaining,
    Verdict,
    conflicts,
    fingerprint_of,
    merge,
    spendable,
    static,
    vote,
)
from cointrail.heuristics.change.combine import all_of, any_of, first_of, only_if_one, without
from cointrail.heuristics.change.dynamic_rules import fresh
from cointrail.heuristics.change.fingerprint import HARD
from cointrail.heuristics.change.static_rules import round_value, script_type, self_change, unnecessary_input
from cointrail.heuristics.gate import Gate
from support.chains import tx
from support.change import Told
from support.payments import Scene, payments, scenes

ANY_TX, ANY_TOLD = tx("a:9", "x:5 y:2 z:1"), Told()


@st.composite
def rules(draw: st.DrawFn) -> ChangeRule:
    """A rule that always gives one answer."""
    some = st.frozensets(st.integers(0, 2))
    heights = st.sampled_from([None, 7, 9])
    answer = draw(st.builds(Remaining, some, heights) | st.builds(Abstained, st.sampled_from(["a", "b"])))
    return lambda _tx, _context: answer


def ask(rule: ChangeRule) -> Verdict:
    return rule(ANY_TX, ANY_TOLD)


def outputs(rule: ChangeRule) -> frozenset[int] | None:
    answer = ask(rule)
    return None if isinstance(answer, Abstained) else answer.outputs


@given(a=rules(), b=rules(), c=rules())
def test_all_of_and_any_of_do_not_depend_on_order_or_brackets(
    a: ChangeRule, b: ChangeRule, c: ChangeRule
) -> None:
    for join in (all_of, any_of):
        assert outputs(join(a, b)) == outputs(join(b, a))
        assert outputs(join(a, join(b, c))) == outputs(join(join(a, b), c)) == outputs(join(a, b, c))
        assert ask(join(a)) == ask(a)
        assert outputs(join(a, a)) == outputs(a)


@given(a=rules(), b=rules())
def test_all_of_leaves_no_more_and_any_of_no_less_than_each(a: ChangeRule, b: ChangeRule) -> None:
    both, either = outputs(all_of(a, b)), outputs(any_of(a, b))
    for one in (outputs(a), outputs(b)):
        assert both is None or (one is not None and both <= one)
        assert one is None or (either is not None and either >= one)


@given(a=rules(), b=rules())
def test_a_rule_splits_into_what_another_leaves_and_what_it_does_not(a: ChangeRule, b: ChangeRule) -> None:
    shared, alone = outputs(all_of(a, b)), outputs(without(a, b))
    assert (shared is None) == (alone is None)
    if shared is not None and alone is not None:
        assert shared | alone == outputs(a)
        assert not shared & alone


@given(a=rules(), b=rules())
def test_only_if_one_never_leaves_two_and_first_of_takes_the_first_that_speaks(
    a: ChangeRule, b: ChangeRule
) -> None:
    one = outputs(only_if_one(a))
    assert one is None or len(one) == 1
    assert ask(only_if_one(only_if_one(a))) == ask(only_if_one(a))
    assert ask(first_of(a, b)) == (ask(b) if isinstance(ask(a), Abstained) else ask(a))


@given(a=rules(), b=rules())
def test_a_combination_is_judged_at_the_latest_height_of_its_parts(a: ChangeRule, b: ChangeRule) -> None:
    answer, parts = ask(all_of(a, b)), (ask(a), ask(b))
    if isinstance(answer, Remaining):
        heights = [part.judged_at for part in parts if isinstance(part, Remaining) and part.judged_at]
        assert answer.judged_at == max(heights, default=None)


def later(context: Told, spender: TxView) -> ChangeContext:
    """The same transaction when more blocks have come: spends, clusters and tags have grown."""
    places = frozenset(range(8))
    spenders = {place: context.spenders.get(place, spender) for place in places}
    return replace(context, height=context.height + 1, spenders=spenders, known=places, apart=places)


@given(scene=scenes(), spender=payments())
def test_later_blocks_move_no_static_rule_no_freshness_and_no_self_change(
    scene: Scene, spender: TxView
) -> None:
    assume(not spender.is_coinbase)
    for one, context, gate in scene:
        after = later(context, spender)
        for rule in (*map(static, (self_change, script_type, unnecessary_input, round_value)), fresh):
            assert rule(one, context) == rule(one, after)
        before = vote(one, context, gate=gate)
        if isinstance(before, Change) and before.tier == Tier.T1:
            assert vote(one, after, gate=gate) == before


@given(scene=scenes())
def test_a_vote_names_a_spendable_output_and_its_rules(scene: Scene) -> None:
    for one, context, gate in scene:
        found = vote(one, context, gate=gate)
        if isinstance(found, Change):
            assert found.output in spendable(one)
            assert found.rules
            assert gate == Gate.SAFE
            assert (found.judged_at is None) == (found.tier == Tier.T1)


@given(scene=scenes())
def test_an_output_held_apart_is_never_asserted_but_as_self_change(scene: Scene) -> None:
    for one, context, gate in scene:
        found = vote(one, context, gate=gate)
        if isinstance(found, Change) and found.tier != Tier.T1:
            assert not context.held_apart(found.output)


@given(one=payments(), other=payments())
def test_conflicts_are_the_same_both_ways_and_none_with_oneself(one: TxView, other: TxView) -> None:
    a, b = fingerprint_of(one), fingerprint_of(other)
    assert conflicts(a, b) == conflicts(b, a)
    assert conflicts(a, a).hard == conflicts(a, a).soft == ()


@given(txs=st.lists(payments(), max_size=5), other=payments())
def test_where_a_sender_showed_a_habit_more_of_his_transactions_conflict_no_more(
    txs: list[TxView], other: TxView
) -> None:
    prints = [fingerprint_of(one) for one in txs]
    some, more = merge(prints[:-1]), merge(prints)
    shown = {name for name, values in HARD.items() if any(some.has(value) for value in values)}
    named = shown.intersection(conflicts(more, fingerprint_of(other)).hard)
    assert named <= set(conflicts(some, fingerprint_of(other)).hard)
    assert merge([more, Fingerprint(0)]) == more
