"""Who a bundle is for: all of a case, or what one exchange needs with a list of what was withheld."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.evidence.compare import LISTING, listing, records

DEFENCE = "defence"
"""Gets everything, and with the salt the means to see what others were not given."""

SALT_BYTES = 32


def read_salt(path: Path) -> bytes:
    """The secret number of a case, which keeps digests of withheld records from being guessed.

    It is made where there is none yet: 64 hexadecimal digits that only the owner can read.

    Raises:
        BadInput: the file holds something else, or cannot be read or made.
    """
    try:
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(SALT_BYTES) + "\n")
        text = path.read_text("ascii").strip()
        salt = bytes.fromhex(text)
    except OSError as error:
        raise BadInput(f"the salt `{path}` cannot be used: {error.strerror or error}") from error
    except ValueError:
        salt = b""
    if len(salt) != SALT_BYTES:
        raise BadInput(
            f"`{path}` is no salt: it does not hold {2 * SALT_BYTES} hexadecimal digits",
            hint="name the salt that the case's other bundles were made with, or a new file",
        )
    return salt


def for_everybody(reader: str, salt: bytes | None) -> dict[str, bytes]:
    """The listing of a bundle from which nothing is withheld."""
    told = {"for": reader, "withheld": {}, **({} if salt is None else {"salt": salt.hex()})}
    return {LISTING: _json(told)}


def with_listing(
    reader: str, salt: bytes, part: Mapping[str, bytes], whole: Mapping[str, bytes]
) -> dict[str, bytes]:
    """The files of a part, with the listing of what the whole has beside it."""
    hidden = records(whole) - records(part)
    return {**part, LISTING: _json({"for": reader, "withheld": listing(salt, hidden)})}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()
