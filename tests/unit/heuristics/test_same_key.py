from __future__ import annotations

import hashlib

import pytest

from cointrail.chain.script import hash160, multisig, p2pk, p2pkh, p2sh, p2tr, p2wpkh, p2wsh
from cointrail.heuristics.base import Abstained, Linked
from cointrail.heuristics.same_key import inner_script, key_hash, nested_key_hash, same_key

KEY = b"\x02" + bytes(range(32))
OTHER_KEY = b"\x03" + bytes(range(32))
HASH = hash160(KEY)


def test_one_key_unlocks_its_p2pk_p2pkh_and_p2wpkh() -> None:
    scripts = [p2pk(KEY), p2pkh(HASH), p2wpkh(HASH)]
    assert {key_hash(script) for script in scripts} == {HASH}
    for one in scripts:
        for other in scripts:
            linked = same_key(one, other)
            assert (linked == Abstained("not two scripts of one key")) == (one == other)
            if isinstance(linked, Linked):
                assert linked.scripts == {one, other}
                assert HASH.hex() in linked.because


@pytest.mark.parametrize(
    "script", [p2sh(HASH), p2wsh(bytes(32)), p2tr(KEY[1:]), multisig(1, [KEY, OTHER_KEY])]
)
def test_a_script_of_anything_else_has_no_key_hash(script: bytes) -> None:
    assert key_hash(script) is None
    assert isinstance(same_key(script, p2pkh(HASH)), Abstained)


def test_two_keys_are_not_linked() -> None:
    assert isinstance(same_key(p2pk(KEY), p2pk(OTHER_KEY)), Abstained)


def test_an_outer_script_is_linked_with_the_script_it_stands_for() -> None:
    inner = multisig(1, [KEY, OTHER_KEY])
    for outer in (p2sh(hash160(inner)), p2wsh(hashlib.sha256(inner).digest())):
        linked = inner_script(outer, inner)
        assert isinstance(linked, Linked)
        assert linked.scripts == {outer, inner}


def test_an_outer_script_is_not_linked_with_another() -> None:
    inner = multisig(1, [KEY, OTHER_KEY])
    for outer in (p2sh(HASH), p2wsh(bytes(32)), p2pkh(hash160(inner))):
        assert isinstance(inner_script(outer, inner), Abstained)


def test_a_nested_key_shows_the_hash_of_its_p2wpkh() -> None:
    assert nested_key_hash(HASH) == hashlib.sha256(p2wpkh(HASH)).digest()
