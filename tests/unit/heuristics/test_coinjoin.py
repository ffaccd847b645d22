"""Each detector beside its abstaining twin, and each limit on both sides."""

from __future__ import annotations

import pytest

from cointrail.heuristics.coinjoin import coordinator, equal_outputs, joinmarket, stonewall
from cointrail.heuristics.shape import Shape, shape_of
from support.chains import tx


def people(prefix: str, values: list[int]) -> str:
    """`p0:5 p1:5`: one person for each value."""
    return " ".join(f"{prefix}{k}:{value}" for k, value in enumerate(values))


def shape(ins: str, outs: str) -> Shape:
    return shape_of(tx(ins=ins, outs=outs))


def join(hands: int, outs: list[int]) -> Shape:
    """A transaction of so many hands that pays these values to as many people."""
    return shape(people("in", [9_000_001 + k for k in range(hands)]), people("out", outs))


def test_equal_outputs_fires_on_half_of_the_outputs() -> None:
    assert equal_outputs(join(2, [700, 700, 5]))
    assert equal_outputs(join(3, [700, 700, 700, 5, 6]))
    assert equal_outputs(join(3, [700, 700, 700, 5, 6, 7]))


def test_equal_outputs_wants_exactly_half() -> None:
    assert not equal_outputs(join(4, [700, 700, 700, 700, 5, 6]))
    assert not equal_outputs(join(4, [700, 700, 5, 6, 7]))


def test_equal_outputs_wants_a_hand_for_each() -> None:
    assert not equal_outputs(shape("a:9 a:9 a:9", "x:7 y:7 z:1"))
    assert equal_outputs(shape("a:9 a:9 b:9", "x:7 y:7 z:1"))


@pytest.mark.parametrize("dust", [546, 2_730])
def test_equal_outputs_abstains_on_token_dust(dust: int) -> None:
    assert not equal_outputs(join(2, [dust, dust, 9_000]))
    assert equal_outputs(join(2, [dust + 1, dust + 1, 9_000]))


def test_equal_outputs_gives_frequency_ties_to_the_lowest_value() -> None:
    assert not equal_outputs(join(2, [546, 546, 800, 800]))
    assert equal_outputs(join(2, [545, 545, 800, 800]))


def test_equal_outputs_never_sees_a_whirlpool_mix() -> None:
    for size in range(5, 9):
        assert not equal_outputs(join(size, [1_000_000] * size))


def test_joinmarket_fires_on_equal_outputs_with_change() -> None:
    assert joinmarket(join(3, [50_000, 50_000, 50_000, 11, 12]))
    assert joinmarket(join(3, [50_000, 50_000, 50_000, 11]))


def test_joinmarket_abstains_on_two_and_on_none_left_over() -> None:
    assert not joinmarket(join(3, [50_000, 50_000, 11, 12]))
    assert not joinmarket(join(3, [50_000, 50_000, 50_000]))


def test_joinmarket_wants_half_of_the_outputs_equal() -> None:
    assert joinmarket(join(3, [50_000] * 3 + [1, 2, 3]))
    assert not joinmarket(join(3, [50_000] * 3 + [1, 2, 3, 4]))


def test_joinmarket_takes_no_dust_for_a_denomination() -> None:
    assert not joinmarket(join(3, [2_730] * 3 + [9_000]))
    assert joinmarket(join(3, [2_731] * 3 + [9_000]))


def test_joinmarket_abstains_where_one_hand_pays_for_two() -> None:
    assert not joinmarket(shape("a:9000 a:9000 b:9000", people("x", [5_000, 5_000, 5_000, 1])))


@pytest.mark.parametrize(
    ("hands", "outs", "fires"),
    [
        (16, [5_000] * 3 + [1], True),
        (17, [5_000] * 3 + [1], False),
        (100, [5_000] * 60 + list(range(1, 41)), False),
        (50, [5_000] * 50 + list(range(1, 36)), True),
        (50, [5_000] * 50 + list(range(1, 35)), False),
        (60, [5_000] * 3 + list(range(1, 4)), False),
        (99, [5_000] * 51 + list(range(1, 51)), False),
        (99, [5_000] * 50 + list(range(1, 51)), True),
    ],
)
def test_joinmarket_abstains_beyond_its_ratios_and_sizes(hands: int, outs: list[int], fires: bool) -> None:  # noqa: FBT001 - a case of the table
    assert joinmarket(join(hands, outs)) is fires


def test_joinmarket_abstains_on_a_second_class_of_equal_outputs() -> None:
    assert not joinmarket(join(3, [50_000] * 3 + [7, 7]))


def test_joinmarket_abstains_on_a_note() -> None:
    ins = people("in", [90_000] * 3)
    assert not joinmarket(shape(ins, people("x", [50_000] * 3 + [7]) + " note:0"))


def test_joinmarket_abstains_on_much_reuse() -> None:
    ins = "a:90000 b:90000 c:90000"
    assert not joinmarket(shape(ins, "a:50000 b:50000 c:50000 d:7"))
    assert joinmarket(shape(ins, "a:50000 b:50000 x:50000 d:7"))


def test_coordinator_fires_on_five_equal_outputs_for_five_hands() -> None:
    assert coordinator(join(5, [70] * 5))
    assert not coordinator(join(5, [70] * 4 + [1, 2]))
    assert not coordinator(join(4, [70] * 5))
    assert not coordinator(join(5, [70] * 6))


def test_coordinator_abstains_when_an_output_goes_back_to_an_input_script() -> None:
    ins = people("a", [90] * 5)
    assert coordinator(shape(ins, people("x", [70] * 5) + " change:9"))
    assert not coordinator(shape(ins, people("x", [70] * 5) + " a0:9"))


def test_coordinator_abstains_when_one_script_is_paid_twice() -> None:
    assert not coordinator(shape(people("a", [90] * 5), "x:70 x:70 y:70 z:70 w:70"))


def test_coordinator_counts_only_the_hands_it_knows() -> None:
    assert not coordinator(shape("a:90 b:90 c:90 d:90 e:?", people("x", [70] * 5)))


def test_stonewall_fires_on_one_pair_among_three_or_four_outputs() -> None:
    assert stonewall(shape("a:9000 a:9000", "x:5001 y:5001 z:7"))
    assert stonewall(shape("a:9000 b:9000", "x:5001 y:5001 z:7 w:8"))


@pytest.mark.parametrize(
    ("ins", "outs"),
    [
        ("a:9000 b:9000", "x:5000 y:5000 z:7"),
        ("a:90000", "x:5001 y:5001 z:7"),
        ("a:9000 b:9000", "x:5001 y:5001"),
        ("a:9000 b:9000", "x:5001 y:5001 z:7 w:8 v:9"),
        ("a:9000 b:9000", "x:5001 y:5001 z:5001 w:8"),
        ("a:9000 b:9000", "x:5001 y:5001 z:7 w:7"),
        ("a:9000 b:9000", "x:5001 x:5001 z:7"),
    ],
    ids=["dust", "one_input", "two_outputs", "five_outputs", "three_equal", "two_pairs", "one_payee"],
)
def test_stonewall_abstains_on(ins: str, outs: str) -> None:
    assert not stonewall(shape(ins, outs))


def test_a_note_beside_a_join_does_not_hide_it() -> None:
    assert coordinator(shape(people("a", [90] * 5), people("x", [70] * 5) + " note:0"))
    assert stonewall(shape("a:9000 b:9000", "x:5001 y:5001 z:7 note:0"))
