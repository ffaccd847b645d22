"""Wasabi's rounds on both sides of every limit and date."""

from __future__ import annotations

import hashlib

import pytest

from cointrail.chain.script import p2pkh, p2tr
from cointrail.chain.types import Outpoint
from cointrail.chain.view import InputView, TxView
from cointrail.heuristics.gate import Gate
from cointrail.heuristics.gate_chain import judge_all
from cointrail.heuristics.shape import Shape, shape_of
from cointrail.heuristics.wasabi import (
    WASABI2_DENOMINATIONS,
    is_lookalike,
    level_of,
    passes_for_round,
    wasabi1,
    wasabi1_sparse,
    wasabi2,
)
from support.chains import ORDINARY, input_view, output_view, script_of, view

BASE = 10_000_000


def legacy(name: str) -> bytes:
    return p2pkh(hashlib.sha256(name.encode()).digest()[:20])


def round_of(
    ins: list[int], outs: list[int], *, height: int | None = 600_000, native: bool = False, hands: int = 1000
) -> Shape:
    """One script for each output, `hands` scripts for the inputs in turn; P2PKH unless `native`."""
    script = script_of if native else legacy
    inputs = tuple(input_view(script(f"in{k % hands}"), v, salt=k) for k, v in enumerate(ins))
    outputs = tuple(output_view(script(f"out{k}"), v) for k, v in enumerate(outs))
    return shape_of(view(inputs, outputs, height=height))


def change(n: int) -> list[int]:
    return [1_000_003 + 17 * k for k in range(n)]


def test_wasabi1_fires_on_equal_outputs_of_about_a_tenth() -> None:
    assert wasabi1(round_of([BASE] * 20, [BASE - 1_234] * 10 + change(8)))


@pytest.mark.parametrize(("height", "fires"), [(530_499, False), (530_500, True), (None, True)])
def test_wasabi1_has_a_first_height(height: int | None, *, fires: bool) -> None:
    assert wasabi1(round_of([BASE] * 20, [BASE] * 10 + change(8), height=height)) is fires


@pytest.mark.parametrize(
    ("mode", "fires"), [(9_499_999, False), (9_500_000, True), (10_500_000, True), (10_500_001, False)]
)
def test_wasabi1_takes_a_twentieth_either_way(mode: int, *, fires: bool) -> None:
    assert wasabi1(round_of([BASE] * 20, [mode] * 10 + change(8))) is fires


def test_wasabi1_wants_ten_inputs_and_three_equal_outputs() -> None:
    assert wasabi1(round_of([BASE] * 10, [BASE + 3] * 3 + change(2)))
    assert not wasabi1(round_of([BASE] * 9, [BASE + 3] * 3 + change(2)))
    assert not wasabi1(round_of([BASE] * 10, [BASE + 3] * 2 + change(2)))


def test_wasabi1_wants_hands_for_all_and_no_more_than_seven_inputs_each() -> None:
    assert not wasabi1(round_of([BASE] * 20, [BASE] * 11 + change(3), hands=10))
    assert wasabi1(round_of([BASE] * 21, [BASE] * 3 + change(2)))
    assert not wasabi1(round_of([BASE] * 22, [BASE] * 3 + change(2)))


def test_wasabi1_abstains_when_one_script_brings_over_a_tenth_of_the_inputs() -> None:
    assert wasabi1(round_of([BASE] * 20, [BASE] * 5 + change(2), hands=10))
    assert not wasabi1(round_of([BASE] * 19, [BASE] * 5 + change(2), hands=10))


def test_wasabi1_counts_double_outputs_as_mixed() -> None:
    outs = [BASE] * 4 + [2 * BASE + 9] * 3 + [4 * BASE] * 2 + change(10)
    assert wasabi1(round_of([BASE] * 24, outs))
    lone = [BASE] * 4 + [2 * BASE + 9] + [4 * BASE] + change(11)
    assert not wasabi1(round_of([BASE] * 24, lone))


def test_wasabi1_abstains_on_a_small_batch_of_round_total() -> None:
    outs = [BASE] * 5 + [5 * BASE]
    assert not wasabi1(round_of([2 * BASE] * 19, outs))
    assert wasabi1(round_of([2 * BASE] * 20, outs))
    assert wasabi1(round_of([2 * BASE] * 19, [BASE] * 5 + [5 * BASE + 1_001]))
    assert not wasabi1(round_of([2 * BASE] * 19, [BASE] * 5 + [5 * BASE + 1_000]))
    assert not wasabi1(round_of([2 * BASE] * 19, [BASE] * 5 + [5 * BASE - 1_000]))


def test_sparse_wasabi1_is_the_weaker_form_and_never_both() -> None:
    sparse = round_of([BASE] * 14, [BASE + 7] * 3 + change(9))
    assert wasabi1_sparse(sparse)
    assert not wasabi1(sparse)
    dense = round_of([BASE] * 14, [BASE + 7] * 9 + change(9))
    assert wasabi1(dense)
    assert not wasabi1_sparse(dense)
    assert not wasabi1_sparse(round_of([BASE] * 14, [BASE + 7] * 3 + change(16)))
    assert not wasabi1_sparse(round_of([BASE] * 14, [BASE + 7] * 3 + change(9), height=530_499))


@pytest.mark.parametrize(("height", "fires"), [(609_999, False), (610_000, True), (None, True)])
def test_the_native_form_of_wasabi1_has_its_own_first_height(height: int | None, *, fires: bool) -> None:
    outs = [8_000_000] * 10 + change(2)
    assert wasabi1(round_of([BASE] * 10, outs, height=height, native=True)) is fires


def test_the_native_form_wants_native_scripts_ten_equal_and_two_unique_outputs() -> None:
    ten = [8_000_000] * 10
    assert wasabi1(round_of([BASE] * 10, ten + change(2), height=None, native=True))
    assert not wasabi1(round_of([BASE] * 10, ten + change(2), height=None))
    assert not wasabi1(round_of([BASE] * 10, ten + change(1), height=None, native=True))
    assert not wasabi1(round_of([BASE] * 10, ten[:9] + change(2), height=None, native=True))
    assert not wasabi1(round_of([BASE] * 10, [7_999_999] * 10 + change(2), height=None, native=True))


@pytest.mark.parametrize(
    ("value", "level"),
    [
        (9_499_999, None),
        (9_500_000, 0),
        (10_500_000, 0),
        (10_500_001, None),
        (21_000_000, 1),
        (38_000_000, 2),
    ],
)
def test_a_level_is_a_double_of_a_tenth(value: int, level: int | None) -> None:
    assert level_of(value) == level


def test_standard_denominations_are_powers_within_their_limits() -> None:
    assert {6_561, 8_192, 10_000, 13_122, 20_000, 50_000} <= WASABI2_DENOMINATIONS
    assert min(WASABI2_DENOMINATIONS) == 5_000
    assert max(WASABI2_DENOMINATIONS) <= 134_375_000_000
    assert not {4_096, 7_000} & WASABI2_DENOMINATIONS


def test_wasabi2_fires_on_a_large_sorted_round() -> None:
    ins = sorted([100_000 + k for k in range(50)], reverse=True)
    outs = sorted([8_192] * 30 + [59_049] * 11 + change(9), reverse=True)
    assert wasabi2(round_of(ins, outs, height=800_000, native=True))
    assert not wasabi2(round_of(ins, outs, height=741_212, native=True))
    assert wasabi2(round_of(ins, outs, height=741_213, native=True))


def test_wasabi2_takes_taproot_inputs() -> None:
    inputs = tuple(
        input_view(p2tr(hashlib.sha256(bytes([k])).digest()), 90_000 - k, salt=k) for k in range(50)
    )
    outputs = tuple(output_view(script_of(f"o{k}"), 8_192) for k in range(20))
    assert wasabi2(shape_of(view(inputs, outputs)))


def test_wasabi2_fires_on_a_small_sorted_round_of_standard_outputs() -> None:
    ins = [90_000, 80_000, 70_000, 60_000, 50_000]
    assert wasabi2(round_of(ins, [59_049, 59_049, 39_366, 30_001, 30_000], height=None))
    assert not wasabi2(round_of(ins, [59_049, 59_049, 39_365, 30_001, 30_000], height=None))
    assert not wasabi2(round_of(ins[:4], [59_049, 59_049, 39_366, 30_001, 30_000], height=None))
    assert not wasabi2(round_of(ins, [59_049, 59_049, 39_366, 30_001], height=None))


def test_the_sorted_forms_of_wasabi2_want_order_on_both_sides() -> None:
    ins, outs = [90_000, 80_000, 70_000, 60_000, 50_000], [59_049, 59_049, 39_366, 19_683, 8_192]
    assert wasabi2(round_of(ins, outs, height=None))
    assert not wasabi2(round_of(ins[::-1], outs, height=None))
    assert not wasabi2(round_of(ins, outs[::-1], height=None))


def test_wasabi2_fires_on_three_denominations_that_repeat_in_any_order() -> None:
    outs = [7_001, 8_002, 9_003, 7_001, 8_002, 9_003, 12_345]
    assert wasabi2(round_of([30_000] * 20, outs, height=None))
    assert not wasabi2(round_of([30_000] * 19, outs, height=None))
    assert not wasabi2(round_of([30_000] * 20, [7_001, 8_002] * 3 + [12_345], height=None))
    assert not wasabi2(round_of([30_000] * 20, [*outs, 4_999], height=None))
    assert not wasabi2(round_of([30_000] * 20, outs[:6], height=None)), "remixes only: on record as missed"
    assert not wasabi2(round_of([30_000] * 20, outs + change(7), height=None))


STANDARD = [20_000, 10_000, 10_000, 8_192, 6_561, 5_000]


def small_round(*, spends: TxView | None = None, vout: int = 0, sequence: int = 0xFFFFFFFF) -> TxView:
    """Six hands bring standard amounts and take them; one coin may come out of another round."""
    inputs = [input_view(f"in{k}", 300_000, salt=k, sequence=sequence) for k in range(5)]
    outputs = tuple(output_view(f"out{k}", v) for k, v in enumerate([1_290_007, *STANDARD, 5_000]))
    if spends is not None:
        coin = spends.outputs[vout]
        inputs.append(
            InputView(
                Outpoint(spends.txid, vout), coin.value, coin.script, coin.script_type, sequence, ORDINARY
            )
        )
    inputs.sort(key=lambda i: -(i.value or 0))
    return view(tuple(inputs), outputs, height=800_000, locktime=0 if spends is None else 1)


FIRST = small_round()


def test_a_round_that_spends_a_standard_output_of_another_is_certain() -> None:
    first, second = judge_all([FIRST, small_round(spends=FIRST, vout=1)])
    assert (first.gate, second.gate) == (Gate.UNKNOWN, Gate.UNSAFE)
    assert second.reasons == ("coinjoin.wasabi2", "coinjoin.wasabi2_remix")


def test_a_link_through_change_is_none() -> None:
    _, second = judge_all([FIRST, small_round(spends=FIRST, vout=0)])
    assert second.gate == Gate.UNKNOWN


def test_a_round_that_comes_later_in_the_chain_links_nothing() -> None:
    (alone,) = judge_all([small_round(spends=FIRST, vout=1)])
    assert alone.gate == Gate.UNKNOWN


def test_lookalikes_make_no_link_on_either_side() -> None:
    batch = small_round(sequence=0xFFFFFFFD)
    assert passes_for_round(shape_of(FIRST))
    assert not passes_for_round(shape_of(batch))
    assert judge_all([batch, small_round(spends=batch, vout=1)])[1].gate == Gate.UNKNOWN
    assert judge_all([FIRST, small_round(spends=FIRST, vout=1, sequence=0xFFFFFFFD)])[1].gate == Gate.UNKNOWN


def test_a_batch_that_reuses_most_of_its_scripts_is_a_lookalike() -> None:
    def about(reused: int) -> bool:
        return is_lookalike(lowest_sequence=0xFFFFFFFF, odd=5, places=10, reused=reused)

    assert not about(7)
    assert about(8)


def test_replaceable_rounds_with_two_odd_outputs_are_none_of_the_lookalikes() -> None:
    assert is_lookalike(lowest_sequence=0xFFFFFFFD, odd=1, places=10, reused=0)
    assert not is_lookalike(lowest_sequence=0xFFFFFFFD, odd=2, places=10, reused=0)
    assert not is_lookalike(lowest_sequence=0xFFFFFFFE, odd=1, places=10, reused=0)
