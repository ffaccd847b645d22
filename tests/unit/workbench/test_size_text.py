from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.errors import BadInput
from cointrail.workbench import parse_size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("4G", 4 << 30),
        ("512M", 512 << 20),
        ("1.5GiB", 3 << 29),
        ("64kb", 64 << 10),
        ("7", 7),
        ("1 T", 1 << 40),
    ],
)
def test_a_size_is_read_in_powers_of_1024(text: str, size: int) -> None:
    assert parse_size(text) == size


@given(st.integers(1, 2**50))
def test_plain_bytes_are_taken_exactly(size: int) -> None:
    assert parse_size(str(size)) == size


@pytest.mark.parametrize("text", ["", "G", "0", "0G", "-1G", "4X", "4GG", "1e9", "nan", "٤G"])
def test_a_size_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="is not a size"):
        parse_size(text)
