from __future__ import annotations

from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from cointrail.heuristics.base import Abstained
from cointrail.heuristics.joinmarket_slots import Slot, Slots, joinmarket_slots
from cointrail.heuristics.shape import Shape, shape_of
from support.chains import script_of, tx


def shape(ins: str, outs: str) -> Shape:
    return shape_of(tx(ins=ins, outs=outs))


ROUND = shape(
    "t1:900_000 t2:350_000 m1:1_310_000 m2:2_770_000",
    "e1:700_000 tc:540_000 e2:700_000 m1c:611_000 e3:700_000 m2c:2_072_000",
)


def test_a_round_is_read_where_sums_tell() -> None:
    found = joinmarket_slots(ROUND)
    assert isinstance(found, Slots)
    assert found.denomination == 700_000
    assert found.taker == Slot((0, 1), 1)
    assert set(found.makers) == {Slot((2,), 3), Slot((3,), 5)}


def test_slots_of_one_round_are_kept_apart() -> None:
    found = joinmarket_slots(ROUND)
    assert isinstance(found, Slots)
    pairs = found.apart(ROUND)
    assert frozenset({script_of("m1"), script_of("m2c")}) in pairs
    assert frozenset({script_of("t1"), script_of("m1")}) in pairs
    assert frozenset({script_of("m1"), script_of("m1c")}) not in pairs
    assert frozenset({script_of("t1"), script_of("t2")}) not in pairs
    assert not any(script_of("e1") in pair for pair in pairs)


def test_a_taker_may_sweep() -> None:
    found = joinmarket_slots(
        shape("t1:715_000 m1:1_310_000 m2:2_770_000", "x:700_000 y:700_000 z:700_000 a:611_000 b:2_072_000")
    )
    assert isinstance(found, Slots)
    assert found.taker == Slot((0,), None)


def test_inputs_of_one_script_are_one_participants() -> None:
    found = joinmarket_slots(
        shape(
            "m1:655_000 m1:655_000 t1:1_250_000 m2:2_770_000",
            "e1:700_000 tc:540_000 e2:700_000 m1c:611_000 e3:700_000 m2c:2_072_000",
        )
    )
    assert isinstance(found, Slots)
    assert Slot((0, 1), 3) in found.makers


def test_amounts_that_fit_twice_are_no_reading() -> None:
    found = joinmarket_slots(
        shape(
            "t1:1_300_000 m1:1_310_000 m2:1_310_500",
            "e1:700_000 tc:590_000 e2:700_000 m1c:611_000 e3:700_000 m2c:612_000",
        )
    )
    assert found == Abstained("amounts allow several readings")


def test_amounts_that_fit_nowhere_are_no_reading() -> None:
    found = joinmarket_slots(
        shape("a:100_000 b:100_000 c:5_000_000", "x:700_000 y:700_000 z:700_000 a2:611_000 b2:2_072_000")
    )
    assert found == Abstained("amounts allow no reading")


def test_what_is_no_round_is_not_read() -> None:
    assert isinstance(joinmarket_slots(shape("a:9 b:9", "x:7 y:7 z:1")), Abstained)
    assert isinstance(joinmarket_slots(shape("a:9 b:?", "x:7 y:7 z:1")), Abstained)


def test_several_makers_without_change_are_not_read() -> None:
    made = shape("a:705_000 b:705_000 c:1_300_000 d:9", "x:700_000 y:700_000 z:700_000 w:611_000")
    assert joinmarket_slots(made) == Abstained("some maker has no change")


def test_a_large_round_is_given_up_after_so_many_steps() -> None:
    ins = " ".join(f"i{k}:{300_000 + 17 * k}" for k in range(40))
    outs = " ".join(f"e{k}:700_000 c{k}:{90_000 + k}" for k in range(12))
    assert joinmarket_slots(shape(ins, outs)) == Abstained("more than 50000 ways to look at")


class Party(NamedTuple):
    ins: list[int]
    change: int


@st.composite
def rounds(draw: st.DrawFn) -> tuple[int, list[Party]]:
    """A denomination and its participants, the taker first."""
    equal = draw(st.integers(100_000, 2_000_000))
    parties, fees = [], 0
    for _ in range(draw(st.integers(2, 3))):
        ins = draw(st.lists(st.integers(equal, 3 * equal), min_size=1, max_size=2))
        fee = draw(st.integers(0, 2_000))
        fees += fee
        parties.append(Party(ins, sum(ins) - equal + fee))
    taker = draw(st.lists(st.integers(equal + 20_000, 3 * equal), min_size=1, max_size=2))
    return equal, [Party(taker, sum(taker) - equal - fees - 5_000), *parties]


@given(rounds())
def test_what_is_read_is_true(made: tuple[int, list[Party]]) -> None:
    equal, parties = made
    ins = " ".join(f"p{k}i{n}:{v}" for k, party in enumerate(parties) for n, v in enumerate(party.ins))
    outs = " ".join(f"p{k}e:{equal} p{k}c:{party.change}" for k, party in enumerate(parties))
    found = joinmarket_slots(shape(ins, outs))
    if isinstance(found, Slots):
        owners = [k for k, party in enumerate(parties) for _ in party.ins]
        for slot in found.all:
            assert len({owners[place] for place in slot.inputs}) == 1
            assert slot.change is not None
            assert slot.change // 2 == owners[slot.inputs[0]]
