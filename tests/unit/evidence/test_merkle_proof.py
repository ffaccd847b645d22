from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.merkle import merkle_root
from cointrail.evidence.merkle_proof import merkle_block
from cointrail.evidence.standards import Fault, Proof, Reader, need

LISTS = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


def _header(txids: list[bytes]) -> bytes:
    return bytes(36) + merkle_root(txids) + bytes(12)


def read_proof(raw: bytes, header: bytes) -> dict[int, str]:
    """What one proof proves about one block."""
    proof, *more = Reader(raw).all(Proof)
    need(not more and proof.header == header, "it is for another block")
    need(proof.root == header[36:68], "it leads to another root")
    return dict(proof.found)


@given(LISTS, st.data())
def test_a_proof_gives_back_the_chosen_ids_with_their_places(txids: list[bytes], data: st.DataObject) -> None:
    wanted = data.draw(st.sets(st.integers(0, len(txids) - 1))) | {0}
    found = read_proof(merkle_block(_header(txids), txids, wanted), _header(txids))
    assert found == {place: txids[place][::-1].hex() for place in sorted(wanted)}


@given(LISTS, st.data())
def test_a_proof_with_one_other_bit_proves_nothing_that_is_not_so(
    txids: list[bytes], data: st.DataObject
) -> None:
    wanted = data.draw(st.sets(st.integers(0, len(txids) - 1))) | {0}
    proof = bytearray(merkle_block(_header(txids), txids, wanted))
    bit = data.draw(st.integers(0, 8 * len(proof) - 1))
    proof[bit // 8] ^= 1 << bit % 8
    try:
        found = read_proof(bytes(proof), _header(txids))
    except Fault:
        return
    # A mark taken off a leaf, or put on the one beside it, whose hash is in the proof too: a good proof.
    assert found == {place: txids[place][::-1].hex() for place in found}
    assert len(found.keys() ^ wanted) == 1


def test_a_tree_whose_last_branch_is_repeated_is_refused() -> None:
    txids = [bytes([k]) * 32 for k in range(6)]
    doubled = [*txids, *txids[4:]]
    assert merkle_root(txids) == merkle_root(doubled)
    with pytest.raises(Fault, match="CVE-2012-2459"):
        read_proof(merkle_block(_header(doubled), doubled, {0, 7}), _header(doubled))


def test_a_proof_of_another_block_is_refused() -> None:
    txids = [bytes([k]) * 32 for k in range(3)]
    with pytest.raises(Fault, match="for another block"):
        read_proof(merkle_block(_header(txids), txids, {0, 1}), _header(txids[:2]))


@pytest.mark.parametrize("size", [1, 79, 80, 84, 85])
def test_a_proof_that_is_cut_short_is_refused(size: int) -> None:
    txids = [bytes([k]) * 32 for k in range(3)]
    with pytest.raises(Fault, match="ends too early"):
        read_proof(merkle_block(_header(txids), txids, {0, 1})[:size], _header(txids))


def test_a_proof_without_the_coinbase_is_refused() -> None:
    txids = [bytes([k]) * 32 for k in range(3)]
    with pytest.raises(Fault, match="leaves out the coinbase"):
        read_proof(merkle_block(_header(txids), txids, {1}), _header(txids))
