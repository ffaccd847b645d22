"""The kernel's decoder on blocks as bytes, and what the plain decoder says of the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cointrail.chain.decode import decode_block
from cointrail.chain.marks import input_marks
from cointrail.chain.script import MALFORMED, OP_PUSHDATA4, classify, iter_ops
from cointrail.chain.types import Tx, sha256d
from cointrail.errors import DecodeError
from cointrail.kernel.decode import OK, BlockColumns, count_blocks, fill_blocks

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class InputFacts:
    """An input in plain values."""

    outpoint: bytes
    sequence: int
    marks: int
    last_push: bytes | None
    """what the scriptSig pushes last; None when it does not end with a push"""


@dataclass(frozen=True, slots=True)
class TxFacts:
    """A transaction in plain values. A coinbase has no inputs here."""

    txid: bytes
    size: int
    version: int
    locktime: int
    weight: int
    inputs: list[InputFacts]
    outputs: list[tuple[int, bytes, int]]
    """value, script, type"""


@dataclass(frozen=True, slots=True)
class Counted:
    """Blocks end to end in a buffer, and what the kernel's first pass says of them."""

    data: npt.NDArray[np.uint8]
    starts: I64
    sizes: I64
    counts: I64
    faults: I64

    @property
    def sound(self) -> list[bool]:
        """Which blocks have no fault."""
        return [bool(f == OK) for f in self.faults[:, 0]]


def count(blocks: Sequence[bytes], *, before: bytes = b"", after: bytes = b"") -> Counted:
    """The first pass, with other bytes around the blocks."""
    data = np.frombuffer(before + b"".join(blocks) + after, np.uint8)
    sizes = np.array([len(b) for b in blocks], np.int64)
    starts = len(before) + np.cumsum(sizes) - sizes
    counts, faults = np.empty((len(blocks), 4), np.int64), np.empty((len(blocks), 2), np.int64)
    count_blocks(data, starts, sizes, counts, faults)
    return Counted(data, starts, sizes, counts, faults)


def fill(counted: Counted) -> tuple[I64, BlockColumns]:
    """The second pass over sound blocks: rows at which each block begins, then totals; and the columns."""
    first = np.zeros((len(counted.starts) + 1, 3), np.int64)
    first[1:] = np.cumsum(counted.counts[:, :3], axis=0)
    columns = BlockColumns.empty(*(int(n) for n in first[-1]))
    fill_blocks(counted.data, counted.starts, counted.sizes, first, columns)
    return first, columns


def kernel_facts(blocks: Sequence[bytes]) -> list[TxFacts]:
    """Every transaction of sound blocks as the kernel sees it."""
    counted = count(blocks)
    first, columns = fill(counted)
    data = counted.data.tobytes()
    return [_facts(data, columns, t) for t in range(int(first[-1, 0]))]


def _facts(data: bytes, columns: BlockColumns, t: int) -> TxFacts:
    start, size = int(columns.tx_at[t]), int(columns.tx_size[t])
    cut, length = int(columns.cut_at[t]), int(columns.cut_size[t])
    base = data[start : start + 4] + data[cut : cut + length] + data[start + size - 4 : start + size]
    inputs = [_input(data, columns, i) for i in range(*columns.first_input[t : t + 2].tolist())]
    outputs = []
    for o in range(*columns.first_output[t : t + 2].tolist()):
        at, script_size = int(columns.script_at[o]), int(columns.script_length[o])
        outputs.append((int(columns.value[o]), data[at : at + script_size], int(columns.script_type[o])))
    version, locktime, weight = (int(c[t]) for c in (columns.version, columns.locktime, columns.weight))
    return TxFacts(sha256d(base), size, version, locktime, weight, inputs, outputs)


def _input(data: bytes, columns: BlockColumns, i: int) -> InputFacts:
    at = int(columns.in_at[i])
    sequence, marks = int(columns.sequence[i]), int(columns.marks[i])
    push, length = int(columns.push_at[i]), int(columns.push_length[i])
    last = data[push : push + length] if length >= 0 else None
    return InputFacts(data[at : at + 36], sequence, marks, last)


def plain_facts(blocks: Sequence[bytes]) -> list[TxFacts]:
    """Every transaction as `chain.decode`, `chain.script` and `chain.marks` define it.

    Raises:
        DecodeError: a block is malformed.
    """
    return [_plain(tx) for raw in blocks for tx in decode_block(raw).txs]


def _plain(tx: Tx) -> TxFacts:
    inputs = [
        InputFacts(
            i.outpoint.txid.raw + i.outpoint.vout.to_bytes(4, "little"),
            i.sequence,
            int(input_marks(i.script_sig, i.witness)),
            last_push(i.script_sig),
        )
        for i in ([] if tx.is_coinbase else tx.inputs)
    ]
    outputs = [(int(o.value), o.script, int(classify(o.script))) for o in tx.outputs]
    return TxFacts(tx.txid.raw, tx.size, tx.version, tx.locktime, tx.weight, inputs, outputs)


def last_push(script_sig: bytes) -> bytes | None:
    """What a scriptSig pushes last; None when its last step pushes no bytes, or one is malformed."""
    ops = list(iter_ops(script_sig))
    if not ops or any(op.code == MALFORMED for op in ops) or ops[-1].code > OP_PUSHDATA4:
        return None
    return ops[-1].data


def decodes(raw: bytes) -> bool:
    """Whether the plain decoder takes a block."""
    try:
        decode_block(raw)
    except DecodeError:
        return False
    return True
