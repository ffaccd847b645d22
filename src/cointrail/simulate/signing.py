"""Signatures over transactions: the first scheme, that of BIP 143 and the key path of BIP 341.

The first scheme signs with SIGHASH_ALL alone; the other two take any flag.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

from cointrail.chain.decode import encode_compact_size
from cointrail.chain.script import hash160, p2wpkh, p2wsh, push, script_hash
from cointrail.chain.types import Outpoint, Txid, TxIn, TxOut, sha256d
from cointrail.simulate.keys import Keys, tagged_hash
from cointrail.simulate.locks import Kind, Lock, leaf_hash

DEFAULT, ALL, NONE, SINGLE, ANYONE = 0x00, 0x01, 0x02, 0x03, 0x80
"""Hash types. Source: BIP 341, which adds the first; the others are in Bitcoin Core, script/interpreter.h."""

_ALL_FIELD = b"\x01\x00\x00\x00"
_P2WSH = {Kind.P2WSH_MULTISIG, Kind.P2SH_P2WSH_MULTISIG, Kind.P2WSH_PAIR, Kind.P2WSH_DELAYED}
_TAPROOT = {Kind.P2TR, Kind.P2TR_LEAF}
_SEGWIT = {Kind.P2SH_P2WPKH, Kind.P2WPKH, *_TAPROOT, *_P2WSH}
_TWO_SIGN = {
    Kind.MULTISIG, Kind.P2SH_MULTISIG, Kind.P2WSH_MULTISIG, Kind.P2SH_P2WSH_MULTISIG, Kind.P2WSH_PAIR,
}  # fmt: skip
_KEY_HASHES = {Kind.P2PKH, Kind.P2PKH_UNCOMPRESSED}


class Unsigned(NamedTuple):
    """An input still to be signed: what it spends, how that is locked, how its signature shall look."""

    txid: bytes
    vout: int
    value: int
    lock: Lock
    sequence: int
    low_r: bool
    hash_type: int = ALL

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
        self._locktime = locktime.to_bytes(4, "little")
        self._tail = self._locktime + _ALL_FIELD
        self._each = [
            o.value.to_bytes(8, "little") + encode_compact_size(len(o.script)) + o.script for o in outputs
        ]
        self._outputs = b"".join(self._each)
        self._output_count = encode_compact_size(len(outputs))
        self._inputs = inputs
        self._blank = [i.outpoint + b"\x00" + i.sequence.to_bytes(4, "little") for i in inputs]
        self._joined = b"".join(self._blank)
        self._shared: tuple[bytes, bytes, bytes] | None = None
        self._taproot_shared: bytes | None = None

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
        """BIP 143: what the `n`th input's hash type says of all inputs and outputs, and the input itself."""
        if self._shared is None:
            outpoints = b"".join(i.outpoint for i in self._inputs)
            sequences = b"".join(i.sequence.to_bytes(4, "little") for i in self._inputs)
            self._shared = sha256d(outpoints), sha256d(sequences), sha256d(self._outputs)
        i = self._inputs[n]
        outpoints_hash, sequences_hash, outputs_hash = self._shared
        if i.hash_type != ALL:
            base, nothing = i.hash_type & 0x1F, bytes(32)
            if i.hash_type & ANYONE:
                outpoints_hash = nothing
            if i.hash_type & ANYONE or base != ALL:
                sequences_hash = nothing
            if base == SINGLE:
                outputs_hash = sha256d(self._each[n]) if n < len(self._each) else nothing
            elif base == NONE:
                outputs_hash = nothing
        before = self._version + outpoints_hash + sequences_hash
        script = encode_compact_size(len(i.lock.inner)) + i.lock.inner
        value, sequence = i.value.to_bytes(8, "little"), i.sequence.to_bytes(4, "little")
        after = outputs_hash + self._locktime + i.hash_type.to_bytes(4, "little")
        return sha256d(before + i.outpoint + script + value + sequence + after)

    def taproot(self, n: int) -> bytes:
        """BIP 341, no annex; by script where the lock has one (BIP 342)."""
        i = self._inputs[n]
        base = i.hash_type & 3
        parts = [bytes((0, i.hash_type)), self._version, self._locktime]
        if not i.hash_type & ANYONE:
            parts.append(self._all_inputs())
        if base not in {NONE, SINGLE}:
            parts.append(sha256(self._outputs).digest())
        by_script = i.lock.kind is Kind.P2TR_LEAF
        parts.append(b"\x02" if by_script else b"\x00")
        if i.hash_type & ANYONE:
            script = encode_compact_size(len(i.lock.script)) + i.lock.script
            parts += [i.outpoint, i.value.to_bytes(8, "little"), script, i.sequence.to_bytes(4, "little")]
        else:
            parts.append(n.to_bytes(4, "little"))
        if base == SINGLE:
            parts.append(sha256(self._each[n]).digest())
        if by_script:
            parts += [leaf_hash(i.lock.inner), b"\x00", b"\xff" * 4]
        return tagged_hash("TapSighash", b"".join(parts))

    def _all_inputs(self) -> bytes:
        if self._taproot_shared is None:
            inputs = self._inputs
            scripts = (encode_compact_size(len(i.lock.script)) + i.lock.script for i in inputs)
            self._taproot_shared = b"".join(
                sha256(b"".join(part)).digest()
                for part in (
                    (i.outpoint for i in inputs),
                    (i.value.to_bytes(8, "little") for i in inputs),
                    scripts,
                    (i.sequence.to_bytes(4, "little") for i in inputs),
                )
            )
        return self._taproot_shared


def sign_inputs(
    keys: Keys, version: int, inputs: Sequence[Unsigned], outputs: Sequence[TxOut], locktime: int
) -> list[TxIn]:
    """The inputs with the signatures that their locks ask for, in the same order."""
    digests = _Digests(version, inputs, outputs, locktime)
    return [_sign(keys, digests, n, i) for n, i in enumerate(inputs)]


class Opened(NamedTuple):
    """An input as it goes on the wire, in plain values: millions are made."""

    txid: bytes
    vout: int
    script_sig: bytes
    sequence: int
    witness: tuple[bytes, ...]


def fill_inputs(keys: Keys, inputs: Sequence[Unsigned]) -> list[Opened]:
    """The inputs with bytes in the shape of signatures over nothing: for keys that are stand-ins anyway.

    Cheap, because nobody hashes the transaction; each coin's bytes are its own.
    """
    return [_fill(keys, i) for i in inputs]


def _fill(keys: Keys, i: Unsigned) -> Opened:
    lock, digest = i.lock, i.txid
    kind, flag = lock.kind, bytes((i.hash_type,))
    if kind in _TAPROOT:
        signature = keys.sign_taproot(lock.keys[0].secret, digest)
        witness = (signature + flag if i.hash_type else signature, *_shown(lock))
        return Opened(digest, i.vout, b"", i.sequence, witness)
    signers = lock.keys[:2] if kind in _TWO_SIGN else lock.keys[:1]
    signatures = [keys.sign(key.secret, digest, low_r=i.low_r) + flag for key in signers]
    witness = _witness(lock, signatures) if kind in _SEGWIT else ()
    return Opened(digest, i.vout, _script_sig(lock, signatures), i.sequence, witness)


def _sign(keys: Keys, digests: _Digests, n: int, i: Unsigned) -> TxIn:
    lock = i.lock
    outpoint = Outpoint(Txid(i.txid), i.vout)
    if lock.kind in _TAPROOT:
        signature = keys.sign_taproot(lock.keys[0].secret, digests.taproot(n))
        flag = bytes((i.hash_type,)) if i.hash_type else b""
        return TxIn(outpoint, b"", i.sequence, (signature + flag, *_shown(lock)))
    segwit = lock.kind in _SEGWIT
    digest = digests.segwit(n) if segwit else digests.legacy(n)
    signers = lock.keys[:2] if lock.kind in _TWO_SIGN else lock.keys[:1]
    flag = bytes((i.hash_type,))
    signatures = [keys.sign(key.secret, digest, low_r=i.low_r) + flag for key in signers]
    witness = _witness(lock, signatures) if segwit else ()
    return TxIn(outpoint, _script_sig(lock, signatures), i.sequence, witness)


def _shown(lock: Lock) -> tuple[bytes, ...]:
    """What a spend of taproot shows behind the signature."""
    return (lock.inner, lock.control) if lock.kind is Kind.P2TR_LEAF else ()


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
    if lock.kind is Kind.P2SH_P2WSH_MULTISIG:
        return push(p2wsh(script_hash(lock.inner)))
    return b"" if lock.kind in _SEGWIT else pushed


def _witness(lock: Lock, signatures: list[bytes]) -> tuple[bytes, ...]:
    if lock.kind is Kind.P2WSH_DELAYED:
        return (signatures[0], b"", lock.inner)
    if lock.kind in _P2WSH:
        return (b"", *signatures, lock.inner)
    return (signatures[0], lock.keys[0].public)
