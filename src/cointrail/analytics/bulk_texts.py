"""Texts of many rows at once, as Arrow arrays: ids, addresses, scripts in hex, words of bit sets.

No row is touched in Python. A text column of Arrow holds 2 GB, so callers come with some rows at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from cointrail.kernel.address_text import AddressForm, ScriptSlices, address_text_room, write_address_text
from cointrail.store.reader import Snapshot
from cointrail.store.stored_scripts import StoredScripts

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]
Bits = npt.NDArray[np.unsignedinteger[Any]]
Numbers = npt.NDArray[np.integer[Any]]

_HEX = np.array([list(f"{byte:02x}".encode()) for byte in range(256)], np.uint8)
"""The two digits of each byte."""


def id_texts(ids: U8) -> Any:
    """Ids as explorers show them. `ids` is uint8[n, 32] in wire order; the result `pyarrow.string()`."""
    digits = _HEX[ids[:, ::-1]].reshape(-1)
    return _texts(digits, np.arange(len(ids) + 1, dtype=np.int64) * 64)


def address_texts(snapshot: Snapshot, scripts: Numbers) -> Any:
    """The addresses of scripts by number, in the order asked for; null for a type that has none."""
    different, place = np.unique(scripts, return_inverse=True)
    return _addresses(snapshot, different).take(pa.array(place))


def _addresses(snapshot: Snapshot, scripts: Numbers) -> Any:
    starts, lengths, data = StoredScripts(snapshot).gather(scripts)
    slices = ScriptSlices(data, starts, lengths, snapshot.column("scripts.type").take(scripts))
    form = AddressForm.of(snapshot.network)
    text, ends = np.empty(address_text_room(slices, form), np.uint8), np.empty(len(starts) + 1, np.int64)
    write_address_text(slices, form, text, ends)
    return _texts(text[: ends[-1]], ends, ends[1:] > ends[:-1])


def script_texts(snapshot: Snapshot, scripts: Numbers) -> Any:
    """The locking scripts in hex, by number."""
    _, lengths, data = StoredScripts(snapshot).gather(scripts)
    return _texts(_HEX[data].reshape(-1), np.concatenate([[0], np.cumsum(2 * lengths)]))


def _texts(text: U8, ends: I64, there: npt.NDArray[np.bool_] | None = None) -> Any:
    """A string array: row k is `text[ends[k] : ends[k + 1]]`; null where it is not `there`."""
    valid = None if there is None else pa.py_buffer(np.packbits(there, bitorder="little"))
    buffers = [valid, pa.py_buffer(ends.astype(np.int32)), pa.py_buffer(np.ascontiguousarray(text))]
    return pa.Array.from_buffers(pa.string(), len(ends) - 1, buffers)


def words_of(numbers: Numbers, words: Sequence[str], absent: npt.NDArray[np.bool_] | None = None) -> Any:
    """Each number as the word at its place: a dictionary array, which Polars has as `Categorical`.

    Args:
        numbers: places in `words`.
        words: different ones.
        absent: rows that are null, whatever their number.
    """
    places = numbers.astype(np.int32) if absent is None else np.where(absent, 0, numbers).astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=absent), pa.array(words, pa.string()))


def word_lists(bits: Bits, words: Sequence[str]) -> Any:
    """Each bit set as the list of the words whose bits are set, word k for bit k."""
    is_set = bits[:, None] >> np.arange(len(words), dtype=bits.dtype) & bits.dtype.type(1) != 0
    rows, places = np.nonzero(is_set)
    starts = np.searchsorted(rows, np.arange(len(bits) + 1)).astype(np.int32)
    values = pa.array(words, pa.string()).take(pa.array(places))
    return pa.ListArray.from_arrays(pa.array(starts), values)
