"""Which tables are held."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from cointrail.errors import BadInput
from cointrail.workbench.table_shelf import Row, TableShelf

PATIENCE_S = 60.0
"""Far more than anything here takes."""


class Read:
    """Counts how often each table is read."""

    def __init__(self, shelf: TableShelf) -> None:
        self._shelf = shelf
        self.times: dict[str, int] = {}

    def rows(self, digest: str, size: int) -> list[Row]:
        def read() -> tuple[int, list[Row]]:
            self.times[digest] = self.times.get(digest, 0) + 1
            return size, [(digest,)]

        return self._shelf.rows(digest, read)


def test_a_table_that_is_held_is_not_read_again() -> None:
    read = Read(TableShelf(most_bytes=100))
    assert read.rows("a", 60) == read.rows("a", 60) == [("a",)]
    assert read.times == {"a": 1}


def test_the_table_that_was_looked_at_longest_ago_is_let_go_first() -> None:
    read = Read(TableShelf(most_bytes=100))
    for name in ("a", "b", "a", "c", "a", "b"):
        read.rows(name, 40)
    assert read.times == {"a": 1, "b": 2, "c": 1}


def test_a_table_beyond_the_bound_is_held_alone() -> None:
    read = Read(TableShelf(most_bytes=100))
    for name, size in (("a", 40), ("large", 400), ("large", 400), ("a", 40), ("large", 400)):
        read.rows(name, size)
    assert read.times == {"a": 2, "large": 2}


def test_a_table_that_fifty_ask_for_at_once_is_read_once() -> None:
    shelf, begun, go_on = TableShelf(most_bytes=100), Event(), Event()
    times: list[str] = []

    def read() -> tuple[int, list[Row]]:
        times.append("a")
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return 60, [("a",)]

    with ThreadPoolExecutor(50) as pool:
        asked = [pool.submit(shelf.rows, "a", read) for _ in range(50)]
        assert begun.wait(PATIENCE_S)
        go_on.set()
        found = [one.result() for one in asked]
    assert times == ["a"]
    assert all(rows is found[0] for rows in found)


def test_a_table_that_is_held_is_looked_at_while_another_is_read() -> None:
    shelf = TableShelf(most_bytes=100)
    held = shelf.rows("a", lambda: (10, [("a",)]))

    def read() -> tuple[int, list[Row]]:
        assert shelf.rows("a", read) is held
        return 10, [("b",)]

    assert shelf.rows("b", read) == [("b",)]


def test_a_table_that_could_not_be_read_is_asked_for_again() -> None:
    shelf = TableShelf(most_bytes=100)

    def broken() -> tuple[int, list[Row]]:
        raise BadInput("it is another file")

    for _ in range(2):
        with pytest.raises(BadInput, match="another file"):
            shelf.rows("a", broken)
    assert shelf.rows("a", lambda: (10, [("a",)])) == [("a",)]
