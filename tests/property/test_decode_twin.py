from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.decode import encode_block, encode_compact_size, tx_of
from cointrail.chain.marks import input_marks
from cointrail.chain.script import classify
from cointrail.chain.types import Outpoint, Sat, Txid, TxIn, TxOut
from cointrail.kernel.decode import FAULTS
from support import wire
from support.decoding import count, decodes, kernel_facts, last_push, plain_facts
from support.kernel_chain import random_branch
from support.real_files import block_rows

SINGLE = [row["file"] for row in block_rows() if row["file"].endswith(".blk")]

raw_blocks = wire.blocks.map(encode_block)


@given(st.lists(raw_blocks, min_size=1, max_size=3))
def test_the_kernel_decodes_blocks_as_the_plain_decoder_does(blocks: list[bytes]) -> None:
    assert kernel_facts(blocks) == plain_facts(blocks)


@given(raw_blocks, st.binary(max_size=9), st.binary(max_size=9))
def test_what_stands_around_a_block_makes_no_difference(raw: bytes, before: bytes, after: bytes) -> None:
    alone, among = count([raw]), count([raw], before=before, after=after)
    assert alone.sound == among.sound == [True]
    assert (alone.counts == among.counts).all()


def test_the_kernel_decodes_a_signed_chain_as_the_plain_decoder_does() -> None:
    blocks = [b.raw for b in random_branch(7, 140, busy=40).blocks]
    assert kernel_facts(blocks) == plain_facts(blocks)


@pytest.mark.parametrize("name", SINGLE)
def test_the_kernel_decodes_real_blocks_as_the_plain_decoder_does(name: str, real_data: Path) -> None:
    raw = (real_data / "blocks" / name).read_bytes()
    assert kernel_facts([raw]) == plain_facts([raw])


@st.composite
def _damaged(draw: st.DrawFn) -> bytes:
    """A block with a byte changed, removed or added behind its header, or cut short."""
    raw = draw(raw_blocks)
    place = draw(st.integers(80, len(raw) - 1))
    how = draw(st.sampled_from(["flip", "set", "cut", "drop", "add", "swap"]))
    if how == "cut":
        return raw[:place]
    if how == "drop":
        return raw[:place] + raw[place + draw(st.integers(1, 8)) :]
    if how == "add":
        return raw[:place] + draw(st.binary(min_size=1, max_size=8)) + raw[place:]
    if how == "swap":
        size = draw(st.sampled_from([0xFC, 0xFD, 0xFFFF, 0x10000, 2**31, 2**32, 2**63, 2**64 - 1]))
        return raw[:place] + encode_compact_size(size) + raw[place + 1 :]
    byte = raw[place] ^ (1 << draw(st.integers(0, 7))) if how == "flip" else draw(st.integers(0, 255))
    return raw[:place] + bytes((byte,)) + raw[place + 1 :]


@given(
    st.one_of(_damaged(), st.binary(max_size=200).map(lambda tail: bytes(80) + tail), st.binary(max_size=90))
)
def test_both_decoders_refuse_the_same_bytes(raw: bytes) -> None:
    counted = count([raw])
    assert counted.sound == [decodes(raw)]
    if counted.sound == [True]:
        assert kernel_facts([raw]) == plain_facts([raw])
    else:
        assert int(counted.faults[0, 0]) in FAULTS
        assert 0 <= int(counted.faults[0, 1]) <= len(raw)


@given(raw_blocks, _damaged(), raw_blocks)
def test_a_malformed_block_spoils_no_other(first: bytes, middle: bytes, last: bytes) -> None:
    assert count([first, middle, last]).sound == [True, decodes(middle), True]


def _with_input(script_sig: bytes, witness: tuple[bytes, ...], script: bytes) -> bytes:
    spend = TxIn(Outpoint(Txid(b"t" * 32), 1), script_sig, 7, witness)
    null = Outpoint(Txid(bytes(32)), 0xFFFFFFFF)
    coinbase = tx_of(1, [TxIn(null, b"\1\1", 0)], [TxOut(Sat(1), script)], 0)
    return encode_block(wire.block_of([coinbase, tx_of(1, [spend], [], 0)]))


@given(wire.script_sigs | st.binary(max_size=120), wire.witnesses, wire.scripts)
def test_marks_pushes_and_types_are_as_defined(
    script_sig: bytes, witness: tuple[bytes, ...], script: bytes
) -> None:
    coinbase, spend = kernel_facts([_with_input(script_sig, witness, script)])
    assert spend.inputs[0].marks == int(input_marks(script_sig, witness))
    assert spend.inputs[0].last_push == last_push(script_sig)
    assert coinbase.outputs[0][2] == int(classify(script))
