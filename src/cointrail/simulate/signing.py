"""Signatures over whole transactions: the first scheme and that of BIP 143, SIGHASH_ALL throughout."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.script import hash160, p2wpkh, push
from cointrail.chain.types import Outpoint, Txid, TxIn, TxOut, sha256d
from cointrail.simulate.keys import Keys
from cointrail.simulate.locks import Kind, Lock

SIGHASH_ALL = b"\x01"
_ALL_FIELD = b"\x01\x00\x00\x00"
_SEGWIT = {Kind.P2SH_P2WPKH, Kind.P2WPKH, Kind.P2WSH_MULTISIG}
_KEY_HASHES = {Kind.P2PKH, Kind.P2PKH_UNCOMPRESSED}


@dataclass(frozen=True, slots=True)
class Unsigned:
    """An input still to be signed: what it spends, how that is locked, how its signature shall look."""

    txid: bytes
    vout: int
    value: int
    lock: Lock
    sequence: int
    low_r: bool

    @property
    def outpoint(self) -> bytes:
        """36 bytes, wire order."""
        return self.txid + self.vout.to_bytes(4, "little")


class _Digests:
    """What the signatures of one transaction cover; the parts that they share are made once."""

    def __init__(
        self, version: int, inputs: Sequence[Unsigned], outputs: Sequence[TxOut], locktime: int
    ) -> None:
        self._version = version.to_bytes(4, "little")
        self._tail = locktime.to_bytes(4, "little") + _ALL_FIELD
        self._outputs = b"".join(
            o.value.to_bytes(8, "little") + encode_compact_size(len(o.script)) + o.script for o in outputs
        )
        self._output_count = encode_compact_size(len(outputs))
        self._inputs = inputs
        self._blank = [i.outpoint + b"\x00" + i.sequence.to_bytes(4, "little") for i in inputs]
        self._joined = b"".join(self._blank)
        self._shared: tuple[bytes, bytes] | None = None

    def legacy(self, n: int) -> bytes:
        """Every input blank but the `n`th, which shows the script it answers to."""
        size, i = len(self._blank[n]), self._inputs[n]
        script = encode_compact_size(len(i.lock.inner)) + i.lock.inner
        message = (
            self._version
            + encode_compact_size(len(self._blank))
            + self._joined[: size * n]
            + i.outpoint
            + script
            + self._joined[size * n + 37 :]
            + self._output_count
            + self._outputs
            + self._tail
        )
        return sha256d(message)

    def segwit(self, n: int) -> bytes:
        """BIP 143: hashes of all outpoints, sequences and outputs, and the `n`th input with its value."""
        if self._shared is None:
            outpoints = b"".join(i.outpoint for i in self._inputs)
            sequences = b"".join(i.sequence.to_bytes(4, "little") for i in self._inputs)
            self._shared = sha256d(outpoints) + sha256d(sequences), sha256d(self._outputs)
        i = self._inputs[n]
        script = encode_compact_size(len(i.lock.inner)) + i.lock.inner
        value, sequence = i.value.to_bytes(8, "little"), i.sequence.to_bytes(4, "little")
        before, outputs = self._shared
        return sha256d(self._version + before + i.outpoint + script + value + sequence + outputs + self._tail)


def sign_inputs(
    keys: Keys, version: int, inputs: Sequence[Unsigned], outputs: Sequence[TxOut], locktime: int
) -> list[TxIn]:
    """The inputs with the signatures that their locks ask for, in the same order."""
    digests = _Digests(version, inputs, outputs, locktime)
    return [_sign(keys, digests, n, i) for n, i in enumerate(inputs)]


def _sign(keys: Keys, digests: _Digests, n: int, i: Unsigned) -> TxIn:
    lock = i.lock
    segwit = lock.kind in _SEGWIT
    digest = digests.segwit(n) if segwit else digests.legacy(n)
    signers = lock.keys[:2] if len(lock.keys) > 1 else lock.keys
    signatures = [keys.sign(key.secret, digest, low_r=i.low_r) + SIGHASH_ALL for key in signers]
    witness = _witness(lock, signatures) if segwit else ()
    outpoint = Outpoint(Txid(i.txid), i.vout)
    return TxIn(outpoint, _script_sig(lock, signatures), i.sequence, witness)


def _script_sig(lock: Lock, signatures: list[bytes]) -> bytes:
    pushed = b"".join(map(push, signatures))
    if lock.kind in _KEY_HASHES:
        return pushed + push(lock.keys[0].public)
    if lock.kind is Kind.MULTISIG:
        return b"\x00" + pushed
    if lock.kind is Kind.P2SH_MULTISIG:
        return b"\x00" + pushed + push(lock.inner)
    if lock.kind is Kind.P2SH_P2WPKH:
        return push(p2wpkh(hash160(lock.keys[0].public)))
    return b"" if lock.kind in _SEGWIT else pushed


def _witness(lock: Lock, signatures: list[bytes]) -> tuple[bytes, ...]:
    if lock.kind is Kind.P2WSH_MULTISIG:
        return (b"", *signatures, lock.inner)
    return (signatures[0], lock.keys[0].public)
