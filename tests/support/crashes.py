"""Crashes on purpose: the run ends at a chosen operation on the file system, as if it had been killed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

OPERATIONS = ("pwrite", "fsync", "replace", "unlink", "rmdir", "mkdir")


class Crash(BaseException):
    """Nothing may catch it."""


class Countdown:
    """Counts operations that change files; raises at one of them, before or in the middle of it."""

    def __init__(self, at: int | None, *, torn: bool = False) -> None:
        self.done = 0
        self._at, self._torn = at, torn

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        """The operation `name`, counted."""

        def counted(*args: Any, **options: Any) -> Any:
            self.done += 1
            if self.done == self._at:
                if self._torn and name == "pwrite":
                    real(args[0], bytes(args[1])[: len(args[1]) // 2], *args[2:])
                raise Crash
            return real(*args, **options)

        return counted


@contextmanager
def crashing(at: int | None, *, torn: bool = False) -> Iterator[Countdown]:
    """Crash at operation number `at`; None only counts. A torn write has written its first half."""
    countdown = Countdown(at, torn=torn)
    with pytest.MonkeyPatch.context() as patch:
        for name in OPERATIONS:
            patch.setattr(os, name, countdown.wrap(name, getattr(os, name)))
        yield countdown
