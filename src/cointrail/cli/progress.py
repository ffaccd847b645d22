"""How far long work is, on stderr: a bar on a terminal, now and then a line elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

LINE_EVERY_S = 10.0
"""Seconds between two lines where there is no terminal."""


class Meter:
    """Shows stages one after another; use it as a context manager. Its methods are progress callbacks."""

    def __init__(self) -> None:
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} %"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=Console(stderr=True),
            transient=True,
            disable=not sys.stderr.isatty(),
        )
        self._task: TaskID | None = None
        self._stage, self._total = "", 0
        self._made = self._began = self._last = self._said = time.monotonic()

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    @property
    def seconds(self) -> float:
        """Since it was made."""
        return time.monotonic() - self._made

    def blocks(self, stage: str, done: int, total: int, txs: int) -> None:
        """Told of bytes of blocks, and of transactions so far."""
        self._enter(stage, total)
        self._show(done, total, self._rate(done, txs))

    def steps(self, stage: str, done: int, total: int) -> None:
        """Told of steps of any kind."""
        self._enter(stage, total)
        self._show(done, total, "")

    def _rate(self, done: int, txs: int) -> str:
        seconds = max(time.monotonic() - self._began, 1e-3)
        return f"{done / seconds / 1e6:,.0f} MB/s  {txs / seconds:,.0f} tx/s"

    def _enter(self, stage: str, total: int) -> None:
        """Open a stage. One with the same total goes on with the work of the stage before."""
        if stage == self._stage:
            return
        if total != self._total:
            self._began = self._last
        self._stage, self._total = stage, total
        if self._task is not None:
            self._bar.remove_task(self._task)
        self._task = self._bar.add_task(stage, total=total, rate="")

    def _show(self, done: int, total: int, rate: str) -> None:
        self._last = time.monotonic()
        if self._task is not None:
            self._bar.update(self._task, completed=done, total=total, rate=rate)
        if self._bar.disable and self._last - self._said >= LINE_EVERY_S:
            self._said = self._last
            typer.echo(self._sentence(done, total, rate), err=True)

    def _sentence(self, done: int, total: int, rate: str) -> str:
        share = done / total if total else 1.0
        passed = time.monotonic() - self._began
        left = f"{passed / share - passed:,.0f} s left" if share else ""
        return "  ".join(part for part in (self._stage, f"{share:.0%}", rate, left) if part)
