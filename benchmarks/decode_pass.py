"""Decode block files on one core, several times, and print as JSON what it took and what was seen.

    python benchmarks/decode_pass.py FOLDER [--passes 5] [--without-text] [--network regtest]

With text: what a peer gives of every transaction and output, as columns: the txid in hex, value, script
type and address. Without: the walk, the columns and the txids. The files are plain, and read from the
page cache: a pass maps them, finds the records and goes through them a few blocks at a time. One thread.
Seconds are by the clock, core seconds are those that a core worked for it.
"""

from __future__ import annotations

import argparse
import binascii
import json
import mmap
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import get_network
from cointrail.kernel.address_text import AddressForm, ScriptSlices, address_text_room, write_address_text
from cointrail.kernel.decode import OK, BlockColumns, count_blocks, fill_blocks
from cointrail.kernel.sha256 import sha256d_parts_many
from cointrail.sources.block_files import find_files, scan_file

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

PIECE_BYTES = 2 << 20
"""Blocks that are decoded together: they stay in the cache from the first look to the last hash."""
NO_KEY = np.zeros(8, np.uint8)


@dataclass
class Seen:
    """What a pass has gone through."""

    blocks: int = 0
    txs: int = 0
    outputs: int = 0
    value: int = 0
    addresses: int = 0
    digest: int = 0
    """xor of the first eight bytes of every txid: two ways to decode agree on it"""


@dataclass
class Room:
    """Memory that every piece uses again."""

    columns: BlockColumns = field(default_factory=lambda: BlockColumns.empty(1, 1, 1))
    parts: I64 = field(default_factory=lambda: np.empty((2, 1, 3), np.int64))
    """starts and lengths of what a txid hashes"""
    txids: U8 = field(default_factory=lambda: np.empty((1, 32), np.uint8))
    scratch: U8 = field(default_factory=lambda: np.empty(1, np.uint8))
    text: U8 = field(default_factory=lambda: np.empty(1, np.uint8))

    def fit(self, txs: int, inputs: int, outputs: int, piece: int) -> None:
        """Make room for so many rows of a piece of so many bytes."""
        columns = self.columns
        if txs > len(columns.tx_at) or inputs > len(columns.in_at) or outputs > len(columns.value):
            self.columns = BlockColumns.empty(2 * txs, 2 * inputs, 2 * outputs)
            self.parts = np.full((2, 2 * txs, 3), 4, np.int64)
            self.txids = np.empty((2 * txs, 32), np.uint8)
        if 2 * piece > len(self.scratch):
            self.scratch = np.empty(2 * piece, np.uint8)


def decode_folder(folder: Path, form: AddressForm | None, network: str, room: Room) -> Seen:
    """One pass over all files. `form` None leaves text out."""
    seen = Seen()
    for path in find_files(folder, "blk").values():
        with path.open("rb") as file:
            data = np.frombuffer(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY), np.uint8)
        records = scan_file(path, NO_KEY, get_network(network), 0)
        ends = np.cumsum(records.sizes)
        edges = np.searchsorted(ends, np.arange(PIECE_BYTES, int(ends[-1]) + PIECE_BYTES, PIECE_BYTES))
        first = 0
        for last in np.minimum(edges + 1, len(ends)).tolist():
            if last > first:
                spans = records.starts[first:last], records.sizes[first:last]
                _decode_piece(data, *spans, form, room=room, seen=seen)
            first = last
    return seen


def _decode_piece(
    data: U8, starts: I64, sizes: I64, form: AddressForm | None, *, room: Room, seen: Seen
) -> None:
    counts, faults = np.empty((len(starts), 4), np.int64), np.empty((len(starts), 2), np.int64)
    count_blocks(data, starts, sizes, counts, faults)
    if (faults[:, 0] != OK).any():
        raise SystemExit("a block of the benchmark is malformed")
    rows = np.zeros((len(starts) + 1, 3), np.int64)
    rows[1:] = np.cumsum(counts[:, :3], axis=0)
    txs, inputs, outputs = (int(n) for n in rows[-1])
    room.fit(txs, inputs, outputs, int(sizes.sum()))
    fill_blocks(data, starts, sizes, rows[:-1], room.columns)
    txids = _hash_txs(data, room, txs)
    seen.blocks += len(starts)
    seen.txs += txs
    seen.outputs += outputs
    seen.digest ^= int(np.bitwise_xor.reduce(np.ascontiguousarray(txids[:, :8]).view(np.uint64).reshape(-1)))
    if form:
        seen.value += int(room.columns.value[:outputs].sum())
        seen.addresses += _write_text(data, room, form, txids, outputs)


def _hash_txs(data: U8, room: Room, txs: int) -> U8:
    """The txid of every transaction: of its version, its inputs and outputs, its locktime."""
    columns, (starts, lengths) = room.columns, room.parts[:, :txs]
    starts[:, 0] = columns.tx_at[:txs]
    starts[:, 1] = columns.cut_at[:txs]
    starts[:, 2] = columns.tx_at[:txs] + (columns.tx_size[:txs] - 4)
    lengths[:, 1] = columns.cut_size[:txs]
    sha256d_parts_many(data, starts, lengths, room.txids[:txs], room.scratch)
    return room.txids[:txs]


def _write_text(data: U8, room: Room, form: AddressForm, txids: U8, outputs: int) -> int:
    """Txids in hex as people read them, and addresses. Returns how many outputs have one."""
    binascii.hexlify(np.ascontiguousarray(txids[:, ::-1]).data)
    columns = room.columns
    where = columns.script_at[:outputs], columns.script_length[:outputs]
    scripts = ScriptSlices(data, *where, columns.script_type[:outputs])
    need = address_text_room(scripts, form)
    if need > len(room.text):
        room.text = np.empty(2 * need, np.uint8)
    ends = np.empty(outputs + 1, np.int64)
    write_address_text(scripts, form, room.text, ends)
    return int((np.diff(ends) > 0).sum())


def main() -> None:
    """Once to warm up, then the passes that count."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passes", type=int, default=5)
    parser.add_argument("--without-text", action="store_true")
    parser.add_argument("--network", default="regtest")
    args = parser.parse_args()
    form = None if args.without_text else AddressForm.of(get_network(args.network))
    room, seconds, core_seconds = Room(), list[float](), list[float]()
    for _ in range(1 + args.passes):
        begin, core_begin = time.perf_counter(), time.process_time()
        seen = decode_folder(args.folder, form, args.network, room)
        seconds.append(time.perf_counter() - begin)
        core_seconds.append(time.process_time() - core_begin)
    answer: dict[str, Any] = {"seconds": seconds[1:], "core_seconds": core_seconds[1:]}
    print(json.dumps(answer | vars(seen)))


if __name__ == "__main__":
    main()
