"""Fuzzing the reader of record files: blk and rev files behind their XOR key.

An input is a head (the key, and whether a checksum follows each payload) and a file as it would be without
the key. The file is hidden behind the key, its records are found, their heads are copied, and the key is
taken off again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from batches import Batch, gathered, mutated
from cointrail.chain.decode import read_compact_size
from cointrail.chain.network import get_network
from cointrail.errors import DecodeError
from cointrail.kernel import records as kernel
from cointrail.kernel.jit import int64
from cointrail.sources.block_files import leading_sizes
from compiled import compiled
from mutate import new_bench
from seeds import Seed, pack
from target import Parts, Result

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

HEAD = 9
"""Bytes before the file: the key, and one whose lowest bit says whether checksums follow."""
ROOM = 3
"""Records that are found at a time; few, so that most files take several rounds."""
COPIED = 11
"""Bytes of each payload that are copied: a compact size and some more."""
MOST_RECORDS = 1024
"""More than fit into an input."""
MAGIC = np.frombuffer(get_network("regtest").magic, np.uint8)
FOREIGN_HEAD = 99
VERDICTS = {
    kernel.END: "end",
    kernel.CUT: "cut",
    kernel.FOREIGN: "foreign",
    FOREIGN_HEAD: "no head",
}
LAWS = {
    1: "records do not follow each other within the file",
    2: "the walk goes beyond the file, or back",
    3: "a full round is not full",
    4: "the copied head of a payload is another",
    5: "the key taken off leaves other bytes than were hidden",
    6: "the walk stops before what is a record",
    7: "the walk takes bytes for an end that are none",
}


@compiled
def _hide(one: U8, key: U8) -> None:
    for k in range(len(one)):
        one[k] ^= key[k & 7]


@compiled
def _scan(one: U8, key: U8, magic: U8, trailer: int, starts: I64, sizes: I64, totals: I64) -> int:
    """All rounds of `scan_records`. totals: out, how the walk ended, where, records. The law broken."""
    at = 0
    total = 0
    while True:
        room = min(ROOM, len(starts) - total)
        some = slice(total, total + room)
        found, after, stop = kernel.scan_records(one, at, key, magic, trailer, starts[some], sizes[some])
        if not (0 <= found <= room and at <= after <= len(one)):
            return 2
        if stop == kernel.FULL and found != room:
            return 3
        for k in range(total, total + found):
            if starts[k] != at + 8 or sizes[k] < 0 or starts[k] + sizes[k] + trailer > len(one):
                return 1
            at = starts[k] + sizes[k] + trailer
        if at != after:
            return 1
        total += found
        if stop != kernel.FULL or total == len(starts):
            totals[0], totals[1], totals[2] = stop, at, total
            return 0


@compiled
def _end_law(plain: U8, one: U8, at: int, stop: int, magic: U8, trailer: int) -> int:
    """The law that the end of a walk breaks. `plain`: the file without the key."""
    is_record = at + 8 <= len(plain)
    for k in range(4):
        is_record = is_record and plain[at + k] == magic[k]
    if is_record:
        size = int64(0)
        for k in range(4):
            size |= int64(plain[at + 4 + k]) << (8 * k)
        return 0 if stop == kernel.CUT and at + 8 + size + trailer > len(plain) else 6
    raw_zeros = plain_zeros = True
    for k in range(at, len(plain)):
        raw_zeros = raw_zeros and one[k] == 0
        plain_zeros = plain_zeros and plain[k] == 0
    if raw_zeros or plain_zeros:
        return 0 if stop == kernel.END else 7
    return 0 if stop == (kernel.FOREIGN if at + 8 <= len(plain) else kernel.CUT) else 7


@compiled
def _read_one(plain: U8, one: U8, key: U8, magic: U8, trailer: int, rows: I64, heads: U8, totals: I64) -> int:
    """One file through every reader; the law that it breaks, 0 for none."""
    _hide(one, key)
    law = _scan(one, key, magic, trailer, rows[0], rows[1], totals)
    if law:
        return law
    law = _end_law(plain, one, totals[1], totals[0], magic, trailer)
    if law:
        return law
    found = totals[2]
    kernel.copy_plain(one, key, rows[0, :found], COPIED, heads)
    for row in range(found):
        for k in range(COPIED):
            at = rows[0, row] + k
            if heads[row, k] != (plain[at] if at < len(plain) else 0):
                return 4
    kernel.free_in_place(one, rows[0, :found], rows[1, :found], rows[0, :found], key)
    for row in range(found):
        begin, end = rows[0, row], rows[0, row] + rows[1, row]
        for k in range(begin, end):
            if one[k] != plain[k]:
                return 5
            one[k] ^= key[k & 7]
    rows[2, 0], rows[3, 0], rows[4, 0] = 0, len(one), 0
    kernel.free_in_place(one, rows[2, :1], rows[3, :1], rows[4, :1], key)
    for k in range(len(one)):
        if one[k] != plain[k]:
            return 5
    return 0


@compiled
def _read_each(
    data: U8, hidden: U8, starts: I64, sizes: I64, magic: U8, rows: I64, heads: U8, found: I64
) -> None:
    """found: out, int64[n, 5]: law broken, how the walk ended, where, records, whether checksums follow."""
    for k in range(len(starts)):
        found[k, :] = 0
        if sizes[k] < HEAD:
            found[k, 1] = FOREIGN_HEAD
            continue
        begin, end = starts[k] + HEAD, starts[k] + sizes[k]
        key = data[starts[k] : starts[k] + 8]
        trailer = 32 if data[starts[k] + 8] & 1 else 0
        plain, one = data[begin:end], hidden[begin:end]
        found[k, 0] = _read_one(plain, one, key, magic, trailer, rows, heads, found[k, 1:4])
        found[k, 4] = trailer


class XorTarget:
    """Record files through `scan_records`, `copy_plain`, `free_in_place` and `leading_sizes`."""

    name = "xor"
    verdicts: Mapping[int, str] = VERDICTS

    def __init__(self, seeds: Sequence[Seed], dice_seed: int) -> None:
        """`seeds`: files of records behind a head."""
        self._pool, self._seed, self._bench = pack(seeds), dice_seed, new_bench()
        self._last = gathered([])

    def make(self, number: int, inputs: int) -> None:
        """See `Target.make`."""
        self._last = mutated(self._pool, self._bench, self._seed, number, inputs)

    def run(self) -> Result:
        """See `Target.run`."""
        found, _, _ = _read(self._last)
        return _result(found)

    def parts(self, number: int) -> Parts:
        """See `Target.parts`."""
        return {"file": self._last.raw(number)}

    def judge(self, parts: Parts) -> tuple[int, str | None]:
        """See `Target.judge`."""
        raw = parts["file"]
        found, rows, heads = _read(gathered([raw]))
        result = _result(found)
        return int(result.verdicts[0]), result.broken.get(0) or _disagreement(raw, found[0], rows, heads)


def _read(batch: Batch) -> tuple[I64, I64, U8]:
    found = np.empty((len(batch), 5), np.int64)
    rows = np.empty((5, MOST_RECORDS), np.int64)
    heads = np.empty((MOST_RECORDS, COPIED), np.uint8)
    hidden = batch.data.copy()
    _read_each(batch.data, hidden, batch.starts, batch.sizes, MAGIC, rows, heads, found)
    return found, rows, heads


def _result(found: I64) -> Result:
    return Result(found[:, 1], {int(k): LAWS[int(found[k, 0])] for k in np.flatnonzero(found[:, 0])})


def _disagreement(raw: bytes, found: I64, rows: I64, heads: U8) -> str | None:
    if len(raw) < HEAD:
        return None
    _, _, at, count, trailer = found.tolist()
    plain = plain_records(raw[HEAD:], trailer)
    wanted = list(zip(rows[0, :count].tolist(), rows[1, :count].tolist(), strict=True))
    if plain != wanted:
        return f"a plain reader finds {len(plain)} records, the kernel {count}, up to {at}"
    sizes = leading_sizes(np.ascontiguousarray(heads[:count, :9]), -1).tolist()
    if sizes != [_leading(head.tobytes()[:9]) for head in heads[:count]]:
        return "the number that a payload begins with is read otherwise"
    return None


def plain_records(data: bytes, trailer: int) -> list[tuple[int, int]]:
    """Place and length of each payload of a file without key, up to the first bytes that are no record."""
    at, found = 0, []
    while data[at : at + 4] == MAGIC.tobytes() and at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        if at + 8 + size + trailer > len(data):
            break
        found.append((at + 8, size))
        at += 8 + size + trailer
    return found


def _leading(head: bytes) -> int:
    try:
        value = read_compact_size(head)[0]
    except DecodeError:
        return -1
    return value if value < 1 << 32 else -1
