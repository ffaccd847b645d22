from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.types import Sat
from cointrail.tracing.taint import (
    Segment,
    cut_spans,
    fifo_backward,
    fifo_forward,
    haircut,
    length_of,
    line_marks,
)

sats = st.integers(0, 2_100_000_000_000_000)
small = st.integers(0, 40)


@given(parts=st.lists(sats, min_size=1, max_size=12), data=st.data())
def test_haircut_makes_and_loses_no_satoshi_and_overfills_no_part(
    parts: list[int], data: st.DataObject
) -> None:
    tainted = data.draw(st.integers(0, sum(parts)))
    shares = haircut(tainted, parts)
    assert sum(shares) == tainted
    assert all(0 <= share <= part for share, part in zip(shares, parts, strict=True))


@given(parts=st.lists(sats, min_size=1, max_size=12), data=st.data())
def test_haircut_is_within_one_satoshi_of_the_exact_share(parts: list[int], data: st.DataObject) -> None:
    total = sum(parts)
    tainted = data.draw(st.integers(0, total))
    for share, part in zip(haircut(tainted, parts), parts, strict=True):
        assert abs(share - Fraction(tainted * part, total or 1)) < 1


@st.composite
def transactions(draw: st.DrawFn) -> tuple[list[list[Segment]], list[Sat]]:
    """Labelled runs for each input, and the satoshi of outputs and fee that they pay for."""
    run = st.tuples(st.sampled_from("abc"), small)
    inputs = [
        [Segment(label, Sat(length)) for label, length in runs]
        for runs in draw(st.lists(st.lists(run, max_size=4), min_size=1, max_size=6))
    ]
    total = sum(length for runs in inputs for _, length in runs)
    marks = sorted(draw(st.lists(st.integers(0, total), max_size=5)))
    edges = [0, *marks, total]
    return inputs, [Sat(hi - lo) for lo, hi in pairwise(edges)]


def _joined(runs: list[Segment]) -> tuple[Segment, ...]:
    kept: list[Segment] = []
    for label, length in runs:
        if length and kept and kept[-1].label == label:
            kept[-1] = Segment(label, Sat(kept[-1].length + length))
        elif length:
            kept.append(Segment(label, length))
    return tuple(kept)


@given(tx=transactions())
def test_fifo_back_of_fifo_forward_is_the_identity(tx: tuple[list[list[Segment]], list[Sat]]) -> None:
    inputs, parts = tx
    sizes = [Sat(sum(length for _, length in runs)) for runs in inputs]
    assert fifo_backward(fifo_forward(inputs, parts), sizes) == tuple(_joined(runs) for runs in inputs)


@given(tx=transactions())
def test_fifo_fills_every_part_and_keeps_every_label(tx: tuple[list[list[Segment]], list[Sat]]) -> None:
    inputs, parts = tx
    filled = fifo_forward(inputs, parts)
    assert [sum(run.length for run in part) for part in filled] == parts
    for label in "abc":
        before = sum(length for runs in inputs for name, length in runs if name == label)
        assert sum(run.length for part in filled for run in part if run.label == label) == before


@given(tx=transactions(), data=st.data())
def test_spans_land_where_labelled_satoshi_land(
    tx: tuple[list[list[Segment]], list[Sat]], data: st.DataObject
) -> None:
    _, parts = tx
    total = sum(parts)
    lo = data.draw(st.integers(0, total))
    hi = data.draw(st.integers(lo, total))
    line = [Segment("out", Sat(lo)), Segment("in", Sat(hi - lo)), Segment("out", Sat(total - hi))]
    by_label = [sum(run.length for run in part if run.label == "in") for part in fifo_forward([line], parts)]
    by_span = cut_spans([(lo, hi)], line_marks(parts))
    assert [length_of(by_span.get(place, [])) for place in range(len(parts))] == by_label
