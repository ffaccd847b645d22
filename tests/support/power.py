"""Power cuts: what was written and not yet synced survives in part, or not at all.

While `Power` is on, it follows every change below a folder: per file what was written since its last
fsync, per folder which names came, went or changed since the folder's last fsync. At a chosen operation
the power goes. `Outage.write` then lays down one of the folders that a disk may hold afterwards: each
unsynced write is there, or not, or in part up to a border of sectors; each unsynced name likewise, in the
order of a journal or in none. POSIX promises no more: syncing a file says nothing of its name, and a later
write may reach the disk before an earlier one.
"""

from __future__ import annotations

import builtins
import io
import os
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import RLock
from typing import Any

import pytest

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


class PowerCut(BaseException):
    """Nothing may catch it."""


# -- what the disk holds, and what it may hold


@dataclass(eq=False)
class File:
    """Bytes that are safe, and what was written since: (offset, bytes); None at an end means cut there."""

    safe: bytes = b""
    writes: list[tuple[int, bytes | None]] = field(default_factory=list)

    def now(self) -> bytes:
        """With everything that was written."""
        return _applied(self.safe, self.writes)

    def settle(self, content: bytes) -> None:
        """All of it is safe."""
        self.safe, self.writes = content, []


@dataclass(eq=False)
class Folder:
    """Names that are safe, and the names there are now."""

    safe: dict[str, Node] = field(default_factory=dict)
    now: dict[str, Node] = field(default_factory=dict)


Node = File | Folder


@dataclass(frozen=True)
class Change:
    """Names that changed in one step: (folder, name, what it leads to or None)."""

    steps: tuple[tuple[Folder, str, Node | None], ...]


def _applied(data: bytes, writes: list[tuple[int, bytes | None]]) -> bytes:
    found = bytearray(data)
    for at, piece in writes:
        if piece is None:
            del found[at:]
            continue
        if len(found) < at:
            found.extend(bytes(at - len(found)))
        found[at : at + len(piece)] = piece
    return bytes(found)


@dataclass(frozen=True)
class Survival:
    """How much of what was not synced survives."""

    seed: int
    data: float
    """share of writes that survive"""
    names: float
    """share of changed names that survive; in order, the first so many"""
    in_order: bool = False
    torn: bool = False
    """whether writes survive in part"""
    first: str | None = None
    """a name whose changes survive in any case: the one that tells of the others"""


@dataclass
class Outage:
    """What stood where when the power went."""

    root: Folder
    changes: list[Change]

    def write(self, target: Path, how: Survival) -> None:
        """Lay down a folder that a disk may hold afterwards. `target` does not exist yet."""
        rng = random.Random(how.seed)
        names: dict[Folder, dict[str, Node]] = {}
        for change in self._surviving(rng, how):
            for folder, name, node in change.steps:
                held = names.setdefault(folder, dict(folder.safe))
                if node is None:
                    held.pop(name, None)
                else:
                    held[name] = node
        self._lay(target, self.root, names, rng, how)

    def _surviving(self, rng: random.Random, how: Survival) -> list[Change]:
        if how.in_order:
            return self.changes[: round(how.names * len(self.changes))]
        return [
            change
            for change in self.changes
            if rng.random() < how.names or how.first in {name for _, name, _ in change.steps}
        ]

    def _lay(
        self,
        target: Path,
        folder: Folder,
        names: dict[Folder, dict[str, Node]],
        rng: random.Random,
        how: Survival,
    ) -> None:
        target.mkdir()
        for name, node in sorted(names.get(folder, folder.safe).items()):
            if isinstance(node, Folder):
                self._lay(target / name, node, names, rng, how)
            else:
                (target / name).write_bytes(_applied(node.safe, list(_kept(node, rng, how))))


def _kept(file: File, rng: random.Random, how: Survival) -> Iterator[tuple[int, bytes | None]]:
    for at, piece in file.writes:
        if rng.random() >= how.data:
            continue
        borders = range(-at % SECTOR, len(piece or b""), SECTOR)
        if piece is None or not how.torn or not borders:
            yield at, piece
            continue
        border = rng.choice(borders)
        yield (at, piece[:border]) if rng.random() < 0.5 else (at + border, piece[border:])


# -- following a run


class Power:
    """Follows what changes below a folder, and goes at one operation."""

    def __init__(self, place: Path, at: int | None) -> None:
        """`place` is there, with everything in it safe; `at` None never goes."""
        self.done = 0
        self.renamed: dict[int, str] = {}
        """what each renaming led to, by the number of the operation"""
        self.outage: Outage | None = None
        self._place, self._at = place.resolve(), at
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
        if isinstance(node, File) and cut and node.now():
            node.writes.append((0, None))
        return node

    def _synced(self, handle: int) -> None:
        node = self._open.get(handle)
        if isinstance(node, File):
            node.settle(_content(handle))
        elif isinstance(node, Folder):
            node.safe = dict(node.now)
            self._changes = [c for c in (_without(c, node) for c in self._changes) if c.steps]

    def _go(self) -> None:
        """One more operation: the power may go before it."""
        self.done += 1
        if self.done == self._at:
            self.cut()
            raise PowerCut

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
            elif (content := (path / name).read_bytes()) != node.now():
                node.writes += [(0, None), (0, content)]

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
            node.writes.append((at, bytes(data)[:done]))
        return done

    def _fsync(self, real: Callable[..., None], handle: int) -> None:
        self._go()
        real(handle)
        self._synced(handle)

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


def _without(change: Change, folder: Folder) -> Change:
    """A change but for the names of one folder, which are safe now."""
    return Change(tuple(step for step in change.steps if step[0] is not folder))


def _content(handle: int) -> bytes:
    with io.FileIO(f"/proc/self/fd/{handle}") as file:
        return file.readall()


def _load(path: Path) -> Folder:
    found: dict[str, Node] = {
        entry.name: _load(entry) if entry.is_dir() else File(entry.read_bytes()) for entry in path.iterdir()
    }
    return Folder(found, dict(found))


@contextmanager
def powered(place: Path, at: int | None = None) -> Iterator[Power]:
    """Follow what changes below `place`; the power goes before operation number `at`, or never."""
    power = Power(place, at)
    with pytest.MonkeyPatch.context() as patch:
        for name, how in CALLS.items():
            patch.setattr(os, name, power.wrap(how, getattr(os, name)))
        opened = power.wrap("open_file", builtins.open)
        patch.setattr(builtins, "open", opened)
        patch.setattr(io, "open", opened)
        yield power
