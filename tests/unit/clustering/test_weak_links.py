from __future__ import annotations

from itertools import combinations

import numpy as np

from cointrail.clustering.weak_link_kinds import PairReason
from cointrail.clustering.weak_links import slot_pairs
from cointrail.heuristics.gate_bulk import judge_batch
from cointrail.heuristics.joinmarket_slots import Slots, joinmarket_slots
from cointrail.heuristics.shape import shape_of
from support.chains import batch_of, number_scripts, tx

PAID = "a:50_000_000 b:50_000_000 c:50_000_000"
ROUND = tx(
    ins="taker:90_000_000 maker1:70_000_000 maker2:65_000_000",
    outs=f"{PAID} rest1:39_980_000 rest2:20_004_000 rest3:15_004_000",
)
VAGUE = tx(ins="d:60_000_000 e:60_000_000 f:60_000_000", outs=f"{PAID} x:9_990_000 y:10_004_000 z:10_002_000")


def test_two_slots_of_a_round_stay_apart_with_what_they_brought_and_got_back() -> None:
    numbers = number_scripts([ROUND])
    batch = batch_of([ROUND])
    one, other, txs, reason = slot_pairs(batch, judge_batch(batch)[1])
    slots = joinmarket_slots(shape_of(ROUND))
    assert isinstance(slots, Slots)
    read = {frozenset(numbers[script] for script in pair) for pair in slots.apart(shape_of(ROUND))}
    equal = {frozenset(pair) for pair in combinations([numbers[o.script] for o in ROUND.outputs[:3]], 2)}
    assert {frozenset(pair) for pair in zip(one.tolist(), other.tolist(), strict=True)} == read | equal
    assert len(read) == 12
    assert (set(txs.tolist()), set(reason.tolist())) == ({0}, {PairReason.JOINMARKET_SLOTS})


def test_of_a_round_that_reads_in_several_ways_only_the_equal_outputs_stay_apart() -> None:
    batch = batch_of([VAGUE])
    one, _, _, _ = slot_pairs(batch, judge_batch(batch)[1])
    assert len(one) == 3


def test_what_is_no_round_keeps_nobody_apart() -> None:
    batch = batch_of([tx(ins="a:5 b:4", outs="c:8")])
    assert all(len(column) == 0 for column in slot_pairs(batch, np.zeros(1, np.uint32)))
