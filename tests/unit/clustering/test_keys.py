"""Tier 1: which scripts of a chain one key or one inner script unlocks, one by one and in bulk."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from cointrail.chain.script import hash160, multisig, p2pk, p2pkh, p2sh, p2wpkh, p2wsh
from cointrail.clustering.key_scan import scan_key_links
from cointrail.clustering.keys import KeyLink
from cointrail.clustering.keys import find_key_links as find_one_by_one
from cointrail.clustering.shelf import DraftShelf, MemoryShelf
from cointrail.errors import StoreCorrupt
from cointrail.store.columns import Column
from cointrail.store.index_files import Run
from support.chains import FakeSnapshot, output_view, view
from support.columns import column_of

KEY = b"\x02" + bytes(range(32))
OTHER_KEY = b"\x03" + bytes(range(32))
HASH = hash160(KEY)
PAIR = multisig(1, [KEY, OTHER_KEY])


def chain(*scripts: bytes, reveals: dict[bytes, bytes] | None = None) -> FakeSnapshot:
    """A chain on which these scripts appear in this order."""
    return FakeSnapshot([view((), (output_view(script, 5),)) for script in scripts], reveals=reveals)


def find_in_bulk(chain: FakeSnapshot) -> list[KeyLink]:
    found = scan_key_links(chain, MemoryShelf())
    rules = ["same_key" if same else "inner_script" for same in found.same_key]
    return [KeyLink(*link) for link in zip(found.later.tolist(), found.earlier.tolist(), rules, strict=True)]


def find_key_links(chain: FakeSnapshot) -> list[KeyLink]:
    """What both ways find."""
    links = find_one_by_one(chain)
    assert find_in_bulk(chain) == links
    return links


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


def every_kind() -> FakeSnapshot:
    """A chain with a link of every kind, and keys that nothing shares."""
    nested, outer = p2sh(hash160(p2wpkh(HASH))), p2sh(hash160(PAIR))
    scripts = [
        p2pk(KEY),
        p2pkh(HASH),
        nested,
        PAIR,
        p2wpkh(HASH),
        outer,
        p2wsh(hashlib.sha256(PAIR).digest()),
    ]
    others = [
        p2pk(OTHER_KEY),
        p2pkh(hash160(b"x")),
        p2wpkh(hash160(b"y")),
        p2wsh(hashlib.sha256(b"z").digest()),
    ]
    return chain(*scripts, *others, reveals={nested: p2wpkh(HASH), outer: PAIR})


def test_links_found_by_way_of_files_are_the_same_and_leave_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = every_kind()
    in_memory = scan_key_links(held, MemoryShelf())
    monkeypatch.setattr("cointrail.clustering.spill.WAITING_ROWS", 2)
    with DraftShelf(tmp_path) as shelf:
        on_disk = scan_key_links(held, shelf)
    assert len(in_memory.later) > 6
    assert all(np.array_equal(a, b) for a, b in zip(in_memory, on_disk, strict=True))
    assert list(tmp_path.iterdir()) == []


def test_equal_prefixes_are_told_apart_by_the_whole_digest() -> None:
    """An index in which every script stands under every prefix."""
    held = every_kind()
    links = find_one_by_one(held)
    shown = held.reveals()[1][:, :8].copy().view("<u8").reshape(-1)
    every = np.unique(np.concatenate([shown, *(run.keys for run in held.runs("script"))]))
    numbers = np.tile(np.arange(held.n_scripts, dtype=np.uint32), len(every))
    held._runs["script"] = [Run(np.repeat(every, held.n_scripts), numbers)]
    assert find_in_bulk(held) == links


def test_progress_is_told_in_scripts() -> None:
    told: list[int] = []
    scan_key_links(every_kind(), MemoryShelf(), told.append)
    assert told == [11]


@pytest.mark.parametrize("damage", ["ends", "types", "heap"])
def test_columns_that_do_not_fit_each_other_are_refused_before_they_are_followed(damage: str) -> None:
    held = every_kind()
    ends, heap = held.column("scripts.end"), held.column("script_bytes.data")
    match damage:
        case "ends":
            held._columns["scripts.end"] = Column(ends.settled[::-1], ends.recent)
        case "types":
            held._columns["scripts.type"] = column_of(np.full(held.n_scripts, 5), "u1")
        case _:
            held._columns["script_bytes.data"] = Column(heap.settled, heap.recent[:-9])
    with pytest.raises(StoreCorrupt, match="do not fit each other"):
        scan_key_links(held, MemoryShelf())
