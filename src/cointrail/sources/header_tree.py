"""Which of the stored blocks are the chain: by predecessor and most work, never by file order.

Core keeps stale blocks, and blocks that failed only when they were connected, in the same files. A
block counts as connected when its undo record is there; the tip is the connected block with the most
work. Source: Bitcoin Core, src/validation.cpp (AcceptBlock stores before ConnectBlock judges).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.chain.network import Network
from cointrail.chain.proof_of_work import work_of
from cointrail.chain.types import BlockHash
from cointrail.errors import BadBlocks, IncompleteBlocks

U8 = npt.NDArray[np.uint8]
I64 = npt.NDArray[np.int64]

LOOK_BACK = 288
"""How far below a tip undo records are looked for before a tip is believed."""


@dataclass(frozen=True)
class StoredBlocks:
    """Every block record of a directory, in no order that matters."""

    headers: U8
    """uint8[n, 80]"""
    hashes: U8
    """uint8[n, 32], wire order"""
    tx_counts: I64
    files: I64
    """number of the blk file"""
    starts: I64
    """offset of the block in its file"""
    sizes: I64

    def __len__(self) -> int:
        return len(self.headers)

    def previous(self, row: int) -> bytes:
        """The predecessor's hash, wire order."""
        return self.headers[row, 4:36].tobytes()

    def bits(self, row: int) -> int:
        """The compact target."""
        return int.from_bytes(self.headers[row, 72:76].tobytes(), "little")

    def version(self, row: int) -> int:
        """The header's version."""
        return int.from_bytes(self.headers[row, 0:4].tobytes(), "little", signed=True)


@dataclass(frozen=True)
class HeaderTree:
    """Blocks that descend from genesis, with height and work; and those that do not."""

    blocks: StoredBlocks
    parent: list[int]
    """row of the predecessor; -1 for genesis and for what is not connected to it"""
    height: list[int]
    """-1 for what is not connected to genesis"""
    work: list[int]
    leaves: list[int]
    """rows without a successor, most work first, then first stored"""
    orphans: list[int]
    """rows whose predecessor is not stored"""

    def path(self, row: int) -> list[int]:
        """Rows from genesis to `row`."""
        rows = []
        while row >= 0:
            rows.append(row)
            row = self.parent[row]
        return rows[::-1]


def grow_tree(blocks: StoredBlocks, network: Network) -> HeaderTree:
    """Link every stored block to its predecessor.

    A block stored twice counts once, the first one.
    """
    raw = blocks.hashes.tobytes()
    row_of: dict[bytes, int] = {}
    for row in range(len(blocks)):
        row_of.setdefault(raw[32 * row : 32 * row + 32], row)
    children: dict[int, list[int]] = {}
    orphans = []
    for block_hash, row in row_of.items():
        before = row_of.get(blocks.previous(row), -1)
        if before >= 0:
            children.setdefault(before, []).append(row)
        elif block_hash != network.genesis.raw:
            orphans.append(row)
    parent, height, work = [-1] * len(blocks), [-1] * len(blocks), [0] * len(blocks)
    leaves = []
    known_work: dict[int, int] = {}
    todo = [row_of[network.genesis.raw]] if network.genesis.raw in row_of else []
    while todo:
        row = todo.pop()
        bits = blocks.bits(row)
        if bits not in known_work:
            known_work[bits] = work_of(bits)
        before = row_of.get(blocks.previous(row), -1)
        parent[row] = before
        height[row] = height[before] + 1 if before >= 0 else 0
        work[row] = (work[before] if before >= 0 else 0) + known_work[bits]
        todo.extend(children.get(row, ()))
        if row not in children:
            leaves.append(row)
    leaves.sort(key=lambda r: (-work[r], int(blocks.files[r]), int(blocks.starts[r])))
    return HeaderTree(blocks, parent, height, work, leaves, orphans)


def require_complete(
    tree: HeaderTree, network: Network, height_of: Callable[[int], int | None], wanted: int | None
) -> None:
    """Refuse a directory that lacks blocks below others that it holds.

    Args:
        tree: the blocks.
        network: for its genesis and the height from which a coinbase states its own.
        height_of: the height that the coinbase of a row states; None when it states none.
        wanted: the height that will do; gaps above it do not matter.

    Raises:
        IncompleteBlocks: naming the missing heights.
    """
    top = max((h for h in tree.height if h >= 0), default=-1)
    if wanted is not None and top >= wanted:
        return
    if not tree.orphans and top >= 0:
        return
    stated = [
        h
        for row in tree.orphans
        if tree.blocks.version(row) >= 2
        and (h := height_of(row)) is not None
        and h >= network.bip34_height
        and h > top
    ]
    hint = "a pruned node has thrown blocks away; use a full node's directory"
    if top >= 0:
        hint += f", or stop below the gap with `--to {top}`"
    if stated:
        first, last = top + 1, min(stated) - 1
        raise IncompleteBlocks(
            f"the directory lacks the blocks of heights {first} to {last}",
            hint=hint,
            first_missing=first,
            last_missing=last,
        )
    lost = len(tree.orphans)
    raise IncompleteBlocks(
        f"the directory lacks blocks from height {top + 1} on: {lost} later "
        f"{'block has' if lost == 1 else 'blocks have'} a predecessor that is not there",
        hint=hint,
        first_missing=top + 1,
        last_missing=None,
    )


@dataclass(frozen=True)
class ChosenChain:
    """The chain's rows by height, and what was left aside above its tip."""

    rows: list[int]
    unconnected: int
    """blocks with more work above the tip that the node has not connected"""
    gap_file: int | None
    """number of the file where the first of them stands"""


def choose_chain(tree: HeaderTree, has_undo: Callable[[int], bool] | None) -> ChosenChain:
    """The chain with the most work of which every block is connected.

    Args:
        tree: the blocks.
        has_undo: whether a row's undo record is there; None when there are no undo files.

    Raises:
        BadBlocks: an undo record is missing below others that are there.
    """
    best: tuple[int, int] | None = None
    left = 0
    gap_file = None
    for leaf in tree.leaves:
        if best is not None and tree.work[leaf] <= tree.work[best[1]]:
            break
        tip, missing = (leaf, []) if has_undo is None else _usable_tip(tree, leaf, has_undo)
        if best is None or tree.work[tip] > tree.work[best[1]]:
            best = (leaf, tip)
            left = len(missing)
            gap_file = int(tree.blocks.files[missing[0]]) if missing else None
    if best is None:
        return ChosenChain([], 0, None)
    return ChosenChain(tree.path(best[1]), left, gap_file)


def _usable_tip(tree: HeaderTree, leaf: int, has_undo: Callable[[int], bool]) -> tuple[int, list[int]]:
    """The last row below `leaf` up to which undo records are there, and the rows above it."""
    window: list[int] = []
    row = leaf
    while row >= 0 and len(window) < LOOK_BACK:
        window.append(row)
        row = tree.parent[row]
    window.reverse()
    there = [tree.height[r] == 0 or has_undo(r) for r in window]
    if all(there):
        return leaf, []
    gap = there.index(False)
    missing = window[gap]
    if gap == 0 or any(there[gap:]):
        name = BlockHash(tree.blocks.hashes[missing].tobytes())
        raise BadBlocks(
            f"block {name} (height {tree.height[missing]}) has no undo record whose checksum fits, "
            "though the node has connected blocks around it",
            hint="the rev file is damaged or missing: copy it again, or let the node rebuild it",
            height=tree.height[missing],
            block=str(name),
        )
    return window[gap - 1], window[gap:]
