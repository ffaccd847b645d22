"""A transaction together with what its inputs spend: what a heuristic looks at."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag

from cointrail.chain.types import Outpoint, Sat, Txid


class ScriptType(IntEnum):
    """The shape of a locking script. The numbers are stored; they never change."""

    NONSTANDARD = 0
    P2PK = 1
    P2PKH = 2
    P2SH = 3
    P2WPKH = 4
    P2WSH = 5
    P2TR = 6
    P2A = 7
    MULTISIG = 8
    OP_RETURN = 9
    WITNESS_UNKNOWN = 10

    @property
    def label(self) -> str:
        """The word for tables: `p2wpkh`."""
        return self.name.lower()


class InputMarks(IntFlag):
    """What an input's scriptSig and witness show. The numbers are stored; they never change."""

    NONE = 0
    SIGNED = 1
    """At least one signature was seen."""
    SIGHASH_ALL = 2
    SIGHASH_NONE = 4
    SIGHASH_SINGLE = 8
    ANYONE_CAN_PAY = 16
    """Some signature carries it, whatever its base type."""
    HIGH_R = 32
    """Some ECDSA signature has a 33-byte r: its signer does not grind for low r."""
    WITNESS = 64
    SCRIPT_PATH = 128
    """A taproot spend by script."""
    UNCOMPRESSED_KEY = 256
    """A 65-byte public key was pushed."""
    MULTISIG = 512
    """The script shown asks for m of n signatures."""
    TWO_OF_TWO = 1024
    """The script shown asks for two signatures of two keys: a Lightning channel, or some other pair."""
    HASH_LOCK = 2048
    """The script shown asks, on one of its ways, for something of a given hash."""
    PREIMAGE = 4096
    """32 bytes were shown beside a script with a hash lock: what it asks for, where it is a contract."""
    DELAYED = 8192
    """The script shown is that of a Lightning commitment's delayed or second-stage output."""
    ANCHOR = 16384
    """The script shown is that of a Lightning commitment's anchor; after a while nobody need sign for it."""

    @property
    def labels(self) -> tuple[str, ...]:
        """The words for tables, one for each mark that is set."""
        return tuple(mark.name.lower() for mark in self if mark.name)


@dataclass(frozen=True, slots=True)
class InputView:
    """An input and the output it spends; value, script and type are None when that is not known."""

    outpoint: Outpoint
    value: Sat | None
    script: bytes | None
    script_type: ScriptType | None
    sequence: int
    marks: InputMarks


@dataclass(frozen=True, slots=True)
class OutputView:
    """An output: satoshi, locking script and its type."""

    value: Sat
    script: bytes
    script_type: ScriptType


@dataclass(frozen=True, slots=True)
class TxBrief:
    """What a transaction is as a whole, without its inputs and outputs: it may have thousands."""

    locktime: int
    fee: Sat | None
    """As `TxView.fee`."""
    weight: int | None
    """As `TxView.weight`."""


@dataclass(frozen=True, slots=True)
class TxView:
    """A transaction with what its inputs spend. A coinbase has `is_coinbase` and no inputs.

    `height` is None for a transaction that is looked at outside a chain.
    """

    txid: Txid
    version: int
    locktime: int
    inputs: tuple[InputView, ...]
    outputs: tuple[OutputView, ...]
    is_coinbase: bool
    height: int | None = None
    weight: int | None = None
    """BIP 141 weight units; None where it was not asked for."""

    @property
    def fee(self) -> Sat | None:
        """Inputs minus outputs; None when an input's value is not known; 0 for a coinbase."""
        if self.is_coinbase:
            return Sat(0)
        known = [i.value for i in self.inputs if i.value is not None]
        if len(known) < len(self.inputs):
            return None
        return Sat(sum(known) - sum(o.value for o in self.outputs))

    @property
    def brief(self) -> TxBrief:
        """The same without its inputs and outputs."""
        return TxBrief(self.locktime, self.fee, self.weight)
