from __future__ import annotations

import pytest

from cointrail.chain import script as sc
from cointrail.chain.types import COIN, BlockHash, Height, Sat, TxOut, sha256d
from cointrail.chain.undo import (
    FIELD_PRIME,
    SpentOutput,
    compress_amount,
    compress_script,
    decode_undo,
    decompress_amount,
    encode_undo,
    encode_varint,
    find_y,
    read_script,
    read_varint,
    undo_checksum,
)
from cointrail.errors import DecodeError

# Bitcoin Core, src/serialize.h, the table above the VARINT functions
VARINTS = {
    0: "00",
    1: "01",
    127: "7f",
    128: "8000",
    255: "807f",
    256: "8100",
    16383: "fe7f",
    16384: "ff00",
    16511: "ff7f",
    65535: "82fe7f",
    1 << 32: "8efefeff00",
}

# Bitcoin Core, src/test/compress_tests.cpp
AMOUNTS = {0: 0x0, 1: 0x1, 1_000_000: 0x7, COIN: 0x9, 50 * COIN: 0x32, 21_000_000 * COIN: 0x1406F40}

# The public key of mainnet's genesis block
X = "678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb6"
Y = "49f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5f"


@pytest.mark.parametrize(("value", "wire"), VARINTS.items())
def test_varints_have_the_forms_that_core_documents(value: int, wire: str) -> None:
    assert encode_varint(value).hex() == wire
    assert read_varint(bytes.fromhex(wire)) == (value, len(wire) // 2)


@pytest.mark.parametrize(("value", "number"), AMOUNTS.items())
def test_amounts_compress_as_in_cores_own_tests(value: int, number: int) -> None:
    assert compress_amount(value) == number
    assert decompress_amount(number) == value


@pytest.mark.parametrize("wire", ["", "80", "ffffffff", "ff" * 12 + "00"])
def test_a_varint_that_ends_early_or_never_is_refused(wire: str) -> None:
    with pytest.raises(DecodeError, match="byte 0: expected a number of a few bytes"):
        read_varint(bytes.fromhex(wire))


@pytest.mark.parametrize(
    ("script", "wire"),
    [
        (sc.p2pkh(b"h" * 20), b"\x00" + b"h" * 20),
        (sc.p2sh(b"h" * 20), b"\x01" + b"h" * 20),
        (sc.p2pk(b"\x02" + b"x" * 32), b"\x02" + b"x" * 32),
        (sc.p2pk(b"\x03" + b"x" * 32), b"\x03" + b"x" * 32),
        (sc.p2pk(bytes.fromhex("04" + X + Y)), bytes.fromhex("05" + X)),
        (b"", b"\x06"),
        (sc.p2wpkh(b"h" * 20), b"\x1c\x00\x14" + b"h" * 20),
        (b"\x51" * 122, b"\x80\x00" + b"\x51" * 122),
    ],
    ids=["p2pkh", "p2sh", "even p2pk", "odd p2pk", "uncompressed p2pk", "empty", "p2wpkh", "long"],
)
def test_each_kind_of_script_has_its_compressed_form(script: bytes, wire: bytes) -> None:
    assert compress_script(script) == wire
    assert read_script(wire) == (script, len(wire))


def test_an_uncompressed_key_comes_back_with_the_y_of_the_other_parity() -> None:
    mirrored = FIELD_PRIME - int(Y, 16)
    script = sc.p2pk(bytes.fromhex("04" + X) + mirrored.to_bytes(32, "big"))
    assert compress_script(script) == bytes.fromhex("04" + X)
    assert read_script(bytes.fromhex("04" + X))[0] == script


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("04" + X + "00" * 31 + "01", id="y off the curve"),
        pytest.param("04" + "00" * 31 + "05" + Y, id="x of no point"),
        pytest.param("04" + f"{FIELD_PRIME + 1:064x}" + Y, id="x beyond the field"),
        pytest.param("06" + X + Y, id="hybrid"),
    ],
)
def test_a_key_that_is_no_plain_point_is_stored_whole(key: str) -> None:
    script = sc.p2pk(bytes.fromhex(key))
    assert compress_script(script) == bytes((67 + 6,)) + script
    assert read_script(compress_script(script))[0] == script


def test_an_x_of_no_point_cannot_be_decompressed() -> None:
    assert find_y(5, odd=False) is None
    with pytest.raises(DecodeError, match="byte 1: expected the x of a point of the curve"):
        read_script(b"\x04" + (5).to_bytes(32, "big"))


def _spent(value: int = 5, height: int = 7, *, is_coinbase: bool = False) -> SpentOutput:
    return SpentOutput(TxOut(Sat(value), sc.p2pkh(bytes(20))), Height(height), is_coinbase)


def test_a_record_has_a_row_a_transaction_and_an_entry_an_input() -> None:
    rows = ((_spent(1), _spent(2, is_coinbase=True)), (), (_spent(3, height=0),))
    wire = encode_undo(rows)
    assert wire[:2] == b"\x03\x02"
    assert decode_undo(wire) == rows


def test_a_block_of_one_transaction_has_a_record_of_one_zero() -> None:
    assert encode_undo(()) == b"\x00"
    assert decode_undo(b"\x00") == ()


def test_old_records_with_a_transaction_version_are_read() -> None:
    new = encode_undo([[_spent()]])
    assert new[2:4] == b"\x0e\x00"
    assert decode_undo(new[:3] + b"\x02" + new[4:]) == decode_undo(new)


def test_a_coin_of_height_zero_has_no_version() -> None:
    wire = encode_undo([[_spent(height=0, is_coinbase=True)]])
    assert wire[2:3] == b"\x01"
    assert len(wire) == len(encode_undo([[_spent()]])) - 1


@pytest.mark.parametrize(
    ("wire", "complaint"),
    [
        ("", "byte 0: expected a compact size of 1 bytes, 0 left"),
        ("05", "byte 0: expected 5 transactions, 0 bytes cannot hold them"),
        ("0109", "byte 1: expected 9 inputs, 0 bytes cannot hold them"),
        ("0001", "byte 1: expected the end of the undo record, 1 bytes follow"),
        ("fd0100", "byte 0: expected a compact size in its shortest form"),
        ("01010e000500aabb", "byte 6: expected the hash in a script of 20 bytes, 2 left"),
        ("01010e0005" + encode_varint(100).hex(), "byte 6: expected a script of 94 bytes, 0 left"),
        (
            "01010e00" + encode_varint(compress_amount(21_000_000 * COIN + 1)).hex() + "06",
            "byte 4: expected a value of 0..2100000000000000 sat",
        ),
    ],
)
def test_what_is_no_record_is_refused_with_the_place(wire: str, complaint: str) -> None:
    with pytest.raises(DecodeError) as refused:
        decode_undo(bytes.fromhex(wire))
    assert complaint in str(refused.value)


def test_the_checksum_binds_a_record_to_the_block_before() -> None:
    previous = BlockHash(b"p" * 32)
    assert undo_checksum(previous, b"payload") == sha256d(b"p" * 32 + b"payload")
    assert undo_checksum(BlockHash(b"q" * 32), b"payload") != undo_checksum(previous, b"payload")
