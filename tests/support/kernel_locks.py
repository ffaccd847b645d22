"""Every kind of locking script that a chain in tests uses, and how it is unlocked with true signatures."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache

import coincurve

from cointrail.chain import script as sc
from cointrail.chain.decode import encode_compact_size
from cointrail.chain.types import TxIn, TxOut, sha256d

SECP256K1_N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
ALL = b"\x01"
TRUE = b"\x51"
LONG = sc.push(b"a long script, stored whole, longer than seven bits can say. " * 3) + b"\x75" + TRUE


class Kind(Enum):
    """How an output is locked."""

    P2PKH = auto()
    P2PKH_UNCOMPRESSED = auto()
    P2PK = auto()
    P2PK_UNCOMPRESSED = auto()
    MULTISIG = auto()
    P2SH_TRUE = auto()
    P2SH_P2WPKH = auto()
    P2WPKH = auto()
    P2WSH_TRUE = auto()
    P2WSH_MULTISIG = auto()
    P2TR_KEY = auto()
    P2TR_SCRIPT = auto()
    ANCHOR = auto()
    TRUE = auto()
    LONG = auto()


ALL_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class Lock:
    """A kind and the number of the key it uses."""

    kind: Kind
    key: int

    @property
    def script(self) -> bytes:
        """The locking script."""
        return _script(self.kind, self.key)


@dataclass(frozen=True, slots=True)
class Spending:
    """A transaction about to be signed: its inputs, what they spend, its outputs. Version 2, locktime 0."""

    inputs: Sequence[TxIn]
    prevouts: Sequence[TxOut]
    outputs: Sequence[TxOut]


@cache
def secret(number: int) -> coincurve.PrivateKey:
    """The secret key of a number."""
    return coincurve.PrivateKey(hashlib.sha256(f"test key {number}".encode()).digest())


@cache
def public(number: int, *, compressed: bool = True) -> bytes:
    """The public key of a number."""
    raw: bytes = secret(number).public_key.format(compressed=compressed)
    return raw


def _tagged(tag: str, data: bytes) -> bytes:
    head = hashlib.sha256(tag.encode()).digest()
    return hashlib.sha256(head + head + data).digest()


def _leaf() -> bytes:
    return _tagged("TapLeaf", b"\xc0" + encode_compact_size(len(TRUE)) + TRUE)


@cache
def _tweaked(number: int, root: bytes) -> coincurve.PrivateKey:
    """The secret of the taproot output key: the internal one with even y, plus the tweak (BIP 341)."""
    point, value = public(number), secret(number).to_int()
    even = value if point[0] == 2 else SECP256K1_N - value
    tweak = int.from_bytes(_tagged("TapTweak", point[1:] + root), "big")
    return coincurve.PrivateKey.from_int((even + tweak) % SECP256K1_N)


def _output_key(number: int, root: bytes) -> bytes:
    raw: bytes = _tweaked(number, root).public_key.format(compressed=True)
    return raw


def _two_of_three(key: int) -> bytes:
    return sc.multisig(2, [public(key), public(key + 1), public(key + 2)])


_SCRIPTS: dict[Kind, Callable[[int], bytes]] = {
    Kind.P2PKH: lambda n: sc.p2pkh(sc.hash160(public(n))),
    Kind.P2PKH_UNCOMPRESSED: lambda n: sc.p2pkh(sc.hash160(public(n, compressed=False))),
    Kind.P2PK: lambda n: sc.p2pk(public(n)),
    Kind.P2PK_UNCOMPRESSED: lambda n: sc.p2pk(public(n, compressed=False)),
    Kind.MULTISIG: lambda n: sc.multisig(1, [public(n), public(n + 1, compressed=False)]),
    Kind.P2SH_TRUE: lambda _: sc.p2sh(sc.hash160(TRUE)),
    Kind.P2SH_P2WPKH: lambda n: sc.p2sh(sc.hash160(sc.p2wpkh(sc.hash160(public(n))))),
    Kind.P2WPKH: lambda n: sc.p2wpkh(sc.hash160(public(n))),
    Kind.P2WSH_TRUE: lambda _: sc.p2wsh(hashlib.sha256(TRUE).digest()),
    Kind.P2WSH_MULTISIG: lambda n: sc.p2wsh(hashlib.sha256(_two_of_three(n)).digest()),
    Kind.P2TR_KEY: lambda n: sc.p2tr(_output_key(n, b"")[1:]),
    Kind.P2TR_SCRIPT: lambda n: sc.p2tr(_output_key(n, _leaf())[1:]),
    Kind.ANCHOR: lambda _: sc.PAY_TO_ANCHOR,
    Kind.TRUE: lambda _: TRUE,
    Kind.LONG: lambda _: LONG,
}


@cache
def _script(kind: Kind, key: int) -> bytes:
    return _SCRIPTS[kind](key)


# -- what is signed


def _outpoint(i: TxIn) -> bytes:
    return i.outpoint.txid.raw + i.outpoint.vout.to_bytes(4, "little")


def _sized(data: bytes) -> bytes:
    return encode_compact_size(len(data)) + data


def _output(o: TxOut) -> bytes:
    return o.value.to_bytes(8, "little") + _sized(o.script)


def _legacy_digest(tx: Spending, n: int, code: bytes) -> bytes:
    parts = [b"\x02\0\0\0", encode_compact_size(len(tx.inputs))]
    for k, i in enumerate(tx.inputs):
        parts += [_outpoint(i), _sized(code if k == n else b""), i.sequence.to_bytes(4, "little")]
    parts += [encode_compact_size(len(tx.outputs)), *map(_output, tx.outputs), bytes(4), b"\x01\0\0\0"]
    return sha256d(b"".join(parts))


def _segwit_digest(tx: Spending, n: int, code: bytes) -> bytes:
    """BIP 143."""
    this = tx.inputs[n]
    return sha256d(
        b"\x02\0\0\0"
        + sha256d(b"".join(map(_outpoint, tx.inputs)))
        + sha256d(b"".join(i.sequence.to_bytes(4, "little") for i in tx.inputs))
        + _outpoint(this)
        + _sized(code)
        + tx.prevouts[n].value.to_bytes(8, "little")
        + this.sequence.to_bytes(4, "little")
        + sha256d(b"".join(map(_output, tx.outputs)))
        + bytes(4)
        + b"\x01\0\0\0"
    )


def _taproot_digest(tx: Spending, n: int) -> bytes:
    """BIP 341, the default sighash, no annex, by key."""
    parts = (
        b"".join(map(_outpoint, tx.inputs)),
        b"".join(o.value.to_bytes(8, "little") for o in tx.prevouts),
        b"".join(_sized(o.script) for o in tx.prevouts),
        b"".join(i.sequence.to_bytes(4, "little") for i in tx.inputs),
        b"".join(map(_output, tx.outputs)),
    )
    message = b"\0" + b"\x02\0\0\0" + bytes(4) + b"".join(hashlib.sha256(p).digest() for p in parts)
    return _tagged("TapSighash", b"\0" + message + b"\0" + n.to_bytes(4, "little"))


def _ecdsa(key: int, digest: bytes) -> bytes:
    raw: bytes = secret(key).sign(digest, hasher=None)
    return raw + ALL


# -- unlocking


def unlock(lock: Lock, tx: Spending, n: int) -> TxIn:
    """Input `n` with the scriptSig and witness that open `lock`."""
    script_sig, witness = _unlock(lock, tx, n)
    blank = tx.inputs[n]
    return TxIn(blank.outpoint, script_sig, blank.sequence, witness)


def _unlock(lock: Lock, tx: Spending, n: int) -> tuple[bytes, tuple[bytes, ...]]:
    kind, key = lock.kind, lock.key
    if kind in {Kind.P2PK, Kind.P2PK_UNCOMPRESSED}:
        return sc.push(_ecdsa(key, _legacy_digest(tx, n, lock.script))), ()
    if kind in {Kind.P2PKH, Kind.P2PKH_UNCOMPRESSED}:
        point = public(key, compressed=kind == Kind.P2PKH)
        return sc.push(_ecdsa(key, _legacy_digest(tx, n, lock.script))) + sc.push(point), ()
    if kind == Kind.MULTISIG:
        return b"\0" + sc.push(_ecdsa(key, _legacy_digest(tx, n, lock.script))), ()
    if kind == Kind.P2SH_TRUE:
        return sc.push(TRUE), ()
    if kind in {Kind.P2WPKH, Kind.P2SH_P2WPKH}:
        program = sc.p2wpkh(sc.hash160(public(key)))
        signature = _ecdsa(key, _segwit_digest(tx, n, sc.p2pkh(program[2:])))
        return sc.push(program) if kind == Kind.P2SH_P2WPKH else b"", (signature, public(key))
    if kind == Kind.P2WSH_TRUE:
        return b"", (TRUE,)
    if kind == Kind.P2WSH_MULTISIG:
        digest = _segwit_digest(tx, n, _two_of_three(key))
        return b"", (b"", _ecdsa(key, digest), _ecdsa(key + 2, digest), _two_of_three(key))
    if kind == Kind.P2TR_KEY:
        signature = _tweaked(key, b"").sign_schnorr(_taproot_digest(tx, n), bytes(32))
        return b"", (signature,)
    if kind == Kind.P2TR_SCRIPT:
        parity = _output_key(key, _leaf())[0] & 1
        return b"", (TRUE, bytes((0xC0 | parity,)) + public(key)[1:])
    return b"", ()
