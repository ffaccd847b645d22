"""Channels and swaps: what the gate says of their spends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cointrail.chain.script import p2pkh, p2tr, p2wpkh, p2wsh
from cointrail.chain.types import Outpoint
from cointrail.chain.view import InputMarks, TxView
from cointrail.heuristics.gate import Gate, GateVerdict, judge
from cointrail.heuristics.lightning import DUAL_FUNDING_FIRST_HEIGHT
from cointrail.heuristics.shape import Surroundings
from support.chains import ORDINARY, input_view, output_view, tx, view

CHANNEL, TAPROOT, NATIVE = p2wsh(bytes(32)), p2tr(bytes(32)), p2wpkh(bytes(20))
PAIR = ORDINARY | InputMarks.MULTISIG | InputMarks.TWO_OF_TWO
CLAIM = ORDINARY | InputMarks.HASH_LOCK | InputMarks.PREIMAGE
SEQUENCE, LOCKTIME = 0x80ABCDEF, 0x20123456


def spend(
    script: bytes = CHANNEL,
    *,
    outs: str = "a:5_000 b:4_000",
    marks: InputMarks = PAIR,
    sequence: int = 0xFFFFFFFF,
    locktime: int = 0,
) -> TxView:
    ins = (input_view(script, 10_000, marks=marks, sequence=sequence),)
    return view(ins, tx(outs=outs).outputs, locktime=locktime)


@pytest.mark.parametrize("script", [CHANNEL, TAPROOT])
def test_a_commitment_is_told_by_its_upper_bytes(script: bytes) -> None:
    made = spend(script, outs="a:5 b:4 anchor:330 other:330", sequence=SEQUENCE, locktime=LOCKTIME)
    assert judge(made) == GateVerdict(Gate.UNKNOWN, ("lightning.commitment",))


@pytest.mark.parametrize(
    ("script", "sequence", "locktime"),
    [
        (CHANNEL, 0x81ABCDEF, LOCKTIME),
        (CHANNEL, SEQUENCE, 0x21123456),
        (CHANNEL, SEQUENCE, 500_000),
        (NATIVE, SEQUENCE, LOCKTIME),
    ],
)
def test_without_all_of_them_it_is_none(script: bytes, sequence: int, locktime: int) -> None:
    found = judge(spend(script, outs="a:1 b:2 c:3", sequence=sequence, locktime=locktime))
    assert "lightning.commitment" not in found.reasons


def test_two_of_two_paid_to_two_is_a_close() -> None:
    assert judge(spend()) == GateVerdict(Gate.UNKNOWN, ("lightning.close",))
    assert judge(spend(outs="a:9_000")) == GateVerdict(Gate.UNKNOWN, ("lightning.close",))


@pytest.mark.parametrize(
    "made",
    [
        spend(outs="a:1 b:2 c:3"),
        spend(TAPROOT),
        spend(marks=ORDINARY | InputMarks.MULTISIG),
        spend(NATIVE),
    ],
    ids=["three outputs", "taproot", "another multisig", "one key"],
)
def test_other_spends_of_one_input_are_no_close(made: TxView) -> None:
    assert judge(made) == GateVerdict(Gate.SAFE, ())


def test_a_preimage_ends_a_trace_wherever_it_is_shown() -> None:
    assert judge(spend(marks=CLAIM)) == GateVerdict(Gate.UNSAFE, ("swap.preimage",))
    batch = view((input_view("a", 5), input_view(CHANNEL, 5, marks=CLAIM)), (output_view("x", 9),))
    assert judge(batch).gate == Gate.UNSAFE


def test_a_swap_is_none_where_a_join_is_seen_too() -> None:
    assert judge(spend(marks=CLAIM)).is_swap
    joined = judge(spend(marks=CLAIM | InputMarks.ANYONE_CAN_PAY))
    assert (joined.gate, joined.is_swap) == (Gate.UNSAFE, False)


def test_a_refund_changes_no_hands() -> None:
    assert judge(spend(marks=ORDINARY | InputMarks.HASH_LOCK)) == GateVerdict(Gate.SAFE, ())


def funding(
    *ins: str | bytes,
    marks: InputMarks = ORDINARY,
    sequence: int = 0xFFFFFFFF,
    others: tuple[str | bytes, ...] = ("change",),
    height: int | None = None,
) -> TxView:
    inputs = tuple(
        input_view(name, 10_000, marks=marks, salt=k, sequence=sequence) for k, name in enumerate(ins)
    )
    change = [output_view(name, 1_000 + k) for k, name in enumerate(others)]
    return view(inputs, (*change, output_view(CHANNEL, 15_000)), height=height)


def opened(made: TxView, vout: int = 1) -> Surroundings:
    return Surroundings(channels={Outpoint(made.txid, vout)})


def test_several_inputs_that_fund_a_channel_make_a_warning_once_it_is_spent() -> None:
    made = funding("alice", "bob")
    assert judge(made) == GateVerdict(Gate.SAFE, ())
    assert judge(made, around=opened(made)) == GateVerdict(Gate.UNKNOWN, ("lightning.open",))


def test_one_input_opens_a_channel_of_its_own() -> None:
    made = funding("alice")
    assert judge(made, around=opened(made)) == GateVerdict(Gate.SAFE, ())


def test_a_wallet_of_pairs_opens_no_channel() -> None:
    made = funding("alice", "bob", marks=PAIR)
    assert "lightning.open" not in judge(made, around=opened(made)).reasons


DUAL = GateVerdict(Gate.UNKNOWN, ("lightning.dual_funding",))


@pytest.mark.parametrize(
    "made",
    [
        funding("alice", "bob", sequence=0xFFFFFFFD, others=("a", "b")),
        funding("alice", TAPROOT, sequence=0),
        funding("alice", "bob", sequence=0xFFFFFFFD, others=("note",)),
        funding("alice", "bob", sequence=0xFFFFFFFD, height=DUAL_FUNDING_FIRST_HEIGHT),
    ],
    ids=["both have change", "of two types", "beside a note", "the first height"],
)
def test_what_two_sides_may_have_funded_is_a_warning_at_once(made: TxView) -> None:
    assert judge(made) == DUAL


@pytest.mark.parametrize(
    "made",
    [
        funding("alice", "alice", sequence=0xFFFFFFFD),
        funding("alice", "bob", sequence=0xFFFFFFFE),
        funding("alice", p2pkh(bytes(20)), sequence=0xFFFFFFFD),
        funding(CHANNEL, p2wsh(b"w" * 32), sequence=0xFFFFFFFD),
        funding("alice", "bob", sequence=0xFFFFFFFD, others=("a", "b", "c")),
        funding("alice", "bob", sequence=0xFFFFFFFD, others=(p2pkh(bytes(20)),)),
        funding("alice", "bob", sequence=0xFFFFFFFD, others=(p2wsh(b"w" * 32),)),
        funding("alice", "bob", sequence=0xFFFFFFFD, height=DUAL_FUNDING_FIRST_HEIGHT - 1),
        replace(funding("alice", "bob", sequence=0xFFFFFFFD), version=1),
    ],
    ids=[
        *("one script", "no replacing", "a legacy input", "all are P2WSH", "four outputs", "a legacy payee"),
        *("two that may be channels", "before its time", "version 1"),
    ],
)
def test_what_the_protocol_for_two_does_not_make_is_no_dual_funding(made: TxView) -> None:
    assert "lightning.dual_funding" not in judge(made).reasons


def spliced(*marks: InputMarks, script: bytes = CHANNEL, to: bytes = CHANNEL) -> TxView:
    inputs = tuple(
        input_view(script if InputMarks.MULTISIG in one else "alice", 9_000, marks=one, salt=k)
        for k, one in enumerate(marks)
    )
    return view(inputs, (output_view(p2pkh(bytes(20)), 500), output_view(to, 17_000)))


@pytest.mark.parametrize("to", [CHANNEL, TAPROOT])
def test_a_channel_spent_beside_other_coins_into_another_is_a_splice(to: bytes) -> None:
    assert judge(spliced(PAIR, ORDINARY, to=to)) == GateVerdict(Gate.UNKNOWN, ("lightning.splice",))


@pytest.mark.parametrize(
    "made",
    [
        spliced(PAIR, PAIR),
        spliced(ORDINARY, ORDINARY),
        spliced(PAIR, ORDINARY, to=NATIVE),
        spliced(ORDINARY | InputMarks.MULTISIG, ORDINARY),
        spliced(PAIR, ORDINARY, script=TAPROOT),
    ],
    ids=["pairs alone", "no pair", "no channel comes of it", "another multisig", "not native"],
)
def test_other_spends_of_several_inputs_are_no_splice(made: TxView) -> None:
    assert "lightning.splice" not in judge(made).reasons
