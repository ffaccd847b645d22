"""Folders as a disk may hold them after the power went: what was synced, and what was written since.

POSIX promises little: syncing a file says nothing of its name, a later write may reach the disk before an
earlier one, and of an unsynced one some sectors may. `Outage.write` lays down a folder that it allows.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

SECTOR = 512
"""Bytes that a disk writes whole or not at all."""


Write = tuple[int, bytes | None]
"""Where, and what; None: the file was cut there."""


@dataclass(eq=False)
class File:
    """Bytes that are safe, and what was written since."""

    safe: bytes = b""
    writes: list[Write] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    """places whose bytes a failed sync has given up: readers see them, no later sync saves them"""

    def now(self) -> bytes:
        """With everything that was written, but for what was given up."""
        return _applied(self.safe, self.writes)

    def write(self, at: int, data: bytes | None) -> None:
        """Something new is written."""
        self.writes.append((at, data))
        self.lost -= set(range(at, at + len(data)) if data is not None else self.lost)

    def settle(self, content: bytes) -> None:
        """All of it is safe, but for what was given up."""
        kept = bytearray(content)
        for at in self.lost:
            kept[at : at + 1] = self.safe[at : at + 1] or bytes(1)
        self.safe, self.writes = bytes(kept), []

    def give_up(self, content: bytes) -> None:
        """A sync failed: what it was to save is lost, though readers see it still."""
        old = self.safe.ljust(len(content), b"\0")
        self.lost |= {at for at in range(len(content)) if content[at] != old[at]}
        self.writes = []


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

    def without(self, folder: Folder) -> Change:
        """The same but for the names of one folder, which are safe now."""
        return Change(tuple(step for step in self.steps if step[0] is not folder))


def _applied(data: bytes, writes: list[Write]) -> bytes:
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


def _kept(file: File, rng: random.Random, how: Survival) -> Iterator[Write]:
    for at, piece in file.writes:
        if rng.random() >= how.data:
            continue
        borders = range(-at % SECTOR, len(piece or b""), SECTOR)
        if piece is None or not how.torn or not borders:
            yield at, piece
            continue
        border = rng.choice(borders)
        yield (at, piece[:border]) if rng.random() < 0.5 else (at + border, piece[border:])
