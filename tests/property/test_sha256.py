from __future__ import annotations

import hashlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.merkle import merkle_tree
from cointrail.kernel.merkle import merkle_root_into
from cointrail.kernel.sha256 import sha256_many, sha256d_many, sha256d_parts_many
from support.hashing import WAYS, hashing

RAW = np.random.default_rng(2).integers(0, 256, 20_000, dtype=np.uint8).tobytes()
DATA = np.frombuffer(RAW, dtype=np.uint8)

slices = st.tuples(
    st.integers(0, 4000),
    st.one_of(st.integers(0, 300), st.sampled_from([55, 56, 63, 64, 119, 120]), st.integers(0, 16_000)),
)


def _twice(message: bytes) -> bytes:
    return hashlib.sha256(hashlib.sha256(message).digest()).digest()


@pytest.mark.parametrize("way", WAYS)
@given(messages=st.lists(slices, max_size=12))
def test_many_slices_hash_as_hashlib_does(way: str, messages: list[tuple[int, int]]) -> None:
    starts, lengths = (np.array([m[k] for m in messages], dtype=np.int64) for k in (0, 1))
    texts = [RAW[start : start + length] for start, length in messages]
    once, twice = (np.zeros((len(messages), 32), dtype=np.uint8) for _ in range(2))
    with hashing(way):
        sha256_many(DATA, starts, lengths, once)
        sha256d_many(DATA, starts, lengths, twice)
    assert once.tobytes() == b"".join(hashlib.sha256(text).digest() for text in texts)
    assert twice.tobytes() == b"".join(map(_twice, texts))


@pytest.mark.parametrize("way", WAYS)
@given(messages=st.lists(st.lists(slices, min_size=3, max_size=3), max_size=8))
def test_parts_hash_as_their_concatenation(way: str, messages: list[list[tuple[int, int]]]) -> None:
    starts, lengths = (
        np.array([[part[k] for part in message] for message in messages], dtype=np.int64).reshape(-1, 3)
        for k in (0, 1)
    )
    out = np.zeros((len(messages), 32), dtype=np.uint8)
    with hashing(way):
        sha256d_parts_many(DATA, starts, lengths, out, np.zeros(2 * 48_000, dtype=np.uint8))
    joined = [b"".join(RAW[start : start + length] for start, length in message) for message in messages]
    assert out.tobytes() == b"".join(map(_twice, joined))


@pytest.mark.parametrize("way", WAYS)
@given(picks=st.lists(st.integers(0, 3), max_size=20))
def test_merkle_root_and_verdict_are_those_of_the_plain_tree(way: str, picks: list[int]) -> None:
    hashes = [hashlib.sha256(bytes([pick])).digest() for pick in picks]
    rows = np.frombuffer(b"".join(hashes), dtype=np.uint8).reshape(-1, 32).copy()
    root = np.zeros(32, dtype=np.uint8)
    with hashing(way):
        mutated = merkle_root_into(rows, len(picks), root)
    tree = merkle_tree(hashes)
    assert (root.tobytes(), mutated) == (tree.root, tree.mutated)
