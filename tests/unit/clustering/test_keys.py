"""Tier 1: which scripts of a chain one key or one inner script unlocks."""

from __future__ import annotations

import hashlib

from cointrail.chain.script import hash160, multisig, p2pk, p2pkh, p2sh, p2wpkh, p2wsh
from cointrail.clustering.keys import KeyLink, find_key_links
from support.chains import FakeSnapshot, output_view, view

KEY = b"\x02" + bytes(range(32))
OTHER_KEY = b"\x03" + bytes(range(32))
HASH = hash160(KEY)
PAIR = multisig(1, [KEY, OTHER_KEY])


def chain(*scripts: bytes, reveals: dict[bytes, bytes] | None = None) -> FakeSnapshot:
    """A chain on which these scripts appear in this order."""
    return FakeSnapshot([view((), (output_view(script, 5),)) for script in scripts], reveals=reveals)


def test_one_key_links_p2pk_p2pkh_and_p2wpkh_whatever_came_first() -> None:
    forms = [p2pk(KEY), p2pkh(HASH), p2wpkh(HASH)]
    for turn in range(3):
        links = find_key_links(chain(*forms[turn:], *forms[:turn]))
        assert {link.rule_id for link in links} == {"same_key"}
        assert {frozenset(link[:2]) for link in links} == {
            frozenset({0, 1}),
            frozenset({0, 2}),
            frozenset({1, 2}),
        }


def test_another_key_is_left_alone() -> None:
    assert find_key_links(chain(p2pk(KEY), p2pkh(hash160(OTHER_KEY)), p2wpkh(hash160(OTHER_KEY[:32])))) == []


def test_a_p2sh_is_linked_with_its_shown_redeem_script() -> None:
    outer = p2sh(hash160(PAIR))
    assert find_key_links(chain(outer, PAIR, reveals={outer: PAIR})) == [KeyLink(1, 0, "inner_script")]
    assert find_key_links(chain(outer, PAIR)) == []


def test_a_p2sh_is_linked_with_the_p2wsh_of_its_redeem_script() -> None:
    outer, witness = p2sh(hash160(PAIR)), p2wsh(hashlib.sha256(PAIR).digest())
    assert find_key_links(chain(witness, outer, reveals={outer: PAIR})) == [KeyLink(1, 0, "inner_script")]


def test_a_p2wsh_is_linked_with_the_script_it_commits_to() -> None:
    witness = p2wsh(hashlib.sha256(PAIR).digest())
    assert find_key_links(chain(PAIR, witness)) == [KeyLink(1, 0, "inner_script")]


def test_a_p2sh_of_a_p2wpkh_belongs_to_its_key_also_when_the_p2wpkh_was_never_paid() -> None:
    outer = p2sh(hash160(p2wpkh(HASH)))
    shown = {outer: p2wpkh(HASH)}
    assert find_key_links(chain(outer, p2pkh(HASH), reveals=shown)) == [KeyLink(1, 0, "same_key")]
    assert find_key_links(chain(outer, p2pk(KEY), reveals=shown)) == [KeyLink(1, 0, "same_key")]
    assert find_key_links(chain(outer, p2wpkh(HASH), reveals=shown)) == [KeyLink(1, 0, "inner_script")]


def test_links_come_in_the_order_in_which_their_later_script_appeared() -> None:
    links = find_key_links(chain(PAIR, p2pkh(HASH), p2wsh(hashlib.sha256(PAIR).digest()), p2wpkh(HASH)))
    assert links == [KeyLink(2, 0, "inner_script"), KeyLink(3, 1, "same_key")]
