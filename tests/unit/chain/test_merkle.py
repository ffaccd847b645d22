from __future__ import annotations

import pytest

from cointrail.chain.merkle import MerkleTree, merkle_root, merkle_tree
from cointrail.chain.types import sha256d

A, B, C, D, E, F = (bytes((n,)) * 32 for n in range(1, 7))


def test_one_hash_is_its_own_root() -> None:
    assert merkle_tree([A]) == MerkleTree(A, mutated=False)


def test_no_hash_has_the_zero_root() -> None:
    assert merkle_tree([]) == MerkleTree(bytes(32), mutated=False)


def test_an_odd_row_repeats_its_last_hash() -> None:
    assert merkle_root([A, B, C]) == sha256d(sha256d(A + B) + sha256d(C + C))
    assert not merkle_tree([A, B, C]).mutated


@pytest.mark.parametrize(
    ("short", "doubled"),
    [([A, B, C], [A, B, C, C]), ([A, B, C, D, E, F], [A, B, C, D, E, F, E, F])],
    ids=["last", "last two"],
)
def test_a_doubled_list_has_the_same_root_and_is_reported(short: list[bytes], doubled: list[bytes]) -> None:
    assert merkle_root(short) == merkle_root(doubled)
    assert not merkle_tree(short).mutated
    assert merkle_tree(doubled).mutated


def test_equal_hashes_that_are_not_paired_are_not_reported() -> None:
    assert not merkle_tree([A, B, B, C]).mutated
