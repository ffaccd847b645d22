"""All tier 1 links of a chain in bulk: the same that `cointrail.clustering.keys` finds one by one.

Every script and every shown redeem script says which other scripts it belongs with, by their SHA-256.
The first eight bytes of it, the wants, are put apart into buckets and looked for in the store's index,
which is sorted by the same bytes: so the index is read once from front to back, however many there are.
What is found is then held against the whole SHA-256 of the script found.

Memory: one bucket of wants (some tenths of all), and 13 bytes for every link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from cointrail.chain.script import p2pkh, p2wpkh, p2wsh
from cointrail.chain.view import ScriptType
from cointrail.clustering.chain_view import ChainView
from cointrail.clustering.script_bytes import (
    ScriptBytes,
    framed_digests,
    prefixes,
    scripts_at,
    scripts_between,
)
from cointrail.clustering.shelf import Shelf
from cointrail.clustering.spill import Spill
from cointrail.kernel.ripemd160 import WORDS, ripemd160_of_digests
from cointrail.store.index_files import Run
from cointrail.store.runs import find_many, sort_pairs

U8 = npt.NDArray[np.uint8]
U32 = npt.NDArray[np.uint32]
U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

CHUNK = 1 << 20
"""Scripts, shown redeem scripts or hits that are looked at together."""

_PREFIX_BITS = 64
_KIND_SHIFT = np.uint64(56)
_ROW_MASK = np.uint64((1 << 56) - 1)


class Want(IntEnum):
    """What is looked for. Up to `INNER` the row is a script's, from `REDEEM` on a shown redeem script's."""

    P2PKH = 0
    """of the key of a P2PK or P2WPKH"""
    P2WPKH = 1
    """of the key of a P2PK"""
    NESTED = 2
    """among the redeem scripts shown: the P2WPKH of the key of a P2PK or P2PKH"""
    INNER = 3
    """what a P2WSH commits to"""
    REDEEM = 4
    """the redeem script itself"""
    WITNESS = 5
    """the P2WSH of a redeem script"""


_WANTED_IN_INDEX: dict[Want, tuple[ScriptType, ...]] = {
    Want.P2PKH: (ScriptType.P2PK, ScriptType.P2WPKH),
    Want.P2WPKH: (ScriptType.P2PK,),
    Want.INNER: (ScriptType.P2WSH,),
}
_WANTED_IN_REVEALS: dict[Want, tuple[ScriptType, ...]] = {Want.NESTED: (ScriptType.P2PK, ScriptType.P2PKH)}
"""Which types of scripts look for what, and where; so every pair is looked for from one side."""

_BY_KEY = (Want.P2PKH, Want.P2WPKH, Want.NESTED)


class KeyLinks(NamedTuple):
    """Links in the order of their later script, then of the earlier one."""

    later: U32
    earlier: U32
    same_key: npt.NDArray[np.bool_]
    """Linked by `same_key`; the others by `inner_script`."""


class Wants(NamedTuple):
    """Rows that look for a digest: `tag` is the kind and the row, `digest` is uint8[n, 32]."""

    tag: U64
    digest: U8

    @classmethod
    def of(cls, kind: Want, rows: I64, digest: U8) -> Wants:
        """Wants of one kind."""
        return cls(rows.astype(np.uint64) | np.uint64(kind) << _KIND_SHIFT, digest)


def scan_key_links(chain: ChainView, shelf: Shelf, progress: Callable[[int], None] | None = None) -> KeyLinks:
    """All tier 1 links; those of `find_key_links`.

    Args:
        chain: the scripts.
        shelf: gives room for the wants while they are put apart, about 16 bytes a script.
        progress: told how many scripts are done.

    Raises:
        OSError: the disk is full.
    """
    dtypes = ("<u8", "<u8")
    in_scripts = Spill(shelf, _PREFIX_BITS, dtypes)
    in_reveals = Spill(shelf, _PREFIX_BITS, dtypes)
    shown = Spill(shelf, _PREFIX_BITS, dtypes)
    _spill_reveals(chain, shown, in_scripts)
    _spill_scripts(chain, in_scripts, in_reveals, progress)
    hits = [*_hits_in_index(chain, in_scripts), *_hits_in_reveals(in_reveals, shown)]
    for spill in (in_scripts, in_reveals, shown):
        spill.close()
    tags = np.concatenate([np.empty(0, np.uint64), *(tag for tag, _ in hits)])
    found = np.concatenate([np.empty(0, np.uint64), *(number for _, number in hits)])
    return _ordered(*_links(chain, *sort_pairs(tags, found)))


# -- what is looked for


def _spill_reveals(chain: ChainView, shown: Spill, in_scripts: Spill) -> None:
    column = chain.column("reveals.inner")
    for first in range(0, len(column), CHUNK):
        inner = np.ascontiguousarray(column.slice(first, min(first + CHUNK, len(column))))
        rows = np.arange(first, first + len(inner), dtype=np.int64)
        shown.add(prefixes(inner), rows.astype(np.uint64))
        for kind in (Want.REDEEM, Want.WITNESS):
            _add(in_scripts, Wants.of(kind, rows, _digests_of_shown(kind, inner)))


def _spill_scripts(
    chain: ChainView, in_scripts: Spill, in_reveals: Spill, progress: Callable[[int], None] | None
) -> None:
    places = [(in_scripts, _WANTED_IN_INDEX)]
    if len(chain.column("reveals.inner")):
        places.append((in_reveals, _WANTED_IN_REVEALS))
    for first in range(0, chain.n_scripts, CHUNK):
        last = min(first + CHUNK, chain.n_scripts)
        types, scripts = chain.column("scripts.type").slice(first, last), scripts_between(chain, first, last)
        for spill, kinds in places:
            for kind, sources in kinds.items():
                rows = np.flatnonzero(np.isin(types, sources))
                digests = _digests_of_scripts(kind, types[rows], scripts.pick(rows))
                _add(spill, Wants.of(kind, rows + first, digests))
        if progress is not None:
            progress(last)


def _add(spill: Spill, wants: Wants) -> None:
    spill.add(prefixes(wants.digest), wants.tag)


def _digests_of_shown(kind: Want, inner: U8) -> U8:
    """What shown redeem scripts look for, given their SHA-256."""
    return inner if kind == Want.REDEEM else framed_digests(p2wsh(bytes(32)), 2, inner)


def _digests_of_scripts(kind: Want, types: U8, scripts: ScriptBytes) -> U8:
    """What scripts look for, given their types and bytes."""
    if kind == Want.INNER:
        return scripts.parts(2, 32)
    keys = _key_hashes(types, scripts)
    if kind == Want.P2PKH:
        return framed_digests(p2pkh(bytes(20)), 3, keys)
    return framed_digests(p2wpkh(bytes(20)), 2, keys)


def _key_hashes(types: U8, scripts: ScriptBytes) -> U8:
    """HASH160 of the key of each script: uint8[n, 20]."""
    out = np.empty((len(types), 20), np.uint8)
    for kind, at in ((ScriptType.P2PKH, 3), (ScriptType.P2WPKH, 2)):
        out[types == kind] = scripts.pick(types == kind).parts(at, 20)
    bare = scripts.pick(types == ScriptType.P2PK)
    digests = ScriptBytes(bare.data, bare.starts + 1, bare.lengths - 2).digests()
    hashes = np.empty((len(digests), 20), np.uint8)
    ripemd160_of_digests(digests, np.empty(WORDS, np.uint32), hashes)
    out[types == ScriptType.P2PK] = hashes
    return out


# -- what is found

Hits = tuple[U64, U64]
"""Tags, and for each the number that was found: of a script, or of a shown redeem script for `NESTED`."""


def _hits_in_index(chain: ChainView, wants: Spill) -> Iterator[Hits]:
    for bucket in wants.filled():
        wanted = _sorted_run(*wants.take(bucket))
        distinct = _distinct(wanted.keys)
        for run in chain.runs("script"):
            yield _paired(wanted, *find_many(run, distinct))


def _hits_in_reveals(wants: Spill, shown: Spill) -> Iterator[Hits]:
    for bucket in wants.filled():
        wanted, there = (_sorted_run(*spill.take(bucket)) for spill in (wants, shown))
        yield _paired(wanted, *find_many(there, _distinct(wanted.keys)))


def _sorted_run(keys: U64, numbers: U64) -> Run:
    return Run(*sort_pairs(keys.copy(), numbers.copy()))


def _distinct(ascending: U64) -> U64:
    new = np.ones(len(ascending), np.bool_)
    new[1:] = ascending[1:] != ascending[:-1]
    return ascending[new]


def _paired(wanted: Run, keys: U64, numbers: npt.NDArray[np.unsignedinteger[npt.NBitBase]]) -> Hits:
    """Every tag that wants one of the keys found, beside the number found."""
    first = np.searchsorted(wanted.keys, keys, side="left")
    counts = np.searchsorted(wanted.keys, keys, side="right") - first
    within = np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
    return wanted.numbers[np.repeat(first, counts) + within], np.repeat(numbers, counts).astype(np.uint64)


# -- what holds


def _links(chain: ChainView, tags: U64, found: U64) -> tuple[I64, I64, npt.NDArray[np.bool_]]:
    """The two scripts of every hit that holds, and whether they share a key; tags ascend."""
    pieces = [(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.bool_))]
    edges = np.searchsorted(tags, [np.uint64(kind) << _KIND_SHIFT for kind in (*Want, len(Want))])
    for kind in Want:
        for first in range(edges[kind], edges[kind + 1], CHUNK):
            last = min(first + CHUNK, int(edges[kind + 1]))
            rows = (tags[first:last] & _ROW_MASK).astype(np.int64)
            one, other = _checked(chain, kind, rows, found[first:last].astype(np.int64))
            pieces.append((one, other, np.full(len(one), kind in _BY_KEY)))
    one, other, same_key = (np.concatenate(part) for part in zip(*pieces, strict=True))
    return one, other, same_key


def _checked(chain: ChainView, kind: Want, rows: I64, found: I64) -> tuple[I64, I64]:
    """Pairs of script numbers, of those hits alone whose whole digests are the same."""
    inner, script = chain.column("reveals.inner"), chain.column("reveals.script")
    if kind in (Want.REDEEM, Want.WITNESS):
        wanted, one = _digests_of_shown(kind, inner.take(rows)), script.take(rows).astype(np.int64)
    else:
        types = chain.column("scripts.type").take(rows)
        wanted, one = _digests_of_scripts(kind, types, scripts_at(chain, rows)), rows
    order = np.argsort(found)  # ascending, so that the store is read from front to back
    there = np.empty_like(wanted)
    if kind == Want.NESTED:
        there[order], other = inner.take(found[order]), script.take(found).astype(np.int64)
    else:
        there[order], other = scripts_at(chain, found[order]).digests(), found
    holds = (wanted == there).all(axis=1) & (one != other)
    return one[holds], other[holds]


def _ordered(one: I64, other: I64, same_key: npt.NDArray[np.bool_]) -> KeyLinks:
    """Each link once, by later script, earlier script and the name of its rule."""
    later, earlier = np.maximum(one, other).astype(np.uint32), np.minimum(one, other)
    second, later = sort_pairs((earlier.astype(np.uint64) << 1) | same_key, later)
    later, second = sort_pairs(later, second)
    new = np.ones(len(later), np.bool_)
    new[1:] = (later[1:] != later[:-1]) | (second[1:] != second[:-1])
    kept = second[new]
    return KeyLinks(later[new], (kept >> 1).astype(np.uint32), (kept & 1).astype(np.bool_))
