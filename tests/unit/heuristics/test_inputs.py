from __future__ import annotations

import pytest

from cointrail.chain.script import p2pkh, p2sh, p2tr, p2wpkh, p2wsh
from cointrail.chain.view import InputMarks, InputView, TxView
from cointrail.heuristics.gate import Gate, judge
from cointrail.heuristics.inputs import (
    SequenceClass,
    conflicts,
    sequence_class,
    smallest_is_an_output,
    unnecessary_input,
)
from cointrail.heuristics.shape import shape_of
from support.chains import ORDINARY, input_view, output_view, tx, view

LEGACY, NESTED, NATIVE, SCRIPT, TAPROOT = (
    p2pkh(bytes(20)),
    p2sh(bytes(20)),
    p2wpkh(bytes(20)),
    p2wsh(bytes(32)),
    p2tr(bytes(32)),
)
LONG_KEY = ORDINARY | InputMarks.UNCOMPRESSED_KEY
SINGLE = InputMarks.SIGNED | InputMarks.SIGHASH_SINGLE
MULTISIG = ORDINARY | InputMarks.MULTISIG


def spending(*inputs: InputView, outs: str = "x:1_000 y:1_000") -> TxView:
    return view(inputs, tx(outs=outs).outputs)


def differing(*inputs: InputView) -> tuple[str, ...]:
    return conflicts(shape_of(spending(*inputs)))


@pytest.mark.parametrize(
    ("sequence", "kind"),
    [
        (0xFFFFFFFF, SequenceClass.FINAL),
        (0xFFFFFFFE, SequenceClass.NOT_REPLACEABLE),
        (0xFFFFFFFD, SequenceClass.REPLACEABLE),
        (0xFFFFFFFC, SequenceClass.OTHER),
        (0x80000000, SequenceClass.OTHER),
        (0x7FFFFFFF, SequenceClass.RELATIVE),
        (0, SequenceClass.RELATIVE),
    ],
)
def test_a_sequence_has_a_class(sequence: int, kind: SequenceClass) -> None:
    assert sequence_class(sequence) is kind


def test_inputs_of_one_kind_do_not_conflict() -> None:
    assert differing(input_view("a", 5), input_view("b", 5)) == ()


def test_types_and_multisigs_are_one_attribute() -> None:
    assert differing(input_view(NATIVE, 5), input_view(TAPROOT, 5)) == ("lock",)
    assert differing(input_view(NESTED, 5), input_view(NESTED, 5, marks=MULTISIG)) == ("lock",)
    assert differing(input_view(NATIVE, 5), input_view(SCRIPT, 5, marks=MULTISIG)) == ("lock",)


def test_sequences_conflict_by_class() -> None:
    assert differing(input_view("a", 5, sequence=0xFFFFFFFF), input_view("b", 5)) == ("sequence",)
    assert differing(input_view("a", 5, sequence=0x80000000), input_view("b", 5, sequence=0xF0000000)) == ()


@pytest.mark.parametrize("script", [SCRIPT, NESTED, TAPROOT])
def test_a_relative_lock_that_a_script_may_demand_is_no_conflict(script: bytes) -> None:
    assert differing(input_view(script, 5, sequence=144), input_view(script, 5)) == ()


def test_a_relative_lock_that_no_script_demands_is_one() -> None:
    assert differing(input_view("a", 5, sequence=144), input_view("b", 5)) == ("sequence",)


def test_long_and_short_keys_conflict_among_legacy_inputs_only() -> None:
    assert differing(input_view(LEGACY, 5, marks=LONG_KEY), input_view(LEGACY, 5)) == ("key",)
    assert (
        differing(input_view(LEGACY, 5, marks=LONG_KEY), input_view(LEGACY, 5, marks=InputMarks.NONE)) == ()
    )
    assert differing(input_view(LEGACY, 5, marks=LONG_KEY), input_view(NATIVE, 5)) == ("lock",)


def test_signatures_conflict_by_what_they_cover() -> None:
    assert differing(input_view("a", 5, marks=SINGLE), input_view("b", 5)) == ("sighash",)
    assert differing(input_view("a", 5, marks=InputMarks.NONE), input_view("b", 5)) == ()


def test_an_unknown_output_shows_no_lock() -> None:
    assert differing(input_view("a", None), input_view(TAPROOT, 5)) == ()


def test_two_conflicts_make_a_warning_and_one_makes_none() -> None:
    alice, bob = input_view(NATIVE, 5_000), input_view(TAPROOT, 5_000)
    late = input_view(TAPROOT, 5_000, sequence=0xFFFFFFFF)
    assert judge(spending(alice, bob, outs="x:1_000")).gate == Gate.SAFE
    found = judge(spending(alice, late, outs="x:1_000"))
    assert (found.gate, found.reasons) == (Gate.UNKNOWN, ("fingerprint.conflict",))


@pytest.mark.parametrize(
    ("outs", "unnecessary"), [("x:4 y:6", True), ("x:5 y:4", True), ("x:7 y:2", False), ("x:9", False)]
)
def test_an_input_is_unnecessary_when_the_rest_pays_the_larger_output(
    outs: str, *, unnecessary: bool
) -> None:
    shape = shape_of(tx(ins="a:7 b:4", outs=outs))
    assert unnecessary_input(shape) is unnecessary
    if shape.n_outputs == 2:
        assert smallest_is_an_output(shape) is not unnecessary


def test_an_unknown_input_is_never_called_unnecessary() -> None:
    assert not unnecessary_input(shape_of(tx(ins="a:7 b:?", outs="x:4 y:6")))


def test_an_unnecessary_input_of_another_sequence_makes_a_warning() -> None:
    alice, bob = input_view("a", 70_000), input_view("b", 40_000, sequence=0xFFFFFFFF)
    found = judge(spending(alice, bob, outs="x:60_000 y:45_000"))
    assert (found.gate, found.reasons) == (Gate.UNKNOWN, ("payjoin.extra_input",))


def test_an_unnecessary_input_of_another_type_makes_none() -> None:
    alice, bob = input_view(NATIVE, 70_000), input_view(TAPROOT, 40_000)
    assert judge(spending(alice, bob, outs="x:60_000 y:45_000")).gate == Gate.SAFE


def test_an_unnecessary_input_alone_makes_none() -> None:
    assert judge(tx(ins="a:70_000 b:40_000", outs="x:60_000 y:45_000")).gate == Gate.SAFE


def test_three_outputs_are_no_payjoin() -> None:
    alice, bob = input_view("a", 70_000), input_view("b", 40_000, sequence=0xFFFFFFFF)
    assert judge(spending(alice, bob, outs="x:45_000 y:41_000 z:15_000")).gate == Gate.SAFE


def test_one_script_is_no_payjoin() -> None:
    ins = (input_view("a", 70_000, sequence=0xFFFFFFFF), input_view("a", 40_000, salt=1))
    assert (
        "payjoin.extra_input"
        not in judge(view(ins, (output_view("x", 60_000), output_view("y", 45_000)))).reasons
    )
