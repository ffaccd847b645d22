import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.types import sha256d
from cointrail.simulate.undo import Spent, compress_amount, compress_script, undo_record, varint

GENERATOR = bytes.fromhex(
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
    "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8"
)
"""The generator of secp256k1: a point that is on the curve. Source: SEC 2."""


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "00"),
        (0x7F, "7f"),
        (0x80, "8000"),
        (0x407F, "ff7f"),
        (0x4080, "808000"),
        (0xFFFFFFFF, "8efefefe7f"),
    ],
)
def test_numbers_have_the_published_form(value: int, expected: str) -> None:
    """Source: Bitcoin Core, src/serialize.h, the examples above ReadVarInt."""
    assert varint(value).hex() == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (1, 1),
        (1_000_000, 7),
        (100_000_000, 9),
        (5_000_000_000, 50),
        (2_100_000_000_000_000, 21_000_000),
    ],
)
def test_amounts_have_the_published_form(value: int, expected: int) -> None:
    """Source: Bitcoin Core, src/test/compress_tests.cpp."""
    assert compress_amount(value) == expected


def _decompress_amount(packed: int) -> int:
    if packed == 0:
        return 0
    packed, zeros = divmod(packed - 1, 10)
    if zeros < 9:
        packed, last = divmod(packed, 9)
        return int((packed * 10 + last + 1) * 10**zeros)
    return (packed + 1) * 10**9


@given(value=st.integers(0, 2_100_000_000_000_000))
def test_no_amount_is_lost(value: int) -> None:
    assert _decompress_amount(compress_amount(value)) == value


def test_common_scripts_shrink_to_their_hash_or_x() -> None:
    h20, x = b"\x07" * 20, GENERATOR[:32]
    assert compress_script(b"\x76\xa9\x14" + h20 + b"\x88\xac") == b"\x00" + h20
    assert compress_script(b"\xa9\x14" + h20 + b"\x87") == b"\x01" + h20
    assert compress_script(b"\x21\x03" + x + b"\xac") == b"\x03" + x
    assert compress_script(b"\x41\x04" + GENERATOR + b"\xac") == b"\x04" + x


def test_a_key_that_is_no_point_is_written_out() -> None:
    script = b"\x41\x04" + GENERATOR[:63] + b"\x00\xac"
    assert compress_script(script) == varint(67 + 6) + script


def test_a_record_vouches_for_its_parent() -> None:
    data, checksum = undo_record(b"\x09" * 32, [[Spent(5_000_000_000, b"\x51", 3, coinbase=True)]])
    assert data.hex() == "01" + "01" + "07" + "00" + "32" + "07" + "51"
    assert checksum == sha256d(b"\x09" * 32 + data)
