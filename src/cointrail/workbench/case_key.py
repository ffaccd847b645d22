"""The passphrase of an encrypted case database: from a file, or from whoever sits at the terminal."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from cointrail.errors import BadInput
from cointrail.journal.place import FilePlace, Place
from cointrail.journal.protection import is_locked, read_key

KEY_FILE = "COINTRAIL_DB_KEY_FILE"
"""The variable that names the file with the passphrase of an encrypted case database."""

AskPassphrase = Callable[[str], str]
"""Asks somebody, given what to say."""


def find_key(place: Place, ask: AskPassphrase | None, *, encrypt: bool) -> str | None:
    """The passphrase that a database is opened or made with; None: it is a plain one.

    Args:
        place: where the database is.
        ask: who is asked where no file is named; None: nobody is there.
        encrypt: encrypt the database if it is made now.

    Raises:
        BadInput: there is no passphrase, it was typed in two ways, or the database cannot have one.
    """
    if not isinstance(place, FilePlace):
        if encrypt:
            raise BadInput("only a file of cases is encrypted here", hint="encrypt the disk of the server")
        return None
    if key_file := os.environ.get(KEY_FILE):
        return read_key(Path(key_file))
    made = place.path.is_file() and place.path.stat().st_size > 0
    if made and encrypt and not is_locked(place.path):
        raise BadInput(
            f"`{place.path}` is not encrypted, and is not turned into a file that is",
            hint="take its cases over with `case backup` and `case restore` into a new file",
            path=str(place.path),
        )
    if not (made and is_locked(place.path)) and not encrypt:
        return None
    if ask is None:
        if made:
            return None
        raise BadInput(
            "there is nobody to ask for a passphrase", hint=f"name a file that holds it in {KEY_FILE}"
        )
    return _asked(ask, place.path, twice=not made)


def _asked(ask: AskPassphrase, path: Path, *, twice: bool) -> str:
    key = ask(f"passphrase of {path}: ")
    if not key or "\0" in key:
        raise BadInput("that is no passphrase", hint="type at least one character")
    if twice and ask("the same again: ") != key:
        raise BadInput("that is another passphrase than before", hint="nothing was made; try again")
    return key
