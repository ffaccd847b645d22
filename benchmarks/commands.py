"""The command lines that are measured."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from disk import files_below, forget
from measure import HERE, Run, run_program

COINTRAIL = (sys.executable, "-m", "cointrail.cli.main")


def cold_ingest(blocks: Path, store: Path, memory: str | None = None) -> Callable[[], Run]:
    """Ingest into a new store, with the blocks out of the page cache."""
    options = ["--memory", memory] if memory else []

    def run() -> Run:
        shutil.rmtree(store, ignore_errors=True)
        forget(files_below(blocks))
        command = [*COINTRAIL, "ingest", "--format", "json", *options]
        return run_program([*command, "--blocks", str(blocks), "--store", str(store)])

    return run


def cold_doctor(blocks: Path, store: Path) -> Run:
    """Compare store and blocks, both out of the page cache."""
    forget([*files_below(blocks), *files_below(store)])
    command = [*COINTRAIL, "doctor", "--format", "json"]
    return run_program([*command, "--blocks", str(blocks), "--store", str(store)])


def status(store: Path) -> Run:
    """What the store holds."""
    return run_program([*COINTRAIL, "status", "--format", "json", "--store", str(store)])


def first_answer(store: Path, address: str, limit: int) -> Run:
    """A new process that opens the store, which is out of the page cache, and answers once."""
    forget(files_below(store))
    command = [*COINTRAIL, "address", "show", address, "--limit", str(limit), "--format", "json"]
    return run_program([*command, "--store", str(store)])


def ours(name: str, *arguments: str | Path | float) -> Run:
    """A program of this folder, under our interpreter."""
    return run_program([sys.executable, str(HERE / name), *map(str, arguments)])
