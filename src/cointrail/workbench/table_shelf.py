"""Rows of tables, held while they are looked at: not those of every case that there is."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

Row = tuple[str, ...]

MOST_BYTES = 128 << 20
"""Of tables as CSV, whose rows are held; our choice: those of three cases as large as the demo's. Rows take
twice as much memory, and up to four times as much while they are read (measured on the demo's tables)."""


class TableShelf:
    """The tables that were looked at last; one is read at a time, however many ask.

    Args:
        most_bytes: of them as they were written; one that is larger is held alone.
    """

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._held: OrderedDict[str, tuple[int, list[Row]]] = OrderedDict()
        self._lock, self._reading = Lock(), Lock()

    def rows(self, digest: str, read: Callable[[], tuple[int, list[Row]]]) -> list[Row]:
        """The rows of a table.

        Args:
            digest: SHA-256 of the table, which names it.
            read: reads it where it is not held: its bytes, and its rows.
        """
        rows = self._find(digest)
        if rows is None:
            with self._reading:
                rows = self._find(digest)  # who waited finds what was read meanwhile
                if rows is None:
                    size, rows = read()
                    self._hold(digest, size, rows)
        return rows

    def _find(self, digest: str) -> list[Row] | None:
        with self._lock:
            if digest not in self._held:
                return None
            self._held.move_to_end(digest)
            return self._held[digest][1]

    def _hold(self, digest: str, size: int, rows: list[Row]) -> None:
        with self._lock:
            self._held[digest] = size, rows
            self._bytes += size
            while self._bytes > self._most and len(self._held) > 1:
                _, (size_of_oldest, _) = self._held.popitem(last=False)
                self._bytes -= size_of_oldest
