"""The bulk change rules, fingerprints and vote say what the plain ones say."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chain.script import op_return, p2pkh, p2sh, p2tr, p2wpkh
from cointrail.chain.view import InputMarks, InputView, ScriptType, TxView
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Fingerprint, Remaining, fingerprint_of, spendable, vote
from cointrail.heuristics.change.base import StaticRule
from cointrail.heuristics.change.published_rules import below_inputs
from cointrail.heuristics.change.static_rules import (
    no_change,
    round_value,
    script_type,
    self_change,
    unnecessary_input,
)
from cointrail.heuristics.change_bulk import STATIC_RULES, ChangeFacts, static_batch, verdict_of, vote_batch
from cointrail.heuristics.gate import Gate
from support.chains import batch_of, input_view, output_view, view

RULES: dict[str, StaticRule] = {
    "change.self": self_change,
    "change.script_type": script_type,
    "change.unnecessary_input": unnecessary_input,
    "change.round_value": round_value,
    "change.below_inputs": below_inputs,
    "change.none": no_change,
}

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


@dataclass
class Told:
    """A `ChangeContext` that says what it was told."""

    height: int = 900_000
    new: frozenset[int] = frozenset()
    known: frozenset[int] = frozenset()
    apart: frozenset[int] = frozenset()
    spenders: dict[int, TxView] = field(default_factory=dict)
    sender_is_service: bool = False
    profile: Fingerprint | None = None

    def fresh(self, place: int) -> bool:
        return place in self.new

    def one_time(self, place: int) -> bool:
        return place in self.new

    def spender(self, place: int) -> TxView | None:
        return self.spenders.get(place)

    def in_input_cluster(self, place: int) -> bool:
        return place in self.known

    def held_apart(self, place: int) -> bool:
        return place in self.apart


@st.composite
def told(draw: st.DrawFn, tx: TxView, makers: list[TxView]) -> Told:
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


@st.composite
def scenes(draw: st.DrawFn) -> list[tuple[TxView, Told, Gate]]:
    makers = draw(st.lists(payments(), min_size=1, max_size=3))
    txs = draw(st.lists(payments() | st.sampled_from(makers), min_size=1, max_size=5))
    gates = st.sampled_from([Gate.SAFE] * 6 + [Gate.UNKNOWN, Gate.UNSAFE])
    return [(tx, draw(told(tx, [*makers, *txs])), draw(gates)) for tx in txs]


def facts_of(scene: list[tuple[TxView, Told, Gate]]) -> ChangeFacts:
    rows = [(context, k) for tx, context, _ in scene for k in range(len(tx.outputs))]
    spenders = [context.spender(k) for context, k in rows]
    return ChangeFacts(
        fresh=np.array([context.fresh(k) for context, k in rows], np.bool_),
        in_input_cluster=np.array([context.in_input_cluster(k) for context, k in rows], np.bool_),
        spender_print=np.array([0 if by is None else fingerprint_of(by).word for by in spenders], np.uint64),
        held_apart=np.array([context.held_apart(k) for context, k in rows], np.bool_),
        service=np.array([context.sender_is_service for _, context, _ in scene], np.bool_),
        profile=np.array(
            [context.profile.word if context.profile else 0 for _, context, _ in scene], np.uint64
        ),
    )


@settings(max_examples=150)
@given(txs=st.lists(payments(), min_size=1, max_size=5))
def test_bulk_fingerprints_are_the_plain_ones(txs: list[TxView]) -> None:
    found = static_batch(_batch(txs))
    assert [Fingerprint(int(word)) for word in found.prints] == [fingerprint_of(tx) for tx in txs]


@settings(max_examples=150)
@given(txs=st.lists(payments(), min_size=1, max_size=5))
def test_bulk_static_rules_leave_what_the_plain_ones_leave(txs: list[TxView]) -> None:
    batch = _batch(txs)
    found = static_batch(batch)
    for n, tx in enumerate(txs):
        left = found.left[batch.out_start[n] : batch.out_start[n + 1]]
        for bit, rule_id in enumerate(STATIC_RULES):
            outputs = frozenset(k for k, bits in enumerate(left) if bits >> bit & 1)
            answer = RULES[rule_id](tx)
            spoke = bool(found.spoke[n] >> bit & 1)
            assert (outputs, spoke) == (
                (frozenset(), False) if isinstance(answer, Abstained) else (answer.outputs, True)
            ), rule_id


@settings(max_examples=250)
@given(scene=scenes(), dated=st.booleans())
def test_the_bulk_vote_says_what_the_plain_vote_says(
    scene: list[tuple[TxView, Told, Gate]], *, dated: bool
) -> None:
    gate = np.array([verdict for _, _, verdict in scene], np.uint8)
    found = vote_batch(_batch([tx for tx, _, _ in scene]), gate, facts_of(scene), dated=dated)
    plain = [vote(tx, context, gate=verdict, dated=dated) for tx, context, verdict in scene]
    assert [verdict_of(found, n, 900_000) for n in range(len(scene))] == plain


@given(tx=payments())
def test_a_static_rule_leaves_spendable_outputs_alone(tx: TxView) -> None:
    for rule_id, rule in RULES.items():
        answer = rule(tx)
        assert isinstance(answer, Abstained) or answer.outputs <= set(spendable(tx)), rule_id
        assert not isinstance(answer, Remaining) or answer.judged_at is None


def _batch(txs: list[TxView]):
    weights = np.array([tx.weight or 0 for tx in txs], np.uint32)
    return replace(batch_of(txs), weight=weights)


def test_the_script_types_drawn_are_many() -> None:
    drawn = {output_view(script, 1).script_type for script in SCRIPTS}
    assert len(drawn) == len(MAKERS) + 2
    assert ScriptType.P2A in drawn
