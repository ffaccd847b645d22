"""The participants of a JoinMarket round by exact sums."""

from __future__ import annotations

import pytest
from hypothesis import given

from cointrail.chain.view import TxView
from cointrail.coinjoin.slots import Reading, SlotTable, read_slots
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.joinmarket_slots import MAX_MAKER_FEE_SAT, Slots, joinmarket_slots
from cointrail.heuristics.shape import shape_of
from support import joins
from support.chains import tx

D = 1_000_000
"""The denomination of these rounds."""

MAKERS = "m1:1_500_000 m2:1_300_000 m2b:900_000"
"""Two makers; the second brings two coins."""


def round_of(ins: str, outs: str) -> TxView:
    return tx(f"{MAKERS} {ins}", f"x:{D} y:{D} z:{D} c1:500_700 c2:1_200_300 {outs}")


def slots(one: TxView, **options: int) -> SlotTable:
    found = read_slots(one, **options)
    assert isinstance(found, SlotTable)
    return found


def test_each_maker_is_its_inputs_and_its_change_and_the_rest_is_the_takers() -> None:
    found = slots(round_of("t:2_000_000", "c3:990_000"))
    assert found.reading == Reading.UNIQUE
    assert [(s.role, s.inputs, s.change, s.gain_sat) for s in found.slots] == [
        ("maker", (0,), 3, 700),
        ("maker", (1, 2), 4, 300),
        ("taker", (3,), 5, -10_000),
    ]
    assert found.equal_outputs == (0, 1, 2)


def test_a_taker_that_sweeps_has_no_change() -> None:
    found = slots(round_of("t:1_002_000", ""))
    assert [(s.role, s.change) for s in found.slots] == [("maker", 3), ("maker", 4), ("taker", None)]


def test_inputs_of_different_participants_are_held_apart() -> None:
    found = slots(round_of("t:2_000_000", "c3:990_000"))
    assert found.apart == ((0, 1), (0, 2), (0, 3), (1, 3), (2, 3))


def test_two_makers_that_could_change_places_leave_the_reading_ambiguous() -> None:
    twins = tx(
        "m1:1_500_000 m2:1_500_100 t:3_000_000", f"x:{D} y:{D} z:{D} c1:500_500 c2:500_600 c3:1_990_000"
    )
    found = slots(twins)
    assert (found.reading, found.solutions) == (Reading.AMBIGUOUS, 2)
    assert [(s.role, s.inputs, s.change) for s in found.slots] == [("taker", (2,), 5)]
    assert found.apart == ((0, 1), (0, 2), (1, 2))


@pytest.mark.parametrize(
    ("fee", "reading"), [(MAX_MAKER_FEE_SAT, Reading.UNIQUE), (MAX_MAKER_FEE_SAT + 1, Reading.NONE)]
)
def test_a_maker_gains_up_to_the_limit_and_no_more(fee: int, reading: Reading) -> None:
    one = tx(
        "m1:5_000_000 m2:3_000_000 t:9_000_000",
        f"x:{D} y:{D} z:{D} c1:{4_000_000 + fee} c2:2_000_500 c3:7_900_000",
    )
    assert slots(one).reading == reading
    assert slots(one, maker_fee=fee).reading == Reading.UNIQUE


@pytest.mark.parametrize(
    ("ins", "outs", "why"),
    [
        ("a:9 b:9", "c:8 d:8 e:1 f:1", "2 output values repeat"),
        ("a:9 b:9", "c:7 d:6", "0 output values repeat"),
        ("a:9 b:9 c:9", "c:7 d:7 e:1 f:2 g:3", "3 other outputs for 2 participants"),
        ("a:9 b:9 c:9", "c:7 d:7 e:7 f:2", "each maker has its change"),
        ("a:30", "c:7 d:7 e:1", "1 input scripts for 2 participants"),
        ("a:9 b:?", "c:7 d:7", "not known"),
    ],
)
def test_slots_abstain_on_what_cannot_be_a_round(ins: str, outs: str, why: str) -> None:
    found = read_slots(tx(ins, outs))
    assert isinstance(found, Abstained)
    assert why in found.because


@given(plan=joins.joinmarket_rounds())
def test_the_rule_for_links_answers_exactly_where_one_reading_is_left(plan: joins.Plan) -> None:
    one = joins.tx_of(plan)
    found, linked = read_slots(one), joinmarket_slots(shape_of(one))
    if isinstance(found, Abstained) or (
        isinstance(linked, Abstained) and "not a JoinMarket" in linked.because
    ):
        return
    assert isinstance(linked, Slots) == (found.reading == Reading.UNIQUE)
    if isinstance(linked, Slots):
        assert {(s.inputs, s.change) for s in found.slots} == {(s.inputs, s.change) for s in linked.all}


def test_a_search_that_is_too_long_is_given_up_and_claims_nothing() -> None:
    ins = " ".join(f"h{k}:{600_000 + k}" for k in range(18))
    outs = " ".join(f"e{k}:{D}" for k in range(6)) + " " + " ".join(f"c{k}:{200_500 + k}" for k in range(6))
    found = slots(tx(f"{ins} rich:9_000_000", outs), most_steps=5_000)
    assert (found.reading, found.slots, found.apart) == (Reading.TIMEOUT, (), ())
    assert found == slots(tx(f"{ins} rich:9_000_000", outs), most_steps=5_000)
