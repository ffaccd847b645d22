"""Outpoints resolved where prefixes clash: by both resolvers, against a dictionary of whole ids."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cointrail.errors import StoreCorrupt
from cointrail.store.live_txs import ALL_BITS, SLOT_BYTES, LiveTxs, TableFull
from cointrail.store.resolver import IndexResolver, Session
from support.forged_ids import (
    ForgedPart,
    ForgedTx,
    decoded,
    forged_chains,
    forged_id,
    plain_spends,
)

PLENTY = 1 << 30
Array = npt.NDArray[Any]
Resolver = LiveTxs | IndexResolver

masks = st.one_of(
    st.integers(0, 16).map(lambda bits: np.uint64((1 << bits) - 1)),
    st.integers(1, 16).map(lambda bits: np.uint64(0xFFFFFFFFFFFFFFFF << (64 - bits) & 0xFFFFFFFFFFFFFFFF)),
    st.just(ALL_BITS),
)
"""Bits of a prefix that count: none, a few low ones, a few high ones, all."""
cuts = st.lists(st.integers(0, 24), max_size=6).map(sorted)
"""Where batches end."""


def _batches(txs: Sequence[ForgedTx], ends: Sequence[int]) -> Iterator[Sequence[ForgedTx]]:
    edges = sorted({0, len(txs), *(end for end in ends if end < len(txs))})
    for first, last in pairwise(edges):
        yield txs[first:last]


def _run(resolver: Resolver, part: ForgedPart, batches: Iterator[Sequence[ForgedTx]]) -> list[int]:
    """Resolve batch after batch, and append each to a part."""
    spends: list[int] = []
    for txs in batches:
        base = part.base["outputs"] + sum(len(tx.notes) for tx in part.txs)
        found = resolver.resolve(decoded(txs), base).tolist()
        part.append(txs, found)
        spends += found
    return spends


def _by_index(part: ForgedPart) -> IndexResolver:
    return IndexResolver(part, Session(part.runs() if part.txs else [], PLENTY))  # type: ignore[arg-type]


def _live(part: ForgedPart, keep: np.uint64 = ALL_BITS, *, capacity: int = 4) -> LiveTxs:
    return LiveTxs(part, PLENTY, capacity=capacity, keep=keep)


def _twice(shape: tuple[bool, ...], *between: int) -> list[ForgedTx]:
    """A transaction, spends of its outputs, the same again, a spend of all of these; all with one prefix."""
    txid = forged_id(7, 1)
    txs = [ForgedTx(txid, (), shape)]
    txs += [ForgedTx(forged_id(7, 9 + vout), ((txid, vout),), (False,)) for vout in between]
    everything = tuple((txid, vout) for vout, note in enumerate(shape) if not note)
    return [*txs, ForgedTx(txid, (), shape), ForgedTx(forged_id(7, 2), everything, (False,))]


@given(forged_chains(), masks, cuts)
@example(_twice((False, False)), ALL_BITS, [])
@example(_twice((False, True, False), 0), ALL_BITS, [1, 2, 3])
@example(_twice((False, False), 0, 1), np.uint64(0), [2])
def test_both_resolvers_find_what_a_dictionary_of_whole_ids_finds(
    txs: list[ForgedTx], keep: np.uint64, ends: list[int]
) -> None:
    wanted = plain_spends(txs)
    for make in (lambda part: _live(part, keep), _by_index):
        part = ForgedPart()
        assert _run(make(part), part, _batches(txs, ends)) == wanted


@given(forged_chains(), masks, st.integers(0, 24), cuts)
def test_a_table_filled_from_a_store_goes_on_as_the_one_that_saw_it_grow(
    txs: list[ForgedTx], keep: np.uint64, stored: int, ends: list[int]
) -> None:
    part = ForgedPart()
    _run(_by_index(part), part, _batches(txs[:stored], []))
    table = _live(part, keep)
    table.load()
    found = _run(table, part, _batches(txs[stored:], ends))
    assert part.spends == plain_spends(txs)
    assert found == part.spends[len(part.spends) - len(found) :]


@given(forged_chains(), masks, st.integers(0, 24), cuts, st.sampled_from(["live", "index"]))
def test_a_part_on_top_of_another_one_is_resolved_across_both(
    txs: list[ForgedTx], keep: np.uint64, settled: int, ends: list[int], way: str
) -> None:
    below = ForgedPart()
    resolver: Resolver = _live(below, keep) if way == "live" else _by_index(below)
    found = _run(resolver, below, _batches(txs[:settled], ends))
    recent = below.above()
    resolver.begin_part(recent)  # type: ignore[arg-type]
    found += _run(resolver, recent, _batches(txs[settled:], ends))
    assert found == plain_spends(txs)


@given(txs=forged_chains(most=40), keep=masks, slots=st.sampled_from([2, 4, 8]), loaded=st.booleans())
def test_a_table_that_gets_too_full_changes_nothing_and_the_index_goes_on(
    txs: list[ForgedTx], keep: np.uint64, slots: int, *, loaded: bool
) -> None:
    part, spends = ForgedPart(), list[int]()
    table = LiveTxs(part, 3 * slots * SLOT_BYTES, capacity=2, keep=keep)
    resolver: Resolver = table
    for batch in _batches(txs, range(0, 40, 3)):
        try:
            if loaded and resolver is table:
                table = resolver = LiveTxs(part, 3 * slots * SLOT_BYTES, capacity=2, keep=keep)
                table.load()
            found = _run(resolver, part, iter([batch]))
        except TableFull:
            assert resolver is table
            resolver = _by_index(part)
            found = _run(resolver, part, iter([batch]))
        assert table.nbytes <= max(2, 2 * slots) * SLOT_BYTES
        spends += found
    assert spends == plain_spends(txs)


REFUSED = {
    "an id that only shares the prefix": ForgedTx(forged_id(7, 5), ((forged_id(7, 6), 0),), (False,)),
    "an output beyond the last one": ForgedTx(forged_id(7, 5), ((forged_id(7, 2), 1000),), (False,)),
    "an output far beyond": ForgedTx(forged_id(7, 5), ((forged_id(7, 1), 2**32 - 1),), (False,)),
    "an output of its own": ForgedTx(forged_id(7, 5), ((forged_id(7, 5), 0),), (False,)),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("make", [_live, _by_index], ids=["live", "index"])
def test_a_spend_of_what_is_not_there_is_refused_also_among_twins(
    what: str, make: Callable[[ForgedPart], Resolver]
) -> None:
    part = ForgedPart()
    resolver = make(part)
    twins = [ForgedTx(forged_id(7, name), (), (False,)) for name in (1, 2)]
    _run(resolver, part, iter([twins]))
    with pytest.raises(StoreCorrupt, match="which no earlier block creates"):
        _run(resolver, part, iter([[REFUSED[what]]]))


def test_a_twin_that_is_spent_is_gone() -> None:
    """The index does not tell: that an output is spent twice is seen when spends are linked."""
    part = ForgedPart()
    table = _live(part)
    twin, other = (ForgedTx(forged_id(7, name), (), (False,)) for name in (1, 2))
    spends = [ForgedTx(forged_id(7, name), ((twin.txid, 0),), (False,)) for name in (5, 6)]
    assert _run(table, part, iter([[twin, other], spends[:1]])) == [0]
    with pytest.raises(StoreCorrupt, match="or which is spent"):
        _run(table, part, iter([spends[1:]]))


class _Vast(ForgedPart):
    """A part of ten billion transactions: its columns cannot be copied."""

    def map(self, key: str) -> Array:
        column = super().map(key)
        return np.broadcast_to(column[0], (10**10, *column.shape[1:]))


def test_a_clash_across_two_parts_copies_no_column() -> None:
    part, recent = _Vast(), ForgedPart({"txs": 10**10, "outputs": 1})
    below, above = (ForgedTx(forged_id(7, name), (), (False,)) for name in (1, 2))
    table = _live(part)
    table.resolve(decoded([below]), 0)
    part.append([below], [])
    table.begin_part(recent)
    spend = ForgedTx(forged_id(8, 3), ((below.txid, 0), (above.txid, 0)), (False,))
    assert _run(table, recent, iter([[above], [spend]])) == [0, 1]
