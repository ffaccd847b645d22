"""Keeping cases from other eyes: a file of SQLCipher's, and backups that age encrypts.

Neither says who wrote something, and neither helps where a machine is open. Full-disk encryption comes first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from cointrail.errors import BadInput

SQLITE_START = b"SQLite format 3\0"
"""A plain file of SQLite's begins with this; one that is encrypted looks like noise."""

AGE_START = b"age-encryption.org/v1"


def is_locked(path: Path) -> bool:
    """Whether a file is there, holds something, and is no plain file of SQLite's."""
    try:
        with path.open("rb") as file:
            start = file.read(len(SQLITE_START))
    except OSError:
        return False
    return len(start) == len(SQLITE_START) and start != SQLITE_START


def read_key(path: Path) -> str:
    """The passphrase in a file: its first line.

    Raises:
        BadInput: there is none.
    """
    try:
        key = path.read_text("utf-8").partition("\n")[0].strip("\r")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: the key cannot be read: {error}", path=str(path)) from None
    if not key or "\0" in key:
        raise BadInput(f"{path}: its first line is no passphrase", path=str(path))
    return key


def sqlcipher() -> ModuleType:
    """The driver for encrypted files.

    Raises:
        BadInput: it is not installed.
    """
    return _package("sqlcipher3.dbapi2", "sqlcipher3")


def unlocking(path: Path, key: str) -> Callable[[], Any]:
    """Opens connections to an encrypted file, which is made where there is none."""
    driver = sqlcipher()

    def connect() -> Any:
        connection = driver.connect(str(path), check_same_thread=False)
        quoted = key.replace("'", "''")
        connection.execute(f"PRAGMA key = '{quoted}'")  # a pragma takes no parameters
        return connection

    return connect


def encrypt(data: bytes, recipients: Sequence[str]) -> bytes:
    """Encrypt for whoever holds the keys of these recipients, `age1...`.

    Raises:
        BadInput: one is no recipient, or the package is not installed.
    """
    age = _package("pyrage", "pyrage")
    if not recipients:
        raise BadInput("nobody could read this", hint="name who can with `--recipient age1...`")
    known = []
    for text in recipients:
        try:
            known.append(age.x25519.Recipient.from_str(text))
        except age.RecipientError as error:
            raise BadInput(f"`{text[:80]}` is no recipient of age's: {error}", value=text[:80]) from None
    encrypted: bytes = age.encrypt(data, known)
    return encrypted


def decrypt(data: bytes, identities: str) -> bytes:
    """Decrypt with a key that `age-keygen` made; `identities` is the text of its file.

    Raises:
        BadInput: it is none, or not one of those that can read this.
    """
    age = _package("pyrage", "pyrage")
    lines = [line.strip() for line in identities.splitlines()]
    try:
        known = [age.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
        decrypted: bytes = age.decrypt(data, known)
    except (age.IdentityError, age.DecryptError) as error:
        raise BadInput(f"the backup cannot be decrypted: {error}", hint="is it the right identity?") from None
    return decrypted


def _package(module: str, package: str) -> ModuleType:
    try:
        return import_module(module)
    except ModuleNotFoundError as missing:
        raise BadInput(
            f"this needs the package `{package}`, which is not installed",
            hint="install the extra `protect`: `pip install 'cointrail[protect]'`",
            package=package,
        ) from missing
