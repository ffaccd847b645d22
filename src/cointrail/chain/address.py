"""Addresses: the text form of some locking scripts, both ways, on every network.

`BadAddress.facts["fault"]` says what is wrong: alphabet, length, checksum, mixed_case, network,
version (no such witness version), variant (bech32 where bech32m is due, or the reverse),
padding (bits left over), private_key (a key to spend with, never repeated in the message),
extended_key (a wallet's public key).
"""

from __future__ import annotations

import re

from cointrail.chain.base58 import ALPHABET, decode_base58check, encode_base58check
from cointrail.chain.bech32 import (
    MAX_LENGTH,
    Variant,
    decode_bech32,
    encode_bech32,
    from_words,
    to_words,
)
from cointrail.chain.network import NETWORKS, Network
from cointrail.chain.script import OP_0, OP_1, classify, p2pkh, p2sh, payload, witness_program
from cointrail.chain.view import ScriptType
from cointrail.errors import BadAddress

HASH_SIZE = 20
MAX_WITNESS_VERSION = 16
_WIF_SIZES = (33, 34)
_WIF_VERSIONS = (0x80, 0xEF)
_EXTENDED_KEY = re.compile(f"[tuvxyzUVYZ](?P<kind>pub|prv)[{ALPHABET}]{{107}}")
"""BIP 32, with the prefixes of SLIP 132; always 111 characters."""


def encode_address(script: bytes, network: Network) -> str | None:
    """The address of a locking script; None for a type that has none.

    P2PKH and P2SH in base58, witness programs of every version in bech32 (version 0) or bech32m.
    P2PK, MULTISIG, OP_RETURN and NONSTANDARD have none.
    """
    match classify(script):
        case ScriptType.P2PKH:
            return encode_base58check(bytes((network.p2pkh_version,)) + payload(script))
        case ScriptType.P2SH:
            return encode_base58check(bytes((network.p2sh_version,)) + payload(script))
        case ScriptType.P2PK | ScriptType.MULTISIG | ScriptType.OP_RETURN | ScriptType.NONSTANDARD:
            return None
        case _:
            version = 0 if script[0] == OP_0 else script[0] - OP_1 + 1
            return encode_bech32(network.hrp, [version, *to_words(script[2:])], _variant(version))


def decode_address(text: str, network: Network | None) -> bytes:
    """The locking script that an address stands for. `network` None takes an address of any network.

    Raises:
        BadAddress: see the module's text for what `fault` says; `networks` names those it belongs to.
    """
    if key := _EXTENDED_KEY.fullmatch(text):
        raise _private_key() if key["kind"] == "prv" else _extended_key(text)
    if not text or len(text) > MAX_LENGTH:
        raise _bad(text, "length", f"it has {len(text)} characters, an address has 14 to {MAX_LENGTH}")
    if _looks_like_bech32(text):
        script, networks = _decode_segwit(text)
    else:
        script, networks = _decode_legacy(text)
    if network is not None and network.name not in networks:
        raise BadAddress(
            f"`{text}` is an address of {_listed(networks)}, not of {network.name}",
            hint="pass the network that the address is of",
            fault="network",
            value=text,
            networks=networks,
        )
    return script


def _looks_like_bech32(text: str) -> bool:
    """Whether it starts as one of ours does, or is bech32 with a right checksum under another prefix."""
    if any(text.lower().startswith(network.hrp + "1") for network in NETWORKS.values()):
        return True
    try:
        decode_bech32(text)
    except BadAddress:
        return False
    return True


def _decode_legacy(text: str) -> tuple[bytes, tuple[str, ...]]:
    data = decode_base58check(text)
    version, body = data[:1], data[1:]
    if len(data) in _WIF_SIZES and version[0] in _WIF_VERSIONS:
        raise _private_key()
    if len(body) != HASH_SIZE:
        raise _bad(text, "length", f"it holds {len(data)} bytes, not 21")
    for build, field in ((p2pkh, "p2pkh_version"), (p2sh, "p2sh_version")):
        names = tuple(n.name for n in NETWORKS.values() if getattr(n, field) == version[0])
        if names:
            return build(body), names
    raise _bad(text, "network", f"its version byte {version[0]:#04x} belongs to no network of bitcoin")


def _decode_segwit(text: str) -> tuple[bytes, tuple[str, ...]]:
    hrp, values, variant = decode_bech32(text)
    names = tuple(n.name for n in NETWORKS.values() if n.hrp == hrp)
    if not names:
        raise _bad(text, "network", f"its prefix `{hrp}` belongs to no network of bitcoin")
    if not values:
        raise _bad(text, "length", "there is nothing between its prefix and its checksum")
    version = values[0]
    if version > MAX_WITNESS_VERSION:
        raise _bad(text, "version", f"it has witness version {version}, {MAX_WITNESS_VERSION} is the last")
    if variant != (due := _variant(version)):
        raise _bad(
            text,
            "variant",
            f"its checksum is {variant.name.lower()}, witness version {version} takes {due.name.lower()}",
        )
    program = from_words(values[1:])
    if program is None:
        raise _bad(text, "padding", "bits are left over behind its last byte")
    if not 2 <= len(program) <= 40 or (version == 0 and len(program) not in (20, 32)):
        allowed = "20 or 32" if version == 0 else "2 to 40"
        raise _bad(text, "length", f"its program has {len(program)} bytes, version {version} takes {allowed}")
    return witness_program(version, program), names


def _variant(version: int) -> Variant:
    return Variant.BECH32 if version == 0 else Variant.BECH32M


def _listed(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]


def _private_key() -> BadAddress:
    return BadAddress(
        "this is a private key, not an address",
        hint="keep it secret; whoever has it can spend",
        fault="private_key",
    )


def _extended_key(text: str) -> BadAddress:
    return BadAddress(
        f"`{text[:20]}...` is an extended public key, not an address: it stands for a whole wallet",
        hint="name the wallet's addresses; they are not derived here",
        fault="extended_key",
        value=text,
    )


def _bad(text: str, fault: str, why: str) -> BadAddress:
    shown = text if len(text) <= MAX_LENGTH else text[:20] + "..."
    return BadAddress(
        f"`{shown}` is not an address: {why}",
        hint="copy the address again",
        fault=fault,
        value=text,
        networks=(),
    )
