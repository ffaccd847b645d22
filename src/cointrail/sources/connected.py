"""Which stored blocks the node has connected, as far as its undo records tell.

A record's checksum binds it to a predecessor and no more: of two blocks on the same predecessor with as
many transactions, each fits the record of the other. Such rivals are told apart by how many inputs their
transactions have, by a successor that is connected, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from cointrail.chain.decode import decode_block
from cointrail.chain.undo import decode_undo
from cointrail.errors import CointrailError
from cointrail.sources.header_tree import HeaderTree
from cointrail.sources.undo_files import UndoFiles

Shape = tuple[int, ...]
"""How many inputs each transaction has, the coinbase left out."""


class Connected:
    """Answers for the blocks of one directory."""

    def __init__(self, tree: HeaderTree, undo: UndoFiles, read: Callable[[int], bytes]) -> None:
        """`read` gives the wire bytes of a row of the tree."""
        self._tree, self._undo, self._read = tree, undo, read
        self._shape = cache(self._shape_of)

    def rivals(self, row: int) -> list[int]:
        """Other blocks of the same file, on the same predecessor, with as many transactions."""
        blocks, before = self._tree.blocks, self._tree.parent[row]
        siblings = self._tree.children.get(before, []) if before >= 0 else []
        if len(siblings) < 2:
            return []
        rows = np.array(siblings)
        alike = (blocks.tx_counts[rows] == blocks.tx_counts[row]) & (blocks.files[rows] == blocks.files[row])
        rivals: list[int] = rows[alike & (rows != row)].tolist()
        return rivals

    def records(self, row: int) -> list[bytes]:
        """The undo payloads that may be the block's own."""
        blocks = self._tree.blocks
        key = int(blocks.files[row]), blocks.previous(row), int(blocks.tx_counts[row])
        if self.rivals(row):
            return self._undo.find_all(*key)
        found = self._undo.find(*key)
        return [] if found is None else [found]

    def has_record(self, row: int) -> bool:
        """Whether an undo record fits the block."""
        if not self.rivals(row):
            return bool(self.records(row))
        return self._fitting(row) > 0

    def is_unsure(self, row: int) -> bool:
        """Whether the record that fits the block may be that of a rival, and it matters which."""
        alike = [r for r in self.rivals(row) if self._shape(r) == self._shape(row)]
        if not alike or self._fitting(row) > len(alike):
            return False
        # Of empty blocks that take the same reward all are valid if one is; the node took the first.
        empty = int(self._tree.blocks.tx_counts[row]) == 1
        return not (empty and {self._reward(r) for r in alike} == {self._reward(row)})

    def _fitting(self, row: int) -> int:
        return sum(_record_shape(record) == self._shape(row) for record in self.records(row))

    def _shape_of(self, row: int) -> Shape | None:
        """None when the block is malformed, which is said when it is decoded for good."""
        try:
            return tuple(len(tx.inputs) for tx in decode_block(self._read(row)).txs[1:])
        except CointrailError:
            return None

    def _reward(self, row: int) -> int:
        try:
            return sum(output.value for output in decode_block(self._read(row)).txs[0].outputs)
        except CointrailError:
            return -1


def _record_shape(record: bytes) -> Shape | None:
    try:
        return tuple(map(len, decode_undo(record)))
    except CointrailError:
        return None
