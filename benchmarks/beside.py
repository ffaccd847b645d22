"""The programs that Cointrail is put beside, on slices of the same blocks: what they do and how fast."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cointrail.sources.blocks_dir import BlocksDirectory
from commands import ours
from disk import files_below, forget
from measure import MB, Run, Spread, say
from openssl import has_openssl, sha256_rate
from slices import Slice, slice_from_middle, slice_from_start

NEEDED = ("blockchain_parser", "bitcoin_explorer", "plyvel", "matplotlib")
"""Modules of the extra `bench`."""


def absent() -> list[str]:
    """Which of them are not installed."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


@dataclass
class Beside:
    """Slices for the peers, and what ran on them."""

    work: Path
    explorer_bytes: int
    parser_bytes: int
    start: Slice | None = None
    middle: Slice | None = None

    def jobs(self, blocks: Path) -> dict[str, Callable[[], Any]]:
        """What to run in turn with the ingest of these blocks."""
        say(f"plain copies for the peers: {self.explorer_bytes // MB} and {self.parser_bytes // MB} MB")
        with BlocksDirectory(blocks, undo=False) as source:
            self.start = slice_from_start(source, self.work / "start", self.explorer_bytes)
            self.middle = slice_from_middle(source, self.work / "middle", self.parser_bytes)
        start, files = self.start.folder, self.middle.files
        found: dict[str, Callable[[], Any]] = {
            "explorer": lambda: _cold_explorer(start),
            "parser": lambda: ours("peers/parser_walk.py", files),
            "decode with text": lambda: ours("decode_pass.py", files),
            "parser without text": lambda: ours("peers/parser_walk.py", files, "--without-text"),
            "decode": lambda: ours("decode_pass.py", files, "--without-text"),
        }
        if has_openssl():
            found["openssl"] = sha256_rate
        return found

    def figures(self, runs: dict[str, list[Any]]) -> dict[str, Any]:
        """What came of it; rates in MB a second."""
        assert self.start
        assert self.middle
        self._require_same(runs)
        told: dict[str, Any] = {
            "explorer_slice": self.start.said,
            "parser_slice": self.middle.said,
            "openssl": None,
        }
        for name, some in runs.items():
            if name == "openssl":
                told[name] = {"mb_per_core_second": _mb(Spread.of(some))}
            else:
                size = (self.start if name == "explorer" else self.middle).block_bytes
                told[name] = _told(some, size)
        return told

    def _require_same(self, runs: dict[str, list[Any]]) -> None:
        """Stop when a peer saw other things in the same blocks than we did."""
        assert self.start
        for name in ("blocks", "txs", "outputs", "value"):
            seen = {run.answer[name] for key in ("parser", "decode with text") for run in runs[key]}
            if len(seen) != 1:
                raise SystemExit(f"{name} of the same blocks, decoded by two programs: {sorted(seen)}")
        digests = {run.answer["digest"] for key in ("decode", "decode with text") for run in runs[key]}
        if len(digests) != 1:
            raise SystemExit(f"txids of the same blocks, decoded in two ways: digests {sorted(digests)}")
        blocks = {run.answer["blocks"] for run in runs["explorer"]}
        if blocks != {self.start.blocks}:
            raise SystemExit(f"bitcoin-explorer saw {blocks} blocks of {self.start.blocks}")


def _cold_explorer(folder: Path) -> Run:
    forget(files_below(folder))
    return ours("peers/explorer_walk.py", folder)


def _mb(rate: Spread) -> dict[str, float]:
    return {
        "least": rate.least / MB,
        "median": rate.median / MB,
        "most": rate.most / MB,
        "count": rate.count,
    }


def _told(runs: list[Run], size: int) -> dict[str, Any]:
    """One program: its rates by the clock and by a core's work, both without its start."""
    clock, work = (
        Spread.of([seconds for run in runs for seconds in run.answer[key]])
        for key in ("seconds", "core_seconds")
    )
    return {
        "mb_per_second": _mb(clock.under(size)),
        "mb_per_core_second": _mb(work.under(size)),
        "whole_process_seconds": Spread.of([run.seconds for run in runs]).median,
        "cpu_seconds": Spread.of([run.cpu_seconds for run in runs]).median,
        "peak_bytes": max(run.peak_bytes for run in runs),
        "saw": {key: value for key, value in runs[0].answer.items() if "seconds" not in key},
    }
