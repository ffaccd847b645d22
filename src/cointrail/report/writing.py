"""Files written into a folder, each whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from cointrail.errors import BadInput


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write files, by path below the folder; others in it are left alone.

    Raises:
        BadInput: the folder cannot be written, or something else than a file has one of the names.
    """
    for name in files:
        path = folder / name
        if path.is_symlink() or (path.exists() and not path.is_file()):
            raise BadInput(
                f"`{path}` is not a regular file, so it is not replaced",
                hint="move it away, or name another folder",
                path=str(path),
            )
    try:
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _replace(folder / name, data)
    except OSError as error:
        raise BadInput(
            f"cannot write to `{folder}`: {error.strerror}",
            hint="name a folder that you may write to, on a disk with space",
            path=str(folder),
        ) from error


def _replace(path: Path, data: bytes) -> None:
    """Put the bytes in the place of the file in one step."""
    handle, fresh = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(fresh).chmod(0o644)
        Path(fresh).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(fresh).unlink()
        raise
