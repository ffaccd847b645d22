from __future__ import annotations

import errno
from collections.abc import Callable
from threading import Event

import pytest

from cointrail.store import part
from cointrail.store.part import PartWriter, Syncing


class _Disk(PartWriter):
    """A part whose syncs do what they are told, one after another."""

    def __init__(self, *syncs: Callable[[], None]) -> None:
        self._syncs = list(syncs)

    def sync(self, keys: tuple[str, ...] | None = None) -> None:
        assert keys is None
        self._syncs.pop(0)()


def _fails() -> None:
    raise OSError(errno.EIO, "the disk")


def _works() -> None: ...


def test_a_sync_that_failed_unseen_fails_the_commit_though_the_last_one_works() -> None:
    syncing = Syncing(_Disk(_fails, _works))
    syncing.wrote(part.SYNC_EVERY)
    with pytest.raises(OSError, match="the disk"):
        syncing.finish().result()
    syncing.close()


def test_a_failed_sync_is_told_at_the_next_write_that_would_begin_one() -> None:
    syncing = Syncing(_Disk(_fails))
    syncing.wrote(part.SYNC_EVERY)
    assert syncing._under_way is not None
    syncing._under_way.exception(timeout=10)
    with pytest.raises(OSError, match="the disk"):
        syncing.wrote(part.SYNC_EVERY)
    syncing.close()


def test_a_sync_under_way_is_not_begun_twice_and_the_last_one_follows_it() -> None:
    going, done = Event(), list[str]()

    def slow() -> None:
        assert going.wait(10)
        done.append("slow")

    syncing = Syncing(_Disk(slow, lambda: done.append("last")))
    syncing.wrote(part.SYNC_EVERY)
    syncing.wrote(part.SYNC_EVERY)
    last = syncing.finish()
    going.set()
    last.result(timeout=10)
    assert done == ["slow", "last"]
    syncing.close()
