"""Outpoints to output numbers by the set of unspent outputs, as a chain is read from its start.

The table holds transactions that have outputs left to spend, under the first eight bytes of their txid;
it is as large as the set of unspent outputs. Two of them with one prefix are told apart by their whole
txids. That an input names the output which it truly spends is checked with the undo data, so this
resolver is for chains that have them.
"""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from cointrail.chain.view import ScriptType
from cointrail.errors import StoreCorrupt
from cointrail.kernel.live import (
    AMONG_TWINS,
    COUNT_BITS,
    DONE,
    MISSING,
    MOST_COUNT,
    TWINS,
    NewTxs,
    count_unspent,
    fill_slots,
    find_slot,
    move_slots,
    resolve_live,
)
from cointrail.store.decoded import DecodedBlocks

U64 = npt.NDArray[np.uint64]
I64 = npt.NDArray[np.int64]

SLOT_BYTES = 16
ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)
CHUNK = 1 << 18
"""Transactions looked at together when a table is made from a store."""


class TableFull(Exception):  # noqa: N818 -- no fault of anybody's: the caller goes on another way
    """The table has no room within its budget."""


class TxColumns(Protocol):
    """Where transactions stand once they are appended."""

    def map(self, key: str, /) -> npt.NDArray[Any]:
        """A column by `table.name`."""


@dataclass
class _Twin:
    first_output: int
    left: int


def _huge(words: int) -> U64:
    """Zeros on large pages where the platform has them; small pages cost a third of the speed."""
    memory = mmap.mmap(-1, max(words * 8, mmap.PAGESIZE))
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return np.frombuffer(memory, np.uint64, words)


class LiveTxs:
    """A growing table of live transactions."""

    def __init__(
        self, columns: TxColumns, budget: int, *, capacity: int = 1 << 12, keep: np.uint64 = ALL_BITS
    ) -> None:
        """Start with an empty table.

        Args:
            columns: where the transactions stand, once they are appended.
            budget: bytes that it may take, also while it grows.
            capacity: slots to begin with, a power of two.
            keep: bits of a prefix that count; fewer than all make clashes, for tests.
        """
        self._parts = [columns]
        self._budget, self._keep = budget, keep
        self._slots = _huge(2 * capacity)
        self._count = 0
        self._twins: dict[bytes, _Twin] = {}

    @property
    def nbytes(self) -> int:
        """Memory taken."""
        return self._slots.nbytes

    def __len__(self) -> int:
        return self._count

    def begin_part(self, recent: TxColumns) -> None:
        """What follows is appended to this part."""
        self._parts.append(recent)

    def reserve(self, more: int) -> None:
        """Make room for `more` transactions.

        Raises:
            TableFull: that would pass the budget.
        """
        words = len(self._slots)
        while (self._count + more) * 3 > words:
            words *= 2
        if words > len(self._slots):
            if words * 8 + self._slots.nbytes > self._budget:
                raise TableFull
            larger = _huge(words)
            move_slots(self._slots, larger)
            self._slots = larger

    def resolve(self, blocks: DecodedBlocks, base: int) -> U64:
        """Output numbers of all inputs of the next blocks; `base` is the number of their first output.

        Raises:
            StoreCorrupt: an input spends what no earlier transaction has left to spend.
            TableFull: the budget does not allow it; nothing has changed.
        """
        self.reserve(blocks.n_txs)
        columns = blocks.columns
        edges = columns.first_input, columns.first_output
        txs = NewTxs(blocks.data, columns.in_at, *edges, blocks.tx_prefixes, blocks.spendable)
        spends = np.empty(blocks.n_inputs, np.uint64)
        place = np.zeros(3, np.int64)
        while (why := resolve_live(txs, self._keep, self._slots, base, spends, place)) != DONE:
            tx, row = int(place[0]), int(place[1])
            if why == MISSING:
                raise _missing(blocks, row)
            if why == AMONG_TWINS:
                spends[row] = self._spend_twin(blocks, row, base + int(columns.first_output[tx]))
                place[1] += 1
            else:
                self._insert_twin(blocks, tx, base)
                place[0] += 1
        self._count += int(place[2])
        return spends

    def _spend_twin(self, blocks: DecodedBlocks, row: int, end: int) -> int:
        """The output that an input spends; it is below `end`, the first one of the spending transaction."""
        where = int(blocks.columns.in_at[row])
        raw = blocks.data[where : where + 36].tobytes()
        twin = self._twins.get(raw[:32])
        output = twin.first_output + int.from_bytes(raw[32:], "little") if twin else end
        if twin is None or output >= end:
            raise _missing(blocks, row)
        twin.left -= 1
        if not twin.left:
            del self._twins[raw[:32]]
        return output

    def _insert_twin(self, blocks: DecodedBlocks, tx: int, base: int) -> None:
        """Add a transaction of these blocks whose prefix a live one has."""
        new = _Twin(base + int(blocks.columns.first_output[tx]), int(blocks.spendable[tx]))
        self._add_twin(blocks.txids[32 * tx : 32 * tx + 32].tobytes(), new, blocks, base)

    def _add_twin(self, name: bytes, new: _Twin, blocks: DecodedBlocks | None, base: int) -> None:
        """Add a transaction whose prefix a live one has: the same one again (BIP 30), or another."""
        prefix = np.uint64(int.from_bytes(name[:8], "little")) & self._keep
        at = 2 * int(find_slot(self._slots, prefix))
        held = self._slots[at + 1]
        if held != TWINS:
            first = int(held >> COUNT_BITS)
            in_blocks = blocks is not None and first >= base
            earlier = _name_in(blocks, first - base) if blocks and in_blocks else self._txid_of(first)
            if earlier == name:  # it has replaced the outputs of the earlier one
                self._slots[at + 1] = (np.uint64(new.first_output) << COUNT_BITS) | np.uint64(new.left)
                return
            self._twins[earlier] = _Twin(first, int(held & MOST_COUNT))
            self._slots[at + 1] = TWINS
        self._twins[name] = new

    def _txid_of(self, output: int) -> bytes:
        """The whole txid of the transaction whose first output this is; it has been appended."""
        part, row = self._parts[0], -1
        for part in reversed(self._parts):
            firsts = part.map("txs.first_output")
            row = int(np.searchsorted(firsts, np.uint64(output), side="right")) - 1
            if row >= 0:
                break
        raw: bytes = part.map("txs.txid")[row].tobytes()
        return raw

    # -- from a store

    def load(self) -> None:
        """Fill an empty table with what the columns have left to spend.

        Raises:
            TableFull: the budget does not allow it.
        """
        (settled,) = self._parts
        for first in range(0, len(settled.map("txs.txid")), CHUNK):
            edges = settled.map("txs.first_output")[first : first + CHUNK + 1]
            if len(edges) <= CHUNK:
                edges = np.append(edges, np.uint64(len(settled.map("outputs.value"))))
            counts = np.empty(len(edges) - 1, np.uint32)
            alive = count_unspent(
                settled.map("outputs.spent_by"),
                settled.map("inputs.output"),
                settled.map("outputs.value"),
                settled.map("outputs.script"),
                settled.map("scripts.type"),
                edges,
                int(ScriptType.OP_RETURN),
                counts,
            )
            self.reserve(alive)
            txids = settled.map("txs.txid").reshape(-1)
            row = 0
            while row < len(counts):
                row = fill_slots(self._slots, self._keep, txids, first, edges, counts, row)
                if row < len(counts):
                    name = txids[32 * (first + row) : 32 * (first + row) + 32].tobytes()
                    self._add_twin(name, _Twin(int(edges[row]), int(counts[row])), None, 0)
                    row += 1
            self._count += alive


def _name_in(blocks: DecodedBlocks, output: int) -> bytes:
    """The txid of the transaction of a batch whose first output has row `output`."""
    firsts = blocks.columns.first_output[:-1]
    row = int(np.searchsorted(firsts, output, side="right")) - 1
    return blocks.txids[32 * row : 32 * row + 32].tobytes()


def _missing(blocks: DecodedBlocks, row: int) -> StoreCorrupt:
    outpoint = blocks.outpoint_name(row)
    return StoreCorrupt(
        f"{blocks.input_name(row)} spends {outpoint}, which no earlier block creates, or which is spent",
        hint="the blocks are not a valid chain, or the store was built from other ones",
        outpoint=outpoint,
    )
