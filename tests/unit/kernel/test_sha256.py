from __future__ import annotations

import hashlib
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest
from numba.core.errors import TypingError

from cointrail.kernel.sha256 import (
    sha256_into,
    sha256_many,
    sha256d_into,
    sha256d_many,
    sha256d_parts_many,
    sha256d_two_into,
)
from cointrail.kernel.sha256_constants import ROUNDS, START
from support.hashing import WAYS, hashing

RAW = bytes((7 * i + i // 251) % 256 for i in range(4096))
DATA = np.frombuffer(RAW, dtype=np.uint8)


@pytest.fixture(autouse=True, params=WAYS)
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    with hashing(request.param):
        yield


def _once(message: bytes) -> bytes:
    return hashlib.sha256(message).digest()


def _twice(message: bytes) -> bytes:
    return _once(_once(message))


def _empty(*shape: int) -> npt.NDArray[np.uint8]:
    return np.zeros(shape, dtype=np.uint8)


def _counts(*numbers: int) -> npt.NDArray[np.int64]:
    return np.array(numbers, dtype=np.int64)


def test_constants_are_those_of_the_standard() -> None:
    assert [hex(word) for word in START[:2]] == ["0x6a09e667", "0xbb67ae85"]
    assert [hex(word) for word in ROUNDS[[0, 1, 63]]] == ["0x428a2f98", "0x71374491", "0xc67178f2"]


@pytest.mark.parametrize(
    ("message", "digest"),
    [
        (b"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        (b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
        ),
    ],
)
def test_published_digests_come_out(message: bytes, digest: str) -> None:
    out = _empty(32)
    sha256_into(np.frombuffer(message or b"?", dtype=np.uint8), 0, len(message), out, 0)
    assert out.tobytes().hex() == digest


def test_the_genesis_header_hashes_to_the_genesis_block() -> None:
    header = bytes.fromhex(
        "0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e"
        "67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c"
    )
    out = _empty(32)
    sha256d_into(np.frombuffer(header, dtype=np.uint8), 0, 80, out, 0)
    assert out.tobytes()[::-1].hex() == "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f"


def test_every_length_to_300_hashes_as_hashlib_does() -> None:
    out = _empty(40)
    for length in range(301):
        message = RAW[9 : 9 + length]
        sha256_into(DATA, 9, length, out, 5)
        assert out[5:37].tobytes() == _once(message), length
        sha256d_into(DATA, 9, length, out, 5)
        assert out[5:37].tobytes() == _twice(message), length
    assert not out[:5].any()
    assert not out[37:].any()


def test_many_slices_of_every_length_hash_as_hashlib_does() -> None:
    lengths = np.random.default_rng(1).permutation(301).astype(np.int64)
    starts = np.arange(301, dtype=np.int64)
    messages = [RAW[s : s + n] for s, n in zip(starts, lengths, strict=True)]
    out = _empty(301, 32)
    sha256_many(DATA, starts, lengths, out)
    assert out.tobytes() == b"".join(map(_once, messages))
    sha256d_many(DATA, starts, lengths, out)
    assert out.tobytes() == b"".join(map(_twice, messages))


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_slices_are_all_hashed_and_nothing_else_is_written(count: int) -> None:
    out = _empty(4, 32)
    sha256d_many(DATA, _counts(*range(count)), _counts(*range(100, 100 + count)), out)
    assert out[:count].tobytes() == b"".join(_twice(RAW[i : 100 + 2 * i]) for i in range(count))
    assert not out[count:].any()


def test_a_long_message_beside_many_short_ones_is_not_disturbed() -> None:
    lengths = _counts(3000, *range(60))
    starts = np.zeros(61, dtype=np.int64)
    out = _empty(61, 32)
    sha256d_many(DATA, starts, lengths, out)
    assert out.tobytes() == b"".join(_twice(RAW[:n]) for n in lengths)


def test_two_slices_hash_into_neighbouring_digests() -> None:
    out = _empty(70)
    sha256d_two_into(DATA, 1, 250, 700, 81, out, 3)
    assert out[3:67].tobytes() == _twice(RAW[1:251]) + _twice(RAW[700:781])
    assert not out[67:].any()


def test_parts_hash_as_their_concatenation() -> None:
    parts = [[(0, 4), (6, 200), (900, 4)], [(5, 0), (5, 0), (5, 0)], [(80, 63), (10, 1), (70, 64)]]
    starts, lengths = (np.array([[p[k] for p in row] for row in parts], dtype=np.int64) for k in (0, 1))
    out = _empty(3, 32)
    sha256d_parts_many(DATA, starts, lengths, out, _empty(2 * 208))
    assert out.tobytes() == b"".join(_twice(b"".join(RAW[s : s + n] for s, n in row)) for row in parts)


@pytest.mark.parametrize(("start", "length"), [(0, 4097), (4097, 0), (-1, 5), (3, -1), (1, 2**63 - 1)])
def test_a_slice_outside_its_array_is_refused(start: int, length: int) -> None:
    with pytest.raises(IndexError, match="leaves its array"):
        sha256d_into(DATA, start, length, _empty(32), 0)
    with pytest.raises(IndexError, match="leaves its array"):
        sha256d_many(DATA, _counts(0, start), _counts(5, length), _empty(2, 32))
    with pytest.raises(IndexError, match="leaves its array"):
        sha256d_two_into(DATA, 0, 5, start, length, _empty(64), 0)


def test_a_digest_outside_its_array_is_refused() -> None:
    with pytest.raises(IndexError, match="leaves its array"):
        sha256_into(DATA, 0, 5, _empty(40), 9)
    with pytest.raises(IndexError, match="leaves its array"):
        sha256d_two_into(DATA, 0, 5, 5, 5, _empty(64), 1)


@pytest.mark.parametrize(
    ("lengths", "out"), [(_counts(1), (2, 32)), (_counts(1, 1), (1, 32)), (_counts(1, 1), (2, 31))]
)
def test_arrays_that_do_not_belong_together_are_refused(
    lengths: npt.NDArray[np.int64], out: tuple[int, int]
) -> None:
    with pytest.raises(IndexError, match="belong together"):
        sha256_many(DATA, _counts(0, 1), lengths, _empty(*out))


def test_scratch_too_small_for_two_messages_is_refused() -> None:
    starts, lengths = _counts(0, 0, 0).reshape(1, 3), _counts(4, 100, 4).reshape(1, 3)
    with pytest.raises(IndexError, match="leaves its array"):
        sha256d_parts_many(DATA, starts, lengths, _empty(1, 32), _empty(215))


def test_arrays_that_are_not_contiguous_or_of_another_type_do_not_compile() -> None:
    with pytest.raises(TypingError, match="C-contiguous"):
        sha256_into(DATA[::2], 0, 5, _empty(32), 0)
    with pytest.raises(TypingError, match="C-contiguous array of int64"):
        sha256_many(DATA, _counts(0).astype(np.uint64), _counts(1), _empty(1, 32))
