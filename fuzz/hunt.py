"""A run: workers one after the other, what they count, and what becomes of one that dies."""

from __future__ import annotations

import base64
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cases import Case, write_cases
from shares import batches
from watch import Line, Worker, WorkerDiedError, worker_command

MOST_FILES = 50
"""Findings of one target that are written to files; more are only counted."""


@dataclass
class Row:
    """What came of one target."""

    inputs: int = 0
    judged: int = 0
    failures: int = 0
    seconds: float = 0.0
    peak_mb: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def as_json(self) -> dict[str, Any]:
        """The figures."""
        rate = round(self.inputs / self.seconds) if self.seconds else 0
        return vars(self) | {"seconds": round(self.seconds, 1), "per_second": rate}


class Hunt:
    """Starts workers, reads what they say, starts them again behind a batch that killed them."""

    def __init__(self, seed: int, out: Path, *, memory: int, patience: float, checked: bool) -> None:
        """`out`: where findings are written. `memory` in MB, `patience` in seconds."""
        self.rows: dict[str, Row] = {}
        self._seed, self._out, self._patience, self._checked = seed, out, patience, checked
        self._limits = ["--memory", str(memory), *(["--checked"] if checked else [])]
        self._shown = 0.0

    def run(self, target: str, inputs: int) -> None:
        """All batches of a target."""
        row = self.rows[target] = Row()
        begin = time.perf_counter()
        sizes = batches(target, inputs)
        first = 0
        while first < len(sizes):
            arguments = ["--first", str(first), "--inputs", str(inputs)]
            try:
                with self._worker("run", target, *arguments) as worker:
                    for line in worker.lines():
                        self._take(target, line)
                        first = line["batch"] + 1 if "batch" in line else first
                        self._show(target, inputs, time.perf_counter() - begin)
                break
            except WorkerDiedError as died:
                self._find_killer(target, first, sizes[first], str(died))
                row.inputs += sizes[first]
                first += 1
        row.seconds = time.perf_counter() - begin
        self._show(target, inputs, row.seconds, last=True)

    def _worker(self, what: str, target: str, *arguments: str) -> Worker:
        command = worker_command(what, target, "--seed", str(self._seed), *self._limits, *arguments)
        return Worker(command, self._patience, checked=self._checked)

    def _take(self, target: str, line: Line) -> None:
        row = self.rows[target]
        row.inputs += line.get("inputs", 0)
        row.judged += line.get("judged", 0)
        row.peak_mb = max(row.peak_mb, line.get("peak_mb", 0))
        row.verdicts.update(line.get("verdicts", {}))
        for found in line["failures"]:
            self._keep(target, found["parts"], found["why"], found["origin"])

    def _keep(self, target: str, parts: dict[str, str], why: str, origin: str) -> None:
        """Count a finding and write it where it can be run again."""
        row = self.rows[target]
        row.failures += 1
        path = self._out / f"{target}-{row.failures:03}.json"
        raw = {name: base64.b64decode(text) for name, text in parts.items()}
        if row.failures <= MOST_FILES:
            write_cases(path, [Case(target, raw, "", why, origin)])
        _say(f"\n{target}, {origin}: {why}\n  python fuzz/run.py --replay {path}")

    def _find_killer(self, target: str, batch: int, inputs: int, why: str) -> None:
        """Which input of a batch kills the worker, by itself; the batch when none does."""
        last = -1
        where = ["--first", str(batch), "--inputs", str(inputs)]
        origin = f"seed {self._seed}, batch {batch}"
        try:
            with self._worker("step", target, *where) as worker:
                for line in worker.lines():
                    last = line["number"]
        except WorkerDiedError as died:
            with self._worker("show", target, *where, "--number", str(last)) as worker:
                parts = next(worker.lines())["parts"]
            self._keep(target, parts, f"the worker {died}", f"{origin}, input {last}")
            return
        self._keep(target, {}, f"the worker {why}, but by no single input", origin)

    def _show(self, target: str, inputs: int, seconds: float, *, last: bool = False) -> None:
        if not last and seconds - self._shown < 1 and seconds >= self._shown:
            return
        self._shown = 0.0 if last else seconds
        row = self.rows[target]
        rate = row.inputs / seconds if seconds else 0
        text = f"{target}: {row.inputs:,} of {inputs:,} inputs, {rate:,.0f} a second, {row.failures} findings"
        _say(f"{text:<78}" + ("\n" if last else "\r"))


def _say(text: str) -> None:
    sys.stderr.write(text if text.endswith("\r") else f"{text.rstrip()}\n")
    sys.stderr.flush()
