"""The slots read from a round are all that trying everything finds."""

from __future__ import annotations

from itertools import product

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cointrail.chain.view import TxView
from cointrail.coinjoin.slots import Reading, SlotTable, read_slots
from support.chains import tx

D = 1_000
LIMIT = 3
"""Denomination and most that a maker gains, small so that sums meet by chance."""

Found = frozenset[tuple[frozenset[int], int | None]]


@st.composite
def rounds(draw: st.DrawFn) -> tuple[TxView, list[int], list[int]]:
    """A round of two to four participants; values of its inputs and of its changes."""
    ins, changes = [], []
    makers = draw(st.integers(1, 3))
    for _ in range(makers):
        change = draw(st.integers(1, 12))
        ins += _split(draw, D + change - draw(st.integers(0, LIMIT)))
        changes.append(change)
    taken = draw(st.sampled_from([0, 5, 11]))
    ins += _split(draw, D + taken + 40)
    if taken:
        changes.append(taken)
    assume(len(set(changes)) == len(changes))
    spent = " ".join(f"h{k}:{value}" for k, value in enumerate(draw(st.permutations(ins))))
    equal = " ".join(f"e{k}:{D}" for k in range(makers + 1))
    one = tx(spent, f"{equal} " + " ".join(f"c{k}:{value}" for k, value in enumerate(changes)))
    return one, [int(i.value or 0) for i in one.inputs], changes


def _split(draw: st.DrawFn, total: int) -> list[int]:
    """A sum in one coin or two."""
    first = draw(st.sampled_from([0, total // 3, total // 2]))
    return [value for value in (first, total - first) if value]


def by_trying(ins: list[int], changes: list[int], participants: int) -> set[Found]:
    """Every way to give each input a participant so that all but one are makers."""
    targets: list[tuple[int | None, int]] = [*enumerate(changes, start=participants)]
    targets += [(None, 0)] * (participants - len(changes))
    found = set()
    for seats in product(range(participants), repeat=len(ins)):
        sets = [frozenset(k for k, seat in enumerate(seats) if seat == p) for p in range(participants)]
        if not all(sets):
            continue
        gains = [D + targets[p][1] - sum(ins[k] for k in sets[p]) for p in range(participants)]
        makers = [p for p in range(participants) if 0 <= gains[p] <= LIMIT and targets[p][0] is not None]
        if len(makers) >= participants - 1:
            found.add(frozenset((sets[p], targets[p][0]) for p in range(participants)))
    return found


@settings(max_examples=150)
@given(drawn=rounds())
def test_a_reading_has_what_all_ways_share_and_counts_them(
    drawn: tuple[TxView, list[int], list[int]],
) -> None:
    one, ins, changes = drawn
    table = read_slots(one, maker_fee=LIMIT)
    assert isinstance(table, SlotTable)
    ways = by_trying(ins, changes, len(table.equal_outputs))
    assert table.solutions == len(ways)
    assert table.reading == (Reading.UNIQUE if len(ways) == 1 else Reading.AMBIGUOUS)
    shared = frozenset.intersection(*ways)
    assert {(frozenset(slot.inputs), slot.change) for slot in table.slots} == shared
    apart = {
        (a, b)
        for a in range(len(ins))
        for b in range(a + 1, len(ins))
        if not any({a, b} <= hands for way in ways for hands, _ in way)
    }
    assert set(table.apart) == apart
