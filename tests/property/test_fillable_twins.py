"""The bulk tests of whether participants could pay their parts say what the plain ones say."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chain.view import InputView, TxView
from cointrail.heuristics.fillable import MAX_HANDS, MAX_STEPS, Answer, extra, possible
from cointrail.heuristics.fillable_bulk import ANSWERS, fillable_batch
from cointrail.heuristics.shape import shape_of
from support import joins
from support.chains import batch_of, input_view, output_view, view
from support.joins import transactions, tx_of


@st.composite
def fillable_joins(draw: st.DrawFn) -> TxView:
    """Participants with an equal output and a change each; some lack a little, some bring several coins."""
    equal = draw(st.sampled_from([5_000, 20_000, 1_000_000, 2_000_000]))
    changes = draw(st.lists(st.integers(0, 3_000_000), min_size=2, max_size=6))
    inputs: list[InputView] = []
    for hand, change in enumerate(changes):
        brought = max(1, equal + change + draw(st.sampled_from([0, 500, -9_000, -10_001, -25_000])))
        cut = draw(st.integers(0, brought))
        owner = draw(st.sampled_from([hand, hand, hand, 0]))
        parts = [brought - cut, cut] if draw(st.booleans()) else [brought]
        inputs += [input_view(joins.make_script("in", owner), part, salt=len(inputs) + k) for k, part in
                   enumerate(parts)]  # fmt: skip
    outs = [equal] * len(changes) + [change for change in changes if change]
    outputs = [output_view(joins.make_script("out", k), value) for k, value in enumerate(outs)]
    if draw(st.booleans()):
        outputs.append(output_view(joins.make_script("in", 0), equal))
    return view(tuple(inputs), tuple(outputs))


def said(tx: TxView, max_steps: int = MAX_STEPS) -> tuple[Answer, Answer]:
    shape = shape_of(tx)
    return extra(shape, max_steps=max_steps), possible(shape, max_steps=max_steps)


def said_in_bulk(txs: list[TxView], max_steps: int = MAX_STEPS) -> list[tuple[Answer, Answer]]:
    found = fillable_batch(batch_of(txs), max_steps=max_steps)
    return [(ANSWERS[a], ANSWERS[b]) for a, b in zip(found.extra, found.possible, strict=True)]


@settings(max_examples=300)
@given(
    txs=st.lists(
        fillable_joins() | transactions() | joins.joinmarket_rounds().map(tx_of), min_size=1, max_size=6
    )
)
def test_the_bulk_tests_say_what_the_plain_ones_say(txs: list[TxView]) -> None:
    assert said_in_bulk(txs) == [said(tx) for tx in txs]


@settings(max_examples=100)
@given(txs=st.lists(fillable_joins(), min_size=1, max_size=4), max_steps=st.integers(1, 40))
def test_both_run_out_of_steps_at_the_same_one(txs: list[TxView], max_steps: int) -> None:
    assert said_in_bulk(txs, max_steps) == [said(tx, max_steps) for tx in txs]


@pytest.mark.parametrize(("hands", "wanted"), [(MAX_HANDS, Answer.YES), (MAX_HANDS + 1, Answer.TIMEOUT)])
def test_a_search_of_too_many_hands_is_not_begun(hands: int, wanted: Answer) -> None:
    ins = tuple(input_view(f"a{k}", 50_000, salt=k) for k in range(hands))
    made = view(ins, (output_view("x", 40_000), output_view("y", 40_000), output_view("z", 90_000)))
    assert said_in_bulk([made]) == [said(made)] == [(wanted, wanted)]
