"""Keys and signatures: real ones through libsecp256k1, or stand-ins of the same shape."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import NamedTuple, Protocol

_COMPRESSED, _UNCOMPRESSED = 0x0102, 0x0002
"""SECP256K1_EC_COMPRESSED and _UNCOMPRESSED. Source: secp256k1.h."""


class Key(NamedTuple):
    """A private key of 32 bytes and its public key of 33 or 65."""

    secret: bytes
    public: bytes


class Keys(Protocol):
    """Where keys and signatures come from."""

    signed: bool
    """Whether the signatures are real."""

    def make(self, name: str, *, compressed: bool = True) -> Key:
        """The key of that name; the same name always gives the same key."""

    def sign(self, secret: bytes, digest: bytes, *, low_r: bool) -> bytes:
        """A DER signature with low S; with `low_r` one whose R needs no 33rd byte."""

    def make_taproot(self, name: str) -> Key:
        """The tweaked secret of that name and its x-only output key of 32 bytes, without scripts (BIP 86)."""

    def make_inner(self, name: str) -> Key:
        """The secret of that name and its x-only key of 32 bytes, not tweaked."""

    def tweak(self, key: Key, root: bytes) -> tuple[bytes, int]:
        """The output key of an inner key and the root of its scripts, and the parity of its y (BIP 341)."""

    def sign_taproot(self, secret: bytes, digest: bytes) -> bytes:
        """A signature of 64 bytes by BIP 340."""


def _secret(seed: str, name: str) -> bytes:
    return hashlib.sha256(f"{seed}/key/{name}".encode()).digest()


@cache
def _tag(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest() * 2


def tagged_hash(name: str, data: bytes) -> bytes:
    """SHA-256 under a name of its own, as BIP 340 has it. 32 bytes."""
    return hashlib.sha256(_tag(name) + data).digest()


class RealKeys:
    """Keys on secp256k1, by the library that coincurve brings.

    It calls the library itself: the wrapper's key objects cost more than the mathematics.

    Raises:
        ImportError: coincurve is not there.
    """

    signed = True

    def __init__(self, seed: str) -> None:
        from coincurve._libsecp256k1 import ffi, lib  # noqa: PLC0415 - an optional extra
        from coincurve.context import GLOBAL_CONTEXT  # noqa: PLC0415

        self._seed, self._lib, self._context = seed, lib, GLOBAL_CONTEXT.ctx
        self._null, self._buffer, self._from_buffer = ffi.NULL, ffi.buffer, ffi.from_buffer
        self._point = ffi.new("secp256k1_pubkey *")
        self._signature = ffi.new("secp256k1_ecdsa_signature *")
        self._out, self._size = ffi.new("unsigned char[72]"), ffi.new("size_t *")
        self._parity = ffi.new("int *")
        self._pair, self._x_only = ffi.new("secp256k1_keypair *"), ffi.new("secp256k1_xonly_pubkey *")

    def make(self, name: str, *, compressed: bool = True) -> Key:
        """The key of that name; the same name always gives the same key."""
        secret = _secret(self._seed, name)
        if not self._lib.secp256k1_ec_pubkey_create(self._context, self._point, secret):
            raise ValueError(f"the hash of `{name}` is no private key")
        self._size[0] = 33 if compressed else 65
        form = _COMPRESSED if compressed else _UNCOMPRESSED
        self._lib.secp256k1_ec_pubkey_serialize(self._context, self._out, self._size, self._point, form)
        return Key(secret, self._buffer(self._out, self._size[0])[:])

    def sign(self, secret: bytes, digest: bytes, *, low_r: bool) -> bytes:
        """A DER signature with low S; with `low_r` one whose R needs no 33rd byte.

        Low R is found as Bitcoin Core does it: by more entropy, counted up, until R is short.
        """
        signature, entropy, tries = self._signature, self._null, 0
        while True:
            self._lib.secp256k1_ecdsa_sign(self._context, signature, digest, secret, self._null, entropy)
            self._size[0] = 72
            self._lib.secp256k1_ecdsa_signature_serialize_der(self._context, self._out, self._size, signature)
            der: bytes = self._buffer(self._out, self._size[0])[:]
            if not low_r or der[3] <= 32:
                return der
            tries += 1
            entropy = tries.to_bytes(32, "little")

    def make_taproot(self, name: str) -> Key:
        """The tweaked secret of that name and its x-only output key of 32 bytes, without scripts (BIP 86)."""
        lib, context, pair = self._lib, self._context, self._pair
        if not lib.secp256k1_keypair_create(context, pair, _secret(self._seed, name)):
            raise ValueError(f"the hash of `{name}` is no private key")
        inner = self._public_of_pair()
        lib.secp256k1_keypair_xonly_tweak_add(context, pair, tagged_hash("TapTweak", inner))
        lib.secp256k1_keypair_sec(context, self._out, pair)
        return Key(self._buffer(self._out, 32)[:], self._public_of_pair())

    def make_inner(self, name: str) -> Key:
        """The secret of that name and its x-only key of 32 bytes, not tweaked."""
        secret = _secret(self._seed, name)
        if not self._lib.secp256k1_keypair_create(self._context, self._pair, secret):
            raise ValueError(f"the hash of `{name}` is no private key")
        return Key(secret, self._public_of_pair())

    def tweak(self, key: Key, root: bytes) -> tuple[bytes, int]:
        """The output key of an inner key and the root of its scripts, and the parity of its y (BIP 341)."""
        self._lib.secp256k1_keypair_create(self._context, self._pair, key.secret)
        tweak = tagged_hash("TapTweak", key.public + root)
        self._lib.secp256k1_keypair_xonly_tweak_add(self._context, self._pair, tweak)
        return self._public_of_pair(), int(self._parity[0])

    def _public_of_pair(self) -> bytes:
        self._lib.secp256k1_keypair_xonly_pub(self._context, self._x_only, self._parity, self._pair)
        out = bytearray(32)
        self._lib.secp256k1_xonly_pubkey_serialize(self._context, self._from_buffer(out), self._x_only)
        return bytes(out)

    def sign_taproot(self, secret: bytes, digest: bytes) -> bytes:
        """A signature of 64 bytes by BIP 340, without added entropy."""
        self._lib.secp256k1_keypair_create(self._context, self._pair, secret)
        self._lib.secp256k1_schnorrsig_sign32(self._context, self._out, digest, self._pair, self._null)
        signature: bytes = self._buffer(self._out, 64)[:]
        return signature


class StandInKeys:
    """Bytes in the shape of keys and signatures, for machines without the libraries.

    The public keys are on no curve and the signatures verify nowhere.
    """

    signed = False

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def make(self, name: str, *, compressed: bool = True) -> Key:
        """The key of that name; the same name always gives the same bytes."""
        secret = _secret(self._seed, name)
        x = hashlib.sha256(b"x" + secret).digest()
        if compressed:
            return Key(secret, bytes((2 + secret[0] % 2,)) + x)
        return Key(secret, b"\x04" + x + hashlib.sha256(b"y" + secret).digest())

    def sign(self, secret: bytes, digest: bytes, *, low_r: bool) -> bytes:
        """Bytes in the shape of a DER signature; `low_r` decides on the length of R."""
        r = bytearray(hashlib.sha256(b"r" + secret + digest).digest())
        s = bytearray(hashlib.sha256(b"s" + secret + digest).digest())
        s[0] = s[0] & 0x3F | 0x10
        if low_r or r[0] < 0x80:
            r[0] = r[0] & 0x7F | 0x01
        else:
            r.insert(0, 0)
        body = bytes((2, len(r))) + r + bytes((2, len(s))) + s
        return bytes((0x30, len(body))) + body

    def make_taproot(self, name: str) -> Key:
        """The key of that name; the same name always gives the same bytes."""
        secret = _secret(self._seed, name)
        return Key(secret, hashlib.sha256(b"x" + secret).digest())

    def make_inner(self, name: str) -> Key:
        """The key of that name; the same name always gives the same bytes."""
        return self.make_taproot(name)

    def tweak(self, key: Key, root: bytes) -> tuple[bytes, int]:
        """Bytes in the shape of an output key, and a parity."""
        public = hashlib.sha256(key.public + root).digest()
        return public, public[0] & 1

    def sign_taproot(self, secret: bytes, digest: bytes) -> bytes:
        """64 bytes that verify nowhere."""
        return hashlib.sha512(secret + digest).digest()
