from __future__ import annotations

import bz2
from pathlib import Path

import pytest

from cointrail.chain.decode import (
    MAX_MONEY,
    decode_tx,
    encode_compact_size,
    encode_tx,
    read_compact_size,
    tx_of,
)
from cointrail.chain.types import Outpoint, Sat, Txid, TxIn, TxOut
from cointrail.errors import DecodeError
from support.real_files import read_json

SPENT = Outpoint(Txid(bytes(range(32))), 7)
PLAIN = encode_tx(2, [TxIn(SPENT, b"\x51", 0xFFFFFFFE)], [TxOut(Sat(5000), b"\x6a")], 101)
SIGNED = encode_tx(2, [TxIn(SPENT, b"", 0, (b"", b"ab"))], [TxOut(Sat(1), b"")], 0)


def fault(data: bytes) -> DecodeError:
    with pytest.raises(DecodeError) as caught:
        decode_tx(data)
    return caught.value


def test_a_transaction_without_witness_reads_as_it_was_written() -> None:
    tx = decode_tx(PLAIN)
    assert (tx.version, tx.locktime, tx.size, tx.base) == (2, 101, len(PLAIN), PLAIN)
    assert tx.inputs == (TxIn(SPENT, b"\x51", 0xFFFFFFFE),)
    assert tx.outputs == (TxOut(Sat(5000), b"\x6a"),)
    assert (tx.has_witness, tx.is_coinbase) == (False, False)


def test_a_witness_counts_in_the_size_and_not_in_the_txid() -> None:
    tx = decode_tx(SIGNED)
    assert tx.inputs[0].witness == (b"", b"ab")
    assert tx.base == encode_tx(2, [TxIn(SPENT, b"", 0)], [TxOut(Sat(1), b"")], 0)
    assert (tx.size, tx.weight) == (len(SIGNED), 3 * len(tx.base) + len(SIGNED))


def test_tx_of_gives_what_decoding_gives() -> None:
    tx = decode_tx(SIGNED)
    assert tx_of(2, tx.inputs, tx.outputs, 0) == tx


def test_a_negative_version_keeps_its_sign() -> None:
    tx = tx_of(-3, [TxIn(SPENT, b"", 0)], [], 0)
    assert decode_tx(tx.base).version == -3


@pytest.mark.parametrize("data", [PLAIN, SIGNED], ids=["plain", "signed"])
def test_a_transaction_cut_off_anywhere_is_refused(data: bytes) -> None:
    for end in range(len(data)):
        assert fault(data[:end]).facts["offset"] in range(end + 1)


def test_bytes_behind_a_transaction_are_refused() -> None:
    error = fault(PLAIN + b"\0")
    assert str(error) == f"byte {len(PLAIN)}: expected the end of the transaction, 1 bytes follow"
    assert error.facts["offset"] == len(PLAIN)


def test_an_unknown_flag_is_refused() -> None:
    error = fault(SIGNED[:5] + b"\x02" + SIGNED[6:])
    assert error.facts["offset"] == 4
    assert "segwit marker and flag 0001, got 0002" in str(error)


def test_a_segwit_marker_without_any_witness_is_refused() -> None:
    body = PLAIN[4:-4]
    error = fault(PLAIN[:4] + b"\0\x01" + body + b"\0" + PLAIN[-4:])
    assert "expected a witness after the segwit marker" in str(error)
    assert error.facts["offset"] == 6 + len(body)


def test_no_inputs_behind_a_segwit_marker_is_refused() -> None:
    assert "expected at least one input, got none" in str(fault(b"\2\0\0\0\0\x01" + bytes(50)))


def test_more_inputs_than_can_fit_are_refused_before_any_is_read() -> None:
    huge = b"\xff" + (2**60).to_bytes(8, "little")
    error = fault(PLAIN[:4] + huge + PLAIN[5:])
    assert error.facts == {"offset": 4, "expected": f"expected {2**60} inputs"}


def test_more_outputs_than_can_fit_are_refused_before_any_is_read() -> None:
    at = 4 + 1 + 36 + 2 + 4
    assert PLAIN[at] == 1
    error = fault(PLAIN[:at] + b"\x03" + PLAIN[at + 1 :])
    assert error.facts == {"offset": at, "expected": "expected 3 outputs"}


def test_more_witness_items_than_bytes_are_refused() -> None:
    at = len(SIGNED) - 4 - 5
    assert SIGNED[at] == 2
    assert fault(SIGNED[:at] + b"\x09" + SIGNED[at + 1 :]).facts["expected"] == "expected 9 witness items"


def test_a_script_longer_than_what_is_left_is_refused() -> None:
    at = 4 + 1 + 36
    error = fault(PLAIN[:at] + b"\xf0" + PLAIN[at + 1 :])
    assert str(error) == f"byte {at + 1}: expected a scriptSig of 240 bytes, {len(PLAIN) - at - 1} left"


@pytest.mark.parametrize("value", [MAX_MONEY + 1, 2**63, 2**64 - 1])
def test_a_value_above_all_coins_is_refused(value: int) -> None:
    at = PLAIN.index((5000).to_bytes(8, "little"))
    error = fault(PLAIN[:at] + value.to_bytes(8, "little") + PLAIN[at + 8 :])
    assert str(error) == f"byte {at}: expected a value of 0..2100000000000000 sat, got {value}"


def test_all_coins_in_one_output_are_taken() -> None:
    tx = tx_of(1, [TxIn(SPENT, b"", 0)], [TxOut(MAX_MONEY, b"")], 0)
    assert decode_tx(tx.base) == tx


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "00"),
        (0xFC, "fc"),
        (0xFD, "fdfd00"),
        (0xFFFF, "fdffff"),
        (0x10000, "fe00000100"),
        (0xFFFFFFFF, "feffffffff"),
        (0x100000000, "ff0000000001000000"),
        (2**64 - 1, "ffffffffffffffffff"),
    ],
)
def test_a_compact_size_has_one_form(value: int, text: str) -> None:
    assert encode_compact_size(value).hex() == text
    assert read_compact_size(b"\xaa" + bytes.fromhex(text), 1) == (value, 1 + len(text) // 2)


@pytest.mark.parametrize("text", ["fdfc00", "fd0000", "feffff0000", "ffffffffff00000000"])
def test_a_compact_size_longer_than_it_need_be_is_refused(text: str) -> None:
    with pytest.raises(DecodeError, match="byte 0: expected a compact size in its shortest form"):
        read_compact_size(bytes.fromhex(text))


@pytest.mark.parametrize("text", ["", "fd", "fdfd", "fe000000", "ff00000000000000"])
def test_a_compact_size_cut_off_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        read_compact_size(bytes.fromhex(text))


def raw_transactions(path: Path) -> list[tuple[bytes, str]]:
    return [(bytes.fromhex(row[1]), row[2]) for row in read_json(path) if len(row) == 3]


def encoded_again(raw: bytes) -> bytes:
    tx = decode_tx(raw)
    return encode_tx(tx.version, tx.inputs, tx.outputs, tx.locktime)


def test_every_valid_transaction_of_bitcoin_core_comes_back_byte_for_byte(real_data: Path) -> None:
    vectors = raw_transactions(real_data / "vectors/core/tx_valid.json")
    assert len(vectors) > 100
    for raw, _ in vectors:
        assert encoded_again(raw) == raw
        assert decode_tx(raw).size == len(raw)


def test_of_the_invalid_transactions_only_those_with_impossible_values_are_refused(real_data: Path) -> None:
    refused = []
    for raw, flags in raw_transactions(real_data / "vectors/core/tx_invalid.json"):
        try:
            assert encoded_again(raw) == raw
        except DecodeError as error:
            refused.append((flags, str(error).rpartition(", ")[2]))
    assert refused == [("BADTX", f"got {2**64 - 1}"), ("BADTX", f"got {MAX_MONEY + 1}")]


def test_a_transaction_that_fills_a_block_comes_back_byte_for_byte(real_data: Path) -> None:
    raw = bz2.decompress((real_data / "vectors/other/btcd_megatx.bin.bz2").read_bytes())
    assert encoded_again(raw) == raw
    tx = decode_tx(raw)
    assert str(tx.txid) == "bb41a757f405890fb0f5856228e23b715702d714d59bf2b1feb70d8b2b4e3e08"
    assert len(tx.inputs) == 5569


@pytest.mark.parametrize(
    ("number", "txid"),
    [
        (1, "0a6a357e2f7796444e02638749d9611c008b253fb55f5dc88b739b230ed0c4c3"),
        (2, "28204cad1d7fc1d199e8ef4fa22f182de6258a3eaafe1bbe56ebdcacd3069a5f"),
    ],
)
def test_the_bip69_examples_have_their_known_txids(real_data: Path, number: int, txid: str) -> None:
    text = (real_data / f"vectors/other/bip69-{number}.hex").read_text(encoding="ascii")
    assert str(decode_tx(bytes.fromhex(text)).txid) == txid
