"""How a transaction is read as amounts."""

from __future__ import annotations

import pytest

from cointrail.coinjoin.amounts import AmountOptions, Amounts, amounts_of, equal_classes
from cointrail.errors import BadInput
from cointrail.heuristics.base import Abstained
from support.chains import tx


def read(ins: str, outs: str, options: AmountOptions | None = None) -> Amounts:
    found = amounts_of(tx(ins, outs), options)
    assert isinstance(found, Amounts)
    return found


def test_inputs_of_one_script_are_one_part_if_not_asked_otherwise() -> None:
    merged = read("a:5 b:3 a:2", "c:9")
    assert [(part.places, part.value) for part in merged.inputs] == [((0, 2), 7), ((1,), 3)]
    kept = read("a:5 b:3 a:2", "c:9", AmountOptions(merge_inputs=False))
    assert [part.value for part in kept.inputs] == [5, 3, 2]


def test_every_block_may_leave_the_whole_fee_and_gain_nothing() -> None:
    found = read("a:5 b:3", "c:7")
    assert (found.fee, found.loss, found.gain) == (1, 1, 0)


def test_a_fee_taken_as_an_output_leaves_no_slack() -> None:
    found = read("a:5 b:3", "c:7", AmountOptions(fee_as_output=True))
    assert (found.outputs[-1].places, found.outputs[-1].value, found.loss) == ((), 1, 0)


def test_a_maker_fee_widens_both_bounds() -> None:
    found = read("a:9 b:9 c:9", "d:8 e:8 f:8", AmountOptions(maker_fee=2))
    assert (found.gain, found.loss) == (2, 3 + 2 * 2)


def test_an_output_that_all_paid_for_counts_as_fee() -> None:
    found = read("a:9 b:9", "d:8 e:8 f:1", AmountOptions(common_outputs=(2,)))
    assert (found.fee, found.left_out) == (2, (2,))
    assert [part.value for part in found.outputs] == [8, 8]


def test_outputs_of_nothing_are_left_out_and_listed() -> None:
    assert read("a:9 b:9", "d:8 note:0 e:8").left_out == (1,)


@pytest.mark.parametrize(
    ("ins", "outs", "why"),
    [
        ("", "a:50", "a coinbase"),
        ("a:5 b:?", "c:4", "1 of 2 spent outputs are not known"),
        ("a:5", "c:6", "its sums cannot be"),
        ("a:5", "note:0", "it moves no value"),
        ("a:2_100_000_000_000_000 b:1", "c:1", "its sums cannot be"),
    ],
)
def test_amounts_abstain_where_they_tell_nothing(ins: str, outs: str, why: str) -> None:
    found = amounts_of(tx(ins, outs))
    assert isinstance(found, Abstained)
    assert why in found.because


def test_an_output_that_is_not_there_cannot_be_common() -> None:
    with pytest.raises(BadInput, match="has no output 7"):
        amounts_of(tx("a:5", "b:4"), AmountOptions(common_outputs=(7,)))
    with pytest.raises(BadInput, match="0 sat or more"):
        amounts_of(tx("a:5", "b:4"), AmountOptions(maker_fee=-1))


def test_values_that_repeat_are_listed_the_most_frequent_first() -> None:
    assert equal_classes(tx("a:99", "b:5 c:7 d:5 e:7 f:7 g:1 note:0 note2:0")) == {7: (1, 3, 4), 5: (0, 2)}
