"""Walks that may go on, kept between the requests of a program that answers many."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, Protocol, TypeVar

MOST_WALKS = 8
"""Our choice: as many as are answered at once."""
MOST_BYTES = 256 << 20
"""Of all walks together, our choice: some million outputs, or ten traces of the usual bound."""


class Walk(Protocol):
    """Something that was followed and can go on."""

    @property
    def nbytes(self) -> int:
        """Memory of what was come to."""
        ...

    @property
    def desk(self) -> object:
        """The state of the chain that it is followed over."""
        ...


Q = TypeVar("Q", bound=Hashable)
W = TypeVar("W", bound=Walk)


class WalkShelf(Generic[Q, W]):
    """Keeps the walks that were asked about last, one for each question.

    Who takes a walk has it alone until it is put back: nobody waits for another's. A walk that is not here
    is followed again from its start, and comes to the same.

    Args:
        most_walks: kept at a time; 0: none.
        most_bytes: of all of them; one that is larger by itself is not kept.
    """

    def __init__(self, most_walks: int = MOST_WALKS, most_bytes: int = MOST_BYTES) -> None:
        self._most_walks = most_walks
        self._most_bytes = most_bytes
        self._desk: object = None
        self._walks: OrderedDict[Q, tuple[W, int]] = OrderedDict()
        self._lock = Lock()

    @property
    def room(self) -> int:
        """Bytes that one walk may have to be kept; 0: none is."""
        return self._most_bytes if self._most_walks else 0

    def __len__(self) -> int:
        return len(self._walks)

    def take(self, question: Q, fits: Callable[[W], bool]) -> W | None:
        """The walk of a question, which is no longer here.

        Args:
            question: what was asked.
            fits: whether a walk can go on to what is asked now; one that cannot is let go.
        """
        with self._lock:
            walk, _ = self._walks.pop(question, (None, 0))
        return walk if walk is not None and fits(walk) else None

    def put(self, question: Q, walk: W) -> None:
        """Keep a walk; those that were put here longest ago make room.

        One that is too large is not kept, nor one of another state than that which answers come from now:
        it would hold the columns of its own state in memory, and nobody could go on with it.
        """
        size = walk.nbytes
        if size > self.room:
            return
        with self._lock:
            if walk.desk is not self._desk:
                return
            self._walks.pop(question, None)
            self._walks[question] = walk, size
            while len(self._walks) > self._most_walks or self._bytes() > self._most_bytes:
                self._walks.popitem(last=False)

    def clear(self) -> None:
        """Let all go."""
        with self._lock:
            self._walks.clear()

    def turn_to(self, desk: object) -> None:
        """Let all go, and keep walks over this state from now on."""
        with self._lock:
            self._desk = desk
            self._walks.clear()

    def _bytes(self) -> int:
        return sum(size for _, size in self._walks.values())
