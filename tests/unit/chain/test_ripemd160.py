from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.ripemd160 import first_that_works, ripemd160, ripemd160_of_library, ripemd160_plain
from cointrail.chain.script import hash160

PUBLISHED = [
    (b"", "9c1185a5c5e9fc54612808977ee8f548b2258d31"),
    (b"a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"),
    (b"abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"),
    (b"message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"),
    (b"abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"),
    (
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        "b0e20b6e3116640286ed3a87a5713079b21f5189",
    ),
    (b"1234567890" * 8, "9b752e45573d4b39f4dbd3323cab82bf63326bfb"),
]


def absent(_data: bytes) -> bytes:
    raise ValueError("unsupported hash type")


@pytest.mark.parametrize("function", [ripemd160, ripemd160_plain])
@pytest.mark.parametrize(("data", "digest"), PUBLISHED)
def test_the_published_digests_come_out(function: Callable[[bytes], bytes], data: bytes, digest: str) -> None:
    assert function(data).hex() == digest


@given(st.binary(max_size=200))
def test_the_plain_version_equals_the_chosen_one(data: bytes) -> None:
    assert ripemd160_plain(data) == ripemd160(data)


def test_the_plain_version_is_taken_where_the_library_has_none() -> None:
    assert first_that_works(absent, ripemd160_plain) is ripemd160_plain
    assert first_that_works(ripemd160_plain, absent) is ripemd160_plain
    assert ripemd160 in (ripemd160_of_library, ripemd160_plain)


def test_hash160_of_a_key_is_what_its_address_holds() -> None:
    key = bytes.fromhex("0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798")
    assert hash160(key).hex() == "751e76e8199196d454941c45d1b3a323f1433bd6"
