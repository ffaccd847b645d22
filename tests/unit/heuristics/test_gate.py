from __future__ import annotations

import pytest

from cointrail.chain.view import InputMarks
from cointrail.heuristics.gate import REASONS, Gate, GateVerdict, judge, verdict_of
from support.chains import tx

ALL, NONE, SINGLE = InputMarks.SIGHASH_ALL, InputMarks.SIGHASH_NONE, InputMarks.SIGHASH_SINGLE
SIGNED, ANYONE = InputMarks.SIGNED, InputMarks.ANYONE_CAN_PAY


def test_an_ordinary_payment_is_safe() -> None:
    assert judge(tx(ins="alice:5 bob:3", outs="shop:7")) == GateVerdict(Gate.SAFE, ())


def test_a_coinbase_is_safe() -> None:
    assert judge(tx(outs="miner:50 pool:1")) == GateVerdict(Gate.SAFE, ())


@pytest.mark.parametrize(
    ("marks", "reasons"),
    [
        (SIGNED | SINGLE | ANYONE, ("sighash.anyone_can_pay",)),
        (SIGNED | ALL | ANYONE, ("sighash.anyone_can_pay",)),
        (SIGNED | NONE | ANYONE, ("sighash.anyone_can_pay", "sighash.none")),
        (SIGNED | NONE, ("sighash.none",)),
    ],
)
def test_a_signature_that_leaves_the_transaction_open_is_unsafe(
    marks: InputMarks, reasons: tuple[str, ...]
) -> None:
    found = judge(tx(ins="alice:5 bob:3", outs="shop:7", marks=[SIGNED | ALL, marks]))
    assert found == GateVerdict(Gate.UNSAFE, reasons)


def test_single_alone_is_safe() -> None:
    assert judge(tx(ins="alice:5", outs="shop:4", marks=[SIGNED | SINGLE])).gate == Gate.SAFE


def test_an_unknown_prevout_beside_another_input_is_unknown() -> None:
    assert judge(tx(ins="alice:5 bob:?", outs="shop:7")) == GateVerdict(
        Gate.UNKNOWN, ("gate.missing_prevout",)
    )


def test_an_unknown_prevout_alone_links_nothing_and_is_safe() -> None:
    assert judge(tx(ins="bob:?", outs="shop:7")).gate == Gate.SAFE


def test_the_worst_reason_decides_and_all_are_told() -> None:
    marks = [SIGNED | ALL | ANYONE]
    found = judge(tx(ins="a:9000 b:?", outs="x:5001 y:5001 z:7", marks=marks))
    assert found == GateVerdict(
        Gate.UNSAFE, ("sighash.anyone_can_pay", "coinjoin.stonewall", "gate.missing_prevout")
    )


def test_a_tx0_is_named_only_where_it_clears_something() -> None:
    assert judge(tx(ins="a:5_000_000", outs="p:1_000_100 fee:50_000 note:0")) == GateVerdict(Gate.SAFE, ())
    cleared = judge(tx(ins="a:5_000_000 b:9", outs="p:1_000_100 q:1_000_100 fee:50_000 note:0"))
    assert cleared == GateVerdict(Gate.SAFE, ("whirlpool.tx0",))


def test_a_height_of_another_network_tells_no_date() -> None:
    ins = " ".join(f"i{k}:10_000_000" for k in range(20))
    outs = " ".join(f"o{k}:{9_990_000 if k < 4 else 17 * k}" for k in range(7))
    early = tx(ins=ins, outs=outs, height=150)
    assert "coinjoin.wasabi1" not in judge(early).reasons
    assert "coinjoin.wasabi1" in judge(early, dated=False).reasons


def test_a_verdict_is_read_back_from_its_bits() -> None:
    for k, reason in enumerate(REASONS):
        assert verdict_of(1 << k) == GateVerdict(reason.gate, (reason.id,))
    assert verdict_of(0) == GateVerdict(Gate.SAFE, ())
    assert verdict_of((1 << len(REASONS)) - 1).gate == Gate.UNSAFE
