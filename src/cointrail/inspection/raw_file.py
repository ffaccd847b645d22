"""Raw bytes out of a file: binary as a node gives them, or written in hex."""

from __future__ import annotations

import re
from pathlib import Path

from cointrail.chain.network import BY_MAGIC
from cointrail.errors import BadInput

MAX_BYTES = 64_000_000
"""More is no block and no transaction, not even in hex."""

_HEX = re.compile(rb"(?:[0-9a-fA-F]{2})+")


def read_raw(path: Path) -> bytes:
    """The bytes that a file holds, or that its hex digits stand for.

    Raises:
        BadInput: it cannot be read, is empty or far too large, or is a `blk*.dat` file.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise BadInput(
            f"`{path}` cannot be read: {error.strerror}", hint="name a file that you may read", path=str(path)
        ) from error
    if len(data) > MAX_BYTES:
        raise BadInput(
            f"`{path}` is larger than any block", hint="give one block or transaction", path=str(path)
        )
    raw = unhex(data)
    if not raw:
        raise BadInput(f"`{path}` is empty", hint="give one block or transaction", path=str(path))
    if raw[:4] in BY_MAGIC:
        raise BadInput(
            f"`{path}` is a block file of a node ({BY_MAGIC[raw[:4]].name}), not a single block",
            hint="use `cointrail ingest --blocks DIR` on its folder",
            path=str(path),
        )
    return raw


def unhex(data: bytes) -> bytes:
    """What hex digits stand for, white space aside; other bytes as they are."""
    digits = b"".join(data.split())
    return bytes.fromhex(digits.decode("ascii")) if _HEX.fullmatch(digits) else data
