"""Payments drawn by hypothesis, and what the chain around them says: what change rules are tried on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from cointrail.chain.script import op_return, p2pkh, p2sh, p2tr, p2wpkh
from cointrail.chain.view import InputMarks, InputView, TxView
from cointrail.heuristics.change import fingerprint_of
from cointrail.heuristics.gate import Gate
from cointrail.store.batch import TxBatch
from support.chains import batch_of, input_view, output_view, view
from support.change import Told

MAKERS = (lambda seed: p2wpkh(seed[:20]), lambda seed: p2pkh(seed[:20]), lambda seed: p2sh(seed[:20]), p2tr)
ANCHOR = bytes.fromhex("51024e73")
SCRIPTS = [make(bytes([n]) * 32) for n in range(5) for make in MAKERS] + [op_return(b"note"), ANCHOR]
VALUES = (0, 1, 546, 999, 1_000, 50_000, 1_234_567, 1_234_570, 2_000_000, 100_000_000)
MARKS = (
    InputMarks.NONE,
    InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.WITNESS,
    InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.HIGH_R,
    InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.UNCOMPRESSED_KEY,
    InputMarks.SIGNED | InputMarks.SIGHASH_NONE | InputMarks.ANYONE_CAN_PAY,
    InputMarks.SIGNED | InputMarks.SIGHASH_SINGLE | InputMarks.SCRIPT_PATH | InputMarks.WITNESS,
)
SEQUENCES = (0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0x80ABCDEF, 144)
HEIGHTS = (None, 500_000, 510_900, 733_399, 733_401, 800_000)


@st.composite
def inputs(draw: st.DrawFn) -> InputView:
    """One input of any kind, also one whose previous output is not known."""
    one = input_view(
        draw(st.sampled_from(SCRIPTS[:-2])),
        draw(st.sampled_from([None, *VALUES])),
        marks=draw(st.sampled_from(MARKS)),
        salt=draw(st.integers(0, 1_000)),
    )
    return replace(one, sequence=draw(st.sampled_from(SEQUENCES)))


@st.composite
def payments(draw: st.DrawFn) -> TxView:
    """A transaction of a few inputs and outputs, many of which repeat scripts and values."""
    habit = draw(inputs())
    some = draw(st.lists(inputs(), max_size=4))
    if draw(st.booleans()):
        some = [replace(one, sequence=habit.sequence, marks=habit.marks) for one in some]
    if draw(st.booleans()):
        some = [replace(one, script=habit.script, script_type=habit.script_type) for one in some]
    coins = st.tuples(st.sampled_from(SCRIPTS), st.sampled_from(VALUES))
    outs = draw(st.lists(coins, min_size=1, max_size=draw(st.sampled_from([2, 2, 3, 5]))))
    height = draw(st.sampled_from(HEIGHTS))
    near = 0 if height is None else height
    locktime = st.sampled_from(
        [0, 7, near, max(near - 1, 0), max(near - 100, 0), max(near - 101, 0), 0x20000001]
    )
    made = view(tuple(some), tuple(output_view(*coin) for coin in outs), height=height)
    return replace(
        made,
        version=draw(st.sampled_from([-1, 0, 1, 2, 3, 4])),
        locktime=draw(locktime),
        weight=draw(st.sampled_from([None, 400, 561, 4_000])),
    )


@st.composite
def told(draw: st.DrawFn, tx: TxView, makers: list[TxView]) -> Told:
    """Any context of a transaction; `makers` spend its outputs."""
    places = st.frozensets(st.integers(0, len(tx.outputs) - 1))
    spenders = draw(st.dictionaries(st.integers(0, len(tx.outputs) - 1), st.sampled_from(makers)))
    prints = [fingerprint_of(one) for one in makers if not one.is_coinbase]
    return Told(
        new=draw(places),
        known=draw(st.one_of(st.just(frozenset()), places)),
        apart=draw(st.one_of(st.just(frozenset()), places)),
        spenders={k: by for k, by in spenders.items() if not by.is_coinbase},
        sender_is_service=draw(st.integers(0, 9)) == 0,
        profile=draw(st.sampled_from([None, *prints])),
    )


Scene = list[tuple[TxView, Told, Gate]]


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Transactions, each with what the chain says of it and the gate's verdict."""
    makers = draw(st.lists(payments(), min_size=1, max_size=3))
    txs = draw(st.lists(payments() | st.sampled_from(makers), min_size=1, max_size=5))
    gates = st.sampled_from([Gate.SAFE] * 6 + [Gate.UNKNOWN, Gate.UNSAFE])
    return [(tx, draw(told(tx, [*makers, *txs])), draw(gates)) for tx in txs]


def batch_with_weights(txs: list[TxView]) -> TxBatch:
    """The same transactions as columns, sizes too."""
    weights = np.array([tx.weight or 0 for tx in txs], np.uint32)
    return replace(batch_of(txs), weight=weights)
