from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pytest

from cointrail.chain.decode import encode_header
from cointrail.chain.network import get_network
from cointrail.chain.types import BlockHash, sha256d
from cointrail.errors import BadBlocks, IncompleteBlocks
from cointrail.sources.header_tree import (
    LOOK_BACK,
    MOST_AHEAD,
    HeaderTree,
    StoredBlocks,
    choose_chain,
    grow_tree,
    require_complete,
)
from support.kernel_chain import GENESIS

REGTEST = get_network("regtest")
PLACE = "/node/blocks"
EASY, HARD = 0x207FFFFF, 0x2000FFFF


class Headers:
    """Headers by name; nothing else of a block matters here."""

    def __init__(self) -> None:
        self.raw = {"g": GENESIS[:80]}

    def add(self, name: str, before: str, bits: int = EASY, version: int = 0x20000000) -> None:
        """A header on top of another; a name that nobody added stands for a block that is not there."""
        previous = sha256d(self.raw[before]) if before in self.raw else sha256d(before.encode())
        salt = int.from_bytes(sha256d(name.encode())[:4], "little")
        self.raw[name] = encode_header(version, BlockHash(previous), bytes(32), 1, bits, salt)

    def line(self, names: str, before: str, bits: int = EASY) -> None:
        """Several headers, one on top of the other."""
        for name in names.split():
            self.add(name, before, bits)
            before = name

    def stored(self, order: str) -> StoredBlocks:
        """Blocks in the order of their names."""
        names = order.split()
        headers = np.frombuffer(b"".join(self.raw[n] for n in names), np.uint8).reshape(-1, 80)
        hashes = np.frombuffer(b"".join(sha256d(self.raw[n]) for n in names), np.uint8).reshape(-1, 32)
        ones = np.ones(len(names), np.int64)
        return StoredBlocks(headers, hashes, ones, 0 * ones, np.arange(len(names)) * 100, ones)


class Records:
    """Which rows have an undo record, and which of those may be another's."""

    def __init__(self, there: Collection[int], unsure: Collection[int] = ()) -> None:
        self._there, self._unsure = there, unsure

    def has_record(self, row: int) -> bool:
        return row in self._there

    def is_unsure(self, row: int) -> bool:
        return row in self._unsure


def _names(order: str, rows: Sequence[int]) -> str:
    return " ".join(order.split()[row] for row in rows)


def _tree(headers: Headers, order: str) -> HeaderTree:
    return grow_tree(headers.stored(order), REGTEST)


@pytest.fixture(name="fork")
def forked() -> Headers:
    headers = Headers()
    headers.line("a b c d", "g")
    headers.line("C D E", "b")
    return headers


def _chosen(headers: Headers, order: str, missing: str = "", unsure: str = "") -> tuple[str, int]:
    tree, names = _tree(headers, order), order.split()
    there = {names.index(n) for n in names if n not in missing.split()}
    chosen = choose_chain(tree, Records(there, {names.index(n) for n in unsure.split()}))
    return _names(order, chosen.rows), chosen.unconnected


@pytest.mark.parametrize("order", ["g a b c d C D E", "E d D c C b a g", "b g D a E c d C"])
def test_the_chain_goes_by_predecessor_and_work_and_not_by_place(fork: Headers, order: str) -> None:
    assert _chosen(fork, order) == ("g a b C D E", 0)
    chosen = choose_chain(_tree(fork, order), None)
    assert _names(order, chosen.rows) == "g a b C D E"


def test_less_blocks_with_more_work_win() -> None:
    headers = Headers()
    headers.line("a b c d e", "g")
    headers.line("A B", "g", HARD)
    assert _chosen(headers, "g a b c d e A B") == ("g A B", 0)


def test_of_equal_work_the_tip_stored_first_wins(fork: Headers) -> None:
    assert _chosen(fork, "g a b c d C D") == ("g a b c d", 0)
    assert _chosen(fork, "g a b D d C c") == ("g a b C D", 0)


def test_what_the_node_has_not_connected_is_left_aside_and_counted(fork: Headers) -> None:
    assert _chosen(fork, "g a b c d C D E", missing="C D E") == ("g a b c d", 1)
    assert _chosen(fork, "g a b c d C D E", missing="E") == ("g a b c d", 1)
    assert _chosen(fork, "g a b C D E c d", missing="E") == ("g a b C D", 1)
    assert _chosen(fork, "g a b C D E", missing="D E") == ("g a b C", 2)


def test_genesis_needs_no_undo_record(fork: Headers) -> None:
    assert _chosen(fork, "g", missing="g") == ("g", 0)
    assert _chosen(fork, "g a b", missing="g a b") == ("g", 2)


def test_a_tip_that_may_be_without_a_record_is_left_aside(fork: Headers) -> None:
    assert _chosen(fork, "g a b c C", unsure="c C") == ("g a b", 2)
    assert _chosen(fork, "g a b c d C", unsure="c C") == ("g a b c d", 0)
    assert _chosen(fork, "g a b", unsure="b") == ("g a", 1)


def test_a_record_that_is_missing_below_others_is_an_error(fork: Headers) -> None:
    with pytest.raises(
        BadBlocks, match=r"rev00000.dat: block \w+ \(height 3\) has no undo record whose checksum fits"
    ):
        _chosen(fork, "g a b C D E", missing="C")


def test_records_are_looked_for_at_the_end_of_a_long_chain_only() -> None:
    headers = Headers()
    names = [f"n{k}" for k in range(LOOK_BACK + 50)]
    headers.line(" ".join(names), "g")
    order = " ".join(["g", *names])
    assert _chosen(headers, order, missing="n20")[0] == order
    with pytest.raises(BadBlocks, match="has no undo record"):
        _chosen(headers, order, missing="n60")


@pytest.mark.parametrize("ahead", [LOOK_BACK - 1, LOOK_BACK, MOST_AHEAD])
def test_a_node_may_have_stored_many_blocks_ahead_of_those_it_has_connected(ahead: int) -> None:
    headers = Headers()
    headers.line("a b", "g")
    names = [f"n{k}" for k in range(ahead)]
    headers.line(" ".join(names), "b")
    order = " ".join(["g", "a", "b", *names])
    assert _chosen(headers, order, missing=" ".join(names)) == ("g a b", ahead)
    with pytest.raises(BadBlocks, match="has no undo record"):
        _chosen(headers, order, missing=" ".join(["b", *names[:-1]]))


def test_records_that_are_missing_for_longer_than_any_node_is_behind_are_an_error() -> None:
    headers = Headers()
    names = [f"n{k}" for k in range(MOST_AHEAD + LOOK_BACK + 1)]
    headers.line(" ".join(names), "g")
    with pytest.raises(BadBlocks, match="has no undo record"):
        _chosen(headers, " ".join(["g", *names]), missing=" ".join(names))


def test_a_block_stored_twice_counts_once(fork: Headers) -> None:
    order = "g a b c a b d"
    assert _chosen(fork, order) == ("g a b c d", 0)
    assert sorted(_tree(fork, order).height) == [-1, -1, 0, 1, 2, 3, 4]


def test_heights_and_orphans_are_told(fork: Headers) -> None:
    tree = _tree(fork, "g a c d D")
    assert tree.height == [0, 1, -1, -1, -1]
    assert _names("g a c d D", tree.orphans) == "c D"


# -- completeness


def _refusal(headers: Headers, order: str, stated: dict[str, int], wanted: int | None = None) -> str:
    names = order.split()
    with pytest.raises(IncompleteBlocks) as refused:
        require_complete(_tree(headers, order), REGTEST, lambda row: stated.get(names[row]), wanted, PLACE)
    return str(refused.value)


def test_a_gap_is_told_by_the_heights_that_coinbases_state(fork: Headers) -> None:
    fork.line("e f", "d")
    text = _refusal(fork, "g a c d f", {"c": 3, "d": 4, "f": 6})
    assert text == "`/node/blocks` lacks the blocks of heights 2 to 2"
    assert "heights 2 to 4" in _refusal(fork, "g a e f", {"e": 5, "f": 6})


def test_a_pruned_directory_lacks_everything_from_genesis_on(fork: Headers) -> None:
    assert _refusal(fork, "c d", {"c": 3}) == "`/node/blocks` lacks the blocks of heights 0 to 2"


def test_a_gap_before_coinbases_stated_heights_is_told_without_an_end(fork: Headers) -> None:
    fork.add("x", "nowhere", version=1)
    assert _refusal(fork, "g a x", {"x": 9}) == (
        "`/node/blocks` lacks blocks from height 2 on: 1 later block has a predecessor that is not there"
    )
    assert "2 later blocks have" in _refusal(fork, "g c D", {})


def test_a_block_beside_the_tip_does_not_make_a_gap_of_no_heights(fork: Headers) -> None:
    """It states the height above the tip, so what it lacks is a rival of the tip."""
    fork.add("x", "nowhere", version=2)
    assert _refusal(fork, "g a x", {"x": 2}).startswith(
        "`/node/blocks` lacks blocks from height 2 on: 1 later"
    )


def test_a_gap_above_what_is_wanted_does_not_matter(fork: Headers) -> None:
    fork.line("e f", "d")
    tree = _tree(fork, "g a b c e f")
    require_complete(tree, REGTEST, lambda _: None, 3, PLACE)
    with pytest.raises(IncompleteBlocks) as refused:
        require_complete(tree, REGTEST, lambda _: None, 4, PLACE)
    assert "`--to 3`" in (refused.value.hint or "")
    assert refused.value.facts == {"path": PLACE, "first_missing": 4, "last_missing": None}


def test_a_complete_directory_is_not_refused(fork: Headers) -> None:
    require_complete(_tree(fork, "E g D C b a"), REGTEST, lambda _: None, None, PLACE)
