"""Stand-ins for keys and signatures of worlds that are made for size: one hash for each."""

from __future__ import annotations

from hashlib import sha512

from cointrail.simulate.keys import Key

_LOW_R, _HIGH_R, _S = b"\x30\x44\x02\x20", b"\x30\x45\x02\x21\x00", b"\x02\x20"
"""DER: a sequence of two numbers of 32 bytes, or of 33 and 32."""


class QuickKeys:
    """Bytes in the shape of keys and signatures, on no curve and valid nowhere.

    Half of a SHA-512 is a key's secret, the other half its public part, and a signature is one more.
    """

    signed = False

    def __init__(self, seed: str) -> None:
        self._seed = f"{seed}/key/".encode()

    def make(self, name: str, *, compressed: bool = True) -> Key:
        """The key of that name; the same name always gives the same bytes."""
        made = sha512(self._seed + name.encode()).digest()
        secret, x = made[:32], made[32:]
        if compressed:
            return Key(secret, (b"\x03" if secret[0] & 1 else b"\x02") + x)
        return Key(secret, b"\x04" + x + sha512(made).digest()[:32])

    def sign(self, secret: bytes, digest: bytes, *, low_r: bool) -> bytes:
        """Bytes in the shape of a DER signature with low S; `low_r` decides on the length of R."""
        made = sha512(secret + digest).digest()
        s = _S + bytes((made[32] & 0x3F | 0x10,)) + made[33:]
        if low_r or made[0] < 0x80:
            return _LOW_R + bytes((made[0] & 0x7F | 0x01,)) + made[1:32] + s
        return _HIGH_R + made[:32] + s

    def make_taproot(self, name: str) -> Key:
        """The key of that name; the same name always gives the same bytes."""
        made = sha512(self._seed + name.encode()).digest()
        return Key(made[:32], made[32:])

    def make_inner(self, name: str) -> Key:
        """The key of that name; the same name always gives the same bytes."""
        return self.make_taproot(name)

    def tweak(self, key: Key, root: bytes) -> tuple[bytes, int]:
        """Bytes in the shape of an output key, and a parity."""
        made = sha512(key.public + root).digest()
        return made[:32], made[32] & 1

    def sign_taproot(self, secret: bytes, digest: bytes) -> bytes:
        """64 bytes that verify nowhere."""
        return sha512(secret + digest).digest()
