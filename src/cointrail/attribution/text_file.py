"""Text files from outside: read whole, bounded, UTF-8, with the facts in their leading comments."""

from __future__ import annotations

import hashlib
import stat
from dataclasses import dataclass
from pathlib import Path

from cointrail.errors import BadInput

MAX_FILE_BYTES = 64 << 20
"""Largest file that is read, in bytes. All public TagPacks together have 32 MB."""


@dataclass(frozen=True, slots=True)
class TextFile:
    """A file that was read. `text` has no byte order mark; `sha256` is hex, over the bytes."""

    path: Path
    text: str
    sha256: str


def read_text(path: Path, refuse: type[BadInput]) -> TextFile:
    """Read a file, or raise `refuse` with path and, where there is one, line.

    Raises:
        BadInput: as `refuse`: missing, not a regular file, over `MAX_FILE_BYTES`, not UTF-8, NUL inside.
    """
    data = _read_bytes(path, refuse)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(
            f"{path}, line {line}: not UTF-8 text", hint="save the file as UTF-8", path=str(path), line=line
        ) from None
    if (zero := text.find("\0")) >= 0:
        line = text.count("\n", 0, zero) + 1
        raise refuse(f"{path}, line {line}: a zero byte; this is not a text file", path=str(path), line=line)
    return TextFile(path, text, hashlib.sha256(data).hexdigest())


def _read_bytes(path: Path, refuse: type[BadInput]) -> bytes:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise refuse(f"{path}: not a file", hint="name a file", path=str(path))
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise refuse(f"{path}: cannot be read: {error.strerror}", path=str(path)) from error
    if len(data) > MAX_FILE_BYTES:
        raise refuse(
            f"{path}: larger than {MAX_FILE_BYTES >> 20} MiB",
            hint="split it into several files",
            path=str(path),
        )
    return data


def leading_facts(text: str) -> dict[str, str]:
    """The `# key: value` lines above the first row; keys in lower case. Other comments are passed over."""
    facts: dict[str, str] = {}
    for line in text.splitlines():
        stripped = line.strip()
        if stripped and not stripped.startswith("#"):
            break
        key, colon, value = stripped.lstrip("#").partition(":")
        if colon and value.strip():
            facts[key.strip().lower()] = value.strip()
    return facts
