"""The ledger's values: ids, outpoints, transactions, blocks. Frozen, no I/O, standard library only."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import NewType, Self

from cointrail.errors import BadInput, BadOutpoint

Sat = NewType("Sat", int)
"""Satoshi, 0..2_100_000_000_000_000. Never a float."""

Height = NewType("Height", int)
"""Blocks below this one on its chain. Alone it names no block: a tip is (height, hash)."""

COIN = 100_000_000
"""Satoshi in one bitcoin."""

NULL_VOUT = 0xFFFFFFFF
"""The output number that a coinbase input carries."""

_HEX_ID = re.compile(r"[0-9a-fA-F]{64}")


def sha256d(data: bytes) -> bytes:
    """SHA-256 twice, as bitcoin hashes headers and transactions."""
    return hashlib.sha256(hashlib.sha256(data).digest()).digest()


@dataclass(frozen=True, slots=True, order=True)
class _Hash32:
    raw: bytes

    def __post_init__(self) -> None:
        if len(self.raw) != 32:
            kind = type(self).__name__.lower()
            raise BadInput(f"a {kind} is 32 bytes, got {len(self.raw)}", value=self.raw.hex())

    def __str__(self) -> str:
        return self.raw[::-1].hex()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the reversed hex that explorers show.

        Raises:
            BadInput: not 64 hex digits.
        """
        if not _HEX_ID.fullmatch(text):
            kind = "transaction id" if cls.__name__ == "Txid" else "block hash"
            raise BadInput(
                f"`{text}` is not a {kind}: it has {len(text)} characters, not 64 hex digits",
                hint="copy the whole id",
                value=text,
            )
        return cls(bytes.fromhex(text)[::-1])


@dataclass(frozen=True, slots=True, order=True)
class Txid(_Hash32):
    """Transaction id. `raw` is wire order; `str()` is the reversed hex that explorers show."""


@dataclass(frozen=True, slots=True, order=True)
class BlockHash(_Hash32):
    """Block hash. `raw` is wire order; `str()` is the reversed hex that explorers show."""


@dataclass(frozen=True, slots=True, order=True)
class Outpoint:
    """One output, named by its transaction and its place there: `txid:vout`."""

    txid: Txid
    vout: int

    def __str__(self) -> str:
        return f"{self.txid}:{self.vout}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `txid:vout`.

        Raises:
            BadOutpoint: no colon, a short id, or an output number that is none.
        """
        txid, colon, vout = text.strip().partition(":")
        if not colon:
            raise BadOutpoint(
                f"`{text}` is not an outpoint: there is no `:` before an output number",
                hint="write `txid:vout`",
                value=text,
            )
        if not _HEX_ID.fullmatch(txid):
            raise BadOutpoint(
                f"`{text}` is not an outpoint: the part before `:` has {len(txid)} characters, "
                "not 64 hex digits",
                hint="write `txid:vout`",
                value=text,
            )
        if not (vout.isascii() and vout.isdigit() and len(vout) <= 10) or int(vout) >= NULL_VOUT:
            raise BadOutpoint(
                f"`{text}` is not an outpoint: `{vout}` is not an output number",
                hint="write `txid:vout`, output numbers start at 0",
                value=text,
            )
        return cls(Txid.parse(txid), int(vout))


@dataclass(frozen=True, slots=True)
class TxIn:
    """An input as it stands on the wire. A coinbase input spends the null outpoint."""

    outpoint: Outpoint
    script_sig: bytes
    sequence: int
    witness: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class TxOut:
    """An output: satoshi and the locking script."""

    value: Sat
    script: bytes


@dataclass(frozen=True)
class Tx:
    """A transaction as it stands on the wire."""

    version: int
    inputs: tuple[TxIn, ...]
    outputs: tuple[TxOut, ...]
    locktime: int
    base: bytes
    """Serialisation without witnesses; its double SHA-256 is the txid."""
    size: int
    """Bytes with witnesses."""

    @cached_property
    def txid(self) -> Txid:
        """Double SHA-256 of the form without witnesses."""
        return Txid(sha256d(self.base))

    @property
    def is_coinbase(self) -> bool:
        """Whether it makes new coins: one input, the null outpoint."""
        first = self.inputs[0].outpoint if len(self.inputs) == 1 else None
        return first is not None and first.vout == NULL_VOUT and not any(first.txid.raw)

    @property
    def has_witness(self) -> bool:
        """Whether any input carries a witness."""
        return any(i.witness for i in self.inputs)

    @property
    def weight(self) -> int:
        """BIP 141 weight units: three times the base size plus the full size."""
        return 3 * len(self.base) + self.size

    @property
    def vsize(self) -> int:
        """Virtual bytes: weight over four, rounded up."""
        return (self.weight + 3) // 4


@dataclass(frozen=True)
class BlockHeader:
    """The 80 bytes that a miner hashes. `time` is what the miner wrote, in seconds UTC."""

    version: int
    previous: BlockHash
    merkle_root: bytes
    time: int
    bits: int
    nonce: int
    raw: bytes

    @cached_property
    def hash(self) -> BlockHash:
        """Double SHA-256 of the 80 bytes."""
        return BlockHash(sha256d(self.raw))


@dataclass(frozen=True)
class Block:
    """A header and its transactions, the coinbase first."""

    header: BlockHeader
    txs: tuple[Tx, ...]
    size: int
