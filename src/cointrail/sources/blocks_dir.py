"""A Bitcoin Core blocks directory, read-only: the best chain, its blocks and their undo records."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from cointrail.chain.commitments import coinbase_height
from cointrail.chain.decode import decode_block, decode_header
from cointrail.chain.network import Network
from cointrail.chain.proof_of_work import check_proof_of_work, target_of
from cointrail.chain.types import BlockHash
from cointrail.errors import BadBlocks, CointrailError
from cointrail.kernel.records import copy_plain, free_in_place
from cointrail.kernel.sha256 import sha256d_many
from cointrail.sources.block_files import (
    LARGEST_BLOCK,
    RECORD_HEAD,
    SMALLEST_BLOCK,
    RecordFile,
    blocks_directory,
    detect_network,
    find_files,
    leading_sizes,
    read_key,
    read_only_map,
    scan_file,
)
from cointrail.sources.connected import Connected
from cointrail.sources.half_written import leave_out_half_written
from cointrail.sources.header_tree import StoredBlocks, choose_chain, grow_tree, require_complete
from cointrail.sources.open_files import OpenFiles
from cointrail.sources.undo_files import UndoFiles

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

_HEAD = 89
"""Header and the longest transaction count."""
AT_ONCE = 8
"""Files that are scanned at once: a scan waits for the disk most of the time."""
MOST_AT_ONCE = 500
"""Blocks that one system call reads; Linux takes 1,024 buffers."""


@dataclass(frozen=True)
class Chain:
    """The best chain by height; row = height."""

    blocks: StoredBlocks

    def __len__(self) -> int:
        return len(self.blocks)

    def hash(self, height: int) -> BlockHash:
        """Hash of the block at a height."""
        return BlockHash(self.blocks.hashes[height].tobytes())


class BlocksDirectory:
    """An opened blocks directory. Close it, or use it as a context manager.

    Blocks may still be written by a running node: what was not complete when it was opened is not
    looked at.
    """

    def __init__(
        self,
        path: Path,
        *,
        network: Network | None = None,
        to: int | None = None,
        undo: bool = True,
    ) -> None:
        """Read the headers and choose the chain.

        Args:
            path: the blocks directory, or the data directory around it.
            network: what it must be; None takes what it is.
            to: the last height to use; gaps above it do not matter.
            undo: use the rev files. Without them no input can be checked twice.

        Raises:
            BadBlocks: no blocks, damaged files, or no undo files.
            WrongNetwork: blocks of another network.
            IncompleteBlocks: heights are missing.
        """
        self.path = blocks_directory(path)
        self.key = read_key(self.path)
        files = find_files(self.path, "blk")
        self.network = detect_network(files[min(files)], self.key, network)
        undo_paths = find_files(self.path, "rev")
        if undo and not undo_paths:
            raise BadBlocks(
                f"`{self.path}` holds no rev*.dat file",
                hint="copy the rev files too, or add `--without-undo` to do without the second check "
                "of every input",
                path=str(self.path),
            )
        self._undo = UndoFiles(undo_paths, self.key, self.network) if undo else None
        self._paths, self._files = files, OpenFiles(files)
        self.notes: tuple[str, ...] = ()
        try:
            self.chain = self._open_chain(to)
        except CointrailError:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the file handles back."""
        self._files.close()

    @property
    def has_undo(self) -> bool:
        """Whether undo records are used."""
        return self._undo is not None

    # -- the chain

    def _open_chain(self, to: int | None) -> Chain:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            scans = dict(zip(self._paths, pool.map(self._scan, self._paths), strict=True))
        stored = self._stored(scans)
        _check_work(stored, self.network)
        tree = grow_tree(stored, self.network)
        self._refuse_cut_files(scans)
        require_complete(tree, self.network, lambda row: self._stated_height(stored, row), to, str(self.path))
        self._connected = (
            Connected(tree, self._undo, lambda row: self._raw(stored, row)) if self._undo else None
        )
        chosen = choose_chain(tree, self._connected)
        for number in chosen.gap_files:
            self._refuse_damaged_undo(number)
        if chosen.unconnected:
            count, tip = chosen.unconnected, len(chosen.rows) - 1
            why = "or share one undo record" if chosen.unsure else "(no undo record)"
            self._note(
                f"{count} stored {'block is' if count == 1 else 'blocks are'} not connected by the node "
                f"yet {why}: the chain ends at height {tip}"
            )
        if to is not None and len(chosen.rows) <= to:
            raise BadBlocks(
                f"the directory ends at height {len(chosen.rows) - 1}, below {to}", hint="lower `--to`"
            )
        self._rows = chosen.rows if to is None else chosen.rows[: to + 1]
        rows = np.array(self._rows, np.int64)
        return Chain(
            StoredBlocks(
                stored.headers[rows],
                stored.hashes[rows],
                stored.tx_counts[rows],
                stored.files[rows],
                stored.starts[rows],
                stored.sizes[rows],
            )
        )

    def _scan(self, number: int) -> RecordFile:
        scan = scan_file(self._paths[number], self.key, self.network, 0)
        return leave_out_half_written(scan, lambda start, size: self._read(number, start, size))

    def _note(self, text: str) -> None:
        self.notes = (*self.notes, text)

    def _stored(self, scans: dict[int, RecordFile]) -> StoredBlocks:
        heads, files, starts, sizes = [], [], [], []
        for number, scan in scans.items():
            wrong = np.flatnonzero((scan.sizes < SMALLEST_BLOCK) | (scan.sizes > LARGEST_BLOCK))
            if len(wrong):
                raise BadBlocks(
                    f"`{scan.path}`, offset {scan.starts[wrong[0]]}: a record of "
                    f"{scan.sizes[wrong[0]]} bytes is no block",
                    hint="the file is damaged: copy it again",
                    path=str(scan.path),
                )
            head = np.empty((len(scan.starts), _HEAD), np.uint8)
            copy_plain(read_only_map(scan.path, sparsely=True), self.key, scan.starts, _HEAD, head)
            heads.append(head)
            files.append(np.full(len(scan.starts), number, np.int64))
            starts.append(scan.starts)
            sizes.append(scan.sizes)
        head = np.concatenate(heads)
        if not len(head):
            raise BadBlocks(
                f"`{self.path}` holds no block", hint="let the node write some", path=str(self.path)
            )
        headers = np.ascontiguousarray(head[:, :80])
        hashes = np.empty((len(headers), 32), np.uint8)
        flat = headers.reshape(-1)
        offsets = np.arange(len(headers), dtype=np.int64) * 80
        sha256d_many(flat, offsets, np.full(len(headers), 80, np.int64), hashes)
        counts = leading_sizes(head[:, 80:], 0)
        return StoredBlocks(
            headers, hashes, counts, np.concatenate(files), np.concatenate(starts), np.concatenate(sizes)
        )

    def _raw(self, stored: StoredBlocks, row: int) -> bytes:
        return self._read(int(stored.files[row]), int(stored.starts[row]), int(stored.sizes[row]))

    def _stated_height(self, stored: StoredBlocks, row: int) -> int | None:
        try:
            return coinbase_height(decode_block(self._raw(stored, row)).txs[0])
        except CointrailError:
            return None

    def _refuse_cut_files(self, scans: dict[int, RecordFile]) -> None:
        """A last record may be cut short while a node writes it, not one that has undo data."""
        for number, scan in scans.items():
            if scan.cut_at is None:
                continue
            self._note(f"`{scan.path.name}` ends inside a record at offset {scan.cut_at}: it was left out")
            if self._undo is None or number != max(scans):
                continue
            file = self._undo.file(number)
            lost = file.find_unmatched(self._in_file(number)) if file else None
            if file and lost is not None:
                raise BadBlocks(
                    f"`{scan.path}` is cut short inside the record at offset {scan.cut_at}: "
                    f"{file.path.name} holds, at offset {file.offset(lost)}, the undo record of a block "
                    "that is not there",
                    hint="copy the file again",
                    path=str(scan.path),
                    offset=scan.cut_at,
                )

    def _refuse_damaged_undo(self, number: int) -> None:
        """An undo record that fits no block is damaged, not missing."""
        file = self._undo.file(number) if self._undo else None
        lost = file.find_unmatched(self._in_file(number)) if file else None
        if file and lost is not None:
            raise BadBlocks(
                f"`{file.path}`, offset {file.offset(lost)}: the checksum of the undo record "
                "fits no stored block",
                hint="the file is damaged: copy it again, or let the node rebuild it",
                path=str(file.path),
                offset=file.offset(lost),
            )

    def _in_file(self, number: int) -> list[tuple[bytes, int]]:
        """(previous hash, transaction count) of the blocks that a file holds by now."""
        stored = self._stored({number: self._scan(number)})
        return [(stored.previous(row), int(stored.tx_counts[row])) for row in range(len(stored))]

    # -- blocks and undo

    def _read(self, number: int, start: int, size: int) -> bytes:
        buffer = np.empty(size, np.uint8)
        self._files.read_into(number, start, [memoryview(buffer)])  # type: ignore[arg-type]
        self._free(buffer, *(np.array([n], np.int64) for n in (0, size, start)))
        return buffer.tobytes()

    def _free(self, buffer: U8, begins: I64, sizes: I64, starts: I64) -> None:
        if self.key.any():
            free_in_place(buffer, begins, sizes, starts, self.key)

    def read_blocks(self, first: int, last: int, buffer: U8) -> I64:
        """Copy the blocks of heights `first`..`last` - 1 into `buffer`, end to end, without XOR.

        Threads may read different blocks at once.

        Returns:
            int64[n]: where each begins.
        """
        blocks = self.chain.blocks
        files, starts, sizes = (a[first:last] for a in (blocks.files, blocks.starts, blocks.sizes))
        ends = np.cumsum(sizes)
        begins = ends - sizes
        cuts = _runs(files, starts, sizes)
        whole, between = memoryview(buffer), memoryview(bytearray(RECORD_HEAD))  # type: ignore[arg-type]
        edges = [0, *ends.tolist()]
        for a, b in pairwise(cuts):
            for c in range(a, b, MOST_AT_ONCE):
                d = min(c + MOST_AT_ONCE, b)
                views = [v for k in range(c, d) for v in (whole[edges[k] : edges[k + 1]], between)][:-1]
                self._files.read_into(int(files[c]), int(starts[c]), views)
        self._free(buffer, begins, sizes, starts)
        return begins

    def expect(self, first: int, last: int) -> None:
        """Let the system begin to read the blocks of heights `first`..`last` - 1 and their undo files.

        Raises:
            BadBlocks: a file cannot be opened.
        """
        blocks = self.chain.blocks
        files, starts, sizes = (a[first:last] for a in (blocks.files, blocks.starts, blocks.sizes))
        for a, b in pairwise(_runs(files, starts, sizes)):
            begin, end = int(starts[a]), int(starts[b - 1] + sizes[b - 1])
            self._files.expect(int(files[a]), begin, end - begin)
        if self._undo:
            for number in np.unique(files).tolist():
                self._undo.expect(number)

    def raw_block(self, height: int) -> bytes:
        """Wire bytes of the block at a height."""
        return self._raw(self.chain.blocks, height)

    def undo(self, height: int) -> tuple[bytes, ...]:
        """The undo payloads whose checksum fits the block at a height; one of them is its own.

        Nearly always one. Several when the node has connected a sibling with as many transactions too.
        Empty for genesis, and when undo is not used.

        Raises:
            BadBlocks: there is none.
        """
        if self._connected is None or height == 0:
            return ()
        payloads = self._connected.records(self._rows[height])
        if not payloads:
            raise BadBlocks(
                f"rev{int(self.chain.blocks.files[height]):05}.dat: block {self.chain.hash(height)} "
                f"(height {height}) has no undo record whose checksum fits",
                hint="the rev file is damaged or missing: copy it again, or let the node rebuild it",
                height=height,
            )
        return tuple(payloads)


def _runs(files: I64, starts: I64, sizes: I64) -> list[int]:
    """Where runs of blocks that follow each other in their file begin, and where the last one ends.

    What stands between two of a run is the head of a record.
    """
    apart = (np.diff(files) != 0) | (np.diff(starts) != sizes[:-1] + RECORD_HEAD)
    return [0, *(np.flatnonzero(apart) + 1).tolist(), len(sizes)]


def _check_work(stored: StoredBlocks, network: Network) -> None:
    """Refuse the first block whose hash is above its own target, or whose target is not allowed."""
    words = np.ascontiguousarray(stored.hashes[:, ::-1]).view(">u8")
    all_bits = np.ascontiguousarray(stored.headers[:, 72:76]).view("<u4").reshape(-1)
    good = np.zeros(len(stored), np.bool_)
    for bits in np.unique(all_bits).tolist():
        target = target_of(bits)
        if 0 < target <= target_of(network.pow_limit_bits):
            rows = np.flatnonzero(all_bits == bits)
            good[rows] = _at_most(words[rows], np.frombuffer(target.to_bytes(32, "big"), ">u8"))
    for row in np.flatnonzero(~good).tolist():
        try:
            check_proof_of_work(decode_header(stored.headers[row].tobytes()), network)
        except BadBlocks as error:
            raise BadBlocks(
                f"blk{int(stored.files[row]):05}.dat, offset {int(stored.starts[row])}: {error}",
                hint=error.hint,
                **error.facts,
            ) from error


def _at_most(numbers: npt.NDArray[np.uint64], limit: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Whether each row of words, the most significant first, is at most `limit`."""
    less, same = np.zeros(len(numbers), np.bool_), np.ones(len(numbers), np.bool_)
    for word, bound in zip(numbers.T, limit, strict=True):
        less |= same & (word < bound)
        same &= word == bound
    return less | same
