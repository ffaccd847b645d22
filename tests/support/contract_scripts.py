"""Scripts of contracts as their specifications write them: channels, hash locks, delays, anchors."""

from __future__ import annotations

from collections.abc import Callable

from cointrail.chain import script as sc

KEY_A, KEY_B = b"\x02" + bytes(range(32)), b"\x03" + bytes(range(100, 132))
HASH20, HASH32 = bytes(range(20)), bytes(range(32, 64))
PREIMAGE = bytes(range(200, 232))
TWO_OF_TWO = sc.multisig(2, [KEY_A, KEY_B])
TWO_OF_THREE = sc.multisig(2, [KEY_A, KEY_B, KEY_A])

_IF, _NOTIF, _ELSE, _ENDIF = b"\x63", b"\x64", b"\x67", b"\x68"
_DUP, _EQUAL, _EQUALVERIFY, _SIZE = b"\x76", b"\x87", b"\x88", b"\x82"
_HASH160, _SHA256, _CHECKSIG, _CLTV, _CSV, _DROP, _SWAP = (
    b"\xa9",
    b"\xa8",
    b"\xac",
    b"\xb1",
    b"\xb2",
    b"u",
    b"|",
)


def delayed(delay: int = 144, one: bytes = KEY_A, other: bytes = KEY_B) -> bytes:
    """BOLT 3: `to_local`, and what an HTLC transaction pays."""
    return (
        _IF
        + sc.push(one)
        + _ELSE
        + sc.push_number(delay)
        + _CSV
        + _DROP
        + sc.push(other)
        + _ENDIF
        + _CHECKSIG
    )


def anchor(key: bytes = KEY_A) -> bytes:
    """BOLT 3: an anchor output."""
    return sc.push(key) + _CHECKSIG + b"\x73" + _NOTIF + sc.push_number(16) + _CSV + _ENDIF


def offered_htlc() -> bytes:
    """BOLT 3: an HTLC that the owner of the commitment offered."""
    two = sc.push_number(2)
    revocation = _DUP + _HASH160 + sc.push(HASH20) + _EQUAL + _IF + _CHECKSIG + _ELSE
    claim = _HASH160 + sc.push(bytes(reversed(HASH20))) + _EQUALVERIFY + _CHECKSIG
    refund = _DROP + two + _SWAP + sc.push(KEY_B) + two + b"\xae"
    size = _SIZE + sc.push_number(32) + _EQUAL
    return revocation + sc.push(KEY_A) + _SWAP + size + _NOTIF + refund + _ELSE + claim + _ENDIF + _ENDIF


def swap() -> bytes:
    """A submarine swap: to one who knows the preimage, after a while back to the payer."""
    refund = sc.push_number(800_000) + _CLTV + _DROP + sc.push(KEY_B)
    return _HASH160 + sc.push(HASH20) + _EQUAL + _IF + sc.push(KEY_A) + _ELSE + refund + _ENDIF + _CHECKSIG


def atomic_swap() -> bytes:
    """BIP 199: a hash of 32 bytes, and hashes of keys behind DUP."""
    pay = _DUP + _HASH160 + sc.push(HASH20)
    claim = _IF + _SHA256 + sc.push(HASH32) + _EQUALVERIFY + pay
    refund = _ELSE + sc.push_number(1_000) + _CSV + _DROP + pay
    return claim + refund + _ENDIF + _EQUALVERIFY + _CHECKSIG


def hashed_key() -> bytes:
    """P2PKH as a script inside: its hash is that of a key."""
    return sc.p2pkh(HASH20)


EVERY: tuple[Callable[[], bytes], ...] = (
    lambda: TWO_OF_TWO,
    lambda: TWO_OF_THREE,
    delayed,
    lambda: delayed(1),
    anchor,
    offered_htlc,
    swap,
    atomic_swap,
    hashed_key,
)
"""One of each."""
