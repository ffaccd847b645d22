from __future__ import annotations

from cointrail.heuristics.movements import batch, consolidation, self_transfer
from cointrail.heuristics.shape import Shape, shape_of
from support.chains import tx


def _shape(inputs: int, outputs: int, notes: int = 0) -> Shape:
    ins = " ".join(f"a{k}:100" for k in range(inputs))
    outs = " ".join([*(f"b{k}:10" for k in range(outputs)), *["note:0"] * notes])
    return shape_of(tx(ins=ins, outs=outs))


def test_five_inputs_and_two_outputs_consolidate() -> None:
    assert consolidation(_shape(5, 2))
    assert consolidation(_shape(5, 1, notes=3))


def test_four_inputs_or_three_outputs_do_not_consolidate() -> None:
    assert not consolidation(_shape(4, 1))
    assert not consolidation(_shape(5, 3))


def test_what_nobody_can_spend_consolidates_nothing() -> None:
    assert not consolidation(_shape(9, 0, notes=1))


def test_five_outputs_to_each_input_are_a_batch() -> None:
    assert batch(_shape(1, 5))
    assert batch(_shape(2, 10))


def test_fewer_outputs_or_notes_make_no_batch() -> None:
    assert not batch(_shape(1, 4, notes=1))
    assert not batch(_shape(2, 9))


def test_a_coinbase_is_neither() -> None:
    assert not batch(_shape(0, 9))
    assert not consolidation(_shape(0, 1))


def test_a_self_transfer_returns_every_output() -> None:
    assert self_transfer(_shape(1, 2, notes=1), (True, True))


def test_one_output_elsewhere_is_no_self_transfer() -> None:
    assert not self_transfer(_shape(1, 2), (True, False))


def test_a_single_output_is_no_self_transfer_by_its_shape() -> None:
    assert not self_transfer(_shape(1, 1), (False,))


def test_nothing_that_can_be_spent_is_no_self_transfer() -> None:
    assert not self_transfer(_shape(1, 0, notes=1), ())
    assert not self_transfer(_shape(0, 1), (True,))
