"""Folders that results go into."""

from __future__ import annotations

import os
from pathlib import Path

from cointrail.errors import BadInput


def require_folder(path: Path) -> None:
    """Make a folder unless it is there.

    Raises:
        BadInput: a file is in the way, or nobody may write there.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise _unusable(path, "a file is in the way") from error
    except OSError as error:
        raise _unusable(path, str(error.strerror)) from error
    if not os.access(path, os.W_OK | os.X_OK):
        raise _unusable(path, "it cannot be written")


def _unusable(path: Path, why: str) -> BadInput:
    return BadInput(
        f"`{path}` cannot be used as a folder: {why}", hint="name another with `--out`", path=str(path)
    )
