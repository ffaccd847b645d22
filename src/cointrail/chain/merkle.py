"""The merkle tree of a block, and the one way in which two lists share a root."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.chain.types import sha256d


@dataclass(frozen=True, slots=True)
class MerkleTree:
    """The root, and whether the list could be a doubled-up copy of a shorter one."""

    root: bytes
    """32 bytes, wire order; all zero for an empty list, as in Bitcoin Core."""
    mutated: bool
    """Two equal neighbours were hashed together (CVE-2012-2459): another list has the same root,
    so the root does not vouch for this one."""


def merkle_tree(hashes: Sequence[bytes]) -> MerkleTree:
    """Hash a list of 32-byte hashes, wire order, up to the root.

    An odd row repeats its last hash. Source: Bitcoin Core, src/consensus/merkle.cpp.
    """
    row = list(hashes)
    mutated = False
    while len(row) > 1:
        pairs = range(0, len(row) - 1, 2)
        mutated = mutated or any(row[i] == row[i + 1] for i in pairs)
        if len(row) % 2:
            row.append(row[-1])
        row = [sha256d(row[i] + row[i + 1]) for i in range(0, len(row), 2)]
    return MerkleTree(row[0] if row else bytes(32), mutated)


def merkle_root(hashes: Sequence[bytes]) -> bytes:
    """The 32-byte root, wire order. `merkle_tree` also says whether the root can be trusted."""
    return merkle_tree(hashes).root
