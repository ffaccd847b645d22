"""The store's tables as data: columns, types, units, and what a missing value looks like.

Rows are dense and in chain order. A column is one file of fixed-width little-endian values.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

FORMAT = 3
"""Raised when an older program can no longer read the files."""

NOT_YET = np.uint64(0xFFFFFFFFFFFFFFFF)
"""In `outputs.spent_by`: no input known. Any number at or beyond the tip means the same."""

Table = Literal["blocks", "txs", "outputs", "inputs", "scripts", "script_bytes", "reveals"]


@dataclass(frozen=True, slots=True)
class ColumnSpec:
    """One column: its table, name, value type and how many values make a row."""

    table: Table
    name: str
    dtype: str
    width: int = 1
    unit: str = ""
    in_digest: bool = True

    @property
    def key(self) -> str:
        """`table.name`, also the file's stem."""
        return f"{self.table}.{self.name}"

    @property
    def row_bytes(self) -> int:
        """Bytes a row takes."""
        return np.dtype(self.dtype).itemsize * self.width


COLUMNS: tuple[ColumnSpec, ...] = (
    ColumnSpec("blocks", "header", "u1", 80, "wire bytes"),
    ColumnSpec("blocks", "hash", "u1", 32, "wire order"),
    ColumnSpec("blocks", "median_time", "<u4", unit="epoch seconds: median of this and the ten before"),
    ColumnSpec("blocks", "first_tx", "<u4", unit="tx number"),
    ColumnSpec("blocks", "digest", "u1", 32, "SHA-256 chain over all rows up to this block", in_digest=False),
    ColumnSpec("txs", "txid", "u1", 32, "wire order"),
    ColumnSpec("txs", "block", "<u4", unit="height"),
    ColumnSpec("txs", "version", "<i4"),
    ColumnSpec("txs", "locktime", "<u4"),
    ColumnSpec("txs", "weight", "<u4", unit="weight units (BIP 141)"),
    ColumnSpec("txs", "fee", "<i8", unit="satoshi; 0 for a coinbase"),
    ColumnSpec("txs", "first_input", "<u8", unit="input number; a coinbase has no inputs"),
    ColumnSpec("txs", "first_output", "<u8", unit="output number"),
    ColumnSpec("outputs", "value", "<i8", unit="satoshi"),
    ColumnSpec("outputs", "script", "<u4", unit="script number"),
    ColumnSpec("outputs", "spent_by", "<u8", unit="input number, or not yet", in_digest=False),
    ColumnSpec("inputs", "output", "<u8", unit="output number spent"),
    ColumnSpec("inputs", "sequence", "<u4"),
    ColumnSpec("inputs", "marks", "<u2", unit="InputMarks"),
    ColumnSpec("scripts", "type", "u1", unit="ScriptType"),
    ColumnSpec("scripts", "first_output", "<u8", unit="output number"),
    ColumnSpec("scripts", "end", "<u8", unit="where its bytes end in script_bytes"),
    ColumnSpec("script_bytes", "data", "u1", unit="locking scripts end to end"),
    ColumnSpec("reveals", "script", "<u4", unit="number of a P2SH script"),
    ColumnSpec("reveals", "input", "<u8", unit="input number that showed its redeem script"),
    ColumnSpec("reveals", "inner", "u1", 32, "SHA-256 of the redeem script"),
)
"""Script numbers are 32 bits wide: enough for 4.29 billion different scripts (1.5 billion in 2026).
Transaction numbers too (1.3 billion in 2026). Output and input numbers are 64 bits wide."""

BY_KEY: dict[str, ColumnSpec] = {spec.key: spec for spec in COLUMNS}

TABLES: tuple[Table, ...] = ("blocks", "txs", "outputs", "inputs", "scripts", "script_bytes", "reveals")


@dataclass(frozen=True, slots=True)
class IndexSpec:
    """A sorted index: key column type and the type of the numbers it leads to."""

    name: str
    table: Table
    """a row of the index for each row of this one"""
    key: str
    number: str
    meaning: str


INDEXES: tuple[IndexSpec, ...] = (
    IndexSpec("txid", "txs", "<u8", "<u4", "first 8 bytes of a txid, wire order → tx number"),
    IndexSpec("script", "scripts", "<u8", "<u4", "first 8 bytes of a script's SHA-256 → script number"),
    IndexSpec("history", "outputs", "<u4", "<u8", "script number → output numbers, in chain order"),
)
"""A prefix is no identity: the full key is compared in the columns."""
