"""Build something slow once per test run, however many workers run the tests."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock


def build_once(factory: pytest.TempPathFactory, name: str, build: Callable[[Path], None]) -> Path:
    """The folder `name` that `build` has filled; the first worker builds, the others wait.

    Tests must not write into it.

    Raises:
        Whatever `build` raises; the next worker then tries again.
    """
    base = factory.getbasetemp()
    shared = base.parent if "popen-gw" in base.name else base
    folder = shared / name
    done = shared / f"{name}.done"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)  # what a failed build left
            folder.mkdir()
            build(folder)
            done.touch()
    return folder
