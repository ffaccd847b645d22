"""Raw bytes out of a file: binary as a node gives them, or written in hex."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from cointrail.chain.network import BY_MAGIC
from cointrail.errors import BadInput, DecodeError

Decoded = TypeVar("Decoded")

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


def decode_file(path: Path, what: str, decode: Callable[[bytes], Decoded]) -> Decoded:
    """What a file decodes to.

    Args:
        path: the file, raw or in hex.
        what: what it should be, for the message: `a block`.
        decode: bytes to value.

    Raises:
        BadInput: it cannot be read.
        DecodeError: it is something else; the message names the file.
    """
    raw = read_raw(path)
    try:
        return decode(raw)
    except DecodeError as error:
        raise DecodeError(
            f"`{path}` is not {what}: {error}",
            hint=f"give {what} as raw bytes or in hex, nothing before or behind it",
            **{**error.facts, "path": str(path)},
        ) from error
