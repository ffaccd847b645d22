from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from block_index import IndexedBlock, encode_record, encode_varint


def _decoded(raw: bytes) -> tuple[int, int]:
    """The number at the front and its length, digit by digit as Bitcoin Core reads it."""
    number = 0
    for length, byte in enumerate(raw, start=1):
        number = number << 7 | byte & 0x7F
        if not byte & 0x80:
            return number, length
        number += 1
    raise AssertionError("it has no last digit")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "00"),
        (127, "7f"),
        (128, "8000"),
        (255, "807f"),
        (256, "8100"),
        (16_383, "fe7f"),
        (16_384, "ff00"),
        (65_535, "82fe7f"),
        (2**32, "8efefeff00"),
    ],
)
def test_numbers_are_written_as_bitcoin_core_documents_them(number: int, text: str) -> None:
    assert encode_varint(number).hex() == text


@given(st.integers(0, 2**63))
def test_a_number_comes_back_and_ends_where_it_ends(number: int) -> None:
    raw = encode_varint(number)
    assert _decoded(raw + b"\xff") == (number, len(raw))


def test_a_record_holds_its_numbers_in_the_order_of_the_source() -> None:
    record = encode_record(IndexedBlock(bytes(32), 300, 2, 7, 100_000, b"h" * 80))
    found = []
    while len(record) > 80:
        number, length = _decoded(record)
        found.append(number)
        record = record[length:]
    assert found[1:] == [300, 5 | 8, 2, 7, 100_000]
    assert record == b"h" * 80
