"""What a run does below a folder: every file it opens and how, every other thing it asks of the system."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
LOOKING = {"os.listdir", "os.scandir", "glob.glob", "pathlib.Path.glob", "pathlib.Path.rglob"}


@dataclass
class Watch:
    """What was seen below a folder."""

    folder: Path
    opened: set[str] = field(default_factory=set)
    """files that were opened, relative to the folder"""
    changing: list[str] = field(default_factory=list)
    """what might have changed something"""

    def see(self, event: str, args: tuple[Any, ...]) -> None:
        """Note an audit event (PEP 578) when it is about something below the folder."""
        below = [name for name in map(self._below, args) if name is not None]
        if not below:
            return
        if event != "open":
            self.changing += [f"{event} {name}" for name in below if event not in LOOKING]
            return
        self.opened.update(below)
        if args[2] & WRITING:
            self.changing.append(f"open {below[0]} to write")

    def _below(self, place: object) -> str | None:
        if not isinstance(place, (str, bytes, os.PathLike)):
            return None
        path = Path(os.path.abspath(os.fsdecode(place)))  # noqa: PTH100 - `resolve` looks at the disk
        return str(path.relative_to(self.folder)) if path.is_relative_to(self.folder) else None


_WATCHES: list[Watch] = []
_HOOKED: list[bool] = []


def _hook(event: str, args: tuple[Any, ...]) -> None:
    for watch in _WATCHES:
        watch.see(event, args)


@contextmanager
def watching(folder: Path) -> Iterator[Watch]:
    """Watch what this process does below a folder. The hook stays, as none can be taken back."""
    if not _HOOKED:
        sys.addaudithook(_hook)
        _HOOKED.append(True)
    watch = Watch(folder.resolve())
    _WATCHES.append(watch)
    try:
        yield watch
    finally:
        _WATCHES.remove(watch)


def facts_of(folder: Path) -> dict[str, tuple[object, ...]]:
    """Of everything below a folder, and of itself: bytes, size, mode, inode, and when it was changed."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (folder, *sorted(folder.rglob("*"))):
        stat = path.stat()
        data = path.read_bytes() if path.is_file() else None
        when = stat.st_mtime_ns, stat.st_ctime_ns
        found[str(path.relative_to(folder))] = (data, stat.st_size, stat.st_mode, stat.st_ino, *when)
    return found
