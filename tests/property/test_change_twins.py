"""The bulk change rules, fingerprints and vote say what the plain ones say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cointrail.chain.view import ScriptType, TxView
from cointrail.heuristics.base import Abstained
from cointrail.heuristics.change import Fingerprint, Remaining, fingerprint_of, spendable, vote
from cointrail.heuristics.change.base import StaticRule, Verdict
from cointrail.heuristics.change.features import FEATURES, features_of
from cointrail.heuristics.change.published_rules import below_inputs
from cointrail.heuristics.change.static_rules import (
    no_change,
    round_value,
    script_type,
    self_change,
    unnecessary_input,
)
from cointrail.heuristics.change_bulk import (
    NO_OUTPUT,
    STATIC_RULES,
    ChangeFacts,
    static_batch,
    verdict_of,
    vote_batch,
)
from cointrail.heuristics.change_model_bulk import ask_batch, sample_batch
from cointrail.heuristics.gate import Gate
from support.chains import batch_of, output_view, tx
from support.change import Told
from support.change_models import drawn_model
from support.payments import MAKERS, SCRIPTS, Scene, batch_with_weights, payments, scenes

RULES: dict[str, StaticRule] = {
    "change.self": self_change,
    "change.script_type": script_type,
    "change.unnecessary_input": unnecessary_input,
    "change.round_value": round_value,
    "change.below_inputs": below_inputs,
    "change.none": no_change,
}


def facts_of(scene: Scene) -> ChangeFacts:
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
    found = static_batch(batch_with_weights(txs))
    assert [Fingerprint(int(word)) for word in found.prints] == [fingerprint_of(tx) for tx in txs]


@settings(max_examples=150)
@given(txs=st.lists(payments(), min_size=1, max_size=5))
def test_bulk_static_rules_leave_what_the_plain_ones_leave(txs: list[TxView]) -> None:
    batch = batch_with_weights(txs)
    found = static_batch(batch)
    for n, one in enumerate(txs):
        left = found.left[batch.out_start[n] : batch.out_start[n + 1]]
        for bit, rule_id in enumerate(STATIC_RULES):
            outputs = frozenset(k for k, bits in enumerate(left) if bits >> bit & 1)
            answer = RULES[rule_id](one)
            spoke = bool(found.spoke[n] >> bit & 1)
            assert (outputs, spoke) == (
                (frozenset(), False) if isinstance(answer, Abstained) else (answer.outputs, True)
            ), rule_id


@settings(max_examples=250)
@given(scene=scenes(), dated=st.booleans())
def test_the_bulk_vote_says_what_the_plain_vote_says(scene: Scene, *, dated: bool) -> None:
    gate = np.array([verdict for _, _, verdict in scene], np.uint8)
    found = vote_batch(batch_with_weights([tx for tx, _, _ in scene]), gate, facts_of(scene), dated=dated)
    plain = [vote(tx, context, gate=verdict, dated=dated) for tx, context, verdict in scene]
    assert [verdict_of(found, n, 900_000) for n in range(len(scene))] == plain


@settings(max_examples=150)
@given(scene=scenes())
def test_bulk_features_are_the_plain_ones(scene: Scene) -> None:
    batch, facts = batch_with_weights([tx for tx, _, _ in scene]), facts_of(scene)
    asked = np.ones(len(scene), np.bool_)
    found = sample_batch(batch, static_batch(batch), facts, asked)
    plain = [
        row
        for tx, context, _ in scene
        if not tx.is_coinbase and len(spendable(tx)) in {2, 3}
        for row in features_of(tx, context)
    ]
    assert [tuple(row) for row in found.rows.tolist()] == plain
    assert {len(row) for row in plain} <= {len(FEATURES)}


@settings(max_examples=150)
@given(scene=scenes(), dated=st.booleans(), seed=st.integers(0, 30))
def test_the_bulk_vote_with_a_model_says_what_the_plain_vote_says(
    scene: Scene, *, dated: bool, seed: int
) -> None:
    model = drawn_model(seed)
    batch, facts = batch_with_weights([tx for tx, _, _ in scene]), facts_of(scene)
    learned = ask_batch(model, batch, static_batch(batch), facts)
    for n, (one, context, _) in enumerate(scene):
        answer = model.judge(one, context)
        mask = sum(1 << k for k, place in enumerate(spendable(one)) if place in picked(answer))
        assert int(learned[n]) == (8 | mask if mask else 0)
    gate = np.array([verdict for _, _, verdict in scene], np.uint8)
    found = vote_batch(batch, gate, facts, learned=learned, dated=dated)
    plain = [vote(tx, context, gate=verdict, model=model, dated=dated) for tx, context, verdict in scene]
    assert [verdict_of(found, n, 900_000) for n in range(len(scene))] == plain


def picked(answer: Verdict) -> frozenset[int]:
    return frozenset() if isinstance(answer, Abstained) else answer.outputs


@given(tx=payments())
def test_a_static_rule_leaves_spendable_outputs_alone(tx: TxView) -> None:
    for rule_id, rule in RULES.items():
        answer = rule(tx)
        assert isinstance(answer, Abstained) or answer.outputs <= set(spendable(tx)), rule_id
        assert not isinstance(answer, Remaining) or answer.judged_at is None


def test_the_script_types_drawn_are_many() -> None:
    drawn = {output_view(script, 1).script_type for script in SCRIPTS}
    assert len(drawn) == len(MAKERS) + 2
    assert ScriptType.P2A in drawn


@pytest.mark.parametrize("back", [None, 0, 64, 129])
def test_self_change_is_found_among_thousands_of_pairs_too(back: int | None) -> None:
    outs = [f"o{k}:{k + 1}" for k in range(130)]
    if back is not None:
        outs[back] = "i7:9"
    large = tx(" ".join(f"i{k}:9" for k in range(70)), " ".join(outs))
    found = static_batch(batch_of([large, tx("a:9", "b:5 a:3")]))
    left = [k for k, bits in enumerate(found.left[:130]) if bits & 1]
    assert left == ([] if back is None else [back])
    assert Fingerprint(int(found.prints[0])) == fingerprint_of(large)
    assert found.left[131] & 1


def test_a_verdict_names_no_place_that_it_cannot_store() -> None:
    for place in (254, 255):
        outs = " ".join("a:3" if k == place else f"o{k}:1" for k in range(300))
        one, told = tx("a:9", outs), Told()
        batch = batch_of([one])
        none = np.zeros(300, np.bool_)
        facts = ChangeFacts(none, none, np.zeros(300, np.uint64))
        found = vote_batch(batch, np.zeros(1, np.uint8), facts)
        assert verdict_of(found, 0, told.height) == vote(one, told, gate=Gate.SAFE)
        assert int(found.output[0]) == min(place, int(NO_OUTPUT))
