"""One table of what differs between networks; no other module holds a magic or a version byte.

Source: Bitcoin Core, src/kernel/chainparams.cpp; BIP 94 for testnet4; BIP 173 and SLIP 173 prefixes.
"""

from __future__ import annotations

from dataclasses import dataclass

from cointrail.chain.types import BlockHash
from cointrail.errors import BadInput


@dataclass(frozen=True, slots=True)
class Network:
    """The constants of one network."""

    name: str
    magic: bytes
    genesis: BlockHash
    p2pkh_version: int
    p2sh_version: int
    hrp: str
    pow_limit_bits: int
    """The easiest target that a header may claim, in compact form."""
    bip34_height: int
    """From here on every coinbase starts with its height."""
    segwit_height: int
    """From here on a witness commitment binds."""


def _network(  # noqa: PLR0917
    name: str, magic: str, genesis: str, p2pkh: int, p2sh: int, hrp: str, limit: int, bip34: int, segwit: int
) -> Network:
    return Network(
        name, bytes.fromhex(magic), BlockHash.parse(genesis), p2pkh, p2sh, hrp, limit, bip34, segwit
    )


_TABLE = (
    _network(
        "mainnet",
        "f9beb4d9",
        "000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f",
        0x00,
        0x05,
        "bc",
        0x1D00FFFF,
        227_931,
        481_824,
    ),
    _network(
        "testnet3",
        "0b110907",
        "000000000933ea01ad0ee984209779baaec3ced90fa3f408719526f8d77f4943",
        0x6F,
        0xC4,
        "tb",
        0x1D00FFFF,
        21_111,
        834_624,
    ),
    _network(
        "testnet4",
        "1c163f28",
        "00000000da84f2bafbbc53dee25a72ae507ff4914b867c565be350b0da8bf043",
        0x6F,
        0xC4,
        "tb",
        0x1D00FFFF,
        1,
        1,
    ),
    _network(
        "signet",
        "0a03cf40",
        "00000008819873e925422c1ff0f99f7cc9bbb232af63a077a480a3633bee1ef6",
        0x6F,
        0xC4,
        "tb",
        0x1E0377AE,
        1,
        1,
    ),
    _network(
        "regtest",
        "fabfb5da",
        "0f9188f13cb7b2c71f2a335e3a4fc328bf5beb436012afca590b1a11466e2206",
        0x6F,
        0xC4,
        "bcrt",
        0x207FFFFF,
        1,
        0,
    ),
)

NETWORKS: dict[str, Network] = {network.name: network for network in _TABLE}
BY_MAGIC: dict[bytes, Network] = {network.magic: network for network in _TABLE}


def get_network(name: str) -> Network:
    """The network of that name.

    Raises:
        BadInput: no such network.
    """
    try:
        return NETWORKS[name]
    except KeyError:
        known = ", ".join(NETWORKS)
        raise BadInput(f"`{name}` is not a network", hint=f"one of: {known}", value=name) from None
