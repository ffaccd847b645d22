"""Disks that fail on purpose: an operation below a folder ends in an error of the system."""

from __future__ import annotations

import builtins
import errno
import io
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock, local
from typing import Any

import pytest

BY_HANDLE = ("pwrite", "preadv", "fsync")
BY_PATH = ("open", "mkdir", "unlink", "rmdir", "replace")
READING = {"preadv", "read"}
EMPTYING = "emptying"
"""Opening a folder that is being removed whole: what it says matters to nobody."""
FREEING = {"unlink", "rmdir", EMPTYING}


class Faults:
    """Counts operations below a folder; one of them fails, or all from there on."""

    def __init__(self, place: Path, at: int | None, number: int, *, lasting: bool, torn: bool) -> None:
        self.done: list[str] = []
        self.failed: str | None = None
        """the first operation that failed"""
        self._place, self._at, self._number = place.resolve(), at, number
        self._lasting, self._torn = lasting, torn
        self._lock = Lock()
        self._removing = local()

    def _inside(self, name: str, args: tuple[Any, ...], options: dict[str, Any]) -> bool:
        if name in BY_HANDLE or isinstance(args[0], int):
            whole = Path(f"/proc/self/fd/{args[0]}").readlink()
        else:
            whole = Path(os.fsdecode(args[0]))
            if (folder := options.get("dir_fd")) is not None:
                whole = Path(f"/proc/self/fd/{folder}").readlink() / whole
            whole = whole.parent.resolve() / whole.name
        return whole.is_relative_to(self._place)

    def _fails(self, name: str) -> bool:
        with self._lock:
            self.done.append(name)
            if self._at is None or len(self.done) < self._at:
                return False
            if self.failed is None:
                self.failed = name
                return True
        if not self._lasting or name in {*READING, EMPTYING}:
            return False
        return name not in FREEING or self._number not in {errno.ENOSPC, errno.EDQUOT}

    def _kind(self, name: str, args: tuple[Any, ...]) -> str:
        if name != "open" or not _only_reads(args):
            return name
        return EMPTYING if getattr(self._removing, "now", False) else "read"

    def removes(self, real: Callable[..., None]) -> Callable[..., None]:
        """The call that removes a folder whole."""

        def called(*args: Any, **options: Any) -> None:
            self._removing.now = True
            try:
                real(*args, **options)
            finally:
                self._removing.now = False

        return called

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The call `name`, which may fail."""

        def called(*args: Any, **options: Any) -> Any:
            if not self._inside(name, args, options):
                return real(*args, **options)
            if self._fails(self._kind(name, args)):
                if name == "pwrite" and self._torn:
                    real(args[0], bytes(args[1])[: len(args[1]) // 2], *args[2:])
                raise OSError(self._number, os.strerror(self._number))
            return real(*args, **options)

        return called


def _only_reads(args: tuple[Any, ...]) -> bool:
    how = args[1] if len(args) > 1 else "r"
    return not set(how) & set("wxa+") if isinstance(how, str) else not how & (os.O_WRONLY | os.O_RDWR)


@contextmanager
def failing(
    place: Path, at: int | None = None, number: int = errno.EIO, *, lasting: bool = False, torn: bool = False
) -> Iterator[Faults]:
    """Let an operation below `place` fail; without `at` only count.

    Args:
        place: a folder.
        at: the operation, counted from 1.
        number: what it ends in, as in `errno`.
        lasting: whether every later change fails too.
        torn: whether a write that fails has written its first half.
    """
    faults = Faults(place, at, number, lasting=lasting, torn=torn)
    with pytest.MonkeyPatch.context() as patch:
        for name in (*BY_HANDLE, *BY_PATH):
            patch.setattr(os, name, faults.wrap(name, getattr(os, name)))
        patch.setattr(shutil, "rmtree", faults.removes(shutil.rmtree))
        opened = faults.wrap("open", builtins.open)
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)
        yield faults
