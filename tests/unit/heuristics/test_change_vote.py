"""The vote: what makes a hop, what makes a lead, and every reason to abstain."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from cointrail.chain.script import p2pkh, p2sh
from cointrail.chain.view import InputMarks, TxView
from cointrail.heuristics.base import REGISTRY, Abstained, Tier
from cointrail.heuristics.change import (
    VOTERS,
    Change,
    ChangeContext,
    Quiet,
    Remaining,
    Verdict,
    spendable,
    vote,
)
from cointrail.heuristics.change.vote import RULES
from cointrail.heuristics.gate import Gate
from support.chains import input_view, output_view, tx, view
from support.change import Told

PAYMENT = tx("a:9", "shop:5 back:3")
OURS, THEIRS = tx("a:9", "x:5 y:3"), replace(tx("a:9", "x:5 y:3"), version=1, locktime=600_000)
NEW = frozenset({1})
ANCHOR = bytes.fromhex("51024e73")


def verdict(payment: TxView, told: Told | None = None, gate: Gate | None = None) -> Change | Quiet:
    found = vote(payment, told or Told(), gate=gate)
    return Quiet(found.because) if isinstance(found, Abstained) else found


def test_every_voter_is_a_registered_rule() -> None:
    assert list(RULES) == [voter.id for voter in VOTERS]
    assert set(RULES) <= set(REGISTRY)


def test_self_change_is_tier_one_and_judged_at_no_height() -> None:
    assert verdict(tx("a:9", "shop:5 a:3")) == Change(
        1, Tier.T1, ("change.self",), None, "it goes back to a script that was spent from"
    )


def test_self_change_holds_in_a_batch_and_for_a_service() -> None:
    found = verdict(tx("a:9", "p:1 q:1 r:1 s:2 a:3"), Told(sender_is_service=True))
    assert isinstance(found, Change)
    assert (found.output, found.tier) == (4, Tier.T1)


def test_one_rule_is_a_lead() -> None:
    assert verdict(PAYMENT, Told(new=NEW)) == Change(
        1, Tier.T4, ("change.fresh",), 900_000, "left as change by change.fresh"
    )


def test_two_rules_that_agree_are_a_hop() -> None:
    found = verdict(PAYMENT, Told(new=NEW, spenders={0: THEIRS, 1: OURS}))
    assert isinstance(found, Change)
    assert (found.tier, found.rules[:2]) == (Tier.T3, ("change.fresh", "change.fingerprint"))


def test_an_output_in_the_inputs_cluster_is_a_hop_by_itself() -> None:
    found = verdict(PAYMENT, Told(known=NEW))
    assert isinstance(found, Change)
    assert (found.tier, found.rules) == (Tier.T3, ("change.revealed",))


def test_a_rule_against_the_output_prevents_both() -> None:
    assert verdict(PAYMENT, Told(known=NEW, new=frozenset({0}))) is Quiet.OPPOSED


def test_a_weak_rule_prevents_a_lead_and_no_hop() -> None:
    three = tx("a:9", "x:5 y:2 z:1")
    against = Told(new=NEW, spenders={0: OURS, 1: three})
    assert verdict(PAYMENT, against) is Quiet.OPPOSED
    hop = verdict(PAYMENT, replace(against, known=NEW))
    assert isinstance(hop, Change)
    assert hop.tier == Tier.T3


@dataclass(frozen=True)
class Oracle:
    """A model that always picks one output."""

    place: int
    name: str = "oracle@1"

    def judge(self, tx: TxView, context: ChangeContext) -> Verdict:
        return Remaining(frozenset({spendable(tx)[self.place]}), context.height)


def test_a_learned_model_is_one_voter_and_off_by_default() -> None:
    told = Told(new=NEW)
    alone = vote(PAYMENT, told)
    beside, against = (vote(PAYMENT, told, model=Oracle(place)) for place in (1, 0))
    assert isinstance(alone, Change)
    assert isinstance(beside, Change)
    assert (alone.tier, beside.tier) == (Tier.T4, Tier.T3)
    assert beside.rules == ("change.fresh", "change.learned")
    assert against == Abstained(Quiet.OPPOSED)


def test_a_round_payment_alone_is_too_weak_for_a_lead() -> None:
    assert verdict(tx("a:9_000_123", "shop:5_000_000 back:4_000_001")) is Quiet.WEAK


def test_a_rule_that_leaves_nothing_has_no_say() -> None:
    unnecessary = tx("a:50 b:10", "shop:30 back:29")
    found = verdict(unnecessary, Told(new=NEW))
    assert isinstance(found, Change)
    assert found.rules == ("change.fresh",)


@pytest.mark.parametrize(
    ("payment", "told", "gate", "why"),
    [
        (tx(outs="miner:50 pool:1"), Told(), None, Quiet.COINBASE),
        (PAYMENT, Told(known=NEW), Gate.UNSAFE, Quiet.UNSAFE),
        (PAYMENT, Told(known=NEW), Gate.UNKNOWN, Quiet.UNKNOWN),
        (tx("a:9", "shop:5 a:3"), Told(), Gate.UNKNOWN, Quiet.UNKNOWN),
        (tx("a:9 b:2", "a:5 b:3"), Told(), None, Quiet.ALL_RETURN),
        (tx("a:9 b:2", "a:5 b:3 shop:1"), Told(), None, Quiet.SEVERAL_RETURN),
        (tx("a:9", "shop:8"), Told(), None, Quiet.ONE_OUTPUT),
        (tx("a:9", "shop:8 note:0"), Told(), None, Quiet.ONE_OUTPUT),
        (tx("a:9", "p:1 q:2 r:3 s:4"), Told(known=NEW), None, Quiet.BATCH),
        (PAYMENT, Told(known=NEW, sender_is_service=True), None, Quiet.SERVICE),
        (tx("a:9_123_456", "x:5_000_000 y:4_000_000"), Told(known=NEW), None, Quiet.NO_CHANGE),
        (PAYMENT, Told(known=NEW, apart=NEW), None, Quiet.HELD_APART),
        (PAYMENT, Told(), None, Quiet.NO_SIGNAL),
    ],
)
def test_every_silence_has_its_reason(payment: TxView, told: Told, gate: Gate | None, why: Quiet) -> None:
    assert verdict(payment, told, gate) is why


def test_the_gate_is_judged_where_it_is_not_told() -> None:
    anyone = InputMarks.SIGNED | InputMarks.SIGHASH_ALL | InputMarks.ANYONE_CAN_PAY
    assert verdict(tx("a:9", "shop:5 a:3", marks=[anyone])) is Quiet.UNSAFE


def test_outputs_of_a_channel_are_never_change() -> None:
    commitment = tx("a:9", "x:5 y:3")
    one = replace(commitment.inputs[0], sequence=0x80AABBCC)
    assert verdict(replace(commitment, locktime=0x20AABBCC, inputs=(one,))) is Quiet.TWO_PARTIES
    anchored = view(commitment.inputs, (*commitment.outputs, output_view(ANCHOR, 240)))
    assert verdict(anchored, Told(known=NEW)) is Quiet.TWO_PARTIES


def of_core(version: int, locktime: int, sequence: int) -> TxView:
    """A payment from P2PKH to P2SH and P2PKH at height 740,000."""
    one = replace(input_view(p2pkh(b"o" * 20), 99), sequence=sequence)
    outs = output_view(p2sh(b"n" * 20), 40), output_view(p2pkh(b"m" * 20), 50)
    return replace(view((one,), outs, height=740_000), version=version, locktime=locktime)


def test_the_type_of_change_is_the_inputs_for_most_programs() -> None:
    found = verdict(of_core(1, 0, 0xFFFFFFFF))
    assert isinstance(found, Change)
    assert (found.output, found.rules) == (1, ("change.script_type",))


def test_a_program_like_core_may_give_change_the_payments_type() -> None:
    assert verdict(of_core(2, 739_999, 0xFFFFFFFD)) is Quiet.NO_SIGNAL
    early = replace(of_core(2, 449_999, 0xFFFFFFFD), height=450_000)
    assert isinstance(verdict(early), Change)
    assert isinstance(vote(early, Told(), dated=False), Abstained)
