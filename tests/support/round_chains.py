"""Chains drawn by hypothesis whose transactions spend each other: rounds that remix, channels that close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from cointrail.chain.types import Outpoint
from cointrail.chain.view import InputMarks, InputView, OutputView, TxView
from support import joins
from support.chains import ORDINARY, output_view, view

Made = tuple[Outpoint, OutputView]
_PAIR = ORDINARY | InputMarks.MULTISIG | InputMarks.TWO_OF_TWO
_CHANNEL = joins.make_script("channel", 0, 4)
_rounds = joins.wasabi2_rounds((5, 6))
_plans = _rounds | _rounds | joins.pairs() | joins.tx0s()
_sequences = st.sampled_from([0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD])


@st.composite
def linked_chains(draw: st.DrawFn, most: int = 5) -> list[TxView]:
    """Mostly Wasabi 2 rounds and payments into channels; inputs often spend what came before."""
    chain: list[TxView] = []
    unspent: list[Made] = []
    for number in range(draw(st.integers(1, most))):
        base = draw(_plans.map(joins.tx_of))
        spent = draw(st.lists(st.sampled_from(unspent), unique=True, max_size=3)) if unspent else []
        own = base.inputs[len(spent) if draw(st.booleans()) else 0 :]
        inputs = _resigned(draw, [*(_spend(draw, made) for made in spent), *own])
        outputs = tuple(_funded(draw, o) for o in base.outputs)
        if draw(st.sampled_from([True, True, True, False])):
            inputs = tuple(sorted(inputs, key=lambda i: -(i.value or 0)))
            outputs = tuple(sorted(outputs, key=lambda o: -o.value))
        height = draw(st.sampled_from([None, 741_212, 741_213, 900_000]))
        # The number makes transaction ids differ.
        tx = view(inputs, outputs, height=height, locktime=number)
        chain.append(tx)
        unspent = [made for made in unspent if made not in spent]
        unspent += [(Outpoint(tx.txid, vout), o) for vout, o in enumerate(outputs)]
    return chain


def _resigned(draw: st.DrawFn, inputs: Sequence[InputView]) -> tuple[InputView, ...]:
    """The inputs with one sequence."""
    sequence = draw(_sequences)
    return tuple(replace(i, sequence=sequence) for i in inputs)


def _spend(draw: st.DrawFn, made: Made) -> InputView:
    outpoint, output = made
    marks = draw(st.sampled_from([ORDINARY, _PAIR]))
    return InputView(outpoint, output.value, output.script, output.script_type, 0, marks)


def _funded(draw: st.DrawFn, output: OutputView) -> OutputView:
    """The same output, now and then on the script of a channel."""
    return output_view(_CHANNEL, output.value) if draw(st.integers(0, 15)) == 7 else output
