"""One way to write a value as bytes, so that a digest means something.

It is RFC 8785, kept to values for which the standard library writes the same bytes: names of fields are
ASCII, numbers are whole and no larger than `LARGEST_WHOLE`. Then it is

    json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from cointrail.errors import BadJournal

LARGEST_WHOLE = 2**53 - 1
"""The largest whole number that JSON carries everywhere (RFC 8785); larger ones are written as text."""

MOST_DEPTH = 40
"""How deep a value may be nested; our choice, far above what an answer has."""


def canonical(value: object) -> bytes:
    """A value as canonical JSON.

    Raises:
        BadJournal: it holds a fraction, a number over `LARGEST_WHOLE`, a field whose name is not ASCII, half
            a character, or what is not JSON at all.
    """
    _require_plain(value, MOST_DEPTH)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise _refused("it has half a character") from None


def _require_plain(value: object, depth: int) -> None:
    if depth < 0:
        raise _refused("nested too deeply")
    match value:
        case str() | bool() | None:
            return
        case int():
            if abs(value) > LARGEST_WHOLE:
                raise _refused("it has a number over 2^53 - 1; write it as text")
        case dict():
            for name, inner in value.items():
                if not isinstance(name, str) or not name.isascii():
                    raise _refused(f"the name of a field, `{str(name)[:40]!r}`, is not ASCII text")
                _require_plain(inner, depth - 1)
        case list() | tuple():
            for inner in value:
                _require_plain(inner, depth - 1)
        case _:
            raise _refused(f"it has a value of the kind {type(value).__name__}")


def _refused(why: str) -> BadJournal:
    return BadJournal(f"this cannot be written as canonical JSON: {why}")


def sha256(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def parse_canonical(data: bytes) -> Any:
    """The value that canonical JSON stands for.

    Raises:
        BadJournal: it is not JSON, or not the one way to write it.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise BadJournal(f"not JSON: {error}") from None
    if canonical(value) != data:
        raise BadJournal("not canonical JSON: the same value is written in another way")
    return value
