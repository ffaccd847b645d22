"""Locking scripts with the keys that open them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from cointrail.chain import script as scripts
from cointrail.simulate.keys import Key, Keys

if TYPE_CHECKING:
    from cointrail.simulate.ledger import Coin


class Home(Protocol):
    """What keeps the coins that arrive at a lock."""

    def receive(self, coin: Coin) -> None:
        """Take in a coin."""

    def forget(self, coin: Coin) -> None:
        """Let go of a coin that is being spent."""


class Kind(StrEnum):
    """How an output is locked."""

    P2PK = "p2pk"
    P2PK_UNCOMPRESSED = "p2pk_uncompressed"
    P2PKH = "p2pkh"
    P2PKH_UNCOMPRESSED = "p2pkh_uncompressed"
    P2SH_P2WPKH = "p2sh_p2wpkh"
    P2WPKH = "p2wpkh"
    MULTISIG = "multisig"
    P2SH_MULTISIG = "p2sh_multisig"
    P2WSH_MULTISIG = "p2wsh_multisig"
    DATA = "data"


INPUT_VSIZE = {
    Kind.P2PK: 114,
    Kind.P2PK_UNCOMPRESSED: 114,
    Kind.P2PKH: 148,
    Kind.P2PKH_UNCOMPRESSED: 180,
    Kind.P2SH_P2WPKH: 91,
    Kind.P2WPKH: 68,
    Kind.MULTISIG: 189,
    Kind.P2SH_MULTISIG: 297,
    Kind.P2WSH_MULTISIG: 105,
}
"""Virtual bytes that spending one such output takes."""

_MULTISIG = {Kind.MULTISIG, Kind.P2SH_MULTISIG, Kind.P2WSH_MULTISIG}
_UNCOMPRESSED = {Kind.P2PK_UNCOMPRESSED, Kind.P2PKH_UNCOMPRESSED}
_REQUIRED, _KEYS = 2, 3


@dataclass(slots=True, eq=False)
class Lock:
    """A locking script, what opens it, whose it is and what he uses it for.

    `inner` is the script that a signature covers: redeem script, witness script or the plain one.
    """

    script: bytes
    kind: Kind
    keys: tuple[Key, ...]
    inner: bytes
    owner: str
    role: str
    home: Home | None = field(default=None, repr=False)
    """The wallet that coins sent here arrive in."""


def make_lock(keys: Keys, kind: Kind, name: str, owner: str, role: str) -> Lock:
    """A new lock; its keys follow from `name`."""
    if kind in _MULTISIG:
        made = tuple(keys.make(f"{name}/{i}") for i in range(_KEYS))
        inner = scripts.multisig(_REQUIRED, [key.public for key in made])
    else:
        made = (keys.make(name, compressed=kind not in _UNCOMPRESSED),)
        inner = _single_inner(kind, made[0].public)
    return Lock(_outer(kind, inner, made[0].public), kind, made, inner, owner, role)


def _single_inner(kind: Kind, public: bytes) -> bytes:
    if kind in {Kind.P2PK, Kind.P2PK_UNCOMPRESSED}:
        return scripts.p2pk(public)
    return scripts.p2pkh(scripts.hash160(public))


def _outer(kind: Kind, inner: bytes, public: bytes) -> bytes:
    match kind:
        case Kind.P2SH_P2WPKH:
            return scripts.p2sh(scripts.hash160(scripts.p2wpkh(scripts.hash160(public))))
        case Kind.P2WPKH:
            return scripts.p2wpkh(scripts.hash160(public))
        case Kind.P2SH_MULTISIG:
            return scripts.p2sh(scripts.hash160(inner))
        case Kind.P2WSH_MULTISIG:
            return scripts.p2wsh(scripts.script_hash(inner))
        case _:
            return inner


def data_lock(data: bytes, owner: str) -> Lock:
    """An output that carries `data` and that nobody can spend."""
    script = scripts.op_return(data)
    return Lock(script, Kind.DATA, (), script, owner, "data")
