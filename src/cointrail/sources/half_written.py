"""Blocks that a node may be writing just now."""

from __future__ import annotations

from collections.abc import Callable

from cointrail.chain.commitments import check_merkle_root, check_witness_commitment
from cointrail.chain.decode import decode_block
from cointrail.errors import CointrailError
from cointrail.sources.block_files import LARGEST_BLOCK, RecordFile


def leave_out_half_written(scan: RecordFile, read: Callable[[int, int], bytes]) -> RecordFile:
    """A blk file but for a last block that is not all there yet.

    Args:
        scan: its records.
        read: gives so many bytes from an offset on.
    """
    if not scan.doubtful:
        return scan
    start, size = int(scan.starts[-1]), int(scan.sizes[-1])
    if size > LARGEST_BLOCK:
        return scan  # what this is, is said when its size is looked at
    return scan if size and is_whole(read(start, size)) else scan.without_last()


def is_whole(raw: bytes) -> bool:
    """Whether the bytes are a block whose header vouches for all of them."""
    try:
        block = decode_block(raw)
        check_merkle_root(block)
        check_witness_commitment(block)
    except CointrailError:
        return False
    return True
