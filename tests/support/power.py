"""Power cuts: what was written and not yet synced survives in part, or not at all.

While `Power` is on, it follows every change below a folder: per file what was written since its last
fsync, per folder which names came, went or changed since the folder's last fsync. At a chosen operation
the power goes; `support.disk_images` tells what the disk may hold then.
"""

from __future__ import annotations

import builtins
import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any

import pytest

from support.disk_images import Change, File, Folder, Node, Outage


class PowerCut(BaseException):
    """Nothing may catch it."""


class Power:
    """Follows what changes below a folder, and goes at one operation."""

    def __init__(self, place: Path, at: int | None) -> None:
        """`place` is there, with everything in it safe; `at` None never goes."""
        self.done = self.syncs = 0
        self.lost_sync: int | None = None
        """which sync of a file fails, as one does whose pages cannot be written; they count as clean then"""
        self.renamed: dict[int, str] = {}
        """what each renaming led to, by the number of the operation"""
        self.outage: Outage | None = None
        self._place, self.at = place.resolve(), at
        self.kill_at: int | None = None
        """before which operation the process is killed; the power stays on, and it may go on afterwards"""
        self._killed = False
        self._root = _load(place)
        self._changes: list[Change] = []
        self._open: dict[int, Node] = {}
        self._lock = RLock()

    # -- finding nodes

    def _inside(self, path: Any, dir_fd: int | None = None) -> list[str] | None:
        """Names below the folder, of a path that is in it."""
        if isinstance(path, int):
            return None
        whole = Path(os.fsdecode(path))
        if dir_fd is not None:
            whole = Path(f"/proc/self/fd/{dir_fd}").readlink() / whole
        whole = whole.parent.resolve() / whole.name
        return list(whole.relative_to(self._place).parts) if whole.is_relative_to(self._place) else None

    def _folder(self, names: list[str]) -> Folder | None:
        node: Node | None = self._root
        for name in names:
            node = node.now.get(name) if isinstance(node, Folder) else None
        return node if isinstance(node, Folder) else None

    def _node(self, names: list[str]) -> Node | None:
        if not names:
            return self._root
        folder = self._folder(names[:-1])
        return folder.now.get(names[-1]) if folder else None

    # -- changes

    def _change(self, *steps: tuple[list[str], Node | None]) -> None:
        found = []
        for names, node in steps:
            folder = self._folder(names[:-1])
            assert folder is not None, names
            found.append((folder, names[-1], node))
            if node is None:
                del folder.now[names[-1]]
            else:
                folder.now[names[-1]] = node
        self._changes.append(Change(tuple(found)))

    def _opened(self, names: list[str], *, create: bool, cut: bool) -> Node | None:
        node = self._node(names)
        if node is None and create:
            node = File()
            self._change((names, node))
        if isinstance(node, File) and cut and (node.lost or node.now()):
            node.write(0, None)
        return node

    def _go(self) -> None:
        """One more operation: the power may go before it, or the process be killed."""
        if self._killed:
            raise PowerCut
        self.done += 1
        if self.done == self.at:
            self.cut()
            raise PowerCut
        if self.done == self.kill_at:
            self._killed = True
            raise PowerCut

    def revive(self) -> None:
        """After a kill, another process goes on."""
        self._killed = False

    def cut(self) -> Outage:
        """The power goes now; what happens afterwards reaches no disk."""
        with self._lock:
            if self.outage is None:
                self._catch_up(self._root, self._place)
                self.outage = Outage(self._root, self._changes)
            return self.outage

    def _catch_up(self, folder: Folder, path: Path) -> None:
        """Take in what was written through file objects, of which no call tells."""
        for name, node in folder.now.items():
            if isinstance(node, Folder):
                self._catch_up(node, path / name)
            elif not node.lost and (content := (path / name).read_bytes()) != node.now():
                node.write(0, None)
                node.write(0, content)

    # -- the calls

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The call `name`, followed until the power goes."""
        follow: Callable[..., Any] = getattr(self, f"_{name}")

        def followed(*args: Any, **options: Any) -> Any:
            with self._lock:
                if self.outage is not None:
                    return real(*args, **options)
                return follow(real, *args, **options)

        return followed

    def _pwrite(self, real: Callable[..., int], handle: int, data: Any, at: int) -> int:
        self._go()
        done = real(handle, data, at)
        if isinstance(node := self._open.get(handle), File):
            node.write(at, bytes(data)[:done])
        return done

    def _fsync(self, real: Callable[..., None], handle: int) -> None:
        self._go()
        node = self._open.get(handle)
        self.syncs += isinstance(node, File)
        if isinstance(node, File) and self.syncs == self.lost_sync:
            node.give_up(_content(handle))
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        real(handle)
        if isinstance(node, File):
            node.settle(_content(handle))
        elif isinstance(node, Folder):
            node.safe = dict(node.now)
            self._changes = [c for c in (c.without(node) for c in self._changes) if c.steps]

    def _open_handle(
        self, real: Callable[..., int], path: Any, flags: int, *args: Any, **options: Any
    ) -> int:
        names = self._inside(path, options.get("dir_fd"))
        if names is not None and flags & os.O_CREAT:
            self._go()
        handle = real(path, flags, *args, **options)
        self._open.pop(handle, None)
        if names is not None:
            node = self._opened(names, create=bool(flags & os.O_CREAT), cut=bool(flags & os.O_TRUNC))
            if node is not None:
                self._open[handle] = node
        return handle

    def _open_file(
        self, real: Callable[..., Any], path: Any, mode: str = "r", *args: Any, **options: Any
    ) -> Any:
        names = self._inside(path) if set(mode) & set("wxa+") else None
        if names is not None:
            self._go()
        file = real(path, mode, *args, **options)
        if names is not None:
            node = self._opened(names, create=True, cut="w" in mode)
            assert node is not None
            self._open[file.fileno()] = node
        return file

    def _mkdir(self, real: Callable[..., None], path: Any, *args: Any, **options: Any) -> None:
        names = self._inside(path, options.get("dir_fd"))
        if names is None:
            return real(path, *args, **options)
        self._go()
        real(path, *args, **options)
        return self._change((names, Folder()))

    def _remove(self, real: Callable[..., None], path: Any, **options: Any) -> None:
        names = self._inside(path, options.get("dir_fd"))
        if names is None:
            return real(path, **options)
        self._go()
        real(path, **options)
        return self._change((names, None))

    def _replace(self, real: Callable[..., None], source: Any, target: Any, **options: Any) -> None:
        old, new = self._inside(source), self._inside(target)
        if old is None or new is None:
            assert old is new is None, "a file moves across the border of what is followed"
            return real(source, target, **options)
        self._go()
        self.renamed[self.done] = new[-1]
        node = self._node(old)
        real(source, target, **options)
        return self._change((old, None), (new, node))


CALLS = {
    "pwrite": "pwrite",
    "fsync": "fsync",
    "fdatasync": "fsync",
    "open": "open_handle",
    "mkdir": "mkdir",
    "unlink": "remove",
    "remove": "remove",
    "rmdir": "remove",
    "rename": "replace",
    "replace": "replace",
}
"""Functions of `os` that change files, and how they are followed."""


def _content(handle: int) -> bytes:
    with io.FileIO(f"/proc/self/fd/{handle}") as file:
        return file.readall()


def _load(path: Path) -> Folder:
    found: dict[str, Node] = {
        entry.name: _load(entry) if entry.is_dir() else File(entry.read_bytes()) for entry in path.iterdir()
    }
    return Folder(found, dict(found))


@contextmanager
def powered(place: Path, at: int | None = None, *, lost_sync: int | None = None) -> Iterator[Power]:
    """Follow what changes below `place`.

    Args:
        place: a folder.
        at: the power goes before the operation of this number, counted from 1; or never.
        lost_sync: the number of the sync of a file that fails; what it was to save is lost.
    """
    power = Power(place, at)
    power.lost_sync = lost_sync
    with pytest.MonkeyPatch.context() as patch:
        for name, how in CALLS.items():
            patch.setattr(os, name, power.wrap(how, getattr(os, name)))
        opened = power.wrap("open_file", builtins.open)
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)
        yield power
