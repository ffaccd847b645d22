"""An undo record as the kernel reads it, and what it should say of the outputs that a block spends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cointrail.chain.types import TxOut
from cointrail.kernel.fingerprint import fingerprint_outputs
from cointrail.kernel.undo import UndoColumns, read_undo


@dataclass(frozen=True, slots=True)
class Said:
    """What the kernel made of a record."""

    why: int
    row: int
    values: list[int]
    fingerprints: list[int]
    is_p2sh: list[bool]


def read_record(undo: bytes, inputs: Sequence[int]) -> Said:
    """Read the record of a block whose transactions after the coinbase have so many inputs."""
    total = sum(inputs)
    columns = UndoColumns(np.zeros(total, np.int64), np.zeros(total, np.uint64), np.zeros(total, np.bool_))
    first_input = np.cumsum([0, 0, *inputs]).astype(np.int64)
    why, row = read_undo(np.frombuffer(undo, np.uint8), 0, len(inputs) + 1, first_input, columns)
    return Said(why, row, *(column.tolist() for column in columns))


def fingerprints_of(outputs: Sequence[TxOut]) -> list[int]:
    """The fingerprints of outputs, their scripts laid end to end."""
    sizes = np.array([len(o.script) for o in outputs], np.int64)
    data = np.frombuffer(b"".join(o.script for o in outputs), np.uint8)
    values, found = np.array([o.value for o in outputs], np.int64), np.empty(len(outputs), np.uint64)
    fingerprint_outputs(values, data, np.cumsum(sizes) - sizes, sizes, found)
    return [int(f) for f in found]
