"""Locking scripts with the keys that open them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from cointrail.chain import script as scripts
from cointrail.chain.decode import encode_compact_size
from cointrail.simulate.keys import Key, Keys, tagged_hash


class Home(Protocol):
    """What keeps the coins that arrive at a lock. The demo's world and composed ones have each their own."""

    def receive(self, coin: Any, /) -> None:
        """Take in a coin."""

    def forget(self, coin: Any, /) -> None:
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
    P2SH_P2WSH_MULTISIG = "p2sh_p2wsh_multisig"
    P2TR = "p2tr"
    P2TR_LEAF = "p2tr_leaf"
    """Taproot whose one script carries a note that spending it shows: an inscription."""
    P2WSH_PAIR = "p2wsh_pair"
    """Two of two: a payment channel."""
    P2WSH_DELAYED = "p2wsh_delayed"
    """Open to its owner after a number of blocks, or at once to whom he gave the other key (BOLT 3)."""
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
    Kind.P2SH_P2WSH_MULTISIG: 140,
    Kind.P2TR: 58,
    Kind.P2TR_LEAF: 110,
    Kind.P2WSH_PAIR: 96,
    Kind.P2WSH_DELAYED: 79,
}
"""Virtual bytes that spending one such output takes."""

DELAY = 6
"""Blocks that a delayed output waits. Channels take 144 and more; worlds are short."""

_KEY_COUNTS = {
    Kind.MULTISIG: 3, Kind.P2SH_MULTISIG: 3, Kind.P2WSH_MULTISIG: 3, Kind.P2SH_P2WSH_MULTISIG: 3,
    Kind.P2WSH_PAIR: 2,
}  # fmt: skip
LEAF_VERSION = 0xC0
"""Of tapscript. Source: BIP 342."""

_UNCOMPRESSED = {Kind.P2PK_UNCOMPRESSED, Kind.P2PKH_UNCOMPRESSED}
_REQUIRED = 2
_KEY_HASH = slice(3, 23)
"""Where a P2PKH script has its hash; it is also what a signature of P2WPKH covers (BIP 143)."""


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
    control: bytes = b""
    """What leads from a taproot output to its script (BIP 341)."""
    told: bool = False
    """Whether the truth files have its line, where they are written as the world goes on."""


def make_lock(keys: Keys, kind: Kind, name: str, owner: str, role: str) -> Lock:
    """A new lock; its keys follow from `name`."""
    if kind is Kind.P2TR:
        key = keys.make_taproot(name)
        script = scripts.p2tr(key.public)
        return Lock(script, kind, (key,), script, owner, role)
    if kind in _KEY_COUNTS:
        made = tuple(keys.make(f"{name}/{i}") for i in range(_KEY_COUNTS[kind]))
        inner = scripts.multisig(_REQUIRED, [key.public for key in made])
    elif kind is Kind.P2WSH_DELAYED:
        made = (keys.make(name), keys.make(f"{name}/penalty"))
        inner = delayed_script(made[1].public, made[0].public)
    else:
        made = (keys.make(name, compressed=kind not in _UNCOMPRESSED),)
        inner = _single_inner(kind, made[0].public)
    return Lock(_outer(kind, inner), kind, made, inner, owner, role)


def _single_inner(kind: Kind, public: bytes) -> bytes:
    if kind in {Kind.P2PK, Kind.P2PK_UNCOMPRESSED}:
        return scripts.p2pk(public)
    return scripts.p2pkh(scripts.hash160(public))


def _outer(kind: Kind, inner: bytes) -> bytes:
    match kind:
        case Kind.P2SH_P2WPKH:
            return scripts.p2sh(scripts.hash160(scripts.p2wpkh(inner[_KEY_HASH])))
        case Kind.P2WPKH:
            return scripts.p2wpkh(inner[_KEY_HASH])
        case Kind.P2SH_MULTISIG:
            return scripts.p2sh(scripts.hash160(inner))
        case Kind.P2SH_P2WSH_MULTISIG:
            return scripts.p2sh(scripts.hash160(scripts.p2wsh(scripts.script_hash(inner))))
        case Kind.P2WSH_MULTISIG | Kind.P2WSH_PAIR | Kind.P2WSH_DELAYED:
            return scripts.p2wsh(scripts.script_hash(inner))
        case _:
            return inner


def note_lock(keys: Keys, name: str, owner: str, role: str, note: bytes) -> Lock:
    """A taproot output whose script asks for a signature and carries `note`, as inscriptions do."""
    key = keys.make_inner(name)
    body = scripts.push(b"ord") + b"\x51" + scripts.push(b"text/plain") + b"\x00" + scripts.push(note)
    leaf = scripts.push(key.public) + b"\xac\x00\x63" + body + b"\x68"
    public, parity = keys.tweak(key, leaf_hash(leaf))
    control = bytes((LEAF_VERSION | parity,)) + key.public
    return Lock(scripts.p2tr(public), Kind.P2TR_LEAF, (key,), leaf, owner, role, control=control)


def leaf_hash(leaf: bytes) -> bytes:
    """What a script of taproot is committed to by. Source: BIP 341, `tapleaf_hash`."""
    return tagged_hash("TapLeaf", bytes((LEAF_VERSION,)) + encode_compact_size(len(leaf)) + leaf)


def delayed_script(penalty: bytes, delayed: bytes) -> bytes:
    """IF penalty key ELSE wait DROP delayed key ENDIF CHECKSIG. Source: BOLT 3, `to_local`."""
    wait = scripts.push_number(DELAY) + b"\xb2\x75"
    return b"\x63" + scripts.push(penalty) + b"\x67" + wait + scripts.push(delayed) + b"\x68\xac"


def data_lock(data: bytes, owner: str) -> Lock:
    """An output that carries `data` and that nobody can spend."""
    script = scripts.op_return(data)
    return Lock(script, Kind.DATA, (), script, owner, "data")
