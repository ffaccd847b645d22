"""Laws of the wire form: what is written is read, what is cut or noise is refused, never more."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import assume, given
from hypothesis import strategies as st

from cointrail.chain.commitments import check_merkle_root, coinbase_height, witness_commitment
from cointrail.chain.decode import (
    decode_block,
    decode_tx,
    encode_block,
    encode_compact_size,
    encode_tx,
    read_compact_size,
)
from cointrail.chain.marks import input_marks
from cointrail.chain.types import Block, Tx, TxIn
from cointrail.chain.view import InputMarks
from cointrail.errors import DecodeError
from support.wire import blocks, inputs, txs


def wire(tx: Tx) -> bytes:
    return encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime)


def is_refused(data: bytes) -> bool:
    try:
        decode_tx(data)
    except DecodeError:
        return True
    return False


@given(txs())
def test_a_transaction_is_read_as_it_was_made(tx: Tx) -> None:
    assert decode_tx(wire(tx)) == tx


@given(txs())
def test_a_txid_does_not_depend_on_witnesses(tx: Tx) -> None:
    bare = [TxIn(i.outpoint, i.script_sig, i.sequence) for i in tx.inputs]
    assert decode_tx(encode_tx(tx.version, bare, tx.outputs, tx.locktime)).txid == tx.txid


@given(txs(), st.data())
def test_a_transaction_cut_short_is_refused(tx: Tx, data: st.DataObject) -> None:
    raw = wire(tx)
    assert is_refused(raw[: data.draw(st.integers(0, len(raw) - 1))])


@given(txs(), st.binary(min_size=1, max_size=5))
def test_a_transaction_with_a_tail_is_refused(tx: Tx, tail: bytes) -> None:
    assert is_refused(wire(tx) + tail)


@given(st.binary(max_size=300))
def test_noise_raises_nothing_but_a_decode_error(data: bytes) -> None:
    for decode in (decode_tx, decode_block):
        with suppress(DecodeError):
            decode(data)


@given(blocks, st.data())
def test_a_damaged_block_is_read_whole_or_refused(block: Block, data: st.DataObject) -> None:
    raw = bytearray(encode_block(block))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(80, len(raw) - 1))] = data.draw(st.integers(0, 255))
    with suppress(DecodeError):
        assert encode_block(decode_block(bytes(raw))) == raw


@given(blocks)
def test_a_block_is_read_as_it_was_made(block: Block) -> None:
    again = decode_block(encode_block(block))
    assert again == block
    assume(len({tx.txid for tx in block.txs}) == len(block.txs))  # a root does not vouch for repeats
    check_merkle_root(again)


@given(blocks)
def test_what_a_block_says_of_itself_can_be_asked_of_any_block(block: Block) -> None:
    height, commitment = coinbase_height(block.txs[0]), witness_commitment(block)
    assert height is None or height >= 0
    assert commitment is None or len(commitment) == 32


@given(st.integers(0, 2**64 - 1))
def test_a_compact_size_is_read_as_it_was_written(value: int) -> None:
    data = encode_compact_size(value)
    assert read_compact_size(data) == (value, len(data))


@given(inputs)
def test_sighash_marks_come_with_a_signature_and_a_signature_with_them(i: TxIn) -> None:
    marks = input_marks(i.script_sig, i.witness)
    kinds = InputMarks.SIGHASH_ALL | InputMarks.SIGHASH_NONE | InputMarks.SIGHASH_SINGLE
    assert bool(marks & kinds) == (InputMarks.SIGNED in marks)
    assert (InputMarks.WITNESS in marks) == bool(i.witness)


@given(st.binary(max_size=100), st.lists(st.binary(max_size=80), max_size=4))
def test_marks_can_be_asked_of_any_bytes(script_sig: bytes, witness: list[bytes]) -> None:
    assert input_marks(script_sig, tuple(witness)) in InputMarks(0x7FFF)
