"""Which of the stored blocks are the chain: by predecessor and most work, never by file order.

Core keeps stale blocks, and blocks that failed only when they were connected, in the same files. A
block counts as connected when its undo record is there; the tip is the connected block with the most
work. Source: Bitcoin Core, src/validation.cpp (AcceptBlock stores before ConnectBlock judges).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

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

MOST_AHEAD = 1024
"""Blocks that a node stores ahead of those it has connected, at most (Bitcoin Core, BLOCK_DOWNLOAD_WINDOW,
src/net_processing.cpp)."""


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
    children: dict[int, list[int]]
    """rows that build on a row"""
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

    def rank(self, row: int) -> tuple[int, int, int]:
        """What decides between tips, the least wins: most work, then stored first."""
        return -self.work[row], int(self.blocks.files[row]), int(self.blocks.starts[row])


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
    tree = HeaderTree(blocks, parent, children, height, work, leaves, orphans)
    leaves.sort(key=tree.rank)
    return tree


def require_complete(
    tree: HeaderTree,
    network: Network,
    height_of: Callable[[int], int | None],
    wanted: int | None,
    place: str,
) -> None:
    """Refuse a directory that lacks blocks below others that it holds.

    Args:
        tree: the blocks.
        network: for the height from which a coinbase states its own.
        height_of: the height that the coinbase of a row states; None when it states none.
        wanted: the height that will do; gaps above it do not matter.
        place: the directory, for the message.

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
        and h > top + 1
    ]
    hint = "a pruned node has thrown blocks away; use a full node's directory"
    if top >= 0:
        hint += f", or stop below the gap with `--to {top}`"
    if stated:
        first, last = top + 1, min(stated) - 1
        raise IncompleteBlocks(
            f"`{place}` lacks the blocks of heights {first} to {last}",
            hint=hint,
            path=place,
            first_missing=first,
            last_missing=last,
        )
    lost = len(tree.orphans)
    raise IncompleteBlocks(
        f"`{place}` lacks blocks from height {top + 1} on: {lost} later "
        f"{'block has' if lost == 1 else 'blocks have'} a predecessor that is not there",
        hint=hint,
        path=place,
        first_missing=top + 1,
        last_missing=None,
    )


class Connection(Protocol):
    """What undo records say about rows of a tree."""

    def has_record(self, row: int) -> bool:
        """Whether an undo record fits the block."""

    def is_unsure(self, row: int) -> bool:
        """Whether that record may be another block's."""


@dataclass(frozen=True)
class ChosenChain:
    """The chain's rows by height, and what was left aside above its tip."""

    rows: list[int]
    unconnected: int
    """blocks of branches with more work that the node has not connected"""
    gap_files: tuple[int, ...]
    """numbers of the files where blocks without a record stand, of branches with as much work or more"""
    unsure: bool
    """whether the tip would be higher if a record told which of two blocks it belongs to"""


def choose_chain(tree: HeaderTree, connection: Connection | None) -> ChosenChain:
    """The chain with the most work of which every block is connected; of equals, the one stored first.

    Args:
        tree: the blocks.
        connection: what undo records say; None when there are no undo files.

    Raises:
        BadBlocks: an undo record is missing below others that are there.
    """
    if not tree.leaves:
        return ChosenChain([], 0, (), unsure=False)
    if connection is None:
        return ChosenChain(tree.path(tree.leaves[0]), 0, (), unsure=False)
    best = -1
    looked_at = []
    for leaf in tree.leaves:
        if best >= 0 and tree.work[leaf] < tree.work[best]:
            break
        tip, missing, unsure = _usable_tip(tree, leaf, connection)
        looked_at.append((leaf, missing, unsure))
        if best < 0 or tree.rank(tip) < tree.rank(best):
            best = tip
    rivals = [(missing, unsure) for leaf, missing, unsure in looked_at if tree.work[leaf] >= tree.work[best]]
    left = {row for missing, _ in rivals for row in missing if tree.work[row] > tree.work[best]}
    gaps = {int(tree.blocks.files[row]) for missing, _ in rivals for row in missing}
    return ChosenChain(tree.path(best), len(left), tuple(sorted(gaps)), any(unsure for _, unsure in rivals))


def _usable_tip(tree: HeaderTree, leaf: int, connection: Connection) -> tuple[int, list[int], bool]:
    """The last row up to `leaf` that is connected, the rows above it, and whether that is unsure."""
    window: list[int] = []
    there: list[bool] = []
    row, left, met = leaf, LOOK_BACK, False
    while row >= 0 and left > 0:
        window.append(row)
        there.append(tree.height[row] == 0 or connection.has_record(row))
        met = met or there[-1]
        left = left - 1 if met or len(there) > MOST_AHEAD else LOOK_BACK
        row = tree.parent[row]
    window.reverse()
    there.reverse()
    gap = there.index(False) if not all(there) else len(there)
    if gap < len(there) and (gap == 0 or any(there[gap:])):
        missing = window[gap]
        name = BlockHash(tree.blocks.hashes[missing].tobytes())
        raise BadBlocks(
            f"rev{int(tree.blocks.files[missing]):05}.dat: block {name} (height {tree.height[missing]}) has "
            "no undo record whose checksum fits, though the node has connected blocks around it",
            hint="the rev file is damaged or missing: copy it again, or let the node rebuild it",
            height=tree.height[missing],
            block=str(name),
        )
    # Only the last one can be mistaken for a rival: the others have a successor that is connected.
    unsure = gap > 1 and connection.is_unsure(window[gap - 1])
    gap -= unsure
    return window[gap - 1], window[gap:], unsure
