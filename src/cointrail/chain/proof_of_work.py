"""Targets and work of headers. Source: Bitcoin Core, src/arith_uint256.cpp and src/pow.cpp."""

from __future__ import annotations

from cointrail.chain.network import Network
from cointrail.chain.types import BlockHeader
from cointrail.errors import BadBlocks

HASH_SPACE = 1 << 256


def target_of(bits: int) -> int:
    """The highest hash, as a number, that a header with these compact `bits` may have.

    0 when no hash can do: `bits` is negative, zero or beyond 256 bits.
    """
    size, word = bits >> 24, bits & 0x7FFFFF
    target = word >> 8 * (3 - size) if size <= 3 else word << 8 * (size - 3)
    negative = bits & 0x800000 != 0
    return 0 if negative or target >= HASH_SPACE else target


def work_of(bits: int) -> int:
    """How many hashes it takes on average to meet these compact `bits`; 0 when none can."""
    target = target_of(bits)
    return HASH_SPACE // (target + 1) if target else 0


def check_proof_of_work(header: BlockHeader, network: Network) -> None:
    """See that the header's hash meets its own target, and the target the network's limit.

    Whether the target is the one that the chain asks for at that height is not looked at.

    Raises:
        BadBlocks: the target is none or too easy, or the hash is above it.
    """
    target = target_of(header.bits)
    if not 0 < target <= target_of(network.pow_limit_bits):
        raise BadBlocks(
            f"block {header.hash} claims the target {header.bits:08x}, which {network.name} does not allow",
            hint="the blocks are damaged or of another network",
            block=str(header.hash),
            bits=header.bits,
        )
    if int.from_bytes(header.hash.raw, "little") > target:
        raise BadBlocks(
            f"the hash {header.hash} is above its own target {header.bits:08x}: no work was done on it",
            hint="the block is damaged",
            block=str(header.hash),
            bits=header.bits,
        )
