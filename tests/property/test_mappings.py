"""Counting by states says what trying everything says, and the kernel what the definition says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.coinjoin.amounts import Amounts
from cointrail.coinjoin.counting import Stop, count_mappings, find_links
from cointrail.coinjoin.mappings import Counts, Model, OutOfSteps, count_plainly
from cointrail.coinjoin.sides import side_of
from support.mappings import all_mappings, amounts, merged, non_derived

FEW = (1, 2, 3, 5, 8, 10)


@st.composite
def joins(draw: st.DrawFn, most: int = 4, *, gains: bool = True) -> Amounts:
    """A few amounts that often balance, with a fee and now and then a maker fee."""
    values = st.sampled_from(FEW)
    outs = draw(st.lists(values, min_size=1, max_size=most))
    ins = draw(st.lists(values, min_size=1, max_size=most))
    if sum(ins) < sum(outs):
        ins[0] += sum(outs) - sum(ins) + draw(st.integers(0, 3))
    gain = draw(st.sampled_from([0, 0, 1, 2])) if gains else 0
    return amounts(ins, outs, gain=gain, loss=sum(ins) - sum(outs) + gain)


@st.composite
def models(draw: st.DrawFn, given_amounts: Amounts) -> Model:
    value = draw(st.sampled_from([part.value for part in given_amounts.outputs]))
    return draw(st.sampled_from([Model(), Model(fee_only=False), Model(fee_only=False, denomination=value)]))


def plainly(one: Amounts, model: Model) -> Counts:
    return count_plainly(side_of(one.inputs), side_of(one.outputs), one, model)


def figures(counts: Counts | None) -> tuple[object, ...]:
    assert counts is not None
    return counts.mappings, counts.non_derived, counts.together


@settings(max_examples=150)
@given(data=st.data())
def test_counting_by_states_finds_what_trying_everything_finds(data: st.DataObject) -> None:
    one = data.draw(joins())
    model = data.draw(models(one))
    counts, mappings = plainly(one, model), all_mappings(one, model)
    assert counts.mappings == len(mappings)
    if not one.gain and model.denomination is None:
        assert counts.non_derived == len(non_derived(mappings))
    ins, outs = side_of(one.inputs), side_of(one.outputs)
    for i, c in enumerate(ins.class_of):
        for j, d in enumerate(outs.class_of):
            together = sum(any(i in block[0] and j in block[1] for block in m) for m in mappings)
            assert counts.together[c][d] == together


@settings(max_examples=300)
@given(data=st.data())
def test_the_kernel_counts_what_the_definition_counts(data: st.DataObject) -> None:
    one = data.draw(joins(most=5))
    model = data.draw(models(one))
    counted = count_mappings(one, model, plain_up_to=0)
    assert counted.stop == Stop.COMPLETE
    assert figures(counted.counts) == figures(plainly(one, model))


@given(data=st.data())
def test_the_order_of_inputs_and_outputs_changes_nothing(data: st.DataObject) -> None:
    one = data.draw(joins(most=5))
    ins = data.draw(st.permutations([part.value for part in one.inputs]))
    outs = data.draw(st.permutations([part.value for part in one.outputs]))
    turned = amounts(ins, outs, gain=one.gain, loss=one.loss)
    assert plainly(turned, Model()) == plainly(one, Model())


@settings(max_examples=100)
@given(one=joins(gains=False))
def test_two_blocks_of_a_mapping_made_one_are_a_mapping(one: Amounts) -> None:
    mappings = all_mappings(one, Model())
    assert all(coarser in mappings for mapping in mappings for coarser in merged(mapping))


@settings(max_examples=150)
@given(one=joins(most=5, gains=False), fee_only=st.booleans())
def test_links_that_two_parts_cannot_hold_apart_are_those_of_every_mapping(
    one: Amounts, *, fee_only: bool
) -> None:
    model = Model(fee_only)
    stop, links = find_links(one, model)
    counts = plainly(one, model)
    ins, outs = side_of(one.inputs), side_of(one.outputs)
    assert stop == Stop.COMPLETE
    assert links == {
        (i, j)
        for i, c in enumerate(ins.class_of)
        for j, d in enumerate(outs.class_of)
        if counts.together[c][d] == counts.mappings
    }


@pytest.mark.parametrize("n", [15, 16, 25, 60])
def test_counts_beyond_a_machine_word_are_exact(n: int) -> None:
    one = amounts([7] * n, [7] * n)
    assert figures(count_mappings(one, Model(), plain_up_to=0).counts) == figures(plainly(one, Model()))


@given(one=joins(), most=st.integers(0, 30))
def test_a_count_ends_within_its_steps_or_says_that_it_did_not(one: Amounts, most: int) -> None:
    ins, outs = side_of(one.inputs), side_of(one.outputs)
    needed = plainly(one, Model()).steps
    if needed <= most:
        assert count_plainly(ins, outs, one, Model(), most).steps == needed
    else:
        with pytest.raises(OutOfSteps):
            count_plainly(ins, outs, one, Model(), most)
