"""Tier 1 in bulk against the definition, and the hash that it needs against the plain one."""

from __future__ import annotations

import hashlib

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from cointrail.chain.ripemd160 import ripemd160_plain
from cointrail.chain.script import hash160, multisig, op_return, p2pk, p2pkh, p2sh, p2tr, p2wpkh, p2wsh
from cointrail.clustering.key_scan import scan_key_links
from cointrail.clustering.keys import KeyLink, find_key_links
from cointrail.clustering.shelf import MemoryShelf
from cointrail.kernel.ripemd160 import WORDS, ripemd160_of_digests
from support.chains import FakeSnapshot, output_view, view

KEYS = [b"\x02" + bytes([k]) * 32 for k in range(3)] + [b"\x04" + bytes([9]) * 64]


def forms(key: bytes) -> list[bytes]:
    """Every script that one key alone unlocks, each also wrapped."""
    plain = [p2pk(key), p2pkh(hash160(key)), p2wpkh(hash160(key)), multisig(1, [key])]
    return [*plain, *map(wrapped, plain), *map(nested, plain), p2sh(hash160(wrapped(plain[0])))]


def wrapped(script: bytes) -> bytes:
    return p2wsh(hashlib.sha256(script).digest())


def nested(script: bytes) -> bytes:
    return p2sh(hash160(script))


SCRIPTS = [s for key in KEYS for s in forms(key)]
INNER = {nested(s): s for s in SCRIPTS}
OTHERS = [op_return(b"note"), p2tr(bytes(32)), b"", b"\x51", p2sh(bytes(20)), p2wsh(bytes(32))]


@st.composite
def script_chains(draw: st.DrawFn) -> FakeSnapshot:
    """Some of these scripts in some order; of the P2SH some have shown their redeem script."""
    scripts = draw(st.lists(st.sampled_from([*SCRIPTS, *OTHERS]), unique=True, max_size=24))
    revealing = [script for script in scripts if script in INNER and draw(st.booleans())]
    reveals = {script: INNER[script] for script in revealing}
    return FakeSnapshot([view((), (output_view(script, 5),)) for script in scripts], reveals=reveals)


@given(chain=script_chains())
def test_links_in_bulk_are_those_of_the_definition(chain: FakeSnapshot) -> None:
    found = scan_key_links(chain, MemoryShelf())
    rules = ["same_key" if same else "inner_script" for same in found.same_key]
    links = zip(found.later.tolist(), found.earlier.tolist(), rules, strict=True)
    assert [KeyLink(*link) for link in links] == find_key_links(chain)


@given(messages=st.lists(st.binary(min_size=32, max_size=32), max_size=5))
def test_hashes_of_digests_are_those_of_the_plain_version(messages: list[bytes]) -> None:
    digests = np.frombuffer(b"".join(messages), np.uint8).reshape(-1, 32)
    out = np.zeros((len(messages), 20), np.uint8)
    ripemd160_of_digests(digests, np.empty(WORDS, np.uint32), out)
    assert [row.tobytes() for row in out] == [ripemd160_plain(message) for message in messages]
