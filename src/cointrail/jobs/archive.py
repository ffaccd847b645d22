"""Folders as ZIP archives whose bytes depend on the files alone."""

from __future__ import annotations

import shutil
import stat
import zipfile
from pathlib import Path

from cointrail.workbench.ledger_bench import Progress

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
"""Of every file in an archive, so that the same files are the same bytes; the earliest that ZIP has."""


def zip_folder(folder: Path, to: Path, root: str, progress: Progress | None = None) -> None:
    """Everything below a folder as an archive, with `root` before each name."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for place, path in enumerate(paths):
            if progress is not None:
                progress("archive", place, len(paths))
            info = zipfile.ZipInfo(f"{root}/{path.relative_to(folder).as_posix()}", _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (stat.S_IFREG | 0o644) << 16
            info.file_size = path.stat().st_size
            with path.open("rb") as source, archive.open(info, "w") as target:
                shutil.copyfileobj(source, target, 1 << 20)


def unzip(archive: Path, to: Path) -> None:
    """What `zip_folder` packed, as files again."""
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(to)
